"""What a real API server makes of Services and their endpoints: the same are refused, the rest read as stored."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest

from netverify.diagnostics import Severity
from netverify.model.addresses import Address, AddressRange
from netverify.model.service import EndpointPort, EndpointSlice
from oracles.validation_recording import (
    Case,
    case_id,
    cases_of,
    errors,
    is_accepted,
    needs_recording,
    read,
    stored_form,
    unknown_fields,
    with_findings_at,
    without_places,
)

pytestmark = needs_recording

GROUPS = {"service": 177, "endpoints": 41}

ACCEPTED_HERE = {
    "service/clusterip-network-address": "the range of cluster IPs is a flag of the server",
    "service/clusterip-taken": "what else the server has is not known",
    "service/nodeport-taken": "what else the server has is not known",
    "service/nodeport-above-range": "the range of node ports is a flag of the server: there is a warning",
    "service/nodeport-below-range": "the range of node ports is a flag of the server: there is a warning",
    "service/healthcheck-out-of-range": "the range of node ports is a flag of the server: there is a warning",
    "service/update-clusterip-changed": "a static reader sees one object, not the one that it replaces",
}
"""Cases that the server refuses and netverify reads, with the reason."""

REFUSED_HERE = {
    "service/update-loadbalancer-to-clusterip": ("NV509", "only when it replaces a Service is the node port dropped"),
}
"""Cases that the server takes and netverify refuses: the code of the diagnostic, and the reason."""

WRITTEN_AS = {
    "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]": (
        "metadata.annotations.service.beta.kubernetes.io/load-balancer-source-ranges"
    ),
    "spec.clusterIPs": "spec.clusterIP",
    "spec.clusterIPs[0]": "spec.clusterIP",
}
"""Fields that the server may call by another path than the one where they are written."""

CAUSES_THAT_REPEAT = {
    (f"service/{name}", "spec.ports[0].targetPort"): "was filled in from `port`, which is out of range"
    for name in ("port-negative", "port-null", "port-over", "port-zero", "ports-null-item")
}
"""Causes without a diagnostic of their own at that field, with the reason."""

ALL = cases_of(GROUPS)
READ = [case for case in ALL if is_accepted(case) and case_id(case) not in REFUSED_HERE]
INVALID = [case for case in ALL if case["strict"]["status"] == 422 and case_id(case) not in ACCEPTED_HERE]
UNKNOWN_FIELDS = [case for case in ALL if unknown_fields(case)]
SERVICES = [case for case in READ if case["group"] == "service"]
ENDPOINTS = [case for case in READ if case["group"] == "endpoints"]


def test_the_recording_has_every_case_of_services_and_endpoints() -> None:
    assert {group: sum(case["group"] == group for case in ALL) for group in GROUPS} == GROUPS


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_an_object_is_refused_iff_the_server_refuses_it(case: Case) -> None:
    found = errors(read(case["yaml"]))
    name = case_id(case)
    if name in REFUSED_HERE:
        assert [finding.code for finding in found] == [REFUSED_HERE[name][0]]
    else:
        assert (found == []) == (name in ACCEPTED_HERE or is_accepted(case))


@pytest.mark.parametrize("case", INVALID, ids=case_id)
def test_every_cause_that_the_server_names_has_a_diagnostic_at_its_field(case: Case) -> None:
    inventory = read(case["yaml"])
    named = {cause["field"].replace("spec.Load", "spec.load") for cause in case["strict"]["causes"]}
    unanswered = {
        field
        for field in named
        if not with_findings_at(inventory, field) and not with_findings_at(inventory, WRITTEN_AS.get(field, field))
    }
    assert unanswered == {field for name, field in CAUSES_THAT_REPEAT if name == case_id(case)}


@pytest.mark.parametrize("case", UNKNOWN_FIELDS, ids=case_id)
def test_every_unknown_field_is_named_with_its_path(case: Case) -> None:
    inventory = read(case["yaml"])
    for field in unknown_fields(case):
        assert [finding.code for finding in with_findings_at(inventory, field)] == ["NV211"]


@pytest.mark.parametrize("name", [name for name in ACCEPTED_HERE if "range" in name])
def test_a_node_port_outside_the_usual_range_has_a_warning(name: str) -> None:
    (case,) = [case for case in ALL if case_id(case) == name]
    warned = [one.code for one in read(case["yaml"]).diagnostics if one.severity is Severity.WARNING]
    assert warned == ["NV511"]


def without_allocated(value: Any) -> Any:
    """``value`` without what the server made up."""
    if isinstance(value, dict):
        return {key: without_allocated(item) for key, item in value.items() if item != "<allocated>"}
    if isinstance(value, list):
        return [without_allocated(item) for item in value if item != "<allocated>"]
    return value


def as_stored(case: Case) -> str:
    """The object as the server stored it, where endpoints have no ``spec``."""
    stored = json.loads(stored_form(case))
    if case["group"] == "endpoints":
        stored |= stored.pop("spec")
    return json.dumps(without_allocated(stored))


@pytest.mark.parametrize("case", READ, ids=case_id)
def test_an_accepted_object_means_what_the_server_stored(case: Case) -> None:
    sent, stored = read(case["yaml"]).cluster, read(as_stored(case)).cluster
    assert sent.routing != type(sent.routing)()
    assert without_places(sent) == without_places(stored)


def address(text: str) -> Address:
    found = ipaddress.ip_address(text)
    return Address(found.version, int(found))


def block(text: str) -> AddressRange:
    found = ipaddress.ip_network(text.strip())
    return AddressRange(found.version, int(found.network_address), int(found.broadcast_address))


@pytest.mark.parametrize("case", SERVICES, ids=case_id)
def test_the_noun_of_a_service_holds_every_field_that_the_server_stored(case: Case) -> None:
    (service,) = read(case["yaml"]).cluster.routing.services
    spec = without_allocated(case["spec_after"])
    ports = spec.get("ports", ())
    assert service.type == spec["type"]
    assert service.selector == spec.get("selector")
    assert [(p.name, p.port, p.target_port, str(p.protocol), p.node_port) for p in service.ports] == [
        (p.get("name", ""), p["port"], p["targetPort"], p["protocol"], p.get("nodePort")) for p in ports
    ]
    assert service.headless == (spec.get("clusterIP") == "None")
    written = [text for text in spec.get("clusterIPs", ()) if text != "None"]
    assert service.cluster_ips == tuple(map(address, written))
    assert service.external_ips == tuple(map(address, spec.get("externalIPs", ())))
    assert service.external_name == spec.get("externalName", "")
    assert service.publish_not_ready == spec.get("publishNotReadyAddresses", False)
    assert service.internal_traffic_policy == spec.get("internalTrafficPolicy", "Cluster")
    assert service.external_traffic_policy == spec.get("externalTrafficPolicy", "Cluster")
    assert service.load_balancer_class == spec.get("loadBalancerClass", "")
    assert service.allocates_node_ports == spec.get("allocateLoadBalancerNodePorts", True)
    if "source-ranges" not in case["yaml"] or "loadBalancerSourceRanges" in spec:
        assert service.source_ranges == tuple(map(block, spec.get("loadBalancerSourceRanges", ())))


def ports_as_stored(ports: list[dict[str, Any]] | None) -> list[tuple[Any, ...]]:
    return [(port.get("name", ""), port.get("port"), port["protocol"]) for port in ports or ()]


def ports_as_read(ports: tuple[EndpointPort, ...]) -> list[tuple[Any, ...]]:
    return [(port.name, port.number, str(port.protocol)) for port in ports]


@pytest.mark.parametrize("case", ENDPOINTS, ids=case_id)
def test_the_noun_of_endpoints_holds_every_field_that_the_server_stored(case: Case) -> None:
    (read_one,) = read(case["yaml"]).cluster.routing.endpoint_slices
    stored = case["spec_after"]
    if "subsets" in stored:
        assert read_one.kind == "Endpoints"
        assert [
            ([(str(one.address), one.ready) for one in subset.addresses], ports_as_read(subset.ports))
            for subset in read_one.subsets
        ] == [
            ([(one["ip"], True) for one in subset["addresses"]], ports_as_stored(subset.get("ports")))
            for subset in stored["subsets"]
        ]
    else:
        check_slice(read_one, stored)


def check_slice(read_one: EndpointSlice, stored: dict[str, Any]) -> None:
    endpoints = stored["endpoints"] or []
    texts = [text for endpoint in endpoints for text in endpoint["addresses"]]
    assert (read_one.kind, read_one.service) == ("EndpointSlice", "web")
    if stored["addressType"] == "FQDN":
        assert (list(read_one.names), read_one.subsets) == (texts, ())
        return
    found = [one for subset in read_one.subsets for one in subset.addresses]
    assert [str(one.address) for one in found] == texts
    assert [one.ready for one in found] == [endpoint["conditions"].get("ready", True) for endpoint in endpoints]
    pods = [endpoint.get("targetRef", {}) for endpoint in endpoints]
    assert [one.pod for one in found] == [f"{pod['namespace']}/{pod['name']}" if pod else "" for pod in pods]
    assert [ports_as_read(subset.ports) for subset in read_one.subsets] == (
        [ports_as_stored(stored["ports"])] if texts else []
    )
