"""Queries that are told without a solver, against the solver's answer about each workload."""

import json

import pytest

from agreement.adapter import inventory_of, text_of
from agreement.pipeline import read_inventory
from generators.clusters import isolated, random_cluster
from generators.vocabulary import SmallDice
from netverify.answers.dns import DnsVerdict, dns_access_of
from netverify.lint.dns_egress import PlainQueries
from netverify.routes.cluster_dns import PROTOCOLS, cluster_dns
from netverify.verify import Verifier

OPENINGS = (
    {"ports": [{"port": 53, "protocol": "UDP"}]},
    {"ports": [{"port": 53}], "to": [{"namespaceSelector": {}}]},
    {"to": [{"podSelector": {}}]},
    {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]},
    {"ports": [{"port": 80}]},
)


def asking_cluster(seed):
    """A small cluster in which some policies let queries out."""
    rng = SmallDice(seed)
    cluster = random_cluster(rng, policies=(0, 2), workloads=(1, 3), namespaces=(1, 2))
    isolated(rng, cluster)
    for policy in cluster["policies"]:
        spec = policy.get("spec") or {}
        if "Egress" in (spec.get("policyTypes") or []):
            spec["egress"] = [*(spec.get("egress") or []), *rng.sample(OPENINGS, rng.randint(0, 2))]
    return cluster


DNS_PODS = (
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "dns-0", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
        "spec": {
            "containers": [
                {"name": "dns", "image": "dns", "ports": [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]}
            ]
        },
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "dns", "namespace": "kube-system"},
        "spec": {
            "selector": {"matchLabels": {"k8s-app": "kube-dns"}},
            "template": {
                "metadata": {"labels": {"k8s-app": "kube-dns", "app": "db"}},
                "spec": {"containers": [{"name": "dns", "image": "dns"}]},
            },
        },
    },
)
DNS_SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "kube-dns", "namespace": "kube-system"},
    "spec": {
        "selector": {"k8s-app": "kube-dns"},
        "ports": [{"port": 53, "protocol": protocol, "name": protocol.lower()} for protocol in ("UDP", "TCP")],
    },
}
GUARD = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "guard", "namespace": "kube-system"},
    "spec": {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": [{"ports": [{"port": 53}]}]},
}


def served_inventory(seed):
    """The inventory of such a cluster with the Service for DNS and one or both kinds of its pods."""
    rng = SmallDice(f"{seed}/served")
    served = [DNS_SERVICE, *rng.sample(DNS_PODS, rng.randint(1, 2)), *rng.sample([GUARD], rng.randint(0, 1))]
    return read_inventory("\n---\n".join([text_of(asking_cluster(seed)), *map(json.dumps, served)]))


@pytest.mark.parametrize("served", [False, True], ids=["usual-dns", "dns-of-the-manifests"])
@pytest.mark.parametrize("seeds", [range(start, start + 5) for start in range(0, 25, 5)])
def test_what_is_plain_about_a_query_is_what_the_solver_says(seeds, served):
    told = 0
    for seed in seeds:
        context = Verifier(served_inventory(seed) if served else inventory_of(asking_cluster(seed)))._context
        queries = PlainQueries(context, cluster_dns(context.routing, context.settings.routing).servers)
        for workload in context.inventory.cluster.workloads:
            blocked = queries.blocked(workload)
            if blocked is not None and not workload.host_network:
                told += 1
                access = dns_access_of(context, workload.key)
                assert blocked == tuple(one for one in PROTOCOLS if access.over(one) is DnsVerdict.BLOCKED), seed
    assert told
