"""Runs of the command line whose outputs are frozen, over the shipped examples and over clusters drawn by a seed.

``python -m golden.frozen_runs DIR``, in ``tests``, writes all outputs and the formulas into a folder: on two revisions,
``diff -r`` of the two folders shows what a changed digest means.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from golden.frozen_clusters import Draw
from netverify.cli.main import main
from netverify.cli.version import version_of

ROOT = Path(__file__).resolve().parents[2]

EXAMPLES = {
    "query-backdoor-new-pod": ["query", "can namespace a reach b/pg:22", "-f", "backdoor"],
    "query-backdoor-anyone": ["query", "can any pod outside namespace b reach b/pg", "-f", "backdoor"],
    "query-backdoor-pair": ["query", "can b/api reach b/pg", "-f", "backdoor", "--cni", "cilium"],
    "query-backdoor-who": ["query", "who can reach b/pg", "-f", "backdoor"],
    "query-backdoor-what": ["query", "what can any pod in namespace a reach", "-f", "backdoor"],
    "query-storefront-service": ["query", "can any pod reach service shop/web", "-f", "storefront"],
    "query-storefront-outside": ["query", "can internet reach payments/ledger[StatefulSet]", "-f", "storefront"],
    "query-storefront-nobody": [
        "query",
        "can pods app=api in namespace payments reach namespace edge:1",
        "-f",
        "storefront",
    ],
    "check-backdoor": ["check", "--spec", "backdoor.intent.yaml"],
    "check-storefront": ["check", "--spec", "storefront.intent.yaml"],
    "check-storefront-strictly": ["check", "--spec", "storefront.intent.yaml", "--no-exceptions"],
    "diff-change": ["diff", "change/before", "change/after"],
    "diff-change-back": ["diff", "change/after", "change/before", "--cni", "calico"],
    "diff-published": ["diff", "published/before", "published/after", "--fail-on", "any"],
    "diff-equal": ["diff", "storefront", "storefront"],
    "lint-untidy": ["lint", "-f", "untidy"],
    "lint-storefront": ["lint", "-f", "storefront"],
    "lint-published": ["lint", "-f", "published/after"],
    "exposed-storefront": ["exposed", "-f", "storefront"],
}

DRAWN = {**dict.fromkeys(range(6), 3), **dict.fromkeys(range(6, 9), 11)}
"""Seeds, with so many namespaces: of 11 there are more than one goal takes whole."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command came to. ``outcome`` is what matters most of ``output``: verdicts."""

    exit_status: int
    output: str
    outcome: str

    @property
    def line(self) -> str:
        """The run in one line, the whole output as a digest."""
        marks = sorted(set(re.findall(r'"fingerprint": "([^"]+)"', self.output)))
        parts = (str(self.exit_status), self.outcome, _digest("\n".join(marks)) if marks else "-", _digest(self.output))
        return "  ".join(parts)


def commands(folder: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """Every command: its name, the folder that it runs in, and its words. Drawn clusters are written to ``folder``."""
    for name, words in EXAMPLES.items():
        yield name, ROOT / "examples", words
    for seed, namespaces in DRAWN.items():
        here = folder / f"drawn-{seed}"
        drawn = Draw(seed, namespaces)
        _write(here / "old", drawn.manifests)
        _write(here / "new", drawn.changed())
        for number, sentence in enumerate(drawn.sentences()):
            yield f"drawn-{seed}-query-{number}", here, ["query", sentence, "-f", "old"]
        (here / "intent.yaml").write_text(json.dumps({"sources": [{"manifests": "old"}], **drawn.intent("new")}))
        yield f"drawn-{seed}-check", here, ["check", "--spec", "intent.yaml"]
        yield f"drawn-{seed}-diff", here, ["diff", "old", "new"]
        yield f"drawn-{seed}-lint", here, ["lint", "-f", "old"]


def run(where: Path, words: list[str]) -> Run:
    """What the command says in JSON, without what differs from run to run."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(where), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _nowhere():
        status = main([*words, "-o", "json"], "netverify")
    text = out.getvalue() + err.getvalue()
    text = re.sub(r'"(milliseconds|duration_ms|elapsed_ms)": \d+', r'"\1": 0', text)
    text = text.replace(f'"{version_of("netverify")}"', '"VERSION"')
    return Run(status, text, _outcome(out.getvalue()))


def _nowhere() -> contextlib.AbstractContextManager[object]:
    """Outside of any checkout, whose revision would be in the report."""
    stack = contextlib.ExitStack()
    stack.enter_context(mock.patch("netverify.cli.revisions.repository_url", return_value=""))
    stack.enter_context(mock.patch("netverify.cli.revisions.head_revision", return_value=""))
    stack.enter_context(mock.patch.object(sys, "argv", ["netverify"]))
    return stack


def _outcome(text: str) -> str:
    try:
        said: Mapping[str, object] = json.loads(text)
    except ValueError:
        return "no-json"
    results, findings = said.get("results"), said.get("findings")
    if isinstance(results, list):
        return ",".join(f"{one['id']}={one['verdict']}" for one in results).replace(" ", "-")
    if isinstance(findings, list) and "verdict" not in said:
        return ",".join(sorted(one["code"] for one in findings)) or "nothing"
    return str(said.get("verdict", "-")).replace(" ", "-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write(folder: Path, manifests: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True)
    (folder / "all.yaml").write_text("\n---\n".join(json.dumps(one, indent=1) for one in manifests) + "\n")


def write_all(target: Path) -> None:
    """Every output as a file of ``target``, with the formulas of each command in a folder beside it."""
    os.environ["NETVERIFY_NO_CACHE"] = "1"
    target = target.absolute()
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, where, words in commands(Path(folder)):
            goals = [] if words[0] == "exposed" else ["--emit-smt2", str(target / f"{name}.smt2")]
            done = run(where, [*words, *goals])
            (target / f"{name}.json").write_text(f"exit status {done.exit_status}\n{done.output}")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
