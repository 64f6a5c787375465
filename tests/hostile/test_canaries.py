"""A canary in every place that may hold a secret goes through every command and format, and is in no output."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.documents.confidential import confidential_around, confidential_lines, holds_secrets, shown_arguments

CANARY = "c4n4ry"
SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: twice, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}, {from: [{podSelector: {}}]}]}
---
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n"  # noqa: S105 - a manifest
INTENT = """
version: 1
sources: [{manifests: m}]
assertions:
- {id: one, deny: {from: [namespace shop], to: [shop/web]}}
- {id: two, default-deny: {}}
"""
PLACES = {
    "a Secret as it should be": SECRET + "stringData: {password: CANARY}\n",
    "unbalanced quotes": SECRET + 'stringData:\n  password: "CANARY\n',
    "a value after a value": SECRET + 'stringData:\n  user: "x" CANARY\n',
    "a line that is no field": SECRET + "stringData:\n  user: x\n  CANARY\n  b: y\n",
    "an alias": SECRET + "stringData:\n  user: *CANARY\n",
    "a tag": SECRET + "stringData:\n  user: !CANARY x\n",
    "an ambiguous number": SECRET + "stringData:\n  user: 1_0CANARY\n  other: 0x_4c4n4\n",
    "a key twice": SECRET + "stringData: {CANARY: x, CANARY: y}\n",
    "a question mark in braces": SECRET + "stringData: {user: CANARY?x}\n",
    "a template": SECRET + "stringData: {user: {{ CANARY }} }\n",
    "a character that is refused": SECRET + "stringData: {user: 'CANARY\u200b'}\n",
    "JSON": '{"apiVersion": "v1", "kind": "Secret", "stringData": {"user": CANARY}}',
    "JSON, a number": '{"apiVersion": "v1", "kind": "Secret", "stringData": {"user": NaN, "CANARY": 1, "CANARY": 2}}',
    "an item of a list": "apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  stringData:\n    user: 'CANARY' x\n",
    "kind after the data": "apiVersion: v1\nstringData:\n  user: 'CANARY' x\nkind: Secret\n",
    "kind on its own line": "apiVersion: v1\nstringData:\n  user: 'CANARY' x\nkind:\n  Secret\n",
    "a separator inside of a quoted text": SECRET + 'stringData:\n  user: "x\n---\n CANARY\n',
    "a document before it": "a: 'CANARY' b\n---\n" + SECRET,
    "a SealedSecret": "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\n"
    "spec:\n  x: 'CANARY' y\n",
    "an ExternalSecret": "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: s}\n"
    "spec: {target: {template: {data: {x: CANARY}}}}\n",
    "an ExternalSecret that is cut off": "kind: ExternalSecret\nspec:\n  target: {template: {data: {x: CANARY\n",
    "values of a release": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
    "metadata: {name: r, namespace: shop}\n"
    "spec: {interval: 1m, chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: y}}},"
    " values: {db: {password: CANARY}}}\n",
    "values of a release, cut off": "kind: HelmRelease\nspec:\n  values:\n    db:\n      adminPassword: 'CANARY' x\n",
    "values of an Application": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
    "spec: {source: {repoURL: https://example.org/x, path: x, helm: {parameters: [{name: token, value: CANARY}]}}}\n",
    "a field of a values file": "db:\n  password: 'CANARY' x\n",
    "many lines below a field": "auth:\n  clientSecret: |\n    a\n    CANARY\n  b: 'x' y\n",
    "a variable of a pod": "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n"
    "spec:\n  containers:\n  - name: p\n    image: p\n    env:\n    - name: DB_PASSWORD\n      value: 'CANARY' x\n",
    "a Secret in a file with a policy": SHOP + SECRET + "stringData:\n  user: CANARY\n",
    "a Secret of a wrong version": "apiVersion: v7\nkind: Secret\nmetadata: {name: CANARY+}\ndata: {x: CANARY}\n",
    "a Secret that stands twice": (SECRET + "stringData: {user: CANARY}\n---\n") * 2,
    "a large Secret, for the cache": SECRET
    + "stringData:\n"
    + "".join(f"  k{n}: CANARY\n" for n in range(2000))
    + "  x: 'CANARY' y\n",
}
"""Texts with a canary. Names of objects may be said, which `a Secret of a wrong version` is refused for."""
COMMANDS = (
    ("check",),
    *(("check", "-o", form) for form in ("json", "markdown", "html", "sarif", "junit", "github", "gitlab")),
    ("check", "--emit-smt2", "out/smt"),
    ("check", "--write-baseline", "out/baseline.json"),
    ("lint",),
    ("lint", "-o", "json"),
    ("lint", "-o", "sarif"),
    ("lint", "--diff"),
    ("lint", "--strict"),
    ("query", "who can reach shop/web", "--emit-smt2", "out/query"),
    ("query", "who can reach shop/web", "-o", "json"),
    *(("map", "-o", form) for form in ("text", "json", "csv", "dot", "mermaid", "html")),
    ("exposed",),
    ("exposed", "-o", "json"),
    ("resolve", "backend.shop"),
    ("diff", "m", "m", "-o", "markdown"),
    ("lint", "--flux", "m"),
    ("lint", "--argocd", "m"),
    ("lint", "-k", "m"),
    ("init", "--output", "-"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("m", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "m" / "shop.yaml").write_text(SHOP)
    (tmp_path / "netverify.yaml").write_text(INTENT)
    monkeypatch.delenv("NETVERIFY_NO_CACHE")
    monkeypatch.setenv("NETVERIFY_CACHE_DIR", str(tmp_path / "out" / "cache"))
    return tmp_path


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()


def hold_quiet(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, err = capfd.readouterr()
    assert CANARY not in out
    assert CANARY not in err
    assert [name for name, data in written(folder / "out") if CANARY.encode() in data] == []


@pytest.mark.parametrize("place", sorted(set(PLACES) - {"a Secret of a wrong version"}))
def test_no_command_prints_a_canary(place: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "m" / "x.yaml").write_text(PLACES[place].replace("CANARY", CANARY))
    for command in (("lint",), ("lint", "-o", "json"), ("check", "-o", "json"), ("lint", "--diff")):
        main(command, "netverify")
        hold_quiet(folder, capfd)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_format_holds_a_canary(command: tuple[str, ...], folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All places at once, each in a file of its own."""
    for number, text in enumerate(PLACES.values()):
        (folder / "m" / f"x{number}.yaml").write_text(text.replace("CANARY+", "x").replace("CANARY", CANARY))
    main(command, "netverify")
    hold_quiet(folder, capfd)


