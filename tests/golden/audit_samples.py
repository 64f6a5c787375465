"""Reports on controls of runs that were made by hand, one of them with a hostile text in every place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from golden import gate_samples as samples
from netverify.diagnostics import Origin
from netverify.evidence.assessment import Assessment, assess
from netverify.evidence.framework import Control, Framework, Worth
from netverify.gate.intent.spec import Assertion, Deny, ExceptionText, FlowText, Only, Written, ZoneText
from netverify.gate.outcome import ExceptionState, ExceptionUse, GateReport, ZoneMembers
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.report.evidence_document import Made

PLAIN = "the text"


def assessment(text: str = PLAIN) -> Assessment:
    """Controls in every state, where ``text`` is whatever an intent, a framework or a manifest says."""
    where = Origin(text, 0, 3, 1)
    zone = (Written("cde", where),)
    template = Assertion("inbound", "only", Only(End.DESTINATION, zone, ()), where, text)
    worths = (Worth.PROVES, Worth.SUPPORTS, Worth.SUPPORTS, Worth.SUPPORTS, Worth.NONE, Worth.SUPPORTS)
    controls = [
        Control(
            "ours",
            str(number),
            text,
            text,
            worth,
            text,
            where,
            (template,) if worth is Worth.PROVES else (),
            wants_reasons=True,
            is_proposed=number == 2,
        )
        for number, worth in enumerate(worths, 1)
    ]
    framework = Framework("ours", text, text, text, (("cde", text),), tuple(controls))
    flows = (
        FlowText((Written(text, where),), (), (Written("443", where),), text, where),
        FlowText((Written(text, where),), (), (Written(text, where),), "", where),
    )
    approving = Assertion("inbound", "only", Only(End.DESTINATION, zone, flows), where, text, controls=("ours:1",))
    others = [
        ("closed", samples.PROVED, ("ours:2", "ours:3")),
        ("open", samples.POSSIBLE, ("ours:4",)),
        ("excepted", samples.EXCEPTED, ("ours:3",)),
    ]
    results = [replace(samples.EXISTING, assertion=approving, judgement=samples.PROVED.judgement, violations=())]
    for name, result, named in others:
        denied = Assertion(name, "deny", Deny(FlowText(zone)), where, text, controls=named)
        results.append(
            replace(result, assertion=denied, statement=text, excepted_by=(text,) * bool(result.excepted_by))
        )
    given = ExceptionText(text, (Written("open", where),), (flows[0],), text, text, date(2099, 1, 1), where, text)
    zones = (
        ZoneMembers(
            ZoneText("cde", where, description=text), (WorkloadKey("b", "pg", "StatefulSet"),), (text,), (text,)
        ),
        ZoneMembers(ZoneText("dev", where)),
    )
    report = GateReport(
        tuple(results), (ExceptionUse(given, ExceptionState.USED),), today=date(2026, 7, 1), files=(text,), zones=zones
    )
    return assess((framework,), report, (WorkloadKey("a", "web", "Deployment"),), is_whole=True)


def made(text: str = PLAIN) -> Made:
    """How such a report was made."""
    return Made(
        replace(samples.RUN, command="netverify report"), ("netverify 0.0.0", text), ((text, text),), ((text, text),)
    )
