"""Faults seeded into lowering, readings and reading of manifests: the agreement checks must find every one of them.

Each fault replaces text that stands in the module exactly once, so that a fault whose code has moved fails loudly.
"""

import importlib
from functools import partial

import pytest

from mutants.faulty import (
    fault,
    first_disagreement_on_descriptions,
    first_disagreement_on_pairs,
    first_disagreement_on_points,
    first_disagreement_on_questions,
    first_disagreement_on_witnesses,
)

MOST_CLUSTERS = 500
MOST_QUESTIONS = 300
MOST_CASES = 150
MOST_DESCRIPTIONS = 100
TAKEN_AS_WIDE = (
    {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1},
    {"NAMED_AT_ONCE": 0, "EXISTING_AT_ONCE": 1, "NARROW": 0},
)

LOWERING = "policy.network_policy"
TIERS = "policy.tiers"
REFERENCE = "policy.evaluate"
LABELS = "model.labels"
STORED = "kinds.network_policy"
PARTS = "kinds.stored"

FAULTS_OF_THE_LOWERING = {
    "both selectors of a peer are alternatives": (
        LOWERING,
        "        parts.append(pods_matching(end, peer.pod_selector))\n",
        "        parts = [AnyOf((*parts, pods_matching(end, peer.pod_selector)))]\n",
    ),
    "a pod selector alone reaches into every namespace": (
        LOWERING,
        "parts.append(InNamespace(end, namespace))",
        "parts.append(IsPod(end))",
    ),
    "namespace labels are ignored": (
        LOWERING,
        "parts.append(NamespaceMatches(end, peer.namespace_selector))",
        "parts.append(IsPod(end))",
    ),
    "an empty from is nobody": (
        LOWERING,
        "        yield ALWAYS, traffic\n",
        "        yield AnyOf(()), traffic\n",
    ),
    "empty ports are no ports": (
        LOWERING,
        "    if not ports:\n        return ALWAYS\n",
        "    if not ports:\n        return AnyOf(())\n",
    ),
    "an except is ignored": (
        LOWERING,
        "AddressIn(end, subtract(block.cidr, block.excepts))",
        "AddressIn(end, subtract(block.cidr, ()))",
    ),
    "only the first except counts": (
        LOWERING,
        "subtract(block.cidr, block.excepts)",
        "subtract(block.cidr, block.excepts[:1])",
    ),
    "an ipBlock matches pods on every CNI": (
        LOWERING,
        "All((Not(on_host), AnyOf((Not(IsPod(end)), Behaves(Behaviour.IPBLOCK_MATCHES_PODS)))))",
        "Not(on_host)",
    ),
    "an ipBlock matches nodes where it matches pods": (
        LOWERING,
        "All((on_host, Behaves(Behaviour.IPBLOCK_MATCHES_NODES)))",
        "All((on_host, Behaves(Behaviour.IPBLOCK_MATCHES_PODS)))",
    ),
    "an ipBlock never matches what is outside": (
        LOWERING,
        "AnyOf((Not(IsPod(end)), Behaves(Behaviour.IPBLOCK_MATCHES_PODS)))",
        "Behaves(Behaviour.IPBLOCK_MATCHES_PODS)",
    ),
    "the end of a range is not in it": (
        LOWERING,
        "port_set((first, port.end_port or first))",
        "port_set((first, (port.end_port or first) - 1))",
    ),
    "endPort is supported everywhere": (
        LOWERING,
        "                            Behaves(Behaviour.ENDPORT_SUPPORTED),\n",
        "",
    ),
    "a protocol without port is its first port": (
        LOWERING,
        "            lowered = PortIn(port.protocol, EVERY_PORT)\n",
        "            lowered = PortIn(port.protocol, port_set((1, 1)))\n",
    ),
    "rules for SCTP are enforced everywhere": (
        LOWERING,
        "    if port.protocol is Protocol.SCTP:\n",
        "    if False:\n",
    ),
    "a port name towards an ipBlock is always resolved": (
        LOWERING,
        "        resolved.append(Behaves(Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK))\n",
        "        resolved.append(ALWAYS)\n",
    ),
    "a port name that falls open opens every protocol": (
        LOWERING,
        "Behaves(Behaviour.NAMED_PORT_FALLS_OPEN), PortIn(protocol, EVERY_PORT))",
        "Behaves(Behaviour.NAMED_PORT_FALLS_OPEN))",
    ),
    "a port name never voids its policy": (
        LOWERING,
        "        parts.append(_NAMES_DO_NOT_VOID)\n",
        "        parts.append(ALWAYS)\n",
    ),
    "a policy selects pods of every namespace": (
        LOWERING,
        "parts: list[Predicate] = [InNamespace(end, policy.namespace)]",
        "parts: list[Predicate] = [IsPod(end)]",
    ),
    "pods on the host network are always policed": (
        LOWERING,
        "AnyOf((Not(OnHostNetwork(end)), Behaves(Behaviour.HOST_NETWORK_POLICED)))",
        "ALWAYS",
    ),
    "an isolation without rules is no isolation": (
        LOWERING,
        "    if not listed and not rules:\n",
        "    if not rules:\n",
    ),
    "rules of an unlisted direction are always enforced": (
        LOWERING,
        "        parts.append(_UNLISTED_ENFORCED)\n",
        "        parts.append(ALWAYS)\n",
    ),
    "rules of an unlisted direction are never enforced": (
        LOWERING,
        "    if not listed and not rules:\n",
        "    if not listed:\n",
    ),
    "ingress and egress rules are swapped": (
        LOWERING,
        "rules = policy.ingress if direction is Direction.INGRESS else policy.egress",
        "rules = policy.egress if direction is Direction.INGRESS else policy.ingress",
    ),
    "a policy that selects a pod denies nothing by itself": (TIERS, "default=Action.DENY", "default=Action.PASS"),
    "policies are enforced everywhere": (
        TIERS,
        "condition=Behaves(Behaviour.POLICY_ENFORCED)",
        "condition=ALWAYS",
    ),
    "the own node is always allowed": (TIERS, "SameNode(), Behaves(behaviour)", "SameNode()"),
    "every node is the own node": (TIERS, "SameNode(), Behaves(behaviour)", "Behaves(behaviour)"),
    "the exemptions of the own node are swapped": (
        TIERS,
        "if direction is Direction.INGRESS else",
        "if direction is Direction.EGRESS else",
    ),
}

