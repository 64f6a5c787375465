"""The all-pairs reading of a cluster, made when a question first needs it and kept for those after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netverify.answers.settings import Settings
from netverify.model.cluster import Cluster
from netverify.queries.question import Question
from netverify.rules.mentions import Mentions, collect
from netverify.rules.predicate import Predicate
from netverify.rules.slicing import PolicyIndex

if TYPE_CHECKING:
    from netverify.connectivity.all_pairs import Connectivity


class Pairs:
    """All pairs of one cluster, read anew only for a question that tells more apart than the reading at hand."""

    def __init__(self, cluster: Cluster, policies: PolicyIndex, settings: Settings) -> None:
        self._cluster = cluster
        self._policies = policies
        self._settings = settings
        self._asked: tuple[Predicate, ...] = ()
        self._reading: Connectivity | None = None

    def about(self, question: Question) -> Connectivity:
        """Who among the existing pods and external ranges may reach whom, as far as ``question`` asks."""
        asked = (question.source, question.destination, question.traffic)
        return self._telling_apart(asked).narrowed(
            source=question.source, destination=question.destination, traffic=question.traffic
        )

    def _telling_apart(self, asked: tuple[Predicate, ...]) -> Connectivity:
        if self._reading is not None and self._reading.tells_apart(*asked):
            return self._reading
        if _looks_at_addresses(asked):
            # To tell its addresses apart costs every other question more than it saves.
            return self._read(asked)
        self._asked += asked
        self._reading = self._read(self._asked)
        return self._reading

    def _read(self, asked: tuple[Predicate, ...]) -> Connectivity:
        from netverify.connectivity.all_pairs import all_pairs  # noqa: PLC0415 most questions do without

        settings = self._settings
        return all_pairs(self._cluster, self._policies, settings.fixed, pod_cidrs=settings.pod_cidrs, asked=asked)


def _looks_at_addresses(predicates: tuple[Predicate, ...]) -> bool:
    mentions = Mentions()
    for predicate in predicates:
        collect(predicate, mentions)
    return bool(mentions.addressed)
