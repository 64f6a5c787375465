"""Questions as people type them: what each one is read as, and what is asked back where it can be read in two ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.model.cluster import Cluster, Namespace
from netverify.model.flow import End
from netverify.query.narrowing import read_flag
from netverify.query.outcome import Answer, Listing, Verdict
from netverify.query.sentence import SentenceError, canonical_sentence, parse_sentence
from netverify.report.query_json import render_answer_json
from netverify.sources.inventory import read_inventory
from netverify.verify import Verifier


def deployment(namespace: str, name: str, port: int = 8080, kind: str = "Deployment") -> str:
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: c, image: c, ports: [{{containerPort: {port}, name: main}}]}}]}}
"""


def service(namespace: str, name: str, selects: str, port: int = 80, target: int | str = 8080) -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{selector: {{app: {selects}}}, ports: [{{port: {port}, targetPort: {target}}}]}}
"""


def namespace(name: str) -> str:
    return f"\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"


TOOL = """
apiVersion: v1
kind: Pod
metadata: {name: tool, namespace: dev, labels: {app: tool}}
spec: {containers: [{name: c, image: c}]}
"""
ALLOW_WEB = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}]
"""
MANIFESTS = "---".join(
    (
        namespace("shop"),
        namespace("dev"),
        namespace("prod"),
        namespace("argocd"),
        deployment("shop", "web"),
        service("shop", "web", "web"),
        deployment("shop", "db", 5432, kind="StatefulSet"),
        service("shop", "db", "db", 5432, 5432),
        deployment("prod", "db", 5432, kind="StatefulSet"),
        deployment("prod", "api"),
        service("prod", "front", "api"),
        deployment("dev", "access"),
        deployment("dev", "cache"),
        service("dev", "cache", "other"),
        deployment("dev", "job-runner"),
        deployment("argocd", "argocd"),
        deployment("dev", "two"),
        deployment("dev", "two", kind="DaemonSet"),
        TOOL,
        ALLOW_WEB,
    )
).encode()
INVENTORY = read_inventory((), texts={"m.yaml": MANIFESTS})
CLUSTER = INVENTORY.cluster


def read_as(sentence: str, default_namespace: str | None = None) -> str:
    return canonical_sentence(parse_sentence(sentence, CLUSTER, default_namespace=default_namespace))