FAULTS_OF_THE_REFERENCE = {
    "NotIn wants the key": (
        LABELS,
        "return value is None or value not in",
        "return value is not None and value not in",
    ),
    "Exists wants a value": (
        LABELS,
        "        case Operator.EXISTS:\n            return value is not None",
        "        case Operator.EXISTS:\n            return bool(value)",
    ),
    "one requirement of a selector is enough": (
        LABELS,
        "return all(requirement_holds(requirement, labels) for requirement in selector.requirements)",
        "return not selector.requirements or any(requirement_holds(r, labels) for r in selector.requirements)",
    ),
    "a port name is resolved without its protocol": (
        REFERENCE,
        "        and declared.protocol is wanted.protocol\n",
        "",
    ),
    "names of init containers always count": (
        REFERENCE,
        "(not declared.init or behaviours[Behaviour.INIT_CONTAINER_PORTS_NAMED])",
        "True",
    ),
    "one direction is enough": (
        REFERENCE,
        "is_self_connection(flow) or all(",
        "is_self_connection(flow) or any(",
    ),
    "a pod can block access to itself": (REFERENCE, "return is_self_connection(flow) or all(", "return all("),
    "a rule matches whatever the traffic": (
        REFERENCE,
        "        and matches(rule.traffic, flow, behaviours)\n",
        "",
    ),
    "a range of ports stands for every port after its first": (
        "model.traffic",
        "any(first <= port <= last for first, last in self.ranges)",
        "any(first <= port for first, last in self.ranges)",
    ),
    "an IPv6 range matches IPv4": (
        "model.addresses",
        "return address.family == self.family and self.first",
        "return self.first",
    ),
    "what follows an except is lost": (
        "model.addresses",
        "    if start <= block.last:\n",
        "    if start == block.first:\n",
    ),
}

