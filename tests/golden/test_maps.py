"""Maps of two small clusters in every form. After a change run with ``--update`` and review the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from netverify.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE, SHOP = "examples/backdoor", "tests/golden/maps/shop.yaml"
SUFFIXES = {"text": "txt", "json": "json", "csv": "csv", "dot": "dot", "mermaid": "mmd"}
MAPS = {
    "backdoor": [EXAMPLE],
    "backdoor-calico": [EXAMPLE, "--cni", "calico"],
    "shop": [SHOP],
    "shop-cilium": [SHOP, "--cni", "cilium", "--replicas"],
    "shop-class": [SHOP, "--by", "class"],
    "shop-namespace": [SHOP, "--by", "namespace"],
    "shop-internet": [SHOP, "--from", "internet", "--port", "http", "--port", "22/any"],
    "shop-db": [SHOP, "--focus", "shop/db", "--cni", "calico", "--exclude-external"],
}


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("form", SUFFIXES)
def test_the_map_reads_as_reviewed(name, form, golden, capsys) -> None:
    source, *flags = MAPS[name]
    assert main(["map", "-f", source, *flags, "-o", form], "netverify") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    golden(f"maps/{name}.{SUFFIXES[form]}", captured.out)


def test_the_coloured_map_reads_as_reviewed(golden, capsys) -> None:
    assert main(["map", "-f", SHOP, "--color", "always"], "netverify") == 0
    golden("maps/shop.ansi", capsys.readouterr().out)


def test_the_map_in_a_comment_reads_as_reviewed(golden, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["netverify", "map"])
    assert main(["map", "-f", SHOP, "--cni", "cilium", "-o", "markdown"], "netverify") == 0
    golden("maps/shop-cilium.md", capsys.readouterr().out)
