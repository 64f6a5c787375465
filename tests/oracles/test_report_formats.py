"""Reports for other programs are what the standards and those programs say they are.

The schemas are in the folder that ``NETVERIFY_SCHEMAS`` names, or beside the other oracles where these are; without
it the tests that need one are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from golden import gate_samples as samples
from netverify.cli.main import main
from netverify.report.gate_list import list_of_gate
from netverify.report.junit import render_junit
from netverify.report.sarif import render_sarif

REPORTS = {
    "full": (samples.FULL, samples.UNREAD),
    "proved": (samples.ALL_PROVED, samples.INVENTORY),
    "empty": (samples.EMPTY, samples.INVENTORY),
    "hostile": (samples.hostile_report(), samples.HOSTILE_INVENTORY),
}
every_report = pytest.mark.parametrize(("report", "inventory"), REPORTS.values(), ids=REPORTS)


BESIDE = Path(__file__).resolve().parents[3] / "shared" / "oracles" / "schemas"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COMMANDS = {
    "lint": ["lint", "-f", str(EXAMPLES / "untidy")],
    "lint of what is not read": ["lint", "-f", str(EXAMPLES)],
    "exposed": ["exposed", "-f", str(EXAMPLES / "storefront")],
    "diff": ["diff", str(EXAMPLES / "change" / "before"), str(EXAMPLES / "change" / "after")],
    "diff without an answer": ["diff", str(EXAMPLES / "untidy"), str(EXAMPLES / "storefront"), "--rlimit", "1"],
}


def schema(name: str) -> Path:
    path = Path(os.environ.get("NETVERIFY_SCHEMAS", BESIDE)) / name
    if not path.is_file():
        pytest.skip(f"needs {name} in the folder that NETVERIFY_SCHEMAS names")
    return path


def held_against_sarif(text: str) -> None:
    wanted = json.loads(schema("sarif-2.1.0.json").read_text())
    validator = jsonschema.validators.validator_for(wanted)(wanted)
    assert [error.json_path for error in validator.iter_errors(json.loads(text))] == []


def held_against_junit(path: Path) -> None:
    wanted = schema("junit.xsd")
    if shutil.which("xmllint") is None:
        pytest.skip("needs xmllint on PATH")
    judged = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", wanted, path], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stderr


@every_report
def test_sarif_is_valid_by_the_schema_of_the_standard(report, inventory) -> None:
    held_against_sarif(render_sarif(list_of_gate(report, inventory), samples.RUN, with_passed=True))


@every_report
def test_junit_is_valid_by_the_schema_of_jenkins(report, inventory, tmp_path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(render_junit(list_of_gate(report, inventory)))
    held_against_junit(path)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_lists_of_other_commands_are_valid_as_well(command, tmp_path, capsys) -> None:
    main([*command, f"-osarif={tmp_path / 'out.sarif'}", f"-ojunit={tmp_path / 'out.xml'}"], "netverify")
    capsys.readouterr()
    held_against_sarif((tmp_path / "out.sarif").read_text())
    held_against_junit(tmp_path / "out.xml")
