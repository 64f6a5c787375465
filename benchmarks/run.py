"""Measures netverify on generated clusters and prints a table; ratios are the figures to trust.

python benchmarks/run.py                  # everything at every size, about half an hour
python benchmarks/run.py --quick          # the two small sizes, without the peer
python benchmarks/run.py --only map       # one kind of measurement; repeatable
python benchmarks/run.py --check          # fails if a ratio is clearly worse than the recorded one
python benchmarks/run.py --record         # writes the ratios of this run as the recorded ones
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import asking
import commands
import comparing
import extremes
import fleets
import gating
import mapping
import parsing
import reading
import recorded
import routing
import rust_parser
from figures import Size, growth, table
from generate import write
from measure import SEED
from processes import BUILD, NETVERIFY, FailedError, best_process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

CLUSTERS = BUILD / "benchmarks"
SIZES: tuple[Size, ...] = ((100, 50), (1_000, 500), (5_000, 2_000), (20_000, 10_000), (100_000, 50_000))
KINDS: dict[str, ModuleType] = {
    "parse": parsing,
    "read": reading,
    "query": asking,
    "map": mapping,
    "route": routing,
    "gate": gating,
    "commands": commands,
    "fleet": fleets,
    "extremes": extremes,
    "peer": comparing,
    "rust": rust_parser,
}
"""Each measures one size: ``measure(folder, workloads, policies)`` up to ``LARGEST`` workloads.

``ROWS`` are its figures, ``KEPT`` those that are recorded.
"""
OTHERS = {"peer", "rust"}
"""These install another tool."""
GROWING = ("parse", "question_whole", "map_whole")


def measure(kinds: Sequence[str], sizes: Sequence[Size]) -> dict[Size, dict[str, float]]:
    """All figures of every size. What cannot be measured here is left out, and the reason said."""
    figures: dict[Size, dict[str, float]] = {}
    for workloads, policies in sizes:
        folder = CLUSTERS / f"{workloads}x{policies}"
        write(folder, workloads, policies, SEED)
        found: dict[str, float] = {}
        for name in kinds:
            if workloads > KINDS[name].LARGEST:
                continue
            try:
                found |= KINDS[name].measure(folder, workloads, policies)
            except FailedError as failed:
                print(f"without {name} at {workloads:,} / {policies:,}: {failed}", file=sys.stderr)
        figures[workloads, policies] = found
        print(f"measured {workloads:,} workloads and {policies:,} policies", file=sys.stderr)
    return figures


def start_up() -> dict[str, float]:
    """What short runs take of the processor, beside an interpreter that does nothing."""
    example = str(Path(__file__).resolve().parents[1] / "examples" / "backdoor")
    short = {
        "help": ("--help",),
        "version": ("--version",),
        "help_of_a_command": ("check", "--help"),
        "a_small_question": ("query", "can namespace a reach b/pg:5432", "-f", example, "--no-cache"),
    }
    bare = best_process(10, sys.executable, "-c", "pass").cpu
    took = {name: best_process(10, *NETVERIFY, *words).cpu for name, words in short.items()}
    print(
        f"a bare interpreter {bare:.3f} s,", ", ".join(f"{name} {one:.3f} s" for name, one in took.items()), flush=True
    )
    return {f"{name}_over_bare": one / bare for name, one in took.items()}


def ratios(kinds: Sequence[str], figures: dict[Size, dict[str, float]]) -> recorded.Ratios:
    """What is recorded and compared: figures that do not depend on the machine, or hardly."""
    kept = [key for name in kinds for key in KINDS[name].KEPT]
    found = {f"{w}x{p}": {key: one[key] for key in kept if key in one} for (w, p), one in figures.items()}
    exponents = {key: growth(key, figures) for key in GROWING}
    found["growth"] = {key: value for key, value in exponents.items() if not math.isnan(value)}
    return found


def arguments_of(command_line: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="measure netverify on generated clusters")
    parser.add_argument("--quick", action="store_true", help="the two small sizes only, without the peer")
    parser.add_argument("--only", action="append", choices=KINDS, help="this kind of measurement only; repeatable")
    parser.add_argument("--without-peer", action="store_true", help="neither install nor run another tool")
    parser.add_argument("--largest", type=int, default=SIZES[-1][0], help="no cluster with more workloads")
    parser.add_argument("--check", action="store_true", help="fail if a ratio is clearly worse than the recorded one")
    parser.add_argument("--record", action="store_true", help="record the ratios of this run")
    return parser.parse_args(command_line)


def main() -> None:
    arguments = arguments_of()
    kinds = [
        name
        for name in arguments.only or KINDS
        if name not in OTHERS or not (arguments.quick or arguments.without_peer)
    ]
    sizes = [size for size in (SIZES[:2] if arguments.quick else SIZES) if size[0] <= arguments.largest]
    started = start_up()
    figures = measure(kinds, sizes)
    print(table([row for name in kinds for row in KINDS[name].ROWS], figures))
    now = {"start_up": started, **ratios(kinds, figures)}
    for key, value in now["growth"].items():
        print(f"growth exponent of {key}: {value:.2f}")
    worse = recorded.worse(recorded.read(), now) if arguments.check else []
    if arguments.record:
        recorded.write(now)
    if worse:
        raise SystemExit("\n".join(worse))


if __name__ == "__main__":
    main()
