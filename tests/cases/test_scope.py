"""`netverify scope`: who reaches a zone and whom it reaches, in any number of connections, and by which rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netverify.cli.main import main

WORKLOAD = (
    "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {home}, labels: {{app: {name}}}}},"
    " spec: {{containers: [{{name: c, image: i}}]}}}}\n"
)
POLICY = (
    "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: {home}}},"
    " spec: {{podSelector: {{matchLabels: {{app: {name}}}}}, {spec}}}}}\n"
)
NAMESPACES = "".join(
    f"---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}\n" for name in ("cde", "shop")
)
SHUT = "policyTypes: [Ingress, Egress]"
SHOP = "".join(
    (
        NAMESPACES,
        WORKLOAD.format(name="db", home="cde"),
        *(WORKLOAD.format(name=name, home="shop") for name in ("api", "jobs", "web")),
        POLICY.format(
            name="db",
            home="cde",
            spec=f"{SHUT}, ingress: [{{from: [{{namespaceSelector: {{}}, podSelector: {{matchLabels: {{app: api}}}}}}],"
            " ports: [{port: 5432}]}]",
        ).replace("podSelector: {matchLabels: {app: db}}", "podSelector: {}"),
        POLICY.format(
            name="api",
            home="shop",
            spec="ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]",
        ),
        POLICY.format(name="jobs", home="shop", spec=SHUT),
        POLICY.format(name="web", home="shop", spec="ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
    )
)
"""Addresses reach web, web reaches api, api reaches db; jobs reaches nobody. The rules are on lines of their own."""
INTENT = "zones:\n  cde: {namespaces: [cde]}\n  nobody: {namespaces: [cde], pods: {matchLabels: {app: none}}}\n"


class Scoping:
    """Runs `netverify scope` in the current folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status, and what was printed."""
        self._capsys.readouterr()
        status = main(["scope", "m.yaml", *arguments], "netverify")
        printed = self._capsys.readouterr()
        return status, printed.out, printed.err

    def report(self, *arguments: str) -> Any:
        """The JSON of one run, with its exit status."""
        status, out, _ = self.run(*arguments, "-o", "json")
        return {"status": status, **json.loads(out)}


@pytest.fixture
def scoping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scoping:
    """The shop, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(SHOP)
    Path("netverify.yaml").write_text(INTENT)
    return Scoping(capsys)


def hops(report: Any, way: str) -> dict[str, int]:
    """By workload, how many connections its shortest path has."""
    return {one["id"]: one[way]["hops"] for one in report["connected"] if one[way] and one["kind"] != "external"}


def test_whoever_reaches_a_zone_by_others_is_in_its_scope(scoping: Scoping) -> None:
    report = scoping.report("--zone", "cde")
    assert report["status"] == 0
    assert hops(report, "reaches") == {"shop/api[Pod]": 1, "shop/web[Pod]": 2}
    assert hops(report, "reached") == {}
    assert report["not_connected"] == ["shop/jobs[Pod]"]
    assert report["possible"]["reaches"][:1] == ["pods app=api outside namespace cde"]


def test_each_step_names_its_ports_and_its_rules(scoping: Scoping) -> None:
    (web,) = (one for one in scoping.report("--zone", "cde")["connected"] if one["id"] == "shop/web[Pod]")
    steps = web["reaches"]["steps"]
    assert [(one["source"], one["destination"], one["allowed"]) for one in steps] == [
        ("shop/web[Pod]", "shop/api[Pod]", {"TCP": ["8080"]}),
        ("shop/api[Pod]", "cde/db[Pod]", {"TCP": ["5432"]}),
    ]
    rules = [[(r["object"], r["file"], r["line"]) for r in one["because"] if r["object"]] for one in steps]
    line_of = {
        name: 1 + SHOP.split("\n").index(line)
        for line in SHOP.split("\n")
        for name in ("api", "db")
        if f"NetworkPolicy, metadata: {{name: {name}," in line
    }
    assert rules == [
        [("NetworkPolicy shop/api", "m.yaml", line_of["api"])],
        [("NetworkPolicy cde/db", "m.yaml", line_of["db"])],
    ]


def test_a_compromised_pod_has_a_blast_radius(scoping: Scoping) -> None:
    report = scoping.report("--from", "shop/web")
    assert hops(report, "reached") == {"shop/api[Pod]": 1, "cde/db[Pod]": 2}
    assert hops(report, "reaches") == {}
    assert report["outward_only"]


