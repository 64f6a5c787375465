"""NodeLocal DNSCache by its DaemonSet: a cache on each node answers, which no selector of a policy matches."""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.gates import Gates
from cases.manifest_texts import inventory_of
from netverify.answers.context import make_context
from netverify.answers.dns import DnsAccess, dns_access_of
from netverify.answers.settings import Settings
from netverify.model.behaviours import CNI_PROFILES
from netverify.model.cluster import WorkloadKey
from netverify.model.traffic import Protocol
from netverify.routes.options import RoutingOptions
from netverify.verify import Verifier

CLUSTER = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec:
  clusterIP: 10.96.0.10
  selector: {k8s-app: kube-dns}
  ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}]
---
apiVersion: v1
kind: Pod
metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: c, image: i}]}
"""
POLICY = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: egress, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [PEERS]}]}
"""
CACHE = """
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: NAME, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: LABEL}}
  template:
    metadata: {labels: {k8s-app: LABEL}}
    spec:
      hostNetwork: HOST
      containers: [{name: c, image: IMAGE, args: ARGS}]
"""
DNS_PODS = (
    "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, "
    "podSelector: {matchLabels: {k8s-app: kube-dns}}}"
)
LOCAL = "{ipBlock: {cidr: 169.254.20.10/32}}"
SERVICE_IP = "{ipBlock: {cidr: 10.96.0.10/32}}"
UPSTREAM = '[-localip, "__PILLAR__LOCAL__DNS__,__PILLAR__DNS__SERVER__", -conf, /etc/Corefile]'


def cache(*, name: str = "cache", label: str = "cache", image: str = "i", args: str = "[]", host: str = "true") -> str:
    words = {"NAME": name, "LABEL": label, "IMAGE": image, "ARGS": args, "HOST": host}
    text = CACHE
    for word, value in words.items():
        text = text.replace(word, value)
    return text


BY_LABEL = cache(label="node-local-dns")
BY_ADDRESS = cache(image="registry.k8s.io/dns/k8s-dns-node-cache:1.23.1", args='["-localip", "169.254.25.10"]')


def access(peers: str, more: str = BY_LABEL, **options: bool) -> DnsAccess:
    text = CLUSTER + POLICY.replace("PEERS", peers) + more
    settings = Settings(behaviours=CNI_PROFILES["calico"], cni="calico", routing=RoutingOptions(**options))
    return dns_access_of(make_context(inventory_of(text), settings), WorkloadKey("shop", "web", "Pod"))


@pytest.mark.parametrize(
    "daemon_set",
    [
        BY_LABEL,
        cache(name="node-local-dns"),
        cache(name="nodelocaldns"),
        cache(image="registry.k8s.io/dns/k8s-dns-node-cache:1.23.1"),
        cache(image="mirror.example/k8s-dns-node-cache@sha256:0123"),
        cache(args="[/node-cache, -localip, 169.254.20.10]"),
    ],
)
def test_policies_for_the_dns_pods_alone_block_every_query(daemon_set: str) -> None:
    """calico#3795, gardener#2745: egress to kube-dns pods does not admit 169.254.20.10, which is on the node."""
    assert access(DNS_PODS, "").over(Protocol.UDP) == "allowed"
    assert access(DNS_PODS, daemon_set).over(Protocol.UDP) == "blocked"
    assert access(LOCAL, daemon_set).over(Protocol.UDP) == "allowed"


def test_another_daemon_set_is_no_cache() -> None:
    assert (
        access(DNS_PODS, cache(name="dns-cache", image="example/node-cache-exporter")).over(Protocol.UDP) == "allowed"
    )


def test_the_address_is_that_of_localip() -> None:
    """nodelocaldns.yaml: `-localip 169.254.20.10,10.96.0.10`; an installer may choose another address."""
    assert access(LOCAL, BY_ADDRESS).over(Protocol.UDP) == "blocked"
    assert access("{ipBlock: {cidr: 169.254.25.10/32}}", BY_ADDRESS).over(Protocol.UDP) == "allowed"


@pytest.mark.parametrize("args", ['["-localip=169.254.20.10,10.96.0.10"]', UPSTREAM])
def test_in_iptables_mode_it_is_at_the_cluster_ip_too(args: str) -> None:
    """ "node-local-dns pods listen on both the kube-dns service IP as well as <node-local-address>"."""
    both = cache(label="node-local-dns", args=args)
    assert access(LOCAL, both).over(Protocol.UDP) == "depends"
    assert access(f"{LOCAL}, {SERVICE_IP}", both).over(Protocol.UDP) == "allowed"


def test_that_pods_ask_at_the_other_address_is_taken_as_given() -> None:
    (first, *_) = access(LOCAL).paths
    assert first.server.assumption.endswith("and not at 10.96.0.10, as in kube-proxy's iptables mode they may")
    assert "ipBlock: {cidr: 169.254.20.10/32}" in first.server.advice


def test_one_off_the_host_network_or_switched_off_changes_nothing() -> None:
    assert access(DNS_PODS, cache(label="node-local-dns", host="false")).over(Protocol.UDP) == "allowed"
    assert access(DNS_PODS, node_local_dns=False).over(Protocol.UDP) == "allowed"
    assert access(DNS_PODS, "", node_local_dns=True).over(Protocol.UDP) == "blocked"


def test_questions_about_the_service_say_that_the_cache_may_answer() -> None:
    text = CLUSTER + POLICY.replace("PEERS", DNS_PODS) + BY_LABEL
    found = netverify.read(texts={"m.yaml": text}).ask("can shop/web reach kube-dns.kube-system:53/udp")
    assert any("not to NodeLocal DNSCache (kube-system/cache[DaemonSet])" in line for line in found.assumptions)


def test_lint_tells_of_pods_that_only_a_plugin_with_an_exemption_lets_ask() -> None:
    def told(peers: str) -> list[str]:
        verifier = Verifier(inventory_of(CLUSTER + POLICY.replace("PEERS", peers) + BY_LABEL))
        return [one.help for one in verifier.findings(verifier.exposed()) if one.code == "NV607"]

    (advice,) = told(DNS_PODS)
    assert advice.startswith("admit egress to `ipBlock: {cidr: 169.254.20.10/32}` on 53")
    assert told(f"{DNS_PODS}, {LOCAL}") == []


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def test_dns_does_not_work_by_the_dns_pods_alone(gates: Gates) -> None:
    """It was proved."""
    text = CLUSTER + POLICY.replace("PEERS", DNS_PODS) + BY_LABEL
    works = "dns-works: namespace shop"
    assert gates.verdict(text.replace(BY_LABEL, ""), works) == "proved"
    assert gates.verdict(text, works) == "refuted"
    (line,) = gates.violations(text, works, "--cni", "calico")
    assert "admit egress to `ipBlock: {cidr: 169.254.20.10/32}` on 53" in line
    assert gates.verdict(text, works, more="node-local-dns: false") == "proved"
    assert gates.verdict(CLUSTER + POLICY.replace("PEERS", LOCAL) + BY_LABEL, works, "--cni", "calico") == "proved"


def test_a_cache_that_is_not_on_every_node_answers_no_pod() -> None:
    """A Deployment with that name has pods on some nodes; pods ask those of the Service of the DNS."""
    assert access(DNS_PODS, BY_LABEL.replace("DaemonSet", "Deployment")).over(Protocol.UDP) == "allowed"
