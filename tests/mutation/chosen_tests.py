"""Which tests are put to a mutant, and in which order: those that run its line, quick and narrow ones first."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, zip_longest

from mutation.rooms import MAP, digest_of

EVERY_LINE = (1 << 1000) - 1
"""Of a module that is another one than when the map was made."""


@dataclass(frozen=True)
class Touched:
    """What one test ran: its ``seconds``, and the lines of each module as the bits of a number."""

    test: str
    seconds: float
    lines: dict

    @property
    def cost(self):
        """Seconds, and a little for breadth: a test that runs much of the package says little about one line."""
        return self.seconds + sum(bits.bit_count() for bits in self.lines.values()) / 5000


@dataclass
class Choice:
    """The tests of the map that are there. ``killers`` counts, by module and function, which tests killed before."""

    tests: list
    killers: dict = field(default_factory=lambda: defaultdict(Counter))

    @classmethod
    def of(cls, collected):
        """The choice among the tests with a name in ``collected``."""
        rows = {}
        digests = cache(digest_of)
        for line in MAP.read_text().splitlines():
            row = json.loads(line)
            if row["test"] in collected:
                lines = {}
                for key, bits in row["lines"].items():
                    module, digest = key.split(" ")
                    lines[module] = int(bits, 16) if digest == digests(module) else EVERY_LINE
                rows[row["test"]] = Touched(row["test"], row["seconds"], lines)
        return cls(sorted(rows.values(), key=lambda one: (one.cost, one.test)))

    @cached_property
    def seconds(self):
        return {one.test: one.seconds for one in self.tests}

    def learn(self, mutant, test):
        """That ``test`` killed ``mutant``: it is tried first on its neighbours."""
        self.killers[mutant.module, mutant.function][test] += 1

    def tests_for(self, mutant, budget):
        """Names of tests of about ``budget`` seconds that run the line of ``mutant``; else its statement or module."""
        found = self._touching(mutant.module, mutant.lines[:1]) or self._touching(mutant.module, mutant.lines)
        found = found or [one for one in self.tests if mutant.module in one.lines]
        running = {one.test for one in found}
        known = [test for test, _ in self.killers[mutant.module, mutant.function].most_common(5) if test in running]
        chosen, spent = {}, 0.0
        for limit, order in ((budget / 2, chain(known, self._narrow_first(found))), (budget, self._by_turns(found))):
            for test in order:
                if test not in chosen and (spent + self.seconds[test] <= limit or len(chosen) < 3):
                    chosen[test] = None
                    spent += self.seconds[test]
        return list(chosen)

    def _touching(self, module, lines):
        wanted = sum(1 << line for line in set(lines))
        return [one for one in self.tests if one.lines.get(module, 0) & wanted]

    @staticmethod
    def _narrow_first(tests):
        """The names of ``tests``: one case of each that has many before the next ones, the cheapest first."""
        seen = Counter()
        turns = []
        for number, one in enumerate(tests):
            name = one.test.partition("[")[0]
            turns.append((seen[name], number, one.test))
            seen[name] += 1
        return [test for _, _, test in sorted(turns)]

    @staticmethod
    def _by_turns(tests):
        """The names of ``tests``: the first of each file, then the second of each."""
        files = defaultdict(list)
        for one in tests:
            files[one.test.partition("::")[0]].append(one.test)
        return [test for turn in zip_longest(*files.values()) for test in turn if test is not None]
