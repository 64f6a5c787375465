"""Heavy inputs that a stranger may write end within the default budgets, and within a second of shorter ones."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
"""
POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: db}}}}
  ingress:
"""
SLACK_S = 10.0
"""The machine that runs tests is busy: more than the second of the promise, and far less than what is cut short."""


def many_policies(count: int) -> str:
    """As many policies that select one pod, each with a rule of its own."""
    rule = "  - {{from: [{{podSelector: {{matchLabels: {{role: r{0}}}}}}}], ports: [{{port: {1}}}]}}\n"
    return PODS + "".join(POLICY.format(name=f"p{n}") + rule.format(n, 1000 + n) for n in range(count))


def many_blocks(count: int) -> str:
    """A policy with as many ipBlocks, each with three exceptions."""
    dice = random.Random(3)

    def block() -> str:
        start = f"{dice.randrange(1, 223)}.{dice.randrange(256)}"
        holes = ", ".join(f"{start}.{dice.randrange(256)}.0/24" for _ in range(3))
        return f"    - ipBlock: {{cidr: {start}.0.0/16, except: [{holes}]}}\n"

    return PODS + POLICY.format(name="blocks") + "  - from:\n" + "".join(block() for _ in range(count))


def run(text: str, folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    (folder / "m.yaml").write_text(text)
    started = time.monotonic()
    command = [sys.executable, "-m", "netverify", *arguments, "-f", str(folder / "m.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    return done, time.monotonic() - started


@pytest.mark.parametrize("few", [60])
def test_a_proof_that_needs_few_of_many_policies_names_the_same_ones(few: int, tmp_path: Path) -> None:
    done, _ = run(many_policies(few), tmp_path, "query", "can pod shop/web reach pod shop/db:5432")
    assert done.returncode == 0
    assert "UNREACHABLE" in done.stdout
    assert done.stdout.count("denied by NetworkPolicy") == 1


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (many_policies(5000), ("query", "can pod shop/web reach pod shop/db:5432")),
        (many_policies(5000), ("query", "can any pod reach pod shop/db")),
        (many_blocks(10000), ("map",)),
        (many_blocks(10000), ("query", "can internet reach pod shop/db")),
    ],
    ids=["policies", "policies of anyone", "blocks mapped", "blocks asked about"],
)
def test_heavy_inputs_end_within_the_budgets(text: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    done, _ = run(text, tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1024 * 1024

    done, seconds = run(text, tmp_path, *arguments, "--max-time", "0.7", "--no-cache")
    assert done.returncode == 3
    assert "the time budget of 0.7 s (--max-time) ended" in done.stdout + done.stderr
    assert seconds < 0.7 + 1 + SLACK_S