FAULTS_OF_READING = {
    "without policyTypes a policy is never for egress": (
        STORED,
        '(("Ingress", "Egress") if egress else ("Ingress",))',
        '("Ingress",)',
    ),
    "without policyTypes a policy is always for both": (
        STORED,
        '(("Ingress", "Egress") if egress else ("Ingress",))',
        '("Ingress", "Egress")',
    ),
    "no protocol means UDP": (PARTS, "Protocol.TCP if protocol is None", "Protocol.UDP if protocol is None"),
    "a null rule allows nothing": (
        STORED,
        "for rule, place in zip(rules, places, strict=True)",
        "for rule, place in zip(rules, places, strict=True) if rule is not None",
    ),
    "an empty namespaceSelector is absent": (
        STORED,
        "None if namespaces is None else selector_parts(namespaces)",
        "selector_parts(namespaces) if namespaces else None",
    ),
    "a label left empty in a selector is no requirement": (
        PARTS,
        'return selector_of({key: value or "" for key, value in labels}, requirements)',
        "return selector_of({key: value for key, value in labels if value}, requirements)",
    ),
    "the name label of a namespace can be forged": (
        "kinds.namespace",
        "labels_of(meta) | {NAMESPACE_NAME_LABEL: name}",
        "{NAMESPACE_NAME_LABEL: name} | labels_of(meta)",
    ),
    "the end of a range of ports is lost": (
        STORED,
        'port.get("protocol"), port.get("port"), port.get("endPort")\n\n\n@lru',
        'port.get("protocol"), port.get("port"), None\n\n\n@lru',
    ),
    "pods of controllers are never on the host network": (
        "kinds.controllers",
        'host_network=bool(spec.get("hostNetwork"))',
        "host_network=False",
    ),
}

