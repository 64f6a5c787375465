"""Nothing green is empty: a run that read no object that matters ends with status 4 and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.test_objects_not_modelled import BASE, thing
from netverify.cli.main import main
from netverify.cli.statuses import ExitStatus

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: b}\n"
SAID = "no object that matters was read: no workload, policy, namespace, Service or way in"
INTENT = "assertions:\n- {id: x, deny: {from: internet, to: any pod}}\n"
COMMANDS = {
    "query": ("query", "can internet reach any pod"),
    "check": ("check", "--spec", "intent.yaml"),
    "map": ("map",),
    "scope": ("scope", "--from", "internet"),
    "lint": ("lint",),
    "exposed": ("exposed",),
    "resolve": ("resolve", "example.com.", "--from", "namespace b"),
    "init": ("init",),
}
EMPTY = {
    "a ConfigMap": CONFIG,
    "a release": thing("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    "an object of an unknown kind": thing("example.com/v1", "Widget"),
    "a list of nothing": "apiVersion: v1\nkind: List\nitems: []\n",
    "values": "replicas: 2\n",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("intent.yaml").write_text(INTENT)
    Path("m").mkdir()
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(arguments, "netverify")
    told = capsys.readouterr()
    return status, told.out + told.err


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "resolve"])
def test_no_command_is_green_about_nothing(command: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del place
    Path("m/x.yaml").write_text(CONFIG)
    status, text = run(capsys, *COMMANDS[command], "-f", "m")
    assert status == ExitStatus.INPUT
    assert f"error[NV156]: {SAID}" in text


@pytest.mark.parametrize("name", EMPTY)
def test_objects_that_decide_no_traffic_are_nothing(name: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del place
    Path("m/x.yaml").write_text(EMPTY[name])
    assert run(capsys, "exposed", "-f", "m")[0] == ExitStatus.INPUT
    Path("m/y.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n")
    status, text = run(capsys, "exposed", "-f", "m")
    assert status != ExitStatus.INPUT
    assert SAID not in text


@pytest.mark.parametrize("command", ["lint", "exposed"])
def test_it_can_be_allowed(command: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del place
    Path("m/x.yaml").write_text(CONFIG)
    status, text = run(capsys, *COMMANDS[command], "-f", "m", "--allow-empty")
    assert status == ExitStatus.ANSWERED
    assert SAID not in text


def test_a_policy_of_another_api_is_something(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del place
    Path("m/x.yaml").write_text(thing("cilium.io/v2", "CiliumNetworkPolicy"))
    assert SAID not in run(capsys, "exposed", "-f", "m")[1]


def test_the_old_side_of_a_comparison_may_be_empty_and_the_new_one_may_not(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del place
    Path("m/x.yaml").write_text(BASE)
    Path("empty").mkdir()
    Path("empty/x.yaml").write_text(CONFIG)
    assert run(capsys, "diff", "empty", "m", "--fail-on", "never")[0] == ExitStatus.ANSWERED
    status, text = run(capsys, "diff", "m", "empty", "--fail-on", "never")
    assert status == ExitStatus.INPUT
    assert SAID in text
    assert run(capsys, "diff", "empty", "empty")[0] == ExitStatus.INPUT
    assert run(capsys, "diff", "m", "empty", "--fail-on", "never", "--allow-empty")[0] == ExitStatus.ANSWERED


def test_an_empty_directory_to_compare_with_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del place
    Path("m/x.yaml").write_text(BASE)
    Path("empty").mkdir()
    Path("empty/x.yaml").write_text(CONFIG)
    Path("intent.yaml").write_text("assertions:\n- {id: x, not-more-permissive: {directory: empty}}\n")
    assert run(capsys, "check", "--spec", "intent.yaml", "-f", "m")[0] == ExitStatus.INPUT


@pytest.mark.parametrize("name", EMPTY)
def test_the_library_refuses_what_holds_nothing_unless_it_is_allowed(name: str) -> None:
    texts = {"m.yaml": EMPTY[name]}
    with pytest.raises(netverify.InputError, match="no object that matters was read"):
        netverify.read(texts=texts)
    assert netverify.read(texts=texts, allow_empty=True).coverage.modelled == {}
