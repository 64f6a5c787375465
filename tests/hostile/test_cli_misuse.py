"""Every misuse of the command line ends in status 2 with one message; no traceback, no name of an internal type."""

from __future__ import annotations

import re

import pytest

from netverify.cli.main import main

SENTENCE = "can namespace a reach namespace b"
MANIFESTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: Namespace
metadata: {name: b}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text(MANIFESTS)
    return tmp_path


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments, "netverify")
    captured = capsys.readouterr()
    assert all(line.isprintable() for line in (captured.out + captured.err).split("\n"))
    assert "Traceback" not in captured.err
    assert not re.search(r"\b\w+(Error|Exception)\b", captured.err)
    return status, captured.out, captured.err


@pytest.mark.parametrize(
    ("arguments", "message", "help_text"),
    [
        (["nothing"], "no such command `nothing`", "`netverify --help` lists"),
        (["qurey"], "no such command `qurey`\n", "did you mean `query`? `netverify --help` lists the commands"),
        (["--nothing"], "no such option", "`netverify --help`"),
        (["query", SENTENCE, "--expct"], "no such option `--expct`\n", "did you mean `--expect`? `netverify query -"),
        (["query"], "there is no question", 'write it in quotes: `netverify query "who can reach'),
        (["query", "", "-f", "m.yaml"], "there is no question", "write it in quotes"),
        (["query", SENTENCE, SENTENCE], "2 questions are asked at once", "ask one after the other"),
        (["query", SENTENCE, "--nothing"], "no such option", "`netverify query --help`"),
        (["query", SENTENCE, "-f"], "option `-f` requires an argument", "--help` lists the flags"),
        (["query", SENTENCE, "--cni", "calicoo"], "there is no CNI `calicoo`", "did you mean `calico`?"),
        (["query", SENTENCE, "--cni", "zz"], "there is no CNI `zz`", "the known ones are `antrea`, `aws-vpc-cni`"),
        (["query", SENTENCE, "--cni", ""], "there is no CNI ``", "the known ones are"),
        (["query", SENTENCE, "--cni", "\x1b[31m"], "there is no CNI `\\x1b[31m`", "the known ones are"),
        (["query", SENTENCE, "--assume", "zz=true"], "nothing called `zz` can be assumed", "the keys are `"),
        (
            ["query", SENTENCE, "--assume", "endport-suported=true"],
            "nothing called `endport-suported` can be assumed",
            "did you mean `endport-supported`?",
        ),
        (
            ["query", SENTENCE, "--assume", "endport-supported"],
            "`--assume endport-supported` gives `endport-supported` no value that it can have",
            "write `endport-supported=true` or `endport-supported=false`",
        ),
        (
            ["query", SENTENCE, "--assume", "endport-supported=yes"],
            "`--assume endport-supported=yes` gives",
            "write `endport-supported=true` or",
        ),
        (
            ["query", SENTENCE, "--assume", "named-ports=any"],
            "gives `named-ports` no value",
            "`named-ports=declared` or",
        ),
        (["query", SENTENCE, "--assume", "pod-cidr=10.1"], "`10.1` is not a CIDR", "`10.0.0.0/8`, `2001:db8::/32`"),
        (
            ["query", SENTENCE, "--assume", "pod-cidr=10.1.1.1/8"],
            "`10.1.1.1/8` is not a CIDR",
            "write a network address",
        ),
        (["query", SENTENCE, "--assume", "pod-cidr"], "gives `pod-cidr` no value", "write `pod-cidr=10.0.0.0/8`"),
        (
            ["query", SENTENCE, "--assume", "endport-supported=true", "--assume", "endport-supported=false"],
            "`endport-supported` is assumed to be `true` and `false`",
            "leave one of them out",
        ),
        (["query", SENTENCE, "-o", "jsn"], "there is no output format `jsn`", "did you mean `json`?"),
        (
            ["query", SENTENCE, "-o", "pdf"],
            "there is no output format `pdf`",
            "the formats are text, json, markdown and html",
        ),
        (["query", SENTENCE, "-o", "json="], "`--output json=` names no file", "`json=FILE`"),
        (["query", SENTENCE, "-o", "json", "-o", "text"], "two reports go to standard output", "another file"),
        (["query", SENTENCE, "-o", "json=x", "-o", "text=x"], "two reports go to `x`", "another file"),
        (["query", SENTENCE, "--expect", "maybe"], "invalid value for `--expect`", "`netverify query --help`"),
        (["query", SENTENCE, "--timeout", "0"], "`0` is not a time", "write seconds, such as `30`"),
        (["query", SENTENCE, "--timeout", "soon"], "`soon` is not a time", "write seconds, such as `30`"),
        (["query", SENTENCE, "--timeout", "nan"], "`nan` is not a time", "write seconds, such as `30`"),
        (["query", SENTENCE, "--seed", "-1"], "invalid value for `--seed`", "`netverify query --help`"),
        (["query", SENTENCE, "--color", "blue"], "invalid value for `--color`", "`netverify query --help`"),
        (["query", SENTENCE, "--values", "v.yaml"], "`--values` needs a chart", "name one with `--helm CHART`"),
        (["query", SENTENCE, "--set", "a=b"], "`--set` needs a chart", "name one with `--helm CHART`"),
        (["query", SENTENCE, "--helm", "c", "--set", "a"], "`--set` needs `KEY=VALUE`", "`helm template --set`"),
        (["explain", "NV40"], "no diagnostic has the code `NV40`", "did you mean `NV"),
        (["explain", "zz"], "no diagnostic has the code `zz`", "an assertion fails: `netverify check --only ID`"),
        (["explain", "../../etc/passwd"], "no diagnostic has the code `../../etc/passwd`", "lists the codes"),
        (["completion"], "missing argument", "`netverify completion --help`"),
        (["completion", "cmd"], "invalid value for", "`netverify completion --help`"),
        (["version", "x"], "got unexpected extra argument (x)", "`netverify version --help`"),
    ],
)
def test_a_misuse_is_named_with_what_to_do(capsys, arguments, message, help_text) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error[NV420]: ")
    assert err.splitlines()[0].removeprefix("error[NV420]: ").startswith(message) or message in err
    assert help_text in err
    assert not err.splitlines()[0].endswith(".")


