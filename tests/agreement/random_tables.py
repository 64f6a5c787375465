"""Random policy sets in the common form itself: whatever an API may be lowered to, whether or not one is yet.

Several tiers with every action and default, conditions, rules that narrow the subject, and predicates that nest and
speak of both ends and the traffic at once.
"""

from dataclasses import replace
from types import MappingProxyType

from generators.vocabulary import bits_of
from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import is_node
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.model.traffic import Protocol, port_set
from netverify.policy.approximation import approximated
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    All,
    AnyOf,
    Behaves,
    Bias,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    SameNode,
    Unspecified,
)
from netverify.policy.table import Action, Approximation, PolicyRef, PolicySet, Rule, RuleTable, Selection, Tier

ORIGIN = Origin("generated.yaml")


def random_policy_set(rng, cluster):
    """A policy set about the namespaces and workloads of ``cluster``, a cluster of the package."""
    return PolicySet(MappingProxyType({direction: random_table(rng, cluster, direction) for direction in Direction}))


def left_open(rng, cluster, policies):
    """``policies`` with what they leave open: rules of one priority, predicates that nothing decides; and more tables.

    What is drawn here is drawn apart, so that a seed still has the tables that it had.
    """
    return PolicySet(
        MappingProxyType({direction: opened(rng, cluster, table) for direction, table in policies.tables.items()})
    )


def opened(rng, cluster, table):
    tiers, also = table.tiers, ()
    if rng.random() < 0.25:
        tiers = tiers[:2]
        also = (RuleTable(table.direction, (random_tier(rng, cluster, table.direction, "mesh"),)),)
    return RuleTable(table.direction, tuple(opened_tier(rng, tier) for tier in tiers), also)


def opened_tier(rng, tier):
    rules = tuple(with_unspecified(rng, rule) if rng.random() < 0.15 else rule for rule in tier.rules)
    return replace(tier, rules=tied(rng, rules) if rng.random() < 0.3 else rules)


def told_by_accounts(rng, cluster, policies):
    """``(cluster, policies)`` in which rules tell as whom pods run, which is not known of some.

    Drawn apart, as in :func:`left_open`.
    """
    workloads = tuple(
        one if is_node(one.key) else replace(one, service_account=rng.choice([None, *ACCOUNTS]))
        for one in cluster.workloads
    )
    tables = {direction: told_apart(rng, table) for direction, table in policies.tables.items()}
    return replace(cluster, workloads=workloads), PolicySet(MappingProxyType(tables))


def told_apart(rng, table):
    tiers = tuple(
        replace(
            tier,
            applies=tuple(with_account(rng, one, ("subject",)) for one in tier.applies),
            rules=tuple(with_account(rng, one, ("subject", "peer", "traffic")) for one in tier.rules),
        )
        for tier in table.tiers
    )
    return replace(table, tiers=tiers, also=tuple(told_apart(rng, one) for one in table.also))


def with_account(rng, one, names):
    """A rule or a selection that looks at a service account as well, now and then."""
    if rng.random() > 0.35:
        return one
    leaf_ = HasServiceAccount(rng.choice(list(End)), rng.choice(["default", "web", "job"]))
    part = leaf_ if rng.random() < 0.7 else Not(leaf_)
    name, kind = rng.choice(names), rng.choice([All, All, AnyOf])
    if name == "subject" and one.namespace is not None:
        kind = All
    return replace(one, **{name: kind((getattr(one, name), part))})


def coarse(rng, policies):
    """``policies`` of which some rules and selections are not taken as they are."""
    return PolicySet(
        MappingProxyType({direction: coarse_table(rng, table) for direction, table in policies.tables.items()})
    )


def coarse_table(rng, table):
    def coarser(item):
        if rng.random() > 0.3:
            return item
        given = Approximation(rng.choice(list(Bias)), "requests are not looked at", rng.choice(LEFT_OUT))
        return approximated(item, table.direction, given)

    tiers = tuple(
        replace(tier, applies=tuple(map(coarser, tier.applies)), rules=tuple(map(coarser, tier.rules)))
        for tier in table.tiers
    )
    return replace(table, tiers=tiers, also=tuple(coarse_table(rng, one) for one in table.also))