FAULTS_OF_THE_ENCODER = {
    "NotIn wants the key, in the formula": (
        "symbolic.space",
        "            return negation(index.one_of(values[value] for value in requirement.values))",
        "            return negation(index.one_of([ABSENT, *(values[value] for value in requirement.values)]))",
    ),
    "Exists holds for everyone, in the formula": (
        "symbolic.space",
        "        case Operator.EXISTS:\n            return negation(index.equals(ABSENT))",
        "        case Operator.EXISTS:\n            return TRUE",
    ),
    "a new namespace has every name": (
        "symbolic.space",
        "holds = name != NEW_NAMESPACE and name in requirement.values",
        "holds = name == NEW_NAMESPACE or name in requirement.values",
    ),
    "no label has a value that nobody mentions": (
        "symbolic.space",
        "            yield index.bounded()\n",
        "            yield conjunction((index.bounded(), negation(index.equals(OTHER))))\n",
    ),
    "every label is present": (
        "symbolic.space",
        "            yield index.bounded()\n",
        "            yield conjunction((index.bounded(), negation(index.equals(ABSENT))))\n",
    ),
    "an address is outside of every range": (
        "symbolic.space",
        "        return self.address.one_of(self.plan.intervals.covered_by(ranges))",
        "        return negation(self.address.one_of(self.plan.intervals.covered_by(ranges)))",
    ),
    "an existing pod has any address": (
        "symbolic.space",
        "parts.append(self.address.one_of({self.plan.intervals.index_of(a) for a in workload.addresses}))",
        "parts.append(TRUE)",
    ),
    "an existing pod has its first address alone": (
        "symbolic.space",
        "{self.plan.intervals.index_of(a) for a in workload.addresses}",
        "{self.plan.intervals.index_of(a) for a in workload.addresses[:1]}",
    ),
    "both ends may be of different families": (
        "symbolic.joint_domain",
        "    yield equivalence(source.address.within(0, last_ipv4), destination.address.within(0, last_ipv4))\n",
        "",
    ),
    "a bare Pod talks to itself": (
        "symbolic.joint_domain",
        "    yield from _not_oneself(source, destination)\n",
        "",
    ),
    "one namespace has two sets of labels": (
        "symbolic.joint_domain",
        "    yield from _one_namespace_one_set_of_labels(source, destination)\n",
        "",
    ),
    "a possible pod has every port name": (
        "symbolic.joint_domain",
        "    yield from _names_are_declared(destination, encoder, index, options)\n",
        "",
    ),
    "one table is enough": (
        "symbolic.encode",
        "return conjunction(self.table_allows(tables[direction]) for direction in Direction if direction in tables)",
        "return disjunction(self.table_allows(tables[direction]) for direction in Direction if direction in tables)",
    ),
    "a tier's default is never reached": (
        "symbolic.encode",
        "        return choose(self.tier_applies(tier, direction), outcome, passed)",
        "        return choose(self.tier_applies(tier, direction), disjunction((outcome, passed)), passed)",
    ),
    "a rule matches every peer, in the formula": (
        "symbolic.encode",
        "self.matches(rule.traffic), self.matches(rule.peer)",
        "self.matches(rule.traffic)",
    ),
    "names of init containers never count, in the formula": (
        "symbolic.encode",
        "self.behaviours[Behaviour.INIT_CONTAINER_PORTS_NAMED] if declared.init else TRUE",
        "FALSE if declared.init else TRUE",
    ),
    "a possible pod has no port names": (
        "symbolic.encode",
        "            named.append(conjunction(possible))\n",
        "",
    ),
    "a single port of a range is its first": (
        "symbolic.terms",
        "        low = TRUE if first <= 0 else Term",
        "        last = first + 1\n        low = TRUE if first <= 0 else Term",
    ),
    "negations are dropped": (
        "symbolic.terms",
        '    return Term(f"(not {part})")\n',
        "    return part\n",
    ),
    "the port of a question is any port": (
        "symbolic.predicate_facts",
        "    return protocol, ranges[0][0] if single else None",
        "    return protocol, ranges[0][0] + 1 if single else None",
    ),
    "rules that depend are dropped": (
        "symbolic.scene",
        "        fold(rule.traffic, scene) is not False\n",
        "        fold(rule.traffic, scene) is True\n",
    ),
    "selections that depend are dropped": (
        "symbolic.scene",
        "    return fold(selection.subject, scene) is not False",
        "    return fold(selection.subject, scene) is True",
    ),
}

