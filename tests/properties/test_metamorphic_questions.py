"""What answers to whole questions must have in common, whatever they are."""

import random
from functools import cache

from agreement.adapter import inventory_of
from generators.small_cases import small_case
from netverify.budget import Budget
from netverify.model.behaviours import Behaviour
from netverify.query.outcome import Scope, Verdict
from netverify.verify import Settings, ask

SEEDS = range(20_000, 20_060)


@cache
def case(seed):
    """``(sentence, inventory, answer)`` of a random question."""
    cluster, question = small_case(seed)
    inventory = inventory_of(cluster)
    return question["sentence"], inventory, ask(question["sentence"], inventory)


def answers():
    """Each random question, with its inventory and its answer."""
    return map(case, SEEDS)


def test_24_more_sources_and_more_ports_reach_no_less():
    wider = 0
    for sentence, inventory, answer in answers():
        if answer.verdict is not Verdict.REACHABLE:
            continue
        for broader in broader_sentences(sentence):
            wider += 1
            assert ask(broader, inventory).verdict is Verdict.REACHABLE, broader
    assert wider >= 20


def broader_sentences(sentence):
    """The sentence with any pod as its source, and without its port."""
    source, target = sentence.removeprefix("can ").split(" reach ")
    if "internet" not in source and not source[0].isdigit() and ":" not in source:
        yield f"can any pod reach {target}"
    end, colon, port = target.rpartition(":")
    if colon and not end.startswith("[") and "fd00" not in target:
        yield f"can {source} reach {end}"
        yield f"can {source} reach {end}:{port.split('/')[0]}/any"


def test_25_what_is_proved_is_proved_on_every_cni_and_what_is_refuted_on_the_one_named():
    rng = random.Random(25)
    for sentence, inventory, answer in answers():
        if answer.verdict is Verdict.UNREACHABLE:
            behaviours = {behaviour: rng.random() < 0.5 for behaviour in Behaviour} | {Behaviour.POLICY_ENFORCED: True}
            assert ask(sentence, inventory, Settings(behaviours)).verdict is Verdict.UNREACHABLE, sentence
        if answer.verdict is Verdict.REACHABLE:
            again = ask(sentence, inventory, Settings(dict(answer.witness.behaviours)))
            assert again.verdict is Verdict.REACHABLE, sentence


def test_29_the_seed_changes_neither_verdict_nor_scope():
    for sentence, inventory, one in answers():
        other = ask(sentence, inventory, Settings(budget=Budget(seed=7)))
        assert (one.verdict, one.scope) == (other.verdict, other.scope), sentence


def test_29_a_question_asked_twice_has_the_same_answer_to_the_last_byte():
    for sentence, inventory, first in answers():
        assert ask(sentence, inventory) == first, sentence


def test_what_existing_pods_reach_possible_ones_reach_too():
    for sentence, inventory, answer in answers():
        if answer.scope is Scope.EXISTING and sentence.startswith(("can pod ", "can deployment ")):
            source = sentence.removeprefix("can ").split(" reach ")[0]
            namespace = source.split()[1].split("/")[0]
            broader = sentence.replace(f"can {source} ", f"can namespace {namespace} ")
            assert ask(broader, inventory).verdict is Verdict.REACHABLE, broader
