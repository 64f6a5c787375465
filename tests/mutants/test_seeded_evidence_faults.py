"""Faults seeded into the evidence of runs: the checker that shares nothing with the package must find every one."""

import importlib
import tempfile
from functools import partial
from pathlib import Path

import pytest

from mutants.faulty import fault
from netverify.gate.evidence.second_solvers import installed

if not installed():
    pytest.skip("no second solver is installed", allow_module_level=True)

FAULTS = {
    "goals with a model are leaves": (
        "answers.derived",
        "    closed = [goal for goal in goals if goal[1] == Status.UNSAT.value]\n",
        "    closed = list(goals)\n",
        "gate_run",
    ),
    "a way that is closed has no proof": (
        "gate.by_ways",
        "            closed += closed_routes(routes)\n",
        "            closed += [None for _ in routes]\n",
        "routed_run",
    ),
    "a proof needs no derivation": (
        "gate.judged",
        "    if derivation is None and verdict in _PROOFS:\n",
        "    if derivation is None and answers and False:\n",
        "gate_run",
    ),
    "what is exempt needs none": (
        "gate.judged",
        "    if nothing_left is None:\n",
        "    if nothing_left is not None:\n",
        "gate_run",
    ),
    "digests are those of texts without their heads": (
        "gate.evidence.document",
        "digest_of(whole.encode())",
        "digest_of(text.encode())",
        "gate_run",
    ),
    "texts do not say what they were made from": (
        "gate.evidence.document",
        '        whole = "\\n".join((*(f"; {line}" for line in self.head), text))\n',
        "        whole = text\n",
        "gate_run",
    ),
    "a file is named after another answer": (
        "gate.evidence.document",
        '{answer}.smt2"\n',
        'unsat.smt2"\n',
        "gate_run",
    ),
    "only the first goal is an assertion's": (
        "gate.evidence.document",
        '        "goals": [file.name for file in mine],\n',
        '        "goals": [file.name for file in mine[:1]],\n',
        "gate_run",
    ),
    "premises of a comparison are its proof": (
        "diff.searching",
        "goal=goal, premises=premises)\n",
        "goal=premises, premises=goal)\n",
        "compared_run",
    ),
    "a digest of the inputs leaves out what is compared": (
        "gate.evidence.inputs",
        '        return {"digest": digest_of_json(value), **value}\n',
        '        return {"digest": digest_of_json({**value, "compared": [0]}), **value}\n',
        "gate_run",
    ),
}
SEEDS = range(16)


def first_that_is_wrong(run, seeds):
    """The first seed whose evidence does not check out, or cannot be made; None without any."""
    evidences = importlib.import_module("agreement.evidences")
    solvers = importlib.import_module("netverify.gate.evidence.second_solvers")
    solve = partial(solvers.opinion, solver=solvers.installed()[0], timeout_s=60)
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            try:
                evidences.checked(getattr(evidences, run)(seed), Path(folder), solve)
            except Exception:  # noqa: BLE001 - whatever shows that something is wrong
                return seed
    return None


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=FAULTS)
def test_the_fault_is_found(seeded, is_found):
    *changed, run = seeded
    with fault(*changed):
        assert is_found(partial(first_that_is_wrong, run), SEEDS)


@pytest.mark.parametrize("run", ["gate_run", "routed_run", "compared_run"])
def test_without_a_fault_there_is_nothing_to_find(run):
    assert first_that_is_wrong(run, [2]) is None
