"""Pods of controllers of other projects whose objects say labels and ports: they are existing workloads."""

from __future__ import annotations

import pytest

import netverify
from cases.manifest_texts import inventory_of, workload
from cases.test_objects_not_modelled import BASE, thing
from netverify.model.cluster import Workload
from netverify.model.traffic import Protocol
from netverify.query.outcome import Verdict

LABELS = "metadata: {labels: {app: web}}"
POD = f"{{{LABELS}, spec: {{containers: [{{name: c, image: i, ports: [{{containerPort: 80, name: http}}]}}]}}}}"
DEVICES = "{interfaces: [{name: n, ports: [{port: 22, name: ssh}]}]}"
MACHINE = f"{{{LABELS}, spec: {{domain: {{devices: {DEVICES}}}}}}}"


def only(text: str) -> Workload:
    inventory = inventory_of(text)
    (found,) = inventory.cluster.workloads
    assert not inventory.has_errors
    assert sum(inventory.coverage.modelled.values()) == inventory.coverage.documents == 1
    return found


CONTROLLERS = {
    # argo-rollouts: "rollouts-pod-template-hash" stands for the "pod-template-hash" of a Deployment.
    "Rollout": (thing("argoproj.io/v1alpha1", "Rollout", f"{{template: {POD}}}"), {}, {"rollouts-pod-template-hash"}),
    "CloneSet": (
        thing("apps.kruise.io/v1alpha1", "CloneSet", f"{{template: {POD}}}"),
        {},
        {"apps.kruise.io/cloneset-instance-id", "controller-revision-hash", "lifecycle.apps.kruise.io/state"},
    ),
    # openshift: "deploymentconfig" is the name of the config, "deployment" that of one of its deployments.
    "DeploymentConfig": (
        thing("apps.openshift.io/v1", "DeploymentConfig", f"{{template: {POD}}}"),
        {"deploymentconfig": "x"},
        {"deployment"},
    ),
    "StatefulSet.apps.kruise.io": (
        thing("apps.kruise.io/v1beta1", "StatefulSet", f"{{template: {POD}}}"),
        {},
        {
            "apps.kubernetes.io/pod-index",
            "controller-revision-hash",
            "lifecycle.apps.kruise.io/state",
            "statefulset.kubernetes.io/pod-name",
        },
    ),
    "DaemonSet.apps.kruise.io": (
        thing("apps.kruise.io/v1alpha1", "DaemonSet", f"{{template: {POD}}}"),
        {},
        {"controller-revision-hash", "pod-template-generation"},
    ),
    "ScaledJob": (
        thing("keda.sh/v1alpha1", "ScaledJob", f"{{jobTargetRef: {{template: {POD}}}}}"),
        {"scaledjob.keda.sh/name": "x"},
        {"batch.kubernetes.io/controller-uid", "controller-uid", "batch.kubernetes.io/job-name", "job-name"},
    ),
}


@pytest.mark.parametrize("kind", CONTROLLERS)
def test_a_template_and_the_labels_of_its_controller_are_the_pods(kind: str) -> None:
    text, fixed, opened = CONTROLLERS[kind]
    found = only(text)
    assert str(found.key) == f"b/x[{kind}]"
    assert found.labels == {"app": "web", **fixed}
    assert set(found.open_labels) == opened
    assert [(port.name, port.number) for port in found.ports] == [("http", 80)]
    assert not found.single


MACHINES = {
    "VirtualMachine": thing("kubevirt.io/v1", "VirtualMachine", f"{{template: {MACHINE}}}"),
    "VirtualMachineInstanceReplicaSet": thing(
        "kubevirt.io/v1", "VirtualMachineInstanceReplicaSet", f"{{template: {MACHINE}}}"
    ),
    "VirtualMachinePool": thing(
        "pool.kubevirt.io/v1beta1",
        "VirtualMachinePool",
        f"{{virtualMachineTemplate: {{spec: {{template: {MACHINE}}}}}}}",
    ),
}


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_is_a_pod_with_the_labels_of_its_template(kind: str) -> None:
    """Kubevirt: the pod of a machine has the labels of the instance, and ``kubevirt.io: virt-launcher``."""
    found = only(MACHINES[kind])
    assert {**found.labels, "vm.kubevirt.io/name": "x"} == {
        "app": "web",
        "kubevirt.io": "virt-launcher",
        "vm.kubevirt.io/name": "x",
    }
    assert ("vm.kubevirt.io/name" in found.labels) is (kind == "VirtualMachine") is found.single
    assert [(port.name, port.number) for port in found.ports] == [("ssh", 22)]


def test_an_instance_of_a_machine_says_its_labels_itself() -> None:
    text = thing("kubevirt.io/v1", "VirtualMachineInstance").replace("namespace: b", "namespace: b, labels: {app: web}")
    assert only(text).labels["app"] == "web"


