"""``netverify init --framework``: zones to bind, and assertions that say what the controls need."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cases.audited import CLOSED
from netverify.cli.main import main
from netverify.documents.loader import load
from netverify.evidence.framework import says
from netverify.evidence.reading import framework, shipped
from netverify.gate.intent.reading import IntentError, read_spec
from netverify.gate.intent.schema import intent_schema

HOSTILE = """\
framework: ours
title: "x\\n::error::y # z"
source: the handbook
zones:
  cde: "a: b # c\\nassertions: []"
assertions:
  cde-inbound: {title: "'\\"] # no", isolated: cde}
controls:
- {id: "1", title: "a\\n- id: b", intent: b, evidence: proves, because: c, assertions: [cde-inbound]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(CLOSED)


def initialised(*names):
    """The intent file for frameworks ``names``, as it is and with its zones bound."""
    assert main(["init", *(f"--framework={name}" for name in names)], "netverify") == 0
    text = Path("netverify.yaml").read_text()
    Path("netverify.yaml").write_text(text.replace("any: TO BIND", "any: namespace shop"))
    return text, read_spec(("netverify.yaml",))


@pytest.mark.parametrize("names", [*([name] for name in shipped()), [*shipped()]])
def test_the_file_is_valid_and_says_what_every_control_needs(names):
    text, spec = initialised(*names)
    (document,) = load("netverify.yaml", text.encode()).documents
    assert list(Draft202012Validator(intent_schema()).iter_errors(document.value)) == []
    for control in (control for name in names for control in framework(name).controls):
        mine = [one.statement for one in spec.assertions if control.reference in one.controls]
        assert len(mine) == len(control.templates)
        assert all(any(says(one, template.statement) for one in mine) for template in control.templates)
    assert {zone.name for zone in spec.zones} == {name for one in names for name, _ in framework(one).zones}


def test_what_several_frameworks_need_is_written_once_with_the_controls_of_all():
    _, spec = initialised("iso-27001", "nist-800-53r5")
    (inbound,) = (one for one in spec.assertions if one.id == "prod-inbound")
    assert {"iso-27001:8.20", "nist-800-53r5:AC-4"} <= set(inbound.controls)
    assert len({one.id for one in spec.assertions}) == len(spec.assertions) == 5


def test_a_zone_that_nobody_bound_is_refused_at_its_place_by_every_command_that_judges(capsys):
    assert main(["init", "--framework", "hipaa"], "netverify") == 0
    assert "2 zones to bind, 4 assertions" in capsys.readouterr().err
    with pytest.raises(IntentError) as refused:
        read_spec(("netverify.yaml",))
    lines = [
        number for number, line in enumerate(Path("netverify.yaml").read_text().splitlines(), 1) if "TO BIND" in line
    ]
    assert [(one.code, one.origin.line) for one in refused.value.diagnostics] == [("NV723", line) for line in lines[1:]]


@pytest.mark.parametrize("zone", ["TO BIND", "[namespace shop, TO BIND]", "{any: [TO BIND]}"])
def test_a_zone_is_unbound_however_it_is_written(zone):
    Path("netverify.yaml").write_text(f"zones: {{a: {zone}}}\nassertions: [{{id: it, isolated: a}}]\n")
    with pytest.raises(IntentError) as refused:
        read_spec(("netverify.yaml",))
    assert [one.code for one in refused.value.diagnostics] == ["NV723"]


def test_a_file_that_is_there_stays_and_an_unknown_framework_writes_nothing(capsys):
    assert main(["init", "--framework", "hippa"], "netverify") == 2
    assert "did you mean `hipaa`?" in capsys.readouterr().err
    assert not Path("netverify.yaml").exists()
    Path("netverify.yaml").write_text("version: 1\n")
    assert main(["init", "--framework", "hipaa"], "netverify") == 2
    assert Path("netverify.yaml").read_text() == "version: 1\n"


def test_sources_and_plugin_of_the_command_line_are_in_the_file():
    Path("deploy").mkdir()
    Path("m.yaml").rename("deploy/m.yaml")
    assert main(["init", "--framework", "hipaa", "deploy", "--cni", "calico", "-o", "audit.yaml"], "netverify") == 0
    text = Path("audit.yaml").read_text()
    assert "sources:\n  - manifests: deploy\n" in text
    assert "cni: calico\n" in text


def test_the_file_names_the_namespaces_that_can_be_bound_and_what_was_not_read_is_said(capsys):
    initialised("hipaa")
    written = " ".join(line.removeprefix("# ") for line in Path("netverify.yaml").read_text().splitlines())
    assert "The manifests have the namespaces clinic (1 workload), edge (1 workload)," in written
    Path("m.yaml").write_text(CLOSED + "\napiVersion: v1\nkind: [\n")
    assert main(["init", "--force", "--framework", "hipaa"], "netverify") == 4
    assert "m.yaml:" in capsys.readouterr().err


def test_texts_of_a_framework_of_others_stay_texts():
    Path("ours.yaml").write_text(HOSTILE)
    _, spec = initialised("ours.yaml", "pci-dss-4.0.1")
    (
        ours,
        *_,
    ) = spec.assertions
    assert (ours.id, ours.title, ours.controls) == ("cde-inbound", "'\"] # no", ("ours:1",))
    assert "cde-inbound-pci-dss-4.0.1" in {one.id for one in spec.assertions}
    assert spec.zones[0].description.startswith("a: b # c assertions: []; the pods that store")
