"""What is left of policies and questions for a flow that was replayed, held against all of them."""

from dataclasses import replace

from agreement.pair_cases import NarrowDice, open_case
from agreement.pairs import texts
from agreement.random_tables import random_end_predicate
from generators.vocabulary import INNER
from netverify.answers.replay import Replayer
from netverify.model.addresses import Address
from netverify.model.cluster import is_node
from netverify.model.flow import End, External
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.pairs.all_pairs import all_pairs
from netverify.policy.evaluate import allows, matches
from netverify.policy.predicate import AddressIn, All, AnyOf, Behaves, Decided, NamedPort, Not, PortIn, Unspecified
from netverify.policy.slicing import PolicyIndex
from netverify.query.question import Form, Question

OPEN = {
    "choices": (Behaves, Unspecified, NamedPort),
    "ports": (Behaves, Unspecified, NamedPort, PortIn),
    "addresses": (Behaves, Unspecified, NamedPort, AddressIn),
}
CHANGES = 4


def wrong_replays(seed):
    """What is said otherwise of a flow, or of what it is changed to, than by the reference reading; None if nothing."""
    rng, case = NarrowDice(f"replays {seed}"), open_case(seed)
    declared = frozenset(name for name, one in case.cluster.namespaces.items() if one.declared)
    replayer = Replayer(PolicyIndex(case.policies), declared)
    for flow, behaviours in drawn_flows(rng, case):
        question = random_question(rng, case.cluster)
        if not all(matches(part, flow, behaviours) for part in question.asked):
            continue
        refused = not allows(case.policies, flow, behaviours)
        replayed = replayer.replay(question, flow, behaviours, refused=refused)

        def holds(changed, others, question=question, refused=refused):
            is_meant = all(matches(part, changed, others) for part in question.asked)
            return is_meant and allows(case.policies, changed, others) is not refused

        for _ in range(CHANGES):
            changed, others = made_small(rng, flow, declared), flipped(rng, behaviours)
            if replayed.holds(changed, others) != holds(changed, others):
                return seed, flow, changed, others
            for what, kinds in OPEN.items():
                near = replayed.around(flow, lambda leaf, kinds=kinds: isinstance(leaf, kinds))
                beside = changed_in(rng, what, flow)
                if near.holds(beside, others) != holds(beside, others):
                    return seed, what, flow, beside, others
    return None


def drawn_flows(rng, case):
    """Flows between existing pods, of some labels or others, and between pods that could be created in their places."""
    found = all_pairs(case.cluster, case.policies, case.fixed, pod_cidrs=texts(case.pod_cidrs))
    pairs = list(found.connections(replicas=True))
    for pair in rng.sample(pairs, min(12, len(pairs))):
        flow, behaviours = found.witness(pair.source, pair.destination)
        behaviours = Decided(behaviours)
        yield flow, behaviours
        for as_they_are in (True, False):
            for end in End:
                pod = flow.at(end)
                if not isinstance(pod, External) and not is_node(pod.workload):
                    workload = pod.workload if as_they_are else None
                    flow = flow.with_end(end, replace(pod, workload=workload, labels=dict(rng.sample(LABELS, 2))))
            yield flow, behaviours


LABELS = [("app", "web"), ("app", "0"), ("tier", "db"), ("statefulset.kubernetes.io/pod-name", "x")]


def random_question(rng, cluster):
    source, destination = (
        AnyOf(tuple(random_end_predicate(rng, cluster, end) for _ in range(rng.choice([1, 2, 6])))) for end in End
    )
    beside = tuple(All(tuple(random_end_predicate(rng, cluster, end) for end in End)) for _ in range(rng.randint(0, 1)))
    return Question(Form.CAN, "", source, destination, Not(AnyOf()), "", "", beside=beside)


def made_small(rng, flow, declared):
    """``flow`` with other traffic, and without some of what is not fixed about its ends."""
    flow = changed_in(rng, "ports", changed_in(rng, "addresses", flow))
    for end in End:
        pod = flow.at(end)
        if isinstance(pod, External) or is_node(pod.workload):
            continue
        if pod.namespace not in declared and rng.random() < 0.5:
            labels = {key: value for key, value in pod.namespace_labels.items() if key == NAMESPACE_NAME_LABEL}
            pod = replace(pod, namespace_labels=labels)
        if pod.workload is None and rng.random() < 0.5:
            pod = replace(pod, labels={}, service_account="default")
        flow = flow.with_end(end, pod)
    return flow


def changed_in(rng, what, flow):
    if what == "ports":
        return replace(flow, port=rng.choice([1, 80, 443, 5432, 8080, 65535, flow.port]))
    if what == "addresses":
        end = rng.choice(list(End))
        family = flow.at(end).address.family
        return flow.with_end(end, replace(flow.at(end), address=Address(family, rng.choice(list(INNER[family])))))
    return flow


def flipped(rng, behaviours):
    return Decided({one: value is (rng.random() < 0.7) for one, value in behaviours.items()})
