"""Runs of a gate made by hand: every verdict, every kind of violation, and names that try to be something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from netverify.answers.verdict import Judgement
from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.gate.intent.spec import Allow, Assertion, Deny, ExceptionText, FlowText, World, Written
from netverify.gate.intent.spec import Severity as Weight
from netverify.gate.outcome import (
    BaselineUse,
    ExceptionState,
    ExceptionUse,
    GateReport,
    GateVerdict,
    Result,
    Violation,
)
from netverify.model.addresses import parse_address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster, ContainerPort, Namespace, Workload, WorkloadKey
from netverify.model.flow import Direction, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import Protocol
from netverify.policy.table import PolicyRef
from netverify.query.outcome import Answer, Effect, Hop, Reason, Route, Routing, Scope, Verdict, Witness
from netverify.query.remarks import Remarks
from netverify.report.finding_list import Run
from netverify.sources.coverage import Coverage, Inventory

HOSTILE = (
    "x\n::error::y\r%0A::set-output\x1b[31m"
    "</script><img src=x>|]]>\U0001f600\u202egpj`@team [a](http://e.example) #1 {0}"
)
INTENT = "netverify.yaml"
MANIFESTS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-admin, namespace: b}
spec:
  podSelector: {matchLabels: {app: pg}}
  ingress:
    - from: [{podSelector: {matchLabels: {role: admin}}, namespaceSelector: {}}]
      ports: [{port: 5432}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: a}
spec: {podSelector: {}, policyTypes: [Egress]}
"""

PG, WEB = WorkloadKey("b", "pg", "StatefulSet"), WorkloadKey("a", "web", "Deployment")
CLUSTER = Cluster(
    {name: Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=True) for name in ("a", "b")},
    (Workload(PG, {"app": "pg"}, origin=Origin("manifests/pg.yaml", 0, 2, 1)), Workload(WEB, {"app": "web"})),
)
INVENTORY = Inventory(
    CLUSTER,
    Coverage(3, 6, modelled={"Deployment": 1, "Namespace": 2, "NetworkPolicy": 2, "StatefulSet": 1}),
)
UNREAD = Inventory(
    CLUSTER,
    Coverage(3, 7, modelled=INVENTORY.coverage.modelled, unread=(Origin("broken.yaml", 0, 7, 3),)),
    (
        Diagnostic("NV101", Severity.ERROR, "not YAML", Origin("broken.yaml", 0, 7, 3), "quote it"),
        Diagnostic("NV205", Severity.WARNING, "2 objects name no namespace", Origin("manifests/a b.yaml", 0, 1, 1)),
    ),
)
ALLOW_ADMIN = PolicyRef("NetworkPolicy", "b", "allow-admin", Origin("manifests/b.yaml", 0, 1, 1))
DEFAULT_DENY = PolicyRef("NetworkPolicy", "a", "default-deny", Origin("manifests/b.yaml", 1, 10, 1))
OPEN = Reason(Direction.EGRESS, Effect.NOT_ISOLATED, detail="the source is selected by no policy")
ADMITTED = Reason(
    Direction.INGRESS,
    Effect.ALLOW,
    ALLOW_ADMIN,
    0,
    Origin("manifests/b.yaml", 0, 7, 7),
    "from pods role=admin in all namespaces, TCP 5432",
)
REFUSED = Reason(Direction.EGRESS, Effect.DENY, DEFAULT_DENY, detail="selects the pod, and no rule allows it")


def pod(namespace: str, labels: dict[str, str], **rest) -> Pod:
    given = {"address": parse_address("10.0.0.1"), **rest}
    return Pod(namespace, CLUSTER.namespaces[namespace].labels, labels, **given)


DATABASE = pod("b", {"app": "pg"}, ports=(ContainerPort(5432, name="postgres"),), workload=PG)
CLIENT = pod("a", {"app": "web"}, workload=WEB)
ADMIN = pod("a", {"role": "admin"})


def flow(source, destination=DATABASE, **needs) -> Witness:
    return Witness(Flow(source, destination, Protocol.TCP, 5432), **needs)


