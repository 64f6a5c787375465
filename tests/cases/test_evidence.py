"""What `--emit-smt2` leaves: texts and `goals.json`, which somebody else can check and nobody can alter unseen."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gates import CLOSED, GUARDED, SHOP, Gates
from jsonschema import Draft202012Validator

from netverify.cli.main import main
from netverify.gate.evidence.schema import goals_schema, goals_schema_text
from netverify.gate.evidence.second_solvers import installed, opinion
from netverify.query.derivation import Rule
from netverify.report import gate_document
from netverify.sources.inventory import read_inventory
from netverify.verify import Settings, Verifier
from oracles.derivation_checker import WrongEvidenceError, canonical, check, digest

DOCS = Path(__file__).resolve().parents[2] / "docs"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-NUMBER, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
---
"""
INTENT = """
zones: {rest: any pod outside namespace data}
assertions:
- {id: closed, isolated: namespace data}
- {id: web-alone, only: {to: data/db, flows: [{from: "pods app=web in namespaces team=shop", ports: 5432}]}}
- {id: leaves-nothing, deny: {from: data/db}}
- {id: web-gets-in, allow: {from: shop/web, to: data/db, ports: 5432}}
- {id: by-default, default-deny: {namespaces: [data]}}
- {id: as-before, equivalent: {directory: manifests.yaml}}
- {id: excepted, deny: {from: rest, to: data/db}}
exceptions:
- {id: web, assertions: [excepted], reason: it asks, owner: shop, expires: 2099-01-01,
   flows: [{from: "pods app=web in namespaces team=shop", to: data/db, ports: 5432}]}
"""
VERDICTS = {
    "closed": "refuted",
    "web-alone": "proved",
    "leaves-nothing": "proved",
    "web-gets-in": "proved",
    "by-default": "proved",
    "as-before": "proved",
    "excepted": "excepted",
}


@pytest.fixture
def gates(capsys, monkeypatch, tmp_path) -> Gates:
    monkeypatch.chdir(tmp_path)
    Path("netverify.yaml").write_text(INTENT)
    Path("manifests.yaml").write_text(GUARDED)
    return Gates(capsys)


@pytest.fixture
def emitted(gates: Gates) -> Path:
    """The evidence of one run of the gate."""
    assert gates.run("-f", "manifests.yaml", "--emit-smt2", "goals").status == 1
    return Path("goals")


def solve(text: str) -> str:
    """What the names of the files say stands, unless a second solver is here to say otherwise."""
    solvers = installed()
    if not solvers:
        pytest.skip("no second solver is installed")
    return opinion(text, solvers[0], 60)


def document(folder: Path) -> Any:
    return json.loads((folder / "goals.json").read_text())


class TestTheFolder:
    """Names, heads and digests of what is in it."""

    def test_it_checks_out(self, emitted: Path) -> None:
        found = check(emitted, solve, VERDICTS)
        assert found.proofs == len(VERDICTS) - 1
        assert {step["rule"] for step in found.trusted} <= {"nobody", "same-routes"}

    def test_it_is_valid_against_the_published_schema(self, emitted: Path) -> None:
        Draft202012Validator(goals_schema()).validate(document(emitted))

    def test_a_text_is_named_after_its_assertion_and_what_it_is_about(self, emitted: Path) -> None:
        names = {path.name for path in emitted.glob("leaves-nothing.*")}
        assert "leaves-nothing.001.can-data-db-pod-reach-anyone.unsat.smt2" in names

    def test_each_text_begins_with_what_it_was_made_from(self, emitted: Path) -> None:
        said = document(emitted)
        for path in emitted.glob("*.smt2"):
            assert path.read_text().splitlines()[:3] == [
                "; netverify/goals/v1",
                f"; inputs {said['inputs']['digest']}",
                f"; options {said['options']['digest']}",
            ]

    def test_inputs_are_named_with_the_digests_of_their_bytes(self, emitted: Path) -> None:
        inputs = document(emitted)["inputs"]
        manifests = {"name": "manifests.yaml", "digest": digest(Path("manifests.yaml").read_bytes())}
        assert inputs["sources"] == inputs["compared"] == [manifests]
        assert inputs["intent"] == [{"name": "netverify.yaml", "digest": digest(Path("netverify.yaml").read_bytes())}]

    @pytest.mark.parametrize(
        "flags", [["--cni", "calico"], ["--assume", "pod-cidr=10.0.0.0/8"], ["--no-exceptions"], ["-n", "shop"]]
    )
    def test_options_that_change_what_is_proved_change_their_digest(self, flags, emitted: Path, gates: Gates) -> None:
        before = document(emitted)
        gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", *flags)
        assert document(emitted)["options"]["digest"] != before["options"]["digest"]
        assert document(emitted)["inputs"] == before["inputs"]

    def test_limits_of_the_solver_change_nothing(self, emitted: Path, gates: Gates) -> None:
        before = {path.name: path.read_bytes() for path in emitted.iterdir()}
        gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", "--timeout", "200", "-o", "json")
        assert {path.name: path.read_bytes() for path in emitted.iterdir()} == before


