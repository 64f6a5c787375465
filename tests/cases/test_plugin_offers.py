"""A plugin that nobody names: which one the manifests look like, and what is proved with those that keep to the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cases.gates import Gates
from netverify.model.behaviours import CNI_PROFILES, Behaviour
from netverify.model.plugins import KEPT_TO_THE_API, departs_from_the_api, keeping_to_the_api, plugins_by
from netverify.sources.inventory import read_inventory
from netverify.sources.plugin_signs import plugin_sign
from netverify.verify import Settings, Verifier

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i, ports: [{name: pg, containerPort: 5432}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}], ports: [{port: pg}]}]}
"""
DAEMON_SET = """
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: NAME, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: NAME}}
  template: {metadata: {labels: {k8s-app: NAME}}, spec: {hostNetwork: true, containers: [{name: c, image: i}]}}
"""
OPERATOR = """
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tigera-operator, namespace: tigera-operator}
spec:
  selector: {matchLabels: {k8s-app: tigera-operator}}
  template: {metadata: {labels: {k8s-app: tigera-operator}}, spec: {containers: [{name: c, image: i}]}}
"""
NODE = """
---
apiVersion: v1
kind: Node
metadata: {name: one, annotations: {KEY: x}}
"""
RELEASE = """
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cilium, namespace: kube-system}
spec: {chart: {spec: {chart: cilium, sourceRef: {kind: HelmRepository, name: cilium}}}, interval: 1h}
"""
FELIX = """
---
apiVersion: crd.projectcalico.org/v1
kind: FelixConfiguration
metadata: {name: default}
spec: {}
"""
NO_SSH = "assertions: [{id: no-ssh, deny: {from: shop/client, to: shop/db, ports: [22]}}]\n"


def daemon_set(name: str) -> str:
    return DAEMON_SET.replace("NAME", name)


def verifier(folder: Path, manifests: str, **settings: Any) -> Verifier:
    (folder / "manifests.yaml").write_text(manifests)
    return Verifier(read_inventory((str(folder / "manifests.yaml"),)), Settings(**settings))


@pytest.mark.parametrize(
    ("manifests", "plugin", "what"),
    [
        (daemon_set("calico-node"), "calico", "DaemonSet kube-system/calico-node"),
        (daemon_set("cilium"), "cilium", "DaemonSet kube-system/cilium"),
        (daemon_set("ovnkube-node"), "ovn-kubernetes", "DaemonSet kube-system/ovnkube-node"),
        (OPERATOR, "calico", "Deployment tigera-operator/tigera-operator"),
        (RELEASE, "cilium", "HelmRelease kube-system/cilium"),
        (FELIX, "calico", "FelixConfiguration default"),
        (NODE.replace("KEY", "projectcalico.org/IPv4Address"), "calico", "annotations of Node one"),
        (NODE.replace("KEY", "k8s.ovn.org/node-subnets"), "ovn-kubernetes", "annotations of Node one"),
    ],
)
def test_a_plugin_is_known_by_its_agents_its_resources_and_its_annotations(
    manifests: str, plugin: str, what: str, tmp_path: Path
) -> None:
    sign = plugin_sign(verifier(tmp_path, SHOP + manifests).inventory)
    assert sign is not None
    assert (sign.plugin, sign.what) == (plugin, what)
    assert plugin in CNI_PROFILES


@pytest.mark.parametrize(
    "manifests",
    [
        "",
        daemon_set("calico-node") + daemon_set("aws-node"),  # policies by one, addresses by the other
        daemon_set("calicoctl"),
        NODE.replace("KEY", "flannel.alpha.coreos.com/backend-type"),  # on k3s another program enforces policies
    ],
)
def test_signs_of_two_plugins_and_of_none_are_no_sign(manifests: str, tmp_path: Path) -> None:
    assert plugin_sign(verifier(tmp_path, SHOP + manifests).inventory) is None


def test_plugins_that_keep_to_the_api_support_port_names_and_port_ranges() -> None:
    assert "calico" in keeping_to_the_api()
    assert not {"ovn-kubernetes", "weave", "flannel"} & {*keeping_to_the_api()}
    for name in keeping_to_the_api():
        assert CNI_PROFILES[name].items() >= KEPT_TO_THE_API.items()
    assert departs_from_the_api([(Behaviour.NAMED_PORTS_SUPPORTED, False)])
    assert not departs_from_the_api([(Behaviour.NAMED_PORTS_SUPPORTED, True), (Behaviour.HOST_NETWORK_POLICED, True)])


def test_plugins_are_those_that_do_all_that_is_needed_together() -> None:
    needs = {Behaviour.NAMED_PORTS_SUPPORTED: False, Behaviour.NAMED_PORT_VOIDS_POLICY: True}
    doing, perhaps, others = plugins_by(needs)
    assert (doing, perhaps) == (("weave",), ())
    assert "ovn-kubernetes" in others
    doing, perhaps, _ = plugins_by({Behaviour.HOST_NETWORK_POLICED: True})
    assert not doing
    assert "ovn-kubernetes" in perhaps


