"""A baseline and a rule that lets through more than it did; exceptions beside a baseline; what `dns-works` rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cases.gates import CLOSED, FROM_WEB, SHOP, Gates

OTHER = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: other, namespace: shop}
spec:
  selector: {matchLabels: {app: other}}
  template: {metadata: {labels: {app: other}}, spec: {containers: [{name: other, image: other}]}}
---
"""
BEFORE = SHOP + OTHER + CLOSED + FROM_WEB
WIDER = BEFORE.replace("podSelector: {matchLabels: {app: web}}", "podSelector: {}")
BEYOND = BEFORE.replace(
    "podSelector: {matchLabels: {app: web}}",
    "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [other]}]}",
)
DENIED = "assertions: [{id: it, deny: {from: namespace shop, to: 'data/db[Pod]'}}]\n"
EXCEPTED = (
    "exceptions: [{{id: owner, assertions: it, reason: r, owner: o, expires: 2099-01-01, flows: [{{from: {}}}]}}]\n"
)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def run(gates: Gates, manifests: str, *arguments: str, intent: str = DENIED) -> str:
    Path("netverify.yaml").write_text(intent)
    Path("manifests.yaml").write_text(manifests)
    return gates.run("-f", "manifests.yaml", *arguments).out


def report(gates: Gates, manifests: str, *arguments: str, intent: str = DENIED) -> Any:
    return json.loads(run(gates, manifests, *arguments, "-o", "json", intent=intent))


@pytest.fixture
def known(gates: Gates) -> Gates:
    """What `BEFORE` violates is in `known.json`."""
    run(gates, BEFORE, "--write-baseline", "known.json")
    return gates


def test_a_baseline_names_the_pods_of_what_it_knows(known: Gates) -> None:
    assert known
    (entry,) = json.loads(Path("known.json").read_text())["violations"]
    assert entry["pods"] == ["data/db[Pod]", "shop/web[Pod]"]


def test_where_a_known_rule_lets_in_more_the_witness_is_one_of_the_pods_that_are_new(known: Gates) -> None:
    found = report(known, WIDER, "--baseline", "known.json")
    (result,) = found["results"]
    assert result["verdict"] == "refuted"
    assert result["witness"]["source"]["name"] == "other"
    assert result["violations"][0]["news"] == "new since the baseline: shop/other[Deployment]"
    assert found["baseline"] == {"path": "known.json", "known": 0, "gone": 1, "changed": 1, "excepted": 0, "new": 1}


def test_the_report_names_what_is_new_and_does_not_ask_to_accept_it(known: Gates) -> None:
    out = " ".join(run(known, WIDER, "--baseline", "known.json").split())
    assert "(NetworkPolicy data/from-web); new since" in out
    assert "1 other has changed and counts as new: to write the baseline again would accept what is new" in out
    assert "write the baseline again to drop" not in out


def test_where_only_pods_that_could_be_created_are_new_the_witness_is_one_of_them(known: Gates) -> None:
    (result,) = report(known, BEYOND, "--baseline", "known.json")["results"]
    assert not result["witness"]["source"]["existing"]
    said = "the baseline knows it by other rules; this one lets through pods that could be created"
    assert result["violations"][0]["news"] == said


def test_a_baseline_that_names_no_pods_has_all_of_them_named(known: Gates) -> None:
    value = json.loads(Path("known.json").read_text())
    del value["violations"][0]["pods"]
    Path("known.json").write_text(json.dumps(value))
    manifests = WIDER.replace("podSelector: {}}]", "podSelector: {matchExpressions: [{key: app, operator: Exists}]}}]")
    (result,) = report(known, manifests, "--baseline", "known.json")["results"]
    said = "the baseline knows it by other rules; this one is about data/db[Pod], shop/other[Deployment], shop/web[Pod]"
    assert result["violations"][0]["news"] == said


def test_what_exceptions_leave_aside_is_not_said_to_be_gone(known: Gates) -> None:
    intent = DENIED + EXCEPTED.format("pods app=web in namespace shop")
    out = run(known, BEFORE, "--baseline", "known.json", intent=intent)
    assert "baseline  0 violations are known (known.json), 1 other is excepted\n" in out
    found = report(known, BEFORE, "--baseline", "known.json", intent=intent)
    assert (found["baseline"]["gone"], found["baseline"]["excepted"]) == (0, 1)


def test_a_report_says_that_an_exception_for_a_workload_covers_no_other_pods_with_its_labels(gates: Gates) -> None:
    (result,) = report(gates, BEFORE, intent=DENIED + EXCEPTED.format("shop/web"))["results"]
    assert (result["verdict"], result["excepted_by"]) == ("refuted", ["owner"])
    said = "exception `owner` covers the pods of shop/web[Pod] alone, and not other pods that could be created with the"
    assert result["notes"] == [f"{said} same labels: to cover these too, write `pods app=web in namespace shop`"]


