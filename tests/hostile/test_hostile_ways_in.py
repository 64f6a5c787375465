"""Ingresses, Gateways and routes with anything at all in their fields: an object or an error, never an exception."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ODD: tuple[Any, ...] = (
    *(None, "", 0, -1, 1.5, True, 2**31, 70000, [], {}, [None], [[]], [{}], {"": None}, "é", "*", "*.", "*.a"),
    *("10.0.0.1", "0" * 5000 + ".1.1.1", "999999999999999.1.1.1", "/", "//", "a/b", "x" * 300, "Selector", "Terminate"),
)
"""What no field should hold, and what some should."""


def examples() -> list[Any]:
    """The objects of all pages about ways in."""
    texts = [text for page in sorted(PAGES.glob("NV5[4-7]*.md")) for text in BLOCK.findall(page.read_text())]
    return [load("example.yaml", text.encode()).documents[0].value for text in texts]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container within ``value`` with a key or index of it."""
    entries = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    found = [(value, key) for key, _ in entries]
    return found + [place for _, item in entries for place in places(item)]


def spoiled(rng: random.Random, value: Any) -> Any:
    """``value`` with one to three of its parts exchanged, dropped, repeated or added."""
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, 3)):
        spots = places({key: item for key, item in value.items() if key not in {"apiVersion", "kind"}})
        container, key = rng.choice(spots)
        match rng.randrange(4):
            case 0:
                container.pop(key)
            case 1 if isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
            case 2 if isinstance(container, dict):
                container["extra"] = copy.deepcopy(rng.choice(ODD))
            case _:
                container[key] = copy.deepcopy(rng.choice(ODD))
    return value


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_fields_hold_each_object_is_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    objects = examples()
    for _ in range(25):
        loaded = load("spoiled.json", json.dumps(spoiled(rng, rng.choice(objects))).encode())
        inventory = build_inventory(loaded.documents)
        counts = inventory.coverage
        assert len(loaded.documents) == sum(counts.modelled.values()) + len(counts.unread)
