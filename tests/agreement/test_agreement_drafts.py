"""Drafts of intent against the gate: what `netverify init` writes is read back as it was meant, and holds."""

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from agreement.adapter import text_of as text_of_cluster
from generators.clusters import isolated, random_cluster
from generators.routed_clusters import random_routed_cluster
from generators.routed_clusters import text_of as text_of_objects
from generators.vocabulary import SmallDice
from netverify.cli.main import main
from netverify.documents.loader import load
from netverify.gate.checking import Terms
from netverify.gate.draft.drafting import OPEN
from netverify.gate.draft.outline import spec_of
from netverify.gate.intent.reading import read_spec
from netverify.gate.intent.spec import DefaultDeny, FlowText, Only
from netverify.gate.outcome import GateVerdict
from netverify.report.draft_yaml import render_draft
from netverify.sources.inventory import build_inventory
from netverify.verify import Verifier

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
DAY = date(2026, 11, 24)


def plain_cluster(seed):
    rng = SmallDice(seed)
    cluster = random_cluster(rng, policies=(0, 4), workloads=(1, 4), namespaces=(1, 2))
    if rng.random() < 0.6:
        isolated(rng, cluster)
    return text_of_cluster(cluster)


def routed_cluster(seed):
    return text_of_objects(random_routed_cluster(seed))


@cache
def drafted(make, seed):
    """What the verifier of a random cluster is, and its draft."""
    verifier = verifier_of(make(seed))
    return verifier, verifier.draft(DAY)


def verifier_of(text):
    loaded = load("manifests.yaml", text.encode())
    return Verifier(build_inventory(loaded.documents, dropped=loaded.dropped))


def plain(assertion):
    """An assertion without places, as data."""
    statement = assertion.statement
    match statement:
        case Only(end, zone, flows, within):
            said = (end, texts(zone), [flow_of(one) for one in flows], within)
        case DefaultDeny(namespaces, directions):
            said = (texts(namespaces.names), directions)
        case _:
            said = texts(statement.zone)
    return assertion.id, assertion.verb, assertion.title, assertion.world, said


def texts(written):
    return [one.text for one in written]


def flow_of(flow: FlowText):
    return texts(flow.sources), texts(flow.destinations), texts(flow.ports), flow.justification


def written_and_read(draft, path, text=None):
    path.write_text(text or render_draft(draft, "netverify.schema.json"))
    return read_spec([str(path)])


def untold(draft):
    """Of what reaches a namespace or workload, what is not told by an assertion that holds."""
    about_flows = [one for one in draft.entries if one.assertion.verb == "only"]
    return [(one.assertion.id, one.remarks) for one in about_flows if not one.holds and one.remarks[0] != OPEN]


def judged(verifier, draft, path):
    """The draft as it was written and read back, and what the gate says to it."""
    spec = written_and_read(draft, path)
    holding = [one.assertion for one in draft.entries if one.holds]
    assert [plain(one) for one in spec.assertions] == [plain(one) for one in holding]
    assert {zone.name: texts(zone.ends) for zone in spec.zones} == {z.name: texts(z.ends) for z in draft.zones}
    return verifier.check(spec, Terms(DAY))


@pytest.mark.parametrize("make", [plain_cluster, routed_cluster])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_drafted_holds_when_it_is_checked(seed, make, tmp_path):
    verifier, draft = drafted(make, seed)
    assert untold(draft) == []
    report = judged(verifier, draft, tmp_path / "netverify.yaml")
    verdicts = {result.assertion.id: result.verdict for result in report.results}
    assert set(verdicts.values()) <= {GateVerdict.PROVED, GateVerdict.UNKNOWN}, verdicts


@pytest.mark.parametrize("seed", range(2))
def test_what_stands_as_a_comment_does_not_hold_yet(seed):
    verifier, draft = drafted(plain_cluster, seed)
    later = [one.assertion for one in draft.entries if not one.holds and one.remarks[0] != OPEN]
    results = verifier.check(spec_of(later, draft.zones), Terms(DAY)).results
    assert {one.assertion.id for one in results if one.verdict is GateVerdict.PROVED} == set()


@pytest.mark.parametrize("seed", range(2))
def test_a_comment_becomes_an_assertion_where_its_marks_are_taken_away(seed, tmp_path):
    _, draft = drafted(plain_cluster, seed)
    text = render_draft(draft, "netverify.schema.json").replace("assertions: []", "assertions:")
    marked = ("  # - ", "  #   ")
    lines = [
        f"  {line.removeprefix('  # ')}" if line.startswith(marked) and not is_remark(line, draft) else line
        for line in text.splitlines()
    ]
    spec = written_and_read(draft, tmp_path / "netverify.yaml", "\n".join(lines))
    assert sorted(map(str, map(plain, spec.assertions))) == sorted(str(plain(one.assertion)) for one in draft.entries)


def is_remark(line, draft):
    return any(line == f"  # {remark}" for entry in draft.entries for remark in entry.remarks)


@pytest.mark.parametrize("seed", range(2))
def test_an_approved_flow_left_out_is_found_by_the_gate(seed):
    """So that a draft does not hold only because it approves more than there is."""
    verifier, draft = drafted(plain_cluster, seed)
    for entry in draft.entries:
        statement = entry.assertion.statement
        if not entry.holds or not isinstance(statement, Only) or not statement.flows:
            continue
        for number in range(len(statement.flows)):
            fewer = Only(statement.end, statement.zone, statement.flows[:number] + statement.flows[number + 1 :])
            changed = replace(entry.assertion, statement=fewer)
            (result,) = verifier.check(spec_of([changed], draft.zones), Terms(DAY)).results
            assert result.verdict is GateVerdict.REFUTED, (plain(entry.assertion), number)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")
@pytest.mark.parametrize(
    "sources",
    [
        ["-f", "microservices-demo/release/kubernetes-manifests.yaml"],
        pytest.param(["-f", "kube-prometheus/manifests"], marks=pytest.mark.long),
        pytest.param(["-f", "aks-baseline-regulated"], marks=pytest.mark.long),
        pytest.param(["-f", "microservices-demo/release"], marks=pytest.mark.long),
    ],
    ids=lambda sources: sources[-1],
)
def test_what_is_drafted_for_real_manifests_holds(sources, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(CORPUS)
    spec = tmp_path / "netverify.yaml"
    assert main(["init", *sources, "--output", str(spec)], "netverify") == 0
    assert main(["check", "--spec", str(spec), "--fail-on", "refuted,vacuous", "-o", "json"], "netverify") == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert results
    assert {one["verdict"] for one in results} <= {"proved", "unknown"}
