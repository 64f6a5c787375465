"""Whether policy lets a pod ask the DNS of the cluster: the pitfalls of rules for DNS, one case each."""

from __future__ import annotations

import pytest

from cases.manifest_texts import inventory_of, pod
from netverify.answers.context import make_context
from netverify.answers.dns import DnsAccess, dns_access_of
from netverify.answers.settings import Settings
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import WorkloadKey
from netverify.model.traffic import Protocol
from netverify.routes.options import RoutingOptions

KUBE_SYSTEM = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}"
NODE_RULE = "[{to: [{ipBlock: {cidr: 169.254.20.10/32}}]}]"
USUAL_RULE = f"[{{to: [{KUBE_SYSTEM}, podSelector: {{matchLabels: {{k8s-app: kube-dns}}}}}}]}}]"


def dns(namespace: str, service: str, port: int, app: str = "dns") -> str:
    """The DNS of a cluster: a Service with the ports 53, and a pod that listens on ``port``."""
    return (
        f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {service}, namespace: {namespace}}}\n"
        f"spec: {{selector: {{app: {app}}}, ports: [{{name: dns, port: 53, protocol: UDP, targetPort: dns}}, "
        "{name: dns-tcp, port: 53, targetPort: dns-tcp}]}\n"
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: dns, namespace: {namespace}, labels: {{app: {app}}}}}\n"
        f"spec: {{containers: [{{name: c, image: i, ports: [{{name: dns, containerPort: {port}, protocol: UDP}}, "
        f"{{name: dns-tcp, containerPort: {port}}}]}}]}}\n"
    )


def access(egress: str, others: str = "", **settings: object) -> DnsAccess:
    policy = (
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
        f"spec: {{podSelector: {{}}, policyTypes: [Egress], egress: {egress}}}\n"
    )
    context = make_context(inventory_of(pod() + policy + others), Settings(**settings))
    return dns_access_of(context, WorkloadKey("shop", "web", "Pod"))


def verdicts(found: DnsAccess) -> tuple[str, str]:
    return found.over(Protocol.UDP).value, found.over(Protocol.TCP).value


def test_egress_without_a_rule_for_dns_blocks_every_lookup() -> None:
    found = access("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]")
    assert verdicts(found) == ("blocked", "blocked")
    assert found.is_blocked
    assert [str(reason.policy) for reason in found.because] == ["NetworkPolicy shop/p"]


def test_a_port_without_a_protocol_is_tcp_so_lookups_are_blocked() -> None:
    assert verdicts(access("[{ports: [{port: 53}]}]")) == ("blocked", "allowed")


def test_udp_alone_lets_short_answers_through() -> None:
    found = access("[{ports: [{port: 53, protocol: UDP}]}]")
    assert verdicts(found) == ("allowed", "blocked")
    assert not found.is_blocked


@pytest.mark.parametrize(
    ("others", "port", "expected"),
    [
        (dns("kube-system", "kube-dns", 53), 53, "allowed"),
        (dns("openshift-dns", "dns-default", 5353), 53, "blocked"),
        (dns("openshift-dns", "dns-default", 5353), 5353, "allowed"),
        (dns("kube-system", "kube-dns", 8053), 53, "blocked"),
        (dns("kube-system", "rke2-coredns-rke2-coredns", 53), 53, "allowed"),
    ],
)
def test_policy_sees_the_port_of_the_pods_that_answer(others: str, port: int, expected: str) -> None:
    assert access(f"[{{ports: [{{port: {port}, protocol: UDP}}]}}]", others).over(Protocol.UDP) == expected


def test_ports_by_name_depend_on_the_plugin() -> None:
    rule = "[{ports: [{port: dns, protocol: UDP}]}]"
    assert access(rule).over(Protocol.UDP) == "depends"
    assert (
        access(rule, cni="calico", behaviours={Behaviour.NAMED_PORTS_SUPPORTED: True}).over(Protocol.UDP) == "allowed"
    )