class TestDerivations:
    """How verdicts of the gate follow."""

    def derivation(self, folder: Path, name: str) -> Any:
        return next(one["derivation"] for one in document(folder)["assertions"] if one["id"] == name)

    def test_verdicts_are_those_of_the_report(self, emitted: Path) -> None:
        assert {one["id"]: one["verdict"] for one in document(emitted)["assertions"]} == VERDICTS

    def test_a_plain_proof_is_a_goal_and_its_premises(self, emitted: Path) -> None:
        step = self.derivation(emitted, "by-default")
        assert step["rule"] == "all-of"
        assert all(part["rule"] == "goal" and "premises" in part for part in step["of"])

    def test_a_promise_says_that_every_flow_is_allowed(self, emitted: Path) -> None:
        goal = self.derivation(emitted, "web-gets-in")["goal"]
        (listed,) = (one for one in document(emitted)["goals"] if one["name"] == goal)
        assert listed["unsat_iff"].startswith("every such flow is allowed: ")

    def test_what_is_written_the_same_is_confirmed_by_goals(self, emitted: Path) -> None:
        def same(step: Any) -> list[Any]:
            return [step, *(one for part in step.get("of", []) for one in same(part))]

        found = [one for one in same(self.derivation(emitted, "as-before")) if one["rule"] == "same-text"]
        assert len(found) == 2
        assert all(one["of"] for one in found)

    def test_what_is_refuted_has_a_goal_for_each_violation_and_no_derivation(self, emitted: Path) -> None:
        (closed,) = (one for one in document(emitted)["assertions"] if one["id"] == "closed")
        assert closed["derivation"] is None
        assert closed["violations"]
        assert all(one["goals"] for one in closed["violations"])

    def test_existing_pods_whom_policy_keeps_away_are_in_goals_however_many_there_are(
        self, gates: Gates, monkeypatch
    ) -> None:
        monkeypatch.setattr("netverify.symbolic.widths.EXISTING_AT_ONCE", 1)
        pods = "".join(POD.replace("NUMBER", str(number)) for number in range(3))
        deny = "deny: {from: namespace shop, to: namespace data}, world: existing"
        assert gates.result(SHOP + CLOSED + pods, deny, "--emit-smt2", "goals")["verdict"] == "proved"
        step = self.derivation(Path("goals"), "it")
        assert [part["rule"] for part in step["of"]] == ["goal"] * 4
        check("goals", solve, ["it"])


class TestReports:
    """Reports of the run name its goals."""

    def test_json_names_goals_with_digests_and_the_digest_of_the_document(self, gates: Gates) -> None:
        report = gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", "-o", "json").report
        said = document(Path("goals"))
        assert report["evidence"] == {
            "goals.json": digest(Path("goals/goals.json").read_bytes()),
            "inputs": said["inputs"]["digest"],
            "options": said["options"]["digest"],
        }
        for result, entry in zip(report["results"], said["assertions"], strict=True):
            assert [goal["name"] for goal in result["goals"]] == entry["goals"]
            for goal in result["goals"]:
                assert goal["digest"] == digest((Path("goals") / goal["name"]).read_bytes())

    def test_without_the_flag_there_are_none(self, gates: Gates) -> None:
        report = gates.run("-f", "manifests.yaml", "-o", "json").report
        assert report["evidence"] is None
        assert all(result["goals"] == [] for result in report["results"])

    def test_verdicts_are_the_same_with_and_without_the_flag(self, gates: Gates) -> None:
        assert gates.run("-f", "manifests.yaml", "-o", "json").verdicts == VERDICTS
        assert gates.run("-f", "manifests.yaml", "-o", "json", "--emit-smt2", "goals").verdicts == VERDICTS

    @pytest.mark.parametrize("form", ["sarif", "gitlab"])
    def test_reports_of_what_is_wrong_name_the_goals_of_that(self, form: str, gates: Gates) -> None:
        report = gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", "-o", form).out
        (closed,) = (one for one in document(Path("goals"))["assertions"] if one["id"] == "closed")
        assert not unnamed(closed["goals"], report)

    @pytest.mark.parametrize("form", ["text", "html", "junit", "markdown", "github"])
    def test_reports_of_all_that_was_judged_name_all_goals(self, form: str, gates: Gates) -> None:
        report = gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", "-o", form).out
        for assertion in document(Path("goals"))["assertions"]:
            assert assertion["goals"]
            assert not unnamed(assertion["goals"], report)

    @pytest.mark.parametrize("form", ["text", "markdown", "github"])
    def test_reports_for_people_name_the_document(self, form: str, gates: Gates) -> None:
        report = gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", "-o", form).out
        assert f"goals.json {digest(Path('goals/goals.json').read_bytes())}" in " ".join(plain(report).split())

    def test_a_report_says_how_many_goals_it_leaves_out(self, gates: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gate_document, "MOST_GOALS", 1)
        report = gates.run("-f", "manifests.yaml", "--emit-smt2", "goals", "-o", "text").out
        most = max(document(Path("goals"))["assertions"], key=lambda one: len(one["goals"]))
        assert f"and {len(most['goals']) - 1} more, see goals.json" in report