@pytest.mark.parametrize(("manifests", "verdict"), [(SHOP, "proved"), (SHOP + CLOSED, "refuted")])
def test_what_is_said_of_dns_rests_on_which_pods_answer(manifests: str, verdict: str, gates: Gates) -> None:
    (result,) = report(gates, manifests, intent="assertions: [{id: it, dns-works: 'data/db'}]\n")["results"]
    assert result["verdict"] == verdict
    where = "pods k8s-app=kube-dns in namespace kube-system answer DNS on port 53"
    assert f"{where}: the manifests do not hold the DNS of the cluster" in result["assumptions"]


NAMED = """
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: data, labels: {app: NAME}}
spec: {containers: [{name: c, image: i, ports: [{name: pg, containerPort: NUMBER}]}]}
---
"""
BY_NAME = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-name, namespace: data}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {}}], ports: [{port: pg}]}]
"""
TO_DATA = "assertions: [{id: it, world: existing, deny: {from: namespace shop, to: namespace data}}]\n"
ON_CALICO = ("--cni", "calico")


def named(**numbers: int) -> str:
    pods = "".join(NAMED.replace("NAME", name).replace("NUMBER", str(port)) for name, port in numbers.items())
    return SHOP.replace("{name: pg, containerPort: 5432}", "{containerPort: 5432}") + pods + BY_NAME


DENIED_BY_NAME = """
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: no-pg}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: data}}}
  ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{destinationNamedPort: pg}]}]
"""


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        ({"main": 5432}, {"main": 22}, "new since the baseline: TCP 22 of data/main[Pod]"),
        ({"main": 5432}, {"main": 5432, "more": 22}, "new since the baseline: TCP 22 of data/more[Pod]"),
        ({"main": 5432, "more": 22}, {"main": 22, "more": 5432}, "new since the baseline: TCP 22 of data/main[Pod], "),
        ({"main": 5432, "more": 22}, {"main": 5432}, None),
        ({"main": 5432}, {"main": 5432}, None),
    ],
)
def test_a_port_name_that_means_another_port_lets_through_what_was_not_known(
    before: dict[str, int], now: dict[str, int], news: str | None, gates: Gates
) -> None:
    """A rule that names a port stays the same rule, whatever number the pods declare under that name."""
    run(gates, named(**before), *ON_CALICO, "--write-baseline", "known.json", intent=TO_DATA)
    (entry,) = json.loads(Path("known.json").read_text())["violations"]
    assert entry["ports"] == sorted(f"data/{name}[Pod] TCP {number} pg" for name, number in before.items())
    (result,) = report(gates, named(**now), *ON_CALICO, "--baseline", "known.json", intent=TO_DATA)["results"]
    assert result["verdict"] == ("refuted" if news else "baselined")
    assert (result["violations"][0].get("news") or "").startswith(news or "")
    assert bool(result["violations"][0].get("news")) is bool(news)


@pytest.mark.parametrize("now", [named(main=9999), named(main=5432).replace("name: pg,", "name: postgres,")])
def test_a_denied_port_name_that_means_another_port_denies_less(now: str, gates: Gates) -> None:
    """What the name meant before is let through: by a pod that moves the name, and by one that drops it."""
    open_to_all = BY_NAME.replace("{from: [{namespaceSelector: {}}], ports: [{port: pg}]}", "{}")
    before, after = (text.replace(BY_NAME, open_to_all) + DENIED_BY_NAME for text in (named(main=5432), now))
    run(gates, before, *ON_CALICO, "--write-baseline", "known.json", intent=TO_DATA)
    assert report(gates, before, *ON_CALICO, "--baseline", "known.json", intent=TO_DATA)["baseline"]["new"] == 0
    (result,) = report(gates, after, *ON_CALICO, "--baseline", "known.json", intent=TO_DATA)["results"]
    assert result["verdict"] == "refuted"
    assert result["violations"][0]["news"] == "new since the baseline: TCP 5432 of data/main[Pod], no longer denied"


def test_a_port_name_that_no_pod_declared_lets_through_what_is_declared_later(gates: Gates) -> None:
    """Without a plugin, the rule is known by plugins that do not know names; with others it let through nothing."""
    before = named(main=5432).replace("name: pg,", "name: other,")
    run(gates, before, "--write-baseline", "known.json", intent=TO_DATA)
    assert [] in [one.get("ports") for one in json.loads(Path("known.json").read_text())["violations"]]
    found = report(gates, named(main=22), "--baseline", "known.json", intent=TO_DATA)
    assert found["results"][0]["verdict"] == "refuted"
