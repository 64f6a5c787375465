"""From manifests to a cluster that can be asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from netverify.answers.settings import Settings
from netverify.budget import RLIMIT, Budget
from netverify.library.cluster import Cluster
from netverify.library.errors import InputError
from netverify.query.assumed import api_server_at, assumed, cni_named
from netverify.report.diagnostics import render_diagnostics
from netverify.report.terminal import paint
from netverify.routes.options import RoutingOptions
from netverify.sources.coverage import Inventory
from netverify.sources.emptiness import refused_if_empty
from netverify.sources.inventory import read_inventory
from netverify.sources.permissions import permitted
from netverify.sources.unmodelled import TEMPLATE as UNRENDERED_TEMPLATE

TEMPLATE = "NV122"
"""The code of a template that is not rendered."""

Name: TypeAlias = str | os.PathLike[str]


def read(  # noqa: PLR0913 one argument for each thing that can be read or assumed
    *paths: Name,
    kustomize: Name | Iterable[Name] = (),
    helm: Name | Iterable[Name] = (),
    values: Name | Iterable[Name] = (),
    sets: str | Iterable[str] = (),
    texts: Mapping[str, str | bytes] | None = None,
    namespace: str | None = None,
    cni: str | None = None,
    assume: str | Iterable[str] = (),
    api_server: str | Iterable[str] = (),
    rlimit: int = RLIMIT,
    timeout_s: float | None = None,
    seed: int = 0,
    leave_out_templates: bool = False,
    allow_incomplete: bool = False,
    allow_empty: bool = False,
    allow_outside: Name | Iterable[Name] = (),
    allow_network: bool = False,
) -> Cluster:
    """Read manifests, and make them ready for questions.

    ``paths`` are files, folders (with everything below), globs, or ``-`` for standard input. ``kustomize`` are overlays
    to build, ``helm`` charts to render with the files ``values`` and the ``KEY=VALUE`` of ``sets``. ``texts`` are
    manifests by the name to report them by. ``namespace`` is where objects are that name none (else ``default``), and
    where a name alone is looked up first.

    ``cni`` and ``assume`` (``KEY=VALUE``) are those of the command line: without them proofs hold for every CNI plugin.
    ``api_server`` is where the API server listens, as ``ADDRESS:PORT``.
    ``rlimit`` bounds the effort of one run of the solver, in units that do not depend on the machine or its load, and
    ``timeout_s`` its time, in seconds (None: not at all); beyond either an answer is unknown. ``seed`` goes to the
    solver.

    Raises :class:`InputError` when an input is refused, cannot be read, or is a template that is not rendered, and when
    nothing is named; also when no object that matters is read, unless ``allow_empty``. With ``allow_incomplete`` the
    rest is read all the same, and nothing can be proved about it: every answer is unknown, and every assertion fails.
    With ``leave_out_templates`` templates are no part of the input, and answers hold for the rest.
    ``allow_outside`` are places that links, overlays and charts of a checkout may name outside of it; with
    ``allow_network`` renderers may fetch. Raises :class:`AssumptionError` for a ``cni`` or an assumption that does not
    exist.
    """
    files, overlays, charts = _names(paths), _names(kustomize), _names(helm)
    if not (files or overlays or charts or texts):
        raise InputError("nothing to read: name files, folders or overlays, or give `texts`")
    given = assumed(None if cni is None else cni_named(cni), _names(assume))
    inventory = read_inventory(
        files,
        default_namespace=namespace or "default",
        kustomize=overlays,
        helm=charts,
        values=_names(values),
        sets=_names(sets),
        texts={name: text.encode() if isinstance(text, str) else text for name, text in (texts or {}).items()},
        strict=not leave_out_templates,
        permissions=permitted(_names(allow_outside), network=allow_network),
    )
    if not allow_empty:
        inventory = refused_if_empty(inventory, (*files, *overlays, *charts, *(texts or {})), _ALLOW_EMPTY)
    if inventory.has_errors and not allow_incomplete:
        raise _refused(inventory)
    return Cluster(
        _without_templates(inventory) if leave_out_templates else inventory,
        Settings(
            behaviours=given.behaviours,
            cni=given.cni,
            pod_cidrs=given.pod_cidrs,
            node_cidrs=given.node_cidrs,
            free_named_ports=given.free_named_ports,
            unrendered_is_harmless=given.unrendered_is_harmless,
            budget=Budget(rlimit, timeout_s, seed),
            default_namespace=namespace,
            routing=RoutingOptions(api_servers=tuple(map(api_server_at, _names(api_server)))),
        ),
    )


_ALLOW_EMPTY: Final = "check what is named, or allow it with `allow_empty=True`"


def _without_templates(inventory: Inventory) -> Inventory:
    """``inventory`` for a caller who leaves templates out on purpose: nothing is unknown for their sake."""
    kept = tuple(one for one in inventory.cluster.unsupported if one.kind != UNRENDERED_TEMPLATE or not one.unrendered)
    return replace(inventory, cluster=replace(inventory.cluster, unsupported=kept))


def _names(names: Name | Iterable[Name]) -> tuple[str, ...]:
    if isinstance(names, str | os.PathLike):
        names = (names,)
    return tuple(os.fspath(name) for name in names)


def _refused(inventory: Inventory) -> InputError:
    found = inventory.diagnostics
    text = paint(render_diagnostics(found), coloured=False)
    advice = "; `leave_out_templates=True` leaves templates out" if any(one.code == TEMPLATE for one in found) else ""
    return InputError(f"not every input could be read{advice}\n\n{text}", found)
