"""Random clusters for scopes, rich in chains, and what the package and the judge find in them."""

import random
from functools import cache
from itertools import pairwise

from agreement.adapter import inventory_of
from netverify.answers.settings import Settings
from netverify.diagnostics import NOWHERE
from netverify.gate.intent.spec import NamespacesText, Written, ZoneText
from netverify.model.addresses import parse_address
from netverify.model.labels import selector_of
from netverify.verify import Verifier
from oracles.direct_interpreter import labels_of
from oracles.scope_judge import distances, edges, members

NAMES = ("a", "b")
APPS = ("v", "w", "x", "y")


def manifest(kind, name, namespace, spec, labels=None):
    version = {"NetworkPolicy": "networking.k8s.io/v1", "Deployment": "apps/v1"}.get(kind, "v1")
    metadata = {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        **({"labels": labels} if labels else {}),
    }
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **({"spec": spec} if spec else {})}


def random_workload(rng, number):
    labels = {"app": APPS[(number + rng.randint(0, 1)) % len(APPS)]}
    spec = {"containers": [{"name": "c", "image": "i"}]}
    namespace, name = rng.choice(NAMES), f"w{number}"
    if rng.random() < 0.5:
        return manifest("Pod", name, namespace, spec, labels)
    template = {"metadata": {"labels": labels}, "spec": spec}
    return manifest("Deployment", name, namespace, {"selector": {"matchLabels": labels}, "template": template})


def links(rng):
    """Policies that let each kind of pod in from the next one, in a random order: most of them, on some ports."""
    order = rng.sample(APPS, len(APPS))
    for number, (one, other) in enumerate(pairwise(order)):
        if rng.random() < 0.15:
            continue
        peer = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": other}}}
        if rng.random() < 0.2:
            peer = {"ipBlock": {"cidr": "10.0.0.0/8"}}
        ports = rng.choice(([], [{"port": 80}], [{"port": 80, "endPort": 90}]))
        rule = {"from": [peer], **({"ports": ports} if ports else {})}
        spec = {"podSelector": {"matchLabels": {"app": one}}, "policyTypes": ["Ingress"], "ingress": [rule]}
        yield from (manifest("NetworkPolicy", f"in{number}", name, spec) for name in NAMES)


def narrow(rng):
    """A policy that lets some pods of a namespace out to one port alone."""
    spec = {"podSelector": {"matchLabels": {"app": rng.choice(APPS)}}, "policyTypes": ["Egress"]}
    spec["egress"] = [{"ports": [{"port": rng.choice((80, 85))}]}] if rng.random() < 0.8 else []
    return manifest("NetworkPolicy", "out", rng.choice(NAMES), spec)


@cache
def scope_case(seed):
    """``(cluster, namespace, label)``: a cluster, and what the zone is."""
    rng = random.Random(seed)
    workloads = [random_workload(rng, number) for number in range(rng.randint(4, 5))]
    isolated = {"podSelector": {}, "policyTypes": ["Ingress"]}
    policies = [manifest("NetworkPolicy", "isolate", name, isolated) for name in NAMES if rng.random() < 0.9]
    policies += [*links(rng), *([narrow(rng)] if rng.random() < 0.6 else [])]
    namespaces = [manifest("Namespace", name, None, None) for name in NAMES]
    cluster = {"names": [*NAMES], "namespaces": namespaces, "workloads": workloads, "ended": [], "policies": policies}
    one = rng.choice(workloads)
    return cluster, one["metadata"]["namespace"], labels_of({"pod": one})["app"] if rng.random() < 0.8 else None


@cache
def judged(seed):
    """By end, a workload's number or an address: its paths into and out of the zone, as the judge sees them."""
    cluster, namespace, label = scope_case(seed)
    start = members(cluster, namespace, label)
    surely, perhaps = edges(cluster)
    found = {}
    for outward in (False, True):
        sure, maybe = (distances(pairs, start, outward=outward) for pairs in (surely, perhaps))
        for end in maybe.keys() - start:
            hops = sure.get(end, maybe[end])
            found.setdefault(end, {})[outward] = (hops, end in sure, maybe[end] if maybe[end] < hops else None)
    return start, found, surely, perhaps


def scoped(seed):
    """The scope that the package finds."""
    cluster, namespace, label = scope_case(seed)
    written = NamespacesText((Written(namespace, NOWHERE),))
    pods = None if label is None else selector_of({"app": label})
    zone = ZoneText("z", NOWHERE, namespaces=written, pods=pods)
    verifier = Verifier(inventory_of(cluster), Settings())
    return verifier.scope(verifier.places((zone,), ("z",)))


def disagreements(seed):
    """What the package and the judge see differently, in words."""
    scope, (start, expected, *pairs) = scoped(seed), judged(seed)
    numbers = {key_of(one): number for number, one in enumerate(scope_case(seed)[0]["workloads"])}
    endpoints = scope.connectivity.endpoints
    name = {n: numbers[one.id] for n, one in enumerate(endpoints) if one.workload is not None}
    found = {}
    for entry in scope.entries:
        for member in entry.members:
            ends = [name[member]] if member in name else outside(endpoints[member].block, expected)
            for end in ends:
                found[end] = {
                    outward: (path.hops, path.is_sure, path.sooner)
                    for outward, path in ((False, entry.into), (True, entry.out))
                    if path is not None
                }
    inside = {name[n] for one in scope.inside for n in (*one.sure, *one.perhaps) if n in name}
    apart = {name[n] for n in scope.apart}
    return [
        *([f"{seed}: inside are {inside}, should be {start}"] if inside != start else []),
        *(
            f"{seed}: {end} is {found.get(end)}, should be {expected.get(end)}"
            for end in {*found, *expected}
            if found.get(end) != expected.get(end)
        ),
        *(f"{seed}: {end} is apart" for end in apart & (expected.keys() | start)),
        *(f"{seed}: {end} is nowhere" for end in set(numbers.values()) - start - expected.keys() - apart),
        *wrong_steps(seed, scope, name, *pairs),
    ]


def wrong_steps(seed, scope, name, surely, perhaps):
    """Steps between pods that there are not, or not for sure, and paths that do not hang together."""
    for entry in scope.entries:
        for path in (one for one in (entry.into, entry.out) if one is not None):
            steps = [(step.source, step.destination) for step in path.steps]
            if any(one[1] != other[0] for one, other in pairwise(steps)):
                yield f"{seed}: a path breaks off: {steps}"
            for step in path.steps:
                pair = name.get(step.source), name.get(step.destination)
                if None not in pair and pair not in (surely if path.is_sure else perhaps):
                    yield f"{seed}: there is no step {pair}"
                if path.is_sure and step.witness.needs:
                    yield f"{seed}: the step {pair} is sure, and shown by a flow that is not"


def outside(block, expected):
    """The addresses of the judge that are in ``block``."""
    return [end for end in expected if isinstance(end, str) and parse_address(end) in block]


def key_of(workload):
    metadata = workload["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}[{workload['kind']}]"
