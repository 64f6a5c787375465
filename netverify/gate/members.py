"""The existing pods in a class of flows, and what of it a baseline does not know that knows something like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

from netverify.answers.context import Context
from netverify.answers.replay import Replayed, answers_under, relevant_tables
from netverify.gate.baseline import Known
from netverify.gate.classes import FlowClass, answered
from netverify.gate.intent.spec import World
from netverify.gate.outcome import SAME_PODS, Violation
from netverify.gate.pods import standing_in
from netverify.gate.port_names import PortNames, denying_names, names_in
from netverify.gate.router import GateRouter
from netverify.model.behaviours import CAUTIOUS
from netverify.model.cluster import Workload
from netverify.model.flow import End, Flow, Pod
from netverify.pairs.rule_pairs import RulePair
from netverify.policy.predicate import (
    AddressIn,
    Behaves,
    Choices,
    Decided,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
    NamedPort,
    NamespaceMatches,
    OnHostNetwork,
    PodMatches,
    PortIn,
    SameNode,
    Unspecified,
)
from netverify.query.outcome import Verdict
from netverify.query.question import Question
from netverify.records import dataclass
from netverify.routes.planned import PlannedRoute

_MOST_PODS: Final = 100
"""A baseline names so many pods of one violation; where there are more, none."""
_MOST_NAMED: Final = 5
_OTHERWISE: Final = "the baseline knows it by other rules"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a class of flows is of: of ``question``, among the pods of ``world``, of the assertion with that id."""

    question: Question
    world: World
    context: Context
    assertion: str


def violation_of(
    one: FlowClass,
    build: Callable[[FlowClass], Violation],
    asked: Asked,
    router: GateRouter,
    further: Sequence[tuple[FlowClass, Asked]] = (),
) -> Violation:
    """What ``build`` makes of ``one``, with the pods of it and what is new in it, where a baseline is read or written.

    Without ``further`` connections, its witness is one between pods that are new, if any.
    """
    violation, baseline = build(one), router.baseline
    if baseline is None and not router.names_pods:
        return violation
    named = [names for names in (_names(*each) for each in ((one, asked), *further)) if names is not None]
    if named:
        violation = replace(violation, ports=tuple(sorted({text for names in named for text in names.meanings})))
    is_known = baseline is None or all(baseline.knows(mark) for mark in violation.marks)
    before_of_ports = baseline.ports_of(violation) if baseline is not None and is_known else None
    if before_of_ports is not None:
        moved = tuple(dict.fromkeys(text for names in named for text in names.moved(before_of_ports)))
        news = f"new since the baseline: {_listed(moved)}" if moved else ""
        violation = replace(violation, has_moved=bool(moved), news=news)
    if is_known and not router.names_pods:
        return violation
    flows = _members(one, asked)
    pods = tuple(sorted(flows)) if len(flows) <= _MOST_PODS else ()
    if baseline is None or is_known:
        return replace(violation, pods=pods)
    before = baseline.alike(asked.assertion, violation)
    if not before:
        return replace(violation, pods=pods)
    known = {pod for entry in before for pod in entry.pods}
    new = sorted(set(flows) - known) if all(entry.pods for entry in before) else []
    fresh = flows[new[0]] if new else _unlabelled(one, asked)
    if not further and fresh is not None:
        violation = build(_showing(fresh, one, asked))
    is_created = _needs_another(fresh or _witness(one))
    return replace(violation, pods=pods, news=_news(sorted(flows), new, before, is_created=is_created))


def route_violation(  # noqa: PLR0913, PLR0917 - a way, its flows, and what they are against
    planned: PlannedRoute,
    chosen: Sequence[FlowClass],
    build: Callable[[Sequence[FlowClass]], Violation],
    world: World,
    assertion: str,
    router: GateRouter,
) -> Violation:
    """The same of ``planned``, by flows of the classes that are ``chosen``: the pods are those of the first."""
    first, *rest = chosen
    asked = [Asked(leg.question, world, router.context_of(leg), assertion) for leg in planned.legs]
    further = tuple(zip(rest, asked[1:], strict=False))
    return violation_of(first, lambda one: build((one, *rest)), asked[0], router, further)


def _members(one: FlowClass, asked: Asked) -> Mapping[str, Flow]:
    """The workloads of flows of ``one`` by name, each with a flow: the witness with a pod of it at one of the ends.

    Pods that need another port or another peer than the witness has are not found.
    """
    found: dict[str, Flow] = {}
    flow = _witness(one)
    for end in End:
        pod = flow.at(end)
        if not isinstance(pod, Pod):
            continue
        if pod.workload is not None:
            found[str(pod.workload)] = flow
        left, behaviours = _decides_about(end, one, asked), _behaviours(one, asked)
        for workload in _in_namespace(pod, asked):
            others = [flow.with_end(end, other) for other in _ways_to_be(workload, pod)]
            if others and all(left.holds(other, behaviours) for other in others):
                found.setdefault(str(workload.key), others[0])
    return found


