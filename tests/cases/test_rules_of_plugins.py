"""What single plugins make of NetworkPolicies: `except` in OVN-Kubernetes, and the labels that Cilium sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netverify
from cases.gates import Gates
from netverify import Cluster, Verdict
from netverify.model.behaviours import Behaviour, name_of, value_of
from netverify.query.assumed import AssumptionError, assumed

BLOCK = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.1.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.1.0.2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: world, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}], ports: [{port: 443}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]
"""
LABELS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web, KEY: x}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress: [{from: [{podSelector: {matchExpressions: [{key: KEY, OPERATOR}]}}], ports: [{port: 80}]}]
"""
WEB_TO_API = "can pod shop/web reach pod shop/api:80"
WEB_TO_DB = "can pod shop/web reach pod shop/db"


def read(text: str, cni: str | None = None) -> Cluster:
    return netverify.read(texts={"m.yaml": text}, cni=cni)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


class TestExcept:
    """OVN-Kubernetes drops what is in `except`, on the ports of its rule, before it allows anything."""

    def test_denies_what_another_policy_allows(self) -> None:
        found = read(BLOCK, "ovn-kubernetes").ask(f"{WEB_TO_DB}:443")
        assert found.verdict is Verdict.UNREACHABLE
        assert read(BLOCK, "calico").ask(f"{WEB_TO_DB}:443").verdict is Verdict.REACHABLE

    def test_carries_the_proof(self) -> None:
        """Its rule is named, and the policy without that `except` lets the flow through."""
        named = [one for one in read(BLOCK, "ovn-kubernetes").ask(f"{WEB_TO_DB}:443").because if one.rule is not None]
        assert [(str(one.policy), one.rule, one.detail) for one in named] == [
            ("NetworkPolicy shop/world", 0, "to addresses 10.0.0.0/8, TCP 443")
        ]
        whole = re.sub(r", except: \[[^]]*\]", "", BLOCK)
        assert whole != BLOCK
        assert read(whole, "ovn-kubernetes").ask(f"{WEB_TO_DB}:443").verdict is Verdict.REACHABLE

    def test_is_left_open_without_a_plugin(self) -> None:
        """NetworkPolicy: policies "are additive"; an address in `cidr` and in `except` "is allowed" by another rule."""
        found = read(BLOCK).ask(f"{WEB_TO_DB}:443")
        assert found.verdict is Verdict.REACHABLE
        assert {key.value: value for key, value in found.witness.behaviours.items()} == {"except-denies": False}

    def test_denies_on_the_ports_of_its_rule_alone(self) -> None:
        assert read(BLOCK, "ovn-kubernetes").ask(f"{WEB_TO_DB}:5432").verdict is Verdict.REACHABLE
        assert read(BLOCK).ask(f"{WEB_TO_DB}:5432").witness.behaviours == {}

    def test_denies_addresses_outside_as_well(self) -> None:
        again = "".join(part for part in BLOCK.replace("{podSelector: {matchLabels: {app: db}}}", "ANY"))
        outside = again.replace("ANY", "{ipBlock: {cidr: 10.2.0.0/16}}")
        assert read(outside, "ovn-kubernetes").ask("can pod shop/web reach 10.2.0.1:443").verdict is Verdict.UNREACHABLE
        assert read(outside, "kindnet").ask("can pod shop/web reach 10.2.0.1:443").verdict is Verdict.REACHABLE

    def test_is_for_the_pods_of_its_policy_alone(self) -> None:
        text = BLOCK.replace("podSelector: {matchLabels: {app: web}}", "podSelector: {matchLabels: {app: api}}", 1)
        assert text != BLOCK
        assert read(text, "ovn-kubernetes").ask(f"{WEB_TO_DB}:443").verdict is Verdict.REACHABLE

    def test_says_which_rule_denies(self, gates: Gates) -> None:
        found = gates.result(BLOCK, "allow: {from: shop/web, to: shop/db, ports: [443]}")
        assert found["verdict"] == "refuted"
        assert [(one["verdict"], one["object"], one["rule"]) for one in found["because"]][:1] == [
            ("deny", "NetworkPolicy shop/world", 0)
        ]
        assert gates.verdict(BLOCK, "allow: {from: shop/web, to: shop/db, ports: [5432]}") == "proved"
        assert gates.verdict(BLOCK, "deny: {from: shop/web, to: shop/db, ports: [443]}") == "refuted"


def labelled(key: str, operator: str, cni: str | None = None) -> Cluster:
    return read(LABELS.replace("KEY", key).replace("OPERATOR", operator), cni)


LEFT_OUT = [
    "pod-template-hash",
    "pod-template-generation",
    "controller-revision-hash",
    "controller-uid",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
    "k8s.io/role",
    "io.kubernetes.role",
    "failure-domain.beta.kubernetes.io/zone",
    "etcd_node",
    "annotation.role",
]
KEPT = ["app.kubernetes.io/name", "batch.kubernetes.io/job-name", "k8s-app", "node.kubernetes.io/role", "xk8s.io/a"]


class TestIdentities:
    """ "By default, Cilium considers all labels to be relevant for identities, with the following exceptions"."""

    @pytest.mark.parametrize("key", LEFT_OUT)
    def test_a_label_that_is_left_out_is_absent(self, key: str) -> None:
        assert labelled(key, "operator: DoesNotExist", "cilium").ask(WEB_TO_API).verdict is Verdict.REACHABLE
        assert labelled(key, "operator: NotIn, values: [x]", "cilium").ask(WEB_TO_API).verdict is Verdict.REACHABLE
        for operator in ("operator: Exists", "operator: In, values: [x]"):
            assert labelled(key, operator, "cilium").ask(WEB_TO_API).verdict is Verdict.UNREACHABLE

    @pytest.mark.parametrize("key", KEPT)
    def test_other_labels_are_seen(self, key: str) -> None:
        assert labelled(key, "operator: DoesNotExist", "cilium").ask(WEB_TO_API).verdict is Verdict.UNREACHABLE
        assert labelled(key, "operator: Exists", "cilium").ask(WEB_TO_API).verdict is Verdict.REACHABLE

    def test_without_a_plugin_both_count(self) -> None:
        """It was proved that the pod does not get through."""
        found = labelled("pod-template-hash", "operator: DoesNotExist").ask(WEB_TO_API)
        assert found.verdict is Verdict.REACHABLE
        assert {key.value: value for key, value in found.witness.behaviours.items()} == {
            "identity-labels-left-out": True
        }
        assert labelled("pod-template-hash", "operator: DoesNotExist", "calico").ask(WEB_TO_API).verdict is (
            Verdict.UNREACHABLE
        )

    def test_a_policy_for_a_pod_by_its_name_selects_nobody(self, gates: Gates) -> None:
        """`statefulset.kubernetes.io/pod-name` is left out, so that the policy isolates no pod."""
        text = LABELS.replace("KEY", "role").replace("OPERATOR", "operator: Exists") + (
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: one, namespace: shop}\n"
            "spec: {podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}}\n"
            "---\napiVersion: v1\nkind: Pod\n"
            "metadata: {name: db-0, namespace: shop, labels: {statefulset.kubernetes.io/pod-name: db-0}}\n"
            "spec: {containers: [{name: c, image: i}]}\n"
        )
        deny = "deny: {from: shop/web, to: shop/db-0}"
        assert gates.verdict(text, deny, "--cni", "calico") == "proved"
        assert gates.verdict(text, deny, "--cni", "cilium") == "refuted"
        assert gates.verdict(text, deny) == "refuted"

    def test_labels_of_namespaces_are_seen(self) -> None:
        """Those are under `io.cilium.k8s.namespace.labels`: `kubernetes.io/metadata.name` selects as ever."""
        by_label = "podSelector: {matchExpressions: [{key: KEY, OPERATOR}]}"
        name = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}"
        by_name = LABELS.replace(by_label, name).replace("KEY", "a")
        assert read(by_name, "cilium").ask(WEB_TO_API).verdict is Verdict.REACHABLE


@pytest.mark.parametrize("behaviour", [one for one in Behaviour if name_of(one) != one.value])
def test_a_behaviour_is_assumed_by_its_name_and_by_its_former_name(behaviour: Behaviour) -> None:
    assert assumed(None, [f"{name_of(behaviour)}=true"]) == assumed(None, [f"{behaviour.value}=true"])
    assert value_of(name_of(behaviour)) == behaviour.value
    with pytest.raises(AssumptionError, match=f"`{name_of(behaviour)}` is assumed to be `true` and `false`"):
        assumed(None, [f"{name_of(behaviour)}=true", f"{behaviour.value}=false"])
