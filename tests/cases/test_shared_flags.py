"""Flags that mean the same for every command: what fails a run, where defaults come from, and how help is ordered."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from netverify.cli.main import main
from netverify.cli.program import COMMANDS, program

OPEN = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
"""
INTENT = "assertions: [{id: it, deny: {from: internet, to: namespace shop}}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(OPEN)


@pytest.mark.parametrize(
    ("states", "status"),
    [("never", 0), ("open", 1), ("broken,open", 1), ("possible,broken", 0)],
)
def test_a_way_in_fails_the_run_that_is_told_so(states: str, status: int) -> None:
    assert main(["exposed", "m.yaml", "--fail-on", states], "netverify") == status


def test_a_state_that_there_is_not_is_a_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exposed", "m.yaml", "--fail-on", "opn"], "netverify") == 2
    assert "did you mean `open`?" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["never", "nothing"])
def test_never_is_the_word_of_every_gate_and_the_old_one_is_taken(word: str) -> None:
    Path("netverify.yaml").write_text(INTENT)
    assert main(["check", "m.yaml"], "netverify") == 1
    assert main(["check", "m.yaml", "--fail-on", word], "netverify") == 0


def test_defaults_come_from_the_environment_and_flags_go_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETVERIFY_MAX_TIME", "soon")
    assert main(["lint", "m.yaml", "--fail-on", "never"], "netverify") == 2
    assert main(["lint", "m.yaml", "--fail-on", "never", "--max-time", "1m"], "netverify") == 0


@pytest.mark.parametrize("name", ["check", "diff", "exposed", "init", "lint", "map", "query", "resolve"])
def test_help_shows_the_flags_of_a_command_before_those_that_all_have(name: str) -> None:
    with click.Context(program, info_name="netverify") as above:
        command = program.get_command(above, name)
        assert command is not None
        options = [one.name for one in command.params if isinstance(one, click.Option)]
    shared = options.index("filenames")
    assert 0 < shared <= 12
    assert not {"kustomize", "helm", "assumptions", "color"} & set(options[:shared])


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_help_fits_eighty_columns(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main([*arguments, "--help"], "netverify")
    out = capsys.readouterr().out
    cut = [line for line in out.splitlines()[1:] if len(line) > 80 or line.endswith(("...", "…"))]
    assert cut == []


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["query", "who can reach shop/web[Pod]"], "REACHABLE"),
        (["lint", "--fail-on", "never"], ""),
        (["exposed"], "2 WAYS IN"),
        (["map"], "  in all"),
        (["diff", "m.yaml"], "EQUIVALENT"),
        (["check", "--fail-on", "never"], ""),
    ],
)
def test_a_summary_is_what_a_report_comes_to(
    arguments: list[str], first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its lines are lines of the whole report: the result, and what was read."""
    Path("netverify.yaml").write_text(INTENT)
    main([*arguments, "m.yaml"], "netverify")
    whole = capsys.readouterr().out.splitlines()
    main([*arguments, "m.yaml", "--summary"], "netverify")
    short = capsys.readouterr().out.splitlines()
    assert short[0].startswith(first)
    assert any("1 namespace, 1 workload" in line for line in short)
    assert set(short) <= set(whole)
    assert len(short) <= 6


def test_a_summary_hides_no_doubt(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m.yaml").write_text(OPEN + "---\napiVersion: v1\nkind: [\n")
    assert main(["query", "can shop/web[Pod] reach namespace shop", "m.yaml", "--summary"], "netverify") == 4
    assert "not read" in capsys.readouterr().out


def test_quiet_says_errors_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("k").mkdir()
    Path("k/kustomization.yaml").write_text("resources: [n.yaml]\n")
    Path("k/n.yaml").write_text(OPEN.split("---", maxsplit=1)[0].replace("shop", "other"))
    Path("k/left.yaml").write_text(OPEN)
    assert main(["exposed", "m.yaml", "k"], "netverify") == 0
    assert "warning[NV142]" in capsys.readouterr().err
    assert main(["exposed", "m.yaml", "k", "-q"], "netverify") == 0
    assert capsys.readouterr().err == ""
    assert main(["exposed", "m.yaml", "nowhere", "-q"], "netverify") == 4
    assert "error[NV131]" in capsys.readouterr().err


def test_verbose_shows_what_passed_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text(
        "assertions: [{id: it, deny: {from: pod shop/web, to: 10.0.0.0/8, ports: [1/sctp]}}]\n"
    )
    main(["check", "m.yaml"], "netverify")
    brief = capsys.readouterr().out
    main(["check", "m.yaml", "--verbose"], "netverify")
    whole = capsys.readouterr().out
    assert " --> netverify.yaml:1" in whole
    assert len(whole) >= len(brief)
    assert main(["check", "m.yaml", "-v", "--summary"], "netverify") == 2


def test_nothing_that_was_not_read_is_no_way_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exposed", "nowhere"], "netverify") == 4
    assert capsys.readouterr().out.startswith("UNKNOWN: no way in was found, but not everything was read or decided\n")
    Path("n.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    assert main(["exposed", "n.yaml"], "netverify") == 0
    assert capsys.readouterr().out.startswith("NO WAY IN: these manifests contain none of this kind\n")


@pytest.mark.parametrize("flag", ["foo=true", "pod-cidr=10.0.0.0/33", "named-ports=fre", "named-ports-supported"])
def test_a_wrong_assumption_is_misuse_beside_an_intent_file_too(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text(f"cni: calico\n{INTENT}")
    assert main(["map", "m.yaml", "--assume", flag], "netverify") == 2
    assert "error[NV420]" in capsys.readouterr().err


def test_the_file_is_named_that_the_plugin_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text("cni: calico\n", encoding="utf-8")
    asked = ["query", "can namespace shop reach namespace shop", "m.yaml"]
    main(asked, "netverify")
    assert "the CNI is calico, from ./netverify.yaml\n" in capsys.readouterr().out
    main([*asked, "--cni", "calico"], "netverify")
    assert "the CNI is calico\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "can namespace data reach namespace data", "nowhere"],
        ["resolve", "x.data", "--from", "namespace/data", "nowhere"],
        ["check", "nowhere", "--spec", "data.yaml"],
        ["map", "nowhere", "--from", "namespace data"],
    ],
)
def test_a_name_may_be_in_what_could_not_be_read(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    spec = "assertions:\n- id: a\n  deny: {from: namespace data, to: namespace data}\n"
    Path("data.yaml").write_text(spec, encoding="utf-8")
    assert main(arguments, "netverify") == 4
    told = capsys.readouterr().err
    assert told.count("NV406") == 1
    assert "an input could not be read and may hold it: fix that error first\n" in told
    arguments[arguments.index("nowhere")] = "m.yaml"
    assert main(arguments, "netverify") == 2
    assert "could not be read" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["completion", "bsh"], "bash"),
        (["schema", "goal"], "goals"),
        (["check", "--severity", "hgh"], "high"),
        (["lint", "m.yaml", "--fail-on", "warn"], "warning"),
    ],
)
def test_a_value_that_is_misspelt_is_guessed(
    arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments, "netverify") == 2
    assert f"did you mean `{meant}`?" in capsys.readouterr().err


def test_an_assumption_goes_before_that_of_the_intent_file_by_either_name(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text(f"assume: {{named-port-voids-policy: false}}\n{INTENT}")
    other = ("--assume", "unsupported-port-name-disables-policy=true")
    assert main(["exposed", "m.yaml", *other], "netverify") == 0
    assert "error" not in capsys.readouterr().err
