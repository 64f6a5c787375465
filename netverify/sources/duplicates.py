"""Objects that do not go together: the same one twice, and policies of two APIs.

The same object is counted once where both say the same, and refused where they differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, fields, is_dataclass, replace
from hashlib import sha256
from typing import Any

from netverify.diagnostics import NOWHERE, Diagnostic, Origin, Severity
from netverify.kinds.findings import object_text
from netverify.kinds.read_object import Fact, Identity, ReadObject
from netverify.model.cluster import Unsupported, Workload, run_alike
from netverify.model.cluster_network_policy import ClusterNetworkPolicy, PolicyApi
from netverify.records import dataclass
from netverify.sources.coverage import Inventory


@dataclass(slots=True)
class Repeated:
    """A finding for every object that came before under the same name, and those of them that say something else."""

    findings: list[Diagnostic] = field(default_factory=list)
    conflicts: list[ReadObject] = field(default_factory=list)


def without_duplicates(objects: Iterable[ReadObject]) -> tuple[list[ReadObject], Repeated]:
    """The objects, each kind, namespace and name once, and what was found about further ones.

    Two that differ in what matters for networking are an error, since which one would be applied is not known.
    """
    first: dict[Identity, ReadObject] = {}
    repeated = Repeated()
    for read in objects:
        identity = read.identity
        earlier = first.get(identity)
        if earlier is None:
            first[identity] = read
        elif read.generated:
            fresh = _numbered(read, first)
            first[fresh.identity] = fresh
        else:
            first[identity] = _report(read, earlier, repeated)
    return list(first.values()), repeated


def _report(read: ReadObject, earlier: ReadObject, repeated: Repeated) -> ReadObject:
    """What is known of both together, which have one name."""
    if isinstance(read.fact, Workload) and isinstance(earlier.fact, Workload):
        # No policy that is read asks as whom, or where, a pod runs: objects that differ in that alone are no conflict.
        known = run_alike(earlier.fact, read.fact)
        earlier, read = replace(earlier, fact=known), replace(read, fact=run_alike(read.fact, known))
    same = _same(read, earlier)
    repeated.findings.append(_finding(read, earlier, same=same))
    if not same:
        repeated.conflicts.append(read)
    return earlier


def _finding(read: ReadObject, earlier: ReadObject, *, same: bool) -> Diagnostic:
    kind, _, namespace, name = read.identity
    subject = object_text({"kind": kind, "metadata": {"namespace": namespace, "name": name}})
    secondary = ((earlier.origin, "first defined here"),)
    if same:
        text = f"{subject} is defined again with the same content: counted once"
        return Diagnostic("NV206", Severity.NOTE, text, read.origin, secondary=secondary, subject=subject)
    text = f"{subject} is defined again with different content: it is not known which one would be applied"
    advice = "read one of them: name files or directories with `-f`, or build the overlay with `-k`"
    return Diagnostic("NV207", Severity.ERROR, text, read.origin, advice, secondary)


def _same(one: ReadObject, other: ReadObject) -> bool:
    facts = _without_places(one.fact) == _without_places(other.fact)
    return facts and (one.owner, one.ended) == (other.owner, other.ended)


def _without_places(value: Any) -> Any:
    """``value`` with every place in it forgotten, at any depth."""
    if isinstance(value, Origin):
        return NOWHERE
    if isinstance(value, tuple):
        return tuple(map(_without_places, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _without_places(getattr(value, one.name)) for one in fields(value)})
    return value


def _numbered(read: ReadObject, taken: dict[Identity, ReadObject]) -> ReadObject:
    """A further object whose name the server makes up: another object, so it gets a name of its own."""
    identity, number = read.identity, 2
    while identity._replace(name=f"{identity.name}{number}") in taken:
        number += 1
    return replace(read, fact=_renamed(read.fact, f"{identity.name}{number}"))


def _renamed(fact: Fact, name: str) -> Fact:
    if isinstance(fact, Workload):
        return replace(fact, key=replace(fact.key, name=name))
    return replace(fact, name=name)


# Objects that one kustomization gets twice: kustomize refuses to build them, so that nothing of it is applied.
# Source: kustomize, "may not add resource with an already registered id".

_COUNTED_ONCE = "NV206"


def with_repeated_refused(inventory: Inventory, roots: Mapping[str, Collection[str]]) -> Inventory:
    """``inventory`` with an error for each object that is there twice in one kustomization.

    ``roots`` are by path of a file the kustomizations that apply it.
    """
    refused = [one for one in inventory.diagnostics if one.code == _COUNTED_ONCE and _is_of_one(one, roots)]
    if not refused:
        return inventory
    found = [_refusal(one) if one in refused else one for one in inventory.diagnostics]
    unread = (*inventory.coverage.unread, *(one.origin for one in refused))
    coverage = replace(inventory.coverage, unread=tuple(sorted(unread)))
    return replace(inventory, coverage=coverage, diagnostics=tuple(sorted(found, key=Diagnostic.sort_key)))


def _is_of_one(finding: Diagnostic, roots: Mapping[str, Collection[str]]) -> bool:
    """Whether one kustomization applies both places of ``finding``."""
    applied = [roots.get(place.path, ()) for place in (finding.origin, *(place for place, _ in finding.secondary))]
    return bool(set(applied[0]).intersection(*applied[1:]))


def _refusal(finding: Diagnostic) -> Diagnostic:
    return replace(
        finding,
        code="NV143",
        severity=Severity.ERROR,
        message=f"{finding.subject} is there twice in one kustomization",
        help="kustomize refuses it too: leave one of them out",
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """Policies of the older API in a cluster with some of the newer one: what each may do, and a finding about it."""

    reads: tuple[ReadObject, ...] = ()
    things: tuple[Unsupported, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def of_one_api(objects: Sequence[ReadObject]) -> tuple[Sequence[ReadObject], Beside]:
    """``objects`` without policies of the older API, if there are any of the newer one, and those that are left out.

    Nobody says what goes first where both are in one cluster, nor whether one plugin enforces both. So each of the
    older ones may allow and deny, in whatever tier it is: a baseline that allows may come before a Baseline
    ClusterNetworkPolicy that denies.
    """
    policies = [(read, read.fact) for read in objects if isinstance(read.fact, ClusterNetworkPolicy)]
    newer = [read.origin for read, fact in policies if not _is_older(fact)]
    older = [(read, fact) for read, fact in policies if _is_older(fact)]
    if not newer or not older:
        return objects, Beside()
    things = tuple(_in_doubt(fact) for _, fact in older)
    findings = tuple(_finding_beside(read, min(newer)) for read, _ in older)
    kept = [read for read in objects if not _is_older(read.fact)]
    return kept, Beside(tuple(read for read, _ in older), things, findings)


def _is_older(fact: Fact) -> bool:
    return isinstance(fact, ClusterNetworkPolicy) and fact.api is not PolicyApi.CLUSTER


def _in_doubt(policy: ClusterNetworkPolicy) -> Unsupported:
    digest = sha256(repr(_without_places(policy)).encode()).hexdigest()
    return Unsupported(policy.api, policy.name, None, policy.origin, may_allow=True, may_deny=True, digest=digest)


def _finding_beside(read: ReadObject, newer: Origin) -> Diagnostic:
    kind, _, _, name = read.identity
    subject = object_text({"kind": kind, "metadata": {"name": name}})
    text = (
        f"{subject} is not modelled beside a ClusterNetworkPolicy, since it is not known which goes first: it may "
        "allow and deny traffic anywhere, and verdicts that it could change are unknown"
    )
    advice = "write it as a ClusterNetworkPolicy, or leave out the objects that the network plugin does not enforce"
    secondary = ((newer, "a ClusterNetworkPolicy is here"),)
    return Diagnostic("NV203", Severity.WARNING, text, read.origin, advice, secondary)
