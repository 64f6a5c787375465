"""The readings of one cluster behind one face: may this connection be opened?"""

import json
import random
from collections import defaultdict
from dataclasses import replace

import pytest
import yaml

from agreement.adapter import behaviours_of, flow_of, inventory_of
from agreement.pairs import Maps, is_of_a_map
from agreement.pipeline import read_inventory
from generators.small_cases import cluster_of
from netverify.answers.context import make_context
from netverify.answers.reachability import answer_refused
from netverify.model.traffic import Protocol, port_set
from netverify.policy.evaluate import allows
from netverify.policy.predicate import AnyOf, PortIn
from netverify.policy.tiers import lower
from netverify.query.outcome import Scope, Verdict
from netverify.symbolic.casting import PodScope
from netverify.verify import Settings, Verifier, ask
from oracles import truth_table
from oracles.cluster_policy_interpreter import CLUSTER_BEHAVIOURS, verdicts
from oracles.direct_interpreter import BEHAVIOURS, allowed, name_of, namespace_of, on_host_network
from oracles.expectations import expectations


def direct(cluster, text=None):
    """The direct interpreter on ``cluster``, whatever ``text`` it came from."""
    del text

    def answer(point):
        connection = point["source"], point["destination"], point["protocol"], point["port"], point["behaviours"]
        if not cluster.get("clusterPolicies"):
            return allowed(cluster, *connection)
        (verdict,) = verdicts(cluster, *connection)
        return verdict

    return answer


def reference(cluster, text=None):
    """The reference reading through the whole pipeline, of ``text`` or else of ``cluster`` written down."""
    facts = (inventory_of(cluster) if text is None else read_inventory(text)).cluster
    policies = lower(facts)

    def answer(point):
        return allows(policies, flow_of(facts, point), behaviours_of(point["behaviours"]))

    return answer


def connectivity(cluster, text=None):
    """The all-pairs reading through the whole pipeline; None where it says that it depends, and for no pair at all."""
    facts = (inventory_of(cluster) if text is None else read_inventory(text)).cluster
    maps = Maps(facts, lower(facts))

    def answer(point):
        return maps.says(point) if is_of_a_map(point) else None

    return answer


READERS = {"direct": direct, "reference": reference, "connectivity": connectivity}


def assignments(where):
    """Behaviours to hold a case against: those in ``where`` fixed, all others false, all others true, and at random."""
    rng = random.Random(7)
    enforced = ("policy-enforced", "cluster-network-policy-enforced", "admin-network-policy-enforced")
    rest = {**dict.fromkeys(enforced, True), **where}
    for value in (lambda: False, lambda: True, lambda: rng.random() < 0.5, lambda: rng.random() < 0.5):
        yield {**{name: value() for name in (*BEHAVIOURS, *CLUSTER_BEHAVIOURS)}, **rest}


def check_lines(reading, manifests, text):
    """Hold every expectation in ``text`` against one reading, under every assignment of behaviours that it admits.

    The symbolic reading is asked for all assignments at once, and only what a sentence can say.
    """
    cluster = cluster_of(manifests)
    lines = list(expectations(text, cluster))
    assert lines
    if reading == "symbolic":
        asked = [line for line in lines if is_sayable(line[1], with_blocks="ipBlock" in manifests)]
        if not asked:
            pytest.skip("no sentence says exactly this")
        inventory = read_inventory(manifests)
        assert [line for line in asked if not is_answered(inventory, *line[1:])] == []
        return
    if reading == "connectivity":
        lines = [line for line in lines if is_of_a_map(line[1])]
        if not lines:
            pytest.skip("no pair of a map is meant")
    answer = READERS[reading](cluster, manifests)
    wrong = {
        line
        for line, point, where, expected in lines
        for behaviours in assignments(where)
        if not fits(answer({**point, "behaviours": behaviours}), expected, point, with_blocks="ipBlock" in manifests)
    }
    assert wrong == set()


def fits(said, expected, point, *, with_blocks):
    """Whether an answer is the expected one; a map may leave open what only an address or a node would tell it."""
    return said is expected or (said is None and not is_sayable(point, with_blocks=with_blocks))


def is_sayable(point, *, with_blocks):
    """Whether a sentence means this connection: two existing pods, off the host network, or addresses outside.

    Where there are ``with_blocks``, the manifests must tell the addresses of pods.
    """
    ends = point["source"], point["destination"]
    inside = [end for end in ends if "pod" in end]
    if any(end["workload"] is None or end["given"] or on_host_network(end) for end in inside):
        return False
    if with_blocks and not all((end["pod"].get("status") or {}).get("podIP") for end in inside):
        return False
    return len(inside) < 2 or ends[0]["workload"] != ends[1]["workload"]


