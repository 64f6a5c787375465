"""``netverify report``: what a run shows of each control, and what it never shows."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from cases.audited import CLOSED, NAMESPACES, OPEN, Audits, bind
from netverify.cli import checked
from netverify.cli.main import main
from netverify.evidence.reading import shipped

HOSTILE = "</script><img src=x>|]] `@team` [a](http://e.example) =1+1 \\u202e ::error::y"
OURS = f"""\
framework: ours
title: '{HOSTILE}'
source: '{HOSTILE}'
zones: {{cde: '{HOSTILE}'}}
assertions:
  inbound: {{title: '{HOSTILE}', only: {{to: cde}}}}
controls:
- {{id: "1", title: '{HOSTILE}', intent: '{HOSTILE}', evidence: proves, because: '{HOSTILE}', assertions: [inbound]}}
"""
OPEN_TO_EDGE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: back, namespace: clinic}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: edge}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(CLOSED)


@pytest.fixture
def audits(capsys):
    return Audits(capsys)


def report(audits, *arguments):
    return audits.run("--framework", "hipaa", "m.yaml", "-o", "json", *arguments)


def text_of(audits):
    return audits.run("--framework", "hipaa", "m.yaml").out


def edited(old, new):
    text = Path("netverify.yaml").read_text()
    assert old in text
    Path("netverify.yaml").write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(("manifests", "verdict", "states"), [
    (CLOSED, "proved", {"shown", "supported"}),
    (OPEN, "refuted", {"violated"}),
])  # fmt: skip
def test_every_template_has_a_cluster_that_satisfies_it_and_one_that_violates_it(manifests, verdict, states, audits):
    bind(*shipped())
    Path("m.yaml").write_text(manifests)
    done = audits.run(*(f"--framework={name}" for name in shipped()), "m.yaml", "-o", "json")
    assert done.status == (0 if verdict == "proved" else 1)
    assert {one["verdict"] for one in done.report["check"]["results"]} == {verdict}
    for control in (one for each in done.report["frameworks"] for one in each["controls"]):
        expected = states if control["assertions"] else {"not assessed"}
        assert control["state"] in expected, control["reference"]
        assert (control["state"] == "shown") <= (control["worth"] == "proves")
        assert (control["world"] == "possible") == bool(control["assertions"])


def test_a_control_whose_assertion_is_missing_is_not_shown(audits):
    bind("hipaa")
    text = Path("netverify.yaml").read_text()
    start = text.index("  # HIPAA Security Rule, 164.308(a)(1): risks", text.index("- id: ephi-inbound"))
    end = text.index("  # HIPAA", text.index("- id: ephi-outbound"))
    Path("netverify.yaml").write_text(text[:start] + text[end:])
    done = report(audits)
    assert done.status == 0
    assert done.states["hipaa:164.308(a)(4)"] == "supported"
    for gone in ("164.308(a)(1)", "164.308(a)(8)", "164.312(a)(2)(vi)"):
        control = done.control(f"hipaa:{gone}")
        assert control["state"] == "not shown"
        assert control["why_not"] == ["no assertion that names it says: only approved flows leave systems with ePHI"]
    assert done.control("hipaa:164.312(e)(1)")["why_not"] == ["no assertion names it"]
    assert done.states["hipaa:164.312(e)(1)"] == "not assessed"


@pytest.mark.parametrize(("old", "new", "why"), [
    ("to: ephi", "to: namespace clinic", "no assertion that names it says: only approved flows reach"),
    ("to: ephi", "to: [ephi, out-of-scope]", "no assertion that names it says: only approved flows reach"),
    ("any: namespace clinic", "any: pods app=clnic in namespace clinic", "zone `ephi` matches no pod and no address"),
    ("      to: ephi\n      within: true\n      flows: []",
     "      to: ephi\n      within: true\n      flows: [{from: namespace other}]",
     "approved flows of ephi-inbound without a justification: 1"),
    ("      to: ephi\n      within: true\n      flows: []",
     "      to: ephi\n      within: true\n      flows: [{justification: all}]",
     "a flow that ephi-inbound approves is anyone on every port"),
    ("      to: ephi\n      within: true\n      flows: []",
     "      to: ephi\n      within: true\n      flows: [{from: any pod, justification: all}]",
     "a flow that ephi-inbound approves is any pod on every port"),
])  # fmt: skip
def test_what_says_less_than_the_control_needs_does_not_show_it(old, new, why, audits):
    bind("hipaa")
    edited(old, new)
    control = report(audits).control("hipaa:164.312(a)(1)")
    assert control["state"] == "not shown"
    assert any(text.startswith(why) for text in control["why_not"]), control["why_not"]


@pytest.mark.parametrize(
    "zone", ["any pod", "[namespace edge, internet]", "{cidrs: [0.0.0.0/0]}", "{pods: {}}", "{namespaces: {}}", "inner"]
)
def test_a_zone_that_is_everything_approves_everything(zone, audits):
    bind("hipaa")
    edited("zones:\n", f"zones:\n  inner: [any pod]\n  wide: {zone}\n")
    edited("flows: []", "flows: [{from: wide, justification: all}]")
    done = report(audits)
    assert done.states["hipaa:164.312(a)(1)"] == "not shown"
    assert "a flow that ephi-inbound approves is wide on every port" in done.control("hipaa:164.312(a)(1)")["why_not"]
    edited("{from: wide,", "{from: wide, ports: 443,")
    assert report(audits).states["hipaa:164.312(a)(1)"] == "supported"


def test_zones_that_are_to_be_apart_and_share_a_pod_show_nothing(audits):
    bind("hipaa")
    edited("any: namespace other", "any: [namespace other, 'pods app=clinic in namespace clinic']")
    control = report(audits).control("hipaa:164.308(a)(4)(ii)(A)")
    assert control["state"] in ("not shown", "violated")
    assert "zones `ephi` and `out-of-scope` share clinic/app[Pod]" in control["why_not"]


def test_an_end_of_a_zone_that_nobody_is_in_is_called_out(audits):
    bind("hipaa")
    edited("any: namespace clinic", "any: [namespace clinic, 'pods app=clnic in namespace clinic']")
    done = report(audits)
    (zone,) = (one for one in done.report["zones"] if one["name"] == "ephi")
    assert zone["ends_that_match_nothing"] == ["pods app=clnic in namespace clinic"]
    assert not zone["matches_nothing"]
    assert "nobody: pods app=clnic in namespace clinic" in text_of(audits)


def test_the_scope_names_the_pods_of_each_zone_and_those_in_none(audits):
    bind("hipaa")
    done = report(audits)
    zones = {one["name"]: one["pods"] for one in done.report["zones"]}
    assert zones == {"ephi": ["clinic/app[Pod]"], "out-of-scope": ["other/app[Pod]"]}
    assert done.report["in_no_zone"] == sorted(f"{name}/app[Pod]" for name in set(NAMESPACES) - {"clinic", "other"})


def test_an_input_that_is_not_read_leaves_nothing_shown(audits):
    bind("hipaa")
    Path("m.yaml").write_text(CLOSED + "\napiVersion: v1\nkind: [\n")
    done = report(audits)
    assert done.status == 4
    assert not {"shown", "supported"} & set(done.states.values())
    assert "an input could not be read" in done.control("hipaa:164.308(a)(1)")["why_not"]


def test_a_file_of_manifests_in_a_form_that_nobody_reads_leaves_nothing_shown(audits):
    bind("hipaa")
    Path("d").mkdir()
    Path("d/m.yaml").write_text(CLOSED)
    assert audits.run("--framework", "hipaa", "d", "-o", "json").states["hipaa:164.312(e)(1)"] == "supported"
    Path("d/more.yaml.j2").write_text(CLOSED.replace("name: closed", "name: {{ x }}"))
    assert audits.run("--framework", "hipaa", "d", "-o", "json").states["hipaa:164.312(e)(1)"] == "not shown"


def test_a_run_that_had_no_time_shows_nothing(audits):
    bind("hipaa")
    done = report(audits, "--max-time", "0.001")
    assert done.status == 3
    assert set(done.states.values()) == {"not shown", "not assessed"}


def test_existing_pods_only_is_said_beside_the_verdict(audits):
    bind("hipaa")
    edited("    separate: [ephi, out-of-scope]", "    world: existing\n    separate: [ephi, out-of-scope]")
    done = report(audits, "-o", "html=out.html", "-o", "markdown=out.md")
    control = done.control("hipaa:164.308(a)(4)(ii)(A)")
    assert (control["state"], control["world"]) == ("supported", "existing")
    assert done.control("hipaa:164.312(e)(1)")["world"] == "possible"
    for name in ("out.html", "out.md"):
        text = Path(name).read_text()
        assert "existing pods only" in text
        assert "every pod that could be created" in text


def test_violations_are_shown_with_their_rule_and_exceptions_with_owner_reason_and_end(audits):
    bind("hipaa")
    Path("m.yaml").write_text(CLOSED + OPEN_TO_EDGE)
    done = report(audits, "-o", "text=out.txt")
    assert done.status == 1
    control = done.control("hipaa:164.312(a)(1)")
    assert (control["state"], control["why_not"]) == ("violated", ["ephi-inbound is refuted"])
    text = Path("out.txt").read_text()
    assert "namespace edge can reach namespace clinic" in text
    assert re.search(r"m\.yaml:\d+", text)
    with Path("netverify.yaml").open("a") as intent:
        intent.write("""\
