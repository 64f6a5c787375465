"""Files that are given as baselines and are none: one message, and nothing is taken for known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.gate.baseline import BaselineError, read_baseline

SPEC = str(Path(__file__).resolve().parents[2] / "examples" / "backdoor.intent.yaml")
HEAD = '{"schema": "netverify/baseline/v1", '


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '"violations": [], "fingerprints": Infinity}',
        HEAD + '"violations": [], "fingerprints": 1e999}',
        HEAD + '"violations": [], "fingerprints": NaN}',
        HEAD + '"violations": [], "fingerprints": []}',
        HEAD + '"violations": [], "fingerprints": "' + "9" * 5000 + '"}',
        HEAD + '"violations": {"a": 1}}',
        HEAD + '"violations": [[]]}',
        HEAD + '"violations": ["x"]}',
        HEAD + '"violations": [{"fingerprint": "x", "assertion": "a", "further": null}]}',
        HEAD + '"violations": 3}',
        HEAD + "}",
        '{"schema": ["netverify/baseline/v1"]}',
        "[" * 100_000,
        "9" * 5000,
        "[]",
        "null",
        "",
        '"\\ud800"',
    ],
)
def test_what_is_no_baseline_is_refused(text) -> None:
    with pytest.raises(BaselineError):
        read_baseline("b.json", text)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(2**40)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (pipe, "a named pipe, not a file"),
        (huge, "1,099,511,627,776 bytes are more than"),
        (Path.mkdir, "is a directory"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "not a readable text"),
        (lambda path: path.symlink_to("nowhere"), "no such file or directory"),
    ],
)
def test_what_is_no_file_is_not_waited_for(make, reason, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "known.json")
    assert main(["check", "--spec", SPEC, "--baseline", "known.json"], "netverify") == 2
    err = capsys.readouterr().err
    assert err.startswith("error[NV717]: cannot read the baseline `known.json`: ")
    assert reason in err
