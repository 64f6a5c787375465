"""Parsing beside yaml-rs, the fastest YAML parser of the registry, on the same bytes; it gives values without places.

It is installed into an environment of its own below ``build/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from figures import Row
from peer import install_into
from processes import BUILD, measured

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 20_000
ROWS = (
    Row("parse, every place kept / yaml-rs", "parse_over_yaml_rs"),
    Row("the same by the reader in Python", "pure_parse_over_yaml_rs"),
)
KEPT = ("parse_over_yaml_rs", "pure_parse_over_yaml_rs")
REQUIREMENT = "yaml-rs==0.1.6"
PYTHON = BUILD / "yaml-rs" / "bin" / "python"


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """The three take turns, so that all meet the machine in the same state; the least of each counts."""
    del policies
    if not PYTHON.exists():
        install_into(PYTHON.parents[1], REQUIREMENT)
    took: dict[str, list[float]] = {"theirs": [], "ours": [], "pure": []}
    for _ in range(7 if workloads <= 1_000 else 3):
        took["theirs"].append(float(measured("rust_parse", folder, python=str(PYTHON))["seconds"]))
        took["ours"].append(float(measured("netverify_parse", folder)["seconds"]))
        took["pure"].append(float(measured("netverify_parse", folder, NETVERIFY_PURE_READER="1")["seconds"]))
    theirs, ours, pure = map(min, took.values())
    return {"parse_over_yaml_rs": ours / theirs, "pure_parse_over_yaml_rs": pure / theirs}