exceptions:
- id: backup
  assertions: [ephi-inbound]
  flows: [{from: namespace edge, to: ephi}]
  reason: the backup moves in spring
  owner: team-data
  expires: 2099-01-31
""")
    done = report(audits, "-o", "text=out.txt", "-o", "html=out.html", "-o", "markdown=out.md")
    assert done.status == 0
    assert done.states["hipaa:164.312(a)(1)"] == "supported, with exceptions"
    assert done.states["hipaa:164.312(e)(1)"] == "supported"
    assert done.states["hipaa:164.312(a)(2)(vi)"] == "shown, with exceptions"
    for name in ("out.txt", "out.html", "out.md"):
        shown = Path(name).read_text()
        for said in ("team-data", "the backup moves in spring", "2099-01-31", "namespace edge to ephi, every port"):
            assert said in shown, (name, said)
    assert report(audits, "--no-exceptions").states["hipaa:164.312(a)(1)"] == "violated"
    edited("{from: namespace edge, to: ephi}", "{from: any pod, to: ephi}")
    control = report(audits).control("hipaa:164.312(a)(1)")
    assert control["state"] == "not shown"
    assert control["why_not"] == ["exception `backup` does not say which ports it accepts, or between whom"]


@pytest.mark.parametrize("kind", ["Namespace", "NetworkPolicy"])
def test_an_annotation_keeps_a_control_from_being_shown(kind, audits):
    """It accepts all that goes into a namespace, or all that a policy allows: the intent does not bound it."""
    bind("hipaa")
    note = 'annotations: {ignore.netverify.dev/ephi-inbound: "it moves; expires=2099-01-31; owner=team-data"}'
    named = "{name: clinic}" if kind == "Namespace" else "{name: back, namespace: clinic}"
    Path("m.yaml").write_text((CLOSED + OPEN_TO_EDGE).replace(named, f"{named[:-1]}, {note}}}"))
    done = report(audits, "-o", "text=out.txt")
    assert done.status == 0
    assert done.states["hipaa:164.312(a)(1)"] == "not shown"
    assert "or all that goes into or out of the annotated namespace" in Path("out.txt").read_text()


def test_only_what_names_a_control_is_judged_and_an_unknown_control_is_refused(audits):
    bind("hipaa")
    with Path("netverify.yaml").open("a") as intent:
        intent.write("  - id: another\n    allow: {from: namespace edge, to: namespace live}\n")
    done = report(audits)
    assert done.status == 0
    assert "another" not in {one["id"] for one in done.report["check"]["results"]}
    edited('"hipaa:164.312(e)(1)"', '"hipaa:164.312(e)(l)"')
    done = report(audits)
    assert (done.status, done.out) == (2, "")
    assert "error[NV802]: assertion `ephi-outbound` names the control `hipaa:164.312(e)(l)`" in done.err
    assert "did you mean `hipaa:164.312(e)(1)`?" in done.err
    edited('"hipaa:164.312(e)(l)"', '"HIPAA:164.312(e)(1)"')
    assert "error[NV802]" in report(audits).err


def test_without_any_assertion_for_the_framework_and_with_unbound_zones_there_is_no_report(audits):
    Path("netverify.yaml").write_text("assertions: [{id: it, isolated: namespace edge, controls: [soc2:CC6.6]}]\n")
    done = report(audits)
    assert (done.status, done.out) == (2, "")
    assert "no assertion names a control of `hipaa`" in done.err
    assert main(["init", "--force", "--framework", "hipaa"], "netverify") == 0
    done = report(audits)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("error[NV723]") == 2


def test_an_assertion_of_ones_own_counts_against_the_control_and_never_for_it_alone(audits):
    Path("netverify.yaml").write_text("""\
