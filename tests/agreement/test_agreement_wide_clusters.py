"""Large clusters: what is searched in portions, and what is searched at once, is answered alike."""

import pytest

from agreement.adapter import inventory_of
from agreement.questions import settings_for, wrong_witness
from generators.clusters import isolated, opened_by_address, random_cluster
from generators.questions import random_question
from generators.vocabulary import LARGE, Dice
from netverify.symbolic import widths
from netverify.verify import ask

NAMES = tuple(f"n{number}" for number in range(14))


class WideDice(Dice):
    words = type(LARGE)(
        namespaces=NAMES,
        keys=("app", "tier"),
        values=("web", "db", "api"),
        protocols=LARGE.protocols,
        ports=(80, 81),
        ranges=((80, 81), (79, 80), (1, 65535)),
        port_names=("http", "web"),
        blocks=LARGE.blocks,
        on_host=0.08,
    )


def wide_case(seed):
    """A cluster with more namespaces and pods than one goal speaks of, and a question about it."""
    rng = WideDice(seed)
    cluster = random_cluster(rng, policies=(5, 30), workloads=(12, 40), namespaces=(9, 14))
    if rng.random() < 0.7:
        isolated(rng, cluster)
        if rng.random() < 0.6:
            opened_by_address(rng, cluster)
    return cluster, random_question(rng, cluster)


def answers_apart(seed, monkeypatch):
    """How the two answers differ, or what is wrong with a witness; None where nothing is."""
    cluster, question = wide_case(seed)
    inventory, settings = inventory_of(cluster), settings_for(question)
    narrow = ask(question["sentence"], inventory, settings)
    with monkeypatch.context() as patched:
        for limit in ("NARROW", "NAMED_AT_ONCE", "EXISTING_AT_ONCE"):
            patched.setattr(widths, limit, 10_000)
        whole = ask(question["sentence"], inventory, settings)
    if (narrow.verdict, narrow.scope) != (whole.verdict, whole.scope):
        return f"{seed}: {question['sentence']}: {narrow.verdict} {narrow.scope}, but {whole.verdict} {whole.scope}"
    found = [answer.witness for answer in (narrow, whole) if answer.witness is not None]
    return next(filter(None, (wrong_witness(cluster, question, witness) for witness in found)), None)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_a_wide_cluster_is_answered_alike_in_portions_and_at_once(first, monkeypatch):
    found = [answers_apart(seed, monkeypatch) for seed in range(first, first + 20)]
    assert list(filter(None, found)) == []
