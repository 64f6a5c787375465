"""From documents to Services and the endpoints that are written for them."""

from __future__ import annotations

import pytest

from cases.manifest_texts import codes, inventory_of, pod
from netverify.model.addresses import parse_address, parse_cidr
from netverify.model.service import EndpointSlice, Service, ServiceType, TrafficPolicy
from netverify.model.traffic import Protocol
from netverify.report.coverage_text import coverage_text
from netverify.sources.coverage import Inventory

SOURCES = "service.beta.kubernetes.io/load-balancer-source-ranges"


def service_text(spec: str, *, meta: str = "", status: str = "") -> str:
    head = f"apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop{meta}}}\n"
    return f"{head}spec: {{{spec}}}\n" + (f"status: {status}\n" if status else "")


def the_service(inventory: Inventory) -> Service:
    (service,) = inventory.cluster.routing.services
    return service


def service(spec: str, *, meta: str = "", status: str = "") -> Service:
    inventory = inventory_of(service_text(spec, meta=meta, status=status))
    assert codes(inventory) == []
    return the_service(inventory)


def the_slice(text: str) -> EndpointSlice:
    (found,) = inventory_of(text).cluster.routing.endpoint_slices
    return found


def test_what_is_not_written_is_filled_in_as_by_the_server() -> None:
    web = service("selector: {app: web}, ports: [{port: 80}]")
    assert (web.type, web.selector, web.headless) == (ServiceType.CLUSTER_IP, {"app": "web"}, False)
    (port,) = web.ports
    assert (port.port, port.target_port, port.protocol, port.name, port.node_port) == (80, 80, Protocol.TCP, "", None)
    assert str(port.origin) == "all.yaml:4:38"
    assert web.internal_traffic_policy is web.external_traffic_policy is TrafficPolicy.CLUSTER
    assert web.allocates_node_ports


@pytest.mark.parametrize("selector", ["", "selector: , ", "selector: {}, "])
def test_without_a_selector_somebody_else_manages_the_endpoints(selector: str) -> None:
    assert service(f"{selector}ports: [{{port: 80}}]").selector is None


def test_a_selector_with_a_null_value_asks_for_the_empty_value_and_is_warned_of() -> None:
    inventory = inventory_of(service_text("selector: {app: }, ports: [{port: 80}]"))
    assert the_service(inventory).selector == {"app": ""}
    assert codes(inventory) == ["NV228"]


def test_a_target_port_of_zero_or_an_empty_name_is_the_port_itself() -> None:
    web = service('ports: [{name: a, port: 80, targetPort: 0}, {name: b, port: 81, targetPort: ""}]')
    assert [port.target_port for port in web.ports] == [80, 81]


def test_a_headless_service_has_no_address_and_may_do_without_ports() -> None:
    web = service("clusterIP: None, selector: {app: web}")
    assert (web.headless, web.cluster_ips, web.ports) == (True, (), ())


def test_both_addresses_of_a_service_of_two_families_are_known() -> None:
    web = service('clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, "fd00::7"], ports: [{port: 80}]')
    assert web.cluster_ips == (parse_address("10.96.0.7"), parse_address("fd00::7"))


def test_the_source_ranges_are_those_of_the_field_before_those_of_the_annotation() -> None:
    meta = f', annotations: {{{SOURCES}: "192.0.2.0/24, 198.51.100.0/24"}}'
    spec = "type: LoadBalancer, ports: [{port: 80}]"
    assert service(spec, meta=meta).source_ranges == (parse_cidr("192.0.2.0/24"), parse_cidr("198.51.100.0/24"))
    field = 'loadBalancerSourceRanges: [" 10.0.0.0/8 "]'
    assert service(f"{field}, {spec}", meta=meta).source_ranges == (parse_cidr("10.0.0.0/8"),)


def test_only_annotations_that_say_how_traffic_arrives_are_kept() -> None:
    kept = {
        "cloud.google.com/neg": "x",
        "networking.gke.io/load-balancer-type": "Internal",
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
        "service.kubernetes.io/topology-mode": "Auto",
    }
    written = ", ".join(f"{key}: {value}" for key, value in {**kept, "example.com/owner": "me"}.items())
    assert service("ports: [{port: 80}]", meta=f", annotations: {{{written}}}").annotations == kept