WHO, CAN = "who can reach shop/db", "can shop/web[Deployment] reach shop/db"
READ_AS = [
    # A workload and a Service of one name are the workload's pods, by every way.
    ("who can reach shop/web", "who can reach shop/web"),
    ("who can reach shop/web?", "who can reach shop/web"),
    ("who can reach shop/web:80", "who can reach shop/web:80/tcp"),
    ("can shop/web reach shop/db", CAN),
    ("what can shop/web reach", "what can shop/web[Deployment] reach"),
    ("who can reach service shop/web", "who can reach service shop/web"),
    ("who can reach deployment shop/web", "who can reach shop/web[Deployment]"),
    # A name that only a namespace has is the namespace.
    ("can namespace dev reach prod", "can namespace dev reach namespace prod"),
    ("can dev reach prod?", "can namespace dev reach namespace prod"),
    ("what can reach namespace shop", "who can reach namespace shop"),
    ("who can reach the prod namespace", "who can reach namespace prod"),
    ("who can reach ns/prod", "who can reach namespace prod"),
    ("can namespace/dev reach ns prod", "can namespace dev reach namespace prod"),
    # Other verbs.
    ("who can talk to shop/db", WHO),
    ("who can connect to shop/db", WHO),
    ("who can access shop/db", WHO),
    ("who can get to shop/db", WHO),
    ("who can send traffic to shop/db", WHO),
    ("who has access to shop/db", WHO),
    ("who reaches shop/db", WHO),
    ("what talks to shop/db?", WHO),
    ("which pods can reach shop/db", WHO),
    ("which workloads connect to shop/db", WHO),
    ("Who Can Reach shop/db", WHO),
    ("can shop/web connect to shop/db", CAN),
    ("can shop/web talk to shop/db", CAN),
    ("can shop/web access shop/db on 5432", f"{CAN}:5432/tcp"),
    ("can shop/web contact shop/db", CAN),
    ("does shop/web reach shop/db", CAN),
    ("is shop/web allowed to reach shop/db", CAN),
    ("is shop/web able to connect to shop/db on 5432?", f"{CAN}:5432/tcp"),
    ("who is allowed to talk to shop/db", WHO),
    ("which pods are able to reach shop/db", WHO),
    ("what is shop/web allowed to reach", None),
    ("does shop/web have access to shop/db", CAN),
    ("could shop/web speak to shop/db?", CAN),
    # Ports in words.
    ("can shop/web reach shop/db on port 5432", f"{CAN}:5432/tcp"),
    ("can shop/web reach shop/db port 5432", f"{CAN}:5432/tcp"),
    ("can shop/web reach shop/db on tcp 5432", f"{CAN}:5432/tcp"),
    ("can shop/web reach shop/db on 5432/udp", f"{CAN}:5432/udp"),
    ("can shop/web reach shop/db on udp/5432", f"{CAN}:5432/udp"),
    ("can shop/web reach shop/db over udp", f"{CAN}:1-65535/udp"),
    ("can shop/web reach shop/db on udp port 53?", f"{CAN}:53/udp"),
    ("can shop/web reach shop/db on main", f"{CAN}:main/tcp"),
    ("what can shop/web reach on 443", "what can shop/web[Deployment] reach:443/tcp"),
    # Pods of a namespace.
    ("can pods in namespace dev reach shop/db", "can any pod in namespace dev reach shop/db"),
    ("can all pods in dev reach shop/db", "can any pod in namespace dev reach shop/db"),
    ("can any pods in ns dev reach shop/db", "can any pod in namespace dev reach shop/db"),
    ("can a pod in the dev namespace reach shop/db", "can any pod in namespace dev reach shop/db"),
    ("can all pods outside shop reach shop/db", "can any pod outside namespace shop reach shop/db"),
    ("can pods reach shop/db", "can any pod reach shop/db"),
    ("can pods with label app=web reach shop/db", "can pods app=web reach shop/db"),
    ("can pods app=web -n shop reach shop/db", "can pods app=web in namespace shop reach shop/db"),
    ("can pods labelled app=web in dev talk to shop/db", "can pods app=web in namespace dev reach shop/db"),
    # kubectl's forms.
    ("who can reach deploy/api -n prod", "who can reach prod/api[Deployment]"),
    ("who can reach deploy/api", "who can reach prod/api[Deployment]"),
    ("who can reach deployment.apps/api", "who can reach prod/api[Deployment]"),
    ("who can reach deployments/api", "who can reach prod/api[Deployment]"),
    ("who can reach svc/web -n shop", "who can reach service shop/web"),
    ("who can reach sts/db -n prod", "who can reach prod/db[StatefulSet]"),
    ("who can reach po/tool", "who can reach dev/tool[Pod]"),
    ("who can reach pods/tool", "who can reach dev/tool[Pod]"),
    ("who can reach deploy api", "who can reach prod/api[Deployment]"),
    ("who can reach db in namespace prod", "who can reach prod/db[StatefulSet]"),
    ("who can reach db in prod on 5432", "who can reach prod/db[StatefulSet]:5432/tcp"),
    ("can web in shop reach db in prod", "can shop/web[Deployment] reach prod/db[StatefulSet]"),
    # The target first.
    ("is shop/db reachable from the internet?", "can internet reach shop/db"),
    ("is shop/db:5432 reachable from shop/web", f"{CAN}:5432/tcp"),
    ("is shop/db reachable from shop/web on 5432", f"{CAN}:5432/tcp"),
    ("is shop/db accessible by shop/web", CAN),
    ("is shop/db on tcp reachable from shop/web", f"{CAN}:1-65535/tcp"),
    ("can shop/db over udp be reached by shop/web", f"{CAN}:1-65535/udp"),
    ("is shop/db open to the internet on 5432?", "can internet reach shop/db:5432/tcp"),
    ("is shop/db exposed", "can internet reach shop/db"),
    ("is shop/db exposed to namespace dev", "can namespace dev reach shop/db"),
    ("is shop/db reachable", "can anyone reach shop/db"),
    ("are pods app=db in shop reachable from dev", "can namespace dev reach pods app=db in namespace shop"),
    ("can shop/db be reached by shop/web", CAN),
    ("can shop/db be accessed from shop/web on 5432", f"{CAN}:5432/tcp"),
    ("can db be reached from shop/web", CAN),
    # Names of the namespace of who asks, as its pods look them up.
    ("can shop/web reach db", CAN),
    ("can web reach db", CAN),
    ("can namespace shop reach db", "can namespace shop reach shop/db"),
    # From a source.
    ("what does shop/web reach", "what can shop/web[Deployment] reach"),
    ("what can shop/web connect to?", "what can shop/web[Deployment] reach"),
    ("what can Deployment shop/web reach", "what can shop/web[Deployment] reach"),
    ("what can shop/web access", "what can shop/web[Deployment] reach"),
    ("what is reachable from shop/web", "what can shop/web[Deployment] reach"),
    ("who can web reach", "what can shop/web[Deployment] reach"),
    ("can anyone reach shop/db", "can anyone reach shop/db"),
    ("can anything outside the cluster reach shop/db", None),
    ("can outside the cluster reach shop/db", "can outside reach shop/db"),
    ("can shop/web reach the outside world", "can shop/web[Deployment] reach outside"),
    ("can shop/web reach the internet", "can shop/web[Deployment] reach internet"),
    # Words that are names here.
    ("can access reach shop/db", "can dev/access[Deployment] reach shop/db"),
    ("what can access reach", "what can dev/access[Deployment] reach"),
    ("who can reach access", "who can reach dev/access[Deployment]"),
    ("who can access access", "who can reach dev/access[Deployment]"),
    ("who can access deployment access", "who can reach dev/access[Deployment]"),
    ("can tool reach argocd/argocd", "can dev/tool[Pod] reach argocd/argocd[Deployment]"),
    ("can pods of shop/web reach shop/db", CAN),
    ("who can reach pods behind service prod/front", "who can reach pods behind service prod/front"),
]


