"""What an assertion about existing pods looks at, and which flows an exception really leaves aside."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from cases.gates import SHOP, Gates
from cases.pods_by_ways import BY_CONTROLLER, CONTROLLER_BALANCER
from netverify.answers.verdict import Judgement
from netverify.gate.baseline import Baseline
from netverify.symbolic import widths

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
"""
WEB_MAY_NOT = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}
---
"""
DB_ADMITS_NOBODY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
"""
NO_PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: bare}
---
"""


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def excepted(gates: Gates, manifests: str, assertion: str, flow: str) -> tuple[str, str]:
    """The verdict on ``assertion`` with an exception for ``flow``, and what became of the exception."""
    more = f"exceptions: [{{id: e, assertions: [it], flows: [{{{flow}}}], reason: r, owner: o, expires: 2999-01-01}}]"
    Path("manifests.yaml").write_text(manifests)
    Path("netverify.yaml").write_text(f"{more}\nassertions: [{{id: it, {assertion}}}]\n")
    report = gates.run("-f", "manifests.yaml", "-o", "json").report
    return report["results"][0]["verdict"], report["exceptions"][0]["state"]


@pytest.mark.parametrize("to", ['"data/db[Pod]"', "service data/db"])
def test_flows_of_pods_that_could_be_created_are_not_those_of_existing_ones(gates: Gates, to: str) -> None:
    """*Existing: only pods that the manifests show.* Another pod of the namespace has no label that closes it."""
    denied = f"deny: {{from: namespace shop, to: {to}}}"
    assert gates.verdict(SHOP + SERVICE + WEB_MAY_NOT, denied) == "refuted"
    result = gates.result(SHOP + SERVICE + WEB_MAY_NOT, f"{denied}, world: existing")
    assert (result["verdict"], result["world"]) == ("proved", "existing")


@pytest.mark.parametrize("at_once", [60, 1])
def test_a_pod_beside_one_that_is_closed_is_asked_about_however_few_one_goal_names(
    gates: Gates, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy is about some pods of the namespace; that it lets them nowhere says nothing about the others."""
    monkeypatch.setattr(widths, "EXISTING_AT_ONCE", at_once)
    more = SHOP.partition("apiVersion: v1\nkind: Pod")[2].partition("---")[0].replace("web", "free")
    pods = f"{SHOP}apiVersion: v1\nkind: Pod{more}---{WEB_MAY_NOT}"
    denied = "deny: {from: namespace shop, to: data/db, ports: 5432}, world: existing"
    everybody, outside = (
        DB_ADMITS_NOBODY.replace("[Ingress]}", f"[Ingress], ingress: [{rule}]}}")
        for rule in ("{}", "{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}")
    )
    for admits in ("", everybody):
        assert gates.verdict(pods + admits, denied) == "refuted"
        assert gates.verdict(pods.replace("{matchLabels: {app: web}}", "{}") + admits, denied) == "proved"
    let_out = pods.replace("policyTypes: [Egress]}", "policyTypes: [Egress], egress: [{}]}")
    assert gates.verdict(let_out.replace("{matchLabels: {app: web}}", "{}"), denied) == "refuted"
    anyone = "deny: {to: data/db, ports: 5432}, world: existing"
    assert gates.verdict(pods + outside, anyone, "--assume", "ipblock-matches-pods=false") == "refuted"
    assert gates.verdict(pods + DB_ADMITS_NOBODY, anyone) == "proved"


def test_nobody_comes_in_to_an_address_outside(gates: Gates) -> None:
    """Who is outside gets to an address outside by no way of the cluster: nothing is asked of that."""
    closed = SHOP + WEB_MAY_NOT + DB_ADMITS_NOBODY.replace("[Ingress]", "[Egress]")
    result = gates.result(closed, "deny: {to: 203.0.113.0/24}, world: existing")
    assert (result["verdict"], result.get("also", [])) == ("proved", [])


