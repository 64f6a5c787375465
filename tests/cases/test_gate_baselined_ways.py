"""A baseline knows a way in by the rules that let somebody use it: a further rule on the same way is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates
from cases.pods_by_ways import BY_CONTROLLER, CLUSTER, CONTROLLER_BALANCER, LOCAL, START
from netverify.gate.outcome import fingerprint
from netverify.routes.load_balancers import NODES_REACHED

ONE = "{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 8080}]}"
ANOTHER = "{from: [{ipBlock: {cidr: 192.168.0.0/16}}], ports: [{port: 8080}]}"
KNOCK = "{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}"
ANOTHER_KNOCK = "{to: [{ipBlock: {cidr: 192.168.0.0/16}}]}"
FIXED_OF_NODES = ("--assume", "ipblock-matches-pods=false", "--assume", "ipblock-matches-nodes=true")
FROM_PODS = 'deny: {from: other/client, to: "shop/api[Pod]"}, world: existing'
FROM_OUTSIDE = 'deny: {from: internet, to: "shop/api[Pod]"}'


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def ingress(*rules: str) -> str:
    """A policy that lets into shop what ``rules`` say."""
    return _policy("shop", "Ingress", f"ingress: [{', '.join(rules)}]")


def egress(*rules: str) -> str:
    """A policy that lets pods of namespace other out by ``rules``."""
    return _policy("other", "Egress", f"egress: [{', '.join(rules)}]")


def _policy(namespace: str, direction: str, rules: str) -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {direction.lower()}, namespace: {namespace}}}
spec: {{podSelector: {{}}, policyTypes: [{direction}], {rules}}}
---
"""


def verdicts(gates: Gates, assertion: str, before: str, after: str, *arguments: str) -> tuple[str, str, str]:
    """The verdict on ``before``, and on it and ``after`` with what was wrong then as the baseline."""
    first = gates.verdict(before, assertion, *arguments)
    gates.run("-f", "manifests.yaml", "--write-baseline", "known.json", *arguments)
    known = ("--baseline", "known.json", *arguments)
    return first, gates.verdict(before, assertion, *known), gates.verdict(after, assertion, *known)


NODES = START + CLUSTER
BALANCED = BY_CONTROLLER + CONTROLLER_BALANCER
CHANGES = {
    "a rule for nodes": (NODES + ingress(ONE), NODES + ingress(ONE, ANOTHER)),
    "a rule to knock": (NODES + ingress(ONE) + egress(KNOCK), NODES + ingress(ONE) + egress(KNOCK, ANOTHER_KNOCK)),
    "a rule to the balancer": (BALANCED + egress(KNOCK), BALANCED + egress(KNOCK, ANOTHER_KNOCK)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_further_rule_on_a_way_in_that_pods_use_is_new(gates: Gates, change: str) -> None:
    assert verdicts(gates, FROM_PODS, *CHANGES[change], *FIXED_OF_NODES) == ("refuted", "baselined", "refuted")


def test_a_further_rule_on_a_way_in_from_outside_is_new(gates: Gates) -> None:
    both = (ingress(ONE), ingress(ONE, ANOTHER))
    first, known, later = verdicts(gates, FROM_OUTSIDE, *(NODES + rules for rules in both), *FIXED_OF_NODES)
    assert (first, known, later) == ("refuted", "baselined", "refuted")


def balanced(*ranges: str) -> str:
    """Pods behind a load balancer that lets in clients at ``ranges``."""
    only = f"loadBalancerSourceRanges: [{', '.join(ranges)}], " if ranges else ""
    return NODES.replace("spec: {type: NodePort, ", f"spec: {{type: LoadBalancer, {only}")


SOME = ("8.8.8.0/24", "9.9.9.0/24")
RANGES = {
    "others": (balanced("7.7.7.0/24"), "refuted"),
    "everybody": (balanced("0.0.0.0/0"), "refuted"),
    "no ranges": (balanced(), "refuted"),
    "another order": (balanced(*reversed(SOME)), "baselined"),
}


@pytest.mark.parametrize("after", RANGES)
def test_other_clients_of_a_load_balancer_are_new(gates: Gates, after: str) -> None:
    """LoadBalancer Services: "traffic through the cloud-provider load-balancer will be restricted to the specified
    client IPs"; a cloud that ignores the field was known to let in everybody already.
    """
    manifests, verdict = RANGES[after]
    opened = (balanced(*SOME) + ingress("{}"), manifests + ingress("{}"))
    assert verdicts(gates, FROM_OUTSIDE, *opened, *FIXED_OF_NODES) == ("refuted", "baselined", verdict)


def test_the_order_of_rules_and_their_names_are_not_new(gates: Gates) -> None:
    old = NODES + ingress(ONE, ANOTHER)
    new = NODES + ingress(ANOTHER, ONE).replace("name: ingress", "name: renamed")
    assert verdicts(gates, FROM_PODS, old, new, *FIXED_OF_NODES) == ("refuted", "baselined", "baselined")


def test_under_local_only_pods_that_policy_admits_behind_the_node_come_by_it(gates: Gates) -> None:
    """The node keeps the client, so that whoever knocks has to be whom the pod behind admits."""
    more = """
apiVersion: v1
kind: Namespace
metadata: {name: third}
---
apiVersion: v1
kind: Pod
metadata: {name: caller, namespace: third, labels: {app: caller}}
spec: {containers: [{name: c, image: i}]}
---
"""
    third = "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: third}}}], ports: [{port: 8080}]}"
    cluster = START + more + LOCAL + ingress(third)
    texts = gates.violations(cluster, 'deny: {from: any pod, to: "shop/api[Pod]"}, world: existing', *FIXED_OF_NODES)
    assert [text.partition(" (")[0] for text in texts] == [
        "namespace third can reach namespace shop on TCP 8080",
        "namespace third can reach shop/api[Pod]:8080 by way of NodePort of Service shop/api",
    ]


def test_a_condition_is_known_whatever_it_is_called() -> None:
    """Baselines of earlier versions hold these marks."""
    assert fingerprint("id", NODES_REACHED) == fingerprint(
        "id", "where the addresses of nodes can be reached from there"
    )
    assert fingerprint("id", NODES_REACHED) == "0b50779c178e216de46c"