FAULTS_OF_THE_SEARCH = {
    "whatever was answered in a run answers everything": (
        "symbolic.solver",
        "repr((asked, limits))",
        "repr(limits)",
    ),
    "policies that were left out stay out": (
        "symbolic.refinement",
        "            if not missing:\n",
        "            if True:\n",
    ),
    "only the first portion of existing pods is tried": (
        "symbolic.portions",
        "    for start in range(0, len(cast.workloads), widths.EXISTING_AT_ONCE):\n",
        "    for start in range(0, widths.EXISTING_AT_ONCE, widths.EXISTING_AT_ONCE):\n",
    ),
    "existing pods are not looked for": (
        "symbolic.search",
        "            if better.status is not Status.UNSAT:\n",
        "            if False:\n",
    ),
    "pods on the host network are left out of a crowd": (
        "symbolic.portions",
        "if (workload.host_network or let_out(workload.key.namespace)) and admission.admits(workload):",
        "if not workload.host_network and let_out(workload.key.namespace) and admission.admits(workload):",
    ),
    "known addresses are left out of a crowd": (
        "symbolic.casting",
        "if workload.known_addresses and workload.key not in named",
        "if False",
    ),
    "a slice has the policies of one other namespace": (
        "policy.slicing",
        "for namespace in (None, *sorted(namespaces)) if namespace in grouped]",
        "for namespace in (None, *sorted(namespaces)[1:]) if namespace in grouped]",
    ),
    "a witness names no behaviour": (
        "answers.needed",
        "    if _looked_at(accepts, fixed, {}) is not None:\n        return {}\n",
        "    if True:\n        return {}\n",
    ),
    "a witness has no labels": (
        "answers.explain",
        "    return candidate if accepts(candidate) else flow\n",
        "    return candidate\n",
    ),
    "everything is of existing pods": (
        "answers.reachability",
        "    return Scope.EXISTING if found.existing else Scope.POSSIBLE",
        "    return Scope.EXISTING",
    ),
}

FAULTS_OF_ALL_PAIRS = {
    "a rule that passes denies": (
        "pairs.tables",
        "            elif action is Action.PASS:\n",
        "            elif action is Action.DENY:\n",
    ),
    "later rules decide too": (
        "pairs.tables",
        "            if len(steps) > 1 or self._default is not Action.DENY:\n",
        "            if len(steps) > 3:\n",
    ),
    "a tier decides about those that it does not apply to": (
        "pairs.tables",
        "spreads.either(spreads.without(state.undecided, applies), passed)",
        "passed",
    ),
    "a tier applies whatever its condition": (
        "pairs.tables",
        "self._spreads.both(self._spreads.any_of((held[0],)), self._spreads.any_of(selected))",
        "self._spreads.any_of(selected)",
    ),
    "a condition on both ends is dropped": (
        "pairs.tables",
        "            for part in item.joint:\n",
        "            for part in ():\n",
    ),
    "an external address is on a node": (
        "pairs.clauses",
        "                subject.append(IsPod(self._subject))\n",
        "",
    ),
    "names of init containers always count, for all pairs": (
        "pairs.evaluate",
        "                if port.init:\n",
        "                if False:\n",
    ),
    "pods on the host network are in no namespace": (
        "pairs.evaluate",
        "{number: self._blocks[number].full, **hosts}",
        "{number: self._blocks[number].full}",
    ),
    "a known address is not told from others of its block": (
        "pairs.evaluate",
        "            elif not leeway.intervals & ~inside:\n",
        "            elif leeway.intervals & inside:\n",
    ),
    "an open label is never one that NotIn names": (
        "pairs.selectors",
        "            return label.everything & ~label.one_of(requirement.values)\n",
        "            return label.everything\n",
    ),
    "NotIn needs the label, for all pairs": (
        "pairs.selectors",
        "            return block.full & ~_with_values(requirement, block)\n",
        "            return block.having.get(requirement.key, 0) & ~_with_values(requirement, block)\n",
    ),
    "a label that a controller adds may be missing": (
        "pairs.access",
        "label.present if choices is None else",
        "label.everything if choices is None else",
    ),
    "a controller has no pods but those of known address": (
        "pairs.leeway",
        "room = self._with_room(holder) | self._bits(workload)",
        "room = self._bits(workload) or self._with_room(holder)",
    ),
    "a known pod of a controller is forgotten": (
        "pairs.leeway",
        "room = self._with_room(holder) | self._bits(workload)",
        "room = self._with_room(holder)",
    ),
    "families of addresses meet": (
        "pairs.access",
        "for family in (self._ipv4, ~self._ipv4):",
        "for family in (-1,):",
    ),
    "two pods share an address": (
        "pairs.access",
        "if shareable or both & (both - 1) or self._room_for_two(pair, both.bit_length() - 1):",
        "if both:",
    ),
    "a controller gives a label any value": (
        "pairs.access",
        "        if not values & self.allowed_values.get(variable, -1):\n",
        "        if not values:\n",
    ),
    "what makes no difference on its own is named": (
        "pairs.access",
        "            if differing & ports:\n",
        "            if ports:\n",
    ),
    "the last port of a range is not in it, for all pairs": (
        "pairs.domain",
        "bisect_left(self._starts, last + 1)",
        "bisect_left(self._starts, last)",
    ),
    "a declared port is not told from those after it": (
        "pairs.domain",
        "for cut in (number, number + 1)}",
        "for cut in (number,)}",
    ),
    "what one source may open, its whole block may": (
        "pairs.rectangles",
        "                source_bits = from_bits & out_bits\n",
        "                source_bits = from_bits and out_bits\n",
    ),
    "a source opens to a block what it opens elsewhere": (
        "pairs.openings",
        "            rest = bits & ~told_bits\n",
        "            rest = bits\n",
    ),
    "a union forgets what is true elsewhere": (
        "pairs.spread",
        "            if number not in spread.blocks:\n",
        "            if False:\n",
    ),
    "intervals of one family are traded for those of the other": (
        "pairs.coarsening",
        "        for family in self._families:\n",
        "        for family in (self._families[0] | self._families[1],):\n",
    ),
    "alike are all who share one rule": (
        "pairs.profiles",
        "    for bit, held in own.items():\n        alike.setdefault(tuple(held), []).append(bit)\n",
        "    for bit, held in own.items():\n        alike.setdefault(tuple(held[:1]), []).append(bit)\n",
    ),
}

