"""What a run shows of controls, as a document that an assessor files: what it rests on, then control by control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from netverify.diagnostics import Severity
from netverify.evidence.assessment import Assessed, Assessment, State, approved_flows
from netverify.evidence.framework import Framework, Worth
from netverify.gate.intent.spec import FlowText, World, Written
from netverify.gate.outcome import ZoneMembers
from netverify.model.flow import End
from netverify.records import dataclass
from netverify.report.coverage_text import coverage_text
from netverify.report.document import (
    Beside,
    Block,
    Cell,
    Facts,
    Remark,
    Row,
    Section,
    Summary,
    Table,
    cell,
)
from netverify.report.entries import Entry, column
from netverify.report.finding_list import Run
from netverify.report.framework_document import PROPOSED
from netverify.report.gate_document import basis_of, exceptions_table, findings_table, judged_assertions, verdicts
from netverify.report.gate_words import evidence_text
from netverify.report.quantities import counted
from netverify.report.terminal import Ink, line
from netverify.report.trace_text import place_text
from netverify.sources.coverage import Inventory

WORLDS: Mapping[World | None, str] = MappingProxyType(
    {World.POSSIBLE: "every pod that could be created", World.EXISTING: "existing pods only", None: ""}
)
"""Which pods a verdict is about."""
EXCLUSIONS = (
    "the running cluster: it may differ from these manifests",
    "nodes and what runs on them outside pods; rights in the cluster, `kubectl exec` and port-forwarding",
    "networks, firewalls and load balancers outside the cluster, but for what manifests say of them",
    "what is inside an allowed connection: logins, encryption, programs",
)
"""What no proof about network policy is about."""
_INKS = {
    State.VIOLATED: Ink.RED,
    State.NOT_SHOWN: Ink.YELLOW,
    State.SHOWN: Ink.GREEN,
    State.SHOWN_WITH_EXCEPTIONS: Ink.CYAN,
    State.SUPPORTED: Ink.GREEN,
    State.SUPPORTED_WITH_EXCEPTIONS: Ink.CYAN,
    State.NOT_ASSESSED: Ink.DIM,
}
_MEANINGS = (
    ("violated", "a flow is allowed that an assertion for the control forbids; it is shown below"),
    ("not shown", "something that the control needs is missing or undecided"),
    ("shown", "all that proofs can answer of the control is proved: no violating flow exists in the model"),
    ("supported", "likewise, of a control that needs more evidence than proofs"),
    ("not assessed", "this report says nothing about the control"),
)
_WORTH: Mapping[tuple[Worth, bool], str] = MappingProxyType(
    {
        (Worth.PROVES, True): "The proofs answer this control.",
        (Worth.SUPPORTS, True): "The proofs support this control, which needs more evidence.",
        (Worth.PROVES, False): "Proofs would answer this control.",
        (Worth.SUPPORTS, False): "Proofs would support this control, which needs more evidence.",
    }
)
_MOST_PODS = 60
"""How many pods of a zone are listed; all are in the JSON report."""


@dataclass(frozen=True, slots=True)
class Made:
    """How a report was made: the run, the versions of what ran, and digests of what was read, by name.

    ``is_committed``: all that was read is known to be as the revision has it.
    """

    run: Run
    versions: tuple[str, ...]
    intent: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    is_committed: bool = False


def document_of_assessment(assessment: Assessment, inventory: Inventory, made: Made) -> Iterator[Block]:
    """The whole report."""
    report = assessment.report
    yield _summary(assessment)
    yield Section("Controls at a glance", tuple(_overview(assessment)))
    yield Section("What this rests on, and what was not looked at", tuple(_basis(assessment, inventory)))
    yield Section("Scope: the zones and what is in them", tuple(_scope(assessment)))
    for framework, controls in assessment.frameworks:
        yield Section(f"{framework.title} ({framework.id})", tuple(_controls(framework, controls)))
    yield Section("Proofs and counterexamples", (judged_assertions(report, inventory),))
    yield Section("Approved flows", tuple(_approved(assessment)))
    if report.exceptions:
        yield Section("Accepted violations", tuple(_exceptions(assessment)))
    yield Section("How to reproduce this report", tuple(_reproduced(assessment, made)))
    yield Beside((Section("Sign-off", (_sign_off(),)),))


def _summary(assessment: Assessment) -> Summary:
    said = []
    for framework, controls in assessment.frameworks:
        states = Counter(one.state for one in controls)
        said.append(f"{framework.title}: {', '.join(f'{states[one]} {one}' for one in State if states[one])}")
    worst = [one.state for _, controls in assessment.frameworks for one in controls]
    state = next((one for one in State if one in worst), State.NOT_ASSESSED)
    number = sum(len(controls) for _, controls in assessment.frameworks)
    today = assessment.report.today
    about = (*assessment.report.files[:3], *((today.isoformat(),) if today is not None else ()))
    return Summary("; ".join(said), _INKS[state], counted(number, "control"), about=about)


def _overview(assessment: Assessment) -> Iterator[Block]:
    rows = []
    for framework, controls in assessment.frameworks:
        states = Counter(one.state for one in controls)
        rows.append(Row(cell(framework.title), (tuple(cell(str(states[state])) for state in State),)))
    yield Table("", ("framework", *(state.value for state in State)), tuple(rows), "framework", numbers=True)
    yield Table(
        "", ("verdict", "means"), tuple(Row(cell(word), ((cell(text),),)) for word, text in _MEANINGS), "verdict"
    )


def _basis(assessment: Assessment, inventory: Inventory) -> Iterator[Block]:
    report = assessment.report
    # No account, which Markdown folds: this is not to be skipped.
    read = column("in all", coverage_text(inventory))
    yield Facts((*read, *basis_of(report), *column("not part", EXCLUSIONS)))
    found = dict.fromkeys((*report.findings, *inventory.diagnostics, *report.inputs))
    yield from findings_table(tuple(one for one in found if one.severity is not Severity.NOTE))


def _scope(assessment: Assessment) -> Iterator[Block]:
    rows = [_zone(one) for one in assessment.report.zones]
    outside = cell(*_listed([str(key) for key in assessment.outside], "none"))
    rows.append(Row(cell("(in no zone)"), ((cell("pods of the manifests that no zone holds"), outside, cell()),)))
    yield Table("", ("zone", "what belongs in it", "what is in it", "where"), tuple(rows), "zone", widths=(0, 44, 60))


def _zone(one: ZoneMembers) -> Row:
    empty: Cell = cell("MATCHES NO POD AND NO ADDRESS", ink=Ink.RED) if one.is_empty else ()
    parts = () if one.is_empty else cell(*(f"nobody: {text}" for text in one.empty), ink=Ink.YELLOW)
    found = () if one.is_empty else cell(*_listed([*map(str, one.pods), *one.others], ""))
    bound = ", ".join(end.text for end in (*one.zone.ends, *one.zone.cidrs))
    about = cell(one.zone.description or "(the intent does not say)", *([f"bound to {bound}"] if bound else []))
    return Row(
        cell(one.zone.name, ink=Ink.BOLD), ((about, (*empty, *parts, *found), cell(place_text(one.zone.origin))),)
    )


def _listed(texts: Sequence[str], otherwise: str) -> list[str]:
    more = len(texts) - _MOST_PODS
    return [*texts[:_MOST_PODS], *([f"and {more} more"] if more > 0 else [])] or [otherwise]


def _controls(framework: Framework, controls: Iterable[Assessed]) -> Iterator[Block]:
    yield Remark(f"Source: {framework.source}. Titles and intents are paraphrased.", Ink.PLAIN)
    rows = tuple(map(_control, controls))
    yield Table(
        "", ("control", "verdict", "about", "assertions", "what that means"), rows, "control", widths=(44, 0, 0, 0, 60)
    )


def _control(one: Assessed) -> Row:
    control = one.control
    proposed = (line(PROPOSED, Ink.YELLOW),) if control.is_proposed else ()
    label = (line(f"{control.id} {control.title}", Ink.BOLD), *proposed, line(control.intent))
    state = (line(one.state.value, _INKS[one.state]),)
    reasons = tuple(line(text, _INKS[one.state]) for text in one.because if text != control.because)
    holds = one.state not in (State.VIOLATED, State.NOT_SHOWN, State.NOT_ASSESSED)
    # What a proof shows is said only where there is one.
    said = f"{_WORTH[control.worth, holds]} {control.because}" if holds else _WORTH.get((control.worth, False), "")
    worth = () if control.worth is Worth.NONE else (line(said),)
    meaning = (*reasons, *(worth or (line(control.because),)))
    return Row(label, ((state, cell(WORLDS[one.world]), verdicts(one.results), meaning),))


def _approved(assessment: Assessment) -> Iterator[Block]:
    rows = tuple(Row(cell(flow[0]), (tuple(map(cell, flow[1:])),)) for flow in approved_rows(assessment))
    if rows:
        yield Table("", APPROVED_COLUMNS, rows, "flow", widths=(0, 40, 40, 0, 44))
    else:
        yield Remark("No assertion of this report approves any flow.", Ink.PLAIN)


_ANNOTATED = "what the rules of the annotated policy allow, or all that goes into or out of the annotated namespace"
APPROVED_COLUMNS = ("assertion", "from", "to", "ports", "justification", "where")


def approved_rows(assessment: Assessment) -> Iterator[tuple[str, ...]]:
    """The texts of each approved flow, under :data:`APPROVED_COLUMNS`."""
    for result, flow in approved_flows(assessment):
        statement = result.assertion.statement
        zone = getattr(statement, "zone", ())
        into = getattr(statement, "end", None) is End.DESTINATION
        ends = (flow.sources, zone) if into else (zone, flow.destinations)
        place = place_text(flow.origin) if flow.origin is not None else ""
        yield (result.assertion.id, *map(_ends, ends), _ports(flow), flow.justification or "(none)", place)


def _ends(ends: Iterable[Written]) -> str:
    return ", ".join(one.text for one in ends) or "anyone"


def _ports(flow: FlowText) -> str:
    return ", ".join(one.text for one in flow.ports) or "every port"


def _exceptions(assessment: Assessment) -> Iterator[Block]:
    yield from exceptions_table(assessment.report)
    accepted = (
        f"{use.exception.id}: {_ends(flow.sources)} to {_ends(flow.destinations)}, {_ports(flow)}"
        for use in assessment.report.exceptions
        for flow in use.exception.flows
    )
    annotated = (f"{use.exception.id}: {_ANNOTATED}" for use in assessment.report.exceptions if not use.exception.flows)
    yield Facts(tuple(column("accepts", (*accepted, *annotated))))


_UNCOMMITTED = "some input differs from this revision, or git cannot tell: the digests below say what was read"


def _reproduced(assessment: Assessment, made: Made) -> Iterator[Block]:
    run, report = made.run, assessment.report
    committed = "all inputs are as in this revision" if made.is_committed else _UNCOMMITTED
    entries = [
        Entry("command", run.command),
        *(column("revision", (f"{run.revision} {run.repository}".rstrip(), committed)) if run.revision else []),
        *column("versions", made.versions),
        *([Entry("date", report.today.isoformat())] if report.today is not None else []),
        *([Entry("evidence", evidence_text(report.evidence))] if report.evidence is not None else []),
    ]
    yield Facts(tuple(entries))
    named = chain((("intent", one) for one in made.intent), (("input", one) for one in made.inputs))
    rows = tuple(Row(cell(kind), ((cell(name), cell(digest)),)) for kind, (name, digest) in named)
    if rows:
        yield Table("", ("read as", "name", "digest"), rows, "input")


def _sign_off() -> Table:
    roles = ("prepared by", "reviewed by", "approved by")
    rows = tuple(Row(cell(role), (tuple(cell("") for _ in range(4)),)) for role in roles)
    return Table("", ("step", "name", "role", "date", "signature"), rows, "role")
