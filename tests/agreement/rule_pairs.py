"""Rule pairs and refusals of a small cluster, held against the concrete reading of flows that are tried one by one."""

from itertools import product

from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.gate.causes import Reasons, cause_of, place_words
from netverify.model.addresses import parse_address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import is_node
from netverify.model.flow import Direction, End, External, Flow, Pod
from netverify.model.traffic import Protocol
from netverify.policy.evaluate import allows, is_self_connection, rule_matches, table_allows, tier_applies
from netverify.policy.predicate import ALWAYS, Decided
from netverify.policy.table import Action
from netverify.sources.inventory import read_inventory

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {team: b}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: c}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: a, labels: {app: job}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: b}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: c, image: c}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: b, labels: {app: db}}
spec: {containers: [{name: c, image: c, ports: [{name: sql, containerPort: 5432}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: one, namespace: b}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - {from: [{namespaceSelector: {matchLabels: {team: a}}}], ports: [{port: 80}, {port: sql}]}
  - {from: [{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: web}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: two, namespace: b}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - {from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80, endPort: 90}]}
  - {from: [{podSelector: {}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: a}
spec:
  podSelector: {matchLabels: {app: job}}
  policyTypes: [Egress]
  egress:
  - {to: [{namespaceSelector: {}}], ports: [{port: 80}]}
  - {to: [{podSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}]}
"""
OPEN = frozenset({Behaviour.IPBLOCK_MATCHES_PODS, Behaviour.NAMED_PORTS_SUPPORTED, Behaviour.ENDPORT_SUPPORTED})
DECIDED = {one: one in OPEN or one is Behaviour.POLICY_ENFORCED for one in Behaviour}
PORTS = (80, 90, 91, 5432)
ADDRESSES = ("10.1.2.3", "192.0.2.7", "203.0.113.5")
LABELS = ({}, {"app": "web"}, {"app": "job"}, {"app": "db"})


def context_of(texts, settings=None):
    """The cluster of several texts, read in their order, with all behaviours fixed."""
    given = settings or Settings(behaviours=DECIDED)
    named = {f"{number}.yaml": text.encode() for number, text in enumerate(texts)}
    return make_context(read_inventory((), texts=named), given)


def cluster_context():
    """The cluster above."""
    return context_of([CLUSTER])


def everybody(context):
    """Existing pods, pods that could be created with any of a few labels, and addresses outside."""
    cluster = context.inventory.cluster
    for address in map(parse_address, ADDRESSES):
        yield External(address)
        for one in cluster.workloads:
            space = cluster.namespaces[one.key.namespace]
            if not is_node(one.key):
                account = one.service_account or "default"
                yield Pod(space.name, space.labels, one.labels, address, one.ports, one.host_network, one.key, account)
        for space, labels in product(cluster.namespaces.values(), LABELS):
            yield Pod(space.name, space.labels, labels, address)
            ports = tuple(port for one in cluster.workloads for port in one.ports if one.key.namespace == space.name)
            yield from [Pod(space.name, space.labels, labels, address, ports)] if ports else []
        elsewhere = {"kubernetes.io/metadata.name": "elsewhere"}
        yield from (Pod("elsewhere", {**elsewhere, **team}, LABELS[1], address) for team in ({}, {"team": "a"}))


def flows(context):
    """Every flow that is tried, but for those that no two ends can have."""
    single = {one.key for one in context.inventory.cluster.workloads if one.single}
    ends = list(everybody(context))
    for source, destination in product(ends, ends):
        same = isinstance(source, Pod) and isinstance(destination, Pod) and source.workload == destination.workload
        if source.address == destination.address or (same and source.workload in single):
            continue
        for protocol, port in product((Protocol.TCP,), PORTS):
            yield Flow(source, destination, protocol, port)


def reasons_of(flow, direction, context, reasons):
    """In texts, why one direction allows ``flow``: every rule that does, or that no tier applies."""
    subject = flow.at(direction.subject)
    names = () if isinstance(subject, External) else (subject.namespace,)
    table = context.policies.slice(direction, names)
    behaviours = Decided(DECIDED)
    for tier in table.tiers:
        if tier_applies(tier, flow, behaviours):
            rules = (one for one in tier.rules if one.action is Action.ALLOW and rule_matches(one, flow, behaviours))
            return [reasons.of(direction, (one,), subject).text for one in rules]
    return [reasons.of(direction, (None,), subject).text]


def tried(context):
    """The rule pairs of all flows that are tried: both places, and the reasons of both directions."""
    reasons, found = Reasons(context.policies, context.settings.fixed), set()
    behaviours = Decided(DECIDED)
    for flow in flows(context):
        if allows(context.policies.policies, flow, behaviours) and not is_self_connection(flow):
            places = [place_words(flow.at(end), context) for end in End]
            both = (reasons_of(flow, one, context, reasons) for one in Direction)
            found.update((*places, "; ".join(pair)) for pair in product(*both))
    return found


def listed(context, *, possible=True):
    """The rule pairs that reading all pairs lists, in order; each flow is replayed and has the deciders of its pair."""
    reasons = Reasons(context.policies, context.settings.fixed)
    for pair in context.by_rules((ALWAYS,)).allowed((ALWAYS,), possible=possible):
        assert allows(context.policies.policies, pair.flow, pair.behaviours), pair
        for (decider,) in pair.deciders.values():
            assert decider is None or rule_matches(decider, pair.flow, pair.behaviours), pair
        cause = cause_of(pair, reasons, context)
        yield cause.source, cause.destination, cause.reason


def wrong_refusals(context):
    """Ends, ports and directions of which reading all pairs says otherwise than the flows that are tried."""
    behaviours, seen = Decided(DECIDED), {}
    for flow in flows(context):
        key = tuple(str(getattr(flow.at(end), "workload", None) or place_words(flow.at(end), context)) for end in End)
        ports, directions = seen.setdefault(key, (set(), set()))
        refusing = [
            one for one in Direction if not table_allows(context.policies.policies.tables[one], flow, behaviours)
        ]
        directions.update(refusing)
        if refusing:
            ports.add((flow.protocol, flow.port))
    told = {}
    for one in context.by_rules((ALWAYS,)).refused((ALWAYS,), possible=True):
        ends = (one.flow.source, one.flow.destination)
        key = tuple(str(getattr(end, "workload", None) or place_words(end, context)) for end in ends)
        every = product((Protocol.TCP,), PORTS)
        ports = {(protocol, port) for protocol, port in every if protocol in one.ports and port in one.ports[protocol]}
        before = told.get(key, (set(), set()))
        told[key] = (before[0] | ports, before[1] | set(one.directions))
    return {key: (found, told.get(key)) for key, found in seen.items() if found != (told.get(key) or (set(), set()))}
