"""Faults in the roll-up of assertions to controls: each shows a control that is not shown, and is found."""

from __future__ import annotations

import pytest

from mutants.faulty import fault

ASSESSMENT, FRAMEWORK = "evidence.assessment", "evidence.framework"
FAULTS = {
    "what is refuted is not against it": (
        ASSESSMENT,
        "_AGAINST = (GateVerdict.REFUTED, GateVerdict.BASELINED)",
        "_AGAINST = ()",
    ),
    "what a baseline knew is not against it": (
        ASSESSMENT,
        "(GateVerdict.REFUTED, GateVerdict.BASELINED)",
        "(GateVerdict.REFUTED,)",
    ),
    "what is unknown counts as proved": (
        ASSESSMENT,
        "if one.verdict not in (*_PASSED, *_AGAINST):",
        "if False:",
    ),
    "parts do not count": (
        ASSESSMENT,
        "for part in one.also)",
        "for part in ())",
    ),
    "an empty zone is no matter": (
        ASSESSMENT,
        "if one.is_empty:",
        "if False:",
    ),
    "shared pods are no matter": (
        ASSESSMENT,
        "if isinstance(statement, Separate | Deny):",
        "if False:",
    ),
    "what approves everyone is no matter": (
        ASSESSMENT,
        "if not one.ports and (not ends or _are_open(ends, zones)):",
        "if False:",
    ),
    "any pod is not everyone": (
        ASSESSMENT,
        "(not ends or _are_open(ends, zones))",
        "not ends",
    ),
    "reasons are not needed": (
        ASSESSMENT,
        "if control.wants_reasons and unjustified:",
        "if False:",
    ),
    "a missing statement is no matter": (
        ASSESSMENT,
        "        if not mine:\n",
        "        if False:\n",
    ),
    "a zone that there is not is no matter": (
        ASSESSMENT,
        "if name not in run.zones and name not in ANYWHERE:",
        "if False:",
    ),
    "unread inputs are no matter": (
        ASSESSMENT,
        '() if run.is_whole else ("an input could not be read",)',
        "()",
    ),
    "exceptions are no matter": (
        ASSESSMENT,
        "any(one.verdict is GateVerdict.EXCEPTED for one in results)",
        "False",
    ),
    "without an assertion it is supported": (
        ASSESSMENT,
        "    if not results:\n        return",
        "    if False:\n        return",
    ),
    "support is a proof": (
        ASSESSMENT,
        "(Worth.SUPPORTS, False): State.SUPPORTED",
        "(Worth.SUPPORTS, False): State.SHOWN",
    ),
    "what is not assessed is supported": (
        ASSESSMENT,
        "State.NOT_ASSESSED, results, (control.because,)",
        "State.SUPPORTED, results, (control.because,)",
    ),
    "fewer ports are enough": (
        FRAMEWORK,
        "_ports(asked.ports) <= _ports(mine.ports)",
        "_ports(asked.ports) & _ports(mine.ports)",
    ),
    "other sources will do": (
        FRAMEWORK,
        "_same(mine.sources, asked.sources) and ",
        "",
    ),
    "what is inside may be approved": (
        FRAMEWORK,
        " and (may_be_within or not within)",
        "",
    ),
    "the other direction of a zone will do": (
        FRAMEWORK,
        "same = end is asked_end and ",
        "same = ",
    ),
    "fewer zones are enough": (
        FRAMEWORK,
        "{one.text for one in asked} <= {one.text for one in mine}",
        "bool(mine)",
    ),
    "outside is the internet": (
        FRAMEWORK,
        " and internet == asked_internet",
        "",
    ),
    "one direction is enough": (
        FRAMEWORK,
        "return same and set(asked_directions) <= set(directions)",
        "return same",
    ),
    "some namespaces are enough": (
        FRAMEWORK,
        "mine.selector == asked.selector and _same(mine.names, asked.names)",
        "True",
    ),
}


TELLING = (0, 82, 29, 33, 104, 117, 8, 24, 53, 97)
"""Cases that together find every fault."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_roll_up_is_found(name):
    with fault(*FAULTS[name]):
        from agreement.audits import first_disagreement  # noqa: PLC0415 of the package with the fault

        assert first_disagreement((*TELLING, *range(400))) is not None