def test_a_service_of_knative_has_pods_behind_a_proxy_and_a_way_in() -> None:
    inventory = inventory_of(thing("serving.knative.dev/v1", "Service", f"{{template: {POD}}}"))
    found = workload(inventory, "b/x[Service.serving.knative.dev]")
    assert found.labels == {
        "app": "web",
        "serving.knative.dev/configuration": "x",
        "serving.knative.dev/service": "x",
    }
    assert {"queue-port", "http", "http-autometric"} <= {port.name for port in found.ports}
    (way,) = inventory.cluster.unsupported
    assert (way.may_route, way.makes_pods, way.namespace) == (True, False, "b")
    assert inventory.cluster.routing.services == ()


def test_instances_of_a_postgres_cluster_have_its_name() -> None:
    """CloudNativePG: the label ``cnpg.io/cluster`` is the "name of the cluster"."""
    labels = "{inheritedMetadata: {labels: {team: a}}, instances: 3}"
    found = only(thing("postgresql.cnpg.io/v1", "Cluster", labels))
    assert found.labels == {"cnpg.io/cluster": "x", "cnpg.io/podRole": "instance", "team": "a"}
    assert found.open_labels["cnpg.io/instanceRole"] == ("primary", "replica")
    assert (5432, "postgresql") in [(port.number, port.name) for port in found.ports]


def test_pods_of_the_prometheus_operator_have_the_labels_that_its_policies_select() -> None:
    found = only(thing("monitoring.coreos.com/v1", "Prometheus", "{podMetadata: {labels: {team: a}}, portName: http}"))
    assert found.labels == {
        "app.kubernetes.io/instance": "x",
        "app.kubernetes.io/managed-by": "prometheus-operator",
        "app.kubernetes.io/name": "prometheus",
        "operator.prometheus.io/name": "x",
        "prometheus": "x",
        "team": "a",
    }
    assert ("http", 9090) in [(port.name, port.number) for port in found.ports]
    found = only(thing("monitoring.coreos.com/v1", "Alertmanager"))
    assert found.labels["alertmanager"] == "x"
    assert {port.protocol for port in found.ports if port.number == 9094} == {Protocol.TCP, Protocol.UDP}


WITHOUT = {
    "a Rollout of another object's template": "{workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}",
    "a Rollout whose revisions have labels of their own": (
        f"{{template: {POD}, strategy: {{canary: {{canaryMetadata: {{labels: {{role: canary}}}}}}}}}}"
    ),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_pods_that_the_object_does_not_tell_are_missing(name: str) -> None:
    inventory = inventory_of(thing("argoproj.io/v1alpha1", "Rollout", WITHOUT[name]))
    assert inventory.cluster.workloads == ()
    assert [one.makes_pods for one in inventory.cluster.unsupported] == [True]


ODD = ("null", "1", "[]", "{template: 1}", "{template: {spec: {containers: {}}}}", "{template: {metadata: []}}")


@pytest.mark.parametrize("spec", [*ODD, "{template: {metadata: {labels: {a: 1}}}}", "{podMetadata: 1, hostNetwork: 3}"])
def test_odd_fields_make_pods_unknown_and_nothing_is_refused(spec: str) -> None:
    for text in (*(text for text, *_ in CONTROLLERS.values()), *MACHINES.values()):
        head = "\n".join(text.splitlines()[:3])
        inventory = inventory_of(f"{head}\nspec: {spec}\n")
        assert not inventory.has_errors
        assert inventory.cluster.workloads == ()
        assert [one.makes_pods for one in inventory.cluster.unsupported] == [True]


@pytest.mark.parametrize("port", ["{containerPort: 0}", "{containerPort: a}", "{containerPort: 1, protocol: X}", "1"])
def test_odd_ports_make_pods_unknown(port: str) -> None:
    template = f"{{spec: {{containers: [{{ports: [{port}]}}]}}}}"
    inventory = inventory_of(thing("argoproj.io/v1alpha1", "Rollout", f"{{template: {template}}}"))
    assert inventory.cluster.workloads == ()


def test_policies_select_such_pods_and_questions_name_them() -> None:
    text = BASE + thing("argoproj.io/v1alpha1", "Rollout", f"{{template: {POD}}}", "a")
    cluster = netverify.read(texts={"m.yaml": text})
    assert cluster.ask("can a/x reach b/db").verdict is Verdict.UNREACHABLE
    answer = cluster.ask("can b/db reach a/x:80")
    assert (answer.verdict, str(answer.scope)) == (Verdict.REACHABLE, "existing")
    assert "a/x[Rollout]" in [one.id for one in cluster.map().endpoints]
