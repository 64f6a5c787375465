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

GROUPS = {"ingress": 87, "ingressclass": 10}

NAMED_ELSEWHERE = {"annotations.kubernetes.io/ingress.class": "metadata.annotations.kubernetes.io/ingress.class"}
"""Fields that the server calls by another path than the one where they are written."""

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
    assert {field for field in named if not with_findings_at(inventory, field)} == set()


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