def test_the_addresses_of_a_load_balancer_are_those_of_the_status() -> None:
    status = "{loadBalancer: {ingress: [{ip: 192.0.2.10, ipMode: VIP}, {hostname: lb.example.com}]}, new: 1}"
    web = service("type: LoadBalancer, ports: [{port: 80}]", status=status)
    assert web.ingress == (parse_address("192.0.2.10"),)


def test_the_same_service_from_a_server_and_from_a_file_is_one_iff_they_say_the_same() -> None:
    text = service_text("ports: [{port: 80}]")
    stored = service_text("type: ClusterIP, sessionAffinity: None, ports: [{port: 80, targetPort: 80, protocol: TCP}]")
    assert codes(inventory_of(f"{text}---\n{stored}")) == ["NV206"]
    assert codes(inventory_of(f"{text}---\n{text.replace('80', '81')}")) == ["NV207"]


def test_a_service_without_a_namespace_is_put_into_the_default_one() -> None:
    inventory = inventory_of("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n")
    assert codes(inventory) == ["NV205"]
    assert the_service(inventory).namespace == "default"
    assert "default" in inventory.cluster.namespaces


def test_a_selector_of_labels_and_a_misspelt_one_are_errors_that_say_what_would_be_left() -> None:
    nested = inventory_of(service_text("selector: {matchLabels: {app: web}}, ports: [{port: 80}]"))
    assert codes(nested) == ["NV212"]
    (finding,) = inventory_of(service_text("podSelector: {app: web}, ports: [{port: 80}]")).diagnostics
    assert finding.code == "NV211"
    assert "the Service would select no pods" in finding.help


def test_an_endpoint_slice_is_of_the_service_that_its_label_names() -> None:
    found = the_slice("""\
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        addressType: IPv4
        ports: [{name: pg, port: 5432}, {name: any}]
        endpoints:
        - {addresses: [192.0.2.10], hostname: one, targetRef: {kind: Pod, name: db-0}}
        - {addresses: [192.0.2.11, 192.0.2.12], conditions: {ready: false}, targetRef: {kind: Node, name: node-1}}
        """)
    assert (found.kind, found.service) == ("EndpointSlice", "db")
    (subset,) = found.subsets
    assert [(port.name, port.number) for port in subset.ports] == [("pg", 5432), ("any", None)]
    assert [(str(one.address), one.hostname, one.ready, one.pod) for one in subset.addresses] == [
        ("192.0.2.10", "one", True, "shop/db-0"),
        ("192.0.2.11", "", False, ""),
        ("192.0.2.12", "", False, ""),
    ]


def test_endpoints_are_of_the_service_of_their_name_unless_they_are_not_to_be_copied() -> None:
    text = """\
        apiVersion: v1
        kind: Endpoints
        metadata: {name: db, namespace: shop, labels: {a: b}}
        subsets:
        - {addresses: [{ip: 192.0.2.10}], notReadyAddresses: [{ip: 192.0.2.11}], ports: [{port: 5432}]}
        - {addresses: [{ip: 192.0.2.12}]}
        """
    found = the_slice(text)
    assert (found.kind, found.service) == ("Endpoints", "db")
    assert [[(str(one.address), one.ready) for one in subset.addresses] for subset in found.subsets] == [
        [("192.0.2.10", True), ("192.0.2.11", False)],
        [("192.0.2.12", True)],
    ]
    apart = text.replace("{a: b}", '{endpointslice.kubernetes.io/skip-mirror: "true"}')
    assert the_slice(apart).service == ""


def test_a_slice_of_host_names_has_no_addresses_and_is_warned_of() -> None:
    inventory = inventory_of("""\
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: db, namespace: shop}
        addressType: FQDN
        endpoints: [{addresses: [db.example.com]}]
        """)
    (found,) = inventory.cluster.routing.endpoint_slices
    assert (found.names, found.subsets, found.service) == (("db.example.com",), (), "")
    assert codes(inventory) == ["NV533"]


def test_two_ports_of_a_slice_without_names_clash() -> None:
    inventory = inventory_of("""\
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: db, namespace: shop}
        addressType: IPv4
        ports: [{port: 1}, {port: 2}]
        """)
    assert codes(inventory) == ["NV506"]


def test_the_account_counts_services_where_there_are_some() -> None:
    (line,) = coverage_text(inventory_of(service_text("ports: [{port: 80}]")))
    assert line == "1 namespace (1 not declared), 0 workloads, 0 policies, 1 service; nothing left out"
    (without,) = coverage_text(inventory_of(pod()))
    assert without == "1 namespace (1 not declared), 1 workload, 0 policies; nothing left out"
