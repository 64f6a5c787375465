"""What the generator of routed clusters makes: manifests that a server takes, and enough that leads somewhere."""

from collections import Counter

import pytest
import yaml

from agreement.pipeline import read_inventory
from generators.routed_clusters import random_routed_cluster, text_of
from oracles.published_schemas import validate
from oracles.routing_interpreter import endpoints
from oracles.service_interpreter import ports_of
from oracles.ways_in_interpreter import ways_in

NO_SCHEMA = ("gateway.networking.k8s.io", "route.openshift.io")  # custom resources


@pytest.mark.parametrize("seed", range(40))
def test_every_manifest_has_the_shape_of_its_kind_and_none_is_refused(seed):
    objects = random_routed_cluster(seed)
    assert list(yaml.load_all(text_of(objects), yaml.CSafeLoader)) == objects == random_routed_cluster(seed)
    for one in objects:
        if not one["apiVersion"].startswith(NO_SCHEMA):
            validate(one)
    read_inventory(text_of(objects))


def test_services_lead_somewhere_and_nowhere_and_every_kind_of_way_in_occurs():
    ways, led = Counter(), Counter()
    for seed in range(120):
        objects = random_routed_cluster(seed)
        ways.update(way.kind for way in ways_in(objects))
        for one in objects:
            if one["kind"] == "Service":
                place = one["metadata"]["namespace"], one["metadata"]["name"]
                led.update(bool(endpoints(objects, *place, port["port"])) for port in ports_of(one))
    assert min(led[True], led[False]) > 100
    services = {"NodePort", "LoadBalancer", "externalIPs", "hostPort", "hostNetwork", "Ingress", "Route"}
    assert set(ways) == services | {"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"}
