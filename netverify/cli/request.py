"""What the command line asks for, checked as far as it can be without reading any manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from netverify.cli.outputs import Output
from netverify.queries.assumed import Assumed
from netverify.queries.grouping import Grouping
from netverify.queries.narrowing import Wanted
from netverify.queries.outcome import Verdict

if TYPE_CHECKING:
    from netverify.routing.requests import Request


@dataclass(frozen=True, slots=True)
class Sources:
    """Where manifests come from, as the user gave it, and how they are read.

    ``values`` and ``sets`` go to every chart of ``helm``. ``jobs`` is None where the machine may say; ``cached``: what
    was read before need not be read again.
    """

    filenames: tuple[str, ...]
    kustomize: tuple[str, ...] = ()
    helm: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str | None = None
    strict: bool = False
    jobs: int | None = None
    cached: bool = True


@dataclass(frozen=True, slots=True)
class RoutingGiven:
    """What the user says about how traffic is routed; ``controller`` is an ENDPOINT of the sentence grammar."""

    cluster_domain: str = "cluster.local"
    node_local_dns: bool = False
    controller: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvingRequest:
    """What every run asks for that comes to the solver. ``timeout_s`` bounds one call of it, in seconds."""

    sources: Sources
    assumed: Assumed
    routing: RoutingGiven = field(default_factory=RoutingGiven)
    outputs: tuple[Output, ...] = (Output("text"),)
    color: str = "auto"
    timeout_s: float = 30.0
    seed: int = 0
    smt2_folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest(SolvingRequest):
    """One run of ``netverify query``."""

    sentence: str
    expected: Verdict | None = None
    counterexample: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedRequest(SolvingRequest):
    """One run of ``netverify exposed``; of all ways in, or those that serve what is ``asked``."""

    asked: Request | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRequest(SolvingRequest):
    """One run of ``netverify resolve``; ``source`` is an ENDPOINT of the sentence grammar."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest(SolvingRequest):
    """One run of ``netverify diff``: ``sources`` are the new side, ``old`` the other one, at the revision ``base``.

    ``fail_on`` is one of ``new-access``, ``lost-access``, ``any``, ``never``.
    """

    old: Sources
    base: str | None = None
    fail_on: str = "never"


@dataclass(frozen=True, slots=True)
class MapRequest:
    """One run of ``netverify map``. Without a ``grouping`` each output has its own default."""

    sources: Sources
    assumed: Assumed
    wanted: Wanted
    outputs: tuple[Output, ...] = (Output("text"),)
    color: str = "auto"
    grouping: Grouping | None = None
    replicas: bool = False
