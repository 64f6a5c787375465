"""Reports on hand-made outcomes: every kind of line once. After a change run with ``--update`` and review the files."""

from __future__ import annotations

import json

import pytest

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.model.addresses import parse_address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster, ContainerPort, Namespace, Unsupported, Workload, WorkloadKey
from netverify.model.flow import Direction, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import Protocol
from netverify.policy.table import PolicyRef
from netverify.query.outcome import Answer, Effect, Listed, Listing, Reason, Scope, Verdict, Witness
from netverify.query.remarks import Remarks
from netverify.query.sentence_error import SentenceError
from netverify.report.counterexample import render_counterexample
from netverify.report.diagnostics import render_diagnostics, render_refusal, render_sentence_error
from netverify.report.document_text import lines_of
from netverify.report.query_json import render_answer_json, render_listing_json
from netverify.report.query_text import document_of
from netverify.report.terminal import paint
from netverify.sources.coverage import Coverage, Inventory

PG = WorkloadKey("b", "pg", "StatefulSet")
CLUSTER = Cluster(
    {
        "a": Namespace("a", {NAMESPACE_NAME_LABEL: "a", "team": "a"}, declared=True),
        "b": Namespace("b", {NAMESPACE_NAME_LABEL: "b"}, declared=True),
        "free": Namespace("free", {NAMESPACE_NAME_LABEL: "free"}, declared=False),
    },
    (Workload(PG, {"app": "pg"}),),
)
INVENTORY = Inventory(CLUSTER, Coverage(2, 4, modelled={"Namespace": 2, "StatefulSet": 1}, irrelevant={"ConfigMap": 1}))
LEFT_OUT = Inventory(
    Cluster(
        CLUSTER.namespaces,
        CLUSTER.workloads,
        unsupported=(
            Unsupported(
                "CiliumNetworkPolicy", "dns", "b", Origin("cilium.yaml", 0, 3, 1), may_allow=True, may_deny=True
            ),
        ),
    ),
    Coverage(
        9,
        12,
        modelled={"Namespace": 2, "StatefulSet": 1},
        irrelevant={"ConfigMap": 1, "Ingress": 2, "NetworkSet": 1, "Role": 1, "Secret": 1},
        unsupported={"CiliumNetworkPolicy": 1},
        not_manifests=1,
        templates=("chart/templates/a.yaml", "chart/templates/b.yaml"),
        skipped=((".git", "a hidden folder"),),
        unread=(Origin("broken.yaml", 0, 7, 3), Origin("gone.yaml")),
    ),
    (Diagnostic("NV101", Severity.ERROR, "not YAML", Origin("broken.yaml", 0, 7, 3)),),
    ("an approximation",),
)

ALLOW_ADMIN = PolicyRef("NetworkPolicy", "b", "allow-admin", Origin("policies.yaml", 3, 50, 1))
DENY = PolicyRef("NetworkPolicy", "b", "default-deny", Origin("policies.yaml", 0, 1, 1))
NOT_ISOLATED = Reason(Direction.EGRESS, Effect.NOT_ISOLATED, detail="the source is selected by no policy")
ALLOWED = Reason(
    Direction.INGRESS,
    Effect.ALLOW,
    ALLOW_ADMIN,
    0,
    Origin("policies.yaml", 3, 64, 7),
    "from pods role=admin in namespaces team=a, TCP 5432",
)
DENIED = Reason(Direction.INGRESS, Effect.DENY, DENY, detail="selects the pod, and no rule allows it")


def pod(namespace: str, labels: dict[str, str], **rest) -> Pod:
    given = {"address": parse_address("10.0.0.1"), **rest}
    return Pod(namespace, CLUSTER.namespaces[namespace].labels, labels, **given)


TARGET = pod("b", {"app": "pg"}, ports=(ContainerPort(5432, name="postgres"),), workload=PG)


def reachable(source, destination=TARGET, *, scope=Scope.POSSIBLE, because=(NOT_ISOLATED, ALLOWED), **needs) -> Answer:
    flow = Flow(source, destination, Protocol.TCP, 5432, same_node=needs.pop("same_node", False))
    witness = Witness(flow, **needs)
    given = ("the network plugin enforces NetworkPolicy", "pods that could be created are not on the host network")
    return Answer(
        "can namespace a reach b/pg:5432", Verdict.REACHABLE, scope, witness, tuple(because), remarks=Remarks((), given)
    )


