"""``netverify map`` beside the peer on the same files: what both say is open, and how long each takes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import peer
from figures import Row
from mapping import command
from open_ports import Opened, differences, normal
from processes import BUILD, NETVERIFY, best_process, run_process

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1_000
SECONDS = 900.0
SHOWN = 5
ROWS = (
    Row("the peer, as it comes, processor s", "peer_default"),
    Row("the peer, pair by pair of workloads, processor s", "peer"),
    Row("`netverify map`: times faster than the peer as it comes", "times_faster_than_peer", "{:.0f}"),
    Row("times faster than the peer pair by pair", "times_faster_than_peer_by_workload", "{:.0f}"),
    Row("pairs that are open to both", "peer_pairs", "{:.0f}"),
    Row("pairs that are open differently", "peer_differing_pairs", "{:.0f}"),
)
KEPT = ("times_faster_than_peer", "times_faster_than_peer_by_workload", "peer_differing_pairs")


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """The figures of both; differences go to standard error. Raises ``FailedError`` where the peer cannot be had."""
    del workloads, policies
    peer.install()
    theirs, opened = peer.run_by_workload(folder, SECONDS)
    as_it_comes = peer.run_default(folder, SECONDS)
    ours = best_process(3, *command(folder))
    own = own_map(folder)
    apart = list(differences(own, opened))
    for line in apart[:SHOWN]:
        print(f"  netverify and the peer differ: {line}", file=sys.stderr)
    return {
        "peer": theirs.cpu,
        "peer_default": as_it_comes.cpu,
        "times_faster_than_peer": as_it_comes.cpu / ours.cpu,
        "times_faster_than_peer_by_workload": theirs.cpu / ours.cpu,
        "peer_pairs": len(own.pairs.keys() & opened.pairs.keys()),
        "peer_differing_pairs": len(apart),
    }


def own_map(folder: Path) -> Opened:
    """What ``netverify map`` says is open under what the peer takes as given."""
    out = BUILD / f"map-{folder.name}.json"
    assumed = [word for name, value in peer.ASSUMED.items() for word in ("--assume", f"{name}={str(value).lower()}")]
    run_process(*NETVERIFY, "map", "-f", str(folder), "-o", "json", *assumed, output=out)
    return read(json.loads(out.read_text()))


def read(document: dict[str, list[dict[str, object]]]) -> Opened:
    """What the JSON of a map says is open. Raises ``ValueError`` where that depends on anything."""
    opened = Opened()
    for row in document["connections"]:
        if row.get("depends"):
            raise ValueError(f"not settled by what the peer takes as given: {row}")
        allowed = row["allowed"]
        assert isinstance(allowed, dict)
        ranges = (
            (protocol, int(first), int(last or first))
            for protocol, texts in allowed.items()
            for first, _, last in (text.partition("-") for text in texts)
        )
        opened.add(str(row["source"]), str(row["destination"]), normal(ranges))
    return opened
