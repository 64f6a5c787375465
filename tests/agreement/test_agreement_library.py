"""What the library asserts holds iff the brute force finds it to, and as :meth:`Verifier.ask` answers."""

from collections import Counter
from functools import cache

from agreement.adapter import inventory_of, text_of
from agreement.questions import wrong_witness
from generators.clusters import isolated, random_cluster
from generators.questions import random_phrase
from generators.small_cases import MOST_TRIALS, solved_case
from generators.vocabulary import SmallDice
from netverify import FailedAssertionError, Verdict, read
from netverify.verify import Settings, ask
from oracles.brute_force import Told, brute_force


def cluster_of(manifests, question):
    """What the library makes of the manifests, knowing what the question takes as known."""
    assume = [f"{key}={str(value).lower()}" for key, value in question.get("fixed", {}).items()]
    assume += [f"pod-cidr={cidr}" for cidr in question.get("pod_cidrs", ())]
    assume += ["named-ports=free"] if question.get("free_named_ports") else []
    return read(texts={"manifests.yaml": text_of(manifests)}, assume=assume)


def failure(assertion, *arguments, **options):
    """The answer that an assertion fails with; None when it holds."""
    try:
        assertion(*arguments, **options)
    except FailedAssertionError as error:
        return error.answer
    return None


def test_assertions_about_sentences_hold_iff_every_connection_tried_says_so(fresh):
    for seed in (*range(20), *fresh(5)):
        manifests, question, (verdict, scope) = solved_case(seed)
        cluster, sentence = cluster_of(manifests, question), question["sentence"]
        held = {
            "unreachable": failure(cluster.assert_unreachable, sentence) is None,
            "reachable": failure(cluster.assert_reachable, sentence) is None,
            "possible": failure(cluster.assert_reachable, sentence, possible=True) is None,
        }
        assert held == {
            "unreachable": verdict == "unreachable",
            "reachable": (verdict, scope) == ("reachable", "existing"),
            "possible": verdict == "reachable",
        }, seed


def test_what_is_asserted_and_what_is_asked_have_one_answer():
    for seed in range(20):
        manifests, question, _ = solved_case(seed)
        if question.get("fixed") or question.get("pod_cidrs") or question.get("free_named_ports"):
            continue
        cluster, inventory = cluster_of(manifests, question), inventory_of(manifests)
        answer = ask(question["sentence"], inventory, Settings())
        assert cluster.ask(question["sentence"]).verdict == answer.verdict
        if answer.verdict is not Verdict.UNREACHABLE:
            assert failure(cluster.assert_unreachable, question["sentence"]).witness == answer.witness


@cache
def exclusive_case(seed):
    """A small cluster, an assertion about everybody but some with its arguments, and the question that it asks."""
    rng = SmallDice(seed)
    while True:
        manifests = random_cluster(rng, policies=(1, 4), workloads=(1, 3), namespaces=(1, 2))
        if rng.random() < 0.4:
            isolated(rng, manifests)
        (one, one_text), *others = (random_phrase(rng, manifests) for _ in range(rng.choice((1, 2, 3))))
        but = {"shape": "others", "but": [phrase for phrase, _ in others]}
        texts = (one_text, *(text for _, text in others))
        incoming = rng.random() < 0.5
        source, destination = (but, one) if incoming else (one, but)
        question = {"sentence": " | ".join(texts), "source": source, "destination": destination}
        question |= {"protocols": ("TCP", "UDP", "SCTP"), "port": None}
        if Told(manifests, question).trials <= MOST_TRIALS:
            name = "assert_only_reachable_from" if incoming else "assert_only_reaches"
            return manifests, name, texts, question, brute_force(manifests, question)


def test_nobody_but_those_that_are_named_gets_through_iff_every_connection_tried_says_so(fresh):
    for seed in (*range(30), *fresh(5)):
        manifests, name, texts, question, expected = exclusive_case(seed)
        answer = failure(getattr(cluster_of(manifests, question), name), *texts)
        if answer is None:
            assert expected == ("unreachable", None), seed
            continue
        assert (str(answer.verdict), answer.scope and str(answer.scope)) == expected, seed
        assert answer.witness is None or wrong_witness(manifests, question, answer.witness) is None, seed


def test_the_assertions_about_everybody_else_have_every_kind_of_answer():
    answers = Counter(exclusive_case(seed)[-1][0] for seed in range(30))
    assert min(answers[verdict] for verdict in ("reachable", "unreachable")) >= 5
