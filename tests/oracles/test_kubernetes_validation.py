"""What a real API server makes of 346 manifests: the same are refused, at the same fields, the rest read as stored."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest

from netverify.diagnostics import Severity
from netverify.model.labels import LabelSelector
from netverify.model.network_policy import Peer, PolicyRule
from oracles.validation_recording import (
    Case,
    case_id,
    cases_of,
    errors,
    is_accepted,
    needs_recording,
    read,
    stored_form,
    with_findings_at,
    without_places,
)

pytestmark = needs_recording

GROUPS = {"networkpolicy": 244, "namespace": 15, "pod": 56, "workload": 31}

ACCEPTED_HERE = {
    "networkpolicy/namespace-unknown": "a namespace may be created by something that is not among the manifests",
    "workload/deployment-update-selector": "a static reader sees one object, not the one that it replaces",
}
"""Cases that the server refuses and netverify reads, with the reason."""

REFUSED_HERE = {
    "networkpolicy/port-underscore": ("NV114", "`8_0` is a number to some readers of YAML and a string to others"),
}
"""Cases that the server takes and netverify refuses: the code of the diagnostic, and the reason."""

CAUSES_THAT_REPEAT = {
    ("workload/deployment-selector-in-no-values", "spec.selector"): "says again that an expression in it is invalid",
}
"""Causes without a diagnostic of their own at that field, with the reason."""


def stored_with_labels(case: Case) -> str:
    """The object of an accepted case as the server stored it, with the labels of what has labels of its own."""
    stored = json.loads(stored_form(case))
    if case.get("labels_after") is not None and case["group"] in {"namespace", "pod"}:
        stored["metadata"] = {**stored["metadata"], "labels": case["labels_after"]}
    return json.dumps(stored).replace("<uid>", "0b4f")


ALL = cases_of(GROUPS)
READ = [case for case in ALL if is_accepted(case) and case_id(case) not in REFUSED_HERE]
LABELLED = [case for case in READ if case["group"] == "namespace"]
INVALID = [case for case in ALL if case["strict"]["status"] == 422 and case_id(case) not in ACCEPTED_HERE]
WARNED = [
    case for case in READ if any("duplicate port" in text or "canonical" in text for text in case["warn"]["warnings"])
]
UNKNOWN_FIELDS = [case for case in ALL if "unknown field" in case["strict"].get("message", "")]


def test_the_recording_has_every_case_of_the_modelled_kinds() -> None:
    counts = {group: sum(case["group"] == group for case in ALL) for group in GROUPS}
    assert counts == GROUPS


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_an_object_is_refused_iff_the_server_refuses_it(case: dict[str, Any]) -> None:
    found = errors(read(case["yaml"]))
    name = case_id(case)
    if name in REFUSED_HERE:
        assert [finding.code for finding in found] == [REFUSED_HERE[name][0]]
    elif name in ACCEPTED_HERE or case["strict"]["status"] in {200, 201}:
        assert found == []
    else:
        assert found != []


@pytest.mark.parametrize("case", INVALID, ids=case_id)
def test_every_cause_that_the_server_names_has_a_diagnostic_at_its_field(case: dict[str, Any]) -> None:
    inventory = read(case["yaml"])
    fields_named = {cause["field"] for cause in case["strict"]["causes"]}
    unanswered = {field for field in fields_named if not with_findings_at(inventory, field)}
    assert unanswered <= {field for name, field in CAUSES_THAT_REPEAT if name == case_id(case)}


@pytest.mark.parametrize("case", UNKNOWN_FIELDS, ids=case_id)
def test_an_unknown_field_is_named_with_its_path(case: dict[str, Any]) -> None:
    field = case["strict"]["message"].split('unknown field "')[1].split('"')[0]
    assert [finding.code for finding in with_findings_at(read(case["yaml"]), field)] in (["NV300"], ["NV211"])


@pytest.mark.parametrize("case", READ, ids=case_id)
def test_an_accepted_object_means_what_the_server_stored(case: dict[str, Any]) -> None:
    sent, stored = read(case["yaml"]).cluster, read(stored_with_labels(case)).cluster
    assert sent.namespaces
    assert without_places(sent) == without_places(stored)


@pytest.mark.parametrize("case", LABELLED, ids=case_id)
def test_the_labels_of_a_namespace_are_those_that_the_server_stored(case: dict[str, Any]) -> None:
    (namespace,) = read(case["yaml"]).cluster.namespaces.values()
    assert dict(namespace.labels) == case["labels_after"]


@pytest.mark.parametrize("case", WARNED, ids=case_id)
def test_what_the_server_warns_of_has_a_warning(case: dict[str, Any]) -> None:
    assert Severity.WARNING in {finding.severity for finding in read(case["yaml"]).diagnostics}


def selector_as_stored(selector: dict[str, Any]) -> set[tuple[str, str, tuple[str, ...]]]:
    equalities = {(key, "In", (value,)) for key, value in selector.get("matchLabels", {}).items()}
    items = selector.get("matchExpressions", [])
    return equalities | {(item["key"], item["operator"], tuple(sorted(set(item.get("values", []))))) for item in items}


def selector_as_read(selector: LabelSelector) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(item.key, str(item.operator), item.values) for item in selector.requirements}


def network(text: str) -> tuple[int, int]:
    found = ipaddress.ip_network(text)
    return (int(found.network_address), int(found.broadcast_address))


def peer_as_stored(peer: dict[str, Any]) -> Any:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return network(block["cidr"]), [network(item) for item in block.get("except", [])]
    return tuple(
        selector_as_stored(peer[name]) if name in peer else None for name in ("podSelector", "namespaceSelector")
    )


def peer_as_read(peer: Peer) -> Any:
    if peer.ip_block is not None:
        block = peer.ip_block
        return (block.cidr.first, block.cidr.last), [(hole.first, hole.last) for hole in block.excepts]
    selectors = (peer.pod_selector, peer.namespace_selector)
    return tuple(None if selector is None else selector_as_read(selector) for selector in selectors)


def rules_as_stored(spec: dict[str, Any], section: str, peers: str) -> Any:
    return [
        (
            [peer_as_stored(peer) for peer in rule.get(peers, [])],
            [(port["protocol"], port.get("port"), port.get("endPort")) for port in rule.get("ports", [])],
        )
        for rule in spec.get(section, [])
    ]


def rules_as_read(rules: tuple[PolicyRule, ...]) -> Any:
    return [
        (
            [peer_as_read(peer) for peer in rule.peers],
            [(str(port.protocol), port.port, port.end_port) for port in rule.ports],
        )
        for rule in rules
    ]


@pytest.mark.parametrize("case", [case for case in READ if case["group"] == "networkpolicy"], ids=case_id)
def test_the_noun_of_a_policy_holds_every_field_that_the_server_stored(case: dict[str, Any]) -> None:
    (policy,) = read(case["yaml"]).cluster.network_policies
    spec = case["spec_after"]
    assert selector_as_read(policy.pod_selector) == selector_as_stored(spec["podSelector"])
    assert policy.for_ingress == ("Ingress" in spec["policyTypes"])
    assert policy.for_egress == ("Egress" in spec["policyTypes"])
    assert rules_as_read(policy.ingress) == rules_as_stored(spec, "ingress", "from")
    assert rules_as_read(policy.egress) == rules_as_stored(spec, "egress", "to")


def pod_spec_of(case: dict[str, Any]) -> dict[str, Any]:
    spec = case["spec_after"]
    spec = spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec
    return spec["template"]["spec"] if "template" in spec else spec


@pytest.mark.parametrize("case", [case for case in READ if case["group"] in {"pod", "workload"}], ids=case_id)
def test_the_noun_of_a_workload_holds_the_ports_and_the_network_that_the_server_stored(case: dict[str, Any]) -> None:
    (workload,) = read(case["yaml"]).cluster.workloads
    spec = pod_spec_of(case)
    written = [port for container in spec["containers"] for port in container.get("ports", [])]
    ports = {
        (port["containerPort"], port["protocol"], port.get("name", ""), section == "initContainers")
        for section in ("containers", "initContainers")
        for container in spec.get(section, [])
        for port in container.get("ports", [])
    }
    assert {(port.number, str(port.protocol), port.name, port.init) for port in workload.ports} == ports
    assert workload.host_network == spec.get("hostNetwork", False)
    host_ports = [] if workload.host_network else [port for port in written if port.get("hostPort")]
    network = workload.network
    assert network.dns_policy == spec["dnsPolicy"]
    assert [str(server) for server in network.nameservers] == spec.get("dnsConfig", {}).get("nameservers", [])
    assert (network.hostname, network.subdomain) == (spec.get("hostname", ""), spec.get("subdomain", ""))
    assert [
        (port.number, port.container_port, str(port.protocol), str(port.host_ip or "")) for port in network.host_ports
    ] == [(port["hostPort"], port["containerPort"], port["protocol"], port.get("hostIP", "")) for port in host_ports]
