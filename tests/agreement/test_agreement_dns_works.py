"""`dns-works` against what it means: every pod is allowed to reach the pods of the DNS on port 53 over UDP."""

import json

from cases.gates import Gates
from cases.test_gate_dns_addresses import BASE, CORE
from generators.vocabulary import SmallDice

SEEDS = 12
RANGES = ("10.244.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "::/0", "192.0.2.0/24")
STATUSES = ("", "status: {podIP: 10.244.0.7}\n", "status: {podIP: 192.0.2.9}\n")
FLAGS = ((), ("--assume", "pod-cidr=10.244.0.0/16"), ("--assume", "ipblock-matches-pods=true"))
ASKED = ("dns-works: namespace a", "allow: {from: namespace a, to: kube-system/coredns, ports: 53/UDP}")


def policy(rng, number):
    """A policy about addresses, at the pods that ask or at those that answer."""
    if rng.randint(0, 1):
        rules = [
            {"action": rng.choice(["Accept", "Deny"]), "to": [{"networks": [rng.choice(RANGES)]}]}
            for _ in range(rng.randint(1, 2))
        ]
        return {
            "apiVersion": "policy.networking.k8s.io/v1alpha2",
            "kind": "ClusterNetworkPolicy",
            "metadata": {"name": f"p{number}"},
            "spec": {"tier": "Admin", "priority": number, "subject": {"namespaces": {}}, "egress": rules},
        }
    end, peers, way = rng.choice([("a", "to", "egress"), ("kube-system", "from", "ingress")])
    blocks = [{"ipBlock": {"cidr": one}} for one in rng.sample(RANGES, rng.randint(1, 3))]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"n{number}", "namespace": end},
        "spec": {"podSelector": {}, "policyTypes": [way.capitalize()], way: [{peers: blocks}]},
    }


def verdicts(gates, seed):
    rng = SmallDice(f"{seed}/dns-works")
    policies = [json.dumps(policy(rng, number)) for number in range(rng.randint(1, 2))]
    core = CORE.replace("image: coredns}]}\n", "image: coredns}]}\n" + rng.choice(STATUSES))
    if rng.randint(0, 3) == 0:
        core = core.replace("spec: {containers", "spec: {hostNetwork: true, containers")
    manifests = BASE + core + "---\n" + "\n---\n".join(policies)
    found = gates.results(manifests, ASKED, *rng.choice(FLAGS))
    return [found[one]["verdict"] for one in ASKED]


def test_dns_works_iff_its_pods_may_be_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gates = Gates(capsys)
    proved = 0
    for seed in range(SEEDS):
        works, allowed = verdicts(gates, seed)
        assert (works == "proved") == (allowed == "proved"), (seed, works, allowed)
        proved += works == "proved"
    assert 0 < proved < SEEDS
