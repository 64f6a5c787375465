"""Baselines of random clusters, and what they hide after a change: flows that were not violating before."""

import copy
import json
from functools import cache
from itertools import product

from agreement.judged_intents import checked
from generators import changes, pairs_of_clusters
from generators.gate_cases import MOST_EFFORT, gate_case
from generators.intents import PORTS
from generators.vocabulary import SmallDice
from netverify.gate.baseline import read_baseline, write_baseline
from oracles.direct_interpreter import directions, namespace_of, on_host_network, rules, spec_of
from oracles.gate_judge import GateJudge

VERBS = (
    "deny",
    "deny",
    "only",
    "only",
    "isolated",
    "separate",
    "no-external",
    "no-ingress-from-internet",
    "no-egress-to-internet",
    "no-metadata-endpoint",
)
"""Those that single flows violate. Of a namespace that is not denied by default one flow stands for all."""

CHANGES = (
    pairs_of_clusters.relabel_a_namespace,
    pairs_of_clusters.relabel_a_workload,
    changes.add_a_rule,
    changes.add_a_peer,
    changes.add_a_port,
    changes.add_any_policy,
    changes.remove_a_policy,
    changes.add_udp_rules,
    changes.split_ranges,
)


def baseline_of(report):
    """What is violated in ``report``, written and read again."""
    return read_baseline("baseline.json", write_baseline(report.results))


@cache
def before(seed):
    """``(cluster, intent, meanings of its words, report)`` before any change."""
    cluster, intent, judge = gate_case(seed, VERBS)
    return cluster, intent, judge.meanings, checked(cluster, intent)


@cache
def judge_before(seed):
    """The judge of the cluster before any change."""
    cluster, intent, meanings, _ = before(seed)
    return GateJudge(cluster, intent, meanings, PORTS)


@cache
def kinds_before(seed, number):
    """The kinds of all flows that were against the assertion of that number before any change."""
    old, assertion = judge_before(seed), before(seed)[1]["assertions"][number]
    return {kind for flow, against in violating(old, assertion) for kind in kinds(old, flow, against)}


def changed_case(seed, change):
    """``(judge, intent)`` of a cluster after ``change``; None where it changes nothing."""
    cluster, intent, meanings, _ = before(seed)
    other = copy.deepcopy(cluster)
    if not change(SmallDice(seed), other) or other == cluster:
        return None
    later = GateJudge(other, intent, meanings, PORTS)
    return (later, intent) if later.every.effort <= MOST_EFFORT else None


def hidden(seed, change):
    """Flows that a baseline hides after ``change`` although nothing of their kind was violating before, in words."""
    case = changed_case(seed, change)
    if case is None:
        return
    new, intent = case
    baseline = baseline_of(before(seed)[-1])
    report = checked(new.cluster, intent, baseline=baseline)
    for number, (result, assertion) in enumerate(zip(report.results, intent["assertions"], strict=True)):
        if result.verdict.value in {"baselined", "proved", "excepted"}:
            for flow in news(seed, number, new, assertion):
                yield f"seed {seed}, {change.__name__}: {assertion} is {result.verdict.value}, but {flow}"
                break


def news(seed, number, new, assertion):
    """The flows that are against the assertion of that number now, and of whose kind none was."""
    old, known = judge_before(seed), kinds_before(seed, number)
    for flow, against in violating(new, assertion):
        if not set(kinds(new, flow, against)) & known and not was_violating(old, new, assertion, flow):
            yield new.both(flow), flow


def violating(judge, assertion):
    """Every flow that is against an assertion, with the CNIs on which it is."""
    for flow in judge.flows:
        if judge.is_none(flow) or (assertion.get("world") == "existing" and not judge.exists(flow)):
            continue
        if flow.allowed and (against := judge.is_against(assertion, flow)):
            yield flow, against


def kinds(judge, flow, against):
    """Between which places a flow goes, and which rules let it out and in: every choice that there is."""
    every = judge.every
    traffic = (flow.destination, flow.protocol, flow.port, flow.names)
    out = reasons(every, "Egress", (flow.source, flow.destination), traffic, near=flow.same_node)
    into = reasons(every, "Ingress", (flow.destination, flow.source), traffic, near=flow.same_node)
    places = tuple(map(judge.place, judge.both(flow)))
    return [(*places, why, reason) for (why, one), (reason, other) in product(out, into) if one & other & against]


def reasons(every, direction, ends, traffic, *, near):
    """Why a flow may pass one direction, each with the CNIs on which it is so."""
    subject, peer = ends
    sides = (every.destinations, every.sources) if direction == "Ingress" else (every.sources, every.destinations)
    one, other = sides[0][subject][0], sides[1][peer][0]
    if "pod" not in one:
        return [("outside", every.everywhere)]
    found = [("its own node", every.everywhere)] if near and "pod" in other and on_host_network(other) else []
    isolated, policies = 0, every.cluster["policies"]
    for number, applies in enumerate(every.applying(direction, subject)):
        isolated |= applies
        for index, rule in enumerate(rules(policies[number], direction)):
            if let := applies and applies & every.rule(direction, number, index, peer, traffic):
                found.append(((chosen_by(policies[number]), json.dumps(rule, sort_keys=True)), let))
    if free := every.everywhere & ~isolated:
        there = [p for p in policies if namespace_of(p) == namespace_of(one["pod"])]
        isolating = (p for p in there if any(direction in directions(p, b) for b in every.assignments))
        found.append((("nobody isolates it", *sorted(map(chosen_by, isolating))), free))
    return found


def chosen_by(policy):
    """Whom a policy selects, as text."""
    return json.dumps([namespace_of(policy), spec_of(policy).get("podSelector") or {}], sort_keys=True)


def was_violating(old, new, assertion, flow):
    """Whether that very flow was against an assertion before."""
    source, destination = (as_before(old, end) for end in new.both(flow))
    before = old.every.single(source, destination, flow.protocol, flow.port, flow.names, flow.same_node)
    return bool(old.is_against(assertion, before))


def as_before(old, end):
    """The same end, with a workload as it was."""
    if end.get("workload") is None:
        return end
    return {**end, "pod": old.cluster["workloads"][end["workload"]]}
