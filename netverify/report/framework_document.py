"""Frameworks of controls as documents and as JSON: what there is to prove, and what a proof is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from netverify.evidence.framework import Control, Framework, Worth
from netverify.gate.intent.spec import Assertion, Only
from netverify.gate.wording import statement_words
from netverify.model.flow import End
from netverify.report.document import Block, Facts, Gap, Headline, Item, Row, Table, cell
from netverify.report.entries import Entry, column
from netverify.report.quantities import counted
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json
from netverify.report.terminal import Ink

SCHEMA = "netverify/frameworks/v1"
INKS = {Worth.PROVES: Ink.GREEN, Worth.SUPPORTS: Ink.CYAN, Worth.NONE: Ink.DIM}
PROPOSED = "PROPOSED, not in force"
"""What is said beside a control that is no rule yet."""


def document_of_frameworks(frameworks: Sequence[Framework]) -> Iterator[Block]:
    """A line for each framework: how many of its controls proofs answer, support, and have nothing to say about."""
    rows = []
    for one in frameworks:
        worths = Counter(control.worth for control in one.controls)
        counts = tuple(cell(str(worths[worth])) for worth in Worth)
        rows.append(Row(cell(one.id, ink=Ink.BOLD), ((cell(one.title), *counts),)))
    heads = ("framework", "title", *(worth.value for worth in Worth))
    yield Table("", heads, tuple(rows), "framework")


def document_of_framework(framework: Framework) -> Iterator[Block]:
    """Its zones, then each control with what it asks for, what is to be proved, and what that is worth."""
    yield Headline(framework.id, f": {framework.title}, {counted(len(framework.controls), 'control')}", Ink.BOLD)
    zones = [f"{name}: {about}" for name, about in framework.zones]
    yield Facts((Entry("source", framework.source), *column("zones", zones)))
    yield Gap()
    width = max(len(worth.value) for worth in Worth)
    for control in framework.controls:
        title = f"{control.title} ({PROPOSED})" if control.is_proposed else control.title
        details = (control.intent, *needs_of(control), control.because)
        yield Item(control.worth.value, INKS[control.worth], control.id, title, "", details, width)


def needs_of(control: Control) -> Iterator[str]:
    """What has to be proved for ``control``, each in a line."""
    for one in control.templates:
        yield f"to prove: {statement_of(one.title, asked_words(one))}"
    if control.wants_reasons:
        yield "each approved flow needs a justification"


def asked_words(template: Assertion) -> str:
    """What ``template`` states; of flows that the user chooses, that these are approved."""
    statement = template.statement
    if isinstance(statement, Only) and not statement.flows:
        ends = ", ".join(one.text for one in statement.zone)
        return f"only the flows {'to' if statement.end is End.DESTINATION else 'from'} {ends} that you approve"
    return statement_words(template)


def statement_of(title: str, statement: str) -> str:
    """``title``, and what is stated in full."""
    return f"{title} ({statement})" if title else statement


def render_frameworks_json(frameworks: Sequence[Framework]) -> str:
    """All of ``frameworks`` as one object."""
    return dumped({"schema": SCHEMA, "frameworks": [framework_json(one) for one in frameworks]})


def render_framework_json(framework: Framework) -> str:
    """One framework, in the shape that all have together."""
    return render_frameworks_json((framework,))


def framework_json(framework: Framework) -> dict[str, Json]:
    """A framework as an object: its zones and controls."""
    return {
        "id": framework.id,
        "title": framework.title,
        "source": framework.source,
        "zones": dict(framework.zones),
        "controls": [control_json(one) for one in framework.controls],
    }


def control_json(control: Control) -> dict[str, Json]:
    """A control as an object: what it asks for, what has to be proved, and what that is worth."""
    return {
        "id": control.id,
        "reference": control.reference,
        "title": control.title,
        "intent": control.intent,
        "worth": control.worth.value,
        "because": control.because,
        "proposed": control.is_proposed,
        "justified": control.wants_reasons,
        "assertions": [
            {"id": one.id, "title": one.title, "verb": one.verb, "statement": asked_words(one)}
            for one in control.templates
        ],
    }
