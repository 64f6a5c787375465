"""The recorded answers of a real API server, and what netverify makes of the same manifests."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.loader import load
from netverify.sources.coverage import Inventory
from netverify.sources.inventory import build_inventory

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracles" / "kubernetes_validation.json"
needs_recording = pytest.mark.skipif(not ORACLE.exists(), reason="the recorded answers of the API server are not here")

Case = dict[str, Any]


def cases_of(groups: Collection[str]) -> list[Case]:
    """The recorded cases of ``groups``; none where there is no recording."""
    if not ORACLE.exists():
        return []
    return [case for case in json.loads(ORACLE.read_text())["cases"] if case["group"] in groups]


def case_id(case: Case) -> str:
    return f"{case['group']}/{case['id']}"


def is_accepted(case: Case) -> bool:
    return case["strict"]["status"] in {200, 201}


def unknown_fields(case: Case) -> list[str]:
    """The paths of the fields that strict decoding does not know, as the server names them."""
    return [part.split('"')[0] for part in case["strict"].get("message", "").split('unknown field "')[1:]]


def read(text: str) -> Inventory:
    loaded = load("case.yaml", text.encode())
    inventory = build_inventory(loaded.documents, default_namespace="shop")
    return replace(inventory, diagnostics=(*loaded.diagnostics, *inventory.diagnostics))


def errors(inventory: Inventory) -> list[Diagnostic]:
    return [finding for finding in inventory.diagnostics if finding.severity is Severity.ERROR]


def with_findings_at(inventory: Inventory, field: str) -> list[Diagnostic]:
    return [finding for finding in inventory.diagnostics if f": `{field}` " in finding.message]


def without_places(value: Any) -> Any:
    """``value`` with every origin taken out, at any depth."""
    if isinstance(value, Origin):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: without_places(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [without_places(item) for item in value]
    return value


def stored_form(case: Case) -> str:
    """The object of an accepted case as the server stored it, but for labels."""
    sent = load("case.yaml", case["yaml"].encode()).documents[0].value
    stored = {key: sent[key] for key in ("apiVersion", "kind", "metadata") if key in sent}
    if case["spec_after"] is not None:
        stored["spec"] = case["spec_after"]
    return json.dumps(stored)
