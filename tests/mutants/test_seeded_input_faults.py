"""Faults seeded into what a run reads and what fails it: a run of the command must end otherwise than it should.

Each fault names the run that finds it: files of a repository, what changes after its only commit, and how the run ends.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from mutants.faulty import fault

OPEN = """apiVersion: v1
kind: Namespace
metadata: {name: b}
---
apiVersion: v1
kind: Pod
metadata: {name: pg, namespace: b, labels: {app: pg}}
spec: {containers: [{name: c, image: x}]}
"""
CLOSED = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: b}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
BOTH = f"{OPEN}---\n{CLOSED}"
WIDE = CLOSED.replace("[Ingress]", "[Ingress], ingress: [{}]")
BAD = CLOSED.replace("{podSelector: {}", "{bogus: 1, podSelector: {}")
DENY = "assertions: [{id: d, deny: {to: b/pg}}]\n"
INTENT = f"sources: [{{manifests: m}}]\n{DENY}"
SAME = "sources: [{manifests: m}]\nassertions: [{id: e, not-more-permissive: {directory: old}}]\n"
EXCEPTION = "exceptions: [{id: x, assertions: [d], flows: [{to: b/pg}], reason: r, owner: o, expires: 2020-01-31}]\n"
KUSTOMIZATION = "resources: [a.yaml, b.yaml]\n"
SINCE = ("--changed-since", "HEAD")
PARTS = {"m/kustomization.yaml": KUSTOMIZATION, "m/a.yaml": OPEN, "m/b.yaml": CLOSED, "netverify.yaml": INTENT}
OVERLAY = {**PARTS, "o/kustomization.yaml": "resources: [../m]\n", "netverify.yaml": INTENT.replace(" m}", " o}")}
JOB = """apiVersion: batch/v1
kind: Job
metadata: {name: j, namespace: b}
spec:
  template: {metadata: {labels: {app: j}}, spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}
  selector: {matchLabels: {app: j}}