@pytest.mark.parametrize(("typed", "meant"), [(typed, meant) for typed, meant in READ_AS if meant])
def test_a_question_is_read_as_what_was_meant(typed: str, meant: str) -> None:
    assert read_as(typed) == meant
    assert read_as(meant) == meant


ASKED_BACK = [
    # Two readings: a wrong one would be answered with the same confidence.
    ("who can reach argocd", "NV408", "`argocd` is a namespace and a workload", "`namespace argocd`, `argocd/argocd["),
    ("who can reach db", "NV408", "`db` fits 2 workloads and 1 Service", "`prod/db[StatefulSet]`"),
    ("can dev/tool reach db", "NV408", "`db` fits 2 workloads and 1 Service", "`service shop/db`"),
    ("who can reach dev/two", "NV408", "`dev/two` fits 2 workloads", "`dev/two[DaemonSet]`"),
    ("who can reach dev/cache", "NV408", "is a Deployment, and a Service that does not lead to its", "`service dev/"),
    (
        "can pods web reach shop/db",
        "NV408",
        "`pods web` can mean the label `web` and the name",
        'write `web`, or `pods "',
    ),
    ("can pods shop/web reach shop/db", "NV408", "can mean the label `shop/web`", "write `shop/web`"),
    ("can any pod in namespaces dev reach shop/db", "NV408", "can mean the label `dev`", "write `namespace dev`"),
    # Negations are not read as their opposite.
    ("is shop/db unreachable from shop/web", "NV402", "expected `reachable`, found `unreachable`", "UNREACHABLE"),
    ("is shop/db not reachable from shop/web", "NV402", "expected `reachable`, found `not`", "UNREACHABLE"),
    ("can shop/web not reach shop/db", "NV402", "expected one of `reach`, `connect to`", "UNREACHABLE"),
    # What is left over is never left out.
    ("can shop/web and dev/tool reach shop/db", "NV402", "expected one of `reach`", "one source at a time"),
    ("can shop/web reach shop/db and prod/db", "NV402", "should end before `and`", "one target"),
    ("who can reach shop/db from dev", "NV402", "should end before `from`", "`can SOURCE reach TARGET`"),
    ("can internet reach shop/web through ingress", "NV402", "should end before `through`", "every way counts"),
    ("can shop/web reach shop/db on 80,443", "NV402", "should end before `,`", "one port at a time"),
    ("can shop/web reach shop/db:80 on 443", "NV402", "should end before `on`", "`TARGET:PORT"),
    ("is shop/db:80 reachable from shop/web on 443", "NV405", "the sentence names two ports", "one of them"),
    ("can shop/web reach shop/db over internet", "NV405", "expected a port or a protocol after `over`", "`TARGET:"),
    ("can shop/web on 80 reach shop/db", "NV405", "the source of a question has no port", "at the end"),
    ("is shop/db and prod/db reachable from shop/web", "NV402", "expected `reachable`, found `and`", "one target"),
    ("can anything outside the cluster reach shop/db", "NV402", "expected one of `reach`", "ask `can"),
    # What is asked of all is not answered for one that can.
    ("can every pod reach shop/db", "NV402", "at least one can connect, not `every`", "write `any pod`; for all"),
    ("can each pod in shop reach shop/db", "NV402", "not `each`", "list `who can reach TARGET`"),
    ("does every pod in shop have access to shop/db", "NV402", "not `every`", "an `allow` assertion"),
    ("are the pods of every namespace allowed to reach shop/db", "NV402", "not `every`", "`any pod`"),
    ("can all workloads in shop reach shop/db", "NV402", "not `all`", "`any pod`"),
    ("can all reach shop/db", "NV402", "not `all`", "`any pod`"),
    ("can Everyone reach shop/db", "NV402", "not `Everyone`", "write `anyone`"),
    ("can everyone in shop reach shop/db", "NV402", "not `everyone`", "write `any pod`"),
    ("is shop/db reachable from every pod", "NV402", "not `every`", "`any pod`"),
    ("is shop/db reachable from everywhere", "NV402", "not `everywhere`", "`anyone`"),
    ("can shop/db be reached by everybody", "NV402", "not `everybody`", "`anyone`"),
    ("what can everything reach", "NV402", "not `everything`", "`anyone`"),
    ("can shop/web reach everything", "NV402", "not `everything`", "write `anything`; for all of them, list `what can"),
    (
        "can shop/web reach every pod in shop",
        "NV402",
        "not `every`",
        "write `any pod`; for all of them, list `what can",
    ),
    ("who can reach each pod in shop", "NV402", "not `each`", "`any pod`"),
    ("is every pod in shop reachable from dev", "NV402", "not `every`", "`any pod`"),
    # What is misspelled.
    ("can shop/web raech shop/db", "NV402", "expected one of `reach`, `connect to`", "did you mean `reach`?"),
    ("can shop/web conect to shop/db", "NV402", "expected one of", "did you mean `connect to`?"),
    ("cna shop/web reach shop/db", "NV401", "cannot begin with `cna`", "did you mean `can`?"),
    ("who can reach shop/dbb", "NV407", "no manifest holds a workload or Service `shop/dbb`", "`shop/db`"),
    ("is shop/web not allowed to reach shop/db", "NV402", "expected `reachable`, found `not`", "UNREACHABLE"),
    ("who can reach argod", "NV407", "no manifest holds a workload or Service `argod`", "did you mean `argocd`?"),
    ("who can reach deploy/apii", "NV407", "no manifest holds a Deployment `apii`", "did you mean `api`"),
    ("who can reach ing/web", "NV407", "`ing` is not a kind that can open or accept connections", "netverify exposed"),
    ("who can reach", "NV402", "the destination is missing", "name `namespace NS`"),
    ("can shop/web", "NV402", "expected one of `reach`", "ask `can SOURCE"),
]


