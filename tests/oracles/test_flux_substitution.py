"""Variables against recorded answers of the library that Flux uses, and texts against those of the real kustomize."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from netverify.sources.delivery.substitution import SubstitutionError, substitute
from netverify.sources.delivery.variables import marshalled

RECORDING = json.loads((Path(__file__).parent / "envsubst_recording.json").read_text("utf-8"))
NOT_KNOWN = {"${x: -1}", "${long/one/${x}}", "${x:${n}}"}
"""What the library takes and netverify refuses, loudly."""
KUBECTL = shutil.which("kubectl")


def answer(text):
    try:
        return substitute(text, RECORDING["values"], 10_000).text
    except SubstitutionError:
        return None


def test_variables_are_replaced_as_the_library_of_flux_does():
    differing = {text for text, expected in RECORDING["answers"] if answer(text) != expected}
    assert differing == NOT_KNOWN
    assert all(answer(text) is None for text in NOT_KNOWN)
    assert len(RECORDING["answers"]) > 400


WITH_VARIABLES = [
    *("${x}", "${x}:80", "a ${x}", "foo: ${x}", "${x} # no comment", "[${x}]", "{${x}}", "*${x}", "&${x}", "!${x}"),
    *("- ${x}", "?${x}", "'${x}'", '"${x}"', "%${x}", "@${x}", "`${x}", "|${x}", ">${x}", "${x} ", " ${x}", "~${x}"),
    *("1${x}", "${x}1", "null${x}", "${x},${y}", "a: ${x}: b", "${x:=a b}", "${x:=true}", "line\n${x}\n", "${x}\nline"),
]


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
def test_texts_with_variables_stand_as_kustomize_writes_them(tmp_path):
    """An object is marshalled by ``res.AsYAML`` of kustomize before variables are replaced."""
    data = {f"k{number:03}": text for number, text in enumerate(WITH_VARIABLES)}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}
    (tmp_path / "x.yaml").write_text(json.dumps(config))
    (tmp_path / "kustomization.yaml").write_text("resources: [x.yaml]\n")
    built = subprocess.run([KUBECTL, "kustomize", tmp_path], capture_output=True, text=True, check=True).stdout
    values = {"x": "8080", "y": "true"}
    theirs = yaml.safe_load(substitute(built, values, 10_000).text)["data"]
    ours = yaml.safe_load(substitute(marshalled(config), values, 10_000).text)["data"]
    assert ours == theirs
    assert theirs["k000"] == 8080