def is_answered(inventory, point, where, expected):
    """Whether the symbolic reading proves or refutes ``point`` as expected, whatever is not fixed by ``where``."""
    settings = Settings(behaviours=behaviours_of({"policy-enforced": True, **where}))
    source, destination = (phrase_of(point[side]) for side in ("source", "destination"))
    sentence = f"can {source} reach {destination}:{point['port']}/{point['protocol'].lower()}"
    return ask(sentence, inventory, settings).verdict is (Verdict.REACHABLE if expected else Verdict.UNREACHABLE)


def phrase_of(end):
    """One end in the words of the grammar."""
    if "pod" not in end:
        return f"[{end['address']}]" if ":" in end["address"] else end["address"]
    manifest = end["pod"]
    return f"{manifest['kind'].lower()} {namespace_of(manifest)}/{name_of(manifest)}"


def check_table(reading, policies, cells, *, where=None, namespace_labels=None, pod_labels=None):
    """Hold every cell of a truth table against one reading, under every assignment of behaviours."""
    pods = truth_table.pods(pod_labels)
    cluster = {
        "namespaces": truth_table.namespaces(namespace_labels),
        "workloads": pods,
        "policies": [document for document in yaml.safe_load_all(policies) if document],
    }
    objects = {"apiVersion": "v1", "kind": "List", "items": [*cluster["namespaces"], *pods]}
    text = f"{json.dumps(objects)}\n{policies}"
    if reading == "symbolic":
        assert wrong_answers(text, cells, where or {}) == []
        return
    ends = {
        name: {"pod": pod, "workload": index, "address": pod["status"]["podIP"], "node": f"n{index}"}
        for index, (name, pod) in enumerate(zip(truth_table.PODS, pods, strict=True))
    }
    answer = READERS[reading](cluster, text)
    wrong = []
    for behaviours in assignments(where or {}):
        for protocol, port, source, destination, expected in cells:
            point = {"source": ends[source], "destination": ends[destination], "protocol": protocol, "port": port}
            if answer({**point, "behaviours": behaviours}) is not expected:
                wrong.append(f"{source} -> {destination}:{port}/{protocol} should be {expected}")
    assert wrong == []


def wrong_answers(text, cells, where):
    """What the symbolic reading proves or refutes of the cells against what is expected.

    The pods that one pod reaches by the same traffic are asked about together. The cells that are to be denied are one
    question, of which nothing may be reachable. Of those that are to be allowed none may be refused, and one of them,
    another one for each lot, must be reachable.
    """
    settings = Settings(behaviours=behaviours_of({"policy-enforced": True, **where}))
    verifier = Verifier(read_inventory(text), settings)
    context = make_context(verifier.inventory, settings)
    wrong = []
    for number, (source, targets, opened, closed) in enumerate(lots(cells)):
        questions = [verifier.question(f"can pod {source} reach pod {target}") for target in targets]
        together = replace(questions[0], destination=AnyOf(tuple(one.destination for one in questions)))
        if opened:
            one = replace(questions[number % len(targets)], traffic=opened[number % len(opened)])
            if not is_reachable(verifier.answer(one)):
                wrong.append(f"{one.text}: {one.traffic} should be reachable")
            asked = replace(together, traffic=AnyOf(opened))
            if not is_proved(answer_refused(asked, context, context.search.find_refused(asked, PodScope.EXISTING))):
                wrong.append(f"{source} -> {targets}: none of {opened} should be refused")
        if closed and not is_proved(verifier.answer(replace(together, traffic=AnyOf(closed)))):
            wrong.append(f"{source} -> {targets}: none of {closed} should be reachable")
    return wrong


def lots(cells):
    """``(source, targets, opened, closed)``: the pods that are to be reached by the same traffic from the same pod."""
    pairs, alike = defaultdict(lambda: {True: [], False: []}), defaultdict(list)
    for protocol, port, source, target, expected in cells:
        pairs[source, target][expected].append(PortIn(Protocol(protocol), port_set((port, port))))
    for (source, target), traffic in pairs.items():
        alike[source, tuple(traffic[True]), tuple(traffic[False])].append(target)
    return [(source, targets, opened, closed) for (source, opened, closed), targets in alike.items()]


def is_reachable(answer):
    return (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.EXISTING)


def is_proved(answer):
    return (answer.verdict, answer.scope) == (Verdict.UNREACHABLE, None)
