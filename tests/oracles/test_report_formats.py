"""Reports for other programs are what the standards and those programs say they are.

The schemas are in the folder that ``NETVERIFY_SCHEMAS`` names; without it the tests that need one are skipped.
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


def schema(name: str) -> Path:
    path = Path(os.environ.get("NETVERIFY_SCHEMAS", "")) / name
    if not path.is_file():
        pytest.skip(f"needs {name} in the folder that NETVERIFY_SCHEMAS names")
    return path


@every_report
def test_sarif_is_valid_by_the_schema_of_the_standard(report, inventory) -> None:
    wanted = json.loads(schema("sarif-2.1.0.json").read_text())
    found = json.loads(render_sarif(list_of_gate(report, inventory), samples.RUN, with_passed=True))
    validator = jsonschema.validators.validator_for(wanted)(wanted)
    assert [error.json_path for error in validator.iter_errors(found)] == []


@every_report
def test_junit_is_valid_by_the_schema_of_jenkins(report, inventory, tmp_path) -> None:
    wanted = schema("junit.xsd")
    if shutil.which("xmllint") is None:
        pytest.skip("needs xmllint on PATH")
    path = tmp_path / "report.xml"
    path.write_text(render_junit(list_of_gate(report, inventory)))
    judged = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", wanted, path], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stderr
