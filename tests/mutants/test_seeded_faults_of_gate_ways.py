"""Faults seeded into what a gate makes of ways in and approvals: each is found by the case that it names."""

import importlib
import tempfile
from datetime import date
from pathlib import Path

import pytest

from cases import test_addresses_of_services as addresses
from cases import test_gate_approvals as approvals
from cases import test_gate_baselined_precedence as precedence
from cases import test_gate_baselined_ways as baselined
from cases import test_unseen_controllers as unseen
from cases.pods_by_ways import BEHIND, CLUSTER, CONTROLLER, FROM_EDGE, INGRESS, START
from cases.ways_in_texts import CLOSED, policy, service, written
from mutants.faulty import fault

NO_NODES = {"pod-to-local-node-allowed": False, "ipblock-matches-pods": False}
OF_NODES = {"ipblock-matches-pods": False, "ipblock-matches-nodes": True}
FROM_CLIENT = "deny: {from: other/client, to: 'shop/api[Pod]'}"
FROM_A = "deny: {from: namespace a, to: namespace shop}"
OUTWARDS = approvals.CLUSTER + approvals.SERVICES
TO_ADDRESS = f"deny: {{from: shop/web, to: {addresses.ADDRESS}, ports: [80]}}"
ON_EVERY_PORT = approvals.TO_WEB.replace(", ports: [{port: 8080}]", "")
OUTER = addresses.PODS + addresses.service(addresses.EXTERNAL_IP)
BOTH = addresses.PODS + addresses.service(addresses.CLUSTER_IP.replace("spec: {", "spec: {type: LoadBalancer, "))
NODE_PORT = START + policy(CLOSED) + CLUSTER
SNIPPET = written(
    "Ingress",
    "odd",
    "spec: {ingressClassName: nginx, defaultBackend: {service: {name: void, port: {number: 80}}}}",
    group="networking.k8s.io/v1",
    annotations="{nginx.ingress.kubernetes.io/server-snippet: 'location /x { proxy_pass http://unknown; }'}",
)
EDGE = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: edge}}}]}]}"
VOID = service("{selector: {app: void}, ports: [{port: 80}]}", name="void")
DOUBTED = START + CONTROLLER + SNIPPET + VOID + FROM_EDGE
ROUTE = START + unseen.ROUTE + BEHIND + policy(EDGE)
APART = START + INGRESS + BEHIND + policy(EDGE)


def approved(end, ports=""):
    """What pods of namespace lab reach is ``end``, and nothing else."""
    return f"only: {{from: namespace lab, flows: [{{to: '{end}'{f', ports: [{ports}]' if ports else ''}}}]}}"


CASES = {
    "a name outside": (OUTWARDS + approvals.ANYWHERE, approved("api.example.com"), NO_NODES, "NV722"),
    "the API server": (OUTWARDS + approvals.ANYWHERE, approved("kubernetes.default.svc"), NO_NODES, "NV722"),
    "one endpoint of several": (
        OUTWARDS + approvals.TO_SHOP,
        approved("db-0.db.shop.svc.cluster.local"),
        NO_NODES,
        "NV722",
    ),
    "a slice without numbers": (OUTWARDS + approvals.ANYWHERE, approved("service shop/listed"), NO_NODES, "NV722"),
    "a port beside the Service's": (OUTWARDS + ON_EVERY_PORT, approved("service shop/web"), NO_NODES, "refuted"),
    "the alias of a Service": (OUTWARDS + approvals.TO_WEB, approved("service shop/also"), NO_NODES, "proved"),
    "a Service": (OUTWARDS + approvals.TO_WEB, approved("service shop/web"), NO_NODES, "proved"),
    "a rule for nodes": (
        baselined.CHANGES["a rule for nodes"],
        baselined.FROM_PODS,
        OF_NODES,
        "refuted",
    ),
    "the same rules": (
        (baselined.NODES + baselined.ingress(baselined.ONE),) * 2,
        baselined.FROM_PODS,
        OF_NODES,
        "baselined",
    ),
    **{
        case: (tuple(precedence.CLUSTER + one for one in precedence.OPENED[case]), FROM_A, {}, "refuted")
        for case in (
            "a deny is removed",
            "a pass comes before the deny",
            "a pass before the accept is removed",
            "an accept is of the same priority",
            "a NetworkPolicy before Baseline is removed",
        )
    },
    "a deny of others comes": (
        tuple(precedence.CLUSTER + one for one in precedence.ALIKE["a deny of others comes"]),
        FROM_A,
        {},
        "baselined",
    ),
    "other clients": (
        (baselined.balanced(*baselined.SOME) + baselined.ingress("{}"), baselined.balanced() + baselined.ingress("{}")),
        baselined.FROM_OUTSIDE,
        OF_NODES,
        "refuted",
    ),
    "an unseen controller": (unseen.SHUT, FROM_CLIENT, {}, "unknown"),
    "an unseen controller out of reach": (
        unseen.SHUT + baselined.egress("{to: [{podSelector: {}}]}"),
        FROM_CLIENT,
        NO_NODES | {"ipblock-matches-nodes": False},
        "proved",
    ),
    "an unseen controller on another port": (unseen.SHUT, f"{FROM_CLIENT[:-1]}, ports: [9090]}}", {}, "proved"),
    "an unseen controller from outside": (unseen.SHUT, "deny: {from: internet, to: service shop/api}", {}, "unknown"),
    "a controller that is seen": (unseen.SHUT + CONTROLLER, FROM_CLIENT, {}, "proved"),
    "somewhere among existing pods": (APART, f"{FROM_CLIENT}, world: existing", {}, "proved"),
    "a way that may lead anywhere": (DOUBTED, FROM_CLIENT, NO_NODES, "unknown"),
    "an outer address": (OUTER + addresses.SHUT, TO_ADDRESS, {}, "refuted"),
    "a cluster IP of a balanced Service": (BOTH + addresses.egress("[]"), TO_ADDRESS, {}, "proved"),
    "an allowlist": (ROUTE, FROM_CLIENT, {}, "refuted"),
    "a used exception": (NODE_PORT, f"{FROM_CLIENT}, world: existing", NO_NODES, "excepted"),
}
"""By name: manifests, or those of the baseline and of now; an assertion; behaviours; what is right."""
AT = {"an allowlist": ("10.128.0.0/14",)}
"""Where pods have their addresses."""
EXCEPTIONS = {
    "a used exception": "exceptions: [{id: e, assertions: [it], reason: r, owner: o, expires: 2999-01-01, "
    "flows: [{from: other/client}]}]\n"
}


