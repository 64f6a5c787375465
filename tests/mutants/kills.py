"""Which random cases find which seeded faults, and few cases that together find them all."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

KILLS = Path(__file__).with_name("kills.json")
"""By search, ``file::test``, and fault: the seeds that are known to find it, the one to replay first."""


@cache
def kills():
    """What ``kills.json`` holds."""
    return json.loads(KILLS.read_text())


def telling_seeds(*searches):
    """Few seeds that find every fault of ``searches``, those that find most first."""
    open_faults = [seeds for search in searches for seeds in kills()[search].values()]
    assert open_faults, searches
    chosen = []
    while open_faults:
        counted = Counter(seed for seeds in open_faults for seed in seeds)
        best = min(counted, key=lambda seed: (-counted[seed], seed))
        chosen.append(best)
        open_faults = [seeds for seeds in open_faults if best not in seeds]
    return chosen


def replayed(search, fault):
    """The seeds that are known to find ``fault``; first the one that most other faults of the search need as well."""
    known = kills().get(search, {}).get(fault, [])
    shared = telling_seeds(search) if known else []
    return sorted(known, key=lambda seed: shared.index(seed) if seed in shared else len(shared))


def candidates(search, count):
    """The ``count`` seeds that find most faults of ``search``, as far as is known."""
    counted = Counter(seed for seeds in kills().get(search, {}).values() for seed in seeds)
    return [seed for seed, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:count]]


def note(search, fault, seeds):
    """Write down that ``seeds`` find ``fault``: for ``pytest --update``, in one process."""
    known = json.loads(KILLS.read_text()) if KILLS.exists() else {}
    known.setdefault(search, {})[fault] = list(seeds)
    lines = []
    for name in sorted(known):
        faults = ",\n".join(f"  {json.dumps(one)}: {json.dumps(known[name][one])}" for one in sorted(known[name]))
        lines.append(f" {json.dumps(name)}: {{\n{faults}\n }}")
    KILLS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