FAULTS_OF_WITNESSES = {
    "addresses come from intervals that were traded": (
        "pairs.pair_diagrams",
        "        if direction not in exact or not self._domain.addresses_apart:\n",
        "        if True:\n",
    ),
    "both ends have one address": (
        "pairs.witness",
        "                    if one != other:\n",
        "                    if True:\n",
    ),
    "controllers set labels to values that nobody names": (
        "pairs.witness",
        "_named(OTHER if number is None else number, label.values)",
        "_named(OTHER, label.values)",
    ),
    "any port will do": (
        "pairs.courses",
        "return self._towards(bounds[0] or bounds[1], goal, walk, addressed)",
        "return self._towards(bounds[1], goal, walk, addressed)",
    ),
    "the CNI allows as little as it can": (
        "pairs.witness",
        "decided(course, variables), ",
        "",
    ),
    "an undeclared namespace has no labels": (
        "pairs.witness",
        "(name, key)\n                number = course.values.get(label.number, ABSENT)",
        "(name, key)\n                number = ABSENT",
    ),
}


FAULTS_OF_DESCRIPTIONS = {
    "a law holds in namespaces where it does not": (
        "pairs.terms",
        "            if self._diagrams.without(part, allowed[name]) == NEVER:\n",
        "            if True:\n",
    ),
    "conjunctions are made wider than is allowed": (
        "pairs.cover",
        "        if diagrams.without(diagram_of(wider, diagrams), allowed) == NEVER:\n",
        "        if True:\n",
    ),
    "one conjunction is left out": (
        "pairs.cover",
        "        if diagrams.without(wanted, union_of(others, diagrams)) == NEVER:\n",
        "        if others:\n",
    ),
    "what some world allows holds in every world": (
        "pairs.elimination",
        "return _eliminated(diagram, walk, kept, walk.domain.diagrams.both)",
        "return _eliminated(diagram, walk, kept, walk.domain.diagrams.either)",
    ),
    "pods that could be created have every label": (
        "pairs.leeway",
        "if is_apart or (keys and workload.key not in created):",
        "if is_apart or keys:",
    ),
    "a missing label is said like an unnamed value": (
        "pairs.terms",
        "            yield Requirement(label.key, Operator.DOES_NOT_EXIST)\n",
        "            yield Requirement(label.key, Operator.EXISTS)\n",
    ),
    "policies of the closed end are forgotten": (
        "pairs.creatable",
        "policies.slice(direction, places)",
        "policies.slice(direction, ())",
    ),
}


