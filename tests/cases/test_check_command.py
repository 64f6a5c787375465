"""`netverify check` from the command line: exceptions, baselines, flags, outputs, and how it ends."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cases.gates import CLOSED, FROM_WEB, GUARDED, SHOP, Gates
from netverify.cli.main import main

INTENT = """
assertions:
  - {id: closed, severity: critical, deny: {from: any pod, to: data/db}}
  - {id: internet, severity: low, no-ingress-from-internet: namespace data}
"""
KNOWN = [
    "namespace shop can reach namespace data on TCP 5432 (NetworkPolicy data/from-web)",
    "a new namespace can reach namespace data on TCP 5432 (NetworkPolicy data/from-web)",
]
USED = {"path": "known.json", "known": 0, "gone": 0, "changed": 0, "excepted": 0, "new": 0}


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    Path("manifests.yaml").write_text(GUARDED)
    Path("netverify.yaml").write_text(INTENT)
    return Gates(capsys)


def excepted(expires: date, flows: str = "{from: pods app=web in namespaces team=shop, ports: 5432}") -> str:
    return (
        f"{INTENT}exceptions:\n  - id: web\n    assertions: [closed]\n    flows: [{flows}]\n"
        f"    reason: the shop reads it\n    owner: team-shop\n    expires: {expires.isoformat()}\n"
    )


TODAY = datetime.now(UTC).astimezone().date()
DAY = timedelta(days=1)


class TestExceptions:
    """Exceptions leave flows aside for a reason, until the end of a day."""

    def state(self, gates: Gates, *arguments: str) -> tuple[int, str, str]:
        gate = gates.run("-f", "manifests.yaml", "-o", "json", *arguments)
        (use,) = gate.report["exceptions"]
        return gate.status, gate.verdicts["closed"], use["state"]

    def test_a_flow_is_left_aside_until_the_end_of_the_day(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY))
        assert self.state(gates) == (0, "excepted", "used")

    def test_the_day_after_it_counts_and_the_gate_says_that_it_has_expired(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY - DAY))
        assert self.state(gates) == (1, "refuted", "expired")

    def test_an_expired_exception_fails_even_where_nothing_needs_it(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY - DAY))
        Path("manifests.yaml").write_text(SHOP + CLOSED)
        assert self.state(gates) == (1, "proved", "expired")
        assert self.state(gates, "--fail-on", "nothing") == (0, "proved", "expired")

    def test_what_is_narrower_than_what_is_allowed_leaves_the_rest(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY, "{from: shop/web, ports: 5432}"))
        assert self.state(gates) == (1, "refuted", "used")
        gate = gates.run("-f", "manifests.yaml", "-o", "json")
        assert sorted(one["text"] for one in gate.report["results"][0]["violations"]) == sorted(KNOWN)
        Path("netverify.yaml").write_text(excepted(TODAY, "{from: namespace shop, ports: 5432}"))
        gate = gates.run("-f", "manifests.yaml", "-o", "json")
        assert [one["text"] for one in gate.report["results"][0]["violations"]] == KNOWN[1:]

    def test_another_port_is_not_left_aside(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY, "{ports: 5433}"))
        assert self.state(gates) == (1, "refuted", "unused")

    def test_an_exception_that_nothing_needs_is_unused(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY))
        Path("manifests.yaml").write_text(SHOP + CLOSED)
        assert self.state(gates) == (0, "proved", "unused")

    def test_without_exceptions_everything_counts(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY))
        assert self.state(gates, "--no-exceptions") == (1, "refuted", "ignored")

    def test_an_exception_is_for_the_assertions_that_it_names(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(
            excepted(TODAY).replace("[closed]", "[internet]").replace("app=web", "app=none")
        )
        assert self.state(gates) == (1, "refuted", "unused")

    @pytest.mark.parametrize(
        ("flow", "verdict", "state"),
        [
            ("from: internet", "excepted", "used"),
            ('from: [0.0.0.0/0, "::/0"], ports: 5432', "excepted", "used"),
            ("ports: 5432", "excepted", "used"),
            ("to: 'data/db[Pod]'", "excepted", "used"),
            ("from: 192.0.2.0/24", "refuted", "unused"),
            ("from: 8.0.0.0/8", "refuted", "used"),
            ("from: 0.0.0.0/0", "refuted", "used"),
            ("from: internet, ports: 5433", "refuted", "unused"),
            ("from: namespace shop", "refuted", "unused"),
        ],
    )
    def test_of_clients_behind_a_way_in_those_are_left_aside_that_it_names(
        self, flow: str, verdict: str, state: str, gates: Gates
    ) -> None:
        """Policy sees a node in the place of the client of a NodePort: the client is whom an exception names."""
        Path("manifests.yaml").write_text(
            SHOP + CLOSED + "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: data}\n"
            "spec: {type: NodePort, selector: {app: db}, ports: [{port: 5432, nodePort: 30432}]}\n"
        )
        Path("netverify.yaml").write_text(
            "assertions: [{id: a, no-ingress-from-internet: 'data/db[Pod]'}]\nexceptions: [{id: e, assertions: a, "
            f"flows: [{{{flow}}}], reason: r, owner: o, expires: {TODAY.isoformat()}}}]\n"
        )
        gate = gates.run("-f", "manifests.yaml", "-o", "json")
        assert (gate.verdicts["a"], gate.report["exceptions"][0]["state"]) == (verdict, state)


class TestBaselines:
    """What was violated when a gate was adopted does not fail it, and anything else does."""

    def test_a_violation_that_is_made_of_several_is_one_entry(self, gates: Gates) -> None:
        """Pods of the manifests and pods that could be created are known apart; a reader sees one line."""
        Path("manifests.yaml").write_text(SHOP)
        Path("netverify.yaml").write_text("assertions: [{id: a, default-deny: {namespaces: [data]}}]\n")
        gate = gates.run("-f", "manifests.yaml", "--write-baseline", "known.json", "-o", "json")
        assert "wrote known.json: 2 violations\n" in gate.err
        entries = json.loads(Path("known.json").read_text())["violations"]
        assert [one["violation"] for one in entries] == [
            "egress of namespace data is not denied by default",
            "ingress of namespace data is not denied by default",
        ]
        assert all(one["further"] for one in entries)
        assert gates.run("-f", "manifests.yaml", "--baseline", "known.json").status == 0

        for entry in entries:
            del entry["further"]
        Path("known.json").write_text(json.dumps({"schema": "netverify/baseline/v1", "violations": entries}))
        assert gates.run("-f", "manifests.yaml", "--baseline", "known.json").status == 1

    def test_what_is_known_does_not_fail_and_what_is_new_does(self, gates: Gates) -> None:
        gate = gates.run("-f", "manifests.yaml", "--write-baseline", "known.json")
        assert (gate.status, "wrote known.json: 2 violations\n" in gate.err) == (1, True)
        baseline = json.loads(Path("known.json").read_text())
        assert baseline["schema"] == "netverify/baseline/v1"
        assert sorted(one["violation"] for one in baseline["violations"]) == sorted(KNOWN)

        gate = gates.run("-f", "manifests.yaml", "--baseline", "known.json", "-o", "json")
        assert (gate.status, gate.verdicts["closed"]) == (0, "baselined")
        assert gate.report["baseline"] == USED | {"known": 2}

        Path("manifests.yaml").write_text(GUARDED + FROM_WEB.replace("from-web", "more").replace("5432", "5433"))
        gate = gates.run("-f", "manifests.yaml", "--baseline", "known.json", "-o", "json")
        assert (gate.status, gate.verdicts["closed"]) == (1, "refuted")
        (result, _) = gate.report["results"]
        assert {one["witness"]["port"] for one in result["violations"] if not one["baselined"]} == {5433}
        assert sorted(one["text"] for one in result["violations"] if one["baselined"]) == sorted(KNOWN)

    def test_a_baseline_knows_what_it_knows_wherever_files_and_lines_move(self, gates: Gates) -> None:
        gates.run("-f", "manifests.yaml", "--write-baseline", "known.json")
        Path("moved.yaml").write_text("# moved\n\n" + SHOP + FROM_WEB.replace("name: from-web", "name: other") + CLOSED)
        Path("netverify.yaml").write_text("# moved\n" + INTENT)
        assert gates.run("-f", "moved.yaml", "--baseline", "known.json").status == 0

    def test_what_is_mended_is_told_as_gone(self, gates: Gates) -> None:
        gates.run("-f", "manifests.yaml", "--write-baseline", "known.json")
        Path("manifests.yaml").write_text(SHOP + CLOSED)
        gate = gates.run("-f", "manifests.yaml", "--baseline", "known.json", "-o", "json")
        assert (gate.status, gate.verdicts["closed"]) == (0, "proved")
        assert gate.report["baseline"] == USED | {"gone": 2}
        said = "0 violations are known (known.json), 2 others no longer occur: write the baseline again to drop them"
        assert said in gates.run("-f", "manifests.yaml", "--baseline", "known.json").out

    def test_writing_is_the_same_bytes_again(self, gates: Gates) -> None:
        gates.run("-f", "manifests.yaml", "--write-baseline", "one.json")
        gates.run("-f", "manifests.yaml", "--write-baseline", "other.json")
        assert Path("one.json").read_bytes() == Path("other.json").read_bytes()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (None, "cannot read the baseline `known.json`: no such file or directory"),
            ("{", "`known.json` is not a baseline: it is not what `--write-baseline` writes"),
            ("[]", "`known.json` is not a baseline: it is not what `--write-baseline` writes"),
            (
                '{"schema": "netverify/check/v1"}',
                "`known.json` is not a baseline: its schema is not `netverify/baseline/v1`",
            ),
            ("[" * 100_000, "`known.json` is not a baseline: it is not what `--write-baseline` writes"),
        ],
    )
    def test_what_is_no_baseline_is_misuse(self, text: str | None, said: str, gates: Gates) -> None:
        if text is not None:
            Path("known.json").write_text(text)
        gate = gates.run("-f", "manifests.yaml", "--baseline", "known.json")
        assert (gate.status, gate.out) == (2, "")
        assert gate.err.startswith(f"error[NV717]: {said}\n")

    def test_no_exceptions_and_a_baseline_do_not_go_together(self, gates: Gates) -> None:
        gate = gates.run("-f", "manifests.yaml", "--no-exceptions", "--baseline", "known.json")
        assert gate.status == 2
        assert gate.err.startswith("error[NV420]: `--no-exceptions` also ignores the baseline\n")


class TestChoosing:
    """Which assertions are judged, and which verdicts fail."""

    def test_only_and_severity_choose_assertions(self, gates: Gates) -> None:
        run = ("-f", "manifests.yaml", "-o", "json")
        assert gates.run(*run, "--only", "internet").verdicts == {"internet": "proved"}
        assert gates.run(*run, "--severity", "high").verdicts == {"closed": "refuted"}
        assert set(gates.run(*run, "--severity", "low").verdicts) == {"closed", "internet"}

    def test_choosing_what_there_is_not_is_misuse(self, gates: Gates) -> None:
        gate = gates.run("-f", "manifests.yaml", "--only", "closd")
        assert (gate.status, gate.out) == (2, "")
        assert gate.err == ("error[NV420]: no assertion has the id `closd`\n  = help: did you mean `closed`?\n")
        Path("netverify.yaml").write_text(INTENT.replace("critical", "medium"))
        gate = gates.run("-f", "manifests.yaml", "--severity", "critical")
        assert (gate.status, gate.out) == (2, "")
        assert gate.err.startswith("error[NV420]: the intent holds no assertion of severity `critical` or higher\n")

    def test_exceptions_of_assertions_that_are_not_chosen_are_left_out(self, gates: Gates) -> None:
        Path("netverify.yaml").write_text(excepted(TODAY - DAY))
        gate = gates.run("-f", "manifests.yaml", "-o", "json", "--only", "internet")
        assert (gate.status, gate.report["exceptions"]) == (0, [])

    def test_fail_on_says_which_verdicts_fail(self, gates: Gates) -> None:
        assert gates.run("-f", "manifests.yaml").status == 1
        assert gates.run("-f", "manifests.yaml", "--fail-on", "vacuous,unknown").status == 0
        assert gates.run("-f", "manifests.yaml", "--fail-on", "refuted").status == 1
        assert gates.run("-f", "manifests.yaml", "--fail-on", "nothing").status == 0
        gate = gates.run("-f", "manifests.yaml", "--fail-on", "refutd")
        assert gate.status == 2
        assert "= help: did you mean `refuted`?" in gate.err


class TestStatuses:
    """0 all proved, 1 refuted or vacuous, 2 misuse, 3 unknown, 4 unread input; the gravest wins: 4, 2, 3, 1, 0."""

    UNSUPPORTED = "apiVersion: crd.antrea.io/v1beta1\nkind: ClusterNetworkPolicy\nmetadata: {name: x}\nspec: {}\n---\n"
    REFUSED = "apiVersion: v1\nkind: Pod\nmetadata: {name: UPPER, namespace: shop}\nspec: {containers: []}\n---\n"

    def status(self, gates: Gates, manifests: str, intent: str = INTENT) -> int:
        Path("manifests.yaml").write_text(manifests)
        Path("netverify.yaml").write_text(intent)
        gate = gates.run("-f", "manifests.yaml")
        assert "Traceback" not in gate.err
        return gate.status

    def test_0_when_everything_is_proved(self, gates: Gates) -> None:
        assert self.status(gates, SHOP + CLOSED) == 0

    def test_1_when_something_is_refuted_or_vacuous(self, gates: Gates) -> None:
        assert self.status(gates, GUARDED) == 1
        vacuous = "assertions: [{id: a, default-deny: {namespaces: {matchLabels: {team: x}}}}]\n"
        assert self.status(gates, GUARDED, vacuous) == 1

    def test_3_when_something_is_unknown_and_it_wins_over_1(self, gates: Gates) -> None:
        assert self.status(gates, SHOP + CLOSED + self.UNSUPPORTED) == 3
        both = INTENT + "  - {id: nobody, world: existing, deny: {from: internet, to: pods app=x in namespace data}}\n"
        assert self.status(gates, SHOP + CLOSED + self.UNSUPPORTED, both) == 3

    def test_4_when_an_input_is_refused_and_it_wins_over_all(self, gates: Gates) -> None:
        assert self.status(gates, SHOP + CLOSED + self.REFUSED) == 4
        assert self.status(gates, GUARDED + self.REFUSED) == 4
        wrong = "assertions: [{id: a, isolated: namespace nowhere}]\n"
        assert self.status(gates, GUARDED + self.REFUSED, wrong) == 4

    def test_2_when_the_intent_cannot_be_used_and_it_wins_over_3(self, gates: Gates) -> None:
        wrong = "assertions: [{id: a, isolated: namespace nowhere}]\n"
        assert self.status(gates, GUARDED + self.UNSUPPORTED, wrong) == 2

    def test_nothing_is_proved_while_an_input_is_missing(self, gates: Gates) -> None:
        Path("manifests.yaml").write_text(SHOP + CLOSED + self.REFUSED)
        verdicts = gates.run("-f", "manifests.yaml", "-o", "json").verdicts
        assert set(verdicts.values()) == {"unknown"}

    def test_an_output_that_cannot_be_written_is_misuse(self, gates: Gates) -> None:
        gate = gates.run("-f", "manifests.yaml", "--fail-on", "nothing", "-o", "json=nowhere/out.json")
        assert gate.status == 2
        assert gate.err.startswith("error[NV421]: ")


class TestOutputs:
    """Text on the terminal and files at the same time."""

    def test_several_outputs_at_once(self, gates: Gates) -> None:
        formats = ("json", "sarif", "junit", "github", "gitlab", "markdown", "html")
        files = [part for name in formats for part in ("-o", f"{name}=out.{name}")]
        gate = gates.run("-f", "manifests.yaml", "-o", "text", *files)
        assert gate.status == 1
        assert gate.out.startswith("REFUTED closed [critical]: ")
        assert all(Path(f"out.{name}").stat().st_size for name in formats)
        assert json.loads(Path("out.json").read_text())["summary"]["refuted"] == 1
        assert json.loads(Path("out.sarif").read_text())["version"] == "2.1.0"

    def test_json_says_what_ran(self, gates: Gates) -> None:
        tool = gates.run("-f", "manifests.yaml", "-o", "json").report["tool"]
        assert (tool["name"], tool["exit_status"]) == ("netverify", 1)

    def test_the_formulas_that_were_solved_can_be_kept(self, gates: Gates) -> None:
        gates.run("-f", "manifests.yaml", "--emit-smt2", "goals")
        assert list(Path("goals").glob("*.smt2"))


class TestWhereIntentIs:
    """The intent file of the current folder, and what it says about a run."""

    def test_it_is_found_by_its_name_and_the_plain_one_goes_first(self, gates: Gates) -> None:
        Path("netverify.yaml").rename(".netverify.yaml")
        assert set(gates.run("-f", "manifests.yaml", "-o", "json").verdicts) == {"closed", "internet"}
        Path("netverify.yaml").write_text("assertions: [{id: plain, isolated: namespace data}]\n")
        assert set(gates.run("-f", "manifests.yaml", "-o", "json").verdicts) == {"plain"}

    def test_its_sources_are_read_where_none_is_named(self, gates: Gates) -> None:
        Path("below").mkdir()
        Path("manifests.yaml").rename("below/guarded.yaml")
        Path("other.yaml").write_text(SHOP)
        Path("netverify.yaml").write_text("sources: [{manifests: below}]\n" + INTENT)
        report = gates.run("-o", "json").report
        assert report["coverage"]["files"] == 1
        assert gates.run("-f", "other.yaml", "-o", "json").report["coverage"]["files"] == 1
        assert gates.run("-f", "other.yaml", "-o", "json").report["results"][0]["verdict"] == "refuted"

    @pytest.mark.parametrize(
        "command",
        [
            ["query", "can shop/web reach data/db:5432"],
            ["map"],
            ["exposed"],
            ["resolve", "data/db", "--from", "shop/web"],
            ["lint"],
        ],
    )
    @pytest.mark.usefixtures("gates")
    def test_other_commands_read_its_sources_as_well(
        self, command: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("below").mkdir()
        Path("manifests.yaml").rename("below/guarded.yaml")
        Path("broken.yaml").write_text("kind: [\n")
        Path("netverify.yaml").write_text("sources: [{manifests: below}]\n" + INTENT)
        status = main(command, "netverify")
        printed = capsys.readouterr()
        assert "broken.yaml" not in printed.out + printed.err
        assert status != 4
        Path("netverify.yaml").write_text("source: []\n")
        assert main(command, "netverify") == 2
        assert "did you mean `sources`?" in capsys.readouterr().err

    def test_paths_of_sources_are_relative_to_the_file(self, gates: Gates) -> None:
        Path(".git").mkdir()
        Path("ci").mkdir()
        Path("ci/intent.yaml").write_text("sources: [{manifests: ../manifests.yaml}]\n" + INTENT)
        assert gates.run("--spec", "ci/intent.yaml", "-o", "json").report["coverage"]["files"] == 1

    def test_flags_go_before_what_it_assumes(self, gates: Gates) -> None:
        block = FROM_WEB[: FROM_WEB.index("  - from")] + "  - from: [{ipBlock: {cidr: 0.0.0.0/0}}]\n---\n"
        Path("manifests.yaml").write_text(SHOP + CLOSED + block)
        rule = "assertions: [{id: a, deny: {from: shop/web, to: data/db}}]\n"
        Path("netverify.yaml").write_text("cni: cilium\n" + rule)
        assert gates.run("-f", "manifests.yaml").status == 0
        assert gates.run("-f", "manifests.yaml", "--cni", "calico").status == 1
        Path("netverify.yaml").write_text("assume: {ipblock-matches-pods: false}\n" + rule)
        assert gates.run("-f", "manifests.yaml").status == 0
        assert gates.run("-f", "manifests.yaml", "--assume", "ipblock-matches-pods=true").status == 1


class TestChangedSince:
    """`--changed-since REV` judges only where something that was checked has changed."""

    @pytest.fixture
    def repository(self, gates: Gates, monkeypatch: pytest.MonkeyPatch) -> Gates:
        for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
            monkeypatch.setenv(f"{name}_NAME", "x")
            monkeypatch.setenv(f"{name}_EMAIL", "x@example.org")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        Path("notes.txt").write_text("one\n")
        for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
            subprocess.run(["git", *command], check=True)
        return gates

    def run(self, gates: Gates, revision: str = "main") -> int:
        return gates.run("-f", "manifests.yaml", "--changed-since", revision).status

    def test_nothing_is_judged_where_nothing_changed(self, repository: Gates) -> None:
        gate = repository.run("-f", "manifests.yaml", "--changed-since", "main")
        assert (gate.status, gate.out) == (0, "")
        assert gate.err == "no file that was checked has changed since main\n"
        Path("notes.txt").write_text("other\n")
        assert self.run(repository) == 0

    @pytest.mark.parametrize("name", ["manifests.yaml", "netverify.yaml"])
    def test_a_changed_source_or_intent_file_has_all_judged(self, name: str, repository: Gates) -> None:
        Path(name).write_text(Path(name).read_text() + "# more\n")
        assert self.run(repository) == 1

    def test_a_new_file_in_a_source_counts(self, repository: Gates) -> None:
        Path("new.yaml").write_text(SHOP)
        assert repository.run("-f", ".", "--changed-since", "main").status == 1

    def test_a_revision_that_there_is_not_is_misuse(self, repository: Gates) -> None:
        assert self.run(repository, "nowhere") == 2
        assert self.run(repository, "--output=x") == 2
        assert not Path("x").exists()
