"""Frameworks of controls: what is shipped, how a file is read, and what is wrong with one, line by line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from netverify.cli.main import main
from netverify.documents.loader import load
from netverify.evidence.framework import Worth, says, zones_in
from netverify.evidence.reading import FrameworkError, framework, framework_schema_text, shipped
from netverify.gate.intent.reading import read_spec
from netverify.report.framework_document import asked_words

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "diagnostics"
BLOCK = re.compile(r"^```(yaml|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LISTED = {
    "pci-dss-4.0.1": "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.6 1.2.7 1.2.8 1.3.1 1.3.2 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 "
    "2.2.3 2.2.4 2.2.5 2.2.6 6.5.3 11.4.5 11.4.6 12.5.2 A1.1.1 A1.1.2 A1.1.3 A1.1.4",
    "hipaa": "164.308(a)(1) 164.308(a)(4) 164.308(a)(4)(ii)(A) 164.308(a)(8) 164.312(a)(1) 164.312(a)(2)(vi) "
    "164.312(b) 164.312(c)(1) 164.312(d) 164.312(e)(1) 164.316(b)",
    "nist-800-53r5": "AC-4 SC-7 SC-7(3) SC-7(4) SC-7(5) SC-7(7) SC-7(8) SC-7(18) SC-7(21) CA-3 CA-9 CM-4",
    "cis-kubernetes": "5.3.1 5.3.2",
    "nsa-cisa-kubernetes": "default-deny namespace-separation control-plane cloud-metadata resource-policies",
    "soc2": "CC6.6",
    "iso-27001": "8.20 8.21 8.22",
    "nis2": "6.7 6.8",
    "dora": "13(a) 13(b) 13(g) 13(h)",
}
OURS = """\
framework: ours
title: Our controls
source: the handbook
zones:
  cde: the pods with card data
  dev: others
assertions:
  closed: {title: closed, separate: [cde, dev]}