def violation(text: str, fingerprint: str, **rest) -> Violation:
    given = {
        "source": "a/web[Deployment]",
        "destination": "b/pg[StatefulSet]",
        "scope": Scope.EXISTING,
        "witness": flow(CLIENT),
        "because": (OPEN, ADMITTED),
        **rest,
    }
    return Violation(text=text, fingerprint=fingerprint, **given)


GIVEN = ("the network plugin enforces NetworkPolicy", "ipblock-matches-pods=false")


def result(name: str, verdict: GateVerdict, violations: tuple[Violation, ...] = (), **rest) -> Result:
    about = {key: rest.pop(key) for key in ("title", "severity", "controls", "line", "verb") if key in rest}
    line = about.pop("line", 10)
    verb = about.pop("verb", "deny")
    statement = Allow(FlowText()) if verb == "allow" else Deny(FlowText())
    assertion = Assertion(name, verb, statement, Origin(INTENT, 0, line, 5), **about)
    given = {
        "statement": f"nothing in namespace a reaches b/pg ({name})",
        "world": World.POSSIBLE,
        "fingerprint": f"{name}-0123456789abcdef",
        "remarks": replace(rest.pop("remarks", Remarks()), assumptions=GIVEN),
        "questions": 2,
        "milliseconds": 12,
        **rest,
    }
    return Result(assertion=assertion, violations=violations, **remarked(verdict), **given)


def remarked(verdict: GateVerdict) -> dict[str, Any]:
    """The judgement that comes to ``verdict``, with what is remarked on it besides exceptions."""
    plain = {GateVerdict.EXCEPTED: Judgement.PROVED, GateVerdict.BASELINED: Judgement.REFUTED}
    return {
        "judgement": plain.get(verdict) or Judgement(verdict),
        "is_baselined": verdict is GateVerdict.BASELINED,
    }


def exception(name: str, state: ExceptionState, expires: date, **rest) -> ExceptionUse:
    given = {"reason": "the old exporter is being replaced", "owner": "team-payments", **rest}
    flows = (FlowText((Written("a/web", Origin(INTENT, 0, 92, 9)),), justification="until the move"),)
    text = ExceptionText(
        name,
        (Written("pg-left-aside", Origin(INTENT, 0, 91, 9)),),
        flows,
        expires=expires,
        origin=Origin(INTENT, 0, 90, 5),
        **given,
    )
    return ExceptionUse(text, state)


