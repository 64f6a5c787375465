"""What a reader of SARIF learns about a gate."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from golden import gate_samples as samples
from netverify.diagnostics import Origin
from netverify.gate.outcome import GateReport, GateVerdict
from netverify.report import sarif
from netverify.report.gate_list import list_of_gate
from netverify.report.sarif import render_sarif
from netverify.report.source_uri import source_uri


def run_of(report=samples.FULL, inventory=samples.INVENTORY, run=samples.RUN, **rest):
    (one,) = json.loads(render_sarif(list_of_gate(report, inventory), run, **rest))["runs"]
    return one


def of_rule(run, name: str):
    return [result for result in run["results"] if result["ruleId"] == name]


def uri_of(result) -> str:
    return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_every_assertion_is_a_rule_and_only_what_is_not_proved_has_results() -> None:
    run = run_of()
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [result.assertion.id for result in samples.FULL.results]
    assert {result["ruleId"] for result in run["results"]} == {*rules} - {"pg-closed"}
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_proved_assertions_are_results_only_where_that_is_asked_for() -> None:
    (passed,) = of_rule(run_of(with_passed=True), "pg-closed")
    assert (passed["kind"], passed["level"]) == ("pass", "none")


def test_a_result_points_at_the_rule_that_lets_the_flow_through_and_relates_it_to_the_assertion() -> None:
    result = of_rule(run_of(), "no-web-to-pg")[0]
    assert uri_of(result) == "manifests/b.yaml"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 7}
    assert uri_of({"locations": result["relatedLocations"]}) == "netverify.yaml"


def test_a_flow_that_is_refused_points_at_the_policy_that_refuses_it() -> None:
    (result,) = of_rule(run_of(), "web-reaches-pg")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 10


def test_a_flow_that_no_policy_stops_points_at_the_way_in_and_else_at_the_assertion() -> None:
    assert uri_of(of_rule(run_of(), "not-public")[0]) == "manifests/ingress.yaml"
    assert [uri_of(result) for result in of_rule(run_of(), "partly-known")] == ["netverify.yaml", "manifests/b.yaml"]


def test_the_trace_goes_from_source_to_destination_and_every_step_has_a_place() -> None:
    (result,) = of_rule(run_of(), "not-public")
    steps = [step["location"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    texts = [step["message"]["text"].partition(":")[0] for step in steps]
    assert texts == ["source", "Ingress b/pg (host pg.example.com)", "Service b/pg", "source", "routing", *texts[5:]]
    assert texts[5:] == ["egress", "ingress", "destination"]
    assert all("physicalLocation" in step for step in steps)
    assert uri_of({"locations": steps[-1:]}) == "manifests/pg.yaml"


def test_severities_become_levels_and_scores() -> None:
    rules = {rule["id"]: rule for rule in run_of()["tool"]["driver"]["rules"]}
    told = {
        name: (rules[name]["defaultConfiguration"]["level"], rules[name]["properties"]["security-severity"])
        for name in ("no-web-to-pg", "undecided", "web-reaches-pg", "not-public", "nobody")
    }
    assert list(told.values()) == [
        ("error", "9.5"),
        ("error", "8.0"),
        ("warning", "5.5"),
        ("note", "3.0"),
        ("note", "0.0"),
    ]


def test_a_rule_has_at_most_twenty_tags() -> None:
    assertion = replace(samples.PROVED.assertion, controls=tuple(f"c{number}" for number in range(40)))
    run = run_of(GateReport((replace(samples.PROVED, assertion=assertion),)))
    assert len(run["tool"]["driver"]["rules"][0]["properties"]["tags"]) == 20


def test_what_is_excepted_or_known_is_suppressed_with_its_reason() -> None:
    run = run_of()
    suppressed = {result["ruleId"]: result["suppressions"] for result in run["results"] if "suppressions" in result}
    assert suppressed.keys() == {"pg-left-aside", "known-before", "partly-known"}
    (why,) = suppressed["pg-left-aside"]
    assert (why["kind"], why["status"]) == ("external", "accepted")
    assert "until 2027-01-31 (team-payments, OPS-12): the old exporter is being replaced" in why["justification"]
    assert ["suppressions" in result for result in of_rule(run, "partly-known")] == [False, True]


def test_unread_inputs_are_notifications_and_findings_about_the_intent_are_too() -> None:
    run = run_of(inventory=samples.UNREAD)
    assert run["results"][0]["ruleId"] == "NV101"
    (invocation,) = run["invocations"]
    assert [one["descriptor"]["id"] for one in invocation["toolExecutionNotifications"]] == ["NV101", "NV205"]
    assert [one["descriptor"]["id"] for one in invocation["toolConfigurationNotifications"]] == ["NV901"]


@pytest.mark.parametrize(("exit_code", "successful"), [(0, True), (1, True), (3, True), (4, False), (5, False)])
def test_a_run_is_successful_iff_nothing_kept_it_from_judging(exit_code, successful) -> None:
    (invocation,) = run_of(run=replace(samples.RUN, exit_code=exit_code))["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (successful, exit_code)


def test_a_revision_is_told_with_its_repository_and_else_as_a_property() -> None:
    (told,) = run_of()["versionControlProvenance"]
    assert (told["repositoryUri"], told["revisionId"]) == (samples.RUN.repository, samples.RUN.revision)
    alone = run_of(run=replace(samples.RUN, repository=""))
    assert "versionControlProvenance" not in alone
    assert alone["properties"] == {"revision": samples.RUN.revision}


def test_more_results_than_github_takes_are_cut_and_a_notification_says_so(monkeypatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 5)
    run = run_of(with_passed=True)
    assert len(run["results"]) == 5
    assert not any("suppressions" in result for result in run["results"])
    notification = run["invocations"][0]["toolExecutionNotifications"][-1]
    assert notification["message"]["text"].startswith("18 results are left out")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c#d.yaml", ("a%20b/c%23d.yaml", True)),
        ("./a/../b.yaml", ("b.yaml", True)),
        ("/checkout/deep/b.yaml", ("deep/b.yaml", True)),
        ("../b.yaml", ("file:///b.yaml", False)),
        ("/elsewhere/b.yaml", ("file:///elsewhere/b.yaml", False)),
        ("c:d\n%.yaml", ("c%3Ad%0A%25.yaml", True)),
        ("\udc80\ud800é", ("%ED%B2%80%ED%A0%80%C3%A9", True)),
    ],
)
def test_paths_become_relative_uris(path, uri) -> None:
    assert source_uri(path, "/checkout") == uri


def test_a_finding_in_standard_input_points_at_the_assertion() -> None:
    because = tuple(replace(reason, origin=Origin("-", 0, 3, 1)) for reason in (samples.ADMITTED,))
    wrong = samples.result("x", GateVerdict.REFUTED, (samples.violation("it can", "f", because=because),))
    (result,) = run_of(GateReport((wrong,)))["results"]
    assert uri_of(result) == "netverify.yaml"


def test_no_text_becomes_a_link_or_a_placeholder() -> None:
    wrong = samples.result("x", GateVerdict.REFUTED, (samples.violation("[see](http://e.example) {0}", "f"),))
    (result,) = run_of(GateReport((wrong,)))["results"]
    assert result["message"]["text"].endswith("[see] (http://e.example) {{0}}.")
