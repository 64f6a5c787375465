"""What is installed and released: locked by hash, the same on every machine, and told in a bill of materials."""

import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+?))? \\$", re.MULTILINE)
VERSIONS = {canonicalize_name(name): version for name, version, _ in PINNED.findall(LOCK)}
SUPPORTED = [line.split()[-1] for line in PROJECT["project"]["classifiers"] if re.search(r"Python :: 3\.\d+$", line)]
sys.path.append(str(ROOT / "scripts"))


def asked_for():
    """What the package needs, and what builds it."""
    return map(Requirement, (*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]))


def test_the_lock_has_a_version_within_each_range_of_the_project():
    wrong = [str(one) for one in asked_for() if VERSIONS.get(canonicalize_name(one.name), "") not in one.specifier]
    assert wrong == []


def test_the_lock_holds_whatever_the_locked_packages_need():
    """As far as they are installed here, in whatever version, on each Python that is supported."""
    for name in VERSIONS:
        try:
            needs = map(Requirement, importlib.metadata.requires(name) or ())
        except importlib.metadata.PackageNotFoundError:
            continue
        for need in needs:
            for version in SUPPORTED:
                place = {**default_environment(), "python_version": version, "python_full_version": f"{version}.0"}
                if need.marker is None or need.marker.evaluate({**place, "extra": ""}):
                    assert canonicalize_name(need.name) in VERSIONS, f"{name} needs {need}"


def test_every_locked_package_is_pinned_with_hashes_and_comes_from_nowhere_in_particular():
    lines = [line for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]
    pins = [line for line in lines if not line.startswith(" ")]
    assert pins == [line for line in lines if PINNED.match(line)]
    parts = PINNED.split(LOCK)[4::4]
    assert len(parts) == len(pins) == len(VERSIONS)
    for part in parts:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", part)
    assert not re.search(r"https?://|file:|index-url|find-links|trusted-host", LOCK)


def test_whatever_installs_the_package_installs_the_lock():
    script = (ROOT / "scripts" / "install").read_text()
    for flag in ("--require-hashes", "--only-binary :all:", "--no-build-isolation", "--no-index", "--no-deps"):
        assert flag in script
    for name in ("action.yml", "Containerfile", "scripts/netverify", "scripts/release"):
        text = (ROOT / name).read_text()
        assert "scripts/install" in text, name
        assert "pip install" not in text, name


@pytest.mark.parametrize("name", ["install", "lock", "netverify", "release"])
def test_the_scripts_are_executable_and_can_be_parsed(name):
    path = ROOT / "scripts" / name
    assert path.stat().st_mode & 0o111
    checked = subprocess.run(["/bin/sh", "-n", str(path)], capture_output=True, text=True, check=False)
    assert checked.stderr == ""


def printed_bill():
    made = subprocess.run([sys.executable, "scripts/bill_of_materials.py"], cwd=ROOT, capture_output=True, check=True)
    return made.stdout


def test_the_bill_of_materials_lists_every_locked_package_and_who_needs_it():
    bill = json.loads(printed_bill())
    assert {one["name"]: one["version"] for one in bill["components"]} == VERSIONS
    scopes = {one["name"]: one["scope"] for one in bill["components"]}
    assert {scopes[canonicalize_name(Requirement(one).name)] for one in PROJECT["project"]["dependencies"]} == {
        "required"
    }
    assert scopes["hatchling"] == scopes["pluggy"] == "excluded"
    needs = {one["ref"].split("/")[1].split("@")[0]: one["dependsOn"] for one in bill["dependencies"]}
    assert len(needs["netverify"]) == len(PROJECT["project"]["dependencies"])
    assert f"pkg:pypi/pydantic-core@{VERSIONS['pydantic-core']}" in needs["pydantic"]
    known = {bill["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in bill["components"])}
    assert {one["ref"] for one in bill["dependencies"]} == known
    assert printed_bill() == printed_bill()


def test_the_bill_of_materials_keeps_to_the_schema_of_its_standard():
    validation = pytest.importorskip("cyclonedx.validation.json", reason="needs cyclonedx-python-lib[json-validation]")
    schema = pytest.importorskip("cyclonedx.schema")
    assert validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(printed_bill().decode()) is None


INDEX = json.dumps({"schemaVersion": 2, "manifests": []}).encode()


class Registry(BaseHTTPRequestHandler):
    """A registry on this machine, which wants a token that it gives to anybody."""

    def do_GET(self):
        if self.path.startswith("/token?"):
            return self._say(200, b'{"token": "one"}')
        if self.headers["Authorization"] != "Bearer one":
            return self._say(401, b"{}")
        return self._say(200, INDEX if self.path == "/v2/library/python/manifests/3.13-slim" else b"{}")

    def _say(self, status, text):
        self.send_response(status)
        realm = f"http://{self.headers['Host']}/token"
        self.send_header("WWW-Authenticate", f'Bearer realm="{realm}",service="here",scope="pull"')
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture
def registry():
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_base_image_is_pinned_by_the_digest_of_what_its_registry_has(registry):
    pin_image = pytest.importorskip("pin_image")
    text = (ROOT / "Containerfile").read_text()
    asked = []

    def ask(host, repository, tag):
        asked.append((host, repository, tag))
        return pin_image.digest_of(registry, repository, tag)

    pinned = pin_image.pinned(text, ask)
    digest = f"sha256:{hashlib.sha256(INDEX).hexdigest()}"
    assert asked == [("https://registry-1.docker.io", "library/python", "3.13-slim")]
    assert f"ARG PYTHON_IMAGE=docker.io/library/python:3.13-slim@{digest}\n" in pinned
    assert pin_image.pinned(pinned, lambda *_: digest) == pinned
    with pytest.raises(ValueError, match="no index of platforms"):
        pin_image.digest_of(registry, "library/python", "another")


def test_the_image_is_built_from_one_base_by_whatever_name():
    lines = (ROOT / "Containerfile").read_text().splitlines()
    assert {line.split()[1] for line in lines if line.startswith("FROM ")} == {"${PYTHON_IMAGE}"}
