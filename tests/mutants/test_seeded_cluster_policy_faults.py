"""Faults seeded into the lowering of ClusterNetworkPolicies: the agreement with their interpreter finds every one."""

import importlib
from functools import cache, partial

import pytest

from mutants.faulty import fault
from oracles.cluster_policy_interpreter import verdicts

MOST_CLUSTERS = 400

LOWERING, TIERS = "policy.cluster_network_policy", "policy.tiers"
RULES = "kinds.cluster_policy_rules"
FAULTS = {
    "tiers are swapped": (
        TIERS,
        "for tier in (PolicyTier.ADMIN, PolicyTier.BASELINE)",
        "for tier in (PolicyTier.BASELINE, PolicyTier.ADMIN)",
    ),
    "Pass is lost: it allows": (LOWERING, "RuleAction.PASS: Action.PASS", "RuleAction.PASS: Action.ALLOW"),
    "Deny and Accept are swapped": (
        LOWERING,
        "RuleAction.ACCEPT: Action.ALLOW, RuleAction.DENY: Action.DENY",
        "RuleAction.ACCEPT: Action.DENY, RuleAction.DENY: Action.ALLOW",
    ),
    "a policy isolates whom it selects": (
        LOWERING,
        "tuple(rules), Action.PASS, condition)",
        "tuple(rules), Action.DENY, condition)",
    ),
    "priorities go the other way": (
        LOWERING,
        "key=lambda one: (one.priority, one.name)",
        "key=lambda one: (-one.priority, one.name)",
    ),
    "names break the ties of priorities": (
        LOWERING,
        'f"priority {policy.priority}" if count[policy.priority] > 1 else ""',
        '""',
    ),
    "rules that deny come last": (
        LOWERING,
        "for index, rule in enumerate(_rules_of(policy, direction)):",
        "for index, rule in enumerate(sorted(_rules_of(policy, direction), key=lambda one: one.action == 'Deny')):",
    ),
    "a range ends one port early": (
        LOWERING,
        "port_set((first, last))",
        "port_set((first, max(first, last - 1)))",
    ),
    "the namespaces of a peer are lost": (
        LOWERING,
        "        parts.append(NamespaceMatches(end, peer.namespaces))\n",
        "        parts.append(IsPod(end))\n",
    ),
    "the pods of a peer are lost": (
        LOWERING,
        "        parts.append(pods_matching(end, peer.pods))\n",
        "        pass\n",
    ),
    "pods on the host network are selected": (
        LOWERING,
        "parts: list[Predicate] = [Not(OnHostNetwork(end))]",
        "parts: list[Predicate] = []",
    ),
    "networks leave pods out": (
        LOWERING,
        "            return AddressIn(end, networks)\n",
        "            return All((Not(IsPod(end)), AddressIn(end, networks)))\n",
    ),
    "protocols are not looked at": (
        LOWERING,
        "any_of(list(map(_traffic, rule.protocols))) if rule.protocols else ALWAYS",
        "ALWAYS",
    ),
    "a port name is of TCP alone": (
        LOWERING,
        "for transport in Protocol))",
        "for transport in (Protocol.TCP,)))",
    ),
    "a rule that fails closed does nothing": (
        LOWERING,
        "        yield _FAILS_CLOSED, ALWAYS, ALWAYS, Action.DENY\n",
        "        return\n",
    ),
    "domain names are never anybody's": (
        LOWERING,
        "return Unspecified(f\"the {end} has an address of {' or '.join(sorted(names))}\")",
        "return AnyOf()",
    ),
    "an address outside is never a node's": (
        LOWERING,
        "        return AnyOf((OnHostNetwork(end), outside))\n",
        "        return OnHostNetwork(end)\n",
    ),
    "every node is meant": (LOWERING, "    if not which:\n", "    if which is not None:\n"),
    "who enforces is not asked": (
        LOWERING,
        "condition = Behaves(ENFORCED[saying[0].api])",
        "condition = ALWAYS",
    ),
    "Baseline also meets who is isolated the other way": (
        TIERS,
        "(*_spared(direction, policies, of_other), outer.baseline)",
        "(outer.baseline,)",
    ),
    "Baseline comes before NetworkPolicy": (
        TIERS,
        "(_own_node(direction), *before, network_policy, *after)",
        "(_own_node(direction), *before, *after, network_policy)",
    ),
    "the wrong end is spared": (
        TIERS,
        "subject = at_end(there.subject, direction.subject)",
        "subject = there.subject",
    ),
    "a missing namespaceSelector matches nothing": (
        RULES,
        'PodsPeer(selector_of_fields(pods.get("namespaceSelector")),',
        'PodsPeer(selector_of_fields(pods.get("namespaceSelector") or {"matchLabels": {"no": "such"}}),',
    ),
}


