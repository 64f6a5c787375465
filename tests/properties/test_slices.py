"""What a proof may rest on: slices that are complete for the subjects, and slices that only add."""

import ast
from itertools import product
from pathlib import Path

import pytest
from mypy import api

from agreement.pair_cases import NarrowDice, pair_case
from agreement.random_tables import left_open, random_policy_set
from netverify.model.addresses import parse_address
from netverify.model.flow import Direction, Flow, Pod
from netverify.model.traffic import Protocol
from netverify.policy.evaluate import table_allows
from netverify.policy.slicing import (
    CompleteSlice,
    IncompleteSliceError,
    OverApproximation,
    PolicyIndex,
    proving_table,
)

PACKAGE = Path(__file__).parents[2] / "netverify"
HEAD = """
from collections.abc import Mapping
from netverify.model.flow import Direction
from netverify.policy.slicing import CompleteSlice, OverApproximation, PolicyIndex, Slice
from netverify.policy.table import RuleTable
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions
from netverify.symbolic.goal import Allows, Distinguishes, Flows, Refuses
from netverify.symbolic.obligations import obligation
INGRESS, EGRESS = Direction

def prove(
    flows: Flows, index: ClusterIndex, options: ModelOptions, policies: PolicyIndex,
    whole: Mapping[Direction, RuleTable], complete: CompleteSlice, adds: OverApproximation, some: Slice,
) -> None:
"""
RIGHT = """
    obligation(flows, Allows({INGRESS: complete, EGRESS: adds}), index, options)
    obligation(flows, Refuses({INGRESS: complete, EGRESS: policies.slice(EGRESS, ())}), index, options)
    obligation(flows, Distinguishes({INGRESS: complete, EGRESS: adds}, complete), index, options)
"""
WRONG = """
    obligation(flows, whole, index, options)
    Allows(whole)
    Allows({INGRESS: complete, EGRESS: whole[EGRESS]})
    Refuses({INGRESS: complete, EGRESS: adds})
    Refuses({INGRESS: complete, EGRESS: some})
    Refuses(whole)
    Distinguishes(whole, complete)
    Distinguishes({INGRESS: complete, EGRESS: adds}, adds)
    Distinguishes({INGRESS: complete, EGRESS: adds}, whole[INGRESS])
"""


def test_the_type_checker_refuses_a_proof_on_any_table_but_a_slice_that_carries_it(tmp_path, mypy_cache):
    written = tmp_path / "proof.py"
    written.write_text(f"{HEAD}{RIGHT}{WRONG}", encoding="utf-8")
    output, _, _ = api.run(["--strict", "--cache-dir", str(mypy_cache), "--no-error-summary", str(written)])
    refused = sorted({int(line.split(":")[1]) for line in output.splitlines() if "error:" in line})
    first = (HEAD + RIGHT).count("\n") + 2
    assert refused == [*range(first, first + len(WRONG.split("\n")) - 2)], output


SLICES = {"CompleteSlice", "OverApproximation"}


def test_slices_are_made_in_one_place():
    makers = {
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if any(f"{name}(" in (text := path.read_text(encoding="utf-8")) for name in SLICES)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SLICES
    }
    assert makers == {"policy/slicing.py"}


def test_a_slice_that_leaves_out_subjects_of_a_goal_carries_no_proof():
    case = pair_case(3, of_tables=True)
    name = min(case.cluster.namespaces)
    part = PolicyIndex(case.policies).slice(Direction.INGRESS, (name,))
    assert proving_table(part, (name,)) is part
    with pytest.raises(IncompleteSliceError, match="elsewhere"):
        proving_table(part, (name, "elsewhere"))


class Drawn(dict):
    """What is left open, drawn when it is asked for."""

    def __init__(self, rng):
        super().__init__()
        self._rng = rng

    def __missing__(self, choice):
        return self.setdefault(choice, self._rng.random() < 0.5)


def flows(rng, cluster):
    """A flow between each pair of workloads, and what the CNI does."""
    address = parse_address("10.0.0.9")
    pods = [
        Pod(
            w.key.namespace,
            cluster.namespaces[w.key.namespace].labels,
            w.labels,
            address,
            w.ports,
            w.host_network,
            w.key,
        )
        for w in cluster.workloads
    ]
    for source, destination in product(pods, pods):
        first, last = rng.choice(rng.words.ranges)
        flow = Flow(source, destination, rng.choice(list(Protocol)), rng.choice((first, last)), rng.random() < 0.5)
        yield flow, Drawn(rng)


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_a_slice_decides_as_the_whole_or_allows_more_whatever_the_table_is(first):
    kinds = set()
    for seed in range(first, first + 100):
        cluster = pair_case(seed, of_tables=True).cluster
        rng = NarrowDice(f"slices {seed}")
        policies = PolicyIndex(left_open(rng, cluster, random_policy_set(rng, cluster)))
        names = sorted(cluster.namespaces)
        for direction, count in product(Direction, range(len(names) + 1)):
            part = policies.slice_for(direction, names, names[:count])
            kinds.add(type(part))
            table = proving_table(part, names)
            for flow, behaviours in flows(rng, cluster):
                whole = table_allows(policies.policies.tables[direction], flow, behaviours)
                said = table_allows(table, flow, behaviours)
                known = flow.at(direction.subject).namespace in part.namespaces
                assert said is whole or (said and not known), (seed, direction, count)
    assert kinds == {CompleteSlice, OverApproximation}
