"""`allow`: every port leads to a pod, every pod gets through to every endpoint, from outside every client does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: buyer, namespace: shop, labels: {app: buyer}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: shop, labels: {app: till, number: "1"}}
spec:
  containers:
  - {name: c, image: c, ports: [{containerPort: 8080, name: http}, {containerPort: 8443, name: https}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two, namespace: shop, labels: {app: till, number: "2"}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 8080, name: http}]}]}
---
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: till, namespace: shop}}
spec:
  selector: {{app: till}}
  ports: [{{name: a, port: 80, targetPort: http}}, {{name: b, port: 443, targetPort: {}}}]
---
"""
HEADLESS = """
apiVersion: v1
kind: Service
metadata: {name: heads, namespace: shop}
spec: {clusterIP: None, selector: {app: till}, ports: [{name: a, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {selector: {app: nobody}, ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 443}]}
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec: {type: ExternalName, externalName: till.shop.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: gone, namespace: shop}
spec: {type: ExternalName, externalName: gone.shop.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: shop}
spec: {ports: [{name: a, port: 80}, {name: b, port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: bare-1, namespace: shop, labels: {kubernetes.io/service-name: bare}}
addressType: IPv4
endpoints: [{addresses: [192.0.2.7]}]
ports: [{name: a, port: 80}]
---
"""
DENIED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: denied, namespace: shop}
spec: {podSelector: {matchLabels: {number: "2"}}, policyTypes: [Ingress]}
---
"""


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def test_a_port_of_a_service_that_leads_nowhere_is_refuted_with_the_others_and_alone(gates: Gates) -> None:
    """ "The 'name' … of the target port": a pod without a port of that name is no endpoint."""
    listed = {ports: f"allow: {{from: shop/buyer, to: service shop/till{ports}}}" for ports in ("", ", ports: 443")}
    for assertion in listed.values():
        (text,) = gates.violations(SHOP + SERVICE.format("htps"), assertion)
        on = " on 443 (b)" if not assertion.endswith("443}") else ""
        assert text.startswith(f"shop/buyer[Pod] cannot reach service shop/till{on}:"), text
        assert text.endswith("no pod behind it has a port named htps")
        assert gates.verdict(SHOP + SERVICE.format("https"), assertion) == "proved"


def test_an_exception_for_the_port_that_leads_nowhere_leaves_the_other(gates: Gates) -> None:
    exception = (
        "exceptions: [{id: e, assertions: [it], reason: r, owner: o, expires: 2999-01-01,"
        " flows: [{to: service shop/till, ports: 443}]}]"
    )
    assertion = "allow: {from: shop/buyer, to: service shop/till}"
    assert gates.verdict(SHOP + SERVICE.format("htps"), assertion, more=exception) == "excepted"


def test_a_service_of_which_one_endpoint_is_denied_is_not_reached(gates: Gates) -> None:
    assertion = "allow: {from: shop/buyer, to: service shop/till, ports: 80}"
    assert gates.violations(SHOP + SERVICE.format("https") + DENIED, assertion) == [
        "shop/buyer[Pod] cannot reach service shop/till: no connection to shop/two[Pod]:8080"
    ]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("service shop/heads", "proved"),
        ("service shop/heads, ports: [8080, nosuch]", "vacuous"),
        ("service shop/nobody", "vacuous"),
        ("service shop/nobody, ports: 443", "vacuous"),
        ("service shop/alias", "refuted"),
        ("service shop/alias, ports: 80", "proved"),
        ("service shop/gone", "refuted"),
        ("service shop/bare, ports: 80", "proved"),
        ("service shop/bare", "unknown"),
        ("shop/one, ports: [http, https]", "proved"),
        ("shop/one, ports: [http, htps]", "vacuous"),
    ],
)
def test_a_name_or_a_port_that_leads_nowhere_is_never_proved(gates: Gates, to: str, expected: str) -> None:
    assertion = f"allow: {{from: shop/buyer, to: {to}}}"
    assert gates.verdict(SHOP + SERVICE.format("htps") + HEADLESS, assertion) == expected


BALANCED = """
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  loadBalancerSourceRanges: [192.0.2.0/24]
  selector: {number: "1"}
  ports: [{port: 80, targetPort: 8080}]
---
"""
NODE_PORT = BALANCED.replace("LoadBalancer", "NodePort").replace("  loadBalancerSourceRanges: [192.0.2.0/24]\n", "")
BY_NODES = BALANCED.replace("Local", "Cluster")


def test_from_outside_every_client_gets_to_every_pod_on_every_port(gates: Gates) -> None:
    """ "If specified …, traffic … load-balancer will be restricted to the specified client IPs"."""
    expected = {
        "allow: {from: 192.0.2.9, to: service shop/front}": "proved",
        "allow: {from: 192.0.0.0/16, to: service shop/front}": "refuted",
        "allow: {from: internet, to: service shop/front}": "refuted",
        "allow: {from: 192.0.2.9, to: shop/one, ports: 8080}": "proved",
        "allow: {from: 192.0.2.9, to: shop/one, ports: [8080, 8443]}": "refuted",
        "allow: {from: 192.0.2.9, to: shop/one}": "refuted",
        "allow: {from: 192.0.2.9, to: namespace shop, ports: 8080}": "refuted",
        "allow: {from: [192.0.2.9, shop/buyer], to: shop/one, ports: 8080}": "proved",
    }
    results = gates.results(SHOP + BALANCED, list(expected))
    assert {text: one["verdict"] for text, one in results.items()} == expected


APPLICATION_BALANCER = """
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {number: "1"}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: front
  namespace: shop
  annotations: {alb.ingress.kubernetes.io/target-type: ip, alb.ingress.kubernetes.io/inbound-cidrs: 192.0.2.0/24}
