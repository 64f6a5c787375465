"""A scope as a picture: the shortest paths, for Graphviz and for Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.scope import Scope, Step
from netverify.records import dataclass
from netverify.report.map_dot import quoted
from netverify.report.map_mermaid import escaped
from netverify.report.scope_words import ScopeWords, ports_text
from netverify.visible import visible


@dataclass(frozen=True, slots=True)
class _Node:
    """``text`` of what stands there; ``within`` the places or not, an address ``outside`` or a workload."""

    number: int
    text: str
    within: bool
    outside: bool


class _Drawing:
    """The nodes and edges of a scope; whoever is not connected is none of them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._words = ScopeWords(scope)
        self._of = {n: one.members[0] for one in scope.entries for n in one.members}

    def nodes(self) -> Iterator[_Node]:
        """Whoever is in the places, then the others, nearest first."""
        endpoints = self._scope.connectivity.endpoints
        inside = {n for one in self._scope.inside for n in (*one.sure, *one.perhaps)}
        firsts = [one.members[0] for one in self._scope.entries]
        for number in (*sorted(inside), *(n for n in firsts if n not in inside)):
            yield _Node(number, self._words.one(number), number in inside, endpoints[number].workload is None)

    def edges(self) -> Iterator[tuple[int, int, Step]]:
        """The steps of all shortest paths, each once, in the order of source and destination."""
        paths = (path for one in self._scope.entries for path in (one.into, one.out) if path is not None)
        steps = {
            (self._of.get(step.source, step.source), self._of.get(step.destination, step.destination)): step
            for path in paths
            for step in path.steps
        }
        yield from ((*ends, steps[ends]) for ends in sorted(steps))

    def remarks(self) -> Iterator[str]:
        """What comments say above: doubts, and what the scope rests on."""
        yield f"scope of {self._scope.title}: shortest paths; dashed: allowed only under some conditions"
        for lead, texts in (
            ("in doubt", self._scope.unknown_because),
            ("vacuous", self._scope.vacuous_because),
            ("assumes", self._scope.assumptions),
            ("inexact", self._scope.approximations),
            ("note", self._scope.notes),
        ):
            yield from (f"{lead}: {visible(text)}" for text in texts)


def render_scope_dot(scope: Scope) -> Iterator[str]:
    """A directed graph from left to right; the places have a frame."""
    drawing = _Drawing(scope)
    yield from (f"// {text}\n" for text in drawing.remarks())
    yield 'digraph netverify {\n  rankdir=LR;\n  node [shape=box, fontname="Helvetica"];\n'
    yield '  edge [fontname="Helvetica", fontsize=10];\n'
    nodes = list(drawing.nodes())
    yield f"  subgraph cluster_0 {{\n    label={quoted(scope.title)};\n"
    yield from (f"    {_dot_node(one)}\n" for one in nodes if one.within)
    yield "  }\n"
    yield from (f"  {_dot_node(one)}\n" for one in nodes if not one.within)
    for source, destination, step in drawing.edges():
        style = "" if step.is_sure else ", style=dashed"
        yield f"  n{source} -> n{destination} [label={quoted(ports_text(step))}{style}];\n"
    yield "}\n"


def _dot_node(node: _Node) -> str:
    return f"n{node.number} [label={quoted(node.text)}{', shape=ellipse' if node.outside else ''}];"


def render_scope_mermaid(scope: Scope) -> Iterator[str]:
    """A flowchart from left to right; the places have a frame."""
    drawing = _Drawing(scope)
    yield "flowchart LR\n"
    yield from (f"  %% {escaped(text)}\n" for text in drawing.remarks())
    nodes = list(drawing.nodes())
    yield f'  subgraph place["{escaped(scope.title)}"]\n'
    yield from (f"    {_mermaid_node(one)}\n" for one in nodes if one.within)
    yield "  end\n"
    yield from (f"  {_mermaid_node(one)}\n" for one in nodes if not one.within)
    for source, destination, step in drawing.edges():
        arrow = "-->" if step.is_sure else "-.->"
        yield f'  n{source} {arrow}|"{escaped(ports_text(step))}"| n{destination}\n'


def _mermaid_node(node: _Node) -> str:
    text = escaped(node.text)
    return f'n{node.number}(["{text}"])' if node.outside else f'n{node.number}["{text}"]'
