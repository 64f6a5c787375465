"""Counts in words."""

from __future__ import annotations

from collections.abc import Mapping


def plural(noun: str) -> str:
    """``noun`` in the plural, by the rules that Kubernetes kinds need: policies, ingresses, pods."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch")) else f"{noun}s"


def counted(number: int, noun: str) -> str:
    """``1 policy``, ``2 policies``."""
    return f"{number} {noun if number == 1 else plural(noun)}"


def counted_kinds(counts: Mapping[str, int], *, at_most: int = 4) -> str:
    """``1 ConfigMap, 2 Roles``; beyond ``at_most`` kinds only ``7 objects of 5 kinds``."""
    present = {kind: number for kind, number in sorted(counts.items()) if number}
    if len(present) > at_most:
        return f"{counted(sum(present.values()), 'object')} of {len(present)} kinds"
    return ", ".join(counted(number, kind) for kind, number in present.items())


def listed(names: tuple[str, ...], *, at_most: int = 5) -> str:
    """``a, b``; beyond ``at_most`` names ``a, b and 7 more``."""
    rest = len(names) - at_most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:at_most])} and {rest} more"
