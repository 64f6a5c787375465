"""The page of a map: made from an inventory, and its data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from netverify.model.behaviours import CNI_PROFILES, FIXED_BY_DEFAULT
from netverify.pairs.all_pairs import Connectivity, all_pairs
from netverify.policy.tiers import lower
from netverify.query.remarks import Remarks
from netverify.report.map_html import render_map_html
from netverify.sources.coverage import Inventory


@dataclass(frozen=True)
class Remarked:
    """A map as the page takes it."""

    connectivity: Connectivity
    remarks: Remarks


def found_in(inventory: Inventory, cni: str | None = None) -> Connectivity:
    fixed = {**FIXED_BY_DEFAULT, **(CNI_PROFILES[cni] if cni else {})}
    return all_pairs(inventory.cluster, lower(inventory.cluster), fixed)


def page_of(inventory: Inventory, *, cni: str | None = None, title: str = "", narrowed: str = "", **remarks) -> str:
    remarked = Remarked(found_in(inventory, cni), Remarks(**remarks))
    return "".join(render_map_html(remarked, inventory, title=title, narrowed=narrowed))


def data_of(page: str) -> dict:
    """The data that a page holds."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)