def ids(faults):
    return [pytest.param(*texts, id=name) for name, texts in faults.items()]


@pytest.mark.parametrize(
    ("module", "original", "replacement"),
    ids({**FAULTS_OF_THE_LOWERING, **FAULTS_OF_THE_REFERENCE, **FAULTS_OF_READING}),
)
def test_a_seeded_fault_is_found_by_single_connections(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_disagreement_on_points, range(MOST_CLUSTERS))


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_THE_ENCODER))
def test_a_seeded_fault_is_found_by_whole_questions(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_disagreement_on_questions, range(MOST_QUESTIONS))


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_THE_SEARCH))
def test_a_seeded_fault_is_found_by_whole_questions_about_clusters_taken_as_wide(
    module, original, replacement, is_found
):
    with fault(module, original, replacement):
        assert is_found(partial(first_disagreement_on_questions, bounds=TAKEN_AS_WIDE), range(MOST_QUESTIONS))


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_ALL_PAIRS))
def test_a_seeded_fault_is_found_by_all_pairs(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_disagreement_on_pairs, range(MOST_CASES))


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_DESCRIPTIONS))
def test_a_seeded_fault_is_found_by_descriptions_of_possible_pods(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_disagreement_on_descriptions, range(MOST_DESCRIPTIONS))


@pytest.mark.parametrize(("module", "original", "replacement"), ids(FAULTS_OF_WITNESSES))
def test_a_seeded_fault_is_found_by_the_flows_of_pairs(module, original, replacement, is_found):
    with fault(module, original, replacement):
        assert is_found(first_disagreement_on_witnesses, range(MOST_CASES))


ONE_LABEL_FOR_BOTH_ENDS = (
    "pairs.variables",
    "        label = self._pod_labels.get((end, key))\n",
    "        end = End.SOURCE\n        label = self._pod_labels.get((end, key))\n",
)
REVISIONS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: a}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: between-revisions, namespace: a}
spec:
  podSelector: {matchLabels: {pod-template-hash: "0"}}
  ingress: [{from: [{podSelector: {matchLabels: {pod-template-hash: "1"}}}], ports: [{port: 80}]}]
"""


def test_one_label_for_both_ends_is_found_where_one_revision_admits_another():
    """Chance seldom draws a rule that wants two values of a label that controllers add."""
    assert revisions_compared() == []
    with fault(*ONE_LABEL_FOR_BOTH_ENDS):
        assert revisions_compared() != []


def revisions_compared():
    cluster = importlib.import_module("agreement.pipeline").read_inventory(REVISIONS).cluster
    behaviours = importlib.import_module("netverify.model.behaviours")
    fixed = {**behaviours.FIXED_BY_DEFAULT, behaviours.Behaviour.IDENTITY_LABELS_LEFT_OUT: False}
    policies = importlib.import_module("netverify.policy.tiers").lower(cluster)
    case = importlib.import_module("agreement.pair_cases").PairCase({}, cluster, policies, fixed, ())
    return importlib.import_module("agreement.pairs").compared(case)


def test_without_a_fault_nothing_is_found():
    with fault(LABELS, "class LabelSelector:", "class LabelSelector: "):
        assert first_disagreement_on_pairs(range(3)) is None
        assert first_disagreement_on_points(range(10)) is None
        assert first_disagreement_on_questions(range(3)) is None
        assert first_disagreement_on_descriptions(range(2)) is None
        assert first_disagreement_on_witnesses(range(3)) is None


def test_a_fault_whose_code_has_moved_fails_loudly():
    with pytest.raises(AssertionError, match="0 times"), fault(LABELS, "no such text", ""):
        pass
