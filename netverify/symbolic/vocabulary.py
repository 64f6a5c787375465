"""The finite vocabulary of labels: the values of a key that some selector names, *absent*, and *other*.

Flows that agree on all of these are decided alike, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable

ABSENT, OTHER = 0, 1
"""The two indexes of every label variable before its named values: no such label, and a value that nobody names."""


def label_indexes(values: Iterable[str]) -> dict[str, int]:
    """The index of each named value of one key, after ``ABSENT`` and ``OTHER``, in the order of the values."""
    return {value: index for index, value in enumerate(sorted(values), start=OTHER + 1)}
