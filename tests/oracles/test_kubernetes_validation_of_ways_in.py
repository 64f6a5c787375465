"""What a real API server makes of Ingresses and of the Gateway API: the same are refused, the rest read as stored."""

from __future__ import annotations

from typing import Any

import pytest

from netverify.model.ingress import IngressBackend, ServiceBackend
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

GROUPS = {"ingress": 87, "ingressclass": 10, "gateway": 27}

NAMED_ELSEWHERE = {"annotations.kubernetes.io/ingress.class": "metadata.annotations.kubernetes.io/ingress.class"}
"""Fields that the server calls by another path than the one where they are written."""

CAUSES_THAT_REPEAT = {
    ("gateway/gateway-same-name", "spec.listeners"): "says again that two of its items have the same name",
}
"""Causes without a diagnostic of their own at that field, with the reason."""
AT_NO_FIELD = "<nil>"
"""Where a server says that further rules were not looked at."""

FILLED_IN_FROM_OTHERS = {
    "ingress/class-default-one": "the class comes from an IngressClass that the server had before",
}
"""Cases that are stored with what another object says."""

ALL = cases_of(GROUPS)
READ = [case for case in ALL if is_accepted(case)]
INVALID = [case for case in ALL if case["strict"]["status"] == 422]
UNKNOWN_FIELDS = [case for case in ALL if unknown_fields(case)]


def test_the_recording_has_every_case_of_the_ways_in() -> None:
    assert {group: sum(case["group"] == group for case in ALL) for group in GROUPS} == GROUPS


@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_an_object_is_refused_iff_the_server_refuses_it(case: Case) -> None:
    assert (errors(read(case["yaml"])) == []) == is_accepted(case)


@pytest.mark.parametrize("case", INVALID, ids=case_id)
def test_every_cause_that_the_server_names_has_a_diagnostic_at_its_field(case: Case) -> None:
    inventory = read(case["yaml"])
    named = {NAMED_ELSEWHERE.get(cause["field"], cause["field"]) for cause in case["strict"]["causes"]}
    unanswered = {field for field in named - {AT_NO_FIELD} if not with_findings_at(inventory, field)}
    assert unanswered == {field for name, field in CAUSES_THAT_REPEAT if name == case_id(case)}


@pytest.mark.parametrize("case", UNKNOWN_FIELDS, ids=case_id)
def test_every_unknown_field_is_named_with_its_path(case: Case) -> None:
    inventory = read(case["yaml"])
    for field in unknown_fields(case):
        assert [finding.code for finding in with_findings_at(inventory, field)] == ["NV211"]


@pytest.mark.parametrize("case", READ, ids=case_id)
def test_an_accepted_object_means_what_the_server_stored(case: Case) -> None:
    sent, stored = read(case["yaml"]).cluster, read(stored_form(case)).cluster
    assert sent.routing != type(sent.routing)()
    if case_id(case) not in FILLED_IN_FROM_OTHERS:
        assert without_places(sent) == without_places(stored)


def backend_as_stored(backend: dict[str, Any]) -> Any:
    if "service" not in backend:
        return backend["resource"]
    port = backend["service"]["port"]
    return backend["service"]["name"], port.get("number", port.get("name"))


def backend_as_read(backend: IngressBackend) -> Any:
    if isinstance(backend, ServiceBackend):
        return backend.service, backend.port
    return {"apiGroup": backend.group, "kind": backend.kind, "name": backend.name}


@pytest.mark.parametrize("case", [case for case in READ if case["group"] == "ingress"], ids=case_id)
def test_the_noun_of_an_ingress_holds_every_field_that_the_server_stored(case: Case) -> None:
    (ingress,) = read(case["yaml"]).cluster.routing.ingresses
    spec = case["spec_after"]
    if case_id(case) not in FILLED_IN_FROM_OTHERS:
        assert ingress.class_name == spec.get("ingressClassName")
    assert [
        (rule.host, [(p.path, str(p.path_type), backend_as_read(p.backend)) for p in rule.paths])
        for rule in ingress.rules
    ] == [
        (
            rule.get("host", ""),
            [
                (item.get("path", ""), item["pathType"], backend_as_stored(item["backend"]))
                for item in rule.get("http", {}).get("paths", ())
            ],
        )
        for rule in spec.get("rules", ())
    ]
    default = ingress.default_backend
    assert (default and backend_as_read(default)) == (
        backend_as_stored(spec["defaultBackend"]) if "defaultBackend" in spec else None
    )
    assert [(list(tls.hosts), tls.secret) for tls in ingress.tls] == [
        (tls.get("hosts", []), tls.get("secretName", "")) for tls in spec.get("tls", ())
    ]


def listener_as_stored(listener: dict[str, Any]) -> Any:
    return (
        listener["name"],
        listener["port"],
        listener["protocol"],
        listener.get("hostname", ""),
        listener["allowedRoutes"]["namespaces"]["from"],
    )


@pytest.mark.parametrize("case", [case for case in READ if case["id"].startswith("gateway")], ids=case_id)
def test_the_noun_of_a_gateway_holds_every_listener_that_the_server_stored(case: Case) -> None:
    (gateway,) = read(case["yaml"]).cluster.routing.gateways
    assert gateway.class_name == case["spec_after"]["gatewayClassName"]
    assert [
        (one.name, one.port, one.protocol, one.hostname, str(one.allowed.namespaces)) for one in gateway.listeners
    ] == [listener_as_stored(one) for one in case["spec_after"]["listeners"]]


def rule_as_stored(rule: dict[str, Any]) -> Any:
    return (
        [(item["path"]["type"], item["path"]["value"]) for item in rule["matches"]],
        [
            (ref["group"], ref["kind"], ref.get("namespace", ""), ref["name"], ref["port"], ref["weight"])
            for ref in rule.get("backendRefs", ())
        ],
    )


@pytest.mark.parametrize("case", [case for case in READ if case["id"].startswith("route-")], ids=case_id)
def test_the_noun_of_a_route_holds_every_field_that_the_server_stored(case: Case) -> None:
    (route,) = read(case["yaml"]).cluster.routing.routes
    spec = case["spec_after"]
    assert list(route.hostnames) == spec.get("hostnames", [])
    assert [(one.group, one.kind, one.namespace, one.name, one.section, one.port) for one in route.parents] == [
        (one["group"], one["kind"], one.get("namespace", ""), one["name"], one.get("sectionName", ""), one.get("port"))
        for one in spec.get("parentRefs", ())
    ]
    assert [
        (
            [(item.path_type, item.path) for item in rule.matches],
            [(one.group, one.kind, one.namespace, one.name, one.port, one.weight) for one in rule.backends],
        )
        for rule in route.rules
    ] == [rule_as_stored(rule) for rule in spec["rules"]]
