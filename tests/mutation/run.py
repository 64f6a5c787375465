"""A mutation run inside of pytest: after one collection, it forks a process for each mutant."""

import gc

from mutation.chosen_tests import Choice
from mutation.forked import Ending, bodies_of, run_forked


class MutationRun:
    """Runs tests of about ``budget`` seconds for each of ``mutants``, and adds how they end to ``results``."""

    def __init__(self, mutants, results, budget):
        self.mutants = mutants
        self.results = results
        self.budget = budget
        self.sound = {}

    def pytest_runtestloop(self, session):
        items = {item.nodeid: item for item in session.items}
        choice = Choice.of(items)
        gc.collect()
        gc.freeze()  # so that the processes share what was imported
        for number, mutant in enumerate(self.mutants, 1):
            bodies = bodies_of(mutant)
            ending = Ending("nowhere") if not bodies else self._ending(session, items, choice, mutant, bodies)
            if ending.test:
                choice.learn(mutant, ending.test)
            self.results.add(mutant, ending)
            print(f"{number}/{len(self.mutants)} {ending.status} {ending.seconds} s {mutant.name}", flush=True)  # noqa: T201
        return True

    def _ending(self, session, items, choice, mutant, bodies):
        """How the tests for ``mutant`` end; a test that fails without any mutant counts for nothing."""
        tests = [test for test in choice.tests_for(mutant, self.budget) if self.sound.get(test, True)]
        if not tests:
            return Ending("untouched")
        while tests:
            seconds = 10 + 3 * sum(choice.seconds[test] for test in tests)
            ending = run_forked(session, [items[test] for test in tests], bodies, seconds)
            if not ending.test or self._is_sound(session, items, ending.test, choice):
                return ending
            tests.remove(ending.test)
        return Ending("survived")

    def _is_sound(self, session, items, test, choice):
        if test not in self.sound:
            ending = run_forked(session, [items[test]], {}, 30 + 5 * choice.seconds[test])
            self.sound[test] = ending.status == "survived"
        return self.sound[test]