@pytest.mark.parametrize(("typed", "code", "message", "advice"), ASKED_BACK)
def test_what_cannot_be_read_in_one_way_is_asked_back(typed: str, code: str, message: str, advice: str) -> None:
    with pytest.raises(SentenceError) as caught:
        parse_sentence(typed, CLUSTER)
    assert (caught.value.code, message in caught.value.message, advice in caught.value.help) == (code, True, True), (
        str(caught.value),
        caught.value.help,
    )


def test_a_namespace_on_the_command_line_counts_as_for_kubectl() -> None:
    assert read_as("who can reach db", "prod") == "who can reach prod/db[StatefulSet]"
    assert read_as("who can reach deploy/argocd", "argocd") == "who can reach argocd/argocd[Deployment]"
    assert read_as("who can reach argocd", "argocd") == "who can reach argocd/argocd[Deployment]"
    assert read_as("who can reach shop/db", "prod") == "who can reach shop/db"
    for sentence, code in (("who can reach web", "NV407"), ("can shop/web reach db", "NV408")):
        with pytest.raises(SentenceError) as caught:
            parse_sentence(sentence, CLUSTER, default_namespace="prod")
        assert caught.value.code == code
        assert "`shop/" in caught.value.help


VERIFIER = Verifier(INVENTORY)
PORT_80 = "`shop/web` is a Deployment and a Service: port 80 is read as the Service's, which leads to 8080 of the pods"


