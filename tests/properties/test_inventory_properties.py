"""Laws of the inventory: nothing is raised, every document is counted, order and wrapping do not matter."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.manifest_texts import controller, owned_by, pod
from netverify.codes import CODES
from netverify.diagnostics import Severity
from netverify.documents.document import Document
from netverify.documents.loader import load
from netverify.kinds.cidr import read_cidr
from netverify.model.addresses import parse_cidr
from netverify.sources.coverage import Inventory
from netverify.sources.inventory import build_inventory

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop, labels: {a: b}}
spec:
  podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [a, b]}]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {}, namespaceSelector: {matchLabels: {team: a}}}]
    ports: [{protocol: UDP, port: 53}, {port: http}, {port: 80, endPort: 90}]
  egress:
  - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
"""
KINDS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]
OWNED = owned_by("ReplicaSet", "web-abc")
TEXT = (
    POLICY
    + "".join(controller(kind) for kind in KINDS)
    + pod()
    + pod("web-abc-1", meta=OWNED, status="{podIP: 10.0.0.1}")
)
OBJECTS = [document.value for document in load("all.yaml", TEXT.encode()).documents]

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.sampled_from(
        ["", "web", "In", "TCP", "10.0.0.0/8", "::1/129", "a b", "k8s.io/x", "Always", "None", "-", "é", "x" * 300]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "port", "cidr", "matchLabels", "spec", "from", "items", "x/y/z"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


class Nowhere:
    """Positions of a document that was never text."""

    def at(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        return (len(path) + 1, 1)

    key_at = at


def inventory_of(values: list[Any]) -> Inventory:
    return build_inventory(Document("all.json", index, value, Nowhere()) for index, value in enumerate(values))


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every container in ``value`` with each of its keys."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += [(value, key), *places_in(child)]
    return found


def total(inventory: Inventory) -> int:
    coverage = inventory.coverage
    counts = (coverage.modelled, coverage.irrelevant, coverage.approximated, coverage.unsupported)
    return sum(sum(count.values()) for count in counts) + coverage.not_manifests + len(coverage.unread)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_object_whatever_stands_in_it_raises_or_is_lost(data: st.DataObject) -> None:
    value = copy.deepcopy(data.draw(st.sampled_from(OBJECTS)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places_in(value)))
        container[key] = data.draw(JSON)
        if not places_in(value):
            break
    inventory = inventory_of([value])
    assert total(inventory) == inventory.coverage.documents == 1 or isinstance(value.get("items"), list)
    assert all(finding.code in CODES for finding in inventory.diagnostics)
    assert inventory.has_errors == bool(inventory.coverage.unread)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_no_value_at_all_raises_or_is_lost(value: Any) -> None:
    assert total(inventory_of([value])) == 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_unknown_field_anywhere_in_a_policy_refuses_it(data: st.DataObject) -> None:
    value = copy.deepcopy(OBJECTS[0])
    mappings = [value] + [container[key] for container, key in places_in(value) if isinstance(container[key], dict)]
    free = [value["metadata"]["labels"], value["spec"]["podSelector"]["matchLabels"]]
    free.append(value["spec"]["ingress"][0]["from"][0]["namespaceSelector"]["matchLabels"])
    target = data.draw(st.sampled_from([one for one in mappings if not any(one is other for other in free)]))
    target["zzz"] = data.draw(JSON)
    inventory = inventory_of([value])
    assert {finding.code for finding in inventory.diagnostics} <= {"NV300", "NV211"}
    assert inventory.has_errors
    assert inventory.cluster.network_policies == ()


@settings(max_examples=50, deadline=None)
@given(st.permutations(OBJECTS))
def test_the_order_of_documents_does_not_matter(values: list[Any]) -> None:
    ordered, shuffled = inventory_of(OBJECTS), inventory_of(values)
    assert [one.key for one in ordered.cluster.workloads] == [one.key for one in shuffled.cluster.workloads]
    assert list(ordered.cluster.namespaces) == list(shuffled.cluster.namespaces)
    assert ordered.coverage == shuffled.coverage


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(OBJECTS), unique_by=id, min_size=1), st.integers(1, 3))
def test_wrapping_in_lists_does_not_matter(values: list[Any], depth: int) -> None:
    wrapped: Any = {"apiVersion": "v1", "kind": "List", "items": values}
    for _ in range(depth - 1):
        wrapped = {"apiVersion": "v1", "kind": "List", "items": [wrapped]}
    plain, listed = inventory_of(values), inventory_of([wrapped])
    assert [one.key for one in plain.cluster.workloads] == [one.key for one in listed.cluster.workloads]
    assert plain.coverage == listed.coverage


def test_every_object_that_the_laws_start_from_is_accepted() -> None:
    inventory = inventory_of(OBJECTS)
    assert not any(finding.severity > Severity.NOTE for finding in inventory.diagnostics)
    assert len(inventory.cluster.workloads) == len(KINDS) + 1


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_an_ipv4_range_is_read_as_the_standard_library_reads_it(address: int, prefix: int) -> None:
    text = f"{'.'.join(str(byte) for byte in address.to_bytes(4, 'big'))}/{prefix}"
    reading = read_cidr(text)
    assert reading.network == parse_cidr(text)
    assert (reading.problems == ()) == (address % 2 ** (32 - prefix) == 0)
    assert parse_cidr(reading.canonical) == reading.network


@given(st.text(st.sampled_from("0123456789abf.:/%+- \n"), max_size=30))
def test_a_text_is_a_range_without_problems_only_if_the_standard_library_takes_it(text: str) -> None:
    reading = read_cidr(text)
    if not reading.problems:
        assert reading.network == parse_cidr(text)


def test_json_numbers_of_any_size_are_no_crash() -> None:
    text = json.dumps(OBJECTS[0]).replace("53", "1" * 400)
    assert load("a.json", text.encode()).diagnostics or inventory_of([json.loads(text)]).has_errors
