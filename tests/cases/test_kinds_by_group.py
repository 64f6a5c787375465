"""Objects are known by group and kind: what has a name in two groups is never taken for the other."""

from __future__ import annotations

import pytest

from netverify.documents.loader import load
from netverify.kinds.registry import KINDS, KINDS_BY_NAME, is_read, kind_of
from netverify.sources.coverage import Inventory
from netverify.sources.inventory import build_inventory

POD = """
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
"""
NETWORK_POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}}
---
"""
CALICO = """
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {selector: all()}
---
"""
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec: {gatewayClassName: x, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
"""
ISTIO = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec: {selector: {istio: ingressgateway}}
---
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
"""
KNATIVE = f"""
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {{name: web, namespace: shop}}
spec:{POD}---
"""
STATEFUL_SET = f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}{POD}---
"""
KRUISE = f"""
apiVersion: apps.kruise.io/v1beta1
kind: StatefulSet
metadata: {{name: web, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}{POD}---
"""
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: web, namespace: shop}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: web}]}}}
---
"""
OWNED_POD = """
apiVersion: v1
kind: Pod
metadata:
  {name: web-1, namespace: shop, ownerReferences: [{apiVersion: GROUP, kind: Job, name: web, controller: true}]}
spec: {containers: [{name: web, image: web}]}
---
"""


def read(text: str) -> Inventory:
    loaded = load("all.yaml", text.encode())
    assert loaded.diagnostics == ()
    return build_inventory(loaded.documents, default_namespace="shop")


def repeated(inventory: Inventory) -> list[str]:
    return [finding.message for finding in inventory.diagnostics if finding.code in {"NV206", "NV207"}]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("own", "other"),
    [(NETWORK_POLICY, CALICO), (GATEWAY, ISTIO), (SERVICE, KNATIVE), (STATEFUL_SET, KRUISE)],
    ids=["NetworkPolicy", "Gateway", "Service", "StatefulSet"],
)
def test_objects_of_one_kind_and_name_in_two_groups_are_two_objects(own: str, other: str, order: int) -> None:
    inventory = read("".join([own, other][::order]))
    assert repeated(inventory) == []
    assert not inventory.has_errors
    assert inventory.coverage.unread == ()
    alone = read(own)
    assert [one.name for one in inventory.cluster.network_policies] == [
        one.name for one in alone.cluster.network_policies
    ]
    assert len(inventory.cluster.routing.gateways) == len(alone.cluster.routing.gateways)
    assert len(inventory.cluster.routing.services) == len(alone.cluster.routing.services)
    assert {one.key for one in inventory.cluster.workloads} > {one.key for one in alone.cluster.workloads} or (
        inventory.cluster.unsupported
    )


def test_two_of_one_group_are_one_object_twice() -> None:
    for text in (NETWORK_POLICY, GATEWAY, SERVICE, KNATIVE, STATEFUL_SET, KRUISE):
        assert len(repeated(read(text + text))) == 1


def test_a_pod_belongs_to_the_controller_of_the_group_that_it_names() -> None:
    keys = {
        str(one.key) for one in read(JOB + OWNED_POD.replace("GROUP", "batch.volcano.sh/v1alpha1")).cluster.workloads
    }
    assert keys == {"shop/web[Job]", "shop/web-1[Pod]"}
    assert is_read("batch", "Job")
    assert not is_read("batch.volcano.sh", "Job")


def test_the_registry_has_each_kind_once_in_each_version() -> None:
    rows = [(version, kind.name) for kind in KINDS for version in kind.api_versions]
    assert len(rows) == len(set(rows))
    for row in KINDS:
        kinds = [kind_of(version, row.name) for version in row.api_versions]
        assert all(kind is kinds[0] for kind in kinds)
        assert kinds[0] is not None
        assert (kinds[0].group, kinds[0].api_versions, kinds[0].name) == (row.group, row.api_versions, row.name)
    assert sum(map(len, KINDS_BY_NAME.values())) == len(KINDS)
    assert kind_of("projectcalico.org/v3", "NetworkPolicy") is None
