"""Which pods a Service may select where a controller adds labels that the manifests do not tell; who answers DNS."""

from agreement.pipeline import read_inventory
from netverify.model.cluster import Cluster, Workload, WorkloadKey
from netverify.routes.cluster_dns import cluster_dns
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions

SERVICES = """
apiVersion: v1
kind: Service
metadata: {name: first, namespace: a}
spec: {selector: {app: db, pod: db-0}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: a}
spec: {selector: {app: db, pod: db-7}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere, namespace: b}
spec: {selector: {app: db, pod: db-0}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: by-one-label, namespace: a}
spec: {selector: {pod: db-7}, ports: [{port: 80}]}
"""


def index_of(*workloads):
    cluster = read_inventory(SERVICES).cluster
    return RoutingIndex(Cluster(cluster.namespaces, workloads, (), routing=cluster.routing))


def workload(name, open_labels, **labels):
    return Workload(WorkloadKey("a", name, "StatefulSet"), labels, open_labels=open_labels)


TOLD = workload("told", {"pod": ("db-0", "db-1")}, app="db")
UNTOLD = workload("untold", {"pod": None}, app="db")
FIXED = workload("fixed", {}, app="db", pod="db-0")


def selected(index, **selector):
    return [one.key.name for one in index.selected("a", selector)]


def test_a_label_with_told_values_is_selected_by_one_of_them_alone():
    index = index_of(TOLD, UNTOLD, FIXED)
    assert sorted(selected(index, app="db", pod="db-0")) == ["fixed", "told", "untold"]
    assert selected(index, app="db", pod="db-7") == ["untold"]
    assert selected(index, pod="db-7") == ["untold"]
    assert sorted(selected(index, pod="db-0")) == ["fixed", "told", "untold"]
    assert selected(index, app="web", pod="db-0") == []


def test_told_values_count_where_another_label_is_the_rarest():
    rare = workload("rare", {"pod": ("db-0",)}, app="rare")
    index = index_of(rare, UNTOLD, workload("untold-too", {"pod": None}))
    assert selected(index, app="rare", pod="db-7") == []
    assert selected(index, app="rare", pod="db-0") == ["rare"]


def test_told_values_that_no_service_selects_by_are_known_all_the_same():
    assert selected(index_of(TOLD), pod="db-1") == ["told"]


def test_a_service_of_the_dns_without_a_selector_and_without_endpoints_has_no_servers():
    """Nobody is expected behind it: what its EndpointSlices say is all there is."""
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: kube-dns, namespace: kube-system}\n"
        "spec: {%sports: [{name: dns, port: 53, protocol: UDP}]}\n"
    )
    expected = RoutingIndex(read_inventory(service % "selector: {k8s-app: kube-dns}, ").cluster)
    nobody = RoutingIndex(read_inventory(service % "").cluster)
    assert len(cluster_dns(expected, RoutingOptions()).servers) == 1
    assert cluster_dns(nobody, RoutingOptions()).servers == ()