def test_addresses_outside_are_an_end_and_pass_nothing_on(scoping: Scoping) -> None:
    report = scoping.report("--from", "shop/jobs")
    assert (report["connected"], report["status"]) == ([], 0)
    # jobs may leave the cluster, and web lets 10.0.0.0/8 in: what is there is not known to pass anything on.
    Path("m.yaml").write_text(
        SHOP.replace(
            POLICY.format(name="jobs", home="shop", spec=SHUT),
            POLICY.format(
                name="jobs", home="shop", spec="policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"
            ),
        )
    )
    report = scoping.report("--from", "shop/jobs", "--assume", "ipblock-matches-pods=false")
    assert [(one["kind"], one["addresses"]) for one in report["connected"]] == [
        ("external", ["10.0.0.0-10.255.255.255"])
    ]


def test_what_the_plugin_decides_is_marked(scoping: Scoping) -> None:
    # "ipBlock … should be cluster-external IPs, since Pod IPs are ephemeral and unpredictable": plugins differ.
    report = scoping.report("--from", "shop/jobs")
    assert hops(report, "reached") == {}
    Path("m.yaml").write_text(
        SHOP.replace("ports: [{port: 8080}]", "ports: [{port: 8080, endPort: 8090}]").replace(
            "{podSelector: {matchLabels: {app: web}}}", "{ipBlock: {cidr: 0.0.0.0/0}}"
        )
    )
    (api,) = (one for one in scoping.report("--from", "shop/web")["connected"] if one["id"] == "shop/api[Pod]")
    assert not api["reached"]["sure"]
    assert api["reached"]["on"] == ["endport-supported", "ipblock-matches-pods", "pod-address"]
    assert "perhaps 1 hop" in scoping.run("--from", "shop/web")[1]


def test_several_zones_are_one_scope(scoping: Scoping) -> None:
    Path("netverify.yaml").write_text(INTENT + "  front: shop/web\n")
    report = scoping.report("--zone", "cde", "--zone", "front")
    assert [one["text"] for one in report["of"]] == ["zone cde", "zone front"]
    assert [one["direction"] for one in report["connected"] if one["id"] == "shop/api[Pod]"] == ["both"]


def test_a_zone_that_nobody_is_in_fails(scoping: Scoping) -> None:
    report = scoping.report("--zone", "nobody")
    assert report["status"] == 1
    assert report["vacuous_because"] == ["no existing pod and no address outside is in zone nobody"]
    assert scoping.run("--zone", "nobody")[1].startswith("VACUOUS: no existing pod")


def test_an_object_that_is_not_modelled_puts_a_scope_in_doubt(scoping: Scoping) -> None:
    other = "---\n{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: g}, spec: {}}\n"
    Path("m.yaml").write_text(SHOP + other)
    status, out, _ = scoping.run("--zone", "cde")
    assert (status, out.startswith("IN DOUBT: this scope may lack connected")) == (3, True)


