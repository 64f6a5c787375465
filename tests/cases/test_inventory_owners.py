"""Pods that belong to controllers, and objects that come twice."""

from __future__ import annotations

import pytest

from cases.manifest_texts import codes, controller, inventory_of, owned_by, pod
from netverify.query.outcome import Answer, Verdict
from netverify.verify import ask

REPLICA_SET = controller(
    "ReplicaSet", labels="app: web, pod-template-hash: abc", name="web-abc", meta=owned_by("Deployment", "web")
)
POD = pod("web-abc-1", labels="app: web, pod-template-hash: abc", meta=owned_by("ReplicaSet", "web-abc"))


def test_a_replica_set_and_a_pod_of_a_deployment_are_counted_with_it() -> None:
    inventory = inventory_of(POD + REPLICA_SET + controller("Deployment"))
    assert [str(one.key) for one in inventory.cluster.workloads] == ["shop/web[Deployment]"]
    assert codes(inventory) == ["NV208"]
    assert inventory.coverage.modelled == {"Deployment": 1, "Pod": 1, "ReplicaSet": 1}


def test_a_pod_is_counted_with_its_deployment_when_the_replica_set_between_is_missing() -> None:
    inventory = inventory_of(POD + controller("Deployment"))
    assert [str(one.key) for one in inventory.cluster.workloads] == ["shop/web[Deployment]"]


def test_a_pod_whose_controller_is_not_there_stays() -> None:
    assert [str(one.key) for one in inventory_of(POD).cluster.workloads] == ["shop/web-abc-1[Pod]"]


def test_an_owner_in_another_namespace_or_group_is_none() -> None:
    elsewhere = controller("Deployment").replace("namespace: shop", "namespace: other")
    assert len(inventory_of(POD + elsewhere).cluster.workloads) == 2
    foreign = pod("x", meta=owned_by("Deployment", "web", group="example.com"))
    assert len(inventory_of(foreign + controller("Deployment")).cluster.workloads) == 2


@pytest.mark.parametrize(
    "change",
    [
        ("app: web, pod-template-hash", "app: web, debug: x, pod-template-hash"),
        ("app: web, pod-template-hash", "pod-template-hash"),
        ("spec: {", "spec: {hostNetwork: true, "),
        ("{name: c, image: i}", "{name: c, image: i, ports: [{containerPort: 15020}]}"),
    ],
)
def test_a_pod_that_differs_from_its_template_stays_beside_its_controller(change: tuple[str, str]) -> None:
    inventory = inventory_of(POD.replace(*change) + controller("Deployment"))
    assert [str(one.key) for one in inventory.cluster.workloads] == ["shop/web[Deployment]", "shop/web-abc-1[Pod]"]
    assert codes(inventory) == ["NV209"]


def test_an_earlier_replica_set_without_pods_is_no_workload_of_its_own() -> None:
    earlier = REPLICA_SET.replace("template:", "replicas: 0, template:").replace("pod-template-hash: abc", "old: z")
    inventory = inventory_of(earlier + controller("Deployment"))
    assert [str(one.key) for one in inventory.cluster.workloads] == ["shop/web[Deployment]"]
    assert codes(inventory) == ["NV208"]


def test_an_earlier_replica_set_with_pods_stays_and_its_pods_are_counted_with_it() -> None:
    labels = "app: web, old: z, pod-template-hash: abc"
    earlier = REPLICA_SET.replace("app: web, pod-template-hash: abc", labels)
    inventory = inventory_of(
        POD.replace("app: web, pod-template-hash: abc", labels) + earlier + controller("Deployment")
    )
    assert [str(one.key) for one in inventory.cluster.workloads] == ["shop/web[Deployment]", "shop/web-abc[ReplicaSet]"]
    assert sorted(codes(inventory)) == ["NV208", "NV209"]


def test_the_job_of_a_cron_job_is_counted_with_it() -> None:
    job = controller("Job", name="web-28", meta=owned_by("CronJob", "web", group="batch"))
    assert [str(one.key) for one in inventory_of(job + controller("CronJob")).cluster.workloads] == [
        "shop/web[CronJob]"
    ]


def test_the_same_object_with_other_annotations_is_counted_once() -> None:
    inventory = inventory_of(pod() + pod(meta=", annotations: {a: b}"))
    assert len(inventory.cluster.workloads) == 1
    assert codes(inventory) == ["NV206"]
    assert inventory.diagnostics[0].secondary[0][1] == "first defined here"
    assert not inventory.has_errors


def test_the_same_object_with_other_labels_is_an_error_and_unread() -> None:
    inventory = inventory_of(pod() + pod(labels="app: api"))
    assert codes(inventory) == ["NV207"]
    assert inventory.has_errors
    assert inventory.coverage.modelled == {"Pod": 1}
    assert len(inventory.coverage.unread) == 1


def test_objects_of_one_name_in_two_namespaces_or_of_two_kinds_are_different() -> None:
    text = pod() + pod().replace("namespace: shop", "namespace: other") + controller("Deployment")
    inventory = inventory_of(text)
    assert len(inventory.cluster.workloads) == 3
    assert codes(inventory) == []


def test_the_address_of_a_pod_that_is_counted_with_its_controller_is_handed_to_it() -> None:
    running = POD.replace("status: {}", "status: {phase: Running, podIP: 10.0.0.5}")
    workloads = inventory_of(running + REPLICA_SET + controller("Deployment")).cluster.workloads
    assert [(str(one.key), [*map(str, one.replica_addresses)]) for one in workloads] == [
        ("shop/web[Deployment]", ["10.0.0.5"])
    ]
    assert workloads[0].addresses == ()


def test_a_pod_that_has_terminated_hands_no_address_on() -> None:
    ended = POD.replace("status: {}", "status: {phase: Succeeded, podIP: 10.0.0.5}")
    assert inventory_of(ended + controller("Deployment")).cluster.workloads[0].replica_addresses == ()


def test_the_address_of_a_pod_of_a_controller_asks_about_that_pod() -> None:
    running = POD.replace("status: {}", "status: {phase: Running, podIP: 10.0.0.5}")
    policy = (
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: out, namespace: a}\n"
        "spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}\n"
    )
    inventory = inventory_of(running + controller("Deployment") + policy)
    answer = ask("can namespace a reach 10.0.0.5:80", inventory)
    assert isinstance(answer, Answer)
    assert answer.witness is not None
    assert str(getattr(answer.witness.flow.destination, "workload", None)) == "shop/web[Deployment]"
    elsewhere = ask("can namespace a reach 10.0.0.6:80", inventory)
    assert isinstance(elsewhere, Answer)
    assert elsewhere.verdict is Verdict.UNREACHABLE
