"""Approvals and exceptions leave aside what they certainly name, and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gate, Gates

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: lab}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: bench, namespace: lab, labels: {app: bench}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: c, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: c, ports: [{containerPort: 5432}]}]}
---
"""
SERVICES = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: away, namespace: shop}
spec: {type: ExternalName, externalName: db.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: also, namespace: shop}
spec: {type: ExternalName, externalName: web.shop.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: listed, namespace: shop}
spec: {ports: [{name: api, port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: listed, namespace: shop, labels: {kubernetes.io/service-name: listed}}
addressType: IPv4
ports: [{name: api, protocol: TCP}]
endpoints: [{addresses: [203.0.113.9]}]
---
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {selector: {app: nobody}, ports: [{port: 80, targetPort: 8080}]}
---
"""


def out(*rules: str) -> str:
    """A policy that lets pods of namespace lab out by ``rules`` alone."""
    listed = ", ".join(rules)
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: out, namespace: lab}}
spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{listed}]}}
---
"""


ANYWHERE = out("{to: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}]}")
TO_SHOP = out("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}")
TO_WEB = out(
    "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, "
    "podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}"
)
ZONES = "zones:\n  partner: {any: [192.0.2.0/24, db.example.com]}\n"
NO_NODES = ("--assume", "pod-to-local-node-allowed=false", "--assume", "ipblock-matches-pods=false")


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def left_aside(gates: Gates, end: str, *, by: str = "approval", ports: str = "", manifests: str = ANYWHERE) -> Gate:
    """A run in which ``end`` is approved, or excepted, as what pods of namespace lab reach."""
    flow = f"{{to: {end}{f', ports: [{ports}]' if ports else ''}}}"
    Path("manifests.yaml").write_text(CLUSTER + SERVICES + manifests)
    if by == "approval":
        intent = f"{ZONES}assertions:\n- id: it\n  only:\n    from: namespace lab\n    flows:\n    - {flow}\n"
    else:
        intent = (
            f"{ZONES}assertions:\n- {{id: it, deny: {{from: namespace lab, to: internet}}}}\nexceptions:\n- id: e\n"
            f"  assertions: [it]\n  reason: r\n  owner: o\n  expires: 2999-01-01\n  flows:\n  - {flow}\n"
        )
    Path("netverify.yaml").write_text(intent)
    return gates.run("-f", "manifests.yaml", *NO_NODES)


NOWHERE_KNOWN = {
    "api.example.com": "it is outside the cluster, and nothing says at which address",
    "db.example.com.": "it is outside the cluster, and nothing says at which address",
    "partner": "it is outside the cluster, and nothing says at which address",
    "service shop/away": "it is outside the cluster, and nothing says at which address",
    "kubernetes.default.svc": "nothing says where the API server listens",
    "db-0.db.shop.svc.cluster.local": "it is one endpoint of Service shop/db, and policy cannot distinguish it from",
    "service shop/listed": "an EndpointSlice of Service shop/listed gives no number of its port",
}


@pytest.mark.parametrize("by", ["approval", "exception"])
@pytest.mark.parametrize("end", NOWHERE_KNOWN)
def test_what_may_be_more_than_it_names_is_not_left_aside(gates: Gates, end: str, by: str) -> None:
    """A name outside would leave aside every address outside, as nothing says which one is its own."""
    gate = left_aside(gates, end, by=by)
    assert gate.status == 2
    assert f"error[NV722]: `{end}` cannot be excepted by itself: {NOWHERE_KNOWN[end]}" in gate.err
    line = 8 if by == "approval" else 12
    assert f"netverify.yaml:{line}:" in gate.err


def test_a_port_makes_a_name_outside_no_more_certain(gates: Gates) -> None:
    gate = left_aside(gates, "api.example.com", ports="443")
    assert gate.status == 2
    assert "--> netverify.yaml:8:12" in gate.err
    assert "help: write its addresses, as CIDRs" in gate.err


def test_addresses_of_the_name_are_approved_and_no_others(gates: Gates) -> None:
    few = out("{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}")
    assert left_aside(gates, "203.0.113.0/24", manifests=few).status == 0
    assert left_aside(gates, "203.0.113.0/25", manifests=few).status == 1


def test_the_api_server_is_approved_where_it_is_known(gates: Gates) -> None:
    few = out("{to: [{ipBlock: {cidr: 192.0.2.10/32}}], ports: [{port: 6443}]}")
    told = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: kubernetes, namespace: default}\nsubsets:\n"
    told += "- {addresses: [{ip: 192.0.2.10}], ports: [{name: https, port: 6443}]}\n---\n"
    assert left_aside(gates, "kubernetes.default.svc", manifests=few + told).status == 0
    assert left_aside(gates, "kubernetes.default.svc", manifests=few.replace(".10/", ".11/") + told).status == 1


def test_an_alias_of_a_service_approves_what_the_service_leads_to(gates: Gates) -> None:
    assert left_aside(gates, "service shop/also", ports="80", manifests=TO_WEB).status == 0
    assert left_aside(gates, "service shop/also", ports="80", manifests=TO_SHOP).status == 1


@pytest.mark.parametrize("block", ["0.0.0.0/0", "10.96.0.0/16", "10.96.7.6/31"])
def test_a_block_of_addresses_approves_no_pods_of_services_in_it(gates: Gates, block: str) -> None:
    """Who approves a block means addresses: a pod behind a cluster IP in it can be reached without that, too."""
    assert left_aside(gates, block, manifests=TO_WEB).status == 1
    assert left_aside(gates, "10.96.7.7", manifests=TO_WEB).status == 0


def test_a_service_without_pods_approves_those_that_it_would_select(gates: Gates) -> None:
    assert left_aside(gates, "service shop/nobody", manifests=TO_SHOP).status == 1


def test_an_exception_for_a_name_outside_hides_no_address(gates: Gates) -> None:
    Path("manifests.yaml").write_text(CLUSTER + SERVICES + ANYWHERE)
    ignored = "exceptions:\n- {id: e, assertions: [it], reason: r, owner: o, expires: 2999-01-01,\n"
    ignored += "   flows: [{from: namespace lab, to: api.example.com}]}\n"
    Path("netverify.yaml").write_text(
        f"assertions: [{{id: it, deny: {{from: namespace lab, to: internet}}}}]\n{ignored}"
    )
    gate = gates.run("-f", "manifests.yaml")
    assert gate.status == 2
    assert "--> netverify.yaml:4:38" in gate.err


KNOWN_PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: lab}
---
apiVersion: v1
kind: Pod
metadata: {name: bench, namespace: lab, labels: {app: bench}}
spec: {containers: [{name: c, image: c}]}
status: {podIP: 192.0.2.7}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: lab, labels: {app: other}}
spec: {containers: [{name: c, image: c}]}
status: {podIP: 192.0.2.8}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: in, namespace: lab}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
---
"""


@pytest.mark.parametrize(
    ("end", "verdict", "state"),
    [
        ("192.0.2.7/32", "excepted", "used"),
        ("192.0.2.6/31", "excepted", "used"),
        ("192.0.2.8/32", "refuted", "unused"),
        ("192.0.2.0/24", "refuted", "used"),
    ],
)
def test_an_exception_for_a_pod_covers_the_pod_where_its_address_is_meant(
    gates: Gates, end: str, verdict: str, state: str
) -> None:
    """A block of addresses means the pods in it, too, and these are the same pods that a sentence names."""
    Path("manifests.yaml").write_text(KNOWN_PODS)
    Path("netverify.yaml").write_text(
        f"assertions:\n- {{id: it, deny: {{from: {end}, to: namespace lab}}}}\nexceptions:\n- id: e\n"
        "  assertions: [it]\n  reason: r\n  owner: o\n  expires: 2999-01-01\n"
        "  flows: [{from: lab/bench}]\n"
    )
    gate = gates.run("-f", "manifests.yaml", "-o", "json", *NO_NODES[:2])
    assert gate.verdicts == {"it": verdict}
    assert [one["state"] for one in gate.report["exceptions"]] == [state]


def test_what_existing_pods_reach_of_a_zone_without_pods_is_about_somebody(gates: Gates) -> None:
    """Pods of ``lab`` may reach the addresses of the zone; that no way in leads to addresses is nothing to say."""
    zone = "zones:\n  away: {cidrs: [203.0.113.0/24], any: pods app=gone in namespace lab}\n"
    assertion = "only: {to: away, flows: []}, world: existing"
    closed = out()
    assert gates.verdict(KNOWN_PODS + closed, assertion, *NO_NODES[:2], more=zone) == "proved"
    assert gates.verdict(KNOWN_PODS, assertion, *NO_NODES[:2], more=zone) == "refuted"
