"""Lint, exposed and diff as SARIF, JUnit, annotations for GitHub and Code Quality for GitLab.

Every one of these formats holds every finding, agrees with the exit status, and never looks complete when it is not.
"""

import html
import json
from xml.etree import ElementTree as ET

import pytest

from netverify.cli.main import main
from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.report.finding_list import identity

UNTIDY = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: gone, namespace: shop}
spec: {selector: {app: gone}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: again, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}
"""
CLOSED = UNTIDY.replace("ingress: [{ports: [{port: 8080}]}]", "policyTypes: [Ingress]").replace(
    "type: LoadBalancer", "type: LoadBalancer, externalTrafficPolicy: Local"
)
BROKEN = UNTIDY + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: UPPER}\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command on files that hold the texts, and gives the status and each report that was asked for."""
    monkeypatch.chdir(tmp_path)

    def ran(command, texts, *flags, formats=("json", "sarif", "junit", "github", "gitlab")):
        names = [f"{number}.yaml" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            (tmp_path / name).write_text(text)
        inputs = names if command == "diff" else ["-f", *names]
        status = main([command, *inputs, *flags, *(f"-o{one}=out.{one}" for one in formats)], "netverify")
        capsys.readouterr()
        return status, {one: (tmp_path / f"out.{one}").read_text() for one in formats}

    return ran


def results(texts):
    (one,) = json.loads(texts["sarif"])["runs"]
    for result in one["results"]:
        rules = one["tool"]["driver"]["rules"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    return one["results"]


def junit(texts):
    root = ET.fromstring(texts["junit"])  # noqa: S314 - we wrote it ourselves
    cases = [(case.attrib["name"].partition(":")[0], [child.tag for child in case]) for case in root.iter("testcase")]
    assert root.get("failures") == str(sum("failure" in tags for _, tags in cases))
    assert root.get("errors") == str(sum("error" in tags for _, tags in cases))
    return dict(cases)


def test_every_finding_of_lint_is_in_every_format(run) -> None:
    status, texts = run("lint", [UNTIDY])
    found = [(one["code"], one["line"]) for one in json.loads(texts["json"])["findings"]]
    assert {code for code, _ in found} >= {"NV601", "NV612", "NV631"}
    in_sarif = [
        (one["ruleId"], one["locations"][0]["physicalLocation"]["region"]["startLine"]) for one in results(texts)
    ]
    in_gitlab = [(one["check_name"], one["location"]["lines"]["begin"]) for one in json.loads(texts["gitlab"])]
    assert sorted(in_sarif) == sorted(in_gitlab) == sorted(found)
    assert all(any(f" {code} " in line for line in texts["github"].splitlines()) for code, _ in found)
    assert texts["github"].splitlines()[-1].startswith(f"netverify: {len(found)} findings: ")
    assert status == 1
    assert {code for code, tags in junit(texts).items() if tags == ["failure"]} == {"NV601", "NV612", "NV631"}


def test_a_case_of_lint_fails_only_where_the_run_does(run) -> None:
    status, texts = run("lint", [UNTIDY], "--fail-on", "error")
    assert status == 0
    cases = junit(texts)
    assert cases["NV612"] == ["skipped"]
    assert not any("failure" in tags for tags in cases.values())


def test_codes_that_were_not_looked_for_are_no_cases(run) -> None:
    _, texts = run("lint", [UNTIDY], "--select", "NV61")
    assert all(name.startswith("NV61") for name in junit(texts))


@pytest.mark.parametrize("command", ["lint", "exposed"])
def test_an_input_that_was_refused_is_an_error_in_every_format(run, command) -> None:
    status, texts = run(command, [BROKEN])
    assert status == 4
    assert any(one["ruleId"].startswith("NV22") and one["level"] == "error" for one in results(texts))
    assert texts["github"].startswith("::error title=NV22")
    assert json.loads(texts["gitlab"])[0]["severity"] == "blocker"
    assert any("error" in tags for tags in junit(texts).values())
    (ran,) = json.loads(texts["sarif"])["runs"]
    assert not ran["invocations"][0]["executionSuccessful"]


@pytest.mark.parametrize("command", ["lint", "exposed", "diff"])
def test_what_could_not_be_decided_is_an_error_in_every_format(run, command) -> None:
    texts_of = {"lint": [UNTIDY], "exposed": [UNTIDY], "diff": [UNTIDY, CLOSED]}
    status, texts = run(command, texts_of[command], "--rlimit", "1")
    assert status == 3
    assert any(one["ruleId"] == "undecided" and one["level"] == "error" for one in results(texts))
    assert "::error title=unknown" in texts["github"]
    assert any(one["check_name"] == "undecided" for one in json.loads(texts["gitlab"]))
    assert any("error" in tags for tags in junit(texts).values())


def test_ways_in_are_findings_where_they_are_open_and_passed_cases_where_they_are_closed(run) -> None:
    _, texts = run("exposed", [UNTIDY], "--cni", "calico")
    ways = [one for one in results(texts) if one["ruleId"].startswith("way-in-")]
    assert {way["level"] for way in ways} == {"note"}
    assert any("LoadBalancer of Service shop/web" in way["message"]["text"] for way in ways)
    assert {way["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for way in ways} == {"0.yaml"}
    _, texts = run("exposed", [CLOSED], "--cni", "calico")
    assert [one for one in results(texts) if one["ruleId"].startswith("way-in-")] == []
    assert [tags for name, tags in junit(texts).items() if "LoadBalancer" in name] == [[]]


@pytest.mark.parametrize(
    ("sides", "fail_on", "status", "level", "cases"),
    [
        ((CLOSED, UNTIDY), "never", 0, "warning", {"no new access": ["skipped"], "no lost access": []}),
        ((CLOSED, UNTIDY), "new-access", 1, "error", {"no new access": ["failure"], "no lost access": []}),
        ((UNTIDY, CLOSED), "new-access", 0, "note", {"no new access": [], "no lost access": ["skipped"]}),
        ((UNTIDY, CLOSED), "any", 1, "error", {"no new access": [], "no lost access": ["failure"]}),
    ],
    ids=["new", "new-fails", "lost", "lost-fails"],
)
def test_a_change_of_access_fails_where_fail_on_names_it(run, sides, fail_on, status, level, cases) -> None:
    ended, texts = run("diff", sides, "--fail-on", fail_on, "--cni", "calico")
    assert ended == status
    assert {one["level"] for one in results(texts)} == {level}
    assert junit(texts) == cases
    found = json.loads(texts["json"])
    changes = [*found["appears"], *found["disappears"]]
    assert len(results(texts)) >= len(changes) > 0
    assert all(any(one["source"] in result["message"]["text"] for result in results(texts)) for one in changes)


def test_equal_sides_have_no_finding(run) -> None:
    status, texts = run("diff", [UNTIDY, UNTIDY], "--fail-on", "any")
    assert (status, results(texts), json.loads(texts["gitlab"])) == (0, [], [])
    assert junit(texts) == {"no new access": [], "no lost access": []}


def test_the_same_finding_keeps_its_fingerprint_when_lines_move(run) -> None:
    _, before = run("lint", [UNTIDY])
    _, after = run("lint", ["# a line more\n" + UNTIDY])
    prints = [sorted(one["partialFingerprints"]["netverify/v1"] for one in results(texts)) for texts in (before, after)]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == len(prints[0])


def test_wording_is_no_part_of_what_a_finding_is_known_by() -> None:
    def found(message: str) -> str:
        return identity(Diagnostic("NV624", Severity.WARNING, message, Origin("a.yaml", 0, 3, 1)))

    first = found("rule 1 of `shop/web` speaks of ingress, and is ignored by most")
    assert first == found("rule 1 of policy `shop/web` for ingress is ignored")
    for other in ("rule 2 of `shop/web`, ingress", "rule 1 of `shop/db`, ingress", "rule 1 of `shop/web`, egress"):
        assert found(other) != first


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["query", "can internet reach service shop/web:80"], ["REACHABLE", "allowed by NetworkPolicy shop/again"]),
        (["query", "who can reach service shop/web:80"], ["REACHABLE"]),
        (["lint"], ["NV601", "NV612", "0.yaml:14"]),
        (["exposed"], ["OPEN", "LoadBalancer of Service shop/web", "0.yaml"]),
        (["resolve", "web.shop", "--from", "namespace shop"], ["RESOLVES", "Service shop/web"]),
    ],
    ids=["query", "who", "lint", "exposed", "resolve"],
)
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_every_answer_is_a_comment_and_a_page(tmp_path, monkeypatch, capsys, command, words, form) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "0.yaml").write_text(UNTIDY)
    assert main([*command, "-f", "0.yaml", "--cni", "calico", "-o", form], "netverify") == (command == ["lint"])
    text = html.unescape(capsys.readouterr().out)
    assert all(word in text for word in words)
    (tmp_path / "0.yaml").write_text(BROKEN)
    assert main([*command, "-f", "0.yaml", "-o", form], "netverify") == 4
    assert "error[NV22" in html.unescape(capsys.readouterr().out)  # what standard error says beside text