def test_an_answer_says_what_is_proved_with_plugins_that_keep_to_the_api(tmp_path: Path) -> None:
    answer = verifier(tmp_path, SHOP + daemon_set("calico-node")).ask("can shop/client reach shop/db:22")
    assert answer.verdict == "reachable"
    proved, offered = answer.notes
    others = "antrea, aws-vpc-cni, azure-npm, calico, cilium, gke-dataplane-v2, kindnet, kube-router"
    assert proved == (
        f"it is proved that nothing gets through with every plugin that keeps to the NetworkPolicy API: {others}"
    )
    sign = "the manifests look like calico (DaemonSet kube-system/calico-node)"
    assert offered == f"{sign}: if that is your plugin, add `--cni calico`"


def test_what_gets_through_with_plugins_that_keep_to_the_api_is_not_said_to_be_proved(tmp_path: Path) -> None:
    answer = verifier(tmp_path, SHOP).ask("can shop/client reach shop/db")
    assert not [note for note in answer.notes if "proved" in note]


def test_nothing_is_offered_where_the_plugin_is_named_or_does_not_matter(tmp_path: Path) -> None:
    manifests = SHOP + daemon_set("calico-node")
    assert not verifier(tmp_path, manifests).ask("can shop/db reach shop/client").notes
    named = verifier(tmp_path, manifests, cni="weave", behaviours=CNI_PROFILES["weave"])
    assert not named.ask("can shop/client reach shop/db:22").notes


def test_no_proof_is_told_where_an_assumption_is_against_the_api(tmp_path: Path) -> None:
    """The proof would be about plugins that the user has ruled out."""
    ruled_out = {Behaviour.NAMED_PORTS_SUPPORTED: False}
    answer = verifier(tmp_path, SHOP, behaviours=ruled_out).ask("can shop/client reach shop/db:22")
    assert answer.verdict == "reachable"
    assert answer.notes == ("name your plugin: add `--cni NAME`",)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def report(gates: Gates, manifests: str, *arguments: str, intent: str = NO_SSH) -> Any:
    Path("netverify.yaml").write_text(intent)
    Path("manifests.yaml").write_text(manifests)
    return json.loads(gates.run("-f", "manifests.yaml", "-o", "json", *arguments).out)


def test_a_sign_never_makes_a_gate_green(gates: Gates) -> None:
    """A pull request could add the DaemonSet: the assertion fails until the intent names the plugin."""
    manifests = SHOP + daemon_set("calico-node")
    found = report(gates, manifests)
    (result,) = found["results"]
    assert result["verdict"] == "refuted"
    assert result["notes"][0].startswith("it is proved with every plugin that keeps to the NetworkPolicy API: antrea,")
    (told,) = [one for one in found["findings"] if one["code"] == "NV724"]
    assert told["help"] == (
        "the manifests look like calico (DaemonSet kube-system/calico-node): if that is your plugin, "
        "add `cni: calico` to the intent file"
    )
    (result,) = report(gates, manifests, intent=f"cni: calico\n{NO_SSH}")["results"]
    assert result["verdict"] == "proved"


def test_what_any_plugin_does_is_shown_before_what_one_of_them_does(gates: Gates) -> None:
    """Weave, which ignores the whole policy, comes after the plugins that let the named port through."""
    (result,) = report(gates, SHOP, intent=NO_SSH.replace("[22]", "[5432]"))["results"]
    assert [one["text"] for one in result["violations"]] == [
        "namespace shop can reach namespace shop on TCP 5432 (NetworkPolicy shop/db)",
        "namespace shop can reach namespace shop on TCP 5432",
    ]
    text = gates.run("-f", "manifests.yaml").out
    assert "namespace shop can reach namespace shop on TCP 5432; only with weave" in text


DENIED = """
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: no-ssh}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 5432}}}]}]
"""


def test_a_proof_by_a_policy_for_the_whole_cluster_names_the_plugins_that_enforce_it(tmp_path: Path) -> None:
    """Others keep to the NetworkPolicy API too, and let the traffic through."""
    opened = SHOP.replace("ports: [{port: pg}]", "ports: [{port: pg}, {port: 5432}]") + DENIED
    name = "destinationNamedPort: pg"
    closed = opened.replace("tcp: {destinationPort: {number: 5432}}", name)
    notes = [verifier(tmp_path, text).ask("can shop/client reach shop/db:5432").notes for text in (opened, closed)]
    assert not [note for note in notes[0] if "proved" in note]
    told = "with every plugin that keeps to the NetworkPolicy API and enforces ClusterNetworkPolicy: calico"
    assert [note for note in notes[1] if "proved" in note] == [f"it is proved that nothing gets through {told}"]
    named = verifier(tmp_path, closed, cni="kube-router", behaviours=CNI_PROFILES["kube-router"])
    assert named.ask("can shop/client reach shop/db:5432").verdict == "reachable"
