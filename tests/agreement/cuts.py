"""Goals cut into parts that together are the whole: nothing is found of the whole iff nothing is found of any part.

Tables are drawn in the common form with several tiers, or lowered from NetworkPolicies; a goal over everything is
solved with the least portions that there are. Flows that are drawn are judged by the reference reading: what it says of
one of them, no proof may deny.
"""

from dataclasses import dataclass, replace
from itertools import chain, product

from agreement.adapter import inventory_of
from agreement.judged_intents import checked
from agreement.pair_cases import random_fixed
from agreement.random_tables import left_open, random_policy_set, told_by_accounts
from generators.clusters import NAME_LABEL, isolated, random_cluster
from generators.vocabulary import SMALL, Dice
from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.budget import Budget
from netverify.diff.compare import compare
from netverify.diff.searching import DifferenceSearch
from netverify.diff.sides import Facts, Sides
from netverify.diff.staging import Stage
from netverify.model.addresses import parse_address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction, End, Flow, Pod
from netverify.model.traffic import EVERY_PORT, Protocol
from netverify.policy.evaluate import allows, table_allows
from netverify.policy.mentions import Mentions, collect_table
from netverify.policy.predicate import All, InNamespace, IsPod, IsWorkload, Not, PortIn
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import PolicySet
from netverify.policy.tiers import lower
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Form, Question, narrowed
from netverify.symbolic.casting import PodScope
from netverify.symbolic.cluster_index import ModelOptions, index_cluster
from netverify.symbolic.redundancy import Redundancy
from netverify.symbolic.scene import NEW_NAMESPACE, Cast
from netverify.symbolic.search import Search
from netverify.symbolic.status import Status
from netverify.verify import ask

