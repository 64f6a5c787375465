"""``netverify map``: what its flags leave, what it is in doubt about, and what it ends with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from netverify.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "tests" / "golden" / "maps" / "shop.yaml"
WEB, CART, DB = "shop/web[Deployment]", "shop/cart[Deployment]", "shop/db[StatefulSet]"
AGENT, SCRAPER = "monitoring/agent[DaemonSet]", "monitoring/scraper[Deployment]"
CALICO = ("--cni", "calico")


@pytest.fixture
def run(capsys):
    """Runs ``netverify map`` on the shop, and gives status, standard output and standard error."""

    def run(*arguments: str, source: str | Path = SHOP) -> tuple[int, str, str]:
        status = main(["map", "-f", str(source), *arguments], "netverify")
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def rows(run):
    """The connections of the shop's JSON under some flags, by source and destination."""

    def rows(*arguments: str) -> dict[tuple[str, str], dict]:
        status, out, err = run(*arguments, "-o", "json")
        assert (status, err) == (0, "")
        return {(row["source"], row["destination"]): row for row in json.loads(out)["connections"]}

    return rows


def test_what_holds_on_every_cni_is_apart_from_what_depends_on_it(rows) -> None:
    row = rows()[CART, DB]
    assert row["allowed"] == {"TCP": ["5432", "7070", "9000"]}
    assert (row["depends"], row["on"]) == ({"TCP": ["9001-9010"]}, ["endport-supported"])
    row = rows(*CALICO)[CART, DB]
    assert (row["allowed"], row["depends"], row["on"]) == ({"TCP": ["5432", "7070", "9000-9010"]}, {}, [])


def test_a_port_name_is_the_number_that_the_destination_gives_it(rows) -> None:
    assert rows(*CALICO)[WEB, CART]["allowed"] == {"TCP": ["7070"]}
    assert (WEB, DB) not in rows(*CALICO)


def test_an_unknown_pod_address_leaves_it_open_whether_an_ip_block_matches(rows) -> None:
    row = rows(*CALICO)[CART, SCRAPER]
    assert (row["allowed"], row["on"]) == ({}, ["pod-address"])
    assert (CART, SCRAPER) not in rows(*CALICO, "--assume", "pod-cidr=10.0.0.0/8")


def test_labels_of_a_namespace_that_is_not_declared_are_open(rows) -> None:
    row = rows(*CALICO)[SCRAPER, DB]
    assert (row["allowed"], row["depends"], row["on"]) == ({}, {"TCP": ["9090"]}, ["namespace-labels"])


def test_replicas_are_shown_where_they_are_asked_for(rows) -> None:
    assert not any(source == destination for source, destination in rows(*CALICO))
    own = {ends[0]: row["allowed"] for ends, row in rows(*CALICO, "--replicas").items() if ends[0] == ends[1]}
    assert own[CART] == {"TCP": ["5432", "7070", "9000-9010"]}
    assert WEB not in own


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        (["--from", "shop/cart"], lambda s, _: s == CART),
        (["--to", "namespace shop"], lambda _, d: d.startswith("shop/")),
        (["--focus", "pods tier=back"], lambda s, d: {CART, DB} & {s, d}),
        (["--focus", "any pod outside namespace shop"], lambda s, d: {AGENT, SCRAPER} & {s, d}),
        (["--exclude-external"], lambda s, d: "[" in s and "[" in d),
        (["--from", "shop/cart", "--to", "shop/db"], lambda s, d: (s, d) == (CART, DB)),
    ],
)
def test_narrowing_takes_rows_away_and_changes_none(rows, flags, kept) -> None:
    assert rows(*flags) == {ends: row for ends, row in rows().items() if kept(*ends)}


def test_ports_are_cut_to_those_that_are_asked_about(rows) -> None:
    ports = ("--port", "5432", "--port", "9005-9100", "--port", "53/udp")
    row = rows(*CALICO, *ports)[CART, DB]
    assert row["allowed"] == {"TCP": ["5432", "9005-9010"]}
    assert rows(*CALICO, *ports)[AGENT, SCRAPER]["allowed"] == {"TCP": ["5432", "9005-9100"], "UDP": ["53"]}
    named = rows(*CALICO, "--port", "grpc", "--exclude-external", "--to", "namespace shop")
    assert named[WEB, CART]["allowed"] == {"TCP": ["7070"]}
    assert not any(destination == DB for _, destination in named)


