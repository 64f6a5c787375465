"""Questions that name, by a selector, a namespace that no manifest mentions: it could be created."""

from __future__ import annotations

import pytest

from cases.manifest_texts import inventory_of, pod
from netverify.query.outcome import Answer, Listing, Scope, Verdict
from netverify.sources.coverage import Inventory
from netverify.verify import ask

NAME = "kubernetes.io/metadata.name"


def policed(peer: str) -> Inventory:
    """A pod ``shop/web`` that only pods of namespaces like ``peer`` may reach, and a namespace ``a``."""
    return inventory_of(
        pod()
        + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"
        + "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
        + f"spec: {{podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {peer}}}]}}]}}\n"
    )


def answer_to(sentence: str, inventory: Inventory) -> Answer:
    answer = ask(sentence, inventory)
    assert isinstance(answer, Answer)
    return answer


NOT_A = f"{{matchExpressions: [{{key: {NAME}, operator: NotIn, values: [a]}}]}}"


@pytest.mark.parametrize("where", [f"in namespaces {NAME} in (a, x)", f"in namespaces {NAME}=x"])
def test_a_pod_in_a_namespace_that_only_the_question_names_could_be_created(where: str) -> None:
    answer = answer_to(f"can any pod {where} reach shop/web:80", policed(NOT_A))
    assert (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.POSSIBLE)
    assert answer.witness is not None
    assert getattr(answer.witness.flow.source, "namespace", None) == "x"


def test_what_is_outside_of_all_but_one_name_is_that_one() -> None:
    answer = answer_to(f"can any pod outside namespaces {NAME}!=x reach shop/web:80", policed(NOT_A))
    assert (answer.verdict, answer.scope) == (Verdict.REACHABLE, Scope.POSSIBLE)


def test_a_namespace_that_only_the_question_names_can_be_refused() -> None:
    other = f"{{matchLabels: {{{NAME}: other}}}}"
    assert answer_to(f"can any pod in namespaces {NAME}=x reach shop/web:80", policed(other)).verdict is (
        Verdict.UNREACHABLE
    )


def test_the_pods_of_a_namespace_that_only_the_question_names_are_listed() -> None:
    listing = ask(f"who can reach any pod in namespaces {NAME}=x", policed(NOT_A))
    assert isinstance(listing, Listing)
    assert listing.verdict is Verdict.REACHABLE


def test_what_no_namespace_can_be_called_is_still_vacuous() -> None:
    answer = answer_to(f"can any pod in namespaces {NAME}=X_Y reach shop/web:80", policed(NOT_A))
    assert answer.verdict is Verdict.VACUOUS
