"""What is left open in too many ways ends in an error of its own, in bounded time and depth."""

from collections.abc import Iterable

import pytest

from netverify import InDoubtError, read
from netverify.cli.main import main
from netverify.pairs.diagrams import NEVER, Diagram, Diagrams, TooIntricateError

_FALSE_OR_TRUE, _TRUE = 0b11, 0b10


def _all_of(diagrams: Diagrams, variables: Iterable[int]) -> Diagram:
    found: Diagram = diagrams.always
    for variable in variables:
        found = diagrams.both(diagrams.when(variable, _TRUE), found)
    return found


@pytest.mark.parametrize("step", [1, -1])
def test_thousands_of_variables_are_too_intricate_and_not_too_deep(step: int) -> None:
    diagrams = Diagrams(1, dict.fromkeys(range(5_000), _FALSE_OR_TRUE))
    with pytest.raises(TooIntricateError):
        _all_of(diagrams, range(5_000)[::step])


def test_the_deepest_diagrams_can_be_combined_with_each_other() -> None:
    diagrams = Diagrams(1, dict.fromkeys(range(300), _FALSE_OR_TRUE))
    odd, even = (_all_of(diagrams, range(first, 300, 2)) for first in (1, 0))
    assert diagrams.both(odd, diagrams.complement(odd)) == NEVER
    with pytest.raises(TooIntricateError):
        diagrams.both(odd, even)


PAIRS = range(18)
INTRICATE = """
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: shop}}
spec: {{containers: [{{name: c, image: c}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: q, namespace: undeclared}}
spec: {{containers: [{{name: c, image: c}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: first-halves, namespace: shop}}
spec: {{podSelector: {{}}, ingress: [{{from: [{firsts}]}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: pairs, namespace: shop}}
spec: {{podSelector: {{}}, ingress: [{{from: [{pairs}]}}]}}
""".format(
    firsts=", ".join(f"{{namespaceSelector: {{matchLabels: {{a{i}: x, other: x}}}}}}" for i in PAIRS),
    pairs=", ".join(f"{{namespaceSelector: {{matchLabels: {{a{i}: x, b{i}: x}}}}}}" for i in PAIRS),
)


@pytest.mark.parametrize(
    "command", [["map"], ["map", "-o", "json"], ["query", "who can reach shop/p"]], ids=["map", "json", "who"]
)
def test_manifests_that_leave_too_much_open_end_in_a_message_and_status_3(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("netverify.pairs.diagrams._MOST_NODES", 2_000)
    manifests = tmp_path / "intricate.yaml"
    manifests.write_text(INTRICATE)
    assert main([*command, "-f", str(manifests)], "netverify") == 3
    assert "error[NV422]" in capsys.readouterr().err


def test_manifests_that_leave_too_much_open_are_an_error_of_the_library(monkeypatch):
    monkeypatch.setattr("netverify.pairs.diagrams._MOST_NODES", 2_000)
    cluster = read(texts={"intricate.yaml": INTRICATE})
    for asked in (lambda: list(cluster.map().connections()), lambda: cluster.ask("who can reach shop/p")):
        with pytest.raises(InDoubtError, match="too many unknowns to be listed in full; fix what you know with `cni`"):
            asked()


def test_a_question_about_them_that_asks_the_solver_is_answered(tmp_path, capsys):
    manifests = tmp_path / "intricate.yaml"
    manifests.write_text(INTRICATE)
    assert main(["query", "can undeclared/q reach shop/p:80", "-f", str(manifests)], "netverify") == 0
    assert "REACHABLE" in capsys.readouterr().out
