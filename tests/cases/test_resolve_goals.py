"""`scripts/resolve-goals`: what it refuses, and that it never passes a folder of which it followed no proof."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netverify.gate.evidence.second_solvers import installed

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "resolve-goals"
NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a, labels: {app: p}}
spec: {containers: [{name: c, image: c}]}
"""
CLOSED = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: a}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""


def resolved(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)


def test_a_folder_of_evidence_is_refused_with_the_name_of_its_checker(tmp_path) -> None:
    (tmp_path / "goals.json").write_text("{}")
    done = resolved(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"python tests/oracles/derivation_checker.py {tmp_path}" in done.stderr


@pytest.mark.skipif(not installed(), reason="no second solver is installed")
def test_a_folder_whose_proofs_follow_passes(tmp_path) -> None:
    (tmp_path / "m.yaml").write_text(POD + CLOSED)
    done = resolved(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "proofs followed" in done.stdout


@pytest.mark.skipif(not installed(), reason="no second solver is installed")
def test_a_folder_without_manifests_fails(tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    assert resolved(tmp_path).returncode != 0
