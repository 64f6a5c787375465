"""What tests of seeded faults share."""

import json
from pathlib import Path

import pytest

KILLING = Path(__file__).with_name("killing_seeds.json")
"""By test, the seed that found its fault last; ``pytest --update`` (in one process) writes it anew."""


@pytest.fixture
def is_found(request):
    """Whether a search, which takes seeds and returns the first that finds something, finds the fault of this test.

    The seed that found it last is tried first; all the others follow, so that a generator that has changed costs time
    and not the fault.
    """

    def run(search, seeds):
        key = request.node.name
        known = json.loads(KILLING.read_text())
        first = known.get(key)
        others = [seed for seed in seeds if seed != first]
        found = search(others if first is None else [first, *others])
        if request.config.getoption("--update") and found != first:
            known = {**known, key: found}
            KILLING.write_text(json.dumps({name: known[name] for name in sorted(known)}, indent=0) + "\n")
        return found is not None

    return run
