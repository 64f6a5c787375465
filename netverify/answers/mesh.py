"""What Istio's ambient mesh keeps from being known: traffic between its members arrives on TCP 15008, not on its port.

Istio is not modelled: whether members reach each other is up to its policies as well. So what NetworkPolicy says of a
port holds between members only as far as it says the same of TCP 15008.
"""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.mesh_words import ARRIVES
from netverify.model.flow import End, Flow
from netverify.model.labels import selector_of
from netverify.model.mesh import AMBIENT, DATAPLANE_MODE, HBONE_PORT, NONE, AmbientMesh
from netverify.model.traffic import Protocol, port_set
from netverify.policy.evaluate import allows
from netverify.policy.predicate import (
    All,
    AnyOf,
    InNamespace,
    IsPod,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.policy.visit import about_traffic, may_hold
from netverify.query.question import Question
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

_HBONE = PortIn(Protocol.TCP, port_set((HBONE_PORT, HBONE_PORT)))


def mesh_doubt(question: Question, context: Context, found: Found, *, refused: bool) -> str:
    """Why the ambient mesh keeps the answer from being what was ``found``; empty where it does not.

    ``refused``: what was looked for is a flow that policy refuses.
    """
    mesh = context.pairs.mesh
    if mesh is None or found.vacuous or found.status is Status.UNKNOWN:
        return ""
    if found.flow is not None:
        return _of_flow(found.flow, mesh, context, found, refused=refused)
    if not _may_be_tcp(question.traffic) or question.traffic == _HBONE:
        return ""
    return _of_proof(question, mesh, context, found, refused=refused)


def mesh_of_listing(question: Question, context: Context, found: Found) -> tuple[str, ...]:
    """Why the ambient mesh keeps a list of everyone from holding, in a line; none where no two members are asked about.

    ``found`` is the flow that shows that there is anyone, or the proof that there is none.
    """
    mesh = context.pairs.mesh
    if mesh is None or found.vacuous or not _may_be_tcp(question.traffic) or question.traffic == _HBONE:
        return ()
    casts = {
        end: context.search.casting.cast(All((predicate, _member(mesh, end))), end, PodScope.POSSIBLE)
        for end, predicate in ((End.SOURCE, question.source), (End.DESTINATION, question.destination))
    }
    return () if any(cast.empty for cast in casts.values()) else (f"{ARRIVES}: Istio decides, and is not modelled",)


def _of_flow(flow: Flow, mesh: AmbientMesh, context: Context, found: Found, *, refused: bool) -> str:
    """Whether policy says of ``flow`` on the port of the mesh what it says of ``flow``."""
    if flow.protocol is not Protocol.TCP or flow.port == HBONE_PORT:
        return ""
    if not (mesh.holds(flow.source) and mesh.holds(flow.destination)):
        return ""
    carried = allows(context.policies.policies, replace(flow, port=HBONE_PORT), found.behaviours)
    if carried is not refused:
        return ""
    does = "admits" if carried else "does not admit"
    return f"{ARRIVES}, which policy {does} there: Istio decides about port {flow.port}, and is not modelled"


def _of_proof(question: Question, mesh: AmbientMesh, context: Context, found: Found, *, refused: bool) -> str:
    """Whether what is proved of every flow of ``question`` holds between members on the port of the mesh."""
    carried = replace(
        question,
        source=All((question.source, _member(mesh, End.SOURCE))),
        destination=All((question.destination, _member(mesh, End.DESTINATION))),
        traffic=_HBONE,
    )
    if refused:
        casts = [space.cast for goal, _ in found.obligations for space in goal.encoder.spaces.values()]
        scope = PodScope.NAMED if any(cast.namespaces for cast in casts) else PodScope.EXISTING
        against = context.search.find_refused(carried, scope)
    else:
        against = context.search.find_any(carried)
    if against.status is Status.UNSAT:
        return ""
    does = "does not admit from all" if refused else "may admit"
    return f"{ARRIVES}, which policy {does}: there Istio decides about all ports, and is not modelled"


def _member(mesh: AmbientMesh, end: End) -> Predicate:
    """Whoever at ``end`` is in the mesh, or may be: a pod that could be created joins it by its own label."""
    joins = PodMatches(end, selector_of({DATAPLANE_MODE: AMBIENT}))
    stays_out = PodMatches(end, selector_of({DATAPLANE_MODE: NONE}))
    there = AnyOf(tuple(InNamespace(end, name) for name in mesh.namespaces))
    return All((IsPod(end), Not(OnHostNetwork(end)), AnyOf((joins, All((there, Not(stays_out)))))))


def _may_be_tcp(traffic: Predicate) -> bool:
    return may_hold(traffic, lambda leaf: (told := about_traffic(leaf)) is None or told.protocol is Protocol.TCP)
