"""What the command line asks for, checked as far as it can be without reading any manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from netverify.budget import Budget
from netverify.cli.assumed import assumed
from netverify.cli.budget_flags import budget_of
from netverify.cli.outputs import Output, checked_outputs
from netverify.cli.refusal import Refusal
from netverify.diagnostics import Severity
from netverify.gate.intent import FILE_NAMES as INTENT_FILES
from netverify.model.api_server import ApiServer
from netverify.query.assumed import Assumed
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.query.outcome import Verdict
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, permitted
from netverify.sources.renderings import ArgoPath, FluxPath, Rendering, place_of

if TYPE_CHECKING:
    from netverify.routes.requests import Request


@dataclass(frozen=True, slots=True)
class Sources:
    """Where manifests come from, as the user gave it, and how they are read.

    ``values`` and ``sets`` go to every chart of ``helm``; ``renderings`` are what else is rendered, in order. ``jobs``
    is None where the machine may say; ``cached``: what was read before need not be read again. ``by_default``: the user
    names no source, so that those of an intent file count, if there is one. ``allow_empty``: nothing that
    matters need be read. ``permissions`` are what the user allows by hand.
    """

    filenames: tuple[str, ...]
    kustomize: tuple[str, ...] = ()
    helm: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    renderings: tuple[Rendering, ...] = ()
    namespace: str | None = None
    strict: bool = False
    jobs: int | None = None
    cached: bool = True
    by_default: bool = False
    allow_empty: bool = False
    permissions: Permissions = NOTHING_ALLOWED

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is named to be read, as the user wrote it."""
        return (*self.filenames, *self.kustomize, *self.helm, *map(place_of, self.renderings))