@pytest.mark.parametrize(
    ("typed", "verdict", "note"),
    [
        ("can dev/tool reach shop/web:80", "reachable", PORT_80),
        (
            "can dev/tool reach shop/web:8080",
            "reachable",
            "port 8080 is read as the pods' own, since the Service has only",
        ),
        ("can dev/tool reach shop/db:5432", "unreachable", "port 5432 is the same for both"),
        ("can shop/web reach db", "reachable", "can shop/web[Deployment] reach shop/db"),
        ("can shop/web reach db:80", "unreachable", "port 80 is read as the pods' own"),
        ("can dev reach prod", "reachable", "can namespace dev reach namespace prod"),
        ("is shop/db reachable from the internet?", "unreachable", "this is about the pods of the StatefulSet"),
        ("is shop/db reachable on 5432", "reachable", "the same for both"),
        ("can anyone reach shop/db:80", "unreachable", "the Service has only 5432"),
        (
            "can all pods in shop reach shop/db:5432",
            "reachable",
            "can any pod in namespace shop reach shop/db:5432/tcp",
        ),
        ("can dev/tool reach all pods", "reachable", "can dev/tool[Pod] reach any pod"),
        ("who can reach all pods in prod", "reachable", "who can reach any pod in namespace prod"),
    ],
)
def test_the_answer_says_what_the_question_was_read_as(typed: str, verdict: str, note: str) -> None:
    found = VERIFIER.ask(typed)
    assert found.verdict == verdict
    assert any(note in one for one in found.read_as), found.read_as


def test_all_pods_are_not_expected_to_be_reachable_where_one_suffices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(namespace("shop"), encoding="utf-8")
    for question in ("can all pods in shop reach namespace shop", "is namespace shop reachable from ALL pods"):
        assert main(["query", question, "-f", str(file), "--expect", "reachable"], "netverify") == 2
        assert "write `any pod`; for all of them, check an `allow` assertion" in capsys.readouterr().err
    expected = ["--expect", "unreachable", "-o", "json"]
    assert main(["query", "can all pods in shop reach namespace shop", "-f", str(file), *expected], "netverify") == 1
    assert json.loads(capsys.readouterr().out)["read_as"] == ["can any pod in namespace shop reach namespace shop"]


def test_a_name_may_be_a_word_for_all() -> None:
    named = Cluster({"every": Namespace("every", {}, declared=True)})
    assert canonical_sentence(parse_sentence("can every reach namespace every", named)).startswith(
        "can namespace every"
    )


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("can pods app=wbe reach shop/db", "no pod matches `app=wbe`: did you mean `app=web`?"),
        ("who can reach pods ap=db in shop", "no pod in namespace shop matches `ap=db`: did you mean `app=db`?"),
        (
            "can pods app=tool in shop reach shop/db",
            "no pod in namespace shop matches `app=tool`, only pods that could be",
        ),
        ("can pods app=web reach shop/db", ""),
        ("can pods app in (wbe, web) reach shop/db", ""),
        ("can pods app!=web reach shop/db", ""),
    ],
)
def test_labels_that_no_existing_pod_has_are_noted(typed: str, note: str) -> None:
    notes = [one for one in VERIFIER.ask(typed).notes if "in these manifests no pod" in one]
    assert bool(notes) == bool(note)
    assert all(note in one for one in notes), notes


def test_what_is_written_out_needs_no_note() -> None:
    assert VERIFIER.ask("can any pod in namespace dev connect to shop/web[Deployment]:8080").read_as == ()