PROVED = result(
    "pg-closed",
    GateVerdict.PROVED,
    title="Nobody but admins reaches Postgres",
    severity=Weight.CRITICAL,
    controls=("pci-dss-4.0.1:1.3.1", "nist-800-53r5:AC-4"),
    because=(replace(REFUSED, direction=Direction.INGRESS, policy=ALLOW_ADMIN),),
)
EXISTING = result(
    "no-web-to-pg",
    GateVerdict.REFUTED,
    (
        violation("a/web[Deployment] can reach b/pg[StatefulSet] on TCP 5432", "f00"),
        *(
            violation(f"a/web-{number:02}[Deployment] can reach b/pg[StatefulSet]", f"f{number:02}", witness=None)
            for number in range(1, 13)
        ),
    ),
    title="The shop does not talk to Postgres",
    severity=Weight.CRITICAL,
    controls=("pci-dss-4.0.1:1.3.1",),
    line=20,
)
POSSIBLE = result(
    "no-new-pods",
    GateVerdict.REFUTED,
    (
        violation(
            "pods role=admin in namespace a can reach b/pg[StatefulSet] on TCP 5432",
            "possible",
            source="namespace a",
            scope=Scope.POSSIBLE,
            witness=flow(
                ADMIN,
                behaviours={Behaviour.IPBLOCK_MATCHES_PODS: True, Behaviour.ENDPORT_SUPPORTED: False},
                port_matters=False,
            ),
        ),
    ),
    line=30,
    is_complete=False,
    remarks=Remarks(approximations=("a mesh may deny more",)),
)
CLOSED = result(
    "web-reaches-pg",
    GateVerdict.REFUTED,
    (
        violation(
            "a/web[Deployment] cannot reach b/pg[StatefulSet] on TCP 5432",
            "closed",
            refused=True,
            because=(REFUSED, ADMITTED),
        ),
    ),
    verb="allow",
    title="The shop works",
    severity=Weight.MEDIUM,
    statement="every pod of a/web can reach every pod of b/pg on TCP 5432",
    line=40,
    world=World.EXISTING,
)
INTERNET = External(parse_address("192.0.2.1"))
INGRESS = Hop("Ingress b/pg (host pg.example.com)", 443, Origin("manifests/ingress.yaml", 0, 1, 1))
ROUTE = Route(
    "the internet",
    "b/pg[StatefulSet]:5432",
    Verdict.REACHABLE,
    (INGRESS, Hop("Service b/pg", 5432, Origin("manifests/service.yaml", 0, 1, 1))),
    (
        Answer(
            "from outside",
            Verdict.REACHABLE,
            Scope.EXISTING,
            flow(CLIENT),
            (
                Reason(
                    Routing.ROUTING,
                    Effect.ALLOW,
                    origin=INGRESS.origin,
                    object="Ingress b/pg",
                    detail="host pg.example.com goes to Service b/pg",
                ),
                OPEN,
                replace(OPEN, direction=Direction.INGRESS, detail="the destination is selected by no policy"),
            ),
        ),
    ),
    ("the ingress controller runs in the cluster",),
)
ROUTED = result(
    "not-public",
    GateVerdict.REFUTED,
    (
        violation(
            "the internet can reach b/pg[StatefulSet] on TCP 5432 by Ingress b/pg",
            "routed",
            source="the internet",
            witness=ROUTE.legs[-1].witness,
            because=(),
            route=ROUTE,
        ),
    ),
    title="Postgres is not public",
    severity=Weight.LOW,
    line=50,
)
VACUOUS = result(
    "nobody",
    GateVerdict.VACUOUS,
    title="The old shop is shut",
    remarks=Remarks(notes=("no pod can be the source: zone `old-shop` matches nobody",)),
    line=60,
    severity=Weight.INFO,
)
UNKNOWN = result(
    "undecided",
    GateVerdict.UNKNOWN,
    title="Nothing unread matters",
    remarks=Remarks(("broken.yaml:7:3 could not be read or was refused", "the solver gave up: timeout")),
    line=70,
)
EXCEPTED = result(
    "pg-left-aside", GateVerdict.EXCEPTED, title="Postgres is closed, for now", excepted_by=("legacy-sync",), line=80
)
BASELINED = result(
    "known-before",
    GateVerdict.BASELINED,
    (violation("a/old[Deployment] can reach b/pg[StatefulSet] on TCP 5432", "known", is_baselined=True),),
    title="Known since long",
    line=85,
)
PARTLY_KNOWN = result(
    "partly-known",
    GateVerdict.REFUTED,
    (
        violation("a/old[Deployment] can reach b/pg[StatefulSet] on TCP 5432", "known", is_baselined=True),
        violation("a/web[Deployment] can reach b/pg[StatefulSet] on TCP 5432", "new", because=(OPEN, OPEN)),
    ),
    title="One more than yesterday",
    line=88,
)
EXCEPTIONS = (
    exception("legacy-sync", ExceptionState.USED, date(2027, 1, 31), ticket="OPS-12"),
    exception("spare", ExceptionState.UNUSED, date(2027, 2, 28)),
    exception("stale", ExceptionState.EXPIRED, date(2025, 12, 31)),
    exception("strict", ExceptionState.IGNORED, date(2027, 3, 31)),
)
FULL = GateReport(
    (PROVED, EXISTING, POSSIBLE, CLOSED, ROUTED, VACUOUS, UNKNOWN, EXCEPTED, BASELINED, PARTLY_KNOWN),
    EXCEPTIONS,
    (Diagnostic("NV901", Severity.WARNING, "the zone `old-shop` matches nobody", Origin(INTENT, 0, 5, 3)),),
    BaselineUse(".netverify-baseline.json", 2, 1),
    date(2026, 7, 1),
    1234,
    (INTENT,),
)
ALL_PROVED = GateReport((PROVED,), today=date(2026, 7, 1), milliseconds=40, files=(INTENT,))
EMPTY = GateReport(())