assertions:
- {id: mine, isolated: namespace clinic, controls: ["hipaa:164.312(e)(1)", "hipaa:164.312(b)"]}
- {id: wrong, allow: {from: namespace edge, to: namespace clinic}, controls: ["hipaa:164.308(a)(4)"]}
""")
    done = report(audits)
    assert done.status == 1
    assert done.states["hipaa:164.312(e)(1)"] == "not shown"
    assert done.states["hipaa:164.308(a)(4)"] == "violated"
    assert done.states["hipaa:164.312(b)"] == "not assessed"


def test_a_control_that_leaves_the_assertion_to_the_user_is_supported_by_it(audits):
    Path("netverify.yaml").write_text("assertions: [{id: tenants, separate: {}, controls: ['pci-dss-4.0.1:A1.1.1']}]\n")
    done = audits.run("--framework", "pci-dss-4.0.1", "m.yaml", "-o", "json")
    assert {name: one for name, one in done.states.items() if one != "not assessed"} == {
        "pci-dss-4.0.1:A1.1.1": "supported"
    }


def test_the_same_input_gives_the_same_bytes_and_only_the_date_varies(audits, monkeypatch):
    bind("hipaa")

    def texts():
        outputs = [f"{form}=out.{form}" for form in ("json", "html", "markdown", "csv", "text")]
        report(audits, *(one for form in outputs for one in ("-o", form)))
        return [Path(one.partition("=")[2]).read_text() for one in outputs]

    first = texts()
    assert texts() == first

    class Later(date):
        @classmethod
        def today(cls):
            return date(2031, 2, 3)

    monkeypatch.setattr(checked, "date", Later)
    today = date.today().isoformat()  # noqa: DTZ011 as the program
    assert [text.replace("2031-02-03", today) for text in texts()] == first
    assert sum("2031-02-03" in text for text in texts()) == 4


def test_the_report_says_how_to_repeat_it_and_has_a_place_to_sign(audits, monkeypatch):
    bind("hipaa")
    monkeypatch.setattr("sys.argv", ["netverify", "report", "--framework", "hipaa", "m.yaml"])
    done = report(audits, "-o", "html=out.html", "-o", "markdown=out.md", "-o", "text=out.txt")
    made = done.report["reproduce"]
    assert made["command"] == "netverify report --framework hipaa m.yaml"
    assert [one["name"] for one in (*made["intent"], *made["inputs"])] == ["netverify.yaml", "m.yaml"]
    for name in ("out.html", "out.md"):
        text = Path(name).read_text()
        assert text.index("What this rests on") < text.index("164.308(a)(1)") < text.index("Sign-off")
        assert "approved by" in text
        assert made["inputs"][0]["digest"] in text
        assert "complian" not in text.lower()
    assert "nothing left out" in Path("out.txt").read_text()


def test_the_report_says_whether_its_inputs_are_those_of_the_commit(audits):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    bind("soc2")
    run = ("--framework", "soc2", "m.yaml", "-o", "json", "-o", "text=out.txt")
    assert audits.run(*run).report["reproduce"]["inputs_as_in_revision"] is False
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *arguments], check=True)
    assert audits.run(*run).report["reproduce"]["inputs_as_in_revision"] is True
    assert "all inputs are as in this revision" in Path("out.txt").read_text()
    Path("m.yaml").write_text(CLOSED + "# another\n")
    assert audits.run(*run).report["reproduce"]["inputs_as_in_revision"] is False
    assert "some input differs from this revision" in Path("out.txt").read_text()


def test_hostile_names_stay_texts_in_every_format(audits):
    Path("ours.yaml").write_text(OURS)
    bind("ours.yaml")
    hostile = json.dumps(HOSTILE)
    edited("flows: []", f"flows: [{{from: namespace edge, ports: 80, justification: {hostile}}}]")
    outputs = ("json", "html=out.html", "markdown=out.md", "csv=out.csv", "text=out.txt")
    done = audits.run("--framework", "ours.yaml", "m.yaml", *(one for form in outputs for one in ("-o", form)))
    assert done.states == {"ours:1": "shown"}
    page = Path("out.html").read_text()
    assert page.isascii()
    assert "<img" not in page
    assert "<script" not in page
    assert "<img" not in Path("out.md").read_text()
    assert "[a](" not in Path("out.md").read_text()


def test_no_cell_of_the_approved_flows_is_a_formula(audits):
    bind("soc2")
    edited("flows: []", "flows: [{from: namespace edge, ports: 80, justification: '=cmd|x, \"a\"'}]")
    done = audits.run("--framework", "soc2", "m.yaml", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(one["from"], one["to"], one["ports"]) for one in rows][:1] == [("namespace edge", "prod", "80")]
    assert rows[0]["justification"] == '\'=cmd|x, "a"'


def test_the_texts_of_proofs_are_kept_and_named(audits):
    bind("soc2")
    done = audits.run("--framework", "soc2", "m.yaml", "-o", "json", "--emit-smt2", "goals", "-o", "text=out.txt")
    kept = {path.name for path in Path("goals").iterdir()}
    named = {goal["name"] for one in done.report["check"]["results"] for goal in one["goals"]}
    assert named
    assert named <= kept
    assert "goals.json sha256:" in Path("out.txt").read_text()


def test_the_exit_status_is_that_of_the_gate(audits):
    bind("hipaa")
    Path("m.yaml").write_text(OPEN)
    assert report(audits).status == main(["check", "m.yaml"], "netverify") == 1
    assert report(audits, "--fail-on", "never").status == 0
    assert audits.run("m.yaml").status == 2


def test_a_file_of_ones_own_is_no_framework_that_is_shipped(audits):
    """A report would name the standard, and show controls by what someone else asks for."""
    bind("hipaa")
    Path("mine.yaml").write_text(shipped()["hipaa"].read_text())
    refused = audits.run("--framework", "./mine.yaml")
    assert refused.status == 2
    assert "is called `hipaa`, as a framework that netverify ships" in refused.err


def test_a_control_is_not_shown_where_all_flows_are_approved(audits):
    """However that is written: nothing is left over that policy could deny."""
    bind("hipaa")
    everything = "{ports: [1-65535, 1-65535/udp, 1-65535/sctp], justification: needed}"
    edited("      to: ephi\n      within: true\n      flows: []", f"      to: ephi\n      flows: [{everything}]")
    assert report(audits).states["hipaa:164.312(a)(1)"] == "supported"  # what is closed needs no approval
    Path("m.yaml").write_text(OPEN)
    control = report(audits).control("hipaa:164.312(a)(1)")
    assert control["state"] != "supported"
    assert any("so it holds whatever the policies are" in why for why in control["why_not"])
