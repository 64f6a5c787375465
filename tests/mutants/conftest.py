"""What tests of seeded faults share."""

import pytest

from mutants.kills import candidates, note, replayed


@pytest.fixture
def is_found(request):
    """Whether a search, which takes seeds and returns the first that finds something, finds the fault of this test.

    A seed that is known to find it is tried first; all the others follow, so that a generator that has changed costs
    time and not the fault. ``--kill-matrix N`` tries the N seeds that find most faults of the search, each alone.
    """

    def run(search, seeds):
        node = request.node
        key = f"{node.path.name}::{node.originalname}"
        fault = node.callspec.id
        known = replayed(key, fault)
        found = search([*known, *(seed for seed in seeds if seed not in known)])
        if request.config.getoption("--update"):
            tried = dict.fromkeys([*known, *candidates(key, request.config.getoption("--kill-matrix") or 0)])
            others = [seed for seed in tried if seed != found and search([seed]) is not None]
            note(key, fault, [*([] if found is None else [found]), *others])
        return found is not None

    return run
