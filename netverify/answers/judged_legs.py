"""Connections of routes judged, each once, and pairs of connections that one pod has in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netverify.answers.clients import Admitted, admitted, where_it_connects_from
from netverify.answers.context import Context, with_free_names, with_half, with_namespaces_of, with_nodes, with_router
from netverify.answers.derived import CLOSED
from netverify.answers.reachability import answer, answer_by_any
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, selector_of
from netverify.policy.predicate import All, IsPod, IsWorkload, NamespaceMatches, PodMatches, Predicate
from netverify.query.derivation import Derived, Rule, Step
from netverify.query.outcome import Answer, Verdict
from netverify.query.question import narrowed, without
from netverify.query.wording import setting_words
from netverify.routes.planned import PlannedLeg, PlannedRoute, Shared

_TRIES = 16
"""So many pods are tried for one that can make both connections."""
_UNDECIDED = "whether one pod can make both connections of a way in is not decided"


class Legs:
    """Judges connections in one context, each once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._contexts: dict[tuple[bool, bool, Direction | None, bool], Context] = {}
        self._judged: dict[PlannedLeg, Answer] = {}
        self._decided: dict[PlannedLeg, Answer] = {}
        self._admitted: dict[PlannedLeg, tuple[Admitted, ...]] = {}

    def as_far_as_open(self, route: PlannedRoute) -> tuple[Answer, ...]:
        """The connections of ``route``, in order; the last one is the first that is closed, if one is."""
        found: list[Answer] = []
        while len(found) < len(route.legs) and not (found and _is_closed(found[-1])):
            leg = route.legs[len(found)]
            if len(found) == 1 and route.shared is not Shared.NOBODY:
                found = list(self._joined(route.legs[0], found[0], leg, route.shared))
            else:
                found.append(self.one(leg))
        return tuple(found)

    def _joined(self, leg: PlannedLeg, first: Answer, second: PlannedLeg, shared: Shared) -> tuple[Answer, Answer]:
        """Both connections, by one pod that is at the source of ``second``, and at its end of ``leg``."""
        end = End.SOURCE if shared is Shared.CLIENT else End.DESTINATION
        left_aside: list[Derived] = []
        for _ in range(_TRIES):
            found = self.one(second)
            pod = found.witness.flow.source if found.witness is not None else None
            if found.verdict is not Verdict.REACHABLE or not isinstance(pod, Pod):
                return first, _by_one_pod(found, left_aside)
            before = self.one(_narrowed(leg, end, _like(pod, end)))
            if not _is_closed(before):
                return before, found
            # Nobody who is like it can make the first connection, perhaps nobody of its namespace.
            at_home = self.one(_narrowed(leg, end, _home(pod, end)))
            is_closed = _is_closed(at_home)
            left_aside.append((at_home if is_closed else before).derivation)
            second = _other_than(second, (_home if is_closed else _like)(pod, End.SOURCE))
        return first, replace(found, verdict=Verdict.UNKNOWN, scope=None, remarks=found.remarks.doubted(_UNDECIDED))

    def one(self, leg: PlannedLeg) -> Answer:
        """What policy makes of ``leg``."""
        if leg.wider is not None:
            wide = self.one(replace(leg, question=leg.wider, wider=None))
            if wide.verdict is Verdict.UNREACHABLE:
                return wide
            leg = replace(leg, wider=None)
        if leg not in self._judged:
            self._judged[leg] = self._judge(leg)
        return self._judged[leg]

    def _judge(self, leg: PlannedLeg) -> Answer:
        return self.told(leg, answer(leg.question, self.context_of(leg)))

    def decided(self, leg: PlannedLeg) -> Answer:
        """As :meth:`one`, for whom the verdict alone matters; a witness may need pods that could be created."""
        if leg.wider is not None:
            return self.one(leg)
        if leg not in self._decided:
            known = self._judged.get(leg)
            self._decided[leg] = known or self.told(leg, answer_by_any(leg.question, self.context_of(leg)))
        return self._decided[leg]

    def told(self, leg: PlannedLeg, found: Answer) -> Answer:
        """``found`` about ``leg`` without what is there for the context alone that it was judged in."""
        found = replace(found, remarks=found.remarks.given(leg.given))
        if leg.half is not None:
            found = replace(found, because=tuple(one for one in found.because if one.direction is leg.half))
        has_node = leg.by_node or leg.to_node
        if not has_node or Behaviour.HOST_NETWORK_POLICED in self._context.settings.behaviours:
            return found
        fixed = setting_words(Behaviour.HOST_NETWORK_POLICED, value=False)
        given = tuple(text for text in found.assumptions if text != fixed)
        return replace(found, remarks=replace(found.remarks, assumptions=given))

    def admitted(self, leg: PlannedLeg) -> tuple[Admitted, ...]:
        """The sources outside of ``leg`` that get through or may do so, in lots that policy treats alike."""
        if leg not in self._admitted:
            self._admitted[leg] = admitted(leg, self.context_of(leg), self.one)
        return self._admitted[leg]

    def given_addresses(self, leg: PlannedLeg, found: Answer) -> Iterator[str]:
        """What no manifest tells about the addresses of the node or the load balancer that ``leg`` comes from."""
        if leg.by_balancer and found.verdict is Verdict.REACHABLE:
            yield from where_it_connects_from(found, self.admitted(leg), leg.question)
        witness = found.witness
        if leg.by_node and witness is not None and witness.source_address_matters:
            yield f"where a node has an address that policy admits, such as {witness.flow.source.address}"

    def context_of(self, leg: PlannedLeg) -> Context:
        """The context that ``leg`` is judged in."""
        key = (leg.by_node or leg.to_node, leg.names_freely, leg.half, leg.by_router)
        if key not in self._contexts:
            has_node, names_freely, half, by_router = key
            context = with_router(self._context) if by_router else self._context
            context = with_free_names(context) if names_freely else context
            context = with_half(half, context) if half is not None else context
            self._contexts[key] = with_nodes(context) if has_node else context
        return with_namespaces_of(leg.question, self._contexts[key])


def _is_closed(found: Answer) -> bool:
    return found.verdict in CLOSED


def _by_one_pod(found: Answer, left_aside: Sequence[Derived]) -> Answer:
    """``found`` about a connection of other pods than those ``left_aside``, which cannot make the one before it."""
    if not left_aside or found.derivation is None:
        return found
    steps = [one for one in (*left_aside, found.derivation) if one is not None]
    is_whole = len(steps) > len(left_aside)
    says = f"no pod that could make the connection before this one makes it: {found.question}"
    return replace(found, derivation=Step(Rule.ONE_POD, says, tuple(steps)) if is_whole else None)


def _narrowed(leg: PlannedLeg, end: End, to: Predicate) -> PlannedLeg:
    return replace(leg, question=narrowed(leg.question, end, to))


def _other_than(leg: PlannedLeg, source: Predicate) -> PlannedLeg:
    return replace(leg, question=without(leg.question, source))


def _home(pod: Pod, end: End) -> Predicate:
    """Whoever is in the namespace of ``pod``, which may be a new one."""
    return All((IsPod(end), NamespaceMatches(end, selector_of({NAMESPACE_NAME_LABEL: pod.namespace}))))


def _like(pod: Pod, end: End) -> Predicate:
    """Pods of the workload of ``pod``, or with its labels in its namespace."""
    if pod.workload is not None:
        return IsWorkload(end, pod.workload)
    return All((_home(pod, end), PodMatches(end, selector_of(pod.labels))))