def with_unspecified(rng, rule):
    """``rule`` that holds only, or as well, where something holds that nothing decides."""
    one = Unspecified(rng.choice(MEANINGS), str(rule.policy))
    part = one if rng.random() < 0.7 else Not(one)
    name, kind = rng.choice(["subject", "peer", "traffic"]), rng.choice([All, All, AnyOf])
    if name == "subject" and rule.namespace is not None:
        kind = All
    return replace(rule, **{name: kind((getattr(rule, name), part))})


def tied(rng, rules):
    """``rules`` of which neighbours are of one priority; some of them are of one policy."""
    priorities = sorted(rng.choice([0, 1, 1, 2]) for _ in rules)
    policies = [rng.choice(rules).policy if rng.random() < 0.4 else rule.policy for rule in rules]
    return tuple(
        replace(rule, tie=f"priority {priority}" if priority else "", policy=policy)
        for rule, priority, policy in zip(rules, priorities, policies, strict=True)
    )


def random_table(rng, cluster, direction):
    tiers = tuple(
        random_tier(rng, cluster, direction, f"tier {number}") for number in range(rng.choice([0, 1, 2, 2, 3, 4]))
    )
    return RuleTable(direction, tiers)


def random_tier(rng, cluster, direction, name):
    """A tier; one without selections never applies, and one whose condition is free may or may not."""
    return Tier(
        name,
        tuple(random_selection(rng, cluster, direction, f"{name}/{n}") for n in range(rng.choice([0, 1, 2, 3]))),
        tuple(random_rule(rng, cluster, direction, f"{name}/{n}", n) for n in range(rng.choice([0, 1, 2, 3, 4]))),
        rng.choice([*Action, Action.DENY]),
        rng.choice([ALWAYS, ALWAYS, ALWAYS, Behaves(rng.choice(list(Behaviour))), predicate(rng, cluster, 1)]),
    )


def random_selection(rng, cluster, direction, name):
    namespace, subject = random_subject(rng, cluster, direction)
    return Selection(PolicyRef("Generated", namespace or "", name, ORIGIN), subject, namespace)


def random_rule(rng, cluster, direction, name, index):
    """A rule; its three parts may each speak of anything."""
    namespace, subject = random_subject(rng, cluster, direction)
    return Rule(
        PolicyRef("Generated", namespace or "", name, ORIGIN),
        index,
        subject,
        predicate(rng, cluster, 2) if rng.random() < 0.8 else ALWAYS,
        predicate(rng, cluster, 2) if rng.random() < 0.6 else ALWAYS,
        rng.choice(list(Action)),
        ORIGIN,
        namespace,
    )


def random_subject(rng, cluster, direction):
    """``(namespace, predicate)``: where a namespace is named, the predicate holds there alone."""
    if rng.random() < 0.5:
        return None, predicate(rng, cluster, 2) if rng.random() < 0.7 else IsPod(direction.subject)
    namespace = rng.choice(sorted(cluster.namespaces))
    parts = (InNamespace(direction.subject, namespace), *many(rng, cluster, 1, least=0))
    return namespace, All(parts)


def predicate(rng, cluster, depth):
    """A predicate of at most ``depth`` levels of All, AnyOf and Not."""
    if depth == 0 or rng.random() < 0.35:
        return leaf(rng, cluster)
    match rng.choice(["all", "any", "any", "not"]):
        case "all":
            return All(many(rng, cluster, depth - 1))
        case "any":
            return AnyOf(many(rng, cluster, depth - 1))
        case _:
            return Not(predicate(rng, cluster, depth - 1))


def many(rng, cluster, depth, least=1):
    """Some predicates; now and then none."""
    count = 0 if rng.random() < 0.05 else rng.randint(least, 3)
    return tuple(predicate(rng, cluster, depth) for _ in range(count))