controls:
- {id: "1", title: a, intent: b, evidence: proves, because: c, assertions: [closed]}
"""


@pytest.fixture(scope="module")
def frameworks():
    return {name: framework(name) for name in shipped()}


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(framework_schema_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_controls_that_are_shipped_are_these_each_once(frameworks):
    assert {name: " ".join(control.id for control in one.controls) for name, one in frameworks.items()} == LISTED
    assert {name: one.id for name, one in frameworks.items()} == {name: name for name in LISTED}


def test_every_shipped_file_is_valid_by_the_schema(validator):
    for path in shipped().values():
        (document,) = load(path.name, path.read_bytes()).documents
        assert list(validator.iter_errors(document.value)) == []


def test_every_zone_and_every_assertion_of_a_shipped_framework_is_needed(frameworks):
    for one in frameworks.values():
        needed = {
            end.text for control in one.controls for each in control.templates for end in zones_in(each.statement)
        }
        assert {name for name, _ in one.zones} == needed - {"any pod", "internet"}
        written = re.findall(r"^  (\S+):$", shipped()[one.id].read_text().partition("\nassertions:\n")[2], re.MULTILINE)
        assert set(written) == {each.id for control in one.controls for each in control.templates}


def test_one_name_of_an_assertion_says_one_thing_in_all_shipped_frameworks(frameworks):
    every = [each for one in frameworks.values() for control in one.controls for each in control.templates]
    said = {each.id: each for each in every}
    assert all(
        says(each.statement, said[each.id].statement) and says(said[each.id].statement, each.statement)
        for each in every
    )
    assert all(each.title == said[each.id].title for each in every)
    assert len({asked_words(one) for one in said.values()}) == len(said)


def test_nothing_that_is_shipped_promises_more_than_a_proof(frameworks):
    texts = "".join(path.read_text().lower() for path in shipped().values())
    assert "complian" not in texts
    for one in frameworks.values():
        for control in one.controls:
            assert control.because.endswith(".")
            assert bool(control.templates) or control.worth is not Worth.PROVES


def test_the_proposed_rule_is_marked_and_no_other(frameworks):
    proposed = [each.reference for one in frameworks.values() for each in one.controls if each.is_proposed]
    assert proposed == ["hipaa:164.312(a)(2)(vi)"]


@pytest.mark.parametrize(
    ("code", "name", "command"),
    [
        ("NV801", "ours.yaml", ["frameworks", "ours.yaml"]),
        ("NV802", "netverify.yaml", ["report", "--framework", "pci-dss-4.0.1", "examples/backdoor"]),
    ],
)
def test_the_page_of_a_code_shows_what_is_printed(code, name, command, tmp_path, monkeypatch, capsys, request):
    page = PAGES / f"{code}.md"
    (_, example), (_, expected) = BLOCK.findall(page.read_text())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    Path(name).write_text(example)
    assert main(command, "netverify") == 2
    printed = capsys.readouterr().err
    if request.config.getoption("--update"):
        page.write_text(page.read_text().replace(f"```text\n{expected}```", f"```text\n{printed}```"))
        return
    assert printed == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("framework: ours", "framework: Our Own", "ours.yaml:1:12: `Our Own` is not a valid name here"),
        ("title: Our controls", "titel: x", "ours.yaml:2:1: there is no field `titel`"),
        ("source: the handbook\n", "", "ours.yaml:1:1: `source` is missing"),
        ("  dev: others", "  any: others", "ours.yaml:6:3: no zone can be called `any`"),
        ("  dev: others", "  dev: []", "ours.yaml:6:8: `zones.dev` must be a text"),
        ("separate:", "separated:", "ours.yaml:8:3: assertion `closed` needs one verb, and no other field but `title`"),
        ("[cde, dev]", "[cde]", "ours.yaml:8:37: `assertions.closed.separate` needs two zones or more"),
        ("[cde, dev]", "[cde, dve]", "ours.yaml:8:43: there is no zone `dve`"),
        ("separate: [cde, dev]", "only: {within: true}", "ours.yaml:8:33: `assertions.closed.only` needs either `fr"),
        ("separate: [cde, dev]", "only: {to: cde, within: 1}", "ours.yaml:8:51: `assertions.closed.only.within` must"),
        ("separate: [cde, dev]", "deny: {ports: 1}", "ours.yaml:8:33: `assertions.closed.deny` needs `from` or `to`"),
        ("separate: [cde, dev]", "isolated: []", "ours.yaml:8:37: `assertions.closed.isolated` must not be empty"),
        ("separate: [cde, dev]", "default-deny: {directions: in}", "ours.yaml:8:54: there is no direction `in`"),
        ('id: "1"', "id: 1", "ours.yaml:10:8: `controls[0].id` must be a text"),
        ("evidence: proves", "evidence: most", "ours.yaml:10:44: `controls[0].evidence` must be one of `proves`,"),
        ("evidence: proves", "evidence: none", "ours.yaml:10:44: `controls[0].evidence` is `none`, which goes without"),
        ("assertions: [closed]}", "assertions: []}", "ours.yaml:10:44: `controls[0].evidence` is `proves`, which n"),
        ("[closed]}", "[closde]}", "ours.yaml:10:77: there is no assertion `closde`"),
        ("[closed]}", "[closed], proposed: 1}", "ours.yaml:10:96: `controls[0].proposed` must be `true` or `false`"),
        (OURS[OURS.index("- {id"):], OURS[OURS.index("- {id"):] * 2, "ours.yaml:11:8: two controls are called `1`"),
        (OURS[OURS.index("controls:"):], "controls: {}\n", "ours.yaml:9:11: `controls` must be a list"),
        (OURS, "[]", "ours.yaml: a framework is one YAML mapping"),
        (OURS, "a: {{ b }}\n{{ end }}", "ours.yaml: a framework is one YAML mapping"),
        ("title: Our", "framework: again\ntitle: Our", "ours.yaml:2:1: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_at_its_place_and_the_schema_agrees(old, new, message, tmp_path, monkeypatch, validator):
    monkeypatch.chdir(tmp_path)
    text = OURS.replace(old, new)
    assert text != OURS
    Path("ours.yaml").write_text(text)
    with pytest.raises(FrameworkError) as refused:
        framework("./ours.yaml".removeprefix("./"))
    found = [f"{one.origin}: {one.message}" for one in refused.value.diagnostics]
    assert any(one.startswith(message) for one in found), found
    assert all(one.help for one in refused.value.diagnostics if one.code == "NV801")
    loaded = load("ours.yaml", text.encode()).documents
    said_by_names = ("there is no zone", "there is no assertion", "two controls", "no zone can be called `any`")
    if loaded and not any(one in message for one in said_by_names):
        assert not validator.is_valid(loaded[0].value)


@pytest.mark.parametrize("value", ["", 7, True, None, [], {}, ["a", 1], {"a": 1}])
@pytest.mark.parametrize(
    "field", ["framework", "zones", "assertions", "closed", "separate", "controls", "id", "because"]
)
def test_nothing_in_a_file_ends_in_a_traceback(value, field, tmp_path, monkeypatch, validator):
    """Whatever is in the place of a field, it is refused or valid by the schema."""
    (document,) = load("ours.yaml", OURS.encode()).documents
    holders = [document.value, document.value["assertions"], document.value["controls"][0]]
    holders.append(document.value["assertions"]["closed"])
    next(one for one in holders if field in one)[field] = value
    monkeypatch.chdir(tmp_path)
    Path("ours.json").write_text(json.dumps(document.value))
    try:
        framework("ours.json")
    except FrameworkError as error:
        assert error.diagnostics  # noqa: PT017 either way is right
    else:
        assert validator.is_valid(document.value)


@pytest.mark.parametrize("name", ["absent.yaml", "folder/", "a\0.yaml"])
def test_a_file_that_cannot_be_read_is_an_error(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    assert main(["frameworks", name], "netverify") == 2
    assert "error[NV801]" in capsys.readouterr().err


def test_the_framework_in_the_documentation_can_be_used(tmp_path, validator):
    (text,) = re.findall(
        r"^```yaml\n(framework: .*?)^```$", (ROOT / "docs" / "audit.md").read_text(), re.MULTILINE | re.DOTALL
    )
    path = tmp_path / "ours.yaml"
    path.write_text(text)
    (control,) = framework(str(path)).controls
    assert (control.reference, control.worth, control.wants_reasons) == ("our-controls:4.1", Worth.PROVES, True)
    assert validator.is_valid(load("ours.yaml", text.encode()).documents[0].value)


def test_a_name_that_is_close_is_suggested(capsys):
    assert main(["frameworks", "pci-dss"], "netverify") == 2
    assert "there is no framework `pci-dss`" in (err := capsys.readouterr().err)
    assert "did you mean `pci-dss-4.0.1`?" in err
    assert main(["frameworks", "x"], "netverify") == 2
    assert "`netverify frameworks` lists them" in capsys.readouterr().err


def test_a_list_and_one_framework_are_printed_in_every_format(frameworks, capsys):
    assert main(["frameworks", "-o", "json"], "netverify") == 0
    whole = json.loads(capsys.readouterr().out)
    assert {one["id"]: len(one["controls"]) for one in whole["frameworks"]} == {
        name: len(one.controls) for name, one in frameworks.items()
    }
    for form in ("text", "markdown", "html"):
        assert main(["frameworks", "hipaa", "-o", form], "netverify") == 0
        assert "PROPOSED, not in force" in capsys.readouterr().out


def test_the_schema_is_printed(capsys):
    assert main(["schema", "framework"], "netverify") == 0
    assert capsys.readouterr().out == framework_schema_text()


ASSERTED = [
    ("deny: {from: a, to: b}", "deny: {from: a, to: b}", True),
    ("deny: {from: [b, a], to: b}", "deny: {from: [a, b], to: b}", True),
    ("deny: {from: a, to: b}", "deny: {from: a, to: b, ports: [23]}", True),
    ("deny: {from: a, to: b, ports: [23/tcp, 25]}", "deny: {from: a, to: b, ports: [23]}", True),
    ("deny: {from: a, to: b, ports: [25]}", "deny: {from: a, to: b, ports: [23, 25]}", False),
    ("deny: {from: a, to: b, ports: [23]}", "deny: {from: a, to: b}", False),
    ("deny: {from: a, to: b, ports: [23/udp]}", "deny: {from: a, to: b, ports: [23]}", False),
    ("deny: {from: b, to: a}", "deny: {from: a, to: b}", False),
    ("deny: {from: a, to: b}", "deny: {to: b}", False),
    ("only: {to: a, flows: []}", "only: {to: a}", True),
    ("only: {to: a, flows: [{from: b, ports: 80}]}", "only: {to: a, within: true}", True),
    ("only: {to: a, flows: [], within: true}", "only: {to: a, within: true}", True),
    ("only: {to: a, flows: [], within: true}", "only: {to: a}", False),
    ("only: {from: a, flows: []}", "only: {to: a}", False),
    ("only: {to: b, flows: []}", "only: {to: a}", False),
    ("only: {to: a, flows: [{from: b}]}", "only: {to: a, flows: [{from: b}]}", True),
    ("only: {to: a, flows: []}", "only: {to: a, flows: [{from: b}]}", True),
    ("only: {to: a, flows: [{from: b}, {from: internet}]}", "only: {to: a, flows: [{from: b}]}", False),
    ("separate: [a, b]", "separate: [b, a]", True),
    ("separate: [a, b, c]", "separate: [b, a]", True),
    ("separate: [a, c]", "separate: [b, a]", False),
    ("separate: {matchLabels: {a: b}}", "separate: [b, a]", False),
    ("isolated: a", "isolated: a", True),
    ("isolated: [a, b]", "isolated: a", False),
    ("isolated: a", "no-external: a", False),
    ("no-external: a", "no-ingress-from-internet: a", False),
    ("no-ingress-from-internet: a", "no-ingress-from-internet: a", True),
    ("no-egress-to-internet: a", "no-ingress-from-internet: a", False),
    ("no-external: a", "no-external: a", True),
    ("no-metadata-endpoint: any pod", "no-metadata-endpoint: any pod", True),
    ("default-deny: {}", "default-deny: {}", True),
    ("default-deny: {}", "default-deny: {directions: [ingress]}", True),
    ("default-deny: {directions: [ingress]}", "default-deny: {}", False),
    ("default-deny: {namespaces: [a]}", "default-deny: {}", False),
    ("default-deny: {namespaces: {matchLabels: {a: b}}}", "default-deny: {}", False),
    ("policy-covers-every-pod: {}", "policy-covers-every-pod: {}", True),
    ("policy-covers-every-pod: {}", "default-deny: {}", False),
]  # fmt: skip


@pytest.mark.parametrize(("asserted", "asked", "expected"), ASSERTED)
def test_an_assertion_says_what_is_asked_for_or_something_else(asserted, asked, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("netverify.yaml").write_text(f"assertions: [{{id: it, {asserted}}}]\n")
    zones = OURS.replace("  dev: others", "  dev: others\n  a: a\n  b: b")
    Path("ours.yaml").write_text(zones.replace("separate: [cde, dev]", asked))
    (assertion,) = read_spec(("netverify.yaml",)).assertions
    assert says(assertion.statement, framework("ours.yaml").controls[0].templates[0].statement) is expected


PARTLY = """
apiVersion: v1
kind: Namespace
metadata: {{name: {name}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, namespace: {name}, labels: {{app: {name}}}}}
spec: {{containers: [{{name: c, image: c, ports: [{{containerPort: 80}}]}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: some, namespace: {name}}}
spec: {rules}
---
"""
RULES = {
    "a": "{podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 25}]}]}",
    "b": "{podSelector: {}, policyTypes: [Egress]}",
    "c": "{podSelector: {}, policyTypes: [Ingress, Egress]}",
}


@pytest.mark.parametrize("turned", ["ccb", "bca", "cab"])
def test_what_says_enough_proves_what_is_asked_for(turned, tmp_path, monkeypatch, capsys):
    """Of an `only` that leaves the flows to the user, what is asked for is that its own flows are all."""
    monkeypatch.chdir(tmp_path)
    rules = zip("abc", turned, strict=True)
    Path("m.yaml").write_text("".join(PARTLY.format(name=name, rules=RULES[other]) for name, other in rules))
    lines = ["zones: {a: namespace a, b: namespace b, c: namespace c}", "assertions:"]
    enough = [(said, asked) for said, asked, expected in ASSERTED if expected and not said.startswith("only")]
    for number, (said, asked) in enumerate(enough):
        lines += [f"- {{id: said{number}, {said}}}", f"- {{id: asked{number}, {asked}}}"]
    Path("netverify.yaml").write_text("\n".join(lines))
    main(["check", "m.yaml", "-o", "json"], "netverify")
    verdicts = {one["id"]: one["verdict"] for one in json.loads(capsys.readouterr().out)["results"]}
    proved = [number for number in range(len(enough)) if verdicts[f"said{number}"] == "proved"]
    assert proved
    assert [enough[number] for number in proved if verdicts[f"asked{number}"] != "proved"] == []