EVIL_POLICY = PolicyRef("NetworkPolicy", HOSTILE, HOSTILE, Origin(HOSTILE, 0, 3, 1))
EVIL = Pod(HOSTILE, {HOSTILE: HOSTILE}, {HOSTILE: HOSTILE}, parse_address("10.0.0.9"))
EVIL_REASON = Reason(Direction.INGRESS, Effect.ALLOW, EVIL_POLICY, 0, Origin(HOSTILE, 0, 4, 2), HOSTILE, "")
EVIL_ROUTE = Route(
    HOSTILE,
    HOSTILE,
    Verdict.REACHABLE,
    (Hop(HOSTILE, HOSTILE, Origin(HOSTILE)),),
    (
        Answer(
            HOSTILE, Verdict.REACHABLE, Scope.POSSIBLE, flow(EVIL), (EVIL_REASON, replace(EVIL_REASON, object=HOSTILE))
        ),
    ),
    (HOSTILE,),
)


def hostile_result(verdict: GateVerdict, violations: tuple[Violation, ...], text: str = HOSTILE) -> Result:
    assertion = Assertion(
        text, "deny", Deny(FlowText()), Origin(text, 0, 2, 1), text, Weight.HIGH, controls=(text, text)
    )
    return Result(
        assertion,
        text,
        world=World.POSSIBLE,
        fingerprint=text,
        violations=violations,
        **remarked(verdict),
        because=(EVIL_REASON,),
        remarks=Remarks((text,), (text,), (text,), (text,)),
        excepted_by=() if verdict is GateVerdict.PROVED else (text,),
    )


def hostile_report(text: str = HOSTILE) -> GateReport:
    """Every text of the report is ``text``."""
    ways = (
        Violation(text, text, text, text, witness=flow(EVIL, EVIL), because=(EVIL_REASON,)),
        Violation(text, text, text, text, witness=flow(EVIL), because=(), route=EVIL_ROUTE),
        Violation(text, text, text, text),
    )
    written = (Written(text, Origin(text)),)
    return GateReport(
        (
            hostile_result(GateVerdict.UNKNOWN, (), text),
            *(hostile_result(one, () if one is GateVerdict.PROVED else ways, text) for one in GateVerdict),
        ),
        tuple(
            ExceptionUse(
                ExceptionText(text, written, (FlowText(written),), text, text, date(2027, 1, 1), Origin(text), text),
                state,
            )
            for state in ExceptionState
        ),
        (
            Diagnostic("NV712", Severity.WARNING, text, Origin(text), text),
            Diagnostic("NV719", Severity.ERROR, text, Origin(text, 0, 2, 1), text),
        ),
        BaselineUse(text, 1, 1),
        date(2026, 7, 1),
        1,
        (text,),
        (Diagnostic("NV101", Severity.ERROR, text, Origin(text), text),),
    )


HOSTILE_INVENTORY = Inventory(
    CLUSTER,
    Coverage(1, 1, unread=(Origin(HOSTILE),), templates=(HOSTILE,), skipped=((HOSTILE, HOSTILE),)),
    (Diagnostic("NV101", Severity.ERROR, HOSTILE, Origin(HOSTILE, 0, 1, 1), HOSTILE),),
    (HOSTILE,),
)
TOOL = {"name": "netverify", "version": "0.0.0", "z3": "4.0.0", "options": {"seed": 0}}
RUN = Run(
    "0.0.0",
    "/checkout",
    ("check", "-o", "sarif=netverify.sarif"),
    "netverify check -f manifests netverify.yaml",
    exit_code=1,
    revision="0123456789abcdef0123456789abcdef01234567",
    repository="https://git.example/shop.git",
)
