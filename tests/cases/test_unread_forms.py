"""Files of a folder that hold manifests and are not read are named: *nothing left out* means nothing."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.sources.inventory import read_inventory
from netverify.sources.unread_forms import HOLDS_MANIFESTS

POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: b}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
JSONNET = "{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }\n"
CUE = 'package x\npod: web: {\n\tapiVersion: "v1"\n\tkind: "Pod"\n}\n'
TERRAFORM = 'resource "kubernetes_network_policy" "x" {\n  metadata { name = "x" }\n}\n'
HELM = "{{- if .Values.on }}\n" + POLICY + "{{- end }}\n"


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put("policy.yaml", POLICY.replace("closed", "read"))


def put(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)


def unread() -> list[str]:
    found = read_inventory(["."])
    assert not found.has_errors
    return [path for path, reason in found.coverage.skipped if reason == HOLDS_MANIFESTS]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml.gotmpl", HELM),
        ("a.yaml.j2", "{% if x %}\n" + POLICY + "{% endif %}\n"),
        ("deep/er/a.j2", POLICY),
        ("a.tpl", HELM),
        ("a.jsonnet", JSONNET),
        ("a.libsonnet", JSONNET),
        ("a.cue", CUE),
        ("a.hcl", TERRAFORM),
        ("a.tf", TERRAFORM),
        ("policy", POLICY),
        ("a.yaml.bak", POLICY),
        ("a.yml.disabled", POLICY),
        ("a.json.anything", '{"apiVersion": "v1", "kind": "Pod"}'),
        ("a.txt", POLICY),
        ("a.yaml.gz", gzip.compress(POLICY.encode(), mtime=0)),
        ("a.gz", gzip.compress(POLICY.encode() * 2000, mtime=0)),
        ("licensed", "# " + "x" * 3000 + "\n" + POLICY),
    ],
)
def test_a_file_that_holds_manifests_and_is_not_read_is_named(name: str, text: str | bytes) -> None:
    put(name, text)
    assert unread() == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", f"```yaml\n{POLICY}```\n"),
        ("README", "Apply it with kubectl.\n"),
        ("LICENSE", "MIT\n"),
        ("Makefile", "apply:\n\tkubectl apply -f .\n"),
        ("logo.png", b"\x89PNG\r\n" + POLICY.encode()),
        ("main.go", f"const policy = `{POLICY}`\n"),
        ("test_it.py", f"POLICY = '''{POLICY}'''\n"),
        ("apply.sh", f"kubectl apply -f - <<EOF\n{POLICY}EOF\n"),
        ("notes.txt", "the apiVersion is v1\n"),
        ("dump.gz", b"no gzip"),
        ("other.gz", gzip.compress(b"rows of something", mtime=0)),
        ("main.tf", 'resource "aws_s3_bucket" "x" {}\n'),
        ("values.yaml.gotmpl", "a: {{ .Env }}\n"),
        ("chart/templates/_helpers.tpl", HELM),
        (".hidden", POLICY),
    ],
)
def test_what_holds_no_manifests_is_not_spoken_of(name: str, text: str | bytes) -> None:
    put("chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n")
    put(name, text)
    assert unread() == []


def test_the_account_has_one_line_with_counts(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.j2", "b.j2", "c.cue", "policy"):
        put(name, POLICY)
    put("README.md", POLICY)
    main(["query", "can internet reach namespace b", "-f", "."], "netverify")
    lines = capsys.readouterr().out.splitlines()
    said = "4 files that hold manifests, in forms that are not read: 2 .j2, 1 .cue, 1 without a suffix"
    assert [line.strip() for line in lines if "hold manifests" in line] == [
        f"not analysed: {said} (a.j2, b.j2, c.cue, policy)"
    ]
    assert "nothing left out" not in "\n".join(lines)


def test_a_file_that_is_named_is_read_and_not_said_to_be_left_out() -> None:
    put("k/kustomization.yaml", "resources: [policy]\n")
    put("k/policy", POLICY)
    found = read_inventory(["k"])
    assert [one.name for one in found.cluster.network_policies] == ["closed"]
    assert found.coverage.skipped == ()
    assert len(read_inventory(["k/policy"]).cluster.network_policies) == 1


def test_only_the_first_bytes_of_few_files_are_looked_at() -> None:
    for number in range(2000):
        put(f"data/{number}.bin", b"x")
    with Path("huge").open("wb") as sparse:
        sparse.truncate(2**40)
    put("bomb.gz", gzip.compress(b"\0" * 50_000_000, mtime=0))
    started = time.perf_counter()
    assert unread() == []
    assert time.perf_counter() - started < 5
