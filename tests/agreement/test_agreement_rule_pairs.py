"""Lists of violations: the same for every seed, order and run, whole, and held against flows that are tried."""

import json
import random
from datetime import date

import pytest

from agreement.adapter import text_of
from agreement.rule_pairs import CLUSTER, DECIDED, cluster_context, listed, tried, wrong_refusals
from generators.gate_cases import gate_case
from netverify.answers.settings import Settings
from netverify.budget import Budget
from netverify.gate import classes, refusals
from netverify.gate.baseline import read_baseline, write_baseline
from netverify.gate.checking import Terms
from netverify.gate.classes import IncompleteListError
from netverify.gate.intent.reading import read_spec
from netverify.sources.inventory import read_inventory
from netverify.verify import Verifier

TODAY = date(2026, 1, 1)
INTENT = {
    "assertions": [
        {"id": "apart", "separate": ["namespace a", "namespace b"]},
        {"id": "alone", "isolated": "namespace b"},
        {"id": "denied", "default-deny": {"namespaces": ["a", "b"]}},
        {"id": "up", "allow": {"from": "any pod", "to": "namespace b", "ports": [80, 5432]}},
    ]
}
EXEMPT = {
    "assertions": [
        {"id": "none", "only": {"to": "namespace b", "flows": [{}]}},
        {"id": "some", "only": {"to": "namespace b", "flows": [{"from": "namespace a", "ports": 80}]}},
    ]
}
ANYBODY = {"assertions": [{"id": "deny", "deny": {"from": "any pod", "to": "namespace b"}}]}
OPEN = {"assertions": [{"id": "up", "world": "possible", "allow": {"from": "any pod", "to": "namespace b"}}]}
DENY = {"assertions": [{"id": "deny", "deny": {"from": "namespace a", "to": "namespace b"}}]}


def report(folder, texts, intent, *, seed=0, baseline=None):
    """What the gate says of ``intent`` about ``texts``, with a seed of the solver."""
    path = folder / "netverify.yaml"
    path.write_text(json.dumps(intent))
    named = {f"{number}.yaml": text.encode() for number, text in enumerate(texts)}
    settings = Settings(behaviours=DECIDED, budget=Budget(seed=seed))
    verifier = Verifier(read_inventory((), texts=named), settings)
    return verifier.check(read_spec([str(path)]), Terms(TODAY, baseline=baseline))


def told(found):
    """Everything about violations that must not differ."""
    return [
        (one.assertion.id, one.verdict, one.is_complete, [(two.text, two.marks) for two in one.violations])
        for one in found.results
    ]


def in_order(text, number):
    """The documents of ``text``, one a file, in another order for every number but 0."""
    documents = text.split("\n---\n")
    random.Random(number).shuffle(documents) if number else None
    return documents


def test_the_rule_pairs_of_a_cluster_are_those_of_all_flows_that_are_tried():
    assert set(listed(cluster_context())) == tried(cluster_context())


def test_refused_ports_and_directions_are_those_of_all_flows_that_are_tried():
    assert wrong_refusals(cluster_context()) == {}


def test_a_list_is_the_same_for_another_seed_and_another_order_of_files(tmp_path):
    first = told(report(tmp_path, in_order(CLUSTER, 0), INTENT))
    assert sum(len(violations) for *_, violations in first) > 20
    assert told(report(tmp_path, in_order(CLUSTER, 1), INTENT, seed=7)) == first


@pytest.mark.long
@pytest.mark.parametrize("case", range(12))
def test_lists_are_the_same_for_ten_seeds_and_three_orders(case, tmp_path):
    cluster, intent, _ = gate_case(case)
    text = text_of(cluster)
    text = text.decode() if isinstance(text, bytes) else text
    first = told(report(tmp_path, in_order(text, 0), intent))
    for seed in range(10):
        for order in range(3):
            assert told(report(tmp_path, in_order(text, order), intent, seed=seed)) == first, (seed, order)


def test_a_list_without_one_of_its_places_is_an_internal_error(tmp_path, monkeypatch):
    whole = classes.listed

    def without_one(question, *rest):
        pairs = whole(question, *rest)
        return tuple(one for one in pairs or () if getattr(one.flow.source, "namespace", "") != "a")

    monkeypatch.setattr(classes, "listed", without_one)
    monkeypatch.setattr("netverify.gate.direct.listed", without_one)
    with pytest.raises(IncompleteListError):
        report(tmp_path, [CLUSTER], ANYBODY)


def test_a_list_of_refusals_without_one_of_its_pods_is_an_internal_error(tmp_path, monkeypatch):
    """Pods of that namespace that could be created are listed, and stand for none of the existing ones."""
    whole = refusals._listed

    def without_one(*given):
        return tuple(
            one for one in whole(*given) or () if str(getattr(one.flow.source, "workload", "")) != "a/job[Pod]"
        )

    monkeypatch.setattr(refusals, "_listed", without_one)
    with pytest.raises(IncompleteListError):
        report(tmp_path, [CLUSTER], OPEN)


@pytest.mark.parametrize("seed", [1])
def test_refusals_that_the_solver_looks_for_are_those_that_are_listed(seed, tmp_path, monkeypatch):
    """So it does where rules are approximated; which pods and ports it finds first makes no difference."""
    listed_ones = told(report(tmp_path, [CLUSTER], OPEN))
    monkeypatch.setattr(refusals, "_listed", lambda *_: None)
    assert marks(told(report(tmp_path, [CLUSTER], OPEN, seed=seed))) == marks(listed_ones)


def marks(found):
    return [(name, verdict, is_complete, sorted(one for _, one in all_)) for name, verdict, is_complete, all_ in found]


def test_a_list_of_nobody_is_no_proof(tmp_path, monkeypatch):
    monkeypatch.setattr("netverify.gate.direct.listed", lambda *_: ())
    with pytest.raises(IncompleteListError):
        report(tmp_path, [CLUSTER], DENY)


ALIKE = CLUSTER.replace("ports: [{port: 80}, {port: sql}]}", "ports: [{port: 1, endPort: 65535}, {protocol: UDP}]}")


@pytest.mark.parametrize("version", [3, 4, 5])
def test_an_old_baseline_knows_what_others_let_through_too_and_nothing_else(version, tmp_path):
    """What the rule for web pods lets through, the wider rule does as well; the other way round it does not."""
    written = json.loads(write_baseline(report(tmp_path, [ALIKE], DENY).results))
    hidden = []
    for number in range(len(written["violations"])):
        left = [one for at, one in enumerate(written["violations"]) if at != number]
        text = json.dumps({**written, "fingerprints": version, "violations": left})
        again = report(tmp_path, [ALIKE], DENY, baseline=read_baseline("b.json", text))
        hidden.append(again.results[0].is_baselined)
    assert not all(hidden)
    assert any(hidden) is (version == 3)
