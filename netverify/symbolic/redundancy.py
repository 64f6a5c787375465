"""Whether taking policies of one namespace away makes a difference, for every pod that could be created.

Source: Cedar's analysis asks the same of two policy sets (equivalent, and for single policies: vacuous, redundant).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netverify.budget import Budget
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction
from netverify.rules.predicate import Predicate
from netverify.rules.slicing import PolicyIndex
from netverify.rules.table import PolicySet, RuleTable
from netverify.rules.visit import predicates_of
from netverify.symbolic.cluster_index import ClusterIndex, Latitude
from netverify.symbolic.goal import Differs, Flows
from netverify.symbolic.refinement import Attempts, Found, Refinement
from netverify.symbolic.status import Status
from netverify.symbolic.subjects import Subjects


class Redundancy:
    """Decides about one cluster. What a CNI may do either way is free unless it is among ``behaviours``.

    ``UNSAT`` is found only where there are flows of such subjects at all.
    """

    def __init__(
        self, index: ClusterIndex, behaviours: Mapping[Behaviour, bool], latitude: Latitude, budget: Budget
    ) -> None:
        self._subjects = Subjects(index.cluster, behaviours)
        self._refinement = Refinement(index, latitude, budget)

    def alike(self, before: RuleTable, after: RuleTable, namespace: str, text: str, *, strictly: bool = False) -> Found:
        """``UNSAT`` iff both tables, of one direction, decide alike about every flow of a subject in ``namespace``.

        ``strictly``: and they isolate the same subjects, so that they are alike whatever other policies there are.
        ``text`` says that they are not.
        """
        direction = before.direction
        predicates = (*predicates_of(before), *predicates_of(after))
        flows = Flows(self._subjects.scene(direction, namespace, predicates), (), text)
        goal = Differs(_alone(before), _alone(after), direction, either_way=True, strictly=strictly)
        found = self._refinement.decide(goal, flows)
        return self._of_something(found, flows) if found.status is Status.UNSAT else found

    def never(self, predicate: Predicate, direction: Direction, namespace: str, text: str) -> Found:
        """``UNSAT`` iff ``predicate`` holds of no flow of a subject in ``namespace`` at all."""
        scene = self._subjects.scene(direction, namespace, (predicate,))
        attempts: Attempts = []
        found = self._refinement.with_premises(Found(Status.UNSAT), Flows(scene, (predicate,), text), attempts)
        found = replace(found, obligations=tuple(attempts))
        if found.vacuous:
            return self._of_something(replace(found, vacuous=False), Flows(scene, (), text))
        return replace(found, status=Status.SAT) if found.status is Status.UNSAT else found

    def _of_something(self, found: Found, flows: Flows) -> Found:
        """``found``, a proof, where there are any ``flows``; or else that nothing is known."""
        attempts: Attempts = list(found.obligations)
        proof = self._refinement.with_premises(found, replace(flows, text=f"the premises of: {flows.text}"), attempts)
        if proof.vacuous:
            proof = Found(Status.UNKNOWN, reason="no flow is possible at all")
        return replace(proof, obligations=tuple(attempts))


def _alone(table: RuleTable) -> PolicyIndex:
    """The policies of ``table``, without any of the other direction."""
    return PolicyIndex(PolicySet({d: table if d is table.direction else RuleTable(d, ()) for d in Direction}))