spec: {ingressClassName: alb, defaultBackend: {service: {name: front, port: {number: 80}}}}
---
"""


def test_a_load_balancer_that_connects_to_pods_itself_serves_no_client_outside_its_inbound_cidrs(gates: Gates) -> None:
    """ "inbound-cidrs specifies the CIDRs that are allowed to access LoadBalancer"."""
    expected = {
        "allow: {from: 192.0.2.9, to: service shop/front}": "proved",
        "allow: {from: 198.51.100.9, to: service shop/front}": "refuted",
        "allow: {from: internet, to: service shop/front}": "refuted",
    }
    results = gates.results(SHOP + APPLICATION_BALANCER, list(expected))
    assert {text: one["verdict"] for text, one in results.items()} == expected


def test_a_condition_outside_the_manifests_proves_no_way_in(gates: Gates) -> None:
    assertion = "allow: {from: 192.0.2.9, to: service shop/front}"
    (text,) = gates.violations(SHOP + NODE_PORT, assertion)
    assert text.startswith("192.0.2.9 can reach shop/one[Pod]:8080 by way of NodePort of Service shop/front")
    assert text.endswith("only where clients can reach the addresses of nodes")


def test_that_the_own_node_of_a_pod_may_reach_it_proves_no_way_in(gates: Gates) -> None:
    """A17: only "traffic to and from the node where a Pod is running is always allowed", not from other nodes."""
    closed = DENIED.replace('number: "2"', 'number: "1"')
    assertion = "allow: {from: 192.0.2.9, to: service shop/front}"
    assert gates.verdict(SHOP + BY_NODES, assertion) == "proved"
    assert gates.verdict(SHOP + BY_NODES + closed, assertion) == "refuted"


def test_a_pod_at_an_address_has_to_get_through_as_well(gates: Gates) -> None:
    known = SHOP.replace("name: c, image: c}]}\n---", "name: c, image: c}]}\nstatus: {podIP: 192.0.2.9}\n---", 1)
    closed = DENIED.replace('number: "2"', "app: buyer").replace("Ingress", "Egress")
    assertion = "allow: {from: 192.0.2.9, to: shop/one, ports: 8080}"
    assert gates.verdict(known + BALANCED, assertion) == "proved"
    assert gates.verdict(known + BALANCED + closed, assertion) == "refuted"


FOR_PODS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: for-pods, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{namespaceSelector: {}}]}]
  egress: [{to: [{namespaceSelector: {}}]}]
---
"""


def test_an_end_that_is_not_said_means_every_pod_and_no_address_outside(gates: Gates) -> None:
    """`docs/check.md`: without `from` or `to` an `allow` is about any pod."""
    expected = {
        "allow: {to: shop/one, ports: 8080}": "proved",
        "allow: {from: shop/buyer, ports: 8080}": "proved",
        "allow: {from: internet, to: shop/one, ports: 8080}": "refuted",
    }
    results = gates.results(SHOP + FOR_PODS, list(expected))
    assert {text: one["verdict"] for text, one in results.items()} == expected


def test_a_baseline_of_a_port_by_name_that_one_direction_refuses_does_not_hide_that_another_does(gates: Gates) -> None:
    """Who mends the one policy finds the other: that is another violation than the one that was known."""
    assertion = "allow: {from: shop/buyer, to: shop/two, ports: http}"
    egress = (
        DENIED.replace("name: denied", "name: out").replace('number: "2"', "app: buyer").replace("Ingress", "Egress")
    )
    gates.verdict(SHOP + DENIED, assertion, "--write-baseline", "known.json")
    assert gates.verdict(SHOP + DENIED, assertion, "--baseline", "known.json") == "baselined"
    assert gates.verdict(SHOP + DENIED + egress, assertion, "--baseline", "known.json") == "refuted"


def test_a_promise_about_nobody_is_none_whatever_is_left_aside(gates: Gates) -> None:
    """An exception takes flows away; where there were none, that is not why."""
    flows = "flows: [{to: service shop/WHAT}]"
    aside = f"exceptions: [{{id: e, assertions: [it], reason: r, owner: o, expires: 2999-01-01, {flows}}}]"
    nobody = "allow: {from: shop/buyer, to: service shop/nobody}"
    assert gates.verdict(SHOP + HEADLESS, nobody, more=aside.replace("WHAT", "nobody")) == "vacuous"
    nosuch = "allow: {from: shop/buyer, to: service shop/heads, ports: nosuch}"
    assert gates.verdict(SHOP + HEADLESS, nosuch, more=aside.replace("WHAT", "heads")) == "vacuous"
    refused = "allow: {from: shop/buyer, to: service shop/till, ports: 80}"
    assert (
        gates.verdict(SHOP + SERVICE.format("https") + DENIED, refused, more=aside.replace("WHAT", "till"))
        == "excepted"
    )