def test_ranges_outside_end_where_the_question_does(rows) -> None:
    found = rows("--cni", "cilium", "--from", "9.0.0.0/7")
    assert {source for source, _ in found} == {"8.0.0.0-9.255.255.255"}
    found = rows("--cni", "cilium", "--to", "203.0.113.7")
    assert {destination for _, destination in found} == {"203.0.113.7"}


def test_endpoints_are_those_that_are_left(run) -> None:
    def ids(*flags: str) -> list[str]:
        return [one["id"] for one in json.loads(run(*flags, "-o", "json")[1])["endpoints"]]

    workloads = [AGENT, SCRAPER, CART, DB, WEB]
    assert ids()[:5] == workloads
    assert ids()[5:7] == ["0.0.0.0-9.255.255.255", "10.0.0.0-10.255.255.255"]
    assert ids("--exclude-external") == workloads
    assert ids("--from", "shop/web", "--to", "shop/cart") == [CART, WEB]


def test_the_json_has_the_fields_of_the_contract(run) -> None:
    value = json.loads(run("-o", "json")[1])
    assert value["schema"] == "netverify/map/v1"
    assert {"endpoints", "connections", "coverage", "assumptions"} < value.keys()
    assert {"id": WEB, "namespace": "shop", "kind": "Deployment", "name": "web"}.items() < value["endpoints"][4].items()
    assert value["endpoints"][5] == {"id": "0.0.0.0-9.255.255.255", "kind": "external"}
    for row in value["connections"]:
        assert row.keys() == {"source", "destination", "allowed", "depends", "on"}
        assert set(row["allowed"]) | set(row["depends"]) <= {"TCP", "UDP", "SCTP"}
        assert row["allowed"] or row["depends"]
        assert bool(row["depends"]) == bool(row["on"])
    assert {"documents", "modelled", "irrelevant", "unsupported", "unread"} < value["coverage"].keys()


def test_the_members_of_a_class_are_listed(tmp_path, run) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.yaml").write_text(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: x, labels: {{app: web}}}}\n"
            "spec: {containers: [{name: c, image: i}]}\n"
        )
    value = json.loads(run("--by", "class", "-o", "json", source=tmp_path)[1])
    assert value["endpoints"][0]["id"] == "x/a[Pod] and 2 more"
    assert value["endpoints"][0]["members"] == ["x/a[Pod]", "x/b[Pod]", "x/c[Pod]"]
    assert {"source": "x/a[Pod] and 2 more", "destination": "x/a[Pod] and 2 more"}.items() <= value["connections"][
        0
    ].items()


def many(folder: Path, namespaces: int, each: int) -> Path:
    """Workloads that nothing isolates."""
    for number in range(namespaces):
        (folder / f"{number:03}.yaml").write_text(
            "---\n".join(
                f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{pod}, namespace: n{number:03}}}\n"
                "spec: {containers: [{name: c, image: i}]}\n"
                for pod in range(each)
            )
        )
    return folder


def test_a_map_of_more_than_200_lines_is_a_table_of_namespaces(tmp_path, run) -> None:
    status, out, _ = run(source=many(tmp_path, 67, 3))
    assert status == 0
    lines = out.splitlines()
    head = ["namespace", "workloads", "isolated in", "isolated out", "from outside", "from elsewhere", "to outside"]
    assert re.split("  +", lines[0]) == head
    assert lines[1].split() == ["n000", "3", "0", "0", "3", "3", "3"]
    assert lines[41] == "and 27 namespaces that fewer reach"
    assert "`--by workload`" in lines[42]
    pairs = 201 * 200 + 2 * 201 * 2
    assert f"{pairs} of {pairs} pairs connected" in out