"""


@dataclass(frozen=True)
class Run:
    """``files`` are committed, ``changed`` is written afterwards (None: deleted). The run is to end with ``status``."""

    files: Mapping[str, str]
    status: int
    arguments: tuple[str, ...] = ()
    changed: Mapping[str, str | None] | None = None
    report: str = ""
    """What a report in JSON, SARIF or JUnit must hold, one a line."""

    def ends_as_it_should(self, folder: Path) -> bool:
        """Whether it does, in the empty ``folder``."""
        folder.mkdir()
        with contextlib.chdir(folder):
            self._write(self.files)
            for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "one")):
                name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
                subprocess.run(
                    ["git", *name, *command], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
                )
            self._write(self.changed or {})
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
                outputs = ("-o", "json=../r.json", "-o", "sarif=../r.sarif", "-o", "junit=../r.junit")
                main = importlib.import_module("netverify.cli.main").main
                status = main(["check", "--no-cache", *outputs, *self.arguments], "netverify")
            reports = [Path("..", f"r.{one}") for one in ("json", "sarif", "junit")]
            written = "".join(one.read_text() for one in reports if one.exists())
            return bool(status == self.status and all(line in written for line in self.report.splitlines()))

    def _write(self, files: Mapping[str, str | None]) -> None:
        for name, text in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)


RUNS = {
    "a base outside of the overlay changed": Run(OVERLAY, 1, SINCE, {"m/b.yaml": WIDE}),
    "the kustomization of a base changed": Run(OVERLAY, 1, SINCE, {"m/kustomization.yaml": "resources: [a.yaml]\n"}),
    "a file that git ignores is new": Run(
        {"m/a.yaml": BOTH, "netverify.yaml": INTENT, ".gitignore": "m/new.yaml\n"},
        1,
        SINCE,
        {"m/new.yaml": WIDE.replace("deny", "more")},
    ),
    "a file is gone": Run(
        {"m/a.yaml": OPEN, "m/b.yaml": CLOSED, "netverify.yaml": INTENT}, 1, SINCE, {"m/b.yaml": None}
    ),
    "a directory that is compared with changed": Run(
        {"m/a.yaml": BOTH, "old/a.yaml": OPEN, "netverify.yaml": SAME}, 4, SINCE, {"old/a.yaml": f"{OPEN}---\n{BAD}"}
    ),
    "an exception expired": Run({"m/a.yaml": BOTH, "netverify.yaml": INTENT + EXCEPTION}, 1, SINCE),
    "nothing changed": Run({"m/a.yaml": BOTH, "netverify.yaml": INTENT}, 0, SINCE, report='"results": []\ntests="0"'),
    "what is compared with cannot be read": Run(
        {"m/a.yaml": BOTH, "old/a.yaml": f"{OPEN}---\n{BAD}", "netverify.yaml": SAME},
        4,
        ("--fail-on", "nothing"),
        report='"ruleId": "NV300"\ntype="NV300"',
    ),
    "an expired exception is not needed": Run(
        {"m/a.yaml": BOTH, "netverify.yaml": INTENT + EXCEPTION}, 1, report='"ruleId": "NV719"\ntype="NV719"'
    ),
    "kustomize adds a label": Run(
        {**PARTS, "m/kustomization.yaml": f"{KUSTOMIZATION}buildMetadata: [managedByLabel]\n"}, 4
    ),
    "kustomize leaves an object out": Run(
        {
            **PARTS,
            "m/b.yaml": CLOSED.replace(
                "namespace: b}", 'namespace: b, annotations: {config.kubernetes.io/local-config: "true"}}'
            ),
        },
        4,
    ),
    "a load balancer reads an annotation": Run(
        {
            **PARTS,
            "m/kustomization.yaml": f"{KUSTOMIZATION}commonAnnotations: {{cloud.io/internal: 'true'}}\n",
        },
        4,
    ),
    "a placeholder is not filled in": Run(
        {"m/a.yaml": f"{BOTH}---\n{WIDE.replace('deny', '{{ NAME }}')}", "netverify.yaml": INTENT}, 4
    ),
    "a rendered document has a placeholder": Run(
        {"m/a.yaml": f"{BOTH}---\n{WIDE.replace('deny', '{{ .Values.name }}')}", "netverify.yaml": INTENT},
        4,
        report='"ruleId": "NV122"',
    ),
    "the first file assumes otherwise": Run(
        {
            "m/a.yaml": BOTH,
            "netverify.yaml": f"include: [more.yaml]\nassume: {{endport-supported: true}}\n{INTENT}",
            "more.yaml": "assume: {endport-supported: false}\n",
        },
        0,
    ),
    "a Job has a selector": Run({"m/a.yaml": f"{BOTH}---\n{JOB}", "netverify.yaml": INTENT}, 4),
}
UNCHANGED, TREE, FIELDS = "cli.unchanged", "sources.revision_tree", "sources.kustomization_fields"
FAULTS = {
    "only files below the arguments count": (
        "a base outside of the overlay changed",
        UNCHANGED,
        "        all(map(tree.is_same, files))\n        and ",
        "        ",
    ),
    "kustomizations do not count": (
        "the kustomization of a base changed",
        UNCHANGED,
        "        and all(map(tree.is_same_or_absent, overlays))\n",
        "",
    ),
    "what git does not know is as it was": (
        "a file that git ignores is new",
        TREE,
        'if mode in ("", SUBMODULE):\n            return False',
        'if mode in ("", SUBMODULE):\n            return True',
    ),
    "what is gone does not count": (
        "a file is gone",
        TREE,
        "return all(self._is_entry_same(name) for name in self.entries if name.startswith(prefix))",
        "return True",
    ),
    "names are enough": (
        "a base outside of the overlay changed",
        TREE,
        "data is not None and _blob_of(data, blob) == blob and self.lasts(data)",
        "data is not None",
    ),
    "what is compared with does not count": (
        "a directory that is compared with changed",
        UNCHANGED,
        "(*request.sources.filenames, *directories)",
        "request.sources.filenames",
    ),
    "the day does not count": (
        "an exception expired",
        UNCHANGED,
        "any(one.expires < today for one in spec.exceptions) or ",
        "",
    ),
    "nothing is written where nothing changed": (
        "nothing changed",
        "cli.check",
        'outputs = tuple(one for one in request.outputs if one.path is not None or one.format != "text")',
        "outputs = ()",
    ),
    "what is compared with is no input": (
        "what is compared with cannot be read",
        "cli.checked",
        "any(one.severity is Gravity.ERROR for one in self.report.inputs)",
        "False",
    ),
    "no report shows what could not be read": (
        "what is compared with cannot be read",
        "report.finding_list",
        "found = dict.fromkeys((*self.of_intent, *self.of_inputs))",
        "found = dict.fromkeys(self.of_intent)",
    ),
    "no report shows what has expired": (
        "an expired exception is not needed",
        "gate.checking",
        "if use.state is ExceptionState.EXPIRED:",
        "if use.state is ExceptionState.IGNORED:",
    ),
    "managedByLabel is an annotation": (
        "kustomize adds a label",
        FIELDS,
        'return "managedByLabel" in value',
        "return False",
    ),
    "every annotation is for people": (
        "a load balancer reads an annotation",
        FIELDS,
        'return "/" not in annotation or annotation.startswith(_TOOLS)',
        "return True",
    ),
    "what kustomize leaves out is applied": (
        "kustomize leaves an object out",
        "sources.overlays",
        "return LOCAL_CONFIG in read_regular(file, DEFAULT_LIMITS.file_bytes)",
        "return False",
    ),
    "one placeholder makes a file a template": (
        "a rendered document has a placeholder",
        "documents.loader",
        "(self.in_chart or not beside) and is_template(data, in_chart=self.in_chart)",
        "True",
    ),
    "an include wins": (
        "the first file assumes otherwise",
        "gate.intent.reading",
        "if key in RANGES or said.setdefault(key, part) is part:",
        "if True:",
    ),
    "a Job may have any selector": (
        "a Job has a selector",
        "kinds.job",
        'if selector and (selector.get("matchExpressions") or not {*(selector.get("matchLabels") or ())} <= {*_UIDS}):',
        "if False:",
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_without_a_fault_every_run_ends_as_it_should(name: str, tmp_path: Path) -> None:
    assert RUNS[name].ends_as_it_should(tmp_path / "run")


@pytest.mark.parametrize(
    ("run", "module", "original", "replacement"), [pytest.param(*f, id=name) for name, f in FAULTS.items()]
)
def test_a_seeded_fault_ends_a_run_otherwise(
    run: str, module: str, original: str, replacement: str, tmp_path: Path
) -> None:
    with fault(module, original, replacement):
        assert not RUNS[run].ends_as_it_should(tmp_path / "run")
