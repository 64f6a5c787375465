"""``who can reach …`` and ``what can … reach`` name exactly the pods that brute force finds."""

import pytest

from agreement.adapter import inventory_of
from agreement.open_questions import SIDES, open_case, sentence_of
from agreement.questions import settings_for, wrong_witness
from netverify.verify import ask
from oracles.brute_force import brute_force


def disagreement(form, seed):
    """What a listing says, and what brute force does, where they differ."""
    cluster, question = open_case(form, seed)
    sentence = sentence_of(form, question)
    listing = ask(sentence, inventory_of(cluster), settings_for(question))
    named = {listed.text: listed for listed in listing.existing}
    for workload in cluster["workloads"]:
        key = (workload["kind"], workload["metadata"].get("namespace") or "default", workload["metadata"]["name"])
        asked = {**question, SIDES[form]: {"shape": "workload", "key": key}, "sentence": sentence}
        text = f"{key[1]}/{key[2]}[{key[0]}]"
        found = brute_force(cluster, asked) == ("reachable", "existing")
        if (text in named) is not found:
            return f"{sentence}: {text} is {'not ' if found else ''}listed"
        if found and (problem := wrong_witness(cluster, asked, named[text].witness)):
            return problem
    created = brute_force(cluster, {**question, SIDES[form]: {"shape": "created"}})[0] == "reachable"
    if bool(listing.possible) is not created:
        return f"{sentence}: possible pods {listing.possible}, but {created}"
    return None


@pytest.mark.parametrize("form", SIDES)
def test_listings_agree_with_brute_force_on_25_questions(form):
    assert [found for seed in range(25) if (found := disagreement(form, seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("form", SIDES)
@pytest.mark.parametrize("start", range(1_000, 3_000, 200))
def test_listings_agree_with_brute_force_on_2_000_questions(form, start):
    assert [found for seed in range(start, start + 200) if (found := disagreement(form, seed))] == []
