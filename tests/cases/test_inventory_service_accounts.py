"""As whom pods run, and on which node, where manifests say so."""

from __future__ import annotations

import pytest

from cases.manifest_texts import codes, inventory_of
from netverify.model.cluster import Workload

CONTROLLER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{{0}containers: [{{name: c, image: i}}]}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: web, namespace: shop}}
spec: {{{0}containers: [{{name: c, image: i}}]}}
"""
REPLICA = """\
---
apiVersion: v1
kind: Pod
metadata:
  name: web-7d4b9-x
  namespace: shop
  labels: {{app: web, pod-template-hash: 7d4b9}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-7d4b9, uid: u, controller: true}}]
spec: {{{0}containers: [{{name: c, image: i}}]}}
status: {{phase: {1}}}
"""


def only(text: str) -> Workload:
    (workload,) = inventory_of(text).cluster.workloads
    return workload


@pytest.mark.parametrize("manifest", [CONTROLLER, POD])
@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("", "default"),
        ('serviceAccountName: "", ', "default"),
        ("serviceAccountName: web, ", "web"),
        ("serviceAccount: old, ", "old"),
        ("serviceAccountName: web, serviceAccount: old, ", "web"),
    ],
)
def test_a_pod_that_names_no_service_account_has_the_default_one(manifest: str, written: str, account: str) -> None:
    """Source: PodSpec.serviceAccountName; ``serviceAccount`` is its old name, and the newer one wins."""
    assert only(manifest.format(written)).service_account == account


@pytest.mark.parametrize("manifest", [CONTROLLER, POD])
def test_the_node_of_pods_is_known_where_it_is_written(manifest: str) -> None:
    assert [only(manifest.format(text)).node for text in ("", "nodeName: n1, ")] == ["", "n1"]


@pytest.mark.parametrize("field", ["serviceAccountName", "serviceAccount", "nodeName"])
def test_a_name_that_is_no_text_is_refused(field: str) -> None:
    inventory = inventory_of(POD.format(f"{field}: 5, "))
    assert inventory.cluster.workloads == ()
    assert inventory.coverage.unread


def test_a_pod_that_runs_as_another_one_than_its_template_says_leaves_open_as_whom() -> None:
    as_web, as_other = "serviceAccountName: web, ", "serviceAccountName: other, nodeName: n1, "
    assert only(CONTROLLER.format(as_web) + REPLICA.format(as_web, "Running")).service_account == "web"
    assert only(CONTROLLER.format(as_web) + REPLICA.format(as_other, "Running")).service_account is None
    assert only(CONTROLLER.format(as_web) + REPLICA.format(as_other, "Succeeded")).service_account == "web"
    assert not only(CONTROLLER.format(as_web) + REPLICA.format(as_other, "Running")).node


def test_an_object_that_is_there_twice_and_runs_as_two_is_counted_once_and_leaves_open_as_whom() -> None:
    for texts in (("serviceAccountName: web, ", ""), ("", "serviceAccountName: web, nodeName: n1, ")):
        inventory = inventory_of("---\n".join(map(CONTROLLER.format, texts)))
        assert codes(inventory) == ["NV206"]
        assert inventory.coverage.unread == ()
        assert [(one.service_account, one.node) for one in inventory.cluster.workloads] == [(None, "")]
