"""What a real API server makes of policies for the whole cluster: the same are refused, the rest read as stored."""

from __future__ import annotations

from typing import Any

import pytest

from netverify.model.addresses import AddressRange
from netverify.model.cluster_network_policy import (
    ClusterPeer,
    DomainNamesPeer,
    NamedDestination,
    NetworksPeer,
    NodesPeer,
    PodsPeer,
    PortsOf,
    ProtocolMatch,
    UnclearPorts,
)
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

GROUPS = {"clusternetworkpolicy": 108, "adminnetworkpolicy": 34}
AT_NO_FIELD = "<nil>"
"""Where a server says that further rules were not looked at."""

ALL = cases_of(GROUPS)
READ = [case for case in ALL if is_accepted(case)]
INVALID = [case for case in ALL if case["strict"]["status"] == 422]
UNKNOWN_FIELDS = [case for case in ALL if unknown_fields(case)]


def test_the_recording_has_every_case_of_the_kind() -> None:
    assert {group: sum(case["group"] == group for case in ALL) for group in GROUPS} == GROUPS


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_an_object_is_refused_iff_the_server_refuses_it(case: Case) -> None:
    assert (errors(read(case["yaml"])) == []) == is_accepted(case)


@pytest.mark.parametrize("case", INVALID, ids=case_id)
def test_every_cause_that_the_server_names_has_a_diagnostic_at_its_field(case: Case) -> None:
    inventory = read(case["yaml"])
    named = {cause["field"] for cause in case["strict"]["causes"]} - {AT_NO_FIELD}
    assert {field for field in named if not with_findings_at(inventory, field)} == set()
    assert all(one.origin.line and one.origin.column for one in errors(inventory))


@pytest.mark.parametrize("case", UNKNOWN_FIELDS, ids=case_id)
def test_every_unknown_field_is_named_with_its_path(case: Case) -> None:
    inventory = read(case["yaml"])
    for field in unknown_fields(case):
        assert [finding.code for finding in with_findings_at(inventory, field)] == ["NV211"]


@pytest.mark.parametrize("case", READ, ids=case_id)
def test_an_accepted_object_means_what_the_server_stored(case: Case) -> None:
    sent, stored = read(case["yaml"]).cluster, read(stored_form(case)).cluster
    assert sent.cluster_policies
    assert without_places(sent) == without_places(stored)


def port_as_stored(protocol: dict[str, Any]) -> Any:
    for name in ("destinationNamedPort", "namedPort"):
        if name in protocol:
            return protocol[name]
    ((name, fields),) = protocol.items()
    port = fields.get("destinationPort", fields)
    ports = port.get("range", port)
    ends = [ports.get(end, port.get("number", port.get("port"))) for end in ("start", "end")]
    return fields.get("protocol", name.upper()), *ends


def port_as_read(protocol: ProtocolMatch) -> Any:
    match protocol:
        case NamedDestination(name):
            return name
        case UnclearPorts(text):
            written, _, ports = text.partition(" ")
            return written, *map(int, ports.split("-"))
        case PortsOf(transport, first, last):
            return transport.value, first, last


def peer_as_read(peer: ClusterPeer) -> Any:
    match peer:
        case PodsPeer():
            return {"namespaces", "pods"}
        case NodesPeer():
            return {"nodes"}
        case NetworksPeer(networks):
            assert all(isinstance(one, AddressRange) for one in networks)
            return {"networks"}, len(networks)
        case DomainNamesPeer(names):
            return {"domainNames"}, list(names)


def peer_as_stored(peer: dict[str, Any]) -> Any:
    if "networks" in peer:
        return {"networks"}, len(peer["networks"])
    if "domainNames" in peer:
        return {"domainNames"}, peer["domainNames"]
    return {"nodes"} if "nodes" in peer else {"namespaces", "pods"}


@pytest.mark.parametrize("case", READ, ids=case_id)
def test_the_noun_of_a_policy_holds_every_field_that_the_server_stored(case: Case) -> None:
    (policy,) = read(case["yaml"]).cluster.cluster_policies
    spec = case["spec_after"]
    tier = {"AdminNetworkPolicy": "Admin", "BaselineAdminNetworkPolicy": "Baseline"}.get(policy.api, spec.get("tier"))
    assert (policy.tier.value, policy.priority) == (tier, spec.get("priority", 0))
    for section, end, rules in (("ingress", "from", policy.ingress), ("egress", "to", policy.egress)):
        assert [
            (one.action.value, [peer_as_read(peer) for peer in one.peers], [*map(port_as_read, one.protocols)])
            for one in rules
        ] == [
            (
                one["action"].replace("Allow", "Accept"),
                [*map(peer_as_stored, one[end])],
                [*map(port_as_stored, one.get("protocols", one.get("ports", ())))],
            )
            for one in spec.get(section, ())
        ]
