"""Writes realistic clusters as YAML manifests, the same bytes for the same arguments.

    python benchmarks/generate.py --workloads 1000 --policies 500 --out DIR

One file per namespace. What makes a cluster realistic here: every namespace has a default-deny, DNS egress and
monitoring by port name; the remaining policies are client/server pairs, cross-namespace allows by namespace and pod
labels, ipBlocks with exceptions, port ranges and expressions (NotIn, Exists, DoesNotExist); workloads have probes,
resources, environment and volumes; and there are ConfigMaps, Services and ServiceAccounts, which policy never sees.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from author import Author, dns_server, monitoring
from cluster_plan import plan

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/.-]*(:[A-Za-z0-9_/.-]+)?|[0-9]+(\.[0-9]+){3}(/[0-9]+)?|[0-9]+(m|Mi)")
NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def write(out: Path, workloads: int, policies: int, seed: int) -> int:
    """Write the cluster into ``out``, one file per namespace; the number of bytes written."""
    out.mkdir(parents=True, exist_ok=True)
    namespaces = plan(workloads, policies, seed)
    total = 0
    for name, documents in (("kube-system", dns_server()), ("monitoring", monitoring())):
        total += write_file(out / f"{name}.yaml", documents)
    for namespace in namespaces:
        author = Author(namespace, namespaces, random.Random(f"{seed}/{namespace.name}"))
        total += write_file(out / f"{namespace.name}.yaml", author.documents())
    return total


def write_file(path: Path, documents: Iterator[dict[str, Any]]) -> int:
    """Write ``documents`` to ``path``; the number of bytes."""
    text = "---\n".join("\n".join(block_lines(document)) + "\n" for document in documents)
    return path.write_bytes(text.encode())


def block_lines(value: dict[str, Any], indent: str = "") -> Iterator[str]:
    """``value`` as lines of block-style YAML, lists at the indent of their key, the way kubectl prints it."""
    for key, item in value.items():
        if isinstance(item, dict) and item:
            yield f"{indent}{key}:"
            yield from block_lines(item, indent + "  ")
        elif isinstance(item, list) and item:
            yield f"{indent}{key}:"
            for element in item:
                if isinstance(element, dict):
                    first, *rest = block_lines(element, indent + "  ")
                    yield f"{indent}- {first.lstrip()}"
                    yield from rest
                else:
                    yield f"{indent}- {scalar(element)}"
        elif isinstance(item, str) and "\n" in item:
            yield f"{indent}{key}: |"
            yield from (f"{indent}  {line}" for line in item.splitlines())
        else:
            yield f"{indent}{key}: {scalar(item)}"


def scalar(value: object) -> str:
    """A scalar, or an empty collection; text is quoted unless it is surely read as text."""
    if isinstance(value, str) and PLAIN.fullmatch(value) and value not in NOT_TEXT:
        return value
    return json.dumps(value)


def main() -> None:
    parser = argparse.ArgumentParser(description="write a realistic cluster as YAML manifests")
    parser.add_argument("--workloads", type=int, required=True, help="how many workloads in application namespaces")
    parser.add_argument("--policies", type=int, required=True, help="how many NetworkPolicies")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default 1)")
    parser.add_argument("--out", type=Path, required=True, help="directory for one file per namespace")
    arguments = parser.parse_args()
    size = write(arguments.out, arguments.workloads, arguments.policies, arguments.seed)
    print(f"{size / 1e6:.1f} MB in {arguments.out}")


if __name__ == "__main__":
    main()