def plain(report: str) -> str:
    """``report`` without what Markdown escapes."""
    return html.unescape(report).replace("\\", "")


def unnamed(names: list[str], report: str) -> list[str]:
    """Those of ``names`` that ``report`` does not give with the digest beside."""
    digests = {goal["name"]: goal["digest"] for goal in document(Path("goals"))["goals"]}
    told = " ".join(re.sub(r'[",]|":', " ", plain(report)).replace(" : ", " ").split())
    return [name for name in names if f"{name} {digests[name]}" not in told]


def without_an_assertion(value: Any) -> None:
    value["assertions"] = [one for one in value["assertions"] if one["id"] != "web-alone"]


def without_a_derivation(value: Any) -> None:
    next(one for one in value["assertions"] if one["id"] == "web-alone")["derivation"] = None


def with_another_verdict(value: Any) -> None:
    next(one for one in value["assertions"] if one["id"] == "closed")["verdict"] = "proved"


def with_a_leaf_of_another(value: Any) -> None:
    others = next(one for one in value["assertions"] if one["id"] == "web-gets-in")
    mine = next(one for one in value["assertions"] if one["id"] == "leaves-nothing")
    mine["derivation"] = others["derivation"]


def with_a_leaf_that_is_satisfiable(value: Any) -> None:
    closed = next(one for one in value["assertions"] if one["id"] == "closed")
    name = closed["violations"][0]["goals"][0]
    closed |= {"verdict": "proved", "violations": [], "derivation": {"rule": "goal", "says": "closed", "goal": name}}


def with_another_answer(value: Any) -> None:
    next(one for one in value["goals"] if one["answer"] == "sat")["answer"] = "unsat"


def with_a_rule_of_ones_own(value: Any) -> None:
    next(one for one in value["assertions"] if one["id"] == "closed")["verdict"] = "proved"
    next(one for one in value["assertions"] if one["id"] == "closed")["violations"] = []
    value["assertions"][0]["derivation"] = {"rule": "obvious", "says": "everybody knows"}


def with_a_proof_from_nothing(value: Any) -> None:
    next(one for one in value["assertions"] if one["id"] == "web-alone")["derivation"] = {
        "rule": "all-of", "says": "all of nothing", "of": [],
    }  # fmt: skip


def with_other_inputs(value: Any) -> None:
    value["inputs"]["sources"][0]["digest"] = digest(b"")


def with_other_inputs_and_their_digest(value: Any) -> None:
    with_other_inputs(value)
    value["inputs"]["digest"] = digest(canonical(value["inputs"]))


def with_other_options(value: Any) -> None:
    value["options"]["cni"] = "calico"


def without_a_goal(value: Any) -> None:
    value["goals"].pop()


def with_premises_that_are_none(value: Any) -> None:
    step = next(one for one in value["assertions"] if one["id"] == "by-default")["derivation"]["of"][0]
    step["premises"] = step["goal"]


TAMPERED: list[Callable[[Any], None]] = [
    without_an_assertion, without_a_derivation, with_another_verdict, with_a_leaf_of_another, with_another_answer,
    with_a_leaf_that_is_satisfiable, with_a_rule_of_ones_own, with_a_proof_from_nothing, with_other_inputs,
    with_other_inputs_and_their_digest, with_other_options, without_a_goal, with_premises_that_are_none,
]  # fmt: skip


