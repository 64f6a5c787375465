"""What the first line of an answer says: on which plugins it holds, and nothing that nobody looked up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agreement.pipeline import read_inventory
from netverify.cli.main import main
from netverify.query.outcome import Listed, Listing
from netverify.report.document import Headline
from netverify.report.query_text import document_of
from netverify.verify import ask

NAMED = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pg, namespace: b, labels: {app: pg}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 5432, name: pg}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: b}
spec: {podSelector: {}, ingress: [{ports: [{port: pg}]}]}
"""
DEPENDS = "REACHABLE, but that depends on the CNI plugin"


@pytest.mark.parametrize(
    ("arguments", "headline"),
    [
        (["can a/web reach b/pg:5433"], f"{DEPENDS}: it is so with weave"),
        (["can a/web reach b/pg:5432"], DEPENDS),
        (["who can reach b/pg:5433"], f"{DEPENDS}: it is so with weave"),
        (["can a/web reach b/pg:5433", "--cni", "weave"], "REACHABLE"),
        (["can a/web reach b/pg:5433", "--cni", "calico"], "UNREACHABLE (proved for every pod in these manifests and"),
        (["can b/pg reach a/web"], "REACHABLE"),
        (["who can reach a/web"], "REACHABLE"),
    ],
)
def test_the_headline_says_that_an_answer_depends_on_the_plugin(
    arguments: list[str], headline: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.yaml").write_text(NAMED)
    assert main(["query", *arguments, "-f", str(tmp_path)], "netverify") == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == headline or (headline.endswith("and") and first.startswith(headline))


def test_no_address_is_made_up_for_a_name_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.yaml").write_text(NAMED)
    assert main(["query", "can a/web reach db.example.com:5432", "-f", str(tmp_path)], "netverify") == 0
    out = capsys.readouterr().out
    assert "outside the cluster -> whatever address it has :5432" in out
    assert "to        an address outside the cluster on TCP 5432" in out
    assert "198.51.100" not in out


LEFT_OPEN = "that depends on a behaviour that azure-npm leaves open"
INIT = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pg, namespace: b}
spec:
  initContainers: [{name: i, image: i, ports: [{containerPort: 5433, name: pg}]}]
  containers: [{name: c, image: c}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: b}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {role: admin}}}], ports: [{port: pg}]}]
"""


@pytest.mark.parametrize(
    ("cni", "dependence"),
    [
        (["--assume", "named-ports-supported=true"], "that depends on the CNI plugin"),
        (
            ["--cni", "azure-npm"],
            f"{LEFT_OPEN}: `--assume init-container-ports-named=false` rules it out",
        ),
    ],
)
def test_a_headline_says_once_that_there_is_a_but(
    cni: list[str], dependence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.yaml").write_text(INIT)
    assert main(["query", "can namespace a reach b/pg:5433", *cni, "-f", str(tmp_path)], "netverify") == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"REACHABLE, but only by a pod that is not in these manifests, and {dependence}")


def test_what_a_headline_names_to_rule_a_behaviour_out_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.yaml").write_text(INIT)
    assume = ["--cni", "azure-npm", "--assume", "init-container-ports-named=false"]
    assert main(["query", "can namespace a reach b/pg:5433", *assume, "-f", str(tmp_path)], "netverify") == 0
    assert capsys.readouterr().out.startswith("UNREACHABLE (proved")


BALANCER = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata:
  name: front
  namespace: shop
  annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: "true"}
spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: PORTS, selector: {app: web}, ports: [{port: 80}]}
"""
INSIDE = "REACHABLE, but only where clients have access to the network of the internal load balancer"


@pytest.mark.parametrize("short", [[], ["--summary"]])
@pytest.mark.parametrize(
    ("node_ports", "question", "headline"),
    [
        ("false", "can internet reach service shop/front", INSIDE),
        ("true", "can internet reach service shop/front", "REACHABLE, but only under conditions"),
        ("false", "can internet reach shop/web", "REACHABLE"),
        ("false", "who can reach service shop/front", "REACHABLE"),
    ],
)
def test_the_headline_says_what_must_hold_outside_the_manifests(
    short: list[str],
    node_ports: str,
    question: str,
    headline: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "m.yaml").write_text(BALANCER.replace("PORTS", node_ports))
    assert main(["query", question, *short, "-f", str(tmp_path)], "netverify") == 0
    assert capsys.readouterr().out.splitlines()[0] == headline


def test_a_list_of_whom_conditions_let_in_alone_says_so() -> None:
    """``who can reach`` with the entries that are there by a way in which is open on conditions."""
    text = BALANCER.replace("PORTS", "true")
    found = ask("who can reach service shop/front", read_inventory(text))
    assert isinstance(found, Listing)
    outside = tuple(one for one in found.existing if one.provided)
    assert {one.text.partition(" of ")[0] for one in outside} == {
        "outside through load balancer",
        "outside through NodePort",
    }

    def headline(*listed: Listed, possible: tuple[str, ...] = ()) -> str:
        blocks = document_of(replace(found, existing=listed, possible=possible), read_inventory(text))
        assert isinstance(blocks[0], Headline)
        return blocks[0].word + blocks[0].rest

    balanced = next(one for one in outside if "balancer" in one.text)
    anybody = replace(balanced, provided=())
    assert headline(balanced) == INSIDE
    assert headline(*outside) == "REACHABLE, but only under conditions"
    assert headline(balanced, anybody) == "REACHABLE"
    assert headline(balanced, possible=("any pod",)) == "REACHABLE"
