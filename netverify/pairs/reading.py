"""What the all-pairs reading makes of a cluster once, however it is narrowed."""

from __future__ import annotations

from collections.abc import Mapping

from netverify.model.flow import Direction
from netverify.pairs.access import Accesses
from netverify.pairs.coarsening import Coarsening
from netverify.pairs.courses import Courses
from netverify.pairs.domain import Domain
from netverify.pairs.evaluate import Evaluator
from netverify.pairs.leeway import Leeways
from netverify.pairs.pair_diagrams import PairDiagrams
from netverify.pairs.rectangles import Rectangles
from netverify.pairs.tables import Group, TableReader
from netverify.pairs.witness import Decoder
from netverify.policy.slicing import PolicyIndex


class Reading:
    """What is computed once for a cluster, however it is narrowed."""

    def __init__(self, domain: Domain, index: PolicyIndex) -> None:
        self.domain = domain
        self.blocks = self.domain.population.blocks
        self.leeways = Leeways(self.domain)
        self.evaluator = Evaluator(self.domain, self.leeways)
        self.readers = {
            direction: TableReader(
                direction,
                index,
                self.domain,
                self.evaluator,
                Coarsening(direction, self.domain, self.leeways) if self.domain.addresses_apart else None,
            )
            for direction in Direction
        }
        self.groups: Mapping[Direction, Mapping[int, list[Group]]] = {
            direction: {block.number: reader.groups(block) for block in self.blocks}
            for direction, reader in self.readers.items()
        }
        self.rectangles = Rectangles(
            self.domain, self.leeways, self.groups[Direction.EGRESS], self.groups[Direction.INGRESS]
        )
        self.accesses = Accesses(self.domain)
        self.pairs = PairDiagrams(self.domain, self.leeways, self.readers, self.groups)
        self.courses = Courses(self.domain, self.accesses)
        self.decoder = Decoder(self.domain)