def test_the_place_and_the_reason_are_still_said(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "m" / "x.yaml").write_text(PLACES["a value after a value"].replace("CANARY", CANARY))
    assert main(("lint",), "netverify") == 4
    err = capfd.readouterr().err
    assert "m/x.yaml:5:13" in err
    assert "this is not YAML" in err
    assert "(not shown: this text may hold a secret)" in err


def test_a_file_that_is_no_manifest_is_not_quoted(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "environ").write_text(f"a: 'x' {CANARY}\n")
    assert main(("lint", "-f", "environ"), "netverify") == 4
    (folder / "m" / "link.yaml").symlink_to(folder / "environ")
    main(("lint", "-f", "m/link.yaml"), "netverify")
    hold_quiet(folder, capfd)


def test_intent_that_holds_values_is_not_quoted(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for value in (f"[{CANARY}]", f"'{CANARY}' x", f"!{CANARY} x", f"{{a: {CANARY}}}"):
        (folder / "netverify.yaml").write_text(f"version: 1\nsources: [{{helm: c, set: {{db.password: {value}}}}}]\n")
        assert main(("check",), "netverify") == 2
        hold_quiet(folder, capfd)


@pytest.mark.usefixtures("folder")
def test_arguments_in_reports_are_without_values(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("check", "--helm", "c", "--set", f"db.password={CANARY}", "--set=token=" + CANARY, "-f", "m")
    for form in ("json", "sarif", "html", "markdown"):
        line = (*arguments, "-o", form)
        monkeypatch.setattr(sys, "argv", ["netverify", *line])
        main(line, "netverify")
        out = capfd.readouterr().out
        assert CANARY not in out
        if form == "sarif":
            assert "db.password=***" in json.dumps(json.loads(out))


def test_what_a_renderer_says_of_secrets_is_not_passed_on(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = folder / "bin" / "kustomize"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'Error: cannot parse: password: {CANARY}' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (folder / "m" / "kustomization.yaml").write_text("resources: [shop.yaml]\n")
    assert main(("lint", "-k", "m"), "netverify") == 4
    hold_quiet(folder, capfd)


@pytest.mark.parametrize("around", [0, 1, 2, 3])
def test_a_patch_shows_no_line_of_a_secret(around: int, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    policy = SHOP.partition("---\napiVersion: networking")[2].partition("spec:")[0]
    blank = "# x\n" * around
    (folder / "m" / "shop.yaml").write_text(
        f"{SHOP.partition('apiVersion: networking')[0]}{SECRET}stringData:\n  user: {CANARY}\n{blank}---\n{blank}"
        f"apiVersion: networking{policy}spec:\n  podSelector: {{}}\n  ingress:\n  - {{}}\n  - {{}}\n---\n{blank}"
        f"kind: Secret\napiVersion: v1\nstringData:\n  user: {CANARY}\nmetadata: {{name: t, namespace: shop}}\n"
    )
    main(("lint", "--diff"), "netverify")
    hold_quiet(folder, capfd)


@pytest.mark.parametrize(
    "part", ["password", "kind ", "kind: a", "name ", "name: a", "token \n", "secret.", " ", "key", "name:" + " " * 9]
)
def test_looking_for_secrets_takes_time_in_proportion(part: str) -> None:
    text = part * (100_000 // len(part))
    start = time.process_time()
    holds_secrets(text)
    holds_secrets(f"kind: {'a' * 100_000}")
    confidential_lines(text.split("\n"))
    assert time.process_time() - start < 1.3


LINES = [
    "---",
    "---x",
    "kind: Secret",
    "kind:",
    "  Secret",
    "password: x",
    "  - a",
    "name: a-token",
    "value: 1",
    "",
    "a: b",
]


@pytest.mark.parametrize("seed", range(100))
def test_of_one_document_the_same_is_confidential_as_of_all(seed: int) -> None:
    lines = random.Random(seed).choices(LINES, k=20)
    whole = confidential_lines(lines)
    for number in range(len(lines)):
        document, found = confidential_around(lines, number)
        assert number in document
        assert found == whole.intersection(document)


def test_only_values_that_are_called_like_secrets_are_left_out_of_arguments() -> None:
    assert shown_arguments(
        ["--set", "a=b,db.password=c", "--assume", "pod-cidr=10.0.0.0/8", "-f", "secrets/x.yaml"]
    ) == (*("--set", "a=b,db.password=***", "--assume", "pod-cidr=10.0.0.0/8", "-f", "secrets/x.yaml"),)