def random_end_predicate(rng, cluster, end):
    """A predicate about one end alone."""
    while True:
        found = predicate(rng, cluster, 2)
        if looks_at(found) <= {end}:
            return found


def looks_at(found):
    """The ends that a predicate looks at; a port name is looked up at the destination."""
    match found:
        case All(parts) | AnyOf(parts):
            return frozenset().union(*map(looks_at, parts))
        case Not(part):
            return looks_at(part)
        case SameNode():
            return frozenset(End)
        case NamedPort():
            return frozenset({End.DESTINATION})
        case Behaves() | PortIn() | Unspecified():
            return frozenset()
        case _:
            return frozenset({found.end})


ACCOUNTS = ("default", "default", "web")
LEFT_OUT = ("GET /", "POST /", "host: db.example.com")
MEANINGS = ("the destination is an address of db.example.com", "the request is a GET", "it is the weekend")
LEAVES = (
    *(IsPod, OnHostNetwork, SameNode, InNamespace, NamespaceMatches, PodMatches, PodMatches, IsWorkload),
    *(AddressIn, AddressIn, PortIn, PortIn, NamedPort, Behaves),
)


def leaf(rng, cluster):
    """A predicate without parts, about either end or the traffic."""
    end = rng.choice(list(End))
    kind = rng.choice(LEAVES)
    match kind.__name__:
        case "SameNode":
            # Whether two pods are on one node is known to matter only where one of them is on the host network.
            return All((OnHostNetwork(end), SameNode()))
        case "InNamespace":
            return InNamespace(end, rng.choice([*sorted(cluster.namespaces), "elsewhere"]))
        case "NamespaceMatches":
            return NamespaceMatches(
                end, selector(rng, [*rng.words.keys, NAMESPACE_NAME_LABEL], sorted(cluster.namespaces))
            )
        case "PodMatches":
            return PodMatches(end, selector(rng, rng.words.keys, []))
        case "IsWorkload" if cluster.workloads:
            return IsWorkload(end, rng.choice(cluster.workloads).key)
        case "AddressIn":
            return AddressIn(end, ranges(rng, cluster))
        case "PortIn":
            return PortIn(rng.choice(list(Protocol)), ports(rng))
        case "NamedPort":
            return NamedPort(Protocol(rng.choice(rng.words.protocols)), rng.choice(rng.words.port_names))
        case "OnHostNetwork":
            return OnHostNetwork(end)
        case "Behaves":
            return Behaves(rng.choice(list(Behaviour)))
        case _:
            return IsPod(end)


def selector(rng, keys, names):
    """A selector of none to two requirements."""
    return LabelSelector(tuple(requirement(rng, rng.choice(keys), names) for _ in range(rng.choice([0, 1, 1, 2]))))


def requirement(rng, key, names):
    operator = rng.choice(list(Operator))
    if operator in {Operator.EXISTS, Operator.DOES_NOT_EXIST}:
        return Requirement(key, operator)
    pool = [*names, "elsewhere"] if key == NAMESPACE_NAME_LABEL else list(rng.words.values)
    return Requirement(key, operator, tuple(sorted(set(rng.choices(pool, k=rng.randint(1, 2))))))


def ranges(rng, cluster):
    """One or two ranges: blocks of the vocabulary, or the address that some pod has."""
    known = [AddressRange(a.family, a.value, a.value) for w in cluster.workloads for a in w.known_addresses]
    blocks = [AddressRange(*bits_of(block)) for block in rng.words.blocks]
    return tuple(
        sorted({rng.choice(known if known and rng.random() < 0.4 else blocks) for _ in range(rng.randint(1, 2))})
    )


def ports(rng):
    """Up to two ranges of ports; none at all now and then."""
    return port_set(*rng.choices(rng.words.ranges, k=rng.choice([0, 1, 1, 1, 2])))