def test_every_line_is_there_when_it_is_asked_for(tmp_path, run) -> None:
    folder = many(tmp_path, 67, 3)
    out = run("--by", "workload", source=folder)[1]
    assert sum(line.startswith("to namespace") for line in out.splitlines()) == 67
    assert "  p0[Pod]  every port  from everyone: isolated by no policy\n  p1[Pod]\n  p2[Pod]\n" in out


def test_a_focus_on_few_workloads_of_many_is_no_table(tmp_path, run) -> None:
    out = run("--to", "n000/p1", source=many(tmp_path, 67, 3))[1]
    assert out.startswith("to namespace n000\n  p1[Pod]  every port  from everyone: isolated by no policy\n")


def test_a_diagram_of_more_than_500_connections_is_by_namespace(tmp_path, run) -> None:
    folder = many(tmp_path, 2, 13)
    assert run("-o", "dot", source=folder)[1].count("->") == 8
    assert run("-o", "mermaid", source=folder)[1].count("-->") == 8
    assert run("-o", "mermaid", "--by", "workload", source=folder)[1].count("-->") == 26 * 25 + 4 * 26
    assert run("-o", "dot")[1].count("->") == 58


def test_an_endpoint_that_is_nobody_ends_with_1(run) -> None:
    status, out, err = run("--from", "pods app=nothing")
    assert (status, err) == (1, "")
    assert out.startswith("VACUOUS: nothing matches `pods app=nothing`\n")
    assert json.loads(run("--focus", "pods app=nothing", "-o", "json")[1])["vacuous_because"] == [
        "nothing matches `pods app=nothing`"
    ]
    status, out, err = run("--to", "pods app=nothing", "-o", "csv")
    assert (status, err) == (1, "VACUOUS: nothing matches `pods app=nothing`\n")


def test_endpoints_that_exist_without_a_connection_end_with_0(run) -> None:
    status, out, _ = run(*CALICO, "--from", "shop/web", "--to", "shop/db")
    assert status == 0
    assert "0 pairs connected, of those asked about" in out


def test_without_workloads_the_map_says_so(tmp_path, run) -> None:
    (tmp_path / "n.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    status, out, _ = run(source=tmp_path)
    assert status == 0
    assert "the manifests hold no workloads; `netverify query` answers for pods that could be created" in out
    assert "from nobody" not in out


CILIUM = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: dns, namespace: shop}\nspec: {}\n"


def test_an_object_that_is_not_modelled_puts_the_map_in_doubt(tmp_path, run) -> None:
    (tmp_path / "c.yaml").write_text(CILIUM)
    status, out, err = run("-f", str(tmp_path))
    assert status == 3
    doubt = (
        f"CiliumNetworkPolicy shop/dns at {tmp_path}/c.yaml:1:1 is not modelled, and could add and remove connections"
    )
    assert out.splitlines()[:2] == [
        "IN DOUBT: this map may lack connections, or show some that are not allowed",
        f"  because   {doubt}",
    ]
    assert "NV203" in err
    status, out, _ = run("-f", str(tmp_path), "-o", "json")
    assert (status, json.loads(out)["unknown_because"]) == (3, [doubt])
    for form in ("csv", "dot", "mermaid"):
        status, out, err = run("-f", str(tmp_path), "-o", form)
        assert status == 3
        assert f"  because   {doubt}" in err


def test_an_input_that_is_refused_puts_the_map_in_doubt_and_ends_with_4(tmp_path, run) -> None:
    (tmp_path / "bad.yaml").write_text("a: [")
    (tmp_path / "c.yaml").write_text(CILIUM)
    status, out, _ = run("-f", str(tmp_path))
    assert status == 4
    assert out.startswith("IN DOUBT")
    assert f"{tmp_path}/bad.yaml:2:1 could not be read or was refused" in out


def test_several_reports_come_from_one_run(tmp_path, run) -> None:
    forms = ("text", "json", "csv", "dot", "mermaid")
    files = [flag for form in forms for flag in ("-o", f"{form}={tmp_path / form}")]
    status, out, err = run("-o", "csv", *files)
    assert (status, err) == (0, "")
    assert (tmp_path / "csv").read_bytes().decode() == out
    for form in forms[1:]:
        assert (tmp_path / form).read_bytes().decode() == run("-o", form)[1]
