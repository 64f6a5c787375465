"""Files of unusual shapes: how the time of a command grows with the number of equal parts, and what memory it takes."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from figures import Row
from processes import NETVERIFY, best_process, least, run_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from processes import Process

LARGEST = 100
"""The shapes do not depend on the cluster: they are measured once, beside the smallest."""

RUNS = 3
ROWS = (
    Row("`netverify lint`, 400 equal rules of one policy / 100", "lint_equal_rules_growth"),
    Row("`netverify lint`, 300 policies that overlap / 75", "lint_overlapping_growth"),
    Row("`netverify lint`, 80 ClusterNetworkPolicies of one priority / 20", "lint_tied_policies_growth"),
    Row("a question about a pod that 2,400 policies select / 600", "policies_of_one_pod_growth"),
    Row("`netverify map`, 10,000 ipBlocks with three excepts each / 2,500", "map_blocks_growth"),
    Row("the same with 10,000: processor s", "map_blocks"),
    Row("its peak memory, MiB", "map_blocks_megabytes", "{:.0f}"),
)
KEPT = tuple(row.key for row in ROWS if row.key.endswith("_growth"))

_HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
_EQUAL = "  - from: [{podSelector: {matchLabels: {app: web}}}]\n    ports: [{port: 80}]\n"


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """Each shape in two sizes, one four times the other: 4 is linear, less a share of start-up."""
    del folder, workloads, policies
    lint = ("lint", "--fail-on", "never", "-f")
    with TemporaryDirectory() as scratch:
        at = Path(scratch)
        found = {
            "lint_equal_rules_growth": _growth(at, lint, equal_rules, 100),
            "lint_overlapping_growth": _growth(at, lint, overlapping_policies, 75),
            "lint_tied_policies_growth": _growth(at, lint, tied_policies, 20),
            "policies_of_one_pod_growth": _growth(
                at, ("query", "can a/client reach a/web:80", "-f"), policies_of_one_pod, 600
            ),
            "map_blocks_growth": _growth(at, ("map", "-f"), blocks, 2_500),
        }
        large = least([_run(at, ("map", "-f"), blocks, 10_000) for _ in range(RUNS)])
    return found | {
        "map_blocks": large.cpu,
        "map_blocks_megabytes": (large.peak - best_process(1, sys.executable, "-c", "pass").peak) / 2**20,
    }


def _growth(at: Path, words: tuple[str, ...], shape: Callable[[int], str], small: int) -> float:
    """How many times longer four times ``small`` takes; the two sizes take turns."""
    turns = [(_run(at, words, shape, small).cpu, _run(at, words, shape, 4 * small).cpu) for _ in range(RUNS)]
    return min(large for _, large in turns) / min(small for small, _ in turns)


def _run(at: Path, words: tuple[str, ...], shape: Callable[[int], str], number: int) -> Process:
    path = at / f"{shape.__name__}-{number}.yaml"
    path.write_text(shape(number))
    return run_process(*NETVERIFY, *words, str(path), "--no-cache", "--jobs", "1")


def equal_rules(number: int) -> str:
    """One policy with ``number`` equal rules."""
    spec = f"spec:\n  podSelector: {{}}\n  policyTypes: [Ingress]\n  ingress:\n{_EQUAL * number}"
    return f"{_HEAD}metadata: {{name: rules, namespace: a}}\n{spec}"


def overlapping_policies(number: int) -> str:
    """``number`` policies whose rules take what a NotIn leaves, as many of the others do."""
    return "---\n".join(_overlapping(one) for one in range(number))


def _overlapping(number: int) -> str:
    peer = f"{{key: app, operator: NotIn, values: [x{number}, y{number}]}}"
    rule = f"  - from: [{{podSelector: {{matchExpressions: [{peer}]}}}}]\n    ports: [{{port: {1000 + number % 7}}}]\n"
    selector = f"{{matchLabels: {{app: a{number % 20}}}}}"
    spec = f"spec:\n  podSelector: {selector}\n  policyTypes: [Ingress]\n  ingress:\n{rule}"
    return f"{_HEAD}metadata: {{name: p{number}, namespace: a}}\n{spec}"


def tied_policies(number: int) -> str:
    """``number`` ClusterNetworkPolicies of one priority; half of them accept, half of them deny."""
    rule = "  ingress: [{{action: {}, from: [{{namespaces: {{}}}}]}}]\n"
    return "---\n".join(
        "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
        f"metadata: {{name: p{one}}}\nspec:\n  tier: Admin\n  priority: 5\n  subject: {{namespaces: {{}}}}\n"
        + rule.format("Deny" if one % 2 else "Accept")
        for one in range(number)
    )


def policies_of_one_pod(number: int) -> str:
    """Two pods, and ``number`` policies that select one of them and let others in."""
    pods = "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: a, labels: {{app: {name}}}}}\n"
        "spec: {containers: [{name: c, image: i}]}\n"
        for name in ("web", "client")
    )
    return pods + "".join(
        f"---\n{_HEAD}metadata: {{name: p{one}, namespace: a}}\nspec:\n  podSelector: {{matchLabels: {{app: web}}}}\n"
        f"  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: x{one}}}}}}}]}}]\n"
        for one in range(number)
    )


def blocks(number: int) -> str:
    """A pod, and a policy with ``number`` ipBlocks, each with three excepts."""
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a, labels: {app: web}}\n"
        "spec: {containers: [{name: c, image: i}]}\n---\n"
    )
    return (
        f"{pod}{_HEAD}metadata: {{name: blocks, namespace: a}}\nspec:\n  podSelector: {{}}\n  ingress:\n  - from:\n"
        + "".join(
            f"    - ipBlock: {{cidr: 11.{one // 256}.{one % 256}.0/24, "
            f"except: [11.{one // 256}.{one % 256}.0/30, 11.{one // 256}.{one % 256}.16/30, "
            f"11.{one // 256}.{one % 256}.64/28]}}\n"
            for one in range(number)
        )
    )