def test_an_input_that_cannot_be_read_puts_a_scope_in_doubt(scoping: Scoping) -> None:
    Path("m.yaml").write_text(SHOP + "---\nkind: [\n")
    report = scoping.report("--zone", "cde")
    assert report["status"] == 4
    assert report["unknown_because"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing says what the scope is of"),
        (["--zone", "cde", "--from", "shop/web"], "both `--zone` and `--from` are given"),
        (["--zone", "cd"], "the intent has no zone `cd`"),
        (["--from", "shop/wbe"], "wbe"),
    ],
)
def test_what_is_not_meant_is_refused(scoping: Scoping, arguments: list[str], message: str) -> None:
    status, out, err = scoping.run(*arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_text_fits_into_80_columns_and_tells_all(scoping: Scoping) -> None:
    _, out, _ = scoping.run("--zone", "cde")
    assert out.startswith("SCOPE of zone cde: 2 workloads connected, 1 of them directly; 1 not connected\n")
    assert "then as for shop/api[Pod]" in out
    assert "  apart     shop/jobs[Pod]\n" in out
    assert max(map(len, out.splitlines())) <= 80


def test_pictures_show_the_shortest_paths(scoping: Scoping) -> None:
    _, dot, _ = scoping.run("--zone", "cde", "-o", "dot")
    assert 'n3 -> n1 [label="TCP 8080"];' in dot
    assert "jobs" not in dot
    _, mermaid, _ = scoping.run("--zone", "cde", "-o", "mermaid")
    assert 'n1 -->|"TCP 5432"| n0' in mermaid


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_pages_hold_the_paths(scoping: Scoping, name: str) -> None:
    _, page, _ = scoping.run("--zone", "cde", "-o", name)
    assert all(text in page for text in ("shop/web", "TCP 8080", "m.yaml:", "shop/jobs"))


def test_branches_are_all_followed(scoping: Scoping) -> None:
    """Two pods reach the zone by rules of their own, and each is reached by another one."""
    into = "ingress: [{{from: [{{podSelector: {{matchLabels: {{app: {0}}}}}}}], ports: [{{port: {1}}}]}}]"
    both = into.format("a", 1)[:-1] + ", " + into.format("b", 2).removeprefix("ingress: [")
    rules = {"z": both, "a": into.format("c", 3), "b": into.format("d", 4), "c": "ingress: []", "d": "ingress: []"}
    pods = "".join(WORKLOAD.format(name=name, home="shop") for name in rules)
    Path("m.yaml").write_text(
        NAMESPACES + pods + "".join(POLICY.format(name=name, home="shop", spec=spec) for name, spec in rules.items())
    )
    Path("netverify.yaml").write_text("zones: {z: shop/z}\n")
    found = hops(scoping.report("--zone", "z"), "reaches")
    assert found == {"shop/a[Pod]": 1, "shop/b[Pod]": 1, "shop/c[Pod]": 2, "shop/d[Pod]": 2}


def test_a_zone_of_addresses_outside_reaches_whom_they_reach(scoping: Scoping) -> None:
    Path("netverify.yaml").write_text("zones:\n  office: {cidrs: [10.1.0.0/16]}\n")
    report = scoping.report("--zone", "office")
    assert report["of"][0]["members"] == ["10.1.0.0-10.1.255.255"]
    assert hops(report, "reached") == {"shop/web[Pod]": 1, "shop/api[Pod]": 2, "cde/db[Pod]": 3}


def test_who_is_in_a_zone_may_depend_on_something(scoping: Scoping) -> None:
    """A Deployment gives its pods a label whose value is not in the manifests."""
    labels = "{app: jobs}"
    spec = (
        f"{{selector: {{matchLabels: {labels}}},"
        f" template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: i}}]}}}}}}"
    )
    batch = f"---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: batch, namespace: cde}}, spec: {spec}}}\n"
    Path("m.yaml").write_text(SHOP + batch)
    zone = "{namespaces: [cde], pods: {matchLabels: {pod-template-hash: abc}}}"
    Path("netverify.yaml").write_text(f"zones:\n  hashed: {zone}\n")
    report = scoping.report("--zone", "hashed")
    assert (report["of"][0]["members"], report["of"][0]["perhaps"]) == ([], ["cde/batch[Deployment]"])
    (api,) = (one for one in report["connected"] if one["id"] == "shop/api[Pod]")
    assert (api["reaches"]["hops"], api["reaches"]["sure"]) == (1, False)
    assert "perhaps cde/batch[Deployment]" in scoping.run("--zone", "hashed")[1]


def test_a_shorter_path_that_depends_on_something_is_said(scoping: Scoping) -> None:
    """Some plugins let pods in by ipBlock, and some do not."""
    open_to_all = "ports: [{port: 5432}]}, {from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}]}]"
    Path("m.yaml").write_text(SHOP.replace("ports: [{port: 5432}]}]", open_to_all))
    (web,) = (one for one in scoping.report("--zone", "cde")["connected"] if one["id"] == "shop/web[Pod]")
    assert (web["reaches"]["hops"], web["reaches"]["sure"], web["reaches"]["perhaps_in_hops"]) == (2, True, 1)
    assert "2 hops, perhaps 1" in scoping.run("--zone", "cde", "-o", "markdown")[1]


def test_a_zone_that_nothing_fills_is_refused(scoping: Scoping) -> None:
    """A Service without a selector says of no pod that it is behind it."""
    service = (
        "---\n{apiVersion: v1, kind: Service, metadata: {name: out, namespace: shop}, spec: {ports: [{port: 80}]}}\n"
    )
    Path("m.yaml").write_text(SHOP + service)
    Path("netverify.yaml").write_text("zones:\n  z: service shop/out\n")
    status, _, err = scoping.run("--zone", "z")
    assert (status, "NV714" in err) == (2, True)


def test_a_scope_that_depends_on_the_plugin_says_how_to_name_it(scoping: Scoping) -> None:
    Path("m.yaml").write_text(SHOP.replace("{podSelector: {matchLabels: {app: web}}}", "{ipBlock: {cidr: 0.0.0.0/0}}"))
    assert "\n  perhaps   " in scoping.run("--zone", "cde")[1]
    assert "\n  perhaps   " not in scoping.run("--zone", "cde", "--cni", "calico")[1]


def test_a_scope_of_many_is_counted_by_namespace(scoping: Scoping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netverify.report.scope_document.MOST_ENTRIES", 1)
    Path("m.yaml").write_text(SHOP.replace("{podSelector: {matchLabels: {app: web}}}", "{ipBlock: {cidr: 0.0.0.0/0}}"))
    _, out, _ = scoping.run("--zone", "cde")
    (shop,) = (line for line in out.splitlines() if line.startswith("shop "))
    assert shop.split() == ["shop", "1", "0-1", "0", "0", "1"]
