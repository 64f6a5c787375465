"""Seeded faults of what a baseline knows about port names: each would leave a gate green, and a case finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import test_gate_changed_rules as changed
from cases.gates import Gates
from mutants.faulty import fault

MOVED = ({"main": 5432}, {"main": 22}, "new since the baseline: TCP 22 of data/main[Pod]")
SWAPPED = ({"main": 5432, "more": 22}, {"main": 22, "more": 5432}, "new since the baseline: TCP 22 of data/main[Pod], ")
FAULTS = {
    "what moved is known": ("gate.checking", "if are_known and not violation.has_moved:", "if are_known:", "moved"),
    "a port is known whoever has it": (
        "gate.port_names",
        "if text not in before and (port",
        "if not any(_shown(text)[:7] == _shown(one)[:7] for one in before) and (port",
        "swapped",
    ),
    "what is denied no more is no news": ("gate.port_names", "sorted(new | gone)", "sorted(new)", "denied"),
    "names of rules that deny are left out": (
        "gate.port_names",
        "if rule.action is not Action.ALLOW)",
        "if rule.action is Action.ALLOW)",
        "denied",
    ),
    "a name that nobody has is not written": (
        "gate.baseline",
        "if ports is not None else {}",
        "if ports else {}",
        "declared later",
    ),
}


def find(case: str, gates: Gates) -> None:
    """Raises ``AssertionError`` or ``KeyError`` where the case fails."""
    match case:
        case "moved":
            changed.test_a_port_name_that_means_another_port_lets_through_what_was_not_known(*MOVED, gates)
        case "swapped":
            changed.test_a_port_name_that_means_another_port_lets_through_what_was_not_known(*SWAPPED, gates)
        case "denied":
            changed.test_a_denied_port_name_that_means_another_port_denies_less(changed.named(main=9999), gates)
        case _:
            changed.test_a_port_name_that_no_pod_declared_lets_through_what_is_declared_later(gates)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found(name: str, gates: Gates) -> None:
    module, original, replacement, case = FAULTS[name]
    with fault(module, original, replacement), pytest.raises((AssertionError, KeyError)):
        find(case, gates)
