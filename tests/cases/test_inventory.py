"""From documents to namespaces and workloads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases.manifest_texts import codes, controller, inventory_of, pod, workload
from netverify.diagnostics import Severity
from netverify.documents.loader import load
from netverify.model.addresses import parse_address
from netverify.model.cluster import ContainerPort
from netverify.model.traffic import Protocol
from netverify.sources.inventory import build_inventory


def test_a_declared_namespace_has_its_labels_and_its_name_label() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a, empty: }}\n"
    namespace = inventory_of(text).cluster.namespaces["shop"]
    assert namespace.declared
    assert dict(namespace.labels) == {"team": "a", "empty": "", "kubernetes.io/metadata.name": "shop"}


def test_a_name_label_with_another_value_is_replaced_and_warned_of() -> None:
    label = "kubernetes.io/metadata.name"
    inventory = inventory_of(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{label}: x}}}}\n")
    assert inventory.cluster.namespaces["shop"].labels[label] == "shop"
    assert codes(inventory) == ["NV229"]


def test_namespaces_that_are_lived_in_or_selected_by_name_are_known_but_not_declared() -> None:
    inventory = inventory_of("""\
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: web, namespace: shop}
        spec:
          ingress:
          - from:
            - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: front}}
            - namespaceSelector:
                matchExpressions:
                - {key: kubernetes.io/metadata.name, operator: In, values: [ops, "", No_Name]}
                - {key: kubernetes.io/metadata.name, operator: NotIn, values: [never]}
            - podSelector: {matchLabels: {kubernetes.io/metadata.name: pods-do-not-have-it}}
        """)
    namespaces = inventory.cluster.namespaces
    assert list(namespaces) == ["front", "ops", "shop"]
    assert not any(namespace.declared for namespace in namespaces.values())


def test_objects_without_a_namespace_are_read_as_of_the_default_one_and_said_so_once() -> None:
    text = pod("a").replace(", namespace: shop", "") + pod("b").replace(", namespace: shop", "")
    inventory = inventory_of(text, default_namespace="team")
    assert [one.key.namespace for one in inventory.cluster.workloads] == ["team", "team"]
    (finding,) = inventory.diagnostics
    assert (finding.code, finding.severity) == ("NV205", Severity.NOTE)
    assert finding.message == "2 objects name no namespace: read as `team`"


def test_an_overlay_places_namespaced_objects_and_renames_the_namespace() -> None:
    text = (
        pod("a")
        + pod("b").replace(", namespace: shop", "")
        + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n"
    )
    placed = [replace(document, namespace="over") for document in load("all.yaml", text.encode()).documents]
    inventory = build_inventory(placed)
    assert [str(one.key) for one in inventory.cluster.workloads] == ["over/a[Pod]", "over/b[Pod]"]
    assert list(inventory.cluster.namespaces) == ["over"]
    assert codes(inventory) == []


def test_ports_of_all_containers_are_kept_with_protocol_and_name() -> None:
    inventory = inventory_of("""\
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop}
        spec:
          hostNetwork: true
          initContainers:
          - {name: mesh, image: i, restartPolicy: Always, ports: [{containerPort: 15090, name: prom}]}
          containers:
          - {name: a, image: i, ports: [{containerPort: 80, name: http}, {containerPort: 53, protocol: UDP}]}
          - {name: b, image: i, ports: [{containerPort: 132, protocol: SCTP}, {containerPort: 9, protocol: ""}]}
        """)
    web = workload(inventory, "shop/web[Pod]")
    assert web.ports == (
        ContainerPort(80, Protocol.TCP, "http"),
        ContainerPort(53, Protocol.UDP),
        ContainerPort(132, Protocol.SCTP),
        ContainerPort(9),
        ContainerPort(15090, Protocol.TCP, "prom", init=True, sidecar=True),
    )
    assert web.host_network
    assert web.single


def test_a_bare_pod_has_the_addresses_of_its_status() -> None:
    both = inventory_of(pod(status='{phase: Running, podIP: 10.0.0.7, podIPs: [{ip: 10.0.0.7}, {ip: "fd00::7"}]}'))
    assert workload(both, "shop/web[Pod]").addresses == (parse_address("10.0.0.7"), parse_address("fd00::7"))
    one = inventory_of(pod(status="{podIP: 10.0.0.8}"))
    assert workload(one, "shop/web[Pod]").addresses == (parse_address("10.0.0.8"),)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_is_no_workload(phase: str) -> None:
    inventory = inventory_of(pod(status=f"{{phase: {phase}}}"))
    assert inventory.cluster.workloads == ()
    assert codes(inventory) == ["NV210"]
    assert inventory.coverage.modelled == {"Pod": 1}


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown"])
def test_a_pod_in_any_other_phase_is_a_workload(phase: str) -> None:
    assert len(inventory_of(pod(status=f"{{phase: {phase}}}")).cluster.workloads) == 1


@pytest.mark.parametrize(
    ("kind", "spec", "fixed", "opened"),
    [
        ("Deployment", "", {}, {"pod-template-hash": None}),
        ("ReplicaSet", "", {}, {}),
        ("DaemonSet", "", {}, {"controller-revision-hash": None, "pod-template-generation": None}),
        (
            "StatefulSet",
            "replicas: 2, ",
            {},
            {
                "controller-revision-hash": None,
                "apps.kubernetes.io/pod-index": ("0", "1"),
                "statefulset.kubernetes.io/pod-name": ("web-0", "web-1"),
            },
        ),
        (
            "StatefulSet",
            "",
            {},
            {
                "controller-revision-hash": None,
                "apps.kubernetes.io/pod-index": None,
                "statefulset.kubernetes.io/pod-name": None,
            },
        ),
        (
            "StatefulSet",
            "replicas: 1, ordinals: {start: 5}, ",
            {},
            {
                "controller-revision-hash": None,
                "apps.kubernetes.io/pod-index": ("5",),
                "statefulset.kubernetes.io/pod-name": ("web-5",),
            },
        ),
        (
            "Job",
            "completions: 2, completionMode: Indexed, ",
            {"job-name": "web", "batch.kubernetes.io/job-name": "web"},
            {
                "controller-uid": None,
                "batch.kubernetes.io/controller-uid": None,
                "batch.kubernetes.io/job-completion-index": ("0", "1"),
            },
        ),
        (
            "CronJob",
            "",
            {},
            {
                "controller-uid": None,
                "batch.kubernetes.io/controller-uid": None,
                "job-name": None,
                "batch.kubernetes.io/job-name": None,
            },
        ),
    ],
)
def test_labels_that_a_controller_adds_are_fixed_or_open(
    kind: str, spec: str, fixed: dict[str, str], opened: dict[str, tuple[str, ...] | None]
) -> None:
    found = workload(inventory_of(controller(kind, spec)), f"shop/web[{kind}]")
    assert dict(found.labels) == {"app": "web", **fixed}
    assert dict(found.open_labels) == opened


def test_a_label_that_the_controller_sets_overrides_the_templates() -> None:
    found = workload(
        inventory_of(controller("Deployment", labels="app: web, pod-template-hash: x")), "shop/web[Deployment]"
    )
    assert dict(found.labels) == {"app": "web"}


def test_names_that_the_server_makes_up_stand_for_different_objects() -> None:
    text = controller("Job", name="x").replace("name: x", "generateName: run-")
    inventory = inventory_of(text + text)
    assert [str(one.key) for one in inventory.cluster.workloads] == ["shop/run-*[Job]", "shop/run-*2[Job]"]
    assert codes(inventory) == []