OLDER = "kinds.admin_network_policy"
FAULTS_OF_THE_OLDER_API = {
    "its tiers are swapped": (
        OLDER,
        "PolicyTier.ADMIN if api is PolicyApi.ADMIN else PolicyTier.BASELINE",
        "PolicyTier.BASELINE if api is PolicyApi.ADMIN else PolicyTier.ADMIN",
    ),
    "its Allow is lost": (RULES, "RuleAction.ACCEPT if rule", "RuleAction.PASS if rule"),
    "a port without a protocol is of UDP": (OLDER, '"TCP" if written is None', '"UDP" if written is None'),
    "its ranges end one port early": (
        OLDER,
        "PortsOf(Protocol(protocol), first or 0, last or 0)",
        "PortsOf(Protocol(protocol), first or 0, max(first or 0, (last or 0) - 1))",
    ),
    "its priorities are lost": (OLDER, 'spec.get("priority") or 0, PolicyApi.ADMIN', "0, PolicyApi.ADMIN"),
    "who enforces it enforces the other": (
        "model.cluster_network_policy",
        "PolicyApi.ADMIN: Behaviour.ADMIN_POLICY_ENFORCED",
        "PolicyApi.ADMIN: Behaviour.CLUSTER_POLICY_ENFORCED",
    ),
    "who enforces its Baseline enforces the other": (
        "model.cluster_network_policy",
        "PolicyApi.BASELINE: Behaviour.ADMIN_POLICY_ENFORCED",
        "PolicyApi.BASELINE: Behaviour.CLUSTER_POLICY_ENFORCED",
    ),
    "its peers are lost but for the first": (
        RULES,
        "tuple(map(fields_of_peer, rule[_ENDS[section]]))",
        "tuple(map(fields_of_peer, rule[_ENDS[section]][:1]))",
    ),
    "its ports are lost but for the first": (
        RULES,
        "tuple(map(form.port_of, rule.get(form.ports) or ()))",
        "tuple(map(form.port_of, (rule.get(form.ports) or ())[:1]))",
    ),
    "its rules are lost but for the first": (
        RULES,
        "for index, rule in enumerate(spec.get(section) or ())",
        "for index, rule in enumerate((spec.get(section) or ())[:1])",
    ),
    "its Baseline has no egress": (OLDER, 'rules_of(spec, "egress"', 'rules_of({}, "egress"'),
    "its port names are of nobody": (OLDER, "return NamedDestination(name)", 'return NamedDestination(f"{name}-")'),
}


@cache
def judged_points(seed, *, older=False):
    """A random cluster with connections through it, and what may be said to each."""
    cases = importlib.import_module("agreement.test_agreement_cluster_policies")
    rng, cluster = cases.random_case(seed, older=older)
    points = [cases.random_connection(rng, cluster) for _ in range(cases.POINTS)]
    return cluster, [
        (p, verdicts(cluster, p["source"], p["destination"], p["protocol"], p["port"], p["behaviours"])) for p in points
    ]


def first_disagreement(seeds, *, older=False):
    """The first seed at which the package says something else; None when it never does."""
    cases = importlib.import_module("agreement.test_agreement_cluster_policies")
    return next((seed for seed in seeds if cases.wrong_points(*judged_points(seed, older=older))), None)


@pytest.mark.parametrize(("module", "original", "replacement"), FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found_by_single_connections(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_disagreement, range(MOST_CLUSTERS))


@pytest.mark.parametrize(
    ("module", "original", "replacement"), FAULTS_OF_THE_OLDER_API.values(), ids=FAULTS_OF_THE_OLDER_API
)
def test_a_seeded_fault_of_the_older_api_is_found(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(partial(first_disagreement, older=True), range(MOST_CLUSTERS))


def test_without_a_fault_nothing_is_found():
    assert first_disagreement(range(3)) is None
    assert first_disagreement(range(3), older=True) is None


FAULTS_OF_BOTH_APIS = {
    "the older one can only deny": "may_allow=True",
    "the older one can only allow": "may_deny=True",
}


@pytest.mark.parametrize("original", FAULTS_OF_BOTH_APIS.values(), ids=FAULTS_OF_BOTH_APIS)
def test_a_seeded_fault_of_both_apis_together_is_found(original):
    with fault("sources.duplicates", original, original.replace("True", "False")):
        assert verdicts_beside() != {"UNKNOWN"}
    assert verdicts_beside() == {"UNKNOWN"}


def verdicts_beside():
    """What is said where a Baseline denies, and where it allows, and a BaselineAdminNetworkPolicy is beside it."""
    cases = importlib.import_module("cases.test_cluster_network_policies")
    older = cases.beside("BaselineAdminNetworkPolicy", "Allow")
    texts = [cases.CLUSTER + older + cases.MIXES[newer] for newer in ("Baseline denies", "Baseline allows")]
    settings = cases.Settings()
    found = [cases.ask("can mon/prom reach shop/db:80", cases.inventory_of(text), settings) for text in texts]
    return {one.verdict.name for one in found}