def test_a_program_without_a_command_shows_its_help_as_an_error(capsys) -> None:
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert err.startswith("Usage: netverify ")


def test_a_bad_sentence_is_shown_with_carets(capsys) -> None:
    status, out, err = run(capsys, "query", "can namespace a reach namespace b:99999", "-f", "m.yaml")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "error[NV405]: there is no port `99999`",
        "  |",
        "  | can namespace a reach namespace b:99999",
        "  |                                   ^^^^^",
        "  = help: ports go from 1 to 65535",
    ]


def test_bytes_that_are_no_text_in_an_argument_are_told_and_not_printed(capsys) -> None:
    status, out, err = run(capsys, "query", "can namespace a\udcff reach namespace b", "-f", "m.yaml")
    assert (status, out) == (2, "")
    assert "cannot hold the character U+DCFF" in err


def test_a_sentence_error_in_json_mode_still_goes_to_standard_error(capsys) -> None:
    status, out, err = run(capsys, "query", "can", "-f", "m.yaml", "-o", "json")
    assert (status, out) == (2, "")
    assert "NV402" in err


@pytest.mark.parametrize("flag", ["--counterexample", "--emit-smt2"])
def test_what_only_a_witness_has_cannot_be_written_for_a_list(capsys, folder, flag) -> None:
    status, out, err = run(capsys, "query", "who can reach namespace b", "-f", "m.yaml", flag, str(folder / "new"))
    assert status == 2
    assert out.startswith("REACHABLE")
    assert f"`{flag}` writes what a question with `can` found, not a list" in err
    assert not (folder / "new").exists()


@pytest.mark.parametrize(
    ("flag", "place", "reason"),
    [
        ("-o", "json=no/such/folder/x.json", "cannot write `no/such/folder/x.json`: no such file or directory"),
        ("-o", "text=m.yaml/x", "cannot write `m.yaml/x`: not a directory"),
        ("-o", "text=.", "cannot write `.`: is a directory"),
        ("-o", "text=a\0b", "cannot write `a\\x00b`: the name is not valid"),
        ("--counterexample", "no/such/folder/x.yaml", "cannot write `no/such/folder/x.yaml`: no such file"),
        ("--counterexample", "-", "cannot write `-`: standard output has the report"),
        ("--emit-smt2", "m.yaml/x", "cannot make the folder `m.yaml/x`: not a directory"),
    ],
)
def test_an_output_that_cannot_be_written_is_named_after_the_answer(capsys, flag, place, reason) -> None:
    status, out, err = run(capsys, "query", SENTENCE, "-f", "m.yaml", "-o", "json=-", flag, place)
    assert status == 2
    assert '"verdict": "reachable"' in out
    assert f"error[NV421]: {reason}" in err


def test_an_input_that_is_refused_outweighs_a_bad_sentence(capsys, folder) -> None:
    (folder / "bad.yaml").write_text("a: [")
    status, out, err = run(capsys, "query", "can namespace zz reach namespace b", "-f", "m.yaml", "-f", "bad.yaml")
    assert (status, out) == (4, "")
    assert "NV406" in err
    assert "bad.yaml:2:1" in err


def test_with_a_refused_input_nothing_is_proved(capsys, folder) -> None:
    (folder / "bad.yaml").write_text("a: [")
    status, out, _ = run(capsys, "query", SENTENCE, "-f", "m.yaml", "-f", "bad.yaml")
    assert status == 4
    assert out.startswith("UNKNOWN")
    assert "not analysed: 1 input not read (bad.yaml:" in out


def test_a_missing_file_is_an_input_that_cannot_be_read(capsys) -> None:
    status, _, err = run(capsys, "query", SENTENCE, "-f", "gone.yaml")
    assert status == 4
    assert "gone.yaml" in err


def test_an_unexpected_answer_ends_with_one_and_says_so(capsys) -> None:
    status, out, err = run(capsys, "query", SENTENCE, "-f", "m.yaml", "--expect", "unreachable")
    assert status == 1
    assert out.startswith("REACHABLE")
    assert err == "error: expected unreachable, but the answer is reachable\n"
    assert run(capsys, "query", SENTENCE, "-f", "m.yaml", "--expect", "reachable")[0] == 0


def test_a_vacuous_question_ends_with_one(capsys) -> None:
    status, out, _ = run(capsys, "query", "can namespace a reach namespace b:undeclared", "-f", "m.yaml")
    assert status == 1
    assert out.startswith("VACUOUS")
