"""One assertion on the page about a gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from netverify.gate.intent.spec import World
from netverify.gate.outcome import GateVerdict, Result, Violation
from netverify.query.remarks import Remarks
from netverify.report.gate_remarks import own_remarks
from netverify.report.gate_shortcomings import Shortcoming, shortcomings_of
from netverify.report.gate_steps import trace_lines
from netverify.report.gate_words import goal_texts
from netverify.report.html_text import in_html
from netverify.report.trace_text import decision_text, place_text
from netverify.sources.coverage import Inventory

AT_MOST = 100
"""How many violations of one assertion are told; further ones are counted."""

_WORLDS: Mapping[World, str] = MappingProxyType(
    {World.EXISTING: "the pods of the manifests", World.POSSIBLE: "every pod that there could be"}
)
_OPEN = frozenset((GateVerdict.REFUTED, GateVerdict.VACUOUS, GateVerdict.UNKNOWN))


def result_html(result: Result, inventory: Inventory, remarks: Remarks) -> str:
    """``result`` as an element that opens; open where something is wrong that is not left aside."""
    assertion = result.assertion
    title = f"<b>{in_html(assertion.id)}</b> {in_html(assertion.title or result.statement)}"
    opened = " open" if result.verdict in _OPEN else ""
    return (
        f'<details class="result {result.verdict}"{opened}>\n'
        f'<summary><span class="verdict {result.verdict}">{result.verdict}</span><span class="title">{title}</span>'
        f'<span class="soft">{assertion.severity}</span>'
        f'<span class="place">{in_html(place_text(assertion.origin))}</span></summary>\n'
        f"<div>\n{_facts(result, remarks)}{_violations(result, inventory)}</div>\n</details>\n"
    )


def _facts(result: Result, remarks: Remarks) -> str:
    carriers = [f"{decision_text(reason)} {place_text(reason.place)}".rstrip() for reason in result.because]
    is_proof = result.verdict in {GateVerdict.PROVED, GateVerdict.EXCEPTED}
    own = own_remarks(result, remarks)
    facts: Sequence[tuple[str, Sequence[str]]] = (
        ("wanted", [result.statement]),
        ("is about", [_WORLDS[result.world]]),
        ("because", [] if result.verdict is GateVerdict.PROVED else _shortcomings(result)),
        ("carried by", carriers if is_proof else []),
        ("excepted by", result.excepted_by),
        ("inexact", own.approximations),
        ("note", own.notes if result.violations or result.verdict is GateVerdict.PROVED else ()),
        ("controls", result.assertion.controls),
        ("fingerprint", [result.fingerprint]),
        ("goals", goal_texts(result, AT_MOST)),
    )
    rows = "".join(f"<dt>{term}</dt><dd>{_texts(texts)}</dd>\n" for term, texts in facts if texts)
    return f'<dl class="facts">\n{rows}</dl>\n'


def _shortcomings(result: Result) -> list[str]:
    """Why ``result`` is no proof, besides its violations."""
    return [one.text for one in shortcomings_of(result) if one.violation is None]


def _texts(texts: Iterable[str]) -> str:
    return "<br>".join(map(in_html, texts))


def _violations(result: Result, inventory: Inventory) -> str:
    found = [one for one in shortcomings_of(result) if one.violation is not None]
    told = [
        _violation(one, one.violation, inventory, position)
        for position, one in enumerate(found[:AT_MOST])
        if one.violation
    ]
    more = f"<p>and {len(found) - AT_MOST} more</p>\n" if found[AT_MOST:] else ""
    others = "" if result.is_complete else '<p class="soft">There may be others.</p>\n'
    return "".join((*told, more, others))


def _violation(finding: Shortcoming, violation: Violation, inventory: Inventory, position: int) -> str:
    known = ' <span class="verdict baselined">known</span>' if violation.is_baselined else ""
    place = f' <span class="place">{in_html(place_text(finding.responsible))}</span>' if finding.responsible else ""
    head = f'<span class="title">{in_html(violation.text)}</span>{known}{place}'
    trace = "\n".join(map(in_html, trace_lines(violation, inventory)))
    if not trace:
        return f"<p>{head}</p>\n"
    opened = "" if position else " open"
    return f'<details class="more"{opened}>\n<summary>{head}</summary>\n<div><pre>{trace}</pre></div>\n</details>\n'
