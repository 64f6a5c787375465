"""What lint says is redundant, taken away: the direct interpreter must see no connection change."""

import copy
import random
from functools import cache

from agreement.adapter import inventory_of
from generators.clusters import isolated, random_cluster, random_rule
from generators.vocabulary import SmallDice
from netverify.lint.linting import PROVED_OF_WHOLES
from netverify.verify import Verifier
from oracles.brute_force import Told, fit
from oracles.direct_interpreter import allowed, name_of, namespace_of, on_host_network

ANYONE = {"shape": "pods", "selector": {}, "where": None}
EVERYTHING = {
    "source": ANYONE,
    "destination": ANYONE,
    "port": None,
    "protocols": ("TCP", "UDP", "SCTP"),
    "free_named_ports": True,
}
MOST_CONNECTIONS = 1500


def repetitive_cluster(seed):
    """A small cluster whose policies say some things twice: parts of another policy, wider rules, isolation again."""
    rng = SmallDice(seed)
    cluster = random_cluster(rng, policies=(1, 3), workloads=(1, 3), namespaces=(1, 2))
    if rng.random() < 0.3:
        isolated(rng, cluster)
    for number in range(rng.randint(0, 2)):
        part = copy.deepcopy(rng.choice(cluster["policies"]))
        part["metadata"]["name"] = f"part-{number}"
        spec = part.get("spec") or {}
        if rng.random() < 0.5:
            spec["podSelector"] = {"matchLabels": {"app": "web"}}
        for side in ("ingress", "egress"):
            if spec.get(side) and rng.random() < 0.5:
                spec[side] = [rng.choice(spec[side])]
        cluster["policies"].append(part)
    for policy in cluster["policies"]:
        spec = policy.get("spec") or {}
        if spec.get("ingress") and rng.random() < 0.5:
            again = copy.deepcopy(rng.choice(spec["ingress"]))
            if again and again.get("ports") and rng.random() < 0.5:
                again["ports"] = again["ports"][:1]
            spec["ingress"] = [*spec["ingress"], rng.choice([again, again, random_rule(rng, "from", cluster["names"])])]
    return cluster


@cache
def reported(seed):
    """The findings of lint about the cluster of ``seed``; nothing may stay undecided."""
    linted = Verifier(inventory_of(repetitive_cluster(seed))).lint(PROVED_OF_WHOLES)
    assert not linted.unknown_because
    return linted.findings


def taken_away(cluster, findings):
    """``cluster`` without what ``findings`` are about."""
    fewer = copy.deepcopy(cluster)
    for code, place, rule in map(subject_of, findings):
        (policy,) = [one for one in fewer["policies"] if (namespace_of(one), name_of(one)) == place]
        if code == "NV625":
            fewer["policies"].remove(policy)
        else:
            side, number = rule
            policy["spec"]["policyTypes"] = types_of(policy)
            policy["spec"][side][number] = None
    for policy in fewer["policies"]:
        for side in ("ingress", "egress"):
            if (policy.get("spec") or {}).get(side):
                marks = {
                    rule
                    for code, place, rule in map(subject_of, findings)
                    if code == "NV626" and place == key_of(policy)
                }
                policy["spec"][side] = [
                    one for number, one in enumerate(policy["spec"][side]) if (side, number) not in marks
                ]
    return fewer


def key_of(policy):
    return namespace_of(policy), name_of(policy)


def types_of(policy):
    spec = policy["spec"]
    return spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])


def subject_of(finding):
    """The code, the policy, and the side and the number of the rule that a finding is about."""
    place = tuple(finding.message.partition("NetworkPolicy `")[2].partition("`")[0].split("/"))
    words = finding.message.split()
    return finding.code, place, (words[0], int(words[2]) - 1) if finding.code == "NV626" else None


def first_change(cluster, fewer, seed):
    """A connection that only one of two clusters allows; all are tried, or as many as can be, drawn at random."""
    told, rng = Told(cluster, EVERYTHING), random.Random(seed)
    sources, destinations = list(told.ends("source")), list(told.ends("destination"))
    for _ in range(MOST_CONNECTIONS):
        source, destination = rng.choice(sources), rng.choice(destinations)
        if not fit(source, destination):
            continue
        protocol, port = rng.choice(told.traffic)
        hosts = any("pod" in end and on_host_network(end) for end in (source, destination))
        one = {**source, "node": "n1"}
        other = told.with_ports({**destination, "node": rng.choice(["n1", "n2"]) if hosts else "n2"}, protocol, port)
        behaviours = rng.choice(told.assignments)
        before, after = (allowed(each, one, other, protocol, port, behaviours) for each in (cluster, fewer))
        if before != after:
            return one, other, protocol, port, behaviours
    return None
