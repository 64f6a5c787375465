"""The data of the page of the shipped example, as it was reviewed."""

from __future__ import annotations

import json
from pathlib import Path

from cases.map_pages import data_of, page_of
from netverify.sources.inventory import read_inventory

ROOT = Path(__file__).resolve().parents[2]


def test_the_data_of_the_page_reads_as_reviewed(golden, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    page = page_of(read_inventory(["examples/backdoor"]), cni="calico", title="examples/backdoor")
    rows = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data_of(page).items())
    golden("backdoor/map-page.json", "{\n" + ",\n".join(rows) + "\n}\n")


def test_the_same_map_is_the_same_bytes(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    first, second = (page_of(read_inventory(["examples/backdoor"])) for _ in range(2))
    assert first == second