def test_whoever_reaches_the_pods_by_either_port_is_listed() -> None:
    found = VERIFIER.ask("who can reach shop/db:5432")
    assert isinstance(found, Listing)
    assert [one.text for one in found.existing] == ["shop/web[Deployment]"]


def test_ways_that_differ_are_both_told() -> None:
    """Policy closes the Service's way to the internet; the pods' own port is open."""
    found = VERIFIER.ask("is shop/web:80 reachable from the internet")
    assert isinstance(found, Answer)
    assert (found.verdict, found.each_way) == (Verdict.REACHABLE, (Verdict.REACHABLE, Verdict.UNREACHABLE))
    assert "through the Service: unreachable; on that port of the pods themselves: reachable" in found.notes
    told = json.loads(render_answer_json(found, INVENTORY))
    assert (told["by_pod_port"], told["by_service_port"]) == ("reachable", "unreachable")
    assert told["read_as"] == list(found.read_as)


@pytest.mark.parametrize(("expected", "status"), [("reachable", 1), ("unreachable", 1)])
def test_an_expectation_holds_only_where_it_holds_either_way(
    expected: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "m.yaml"
    file.write_bytes(MANIFESTS)
    question = "can internet reach shop/web:80"
    assert main(["query", question, "-f", str(file), "--expect", expected], "netverify") == status
    assert f"expected {expected}, but the answer is" in capsys.readouterr().err


OPEN_WEB = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: "::/0"}}]
---
"""


def test_a_list_shows_each_rule_once_and_no_ranges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where every address outside is open, that is what is said, and not which ranges policies tell apart."""
    file = tmp_path / "m.yaml"
    file.write_text(OPEN_WEB + MANIFESTS.decode())
    assert main(["query", "what does shop/web reach", "-f", str(file), "--cni", "calico"], "netverify") == 0
    text = capsys.readouterr().out
    assert text.count("NetworkPolicy shop/web, rule 1") == 2  # to shop/db another policy has to allow it as well
    assert "  prod/db[StatefulSet]             TCP 5432" in text
    assert "anywhere outside but 10.0.0.0/8" in text
    assert "255.255" not in text
    file.write_bytes(MANIFESTS)
    assert main(["query", "what does shop/web reach", "-f", str(file)], "netverify") == 0
    assert "anywhere outside  " in (text := capsys.readouterr().out)
    assert "255.255" not in text


EGRESS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: %s, namespace: %s}
spec: {podSelector: {matchLabels: {app: %s}}, policyTypes: [Egress], egress: [{}]}
---
"""
TO_DB = ALLOW_WEB.replace("- from: [{podSelector: {matchLabels: {app: web}}}]", "- from: [{namespaceSelector: {}}]")


def test_the_rule_at_the_end_that_all_have_in_common_stands_above_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each source has an egress policy of its own; the ingress rule of the target is the same for all of them."""
    file = tmp_path / "m.yaml"
    without = MANIFESTS.decode().removesuffix(ALLOW_WEB)
    file.write_text(EGRESS % ("web", "shop", "web") + EGRESS % ("api", "prod", "api") + without + TO_DB)
    assert main(["query", "who can reach shop/db:5432", "-f", str(file), "--cni", "calico"], "netverify") == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert sum("NetworkPolicy shop/db, rule 1" in line for line in lines) == 1
    assert any(line.startswith("existing  by NetworkPolicy shop/db, rule 1   ") for line in lines)
    assert "prod/api[Deployment]        TCP 5432, and NetworkPolicy prod/api, rule 1" in lines
    assert "shop/web[Deployment]        TCP 5432, and NetworkPolicy shop/web, rule 1" in lines
    assert "dev/tool[Pod]               TCP 5432" in lines


def test_a_controller_may_be_in_a_namespace_that_no_manifest_mentions() -> None:
    for text in ("pods app=nginx in edge", "pods app=nginx in namespace edge"):
        phrase = read_flag("--ingress-controller", text, End.SOURCE, CLUSTER, None, new_namespaces=True)
        assert phrase.text == "pods app=nginx in namespace edge"
    with pytest.raises(SentenceError, match="expected `namespace NAME` or `namespaces LABELS` after `in`"):
        read_flag("--from", "pods app=nginx in edge", End.SOURCE, CLUSTER, None)
