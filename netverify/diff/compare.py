"""Two sets of manifests compared: the verdict, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from itertools import chain

from netverify.answers.context import Context
from netverify.answers.doubts import described, notes, objects_that_may, unread_inputs
from netverify.answers.premises import SCTP_IS_POLICED, cni_premises, pod_cidr_premise
from netverify.answers.verdict import Evidence, verdict
from netverify.budget import limits_met
from netverify.diagnostics import NetverifyError
from netverify.diff.changes import ChangedWorkload, Changes
from netverify.diff.explaining import Explainer
from netverify.diff.outcome import (
    Certainty,
    Change,
    Comparison,
    Inputs,
    PairChange,
    Relation,
    RoutingChanges,
    WorkloadChanges,
    either,
    relation,
)
from netverify.diff.pair_changes import PairChanges, change_of, in_doubt
from netverify.diff.routing_changes import routing_changes
from netverify.diff.searching import Differences, DifferenceSearch, add_all, nothing_new
from netverify.diff.sides import Sides, aligned
from netverify.diff.staging import Staging
from netverify.diff.unmodelled import Unmodelled, unmodelled, unmodelled_pods
from netverify.query.derivation import Derived
from netverify.query.outcome import Verdict
from netverify.query.remarks import Remarks
from netverify.records import dataclass
from netverify.symbolic.status import Status

PAIRS_LISTED = 100
"""So many changed connections of existing workloads are listed."""

_CERTAINTY = {
    Verdict.REACHABLE: Certainty.YES,
    Verdict.UNREACHABLE: Certainty.NO,
    Verdict.UNKNOWN: Certainty.UNKNOWN,
    Verdict.VACUOUS: Certainty.UNKNOWN,
}


def compare(old: Context, new: Context) -> Comparison:
    """How ``new`` relates to ``old``, proved for every pod that is or could be, and whatever the CNI does.

    The settings are those of ``new``: both are one cluster before and after. Raises
    :class:`netverify.answers.explain.ReplayError` when two readings contradict each other.
    """
    sides = aligned(old, new)
    changes = Changes(sides)
    told = unmodelled(Inputs(old.inventory, new.inventory), changes)
    inventories = told.inputs
    new_way, old_way = (_Way(sides, changes, told, allowing_new=new_side) for new_side in (True, False))
    ways = new_way, old_way
    pairs = _pairs(sides, changes, ways)
    unread = _unread(inventories)
    routing = routing_changes(old, new, changes)
    of_pods = tuple(unmodelled_pods(Inputs(old.inventory, new.inventory), changes))
    new_access, lost_access = (
        either(_certainty(way, unread, is_in_doubt=bool(of_pods)), of_routing)
        for way, of_routing in zip(ways, (routing.new_access, routing.lost_access), strict=True)
    )
    appears, disappears = (way.found for way in ways)
    judged = relation(new_access, lost_access)
    return Comparison(
        verdict=judged,
        new_access=new_access,
        lost_access=lost_access,
        appears=tuple(sorted(appears.changes, key=_order)),
        disappears=tuple(sorted(disappears.changes, key=_order)),
        more_appears=appears.is_more,
        more_disappears=disappears.is_more,
        workloads=WorkloadChanges(
            tuple(map(str, changes.added)),
            tuple(map(str, changes.removed)),
            tuple((str(one.new.key), one.what) for one in changes.workloads),
            tuple(pairs.listed),
            pairs.further,
        ),
        routing=routing,
        proofs=() if unread else tuple(_proofs(changes, appears, disappears, routing)),
        remarks=Remarks(
            tuple(_doubts(unread, inventories, appears, disappears, (*of_pods, *routing.doubts)))
            if judged is Relation.UNKNOWN
            else tuple(_cut_short((*appears.gave_up, *disappears.gave_up, *routing.doubts))),
            tuple(_assumptions(sides, changes, told)),
            tuple(dict.fromkeys((*old.inventory.approximations, *new.inventory.approximations, *_coarse(ways)))),
            tuple(dict.fromkeys((*notes(old.inventory.coverage), *notes(new.inventory.coverage)))),
        ),
        smt2=(*appears.goals, *disappears.goals, *routing.smt2),
        no_new=new_way.proof(routing.no_new) if new_access is Certainty.NO else None,
        no_lost=old_way.proof(routing.no_lost) if lost_access is Certainty.NO else None,
    )


def _coarse(ways: Iterable[_Way]) -> Iterator[str]:
    """The rules that are not taken as they are, and that changes need as they are written."""
    yield from (text for way in ways for change in way.found.changes for text in change.approximations)


def _order(change: Change) -> tuple[str, ...]:
    places = (str(cause.place) for cause in change.causes)
    return (change.destination, change.source, change.traffic, *places)


class ContradictionError(NetverifyError):
    """The all-pairs reading knows of a change that the solver proved there is not: a bug, never a finding."""


class _Way:
    """One way to compare: what the one side allows and the other does not."""

    def __init__(self, sides: Sides, changes: Changes, told: Unmodelled, *, allowing_new: bool) -> None:
        ours, theirs = (sides.new, sides.old) if allowing_new else (sides.old, sides.new)
        new, old = told.inputs.new, told.inputs.old
        self.inventories = (new, old) if allowing_new else (old, new)
        self._changes, self._keep_goals = changes, sides.settings.keep_goals
        self.staging = Staging(sides, changes, allowing_new=allowing_new)
        self._search = DifferenceSearch(ours, theirs, sides, told.opaque)
        self._explainer = Explainer(ours, theirs, self.inventories)
        self.found = Differences()
        stages = chain(self.staging.policies(), self.staging.workloads())
        add_all(self.found, stages, self._search, self._explainer)

    def settle(self, source: ChangedWorkload, destination: ChangedWorkload) -> None:
        """Add what differs between two changed workloads, or the proof that nothing does, where nothing is known."""
        is_alone = source is destination and source.new.single
        if not self.found.changes and not is_alone:
            add_all(self.found, self.staging.pair(source, destination), self._search, self._explainer)

    def proof(self, routing: Sequence[Derived]) -> Derived:
        """How it follows that there is nothing on the allowing side alone, given what ``routing`` needs."""
        if not self._keep_goals:
            return None
        return nothing_new(self.found, self.staging, self._changes, self._search, routing)


@dataclass(slots=True)
class _Pairs:
    """Connections of existing workloads that changed, and how many are not listed."""

    listed: list[PairChange] = field(default_factory=list)
    further: int = 0


def _pairs(sides: Sides, changes: Changes, ways: tuple[_Way, _Way]) -> _Pairs:
    """The connections of existing workloads that changed; what that is worth, the solver tells in ``ways``.

    Raises :class:`ContradictionError` for a change that neither way knows of.
    """
    found = _Pairs()
    if not changes.any:
        return found
    changed = {str(one.new.key): one for one in changes.workloads}
    for source, destination, before, after in PairChanges(sides, changes).all():
        change = change_of(source, destination, before, after)
        if source in changed and destination in changed and (change is not None or in_doubt(before, after)):
            for way in ways:
                way.settle(changed[source], changed[destination])
        if change is None:
            continue
        for way, ports in zip(ways, (change.gained, change.lost), strict=True):
            if ports and not way.found.changes and not way.found.gave_up:
                raise ContradictionError(f"{source} to {destination}: {before} before, {after} after")
        if len(found.listed) < PAIRS_LISTED:
            found.listed.append(change)
        else:
            found.further += 1
    return found


def _certainty(way: _Way, unread: tuple[str, ...], *, is_in_doubt: bool) -> Certainty:
    """Whether there is access on the allowing side of ``way`` that there is not on the other."""
    (ours, theirs), found = way.inventories, way.found
    status = Status.SAT if found.changes else Status.UNKNOWN if found.gave_up else Status.UNSAT
    given = Evidence(
        solved=status,
        premises_hold=True,
        replayed=bool(found.changes),
        inputs_complete=not unread,
        may_allow=bool(is_in_doubt or objects_that_may("allow", ours, None) or objects_that_may("deny", theirs, None)),
        may_deny=all(change.doubts for change in found.changes),
    )
    return _CERTAINTY[verdict(given)]


def _unread(inventories: Inputs) -> tuple[str, ...]:
    return tuple(f"{name}: {text}" for name, inventory in inventories.named for text in unread_inputs(inventory))


def _doubts(
    unread: tuple[str, ...], inventories: Inputs, appears: Differences, disappears: Differences, others: tuple[str, ...]
) -> Iterator[str]:
    yield from unread
    for name, inventory in inventories.named:
        either = dict.fromkeys(
            (*objects_that_may("allow", inventory, None), *objects_that_may("deny", inventory, None))
        )
        yield from (f"{name}: {text}" for text in described(tuple(either), "change what is allowed"))
    yield from dict.fromkeys((*appears.gave_up, *disappears.gave_up, *others))


def _cut_short(doubts: Iterable[str]) -> Iterator[str]:
    """That a limit kept changes from being listed. The verdict is known without them; the list is not whole."""
    yield from dict.fromkeys(f"whether there are further changes: {why}" for why in doubts if limits_met((why,)))


def _proofs(changes: Changes, appears: Differences, disappears: Differences, routing: RoutingChanges) -> Iterator[str]:
    yield from appears.proofs
    yield from disappears.proofs
    if not changes.any:
        yield "policies, namespaces and workloads have no change that matters to policy"
    if routing.new_access is Certainty.NO and routing.lost_access is Certainty.NO:
        yield "the same ways lead in from outside, to the same pods and on the same conditions"


def _assumptions(sides: Sides, changes: Changes, told: Unmodelled) -> Iterator[str]:
    yield from cni_premises(sides.settings, sides.old.cluster, sides.new.cluster)
    if sides.settings.pod_cidrs:
        yield pod_cidr_premise(sides.settings)
    else:
        yield "a pod may get any address, also if the manifests show one"
    if changes.everywhere.port_names:
        if sides.settings.free_named_ports:
            yield "pods that could be created may give any name to any port"
        else:
            yield "pods that could be created name a port as existing pods of their namespace do, or do not name it"
    yield "the CNI is the same on both sides, and so are labels of namespaces that neither side declares"
    if told.opaque:
        yield f"objects that are not modelled and do not differ ({_places(told)}) have the same effect on both sides"
    yield "a namespace on one side only has the same labels on the other"
    yield SCTP_IS_POLICED
    yield "ICMP is not modelled"


def _places(told: Unmodelled) -> str:
    names = sorted(told.opaque)
    return f"namespace {names[0]}" if len(names) == 1 else f"{len(names)} namespaces"
