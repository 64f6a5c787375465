"""From documents to the inventory: the cluster, the account of what was read, and the findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.manifests.account import Account
from netverify.manifests.coverage import Coverage, Inventory
from netverify.manifests.document import Document
from netverify.manifests.duplicates import without_duplicates
from netverify.manifests.namespaces import with_every_namespace
from netverify.manifests.ownership import settle
from netverify.model.cluster import Cluster, Namespace
from netverify.model.network_policy import NetworkPolicy

_NONE_DROPPED: Mapping[str, int] = MappingProxyType({})


def build_inventory(
    documents: Iterable[Document], *, default_namespace: str = "default", dropped: Mapping[str, int] = _NONE_DROPPED
) -> Inventory:
    """The inventory of ``documents``.

    Objects that name no namespace are read as of ``default_namespace``. ``dropped`` counts by kind the documents that were
    left out before because their kind is irrelevant. An object that the API server would refuse is left out, is an error
    among the diagnostics, and stands in ``coverage.unread``.
    """
    account = Account(default_namespace)
    account.irrelevant.update(dropped)
    for document in documents:
        account.add(document)
    objects, repeated = without_duplicates(account.reads)
    workloads, owned = settle(objects)
    diagnostics = [*account.diagnostics, *repeated, *owned, *_placed_by_default(account)]
    facts = [read.fact for read in objects]
    cluster = Cluster(
        namespaces={fact.name: fact for fact in facts if isinstance(fact, Namespace)},
        workloads=tuple(sorted(workloads, key=lambda workload: workload.key)),
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


def _coverage(account: Account) -> Coverage:
    counts = (account.modelled, account.irrelevant, account.approximated, account.unsupported_kinds)
    return Coverage(
        documents=sum(sum(count.values()) for count in counts) + account.not_manifests + len(account.unread),
        modelled=dict(sorted(account.modelled.items())),
        irrelevant=dict(sorted(account.irrelevant.items())),
        approximated=dict(sorted(account.approximated.items())),
        unsupported=dict(sorted(account.unsupported_kinds.items())),
        not_manifests=account.not_manifests,
        unread=tuple(sorted(account.unread)),
    )


def _placed_by_default(account: Account) -> list[Diagnostic]:
    unplaced: list[Origin] = [read.document.origin() for read in account.reads if not read.placed]
    if not unplaced:
        return []
    count = len(unplaced)
    objects = "1 object names" if count == 1 else f"{count} objects name"
    text = f"{objects} no namespace: read as `{account.default_namespace}`"
    advice = "name another one with `-n`, or build the overlay that places them with `-k`"
    return [Diagnostic("NV205", Severity.NOTE, text, min(unplaced), advice)]