def _in_namespace(pod: Pod, asked: Asked) -> Sequence[Workload]:
    return asked.context.search.casting.index.in_namespace.get(pod.namespace, ())


def _decides_about(end: End, one: FlowClass, asked: Asked) -> Replayed:
    """What decides whether other pods in the place of the one at ``end`` have flows of ``one`` as well."""
    flow, wanted = _witness(one), (one.cause.flows, *asked.question.asked)
    tables = relevant_tables(asked.context.policies, flow)
    whole = Replayed(flow, _behaviours(one, asked), tables, tables, wanted)
    return whole.around(flow, lambda leaf: _may_differ(leaf, end))


def _may_differ(leaf: Leaf, end: End) -> bool:
    """Whether ``leaf`` may say something else of a pod that is :func:`standing_in` for the one at ``end``."""
    match leaf:
        case PodMatches(at) | IsWorkload(at) | HasServiceAccount(at):
            return at is end
        case NamedPort() | Behaves() | Unspecified():
            return True
        case InNamespace() | NamespaceMatches() | OnHostNetwork() | IsPod() | AddressIn() | SameNode() | PortIn():
            return False
        case _ as never:
            assert_never(never)


def _names(one: FlowClass, asked: Asked) -> PortNames | None:
    """The port names that matter for ``one``; None where there are none, or no pod is at the end."""
    flow, policies = _witness(one), asked.context.policies
    allowing, denying = names_in((one.cause.flows,)), denying_names(policies)
    if not (allowing or denying) or not isinstance(flow.destination, Pod):
        return None
    # A flow may need a plugin that knows no names, where what the name means now is let through by all others.
    known = Decided(CAUTIOUS, asked.context.settings.fixed)

    def holds(other: Flow) -> bool:
        return _holds(other, one, asked) or _holds(other, one, asked, known)

    return PortNames(allowing, denying, flow, holds, _in_namespace(flow.destination, asked))


def _ways_to_be(workload: Workload, pod: Pod) -> Iterator[Pod]:
    """A pod of ``workload`` in the place of ``pod``, without and with the labels that its controller adds."""
    other = standing_in(pod, workload)
    if other is not None:
        yield other
    if other is not None and workload.open_labels:
        added = {key: values[0] if values else "added" for key, values in workload.open_labels.items()}
        yield replace(other, labels={**other.labels, **added})


def _unlabelled(one: FlowClass, asked: Asked) -> Flow | None:
    """A flow of ``one`` from a pod without labels that could be created; None where it has no such flow."""
    flow = _witness(one)
    if asked.world is World.EXISTING or not isinstance(flow.source, Pod) or flow.source.host_network:
        return None
    created = flow.with_end(End.SOURCE, replace(flow.source, labels={}, ports=(), workload=None))
    return created if _holds(created, one, asked) else None


def _witness(one: FlowClass) -> Flow:
    assert one.answer.witness is not None
    return one.answer.witness.flow


def _behaviours(one: FlowClass, asked: Asked) -> Choices:
    assert one.answer.witness is not None
    return Decided(CAUTIOUS, one.answer.witness.behaviours, asked.context.settings.fixed)


def _holds(flow: Flow, one: FlowClass, asked: Asked, behaviours: Choices | None = None) -> bool:
    """Whether ``flow`` is one of ``one``, under the ``behaviours`` of its witness or others. The reference decides."""
    wanted = one.cause.flows, *asked.question.asked
    return answers_under(wanted, asked.context.policies, flow, behaviours or _behaviours(one, asked))


def _showing(flow: Flow, one: FlowClass, asked: Asked) -> FlowClass:
    """``one`` with ``flow`` of it as its witness."""
    pair = RulePair({}, flow, _behaviours(one, asked))
    answer = answered(pair, one.cause.flows, asked.question, asked.world, asked.context)
    return replace(one, answer=answer) if answer.verdict is Verdict.REACHABLE else one


def _needs_another(flow: Flow) -> bool:
    """Whether a pod of ``flow`` is none of the manifests."""
    return any(isinstance(pod, Pod) and not pod.is_node and pod.workload is None for pod in map(flow.at, End))


def _news(names: Sequence[str], new: Sequence[str], before: Sequence[Known], *, is_created: bool) -> str:
    if new:
        return f"new since the baseline: {_listed(new)}"
    if is_created:
        return f"{_OTHERWISE}; this one lets through pods that could be created"
    if all(entry.pods for entry in before):
        return SAME_PODS
    return _OTHERWISE + (f"; this one is about {_listed(names)}" if names else "")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