class TestTampering:
    """What the checker of the tests rejects, and an assessor would."""

    @pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
    def test_an_altered_document_is_rejected(self, tamper: Callable[[Any], None], emitted: Path) -> None:
        value = document(emitted)
        tamper(value)
        (emitted / "goals.json").write_text(json.dumps(value))
        with pytest.raises(WrongEvidenceError):
            check(emitted, solve, VERDICTS)

    def test_an_altered_text_is_rejected(self, emitted: Path) -> None:
        for path in sorted(emitted.glob("*.unsat.smt2"))[:3]:
            text = path.read_text()
            path.write_text(text.replace("(check-sat)", "(assert false)\n(check-sat)"))
            with pytest.raises(WrongEvidenceError, match="is not the text that is listed"):
                check(emitted, solve, VERDICTS)
            path.write_text(text)

    def test_a_text_that_a_solver_contradicts_is_rejected(self, emitted: Path) -> None:
        with pytest.raises(WrongEvidenceError, match="the solver says otherwise"):
            check(emitted, lambda _text: "sat", VERDICTS)

    def test_a_missing_text_is_rejected(self, emitted: Path) -> None:
        next(emitted.glob("*.smt2")).unlink()
        with pytest.raises(WrongEvidenceError, match="other files are there"):
            check(emitted, solve, VERDICTS)

    def test_a_file_besides_is_rejected(self, emitted: Path) -> None:
        shutil.copy(next(emitted.glob("*.unsat.smt2")), emitted / "more.001.more.unsat.smt2")
        with pytest.raises(WrongEvidenceError, match="other files are there"):
            check(emitted, solve, VERDICTS)

    def test_a_text_of_another_run_is_rejected_although_its_digest_is_listed(self, emitted: Path) -> None:
        value = document(emitted)
        path = emitted / value["goals"][0]["name"]
        path.write_text(path.read_text().replace("; inputs sha256:", "; inputs sha256:0"))
        value["goals"][0]["digest"] = digest(path.read_bytes())
        (emitted / "goals.json").write_text(json.dumps(value))
        with pytest.raises(WrongEvidenceError, match="is of another run"):
            check(emitted, solve, VERDICTS)


class TestOtherCommands:
    """Each command that uses the solver leaves the same kind of folder."""

    @pytest.mark.parametrize(
        ("arguments", "ids"),
        [
            (["query", "can data/db reach shop/web", "-f", "manifests.yaml"], {"query"}),
            (["query", "can any pod reach data/db", "-f", "manifests.yaml"], {"query"}),
            (["exposed", "-f", "manifests.yaml"], {"exposed"}),
            (["resolve", "web.shop", "--from", "shop/web", "-f", "manifests.yaml"], {"resolve"}),
            (["lint", "-f", "manifests.yaml"], {"lint"}),
            (["diff", "manifests.yaml", "manifests.yaml"], {"new-access", "lost-access"}),
        ],
    )
    def test_its_folder_checks_out(self, arguments, ids, gates: Gates, capsys) -> None:
        del gates
        main([*arguments, "--emit-smt2", "goals"], "netverify")
        capsys.readouterr()
        check("goals", solve, ids)
        Draft202012Validator(goals_schema()).validate(document(Path("goals")))


class TestThePublishedContract:
    """The page and the schema about the folder."""

    def test_the_schema_is_published_and_printed(self, capsys, request) -> None:
        published = DOCS / "goals.schema.json"
        if request.config.getoption("--update"):
            published.write_text(goals_schema_text())
        assert published.read_text() == goals_schema_text()
        assert main(["schema", "goals"], "netverify") == 0
        assert capsys.readouterr().out == goals_schema_text()

    def test_the_schema_is_one(self) -> None:
        Draft202012Validator.check_schema(goals_schema())

    def test_the_page_defines_every_rule_and_no_other(self) -> None:
        rows = (DOCS / "evidence.md").read_text().splitlines()
        start = next(number for number, row in enumerate(rows) if row.startswith("| rule |"))
        defined = {row.split("`")[1] for row in rows[start + 2 :] if row.startswith("| `") and row.count("|") == 3}
        assert defined == {rule.value for rule in Rule}


def test_that_nobody_is_meant_follows_from_the_goal_that_says_so() -> None:
    """Labels that no pod can have: only the solver tells, so that its text is the proof."""
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    answer = Verifier(read_inventory([], texts={"m.yaml": text.encode()}), Settings(keep_goals=True)).ask(
        "can pods app in (a),app in (b) in namespace shop reach any pod in namespace shop:80"
    )
    assert answer.verdict == "vacuous"
    assert answer.derivation is not None
    assert (answer.derivation.rule, answer.derivation.goal[1]) == (Rule.GOAL, "unsat")
