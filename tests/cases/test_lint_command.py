"""``netverify lint``: what it prints, which findings count, and what it ends with."""

import json
from itertools import product

import pytest

from netverify.cli.exit_status import lint_status
from netverify.cli.main import main
from netverify.cli.statuses import ExitStatus
from netverify.codes import CODES
from netverify.diagnostics import Severity
from netverify.lint import changes
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

WARNING = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [], ports: [{port: 80}]}]}
"""
NOTE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}
"""


@pytest.fixture
def lint(tmp_path, capsys):
    def run(text, *flags):
        file = tmp_path / "case.yaml"
        file.write_text(text)
        status = main(["lint", "-f", str(file), "--no-cache", *flags], "netverify")
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("text", "level", "status"),
    [
        (WARNING, "note", 1),
        (WARNING, "warning", 1),
        (WARNING, "error", 0),
        (WARNING, "never", 0),
        (NOTE, "note", 1),
        (NOTE, "warning", 0),
        (NOTE, "never", 0),
    ],
)
def test_a_finding_fails_from_the_severity_on_that_was_named(lint, text, level, status):
    assert lint(text, "--fail-on", level)[0] == status


def test_without_findings_the_text_says_so_and_accounts_for_the_inputs(lint):
    status, out, _ = lint(NOTE, "--ignore", "NV630")
    assert (status, out.splitlines()[0]) == (0, "NOTHING FOUND")
    assert out.splitlines()[-1].strip() == "1 namespace (1 not declared), 0 workloads, 1 policy; nothing left out"


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ((), {"NV634"}),
        (("--select", "NV634"), {"NV634"}),
        (("--select", "nv63"), {"NV634"}),
        (("--select", "NV62"), set()),
        (("--select", "NV62,NV634"), {"NV634"}),
        (("--select", "NV62", "--select", "NV634"), {"NV634"}),
        (("--ignore", "NV63"), set()),
        (("--select", "NV6", "--ignore", "NV634"), set()),
    ],
)
def test_findings_are_selected_by_how_their_codes_begin(lint, flags, found):
    _, out, _ = lint(WARNING, *flags, "-o", "json")
    assert {finding["code"] for finding in json.loads(out)["findings"]} == found


@pytest.mark.parametrize(
    ("flags", "message", "advice"),
    [
        (("--select", "NV6O7"), "no finding has a code that begins with `NV6O7`", "did you mean `NV637`"),
        (("--ignore", "NV3"), "no finding has a code that begins with `NV3`", "did you mean"),
        (("--select", ""), "no finding has a code that begins with ``", "lint finds NV6xx"),
        (("--diff", "-o", "json"), "`--diff` prints a patch", "give the report a file"),
        (("--fail-on", "fatal"), "`fatal` is not one of", ""),
    ],
)
def test_flags_that_cannot_be_used_so_are_misuse(lint, flags, message, advice):
    status, out, err = lint(WARNING, *flags)
    assert (status, out) == (2, "")
    assert message in err
    assert advice in err


def test_an_input_that_cannot_be_read_is_graver_than_any_finding(lint):
    status, out, err = lint(f"{WARNING}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{}}\n")
    assert status == 4
    assert "NV634" in out
    assert "NV231" in err
    assert "NV231" not in out


def test_finding_nothing_is_no_comfort_where_an_input_was_refused(lint):
    status, out, _ = lint("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n")
    assert (status, out.splitlines()[0]) == (4, "NOTHING FOUND in what could be read")


def test_what_the_solver_gives_up_on_is_named_and_ends_with_3(lint, monkeypatch):
    def give_up(*_, **__):
        return Found(Status.UNKNOWN, reason="timeout")

    monkeypatch.setattr(changes.Redundancy, "alike", give_up)
    two = NOTE.replace("name: web", "name: two").replace("10.0.0.0/8", "10.1.0.0/16")
    status, out, _ = lint(f"{NOTE}---\n{two}")
    assert status == 3
    assert "whether NetworkPolicy `shop/two` makes a difference: timeout" in out
    assert "NV625" not in out


CLOSED = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 8081}]}]
"""


def test_what_the_solver_gives_up_on_about_ways_in_is_named_as_well(lint):
    _, everything, _ = lint(CLOSED)
    status, out, _ = lint(CLOSED, "--rlimit", "1")
    assert status == 3
    assert "whether there are further findings about Services, names and ways in: " in out
    assert "unknown" not in everything


def test_json_holds_each_finding_with_its_places_and_its_fix(lint):
    copy = NOTE.replace("name: web", "name: two")
    status, out, _ = lint(f"{NOTE}---\n{copy}", "-o", "json", "--select", "NV631")
    report = json.loads(out)
    assert (status, report["schema"]) == (1, "netverify/lint/v1")
    assert {"findings", "summary", "coverage", "tool", "undecided", "assumptions"} <= set(report)
    (finding,) = report["findings"]
    assert (finding["code"], finding["severity"], finding["line"], finding["column"]) == ("NV631", "warning", 2, 1)
    assert [(one["line"], one["message"]) for one in finding["secondary"]] == [(8, "the other one")]
    assert finding["fix"]["safe"] is True
    assert finding["fix"]["patch"].startswith("--- a/")
    assert report["summary"] == {"findings": 1, "error": 0, "warning": 1, "note": 0, "codes": {"NV631": 1}}


def test_names_from_manifests_cannot_steer_the_terminal(lint):
    text = NOTE.replace("{podSelector: {}", '{podSelector: {matchLabels: {"\\x1b[31m": a}}').replace("\\\\", "\\")
    status, out, err = lint(text)
    assert status == 4
    assert "\x1b" not in out + err


def test_the_goals_of_proofs_are_saved(lint, tmp_path):
    two = NOTE.replace("name: web", "name: two").replace("10.0.0.0/8", "10.1.0.0/16")
    status, *_ = lint(f"{NOTE}---\n{two}", "--select", "NV625", "--emit-smt2", str(tmp_path / "goals"))
    names = sorted(path.name for path in (tmp_path / "goals").iterdir())
    assert status == 1
    assert names[0] == "goals.json"
    assert names[1].startswith("lint.001.")
    assert names[1].endswith(".smt2")
    texts = [path.read_text().splitlines()[3] for path in (tmp_path / "goals").glob("*.unsat.smt2")]
    assert any("shop/two" in text for text in texts)


@pytest.mark.parametrize(
    ("worst", "least", "undecided", "refused"),
    list(product([None, *Severity], [None, *Severity], [False, True], [False, True])),
)
def test_the_status_of_findings_is_the_gravest_that_applies(worst, least, undecided, refused):
    status = lint_status(worst, least, undecided=undecided, input_refused=refused)
    failing = worst is not None and least is not None and worst >= least
    expected = 4 if refused else 3 if undecided else 1 if failing else 0
    assert status == ExitStatus(expected)


def test_every_code_that_can_be_selected_has_a_title():
    assert all(CODES[code] for code in CODES if code.startswith("NV6"))
