"""The answer to ``can … reach …``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from netverify.answers.context import Context
from netverify.answers.derived import CLOSED, proof_of, shown_by
from netverify.answers.doubts import (
    described,
    given_of_unknown,
    missing_pods,
    notes,
    objects_that_may,
    objects_that_relabel,
    proved_without,
    unread_inputs,
)
from netverify.answers.explain import ShrinkMoves, carried_by, explain
from netverify.answers.inexact import inexact, without_approximations
from netverify.answers.mesh import mesh_doubt
from netverify.answers.premises import SCTP_IS_POLICED, cni_premises, pod_cidr_premise
from netverify.answers.replay import Replayed
from netverify.answers.verdict import Evidence, verdict
from netverify.budget import before_it_was_decided, limits_met
from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Unsupported
from netverify.model.flow import End, External, Flow, Pod
from netverify.model.mesh import ambient_mesh
from netverify.model.traffic import MAX_PORT, Protocol
from netverify.policy.mentions import Mentions
from netverify.policy.predicate import Choices
from netverify.policy.visit import conjuncts
from netverify.query.outcome import Answer, Reason, Scope, Verdict, Witness
from netverify.query.port_grammar import undeclared_name
from netverify.query.question import Question
from netverify.query.remarks import Remarks
from netverify.query.whereabouts import ON_ONES_OWN_NODE
from netverify.records import dataclass
from netverify.symbolic.casting import PodScope
from netverify.symbolic.obligations import Obligation
from netverify.symbolic.predicate_facts import known_traffic, named_workloads
from netverify.symbolic.refinement import Found, printed
from netverify.symbolic.status import Status


def answer(question: Question, context: Context) -> Answer:
    """The verdict on ``question``, with its witness and trace or the policies that carry the proof."""
    return answer_found(question, context, context.search.find(question))


def answer_by_any(question: Question, context: Context) -> Answer:
    """As :func:`answer`, by the first flow that comes, if any: whether existing pods suffice is not looked for.

    The verdict is the same. Where something that is not modelled may bear on some flows alone, it is :func:`answer`.
    """
    cluster = context.inventory.cluster
    turns_on_the_flow = cluster.unsupported or context.policies.approximations or ambient_mesh(cluster)
    search = context.search
    return answer_found(question, context, search.find(question) if turns_on_the_flow else search.find_any(question))


def answer_found(question: Question, context: Context, found: Found) -> Answer:
    """The answer that ``found`` supports. Raises ``ReplayError`` when the reference reading contradicts it."""
    return _answer(question, context, found, refused=False)


def answer_refused(question: Question, context: Context, found: Found) -> Answer:
    """What ``found`` supports about flows that policy refuses.

    ``REACHABLE``: there is one, which the witness is. ``UNREACHABLE``: a proof that all are allowed. Raises as
    :func:`answer_found` does.
    """
    return _answer(question, context, found, refused=True)


def answer_listed(
    question: Question, context: Context, flow: Flow, behaviours: Choices, *, refused: bool = False
) -> Answer:
    """What ``flow`` supports, which a reading without the solver found; as :func:`answer_found` otherwise."""
    return _answer(question, context, Found(Status.SAT, flow, behaviours), refused=refused)


def _answer(question: Question, context: Context, found: Found, *, refused: bool) -> Answer:
    witness, because, aspects = _explained(question, context, found, refused=refused)
    coarse = inexact(witness)
    unread = unread_inputs(context.inventory)
    allowing, denying = _doubts(context, found, refused=refused)
    meshed = mesh_doubt(question, context, found, refused=refused)
    given = Evidence(
        solved=found.status,
        premises_hold=not found.vacuous,
        replayed=witness is not None,
        inputs_complete=not unread,
        may_allow=bool(allowing or meshed),
        may_deny=bool(denying or meshed or coarse.doubts),
    )
    judged = verdict(given)
    return Answer(
        question=question.text,
        verdict=judged,
        scope=_scope(found) if judged is Verdict.REACHABLE else None,
        witness=witness and without_approximations(witness),
        because=because,
        remarks=Remarks(
            (*_why_unknown(found, unread, allowing, denying, meshed), *coarse.doubts)
            if judged is Verdict.UNKNOWN
            else (),
            (
                *_assumptions(context, found, aspects),
                *_left_aside(question, context, judged),
                *(given_of_unknown(context.inventory) if judged is Verdict.UNREACHABLE else ()),
            ),
            (*context.inventory.approximations, *coarse.approximations),
            (
                *_why_vacuous(question, context, found),
                *missing_pods(context.inventory, _where_pods_may_miss(question, found)),
                *notes(context.inventory.coverage),
            ),
        ),
        smt2=printed(found) if context.settings.keep_goals else (),
        shown_by=shown_by(found, context),
        derivation=proof_of(question, found, context, refused=refused) if judged in CLOSED else None,
    )


def _left_aside(question: Question, context: Context, judged: Verdict) -> tuple[str, ...]:
    """That a proof leaves flows aside that no policy is about."""
    if judged is Verdict.UNREACHABLE and ON_ONES_OWN_NODE in question.beside and context.inventory.cluster.nodes:
        return ("traffic between a pod and the node that it runs on does not count, since no policy can block it",)
    return ()


def _explained(
    question: Question, context: Context, found: Found, *, refused: bool
) -> tuple[Witness | None, tuple[Reason, ...], _Aspects | None]:
    if found.flow is None:
        return None, () if found.vacuous else carried_by(found.carriers), None
    replayed = context.pairs.replayer.replay(question, found.flow, found.behaviours, refused=refused)
    aspects = _aspects(found.goal) if found.goal is not None else _aspects_of(replayed, question, context)
    return *explain(question, replayed, shrink_moves(context, aspects.mentions, aspects.plan)), aspects


def _why_vacuous(question: Question, context: Context, found: Found) -> Iterator[str]:
    """Which part of a question about nothing matches nothing."""
    if not found.vacuous:
        return
    words = {End.SOURCE: question.source_text, End.DESTINATION: question.destination_text}
    nobody = [end for end in End if not context.search.is_anyone(question, end)]
    for end in nobody:
        yield f"nothing matches the {end} `{words[end]}`"
    if nobody:
        return
    there = context.search.casting.cast(question.destination, End.DESTINATION, PodScope.EXISTING)
    if undeclared := undeclared_name(question.traffic, there.workloads):
        yield f"no pod that matches the destination `{question.destination_text}` {undeclared}"
    else:
        yield "the source and the destination exist, but no such traffic is possible between them"


def _existing_alone(found: Found, end: End) -> set[str]:
    """The namespaces of which existing pods are at ``end``, and no possible pods that could stand for them."""
    casts = [obligation.encoder.spaces[end].cast for obligation, _ in found.obligations]
    existing = {workload.key.namespace for cast in casts for workload in cast.workloads}
    return existing.difference(*(cast.namespaces for cast in casts))


def _where_pods_may_miss(question: Question, found: Found) -> set[str]:
    """The namespaces of which the answer is about the existing pods, whoever they are, and about no possible ones."""
    ends = {End.SOURCE: question.source, End.DESTINATION: question.destination}
    unnamed = [end for end, predicate in ends.items() if named_workloads(predicate, end) is None]
    return set().union(*(_existing_alone(found, end) for end in unnamed))


def _scope(found: Found) -> Scope:
    return Scope.EXISTING if found.existing else Scope.POSSIBLE


def _doubts(
    context: Context, found: Found, *, refused: bool
) -> tuple[tuple[Unsupported, ...], tuple[Unsupported, ...]]:
    """The objects that are not modelled and could turn the answer: into reachable, and into unreachable.

    What allows a flow makes it none that is ``refused``, and the other way round.
    """
    adds, takes = ("deny", "allow") if refused else ("allow", "deny")
    inventory = context.inventory
    if found.flow is not None:
        return (), proved_without(objects_that_may(takes, inventory, _places_of(found.flow)))
    places: set[str] = set()
    for obligation, _ in found.obligations:
        for space in obligation.encoder.spaces.values():
            places.update(space.places)
    fixed = set().union(*(_existing_alone(found, end) for end in End))
    return tuple(
        dict.fromkeys((*objects_that_may(adds, inventory, places), *objects_that_relabel(inventory, fixed)))
    ), ()


def _places_of(flow: Flow) -> set[str]:
    ends = (flow.at(end) for end in End)
    return {endpoint.namespace for endpoint in ends if not isinstance(endpoint, External)}


def _why_unknown(
    found: Found,
    unread: tuple[str, ...],
    allowing: tuple[Unsupported, ...],
    denying: tuple[Unsupported, ...],
    meshed: str,
) -> tuple[str, ...]:
    lines = [*unread, *described(allowing, "allow it"), *described(denying, "deny it")]
    lines += [meshed] if meshed else []
    if found.status is Status.UNKNOWN:
        lines.append(gave_up(found))
    return tuple(lines)


def gave_up(found: Found) -> str:
    """Why the search came to no clear answer, in words that name the limit that ended it, if one did."""
    return before_it_was_decided(found.reason) if limits_met((found.reason,)) else found.reason


@dataclass(frozen=True, slots=True)
class _Aspects:
    """What is told apart about flows, and by which ``plan`` of addresses.

    ``new_destination``: a pod that could be created may be at the destination; ``is_sctp``: they are all SCTP.
    """

    mentions: Mentions
    plan: AddressPlan
    new_destination: bool
    is_sctp: bool


def _aspects(goal: Obligation) -> _Aspects:
    """The aspects of the flows of ``goal``."""
    spaces, fixed = goal.encoder.spaces, goal.encoder.protocol.fixed
    new = bool(spaces[End.DESTINATION].cast.namespaces)
    return _Aspects(goal.mentions, goal.plan, new, list(Protocol).index(Protocol.SCTP) == fixed)


def _aspects_of(replayed: Replayed, question: Question, context: Context) -> _Aspects:
    """The aspects of a flow that answers ``question``."""
    mentions, target = replayed.mentions(), replayed.flow.destination
    new = isinstance(target, Pod) and target.workload is None
    is_sctp = any(known_traffic(part)[0] is Protocol.SCTP for part in conjuncts(question.traffic))
    return _Aspects(mentions, context.search.plan(mentions), new, is_sctp)


def _assumptions(context: Context, found: Found, aspects: _Aspects | None) -> tuple[str, ...]:
    """The assumptions that an answer from ``found`` rests on, sorted by what they are about.

    A flow between existing pods rests on none about possible ones, and no flow rests on what possible pods cannot be.
    """
    about_pods: Iterable[str] = ()
    if aspects is None:
        goals = [_aspects(goal) for goal, _ in found.obligations]
        about_pods = (*_about_host_network(found), *_about_pods(context, goals))
    elif not found.existing:
        about_pods = _about_pods(context, [aspects])
    return tuple(dict.fromkeys((*cni_premises(context.settings, context.inventory.cluster), *about_pods)))


def _about_host_network(found: Found) -> Iterator[str]:
    spaces = [space for goal, _ in found.obligations for space in goal.encoder.spaces.values()]
    if any(space.cast.namespaces for space in spaces):
        yield "pods that could be created are not on the host network"


def _about_pods(context: Context, told: Collection[_Aspects]) -> Iterator[str]:
    if any(one.mentions.port_names and one.new_destination for one in told):
        if context.settings.free_named_ports:
            yield "pods that could be created may give any name to any port"
        else:
            yield "pods that could be created name their ports as existing pods of their namespace do"
    if any(one.mentions.ranges for one in told):
        if context.settings.pod_cidrs:
            yield pod_cidr_premise(context.settings)
        else:
            yield "a pod whose address is not in the manifests may have any address"
    if any(one.is_sctp for one in told):
        yield SCTP_IS_POLICED


def shrink_moves(context: Context, mentions: Mentions, plan: AddressPlan) -> ShrinkMoves:
    """The moves for a witness in which nothing is told apart but ``mentions``; ``plan`` tells their addresses."""
    ports = sorted(port for port in mentions.ports if port <= MAX_PORT)
    free = [plan.free(Holder.POD, number) for number in range(len(plan.intervals.all))] if mentions.addressed else []
    return ShrinkMoves(
        behaviours=(
            *(behaviour for behaviour in Behaviour if behaviour not in context.settings.fixed),
            *sorted(mentions.unspecified),
        ),
        addresses=dict.fromkeys(mentions.addressed, free),
        ports=[(protocol, port) for protocol in Protocol for port in dict.fromkeys((80, *ports))],
        declared=context.pairs.replayer.declared,
    )