def test_ingress_to_the_pods_that_answer_counts() -> None:
    closed = (
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: kube-system}\n"
        "spec: {podSelector: {}}\n"
    )
    found = access("[{}]", dns("kube-system", "kube-dns", 53) + closed)
    assert found.is_blocked
    assert [str(reason.policy) for reason in found.because] == ["NetworkPolicy kube-system/closed"]


def test_without_the_dns_of_the_cluster_what_most_clusters_have_is_an_assumption() -> None:
    found = access(USUAL_RULE)
    assert verdicts(found) == ("allowed", "allowed")
    assert all(path.server.assumption for path in found.paths)
    assert not any(path.server.assumption for path in access("[{}]", dns("kube-system", "kube-dns", 53)).paths)


def test_a_label_that_kube_system_may_not_have_is_a_condition() -> None:
    found = access("[{to: [{namespaceSelector: {matchLabels: {name: kube-system}}}]}]")
    assert found.over(Protocol.UDP) == "depends"
    assert found.paths[0].needs == ("namespace kube-system has labels name=kube-system",)


def test_with_a_cache_on_the_node_a_rule_for_pods_lets_nothing_through_by_itself() -> None:
    """The query ends on the pod's own node. Whether a pod always reaches that is up to the plugin."""
    local = RoutingOptions(node_local_dns=True)
    closed = {Behaviour.POD_TO_LOCAL_NODE_ALLOWED: False, Behaviour.IPBLOCK_MATCHES_NODES: True}
    closed[Behaviour.HOST_NETWORK_POLICED] = False
    assert access(USUAL_RULE, routing=local, behaviours=closed).is_blocked
    assert verdicts(access(NODE_RULE, routing=local, behaviours=closed)) == ("allowed", "allowed")
    assert access(USUAL_RULE, routing=local).over(Protocol.UDP) == "depends"


def test_a_service_without_a_port_for_it_is_nobody_and_no_proof() -> None:
    nobody = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: kube-dns, namespace: kube-system}\n"
        "spec: {selector: {app: dns}, ports: [{port: 53}]}\n"
    )
    found = access("[]", nobody)
    assert verdicts(found) == ("nobody", "blocked")
    assert not found.is_blocked


@pytest.mark.parametrize(
    ("told", "expected", "needs"),
    [
        ("", "depends", "the pod that answers has an address such as 10.244."),
        ("\nstatus: {podIP: 10.244.0.7}", "allowed", ""),
    ],
    ids=["any address", "a known one"],
)
def test_a_rule_for_addresses_of_pods_depends_on_the_address_that_the_pod_has(
    told: str, expected: str, needs: str
) -> None:
    server = dns("kube-system", "kube-dns", 53).rstrip("\n") + f"{told}\n"
    matched = {Behaviour.IPBLOCK_MATCHES_PODS: True}
    found = access("[{to: [{ipBlock: {cidr: 10.244.0.0/16}}]}]", server, behaviours=matched)
    assert found.over(Protocol.UDP) == expected
    assert [one[: len(needs)] for one in found.paths[0].needs] == ([needs] if needs else [])


@pytest.mark.parametrize(
    ("namespaces", "port"), [(["openshift-dns"], 5353), (["kube-system"], 53), (["openshift-dns", "kube-system"], 53)]
)
def test_the_usual_dns_is_that_of_openshift_where_nothing_speaks_of_that_of_others(
    namespaces: list[str], port: int
) -> None:
    known = "".join(f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n" for name in namespaces)
    for one in (53, 5353):
        expected = "allowed" if one == port else "blocked"
        assert access(f"[{{ports: [{{port: {one}, protocol: UDP}}]}}]", known).over(Protocol.UDP) == expected


@pytest.mark.parametrize(("label", "expected"), [("kube-dns", "blocked"), ("exporter", "allowed")])
def test_a_service_of_another_name_is_the_dns_iff_it_selects_its_pods(label: str, expected: str) -> None:
    """A Service in kube-system with a port 53 may be anybody's; `k8s-app: kube-dns` is what the DNS is known by."""
    other = dns("kube-system", "other", 5353).replace("app: dns", f"k8s-app: {label}")
    assert access("[{ports: [{port: 53, protocol: UDP}]}]", other).over(Protocol.UDP) == expected