def judged(case):
    """The verdict on a case, or the code of the error about it."""
    manifests, assertion, fixed, _ = CASES[case]
    before, now = manifests if isinstance(manifests, tuple) else (None, manifests)
    run = _Run(assertion, fixed, EXCEPTIONS.get(case, ""), AT.get(case, ()))
    baselines = importlib.import_module("netverify.gate.baseline")
    known = None
    if before is not None:
        known = baselines.read_baseline("b.json", baselines.write_baseline(run.report(before).results))
    try:
        report = run.report(now, known)
    except Exception as error:  # noqa: BLE001 - a fresh import of the package has exceptions of its own
        return next((one.code for one in getattr(error, "diagnostics", ())), repr(error))
    states = [use.state for use in report.exceptions]
    return report.results[0].verdict.value if "unused" not in states else "unused"


class _Run:
    """The gate on one assertion."""

    def __init__(self, assertion, fixed, exceptions, pods):
        behaviour = importlib.import_module("netverify.model.behaviours").Behaviour
        self.settings = {"behaviours": {behaviour(name): value for name, value in fixed.items()}, "pod_cidrs": pods}
        self.text = f"assertions:\n- {{id: it, {assertion}}}\n{exceptions}"

    def report(self, manifests, baseline=None):
        """What it says of ``manifests``."""
        verify, checking, reading, pipeline = (
            importlib.import_module(name)
            for name in (
                "netverify.verify",
                "netverify.gate.checking",
                "netverify.gate.intent.reading",
                "agreement.pipeline",
            )
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "netverify.yaml"
            path.write_text(self.text)
            spec = reading.read_spec([str(path)])
        verifier = verify.Verifier(pipeline.read_inventory(manifests), verify.Settings(**self.settings))
        return verifier.check(spec, checking.Terms(date(2026, 1, 1), baseline=baseline))


FAULTS = {
    "whatever is outside is left aside": (
        "gate.claiming",
        'return "it is outside the cluster, and nothing says at which address", "write its addresses, as CIDRs"',
        "return None",
        "a name outside",
    ),
    "the API server is left aside wherever it is": (
        "gate.claiming",
        'return "nothing says where the API server listens", ADVICE',
        "return None",
        "the API server",
    ),
    "one endpoint leaves all aside": (
        "gate.claiming",
        "if called.hostname:",
        "if called.nowhere:",
        "one endpoint of several",
    ),
    "every port of an endpoint is left aside": (
        "gate.claiming",
        "traffic.ports == EVERY_PORT",
        "traffic.ports != EVERY_PORT",
        "a slice without numbers",
    ),
    "what is approved is approved on every port": (
        "gate.claiming",
        "All((leg.destination, leg.traffic))",
        "leg.destination",
        "a port beside the Service's",
    ),
    "an alias stands for nothing": (
        "gate.claiming",
        "    question = Names(context.routing, context.settings.routing).followed(question)\n",
        "",
        "the alias of a Service",
    ),
    "nobody is behind a Service": ("gate.claiming", "return AnyOf(tuple(All(", "return All(tuple(All(", "a Service"),
    "a way in has the mark of its first rule": (
        "gate.by_ways",
        "for one in alike for mark, words in one.parts",
        "for one in alike[:1] for mark, words in one.parts",
        "a rule for nodes",
    ),
    "the marks of a way in are in no order": (
        "gate.by_ways",
        "parts = tuple(sorted({mark: words for one in alike for mark, words in one.parts}.items()))",
        "parts = ((str(id(alike)), ''),)",
        "the same rules",
    ),
    "ways that are not modelled prove nothing against pods": (
        "gate.by_ways",
        "    if is_proved and (doubts := router.relayed(question)):\n",
        "    if parts and is_proved and (doubts := router.relayed(question)):\n",
        "an unseen controller",
    ),
    "an undecided way is a closed one": (
        "gate.by_ways",
        "            if judged.verdict is Verdict.UNKNOWN:\n",
        "            if judged.verdict is Verdict.VACUOUS:\n",
        "a way that may lead anywhere",
    ),
    "nobody among existing pods is unknown": (
        "gate.by_ways",
        "is_complete=nobody is not None",
        "is_complete=False",
        "somewhere among existing pods",
    ),
    "an exception is used by nobody who comes by a way in": (
        "gate.by_ways",
        "    if any(part.verdict in (Judgement.REFUTED, Judgement.UNKNOWN) for part in parts):\n",
        "    if any(part.verdict is Judgement.PROVED for part in parts):\n",
        "a used exception",
    ),
    "every controller is seen from outside": (
        "answers.routed",
        "        unseen = self._by_unseen(question) if question.from_outside else ()\n",
        "        unseen = self._by_unseen(question) if not question.from_outside else ()\n",
        "an unseen controller from outside",
    ),
    "no controller is seen": (
        "answers.unseen_ways",
        "return controller.possible is not None and not controller.workloads",
        "return True",
        "a controller that is seen",
    ),
    "an unseen controller is reached by everybody": (
        "answers.unseen_ways",
        "    if not question.from_outside and _is_closed(_to_hosts(question), legs):\n        return\n",
        "",
        "an unseen controller out of reach",
    ),
    "a baseline leaves out what goes before a rule": (
        "gate.causes",
        "if any(before) else text",
        "if False else text",
        "a deny is removed",
    ),
    "the clients of a way in do not count": (
        "gate.routed",
        "    if planned.clients is not None:\n",
        "    if False:\n",
        "other clients",
    ),
    "what passes before a deny does not count": (
        "gate.precedence",
        "yield repr((tier.condition, matching(rule), texts))",
        "yield repr((tier.condition, matching(rule)))",
        "a pass comes before the deny",
    ),
    "what passes before an accept does not count": (
        "gate.precedence",
        "if rule.action is not Action.ALLOW and",
        "if rule.action is Action.DENY and",
        "a pass before the accept is removed",
    ),
    "a deny of the same priority is as one before": (
        "gate.precedence",
        "yield one, True",
        "yield one, False",
        "an accept is of the same priority",
    ),
    "isolation before Baseline does not count": (
        "gate.precedence",
        "        if tier.default is Action.DENY:\n",
        "        if False:\n",
        "a NetworkPolicy before Baseline is removed",
    ),
    "what denies other flows counts": (
        "gate.precedence",
        "or self._overlaps.may_meet(rule, decider)",
        "or True",
        "a deny of others comes",
    ),
    "an unseen controller reaches every port": (
        "answers.unseen_ways",
        "        if not all(_is_closed(_by_host(one), legs) for one in asked):\n",
        "        if True:\n",
        "an unseen controller on another port",
    ),
    "an outer address is a cluster IP": (
        "query.service_addresses",
        "for one in (first, *others) if one.what in _ENTERED_BY",
        "for one in (first, *others) if one.what not in _ENTERED_BY",
        "an outer address",
    ),
    "every way in begins at every address": (
        "query.called",
        "return not self.by_address or kind in self.entered_by",
        "return True",
        "a cluster IP of a balanced Service",
    ),
    "a router always sees the client": (
        "routes.openshift_routes",
        "        yield SeenSource(SeenAs.CONTROLLER, (), (_STAND_IN,))\n",
        "        yield SeenSource(SeenAs.CONTROLLER, allowed, (_STAND_IN,))\n",
        "an allowlist",
    ),
}


def test_every_case_has_its_verdict():
    assert {case: judged(case) for case in CASES} == {case: right for case, (*_, right) in CASES.items()}


def test_every_case_finds_a_fault():
    assert {case for *_, case in FAULTS.values()} == set(CASES)


@pytest.mark.parametrize(("module", "original", "replacement", "case"), FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found_by_its_case(module, original, replacement, case):
    with fault(module, original, replacement):
        assert judged(case) != CASES[case][-1]
