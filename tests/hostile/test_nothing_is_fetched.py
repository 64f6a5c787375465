"""Rendering is offline: no connection is made, whatever an overlay, a chart or a delivery names, unless allowed."""

from __future__ import annotations

import io
import json
import shutil
import socket
import sys
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import netverify
from netverify.cli.main import main

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: a}\nspec: {containers: [{name: c, image: x}]}\n"
NAMESPACE = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: fetched}\n"
RECORDER = """#!{python}
import os, sys
with open({log!r}, "a") as log:
    log.write(repr((sys.argv[1:], dict(os.environ), os.getcwd())) + "\\n")
print({pod!r})
"""


@dataclass
class Listener:
    """A server on the loopback interface that counts who connects, and answers with a manifest."""

    socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    connections: int = 0

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.settimeout(2)
                connection.recv(4096)
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(NAMESPACE)}\r\nConnection: close\r\n\r\n"
                connection.sendall(head.encode() + NAMESPACE)


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("ov", "base", "fl"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pod.yaml").write_text(POD)
    (tmp_path / "base" / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    one = Listener()
    thread = threading.Thread(target=one.serve, daemon=True)
    thread.start()
    yield one
    one.socket.shutdown(socket.SHUT_RDWR)
    one.socket.close()
    thread.join(5)


needs_kustomize = pytest.mark.skipif(
    shutil.which("kustomize") is None and shutil.which("kubectl") is None, reason="neither kustomize nor kubectl"
)
URL = "http://127.0.0.1:PORT/x.yaml"
OVERLAYS = {
    "a resource": f"resources: ['{URL}']\n",
    "a resource that a file is called like": f"resources: ['{URL}', pod.yaml]\n",
    "a field in capitals": f"Resources: ['{URL}']\n",
    "a base": f"bases: ['{URL}']\n",
    "a git base": "resources: ['git::http://127.0.0.1:PORT/x']\n",
    "a git base by path": "resources: ['http://127.0.0.1:PORT/a/b.git//c?ref=main']\n",
    "a component": "resources: [pod.yaml]\ncomponents: ['http://127.0.0.1:PORT/a.git']\n",
    "a patch": f"resources: [pod.yaml]\npatches: [{{path: '{URL}'}}]\n",
    "a patch with a field in capitals": f"resources: [pod.yaml]\npatches: [{{Path: '{URL}'}}]\n",
    "a merge patch": f"resources: [pod.yaml]\npatchesStrategicMerge: ['{URL}']\n",
    "a JSON patch": f"resources: [pod.yaml]\npatchesJson6902: [{{path: '{URL}', target: {{kind: Pod, name: w}}}}]\n",
    "a replacement": f"resources: [pod.yaml]\nreplacements: [{{path: '{URL}'}}]\n",
    "a generated file": f"resources: [pod.yaml]\nconfigMapGenerator: [{{name: c, files: ['k={URL}']}}]\n",
    "a generated environment": f"resources: [pod.yaml]\nsecretGenerator: [{{name: c, envs: ['{URL}']}}]\n",
    "a configuration": f"resources: [pod.yaml]\nconfigurations: ['{URL}']\n",
    "crds": f"resources: [pod.yaml]\ncrds: ['{URL}']\n",
    "openapi": f"resources: [pod.yaml]\nopenapi: {{path: '{URL}'}}\n",
    "a transformer": f"resources: [pod.yaml]\ntransformers: ['{URL}']\n",
    "a generator in the text": "resources: [pod.yaml]\ngenerators:\n- |-\n  apiVersion: builtin\n"
    "  kind: ConfigMapGenerator\n"
    f"  metadata: {{name: x}}\n  name: x\n  files: ['k={URL}']\n",
    "a generator in one line": "resources: [pod.yaml]\ngenerators: ['{apiVersion: builtin, kind: ConfigMapGenerator,"
    f' metadata: {{name: x}}, name: x, files: ["k={URL}"]}}\']\n',
    "charts": "helmCharts: [{name: x, repo: 'http://127.0.0.1:PORT/', version: '1'}]\n",
}


def write_overlay(folder: str, text: str, listener: Listener) -> None:
    Path(folder, "kustomization.yaml").write_text(text.replace("PORT", str(listener.port)))
    # A folder and a file that are called like the address, which made it look like a path.
    here = Path(folder, f"http:/127.0.0.1:{listener.port}")
    here.mkdir(parents=True)
    (here / "x.yaml").write_text(POD)


@needs_kustomize
@pytest.mark.parametrize("way", ["-k", "sources", "a base", "--flux", "--argocd", "-f"])
@pytest.mark.parametrize("overlay", sorted(OVERLAYS))
def test_no_overlay_has_anything_fetched(
    overlay: str, way: str, listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["lint", "-k", "ov"]
    folder = "ov"
    match way:
        case "sources":
            Path("netverify.yaml").write_text("version: 1\nsources: [{kustomize: ov}]\nassertions: []\n")
            command = ["lint"]
        case "a base":
            Path("ov/kustomization.yaml").write_text("resources: [../base]\n")
            folder = "base"
        case "--flux":
            Path("fl/k.yaml").write_text(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
                "metadata: {name: app, namespace: flux-system}\nspec: {path: ./ov, prune: true, interval: 1m, "
                "sourceRef: {kind: GitRepository, name: flux-system}}\n"
            )
            command = ["lint", "--flux", "fl"]
        case "--argocd":
            Path("fl/k.yaml").write_text(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app, namespace: argocd}\n"
                "spec: {source: {repoURL: 'https://example.org/x.git', path: ov, kustomize: {namePrefix: q-}}, "
                "destination: {namespace: a}}\n"
            )
            command = ["lint", "--argocd", "fl"]
        case "-f":
            command = ["lint", "-f", "ov"]
    write_overlay(folder, OVERLAYS[overlay], listener)
    status = main(command, "netverify")
    err = capfd.readouterr().err
    assert listener.connections == 0
    if way in ("-k", "sources", "a base"):
        assert status == 4
        assert "error[NV157]" in err
        assert "--allow-network" in err
        assert "kustomization.yaml:" in err


@pytest.mark.parametrize(
    "text",
    [
        "ssh://git@x/y",
        "git@github.com:a/b",
        "github.com/a/b",
        "GitHub.com/a/b",
        "oci://x/y",
        "gh:a/b",
        "x.example/a/b.git",
    ],
)
def test_shorthands_for_repositories_are_refused(
    text: str, listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also where a folder has that name: kustomize asks the repository first."""
    assert listener.port
    Path("ov", text).mkdir(parents=True)
    if text.startswith(("x.", "ssh", "oci")):
        shutil.rmtree(Path("ov", text))
    Path("ov/kustomization.yaml").write_text(f"resources: ['{text}']\n")
    assert main(("lint", "-k", "ov"), "netverify") == 4
    assert "error[NV157]" in capfd.readouterr().err
    assert main(("lint", "-k", text), "netverify") == 4
    assert "error[NV157]" in capfd.readouterr().err


@needs_kustomize
def test_what_is_allowed_by_hand_is_fetched_and_in_the_account(
    listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("ov/kustomization.yaml").write_text(f"resources: ['http://127.0.0.1:{listener.port}/x.yaml']\n")
    assert main(("lint", "-k", "ov", "--allow-network", "-o", "json"), "netverify") == 0
    assert listener.connections == 1
    account = json.loads(capfd.readouterr().out)["coverage"]
    (fetched,) = account["fetched"]
    assert fetched["what"] == f"http://127.0.0.1:{listener.port}/x.yaml"
    assert fetched["rendered_digest"].startswith("sha256:")


@needs_kustomize
def test_the_library_fetches_what_is_allowed_by_hand_alone(listener: Listener) -> None:
    Path("ov/kustomization.yaml").write_text(f"resources: [pod.yaml, 'http://127.0.0.1:{listener.port}/x.yaml']\n")
    with pytest.raises(netverify.InputError) as refused:
        netverify.read(kustomize="ov")
    assert "NV157" in {one.code for one in refused.value.diagnostics}
    assert listener.connections == 0
    cluster = netverify.read(kustomize="ov", allow_network=True)
    assert listener.connections == 1
    assert [what for what, _ in cluster.coverage.fetched] == [f"http://127.0.0.1:{listener.port}/x.yaml"]


@needs_kustomize
def test_overlays_stay_in_the_checkout(listener: Listener, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert listener.port
    Path("ov/.git").mkdir()
    Path("ov/kustomization.yaml").write_text("resources: [../base]\n")
    assert main(("lint", "-k", "ov"), "netverify") == 4
    assert "error[NV146]" in capfd.readouterr().err
    assert main(("lint", "-k", "ov", "--allow-outside", str(tmp_path / "base")), "netverify") == 0


@pytest.fixture
def helm(listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called helm that writes down how it was run; the file that it writes."""
    assert listener.port
    program, log = tmp_path / "bin" / "helm", tmp_path / "log"
    program.parent.mkdir()
    program.write_text(RECORDER.format(python=sys.executable, log=str(log), pod=POD))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "charts").mkdir()
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    return log


def archive(schema: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as members:
        member = tarfile.TarInfo("sub/values.schema.json")
        member.size = len(schema)
        members.addfile(member, io.BytesIO(schema.encode()))
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Chart.yaml", b"name: c\nversion: 1.0.0\ndependencies: [{name: d, repository: 'https://x', version: '1'}]\n"),
        ("requirements.yaml", b"dependencies: [{name: d, repository: 'https://x', version: '1'}]\n"),
        ("charts/sub/requirements.yaml", b"dependencies: [{name: d, repository: 'https://x', version: '1'}]\n"),
        ("values.schema.json", b'{"properties": {"a": {"$ref": "http://127.0.0.1/x"}}}'),
        ("values.schema.json", b'{"properties": {"a": {"\\u0024ref": "file:///etc/passwd"}}}'),
        ("values.schema.json", b'{"$id": "http://127.0.0.1/", "properties": {"a": {"$ref": "x.json"}}}'),
        ("values.schema.json", b'{"$schema": "http://127.0.0.1/x"}'),
        ("charts/sub/values.schema.json", b'{"$ref": "http://127.0.0.1/x"}'),
        ("charts/sub-1.tgz", archive('{"$ref": "http://127.0.0.1/x"}')),
        ("charts/sub-1.tgz", b"no archive"),
    ],
)
def test_charts_that_need_something_else_are_refused(
    name: str, data: bytes, helm: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = Path("chart", name)
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.parent.name == "sub":
        (file.parent / "Chart.yaml").write_text("name: sub\nversion: 1.0.0\n")
    file.write_bytes(data)
    assert main(("lint", "--helm", "chart"), "netverify") == 4
    assert "error[NV157]" in capfd.readouterr().err
    assert not helm.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--helm", "oci://127.0.0.1/x"),
        ("--helm", "https://127.0.0.1/x.tgz"),
        ("--helm", "bitnami/postgresql"),
        ("--helm", "chart", "--values", "http://127.0.0.1/v.yaml"),
        ("--helm", "chart", "--values", "secrets://x"),
    ],
    ids=" ".join,
)
def test_charts_and_values_by_url_are_refused(
    arguments: tuple[str, ...], helm: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(("lint", *arguments), "netverify") == 4
    assert "error[NV157]" in capfd.readouterr().err
    assert not helm.exists()


def test_charts_follow_no_link_out_of_the_checkout(helm: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("chart/templates/x.yaml").symlink_to("/proc/self/environ")
    assert main(("lint", "--helm", "chart"), "netverify") == 4
    assert "error[NV146]" in capfd.readouterr().err
    assert not helm.exists()


def test_a_renderer_has_a_folder_of_its_own_and_no_credentials(helm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "KUBECONFIG", "HELM_REGISTRY_CONFIG", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "c4n4ry")
    monkeypatch.setenv("HOME", "/c4n4ry")
    assert main(("lint", "--helm", "chart", "--set", "a=b"), "netverify") == 0
    runs = helm.read_text().splitlines()
    assert len(runs) == 2
    assert "c4n4ry" not in helm.read_text()
    arguments, environment, folder = eval(runs[0])  # noqa: S307 - written above
    assert arguments == ["template", str(Path.cwd() / "chart"), "--set", "a=b", "--namespace", "default"]
    assert environment["HOME"] == folder
    assert not Path(folder).exists()