LEAST = {"NARROW": 0, "NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1, "CUT": 1, "SUBJECTS_AT_ONCE": 1}
"""The least that one goal can speak of: every cluster is wider."""

MANY_PODS = {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1}
"""One pod at a time, of those that policies may let through to the other end."""


class CutDice(Dice):
    """Few words, and four namespaces."""

    words = replace(SMALL, namespaces=("a", "b", "c", "d"), on_host=0.1)


@dataclass(frozen=True)
class CutCase:
    """A cluster of three or four namespaces, and two policy sets about it."""

    cluster: Cluster
    policies: PolicySet
    others: PolicySet
    fixed: dict


def cut_case(seed):
    """Three of four cases have tables of several tiers, of which two leave things open and tell service accounts.

    In the others, a policy is gone from the second set.
    """
    rng, manifests, fewer = cut_manifests(seed)
    if seed % 4 == 0:
        cluster = inventory_of(manifests).cluster
        return CutCase(cluster, lower(cluster), lower(inventory_of(fewer).cluster), random_fixed(rng))
    cluster = inventory_of({**manifests, "policies": []}).cluster
    both, fixed = [random_policy_set(rng, cluster) for _ in range(2)], random_fixed(rng)
    if seed % 4 == 1:
        return CutCase(cluster, *both, fixed)
    rng = CutDice(f"open cuts {seed}")
    told = [told_by_accounts(CutDice(f"{rng.random()}"), cluster, left_open(rng, cluster, one)) for one in both]
    if seed % 4 == 3:
        both = about_one_workload(rng, cluster, left_open(rng, cluster, both[0]))
        return CutCase(cluster, *both, fixed)
    return CutCase(told[0][0], *(policies for _, policies in told), fixed)


def about_one_workload(rng, cluster, policies):
    """``policies``, of which one rule is about one workload alone, with and without that rule; in any order."""
    tables = dict(policies.tables)
    direction = rng.choice(
        [one for one in Direction if any(tier.rules for tier in tables[one].tiers)] or list(Direction)
    )
    numbers = [n for n, tier in enumerate(tables[direction].tiers) if tier.rules]
    if not numbers:
        return policies, policies
    number = rng.choice(numbers)
    tier = tables[direction].tiers[number]
    rule = rng.choice(tier.rules)
    named = IsWorkload(rng.choice(list(End)), rng.choice(cluster.workloads).key)
    narrow = replace(rule, traffic=All((rule.traffic, named if rng.random() < 0.8 else Not(named))))

    def having(rules):
        tiers = list(tables[direction].tiers)
        tiers[number] = replace(tier, rules=rules)
        return PolicySet({**tables, direction: replace(tables[direction], tiers=tuple(tiers))})

    both = [
        having(tuple(rules))
        for rules in (
            [narrow if one is rule else one for one in tier.rules],
            [one for one in tier.rules if one is not rule],
        )
    ]
    return rng.sample(both, 2)


def cut_manifests(seed):
    """A source of randomness, the manifests of a cluster, and the same without some policy."""
    rng = CutDice(f"cuts {seed}")
    manifests = random_cluster(rng, policies=(2, 6), workloads=(3, 5), namespaces=(3, 4))
    isolated(rng, manifests)
    gone = rng.choice(manifests["policies"])
    return rng, manifests, {**manifests, "policies": [one for one in manifests["policies"] if one is not gone]}


ANY_SOURCE, ANY_DESTINATION = map(IsPod, End)


def question(source=ANY_SOURCE, destination=ANY_DESTINATION, traffic=EVERY_TRAFFIC):
    return Question(Form.CAN, "can it", source, destination, traffic, "source", "destination")


def parts_of(whole, cluster):
    """``whole`` in parts: by the namespace at either end, and by protocol. Each list of parts is all of it."""
    for end in End:
        names = tuple(InNamespace(end, name) for name in sorted(cluster.namespaces))
        elsewhere = All(tuple(map(Not, names)))
        yield f"by namespace of the {end}", [narrowed(whole, end, part) for part in (*names, elsewhere)]
    by_protocol = [question(whole.source, whole.destination, PortIn(one, EVERY_PORT)) for one in Protocol]
    yield "by protocol", by_protocol


def by_workload(whole, cluster):
    for end in End:
        keys = [one.key for one in cluster.workloads]
        yield f"by pod at the {end}", [narrowed(whole, end, IsWorkload(end, key)) for key in keys]


def broken_cut_of_question(seed):
    """A whole question whose answer is not that of its parts, in words; None where each is."""
    case = cut_case(seed)
    index = index_cluster(case.cluster)
    search = Search(index, PolicyIndex(case.policies), case.fixed, ModelOptions(), Budget())
    target = case.cluster.workloads[seed % len(case.cluster.workloads)].key
    asked = question(destination=IsWorkload(End.DESTINATION, target)), question(source=IsWorkload(End.SOURCE, target))
    finds = {
        "any pod": (search.find, parts_of),
        "existing pods": (search.find_existing, by_workload),
        "existing pods, refused": (lambda one: search.find_refused(one, PodScope.EXISTING), by_workload),
        "any pod, refused": (lambda one: search.find_refused(one, PodScope.NAMED), parts_of),
    }
    for whole, (words, (find, cut)) in product(asked, finds.items()):
        found = find(whole)
        for how, parts in cut(whole, case.cluster):
            of_parts = [find(part) for part in parts]
            said = [one.status for one in of_parts]
            if (found.status is Status.SAT) is not (Status.SAT in said):
                return f"{words} at {target}: {found.status} of all, {said} {how}"
            if found.status is Status.UNSAT and found.vacuous is not all(one.vacuous for one in of_parts):
                return f"{words} at {target}: vacuous of all or of every part alone, {how}"
        if (wrong := contradicted(found, whole, case, refused="refused" in words)) is not None:
            return f"{words} at {target}: {wrong}"
    return None


def contradicted(found, whole, case, *, refused):
    """A drawn flow that ``found`` proves not to exist, or a flow that it found and that is none; None without any."""
    if found.status is Status.SAT:
        is_one = allows(case.policies, found.flow, completed(found.behaviours, case)) is not refused
        return None if is_one else f"{found.flow} is none"
    for flow, behaviours in drawn_flows(case, existing=True):
        if holds(whole, flow) and allows(case.policies, flow, behaviours) is not refused:
            return f"{flow} with {behaviours} is one"
    return None


def holds(whole, flow):
    """Whether ``whole``, which names one workload at one end, asks about ``flow``."""
    named = {
        end: predicate.key
        for end, predicate in ((End.SOURCE, whole.source), (End.DESTINATION, whole.destination))
        if isinstance(predicate, IsWorkload)
    }
    return all(flow.at(end).workload == key for end, key in named.items())


def drawn_flows(case, *, existing, count=40):
    """Flows between pods of the cluster, or between pods that could be created as they are, and what the CNI does."""
    rng = CutDice("drawn")
    addresses = [parse_address(text) for text in ("10.0.0.1", "10.0.0.2", "10.0.1.9")]
    left_open = [*Behaviour, *unspecified_in(case)]
    for _ in range(count):
        ends = [pod_like(rng.choice(case.cluster.workloads), case, rng.choice(addresses), existing) for _ in End]
        single = {one.key for one in case.cluster.workloads if one.single}
        if ends[0].address.family != ends[1].address.family:
            continue
        if ends[0].address == ends[1].address or (ends[0].workload == ends[1].workload and ends[0].workload in single):
            continue
        if any(end.host_network for end in ends):  # whether two of them are on one node, and have its address, is open
            continue
        behaviours = {one: case.fixed.get(one, rng.random() < 0.5) for one in left_open}
        first, last = rng.choice(rng.words.ranges)
        yield Flow(*ends, rng.choice(list(Protocol)), rng.choice((first, last))), behaviours


def unspecified_in(case):
    """What the policies of ``case`` leave open beside behaviours, sorted."""
    mentions = Mentions()
    for policies in (case.policies, case.others):
        for table in policies.tables.values():
            collect_table(table, mentions)
    return sorted(mentions.unspecified)


def completed(behaviours, case):
    """``behaviours`` of a flow that was found, with a value for what its goal did not speak of."""
    return {**dict.fromkeys(unspecified_in(case), False), **behaviours}


def pod_like(workload, case, address, existing):
    """A pod of ``workload``, or one that could be created with its labels."""
    namespace = case.cluster.namespaces[workload.key.namespace]
    labels = {**dict.fromkeys(workload.open_labels, "0"), **workload.labels} if existing else workload.labels
    known = existing and workload.addresses
    return Pod(
        namespace.name,
        namespace.labels,
        labels,
        workload.addresses[0] if known else address,
        workload.ports if existing else (),
        workload.host_network and existing,
        workload.key if existing else None,
        workload.service_account or "default",
    )


def broken_cut_of_comparison(seed):
    """A comparison of everything that does not find what a part of it finds, or the other way round; None if all do."""
    case = cut_case(seed)
    sides = Sides(*(Facts(case.cluster, PolicyIndex(one)) for one in (case.policies, case.others)), Settings())
    search = DifferenceSearch(sides.old, sides.new, sides, frozenset())
    places = (NEW_NAMESPACE, *sorted(case.cluster.namespaces))
    for direction in Direction:
        found = search.find(stage(direction, places, Cast(places, external=True, hosts=True)))
        peers = [Cast((place,), hosts=True) for place in places] + [Cast(external=True)]
        of_parts = {
            (place, peer): search.find(stage(direction, (place,), peer)).status
            for place, peer in product(places, peers)
        }
        if (found.status is Status.SAT) is not (Status.SAT in of_parts.values()):
            return f"{direction}: {found.status} of all, {of_parts}"
        if (wrong := contradicted_difference(found, direction, case)) is not None:
            return f"{direction}: {wrong}"
    return None


def stage(direction, places, peer):
    casts = {direction.subject: Cast(places, hosts=True), direction.peer: peer}
    return Stage(casts, casts, direction, "it")


def contradicted_difference(found, direction, case):
    """As :func:`contradicted`, of two policy sets."""

    def differs(flow, other, behaviours):
        refused = not table_allows(case.others.tables[direction], other, behaviours)
        return refused and allows(case.policies, flow, behaviours)

    if found.status is Status.SAT:
        behaviours = completed(found.behaviours, case)
        return None if differs(found.flow, found.refused, behaviours) else f"{found.flow} is none"
    flows = chain(drawn_flows(case, existing=False), drawn_flows(case, existing=True, count=200))
    return next((f"{flow} with {done} is one" for flow, done in flows if differs(flow, flow, done)), None)


def wrong_about_alike(seed):
    """Tables of one direction that are said to decide alike and do not, or the other way round; None without any."""
    case = cut_case(seed)
    redundancy = Redundancy(index_cluster(case.cluster), case.fixed, ModelOptions(free_named_ports=True), Budget())
    for direction, place in product(Direction, sorted(case.cluster.namespaces)):
        before, after = (PolicyIndex(one).slice(direction, (place,)) for one in (case.policies, case.others))
        told_apart = [
            flow
            for flow, behaviours in drawn_flows(case, existing=False)
            if flow.at(direction.subject).namespace == place
            and table_allows(before, flow, behaviours) is not table_allows(after, flow, behaviours)
        ]
        found = redundancy.alike(before, after, place, "it makes a difference")
        back = redundancy.alike(after, before, place, "it makes a difference")
        if found.status is not back.status or (told_apart and found.status is not Status.SAT):
            return f"{direction} of {place}: {found.status}, {back.status} the other way round, and {told_apart[:1]}"
        if redundancy.alike(before, before, place, "it makes a difference").status is not Status.UNSAT:
            return f"{direction} of {place}: it differs from itself"
    return None


def endpoints(names):
    """Every pod in words, by namespace."""
    return [
        *(f"namespace {name}" for name in names),
        f"any pod outside namespaces {NAME_LABEL} in ({', '.join(names)})",
    ]


def broken_cut_of_assertion(seed):
    """An assertion about any pod whose verdict is not that of its parts, in words; None where each is."""
    rng, manifests, _ = cut_manifests(seed)
    names = sorted(inventory_of(manifests).cluster.namespaces)
    target, port = f"namespace {rng.choice(names)}", rng.choice(rng.words.ports)
    for verb, (whole, parts) in product(("deny", "allow"), (("from", "to"), ("to", "from"))):
        ends = [{whole: one, parts: target, "ports": port} for one in ("any pod", *endpoints(names))]
        ends = [end for end in ends if verb == "deny" or "outside" not in end[whole]]
        assertions = [{"id": f"a{number}", verb: end} for number, end in enumerate(ends)]
        found, *of_parts = checked(manifests, {"assertions": assertions}).results
        said = [one.verdict.value for one in of_parts]
        if (found.verdict.value == "refuted") is not ("refuted" in said) or "unknown" in {found.verdict.value, *said}:
            return f"{verb} {ends[0]}: {found.verdict} of all, {said}"
        places = {(one.source, one.destination) for one in found.violations}
        in_parts = {(one.source, one.destination) for part in of_parts for one in part.violations}
        if places != in_parts:
            return f"{verb} {ends[0]}: {sorted(places ^ in_parts)} of all or of a part alone"
    return None


def broken_cut_of_diff(seed):
    """Connections that appear though a comparison of everything proves that none do; None without any."""
    _, old, new = cut_manifests(seed)
    for before, after in ((old, new), (new, old)):
        inventories = [inventory_of(one) for one in (before, after)]
        found = compare(*(make_context(one, Settings()) for one in inventories))
        names = sorted(inventories[1].cluster.namespaces)
        appears = [
            sentence
            for sentence in (f"can {one} reach {other}" for one, other in product(endpoints(names)[:-1], repeat=2))
            if [str(ask(sentence, one, Settings()).verdict) for one in inventories] == ["unreachable", "reachable"]
        ]
        if str(found.new_access) == "no" and appears:
            return f"no new access, but {appears}"
        if (str(found.new_access) == "yes") is not bool(found.appears):
            return f"new access: {found.new_access}, {found.appears}"
    return None
