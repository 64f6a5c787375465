"""Nothing is proved against a connection by a controller of Ingresses that is in the manifests, in either world."""

import pytest

from agreement.planted_controllers import ways_by_controller, with_controller
from agreement.test_agreement_gate_ends import judged
from agreement.test_agreement_gate_routes import text_of_pod
from generators.routed_clusters import random_routed_cluster

SEEDS = (0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (15, 16)))
"""Clusters of which the judges say that the controller gets through to a pod."""


def against(objects, world):
    """What is said of assertions that a connection by the controller is against."""
    client, service, pod, number, _ = next(ways_by_controller(objects))
    who, called = text_of_pod(pod), "service {}/{}".format(*service[1:3])
    flows = ({"to": who, "ports": number}, {"to": called, "ports": service[3]})
    assertions = [{"deny": {"from": client, **flow}, **world} for flow in flows]
    results = judged(objects, {}, assertions)
    return [(one.verdict.value, [each.text for each in one.violations]) for one in results]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("world", [{}, {"world": "existing"}], ids=["possible", "existing"])
def test_a_way_by_a_controller_refutes_denials_of_the_pod_and_of_its_service(seed, world):
    objects = with_controller(random_routed_cluster(seed))
    for verdict, texts in against(objects, world):
        assert verdict == "refuted"
        assert any("Ingress" in one or "Route" in one for one in texts)
