"""Faults in scopes: who is wrongly not connected, or not as far away as it says."""

import importlib

import pytest

from mutants.faulty import fault

FAULTS = {
    "the directions are swapped": (
        "answers.closure",
        "(bundle.sources, bundle.destinations) if self.at is End.SOURCE else _turned(bundle)",
        "(bundle.sources, bundle.destinations) if self.at is not End.SOURCE else _turned(bundle)",
        0,
    ),
    "one connection is all": ("answers.closure", "    while frontier:", "    while frontier and not hops:", 0),
    "dependent connections are dropped": (
        "answers.scoping",
        "closure(self._bundles, self._all, at)",
        "closure(self._surely, self._all, at)",
        6,
    ),
    "dependent connections are sure": (
        "answers.scoping",
        "one for one in self._bundles if one.access.allowed",
        "one for one in self._bundles if one.access.depends or one.access.allowed",
        6,
    ),
    "addresses outside pass on": ("answers.closure", "added.pop(EXTERNAL, None)", "added.get(EXTERNAL)", 3),
    "a block that is seen in part is seen": (
        "answers.closure",
        "if not (new := part.bits & ~known)",
        "if known or not (new := part.bits & ~known)",
        0,
    ),
    "whoever reaches the zone is not looked for": (
        "answers.scoping",
        "(End.DESTINATION, End.SOURCE))",
        "(End.SOURCE,))",
        0,
    ),
    "whoever is perhaps connected is apart": (
        "answers.scoping",
        "known = {n for one in entries for n in one.members}",
        "known = {n for one in entries for n in one.members if (one.into or one.out).is_sure}",
        6,
    ),
    "a path is that of somebody else": (
        "answers.closure",
        "yield part.numbers[(both & -both).bit_length() - 1]",
        "yield part.numbers[0]",
        0,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_in_scopes_is_found(name):
    module, original, replacement, seed = FAULTS[name]
    with fault(module, original, replacement):
        assert found(seed)


def found(seed):
    """Whether the judge disagrees, or the package stops by itself: of a pair in a bundle it asks for a flow."""
    try:
        return importlib.import_module("agreement.scopes").disagreements(seed) != []
    except AssertionError:
        return True
