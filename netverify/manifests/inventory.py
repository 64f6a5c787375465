"""From sources, or from documents, to the inventory: the cluster, the account of what was read, and the findings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import BinaryIO

from netverify.diagnostics import Diagnostic, Severity
from netverify.manifests.account import Account
from netverify.manifests.coverage import Coverage, Inventory
from netverify.manifests.document import Document
from netverify.manifests.duplicates import without_duplicates
from netverify.manifests.inputs import read_inputs
from netverify.manifests.kinds import is_irrelevant
from netverify.manifests.namespaces import with_every_namespace
from netverify.manifests.ownership import settle
from netverify.manifests.rendering import render_helm, render_kustomize
from netverify.manifests.sources import find_sources
from netverify.model.cluster import Cluster, Namespace, Workload
from netverify.model.network_policy import NetworkPolicy

_NONE_DROPPED: Mapping[str, int] = MappingProxyType({})


def build_inventory(
    documents: Iterable[Document], *, default_namespace: str = "default", dropped: Mapping[str, int] = _NONE_DROPPED
) -> Inventory:
    """The inventory of ``documents``.

    Objects that name no namespace are read as of ``default_namespace``. ``dropped`` counts by kind the documents that
    were left out before because their kind is irrelevant. An object that the API server would refuse is left out, is an
    error among the diagnostics, and stands in ``coverage.unread``.
    """
    account = Account(default_namespace)
    account.irrelevant.update(dropped)
    for document in documents:
        account.add(document)
    objects, repeated = without_duplicates(account.reads)
    account.leave_unread(repeated.conflicts)
    workloads, owned = settle(objects)
    diagnostics = [*account.diagnostics, *repeated.findings, *owned, *_placed_by_default(account)]
    facts = [read.fact for read in objects]
    cluster = Cluster(
        namespaces={fact.name: fact for fact in facts if isinstance(fact, Namespace)},
        workloads=tuple(sorted(workloads, key=_by_name)),
        network_policies=tuple(
            sorted(
                (fact for fact in facts if isinstance(fact, NetworkPolicy)),
                key=lambda policy: (policy.namespace, policy.name),
            )
        ),
        unsupported=tuple(
            sorted(account.unsupported, key=lambda item: (item.namespace or "", item.kind, item.name, item.origin))
        ),
    )
    return Inventory(
        cluster=with_every_namespace(cluster),
        coverage=_coverage(account),
        diagnostics=tuple(sorted(diagnostics, key=Diagnostic.sort_key)),
        approximations=account.approximations(),
    )


def read_inventory(  # noqa: PLR0913 -- one argument for each flag that names sources
    filenames: Sequence[str],
    *,
    default_namespace: str = "default",
    kustomize: Sequence[str] = (),
    helm: Sequence[str] = (),
    values: Sequence[str] = (),
    sets: Sequence[str] = (),
    strict: bool = False,
) -> Inventory:
    """The inventory of all that the arguments name; what cannot be read is among the diagnostics; nothing is raised.

    ``values`` and ``sets`` go to every chart of ``helm``. With ``strict`` a template that is not rendered is an error.
    """
    found = find_sources(filenames, _piped_input())
    rendered = [render_kustomize(directory) for directory in kustomize]
    rendered += [render_helm(chart, values, sets, namespace=default_namespace) for chart in helm]
    sources = [*found.sources, *(one.source for one in rendered if one.source is not None)]
    inputs = read_inputs(sources, is_irrelevant=is_irrelevant, strict=strict)
    inventory = build_inventory(inputs.documents, default_namespace=default_namespace, dropped=inputs.dropped)
    outside = [*found.diagnostics, *(finding for one in rendered for finding in one.diagnostics), *inputs.diagnostics]
    unread = [finding.origin for finding in outside if finding.severity is Severity.ERROR]
    coverage = replace(
        inventory.coverage,
        files=inputs.files,
        documents=inventory.coverage.documents + len(unread),
        templates=inputs.templates,
        skipped=found.skipped,
        unread=tuple(sorted((*inventory.coverage.unread, *unread))),
    )
    diagnostics = tuple(sorted((*outside, *inventory.diagnostics), key=Diagnostic.sort_key))
    return replace(inventory, coverage=coverage, diagnostics=diagnostics)


def _piped_input() -> BinaryIO | None:
    """Standard input, unless it is a terminal or closed."""
    stdin = sys.stdin
    return None if stdin is None or stdin.closed or stdin.isatty() else stdin.buffer


def _by_name(workload: Workload) -> tuple[str, str, str]:
    return (workload.key.namespace, workload.key.name, workload.key.kind)


def _coverage(account: Account) -> Coverage:
    counts = (account.modelled, account.irrelevant, account.approximated, account.unsupported_kinds)
    return Coverage(
        documents=sum(sum(count.values()) for count in counts) + account.not_manifests + len(account.unread),
        modelled=dict(sorted((+account.modelled).items())),
        irrelevant=dict(sorted(account.irrelevant.items())),
        approximated=dict(sorted(account.approximated.items())),
        unsupported=dict(sorted(account.unsupported_kinds.items())),
        not_manifests=account.not_manifests,
        unread=tuple(sorted(account.unread)),
    )


def _placed_by_default(account: Account) -> list[Diagnostic]:
    unplaced = [read.document for read in account.reads if not read.placed]
    if not unplaced:
        return []
    first = min(unplaced, key=lambda document: (document.path, document.index))
    objects = "1 object names" if len(unplaced) == 1 else f"{len(unplaced)} objects name"
    text = f"{objects} no namespace: read as `{account.default_namespace}`"
    advice = "name another one with `-n`, or build the overlay that places them with `-k`"
    return [Diagnostic("NV205", Severity.NOTE, text, first.origin(), advice)]
