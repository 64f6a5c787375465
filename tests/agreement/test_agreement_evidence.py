"""The evidence of random runs, read by a checker of its own and solved again by another solver."""

from collections import Counter
from functools import partial

import pytest

from agreement import evidences
from mutants.kills import telling_seeds
from netverify.gate.evidence.second_solvers import installed, opinion
from netverify.verify import Settings

SOLVERS = installed()
if not SOLVERS:
    pytest.skip("no second solver is installed", allow_module_level=True)
SOLVE = partial(opinion, solver=SOLVERS[0], timeout_s=60)


TELLING = telling_seeds("test_seeded_evidence_faults.py::test_the_fault_is_found")


def checked(run, seeds, folder):
    """What the checker found about the runs of all seeds together: proofs, and leaves without a text by their rule."""
    found = Counter()
    for seed in dict.fromkeys(seeds):
        place = folder / f"{run.__name__}-{seed}"
        place.mkdir()
        shown = list(run(seed))
        told = evidences.checked(shown, place, SOLVE)
        assert told.proofs == sum(one.verdict in {"proved", "excepted", "no"} for one in shown)
        found.update(proofs=told.proofs, texts=len(told.texts))
        found.update(step["rule"] for step in told.trusted)
    return found


def test_each_proof_of_a_random_intent_follows_from_texts(tmp_path, fresh):
    found = checked(evidences.gate_run, [*range(3), *TELLING, *fresh(1)], tmp_path)
    assert found["proofs"] > 5
    assert found["nobody"] < found["proofs"] / 2


def test_each_proof_about_ways_in_follows_from_texts(tmp_path):
    found = checked(evidences.routed_run, [0, 2], tmp_path)
    assert found["proofs"] > 15
    assert found["texts"] > 100


def test_each_comparison_that_finds_nothing_follows_from_texts(tmp_path, fresh):
    found = checked(evidences.compared_run, [*range(3), *TELLING, *fresh(1)], tmp_path)
    assert found["proofs"] > 6
    assert not found["all-pairs"]


def test_each_comparison_of_ways_in_that_finds_nothing_follows_from_texts(tmp_path):
    assert checked(evidences.changed_routes_run, range(6), tmp_path)["proofs"] > 5


@pytest.mark.parametrize(("run", "seeds"), [(evidences.gate_run, range(3)), (evidences.routed_run, [0])])
def test_verdicts_are_the_same_whether_texts_are_kept_or_not(run, seeds):
    for seed in seeds:
        kept, plain = (run(seed, Settings(keep_goals=keep)) for keep in (True, False))
        for one, other in zip(kept, plain, strict=True):
            assert (one.verdict, one.fingerprint) == (other.verdict, other.fingerprint), (seed, one.id)
            assert not list(other.texts)
            assert other.derivation is None


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_300, 20))
def test_each_proof_of_many_more_intents_follows_from_texts(start, tmp_path):
    checked(evidences.gate_run, range(start, start + 20), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("start", range(100, 140, 4))
def test_each_proof_about_many_more_ways_in_follows_from_texts(start, tmp_path):
    checked(evidences.routed_run, range(start, start + 4), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("start", range(100, 400, 20))
def test_each_of_many_more_comparisons_follows_from_texts(start, tmp_path):
    checked(evidences.compared_run, range(start, start + 20), tmp_path)
    checked(evidences.changed_routes_run, range(start, start + 20), tmp_path)