def test_where_no_pod_exists_a_closed_service_is_vacuous_and_no_proof(gates: Gates) -> None:
    denied = "deny: {from: namespace bare, to: service data/db}"
    closed = SHOP + NO_PODS + SERVICE + DB_ADMITS_NOBODY
    assert gates.verdict(closed, denied) == "proved"
    assert gates.verdict(closed, f"{denied}, world: existing") == "vacuous"


def test_an_exception_for_pods_that_do_not_exist_leaves_nothing_aside_of_those_that_do(gates: Gates) -> None:
    denied = "deny: {from: namespace shop, to: service data/db}"
    flow = "from: pods app=ghost in namespace shop"
    assert excepted(gates, SHOP + SERVICE, denied, flow) == ("refuted", "used")
    assert excepted(gates, SHOP + SERVICE, f"{denied}, world: existing", flow) == ("refuted", "unused")


@pytest.mark.parametrize("to", ["namespace data", "service data/db"])
def test_a_denial_of_flows_that_are_all_excepted_holds_by_the_exception_and_is_not_about_nobody(
    gates: Gates, to: str
) -> None:
    denied = f"deny: {{from: namespace shop, to: {to}}}"
    assert excepted(gates, SHOP + SERVICE, denied, "from: any pod") == ("excepted", "used")
    assert excepted(gates, SHOP + SERVICE + DB_ADMITS_NOBODY, denied, "from: any pod") == ("proved", "unused")


def test_an_exception_to_a_promise_counts_in_the_world_of_its_assertion(gates: Gates) -> None:
    """Nobody is admitted; who does not exist is refused nothing."""
    promised = "allow: {from: internet, to: namespace data}"
    flow = "to: pods app=ghost in namespace data"
    closed = SHOP + SERVICE.replace("{selector", "{type: LoadBalancer, selector") + DB_ADMITS_NOBODY
    assert excepted(gates, closed, f"{promised}, world: possible", flow)[1] == "used"
    assert excepted(gates, closed, promised, flow)[1] == "unused"


def test_an_exception_for_the_pods_of_a_controller_is_none_for_clients_behind_it(gates: Gates) -> None:
    """An exception is about who asks. That policy sees the controller in the client's place leaves nobody aside."""
    denied = 'deny: {from: internet, to: "shop/api[Pod]"}'
    flow = 'from: namespace edge, to: "shop/api[Pod]"'
    assert excepted(gates, BY_CONTROLLER + CONTROLLER_BALANCER, denied, flow) == ("refuted", "unused")


def test_an_exception_for_a_port_of_pods_leaves_nothing_aside_of_a_service_that_leads_to_another(gates: Gates) -> None:
    """*The Service's port is its own*: 80 leads to 5432, and that pods are reached on 80 says nothing about it."""
    service = SERVICE.replace("{port: 5432}", "{port: 80, targetPort: 5432}")
    only_80 = DB_ADMITS_NOBODY.replace("[Ingress]}", "[Ingress], ingress: [{ports: [{port: 80}]}]}")
    denied = "deny: {from: namespace shop, to: service data/db}"
    flow = 'from: namespace shop, to: "data/db[Pod]", ports: 80'
    assert excepted(gates, SHOP + service + only_80, denied, flow) == ("proved", "unused")


def judged(assertion: str, verdict: Judgement) -> SimpleNamespace:
    return SimpleNamespace(assertion=SimpleNamespace(id=assertion), judgement=verdict, violations=())


def test_what_a_baseline_knows_is_gone_only_where_it_was_looked_for() -> None:
    """An assertion that is unknown, or that was not judged at all, does not say that a violation is no more."""
    baseline = Baseline("known.json", {"1": "proved", "2": "unknown", "3": "left-out"})
    results = [judged("proved", Judgement.PROVED), judged("unknown", Judgement.UNKNOWN)]
    use = baseline.use(results)  # type: ignore[arg-type]
    assert (use.known, use.gone, use.is_old) == (0, 1, False)
    assert Baseline("known.json", {}, version=2).use(results).is_old  # type: ignore[arg-type]
