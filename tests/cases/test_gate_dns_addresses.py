"""`dns-works` and `resolve` where a policy speaks of addresses, and that of a pod that answers DNS is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates
from cases.manifest_texts import inventory_of
from netverify.answers.context import make_context
from netverify.answers.dns import dns_access_of, with_exceptions
from netverify.answers.settings import Settings
from netverify.model.cluster import WorkloadKey
from netverify.model.traffic import Protocol

BASE = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: a, labels: {app: client}}
spec: {containers: [{name: c, image: i}]}
"""
CORE = """---
apiVersion: v1
kind: Pod
metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: c, image: coredns}]}
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}]}
"""
DENY = """---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: p1}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {matchLabels: {team: a}}}
  egress: [{action: Deny, to: [{networks: [%s]}]}]
"""
DENY_PODS = DENY % "10.244.0.0/16"
DENY_IPV4 = DENY % "0.0.0.0/0"
ONLY_IPV6 = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: e, namespace: a}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "::/0"}}]}]}
"""
OTHERS = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: others, namespace: kube-system}
spec: {podSelector: {matchLabels: {app: other}}, policyTypes: [Ingress]}
"""
WORKS = "dns-works: namespace a"


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize("core", [CORE, ""], ids=["with its pod", "not in the manifests"])
@pytest.mark.parametrize(
    ("policy", "flags"),
    [(DENY_PODS, ()), (DENY_IPV4, ()), (ONLY_IPV6, ("--cni", "calico"))],
    ids=["a range of pods", "all of IPv4", "IPv6 alone"],
)
def test_an_address_that_the_dns_may_have_and_policy_refuses_is_no_proof(
    gates: Gates, policy: str, core: str, flags: tuple[str, ...]
) -> None:
    assert gates.verdict(BASE + policy + core, WORKS, *flags) == "refuted"


@pytest.mark.parametrize("core", [CORE, ""], ids=["with its pod", "not in the manifests"])
def test_a_range_without_any_pod_refuses_no_query(gates: Gates, core: str) -> None:
    flags = ("--assume", "pod-cidr=10.245.0.0/16")
    assert gates.verdict(BASE + DENY_PODS + core, WORKS, *flags) == "proved"


def test_a_pod_that_is_known_to_be_elsewhere_may_be_asked(gates: Gates) -> None:
    core = CORE.replace("image: coredns}]}\n", "image: coredns}]}\nstatus: {podIP: 10.1.0.5}\n")
    assert gates.verdict(BASE + DENY_PODS + core, WORKS) == "proved"


def test_the_dns_on_the_host_network_may_have_any_address_as_well(gates: Gates) -> None:
    core = CORE.replace("spec: {containers", "spec: {hostNetwork: true, containers")
    assert gates.verdict(BASE + DENY_PODS + core, WORKS) != "proved"


def test_the_cache_on_the_node_is_at_an_address_that_is_known(gates: Gates) -> None:
    known = ("--node-local-dns", "--assume", "ipblock-matches-pods=true")
    assert gates.verdict(BASE + DENY_PODS, WORKS, *known) == "proved"
    assert gates.verdict(BASE + DENY % "169.254.20.0/24", WORKS, *known) != "proved"


def test_pods_that_the_manifests_do_not_hold_have_no_other_labels(gates: Gates) -> None:
    assert gates.verdict(BASE + OTHERS, WORKS) == "proved"


@pytest.mark.parametrize(
    ("policy", "needs"),
    [
        (DENY_PODS, "the pod that answers has no address such as 10.244."),
        (DENY_IPV4, "the pod that answers has an IPv6 address"),
    ],
)
def test_a_query_that_an_address_stops_is_allowed_on_conditions(policy: str, needs: str) -> None:
    context = make_context(inventory_of(BASE + policy + CORE), Settings())
    found = with_exceptions(dns_access_of(context, WorkloadKey("a", "client", "Pod")), context)
    assert found.over(Protocol.UDP).value == "depends"
    (path,) = found.paths
    assert any(one.startswith(needs) for one in path.needs), path.needs
