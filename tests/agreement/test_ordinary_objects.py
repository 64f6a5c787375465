"""The quick reading of ordinary objects against the full one: the same object without a remark, or none."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreement.ordinary_manifests import LEAVES, MORE, NAMES, OBJECTS
from netverify.manifests.document import Document
from netverify.manifests.objects import read_object
from netverify.manifests.ordinary import metadata, objects, pods, policies, services
from netverify.manifests.ordinary.objects import read_ordinary
from netverify.manifests.schema import metadata as metadata_schema
from netverify.manifests.schema import namespace as namespace_schema
from netverify.manifests.schema import network_policy as policy_schema
from netverify.manifests.schema import pod as pod_schema
from netverify.manifests.schema import selector as selector_schema
from netverify.manifests.schema import service as service_schema
from netverify.manifests.schema import workload as workload_schema
from netverify.manifests.validation.fields import field_names
from netverify.model.cluster import Workload

OF_WAYS_IN = {
    "allocateLoadBalancerNodePorts",
    "externalIPs",
    "externalName",
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "sessionAffinityConfig",
    "trafficDistribution",
}
"""Fields of a Service that are for the full reading."""


class Nowhere:
    """Positions of a document that was never text."""

    def at(self, path: tuple[str | int, ...]) -> tuple[int, int]:
        return (len(path) + 1, sum(map(hash, path)) % 1000)

    key_at = at


def places_in(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += [(value, key), *places_in(child)]
    return found


def is_read_alike(value: Any, namespace: str | None = None) -> bool:
    """Whether the quick reading takes ``value``; fails unless the full one then says the same, without a remark."""
    document = Document("all.json", 0, value, Nowhere(), namespace)
    quick = read_ordinary(document, value["kind"], "elsewhere")
    if quick is None:
        return False
    full = read_object(document, value["kind"], "elsewhere")
    assert full.findings == (), value
    assert repr(full.read) == repr(quick), value
    if isinstance(quick.fact, Workload):
        assert full.read is not None
        assert isinstance(full.read.fact, Workload)
        assert quick.fact.network is full.read.fact.network
    assert full.read == quick
    return True


def changed(draw: Any, value: Any) -> Any:
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 2))):
        places = [
            place for place in places_in(value) if place[1] not in {"apiVersion", "kind"} or place[0] is not value
        ]
        container, key = draw(st.sampled_from(places))
        content = draw(st.sampled_from(LEAVES + MORE))
        match draw(st.sampled_from(["replace", "replace", "delete", "add", "repeat"])):
            case "replace":
                container[key] = copy.deepcopy(content)
            case "delete":
                del container[key]
            case "add" if isinstance(container, dict):
                container[draw(st.sampled_from(NAMES))] = copy.deepcopy(content)
            case "add" | "repeat" if isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
            case _:
                container[draw(st.sampled_from(NAMES))] = copy.deepcopy(container[key])
    return value


@pytest.mark.parametrize("value", OBJECTS, ids=lambda value: f"{value['kind']}-{value['metadata']['name']}")
@pytest.mark.parametrize("namespace", [None, "put-here"])
def test_ordinary_objects_are_read_quickly_and_alike(value: Any, namespace: str | None) -> None:
    assert is_read_alike(value, namespace)


@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_is_read_quickly_is_accepted_without_a_remark_and_means_the_same(data: st.DataObject) -> None:
    is_read_alike(changed(data.draw, data.draw(st.sampled_from(OBJECTS))))


@pytest.mark.parametrize("content", LEAVES + MORE, ids=repr)
def test_every_place_of_every_object_may_hold_anything(content: Any) -> None:
    taken = 0
    for original in OBJECTS:
        for number in range(len(places_in(original))):
            value = copy.deepcopy(original)
            container, key = places_in(value)[number]
            if container is value and key in {"apiVersion", "kind"}:
                continue
            container[key] = copy.deepcopy(content)
            taken += is_read_alike(value)
    assert taken > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [None, "a", 1, True, {}, []], ids=repr)
def test_every_mapping_of_every_object_may_have_any_further_field(name: str, content: Any) -> None:
    for original in OBJECTS:
        for number in range(len(places_in(original))):
            value = copy.deepcopy(original)
            container, _ = places_in(value)[number]
            if isinstance(container, dict) and name not in container:
                container[name] = copy.deepcopy(content)
                is_read_alike(value)


@pytest.mark.parametrize(
    ("quick", "shape"),
    [
        (metadata.METADATA, metadata_schema.ObjectMeta),
        (metadata.OWNER, metadata_schema.OwnerReference),
        (objects.OBJECT, policy_schema.NetworkPolicyShape),
        (objects.NAMESPACE, namespace_schema.NamespaceShape),
        (objects.NAMESPACE_SPEC, namespace_schema.NamespaceSpec),
        (objects.CONTROLLER, workload_schema.DeploymentShape),
        (pods.TEMPLATE, pod_schema.PodTemplateShape),
        (policies.SPEC, policy_schema.NetworkPolicySpec),
        (policies.INGRESS, policy_schema.IngressRuleShape),
        (policies.EGRESS, policy_schema.EgressRuleShape),
        (policies.PEER, policy_schema.PeerShape),
        (policies.IP_BLOCK, policy_schema.IPBlockShape),
        (policies.PORT, policy_schema.PortShape),
        (policies.SELECTOR, selector_schema.Selector),
        (policies.REQUIREMENT, selector_schema.SelectorRequirement),
        (services.SERVICE, service_schema.ServiceShape),
        (services.PORT, service_schema.ServicePortShape),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_quick_reading_knows_every_field(quick: frozenset[str], shape: Any) -> None:
    assert quick == set(field_names(shape))


@pytest.mark.parametrize(
    ("quick", "shape", "left_out"),
    [
        (pods.POD_SPEC, pod_schema.PodSpecShape, {"hostname", "subdomain", "dnsConfig", "hostAliases"}),
        (pods.CONTAINER, pod_schema.ContainerShape, {"restartPolicy"}),
        (pods.PORT, pod_schema.ContainerPortShape, {"hostPort", "hostIP"}),
        (services.SPEC, service_schema.ServiceSpec, OF_WAYS_IN),
        (objects.SPECS["Deployment"], workload_schema.DeploymentSpec, set()),
        (objects.SPECS["StatefulSet"], workload_schema.StatefulSetSpec, {"ordinals"}),
        (objects.SPECS["DaemonSet"], workload_schema.DaemonSetSpec, set()),
        (objects.SPECS["ReplicaSet"], workload_schema.ReplicaSetSpec, set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_quick_reading_leaves_out_few_fields(quick: frozenset[str], shape: Any, left_out: set[str]) -> None:
    assert quick | left_out == set(field_names(shape))
    assert not quick & left_out


def test_ordinary_manifests_are_read_without_the_library_of_the_full_reading(tmp_path):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
    path = tmp_path / "ordinary.json"
    path.write_text(json.dumps(service))
    program = (
        "import sys\n"
        "from netverify.manifests.inventory import read_inventory\n"
        f"inventory = read_inventory([{str(path)!r}])\n"
        "assert inventory.cluster.routing.services, inventory.diagnostics\n"
        "assert 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