@dataclass(frozen=True, slots=True)
class RoutingGiven:
    """What the user says about how traffic is routed; ``controller`` is an ENDPOINT of the sentence grammar."""

    cluster_domain: str | None = None
    node_local_dns: bool | None = None
    controller: str | None = None
    api_servers: tuple[ApiServer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvingRequest:
    """What every run asks for that comes to the solver; ``budget`` is what it may use."""

    sources: Sources
    assumed: Assumed
    routing: RoutingGiven = field(default_factory=RoutingGiven)
    outputs: tuple[Output, ...] = (Output("text"),)
    color: str = "auto"
    budget: Budget = field(default_factory=Budget)
    smt2_folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest(SolvingRequest):
    """One run of ``netverify query``."""

    sentence: str
    expected: Verdict | None = None
    counterexample: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedRequest(SolvingRequest):
    """One run of ``netverify exposed``; of all ways in, or those that serve what is ``asked``.

    ``failing`` are the states of a way in that end the run with status 1.
    """

    asked: Request | None = None
    failing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest(SolvingRequest):
    """One run of ``netverify lint`` for findings of ``codes``.

    It fails from the severity ``fail_on`` on, or never; with ``diff`` a patch takes the place of the text.
    """

    codes: frozenset[str]
    fail_on: Severity | None
    diff: bool = False


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
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest(SolvingRequest):
    """One run of ``netverify check``.

    ``cni`` and ``assumptions`` are those of the command line alone, which go before those of the intent. ``failing``
    are the verdicts that fail the gate. Without ``ids`` every assertion counts as grave as ``severity`` or more.
    ``reproducible``: no report says how long anything took; None: only what goes to a terminal does.
    """

    specs: tuple[str, ...] = ()
    cni: str | None = None
    assumptions: tuple[str, ...] = ()
    failing: frozenset[str] = frozenset({"refuted", "vacuous", "unknown"})
    severity: str | None = None
    ids: tuple[str, ...] = ()
    with_exceptions: bool = True
    baseline: str | None = None
    write_baseline: str | None = None
    changed_since: str | None = None
    reproducible: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest(SolvingRequest):
    """One run of ``netverify init``. ``output`` is None for standard output; ``given`` are the ``--assume`` flags."""

    given: tuple[str, ...] = ()
    output: Path | None = None
    ci: str | None = None
    force: bool = False
    frameworks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworksRequest:
    """One run of ``netverify frameworks``."""

    outputs: tuple[Output, ...] = (Output("text"),)
    color: str = "auto"


Reporting: TypeAlias = SolvingRequest | MapRequest | FrameworksRequest
"""A run that ends in reports."""


def named_by_fail_on(text: str, known: Sequence[str], what: str) -> frozenset[str]:
    """Which of ``known``, each a ``what``, the value ``text`` of ``--fail-on`` names; none for ``never``.

    Raises :class:`Refusal` for other words.
    """
    if text == "never":
        return frozenset()
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            advice = did_you_mean(nearest(word, known)) or f"write `never`, or some of {', '.join(known)}"
            raise Refusal("NV420", f"`--fail-on {text}` names no {what} that can fail: `{word}`", advice)
    return frozenset(words)


def assumptions_of(flags: dict[str, Any]) -> tuple[str, ...]:
    """What ``flags`` assume, as texts of ``--assume``."""
    return (*flags["assumptions"], *(f"node-cidr={cidr}" for cidr in flags["node_cidrs"]))


def routing_of(flags: dict[str, Any]) -> RoutingGiven:
    """What ``flags`` say about routing."""
    return RoutingGiven(
        flags["cluster_domain"], flags["node_local_dns"] or None, flags["controller"], flags["api_servers"]
    )


def solving_of(flags: dict[str, Any]) -> dict[str, Any]:
    """What ``flags`` say for the fields of :class:`SolvingRequest`.

    Raises :class:`Refusal` for flags that do not go together.
    """
    given, routing = assumed_by(flags, routing_of(flags))
    return {
        "sources": sources_of(flags),
        "assumed": given,
        "routing": routing,
        "outputs": checked_outputs(flags["outputs"], short=flags["summary"], long=flags["verbose"]),
        "color": flags["color"],
        "budget": budget_of(flags),
        "smt2_folder": Path(flags["smt2_folder"]) if flags["smt2_folder"] else None,
    }


def assumed_by(flags: dict[str, Any], routing: RoutingGiven) -> tuple[Assumed, RoutingGiven]:
    """What is taken as given by ``flags`` and ``routing``, and by the intent file of the current folder, if any.

    A command with intent of its own (``--spec``) sees to that file itself. Raises as the reading of the file does.
    """
    given = assumed(flags["cni"], assumptions_of(flags))
    if "specs" in flags or not any(Path(name).is_file() for name in INTENT_FILES):
        return given, routing
    from netverify.cli.intended import assumed_here  # noqa: PLC0415 most folders hold no intent

    permissions = permitted(flags["outside"], network=flags["allow_network"])
    return assumed_here(flags["cni"], assumptions_of(flags), routing, permissions)


def sources_of(flags: dict[str, Any]) -> Sources:
    """The sources that ``flags`` name, and paths beside them; the current directory when they name none.

    Raises :class:`Refusal` for values without a chart.
    """
    if (flags["values"] or flags["sets"]) and not flags["helm"]:
        flag = "--values" if flags["values"] else "--set"
        raise Refusal("NV420", f"`{flag}` needs a chart", "name one with `--helm CHART`")
    if any("=" not in one for one in flags["sets"]):
        raise Refusal("NV420", "`--set` needs `KEY=VALUE`", "write it as for `helm template --set`")
    filenames = (*flags["filenames"], *flags.get("paths", ()))
    delivered: tuple[Rendering, ...] = (*map(FluxPath, flags["flux"]), *map(ArgoPath, flags["argocd"]))
    named = filenames or flags["kustomize"] or flags["helm"] or delivered
    return Sources(
        filenames=filenames if named else (".",),
        kustomize=flags["kustomize"],
        helm=flags["helm"],
        values=flags["values"],
        sets=flags["sets"],
        renderings=delivered,
        namespace=flags["namespace"],
        strict=flags["strict"],
        allow_empty=flags["allow_empty"],
        jobs=flags["jobs"],
        cached=not flags["no_cache"],
        by_default=not named,
        permissions=permitted(flags["outside"], network=flags["allow_network"]),
    )