ADMIN = pod("a", {"role": "admin"})
NEW_SERVER = pod(
    "b",
    {"app": "pg"},
    ports=(ContainerPort(5433, Protocol.TCP, "postgres"), ContainerPort(53, Protocol.UDP)),
    address=parse_address("10.9.0.1"),
)
FREE = Pod("free", {NAMESPACE_NAME_LABEL: "free", "team": "a"}, {}, parse_address("10.0.0.2"))
ANSWERS = {
    "possible": reachable(ADMIN),
    "existing": reachable(TARGET, scope=Scope.EXISTING),
    "bare-pod": reachable(
        pod("a", {"app": "tool"}, workload=WorkloadKey("a", "tool", "Pod"), host_network=True),
        scope=Scope.EXISTING,
        because=(
            NOT_ISOLATED,
            Reason(Direction.INGRESS, Effect.ALLOW, detail="policies do not apply between a pod and its own node"),
        ),
        same_node=True,
    ),
    "free-namespace": reachable(FREE),
    "new-namespace": reachable(Pod("new", {NAMESPACE_NAME_LABEL: "new", "team": "a"}, {"role": "admin"}, FREE.address)),
    "new-namespace-without-labels": reachable(Pod("new", {NAMESPACE_NAME_LABEL: "new"}, {}, FREE.address)),
    "possible-destination": reachable(
        External(parse_address("192.0.2.1")),
        NEW_SERVER,
        because=(Reason(Direction.EGRESS, Effect.NOT_ISOLATED, detail="the source is outside the cluster"), ALLOWED),
        source_address_matters=True,
        destination_address_matters=True,
        port_matters=False,
    ),
    "behaviours": reachable(
        ADMIN,
        behaviours={Behaviour.IPBLOCK_MATCHES_PODS: True, Behaviour.ENDPORT_SUPPORTED: False},
    ),
    "unreachable": Answer(
        "can any pod outside namespace b reach b/pg",
        Verdict.UNREACHABLE,
        because=(DENIED, Reason(Direction.EGRESS, Effect.DENY, ALLOW_ADMIN, 1)),
        remarks=Remarks(assumptions=("the network plugin enforces NetworkPolicy",)),
    ),
    "unknown": Answer(
        "can namespace a reach b/pg",
        Verdict.UNKNOWN,
        remarks=Remarks(
            ("broken.yaml:7:3 could not be read or was refused", "the solver gave up: timeout"),
            approximations=("a mesh may deny more",),
            notes=("2 files are templates and were not rendered: what they would create is not in this answer",),
        ),
    ),
    "vacuous": Answer(
        "can pods app=gone reach b/pg", Verdict.VACUOUS, remarks=Remarks(notes=("no pod can be the source",))
    ),
}
LISTING = Listing(
    "who can reach b/pg",
    Verdict.REACHABLE,
    (
        Listed("a/client[Deployment]", Witness(Flow(TARGET, TARGET, Protocol.TCP, 5432)), (NOT_ISOLATED, ALLOWED)),
        Listed(
            "192.0.2.0-192.0.2.255",
            Witness(
                Flow(External(parse_address("192.0.2.1")), TARGET, Protocol.UDP, 53),
                {Behaviour.IPBLOCK_MATCHES_NODES: True},
                port_matters=False,
            ),
            (NOT_ISOLATED,),
        ),
    ),
    ("pods role=admin in namespaces team=a", "any other pod"),
    remarks=Remarks(assumptions=("the network plugin enforces NetworkPolicy",)),
)
LISTINGS = {
    "listing": LISTING,
    "listing-possible": Listing(LISTING.question, Verdict.REACHABLE, (), LISTING.possible),
    "listing-unreachable": Listing(LISTING.question, Verdict.UNREACHABLE),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_report_of_an_answer_reads_as_reviewed(name, golden) -> None:
    answer = ANSWERS[name]
    inventory = LEFT_OUT if answer.verdict is Verdict.UNKNOWN else INVENTORY
    golden(f"reports/{name}.txt", paint(lines_of(document_of(answer, inventory)), coloured=False))
    golden(f"reports/{name}.json", render_answer_json(answer, inventory))
    golden(f"reports/{name}.yaml", render_counterexample(answer, CLUSTER))


@pytest.mark.parametrize("name", LISTINGS)
def test_the_report_of_a_listing_reads_as_reviewed(name, golden) -> None:
    golden(f"reports/{name}.txt", paint(lines_of(document_of(LISTINGS[name], INVENTORY)), coloured=False))
    golden(f"reports/{name}.json", render_listing_json(LISTINGS[name], INVENTORY))


@pytest.mark.parametrize("name", ["possible", "unreachable", "unknown"])
def test_the_coloured_report_reads_as_reviewed(name, golden) -> None:
    golden(f"reports/{name}.ansi", paint(lines_of(document_of(ANSWERS[name], INVENTORY)), coloured=True))


def test_the_json_of_an_answer_has_the_fields_of_the_contract() -> None:
    value = json.loads(render_answer_json(ANSWERS["behaviours"], LEFT_OUT))
    assert {"schema", "query", "verdict", "scope", "witness", "because", "assumptions", "approximations"} < value.keys()
    assert {"source", "destination", "protocol", "port", "path", "behaviours"} < value["witness"].keys()
    wanted = {"kind", "name", "namespace", "namespace_labels", "labels", "ip", "existing"}
    assert wanted < value["witness"]["source"].keys()
    assert {"direction", "verdict", "object", "rule", "file", "line"} < value["because"][0].keys()
    assert {"documents", "modelled", "irrelevant", "unsupported", "unread"} < value["coverage"].keys()
    assert value["because"][1] == {
        "direction": "ingress",
        "verdict": "allow",
        "object": "NetworkPolicy b/allow-admin",
        "rule": 0,
        "file": "policies.yaml",
        "line": 64,
        "detail": "from pods role=admin in namespaces team=a, TCP 5432",
    }


MANIFEST = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec:
\tpodselector: {}
  ingress: [{from: [{"ipBlock": {cidr: 10.0.0.0/8}}]}]
  app: \u0430\x1b[31mred\x1b[0m
"""


def test_diagnostics_read_as_reviewed(golden, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_bytes(b"\xef\xbb\xbf" + MANIFEST.replace("\n", "\r\n").encode())
    (tmp_path / "long.json").write_text('{"kind": "X", "data": "' + "x" * 500 + '", "bad": 1, "more": "' + "y" * 500)
    where = Origin("p.yaml", 0, 4, 2)
    found = [
        Diagnostic("NV211", Severity.ERROR, "unknown field `podselector`", where, "did you mean `podSelector`?"),
        Diagnostic(
            "NV102",
            Severity.WARNING,
            "the key `ingress` appears twice",
            Origin("p.yaml", 0, 5, 21),
            secondary=((Origin("p.yaml", 0, 3, 1), "first here"), (Origin("gone.yaml", 0, 9, 9), "and here")),
        ),
        Diagnostic("NV223", Severity.ERROR, "a label\x1b[2J", Origin("p.yaml", 0, 6, 8)),
        Diagnostic("NV224", Severity.NOTE, "a long line", Origin("long.json", 0, 1, 527)),
        Diagnostic("NV101", Severity.ERROR, "beyond the end", Origin("p.yaml", 0, 99, 1)),
        Diagnostic("NV101", Severity.ERROR, "a line without a column", Origin("p.yaml", 0, 2)),
        Diagnostic("NV101", Severity.ERROR, "a column beyond the line", Origin("p.yaml", 0, 2, 400)),
        Diagnostic("NV131", Severity.ERROR, "no such file or directory: `gone.yaml`", Origin("gone.yaml")),
        Diagnostic("NV101", Severity.ERROR, "from standard input", Origin("-", 0, 1, 1)),
        Diagnostic("NV101", Severity.ERROR, "from a folder", Origin(".", 0, 1, 1)),
    ]
    golden("reports/diagnostics.txt", paint(render_diagnostics(found), coloured=False))
    golden("reports/diagnostics.ansi", paint(render_diagnostics(found[:2]), coloured=True))


def test_errors_of_sentences_and_flags_read_as_reviewed(golden) -> None:
    sentence = "can namespace a\treach b/pg:99999"
    errors = [
        SentenceError("NV405", "there is no port `99999`", sentence, 27, 32, "ports go from 1 to 65535"),
        SentenceError("NV402", "the destination is missing", "can a reach", 11, 11),
        SentenceError("NV403", "too long", "x" * 400 + "HERE" + "y" * 400, 400, 404),
        SentenceError("NV403", "a sentence cannot hold the character U+001B", "can \x1b[31m reach", 4, 5, "remove it"),
    ]
    lines = [line for error in errors for line in (*render_sentence_error(error), ())]
    lines += render_refusal("no such option: --fo", code="NV420", help_text="did you mean `--filename`?")
    golden("reports/errors.txt", paint(lines, coloured=False))
