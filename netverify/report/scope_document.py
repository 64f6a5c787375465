"""A scope as a document: what it comes to, who is connected and by which rules, who is not, and what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from textwrap import wrap

from netverify.answers.scope import Connected, Path, Scope
from netverify.model.behaviours import Behaviour
from netverify.pairs.outcome import EXTERNAL_KIND
from netverify.report.coverage_text import coverage_text
from netverify.report.document import Account, Block, Cell, Facts, Gap, Headline, Remark, Row, Section, Table, cell
from netverify.report.entries import Entry, column, doubt_entries, premise_entries
from netverify.report.quantities import counted
from netverify.report.scope_words import ScopeWords, carriers, hops_text, ports_text
from netverify.report.terminal import Ink
from netverify.sources.coverage import Inventory

MOST_ENTRIES = 200
"""A scope of more entries is counted by namespace."""

_WIDTHS = (28, 14, 34)
_LIMITS = (
    "direct connections of existing pods, with pods and addresses outside",
    "a Service adds nobody: policy decides about the pods behind it",
    "addresses outside and nodes end a path: what they pass on is unknown",
)


def document_of_scope(scope: Scope, inventory: Inventory, offer: str = "") -> Iterator[Block]:
    """Doubts, the numbers, who is in the places, each entry with its paths, what is possible, and the premises.

    ``offer`` says how to name the CNI plugin, where nobody has.
    """
    words = ScopeWords(scope)
    yield from doubts_of_scope(scope)
    yield _headline(scope)
    yield Facts(tuple(_members(scope, words)))
    if len(scope.entries) > MOST_ENTRIES:
        yield Gap()
        yield from _by_namespace(scope)
    else:
        yield from _sections(scope, words)
    yield Gap()
    offered = _wrapped("perhaps", [offer] if offer and _depends_on_the_plugin(scope) else [])
    limits = column("counts", _LIMITS)
    yield Facts((*_possible(scope), *_apart(scope, words), *offered, *limits, *premise_entries(scope)))
    yield Account(coverage_text(inventory))


def _depends_on_the_plugin(scope: Scope) -> bool:
    paths = (path for one in scope.entries for path in (one.into, one.out) if path is not None)
    return any(on in list(Behaviour) for path in paths for on in path.on)


def doubts_of_scope(scope: Scope) -> Iterator[Block]:
    """Why the scope may be wrong, or is of nobody; nothing where it holds and is of somebody."""
    for reason in scope.vacuous_because:
        yield Headline("VACUOUS", f": {reason}", Ink.RED)
    if scope.unknown_because:
        yield Headline("IN DOUBT", ": this scope may lack connected workloads, or show others", Ink.RED)
        yield Facts(tuple(doubt_entries(scope)))


def _headline(scope: Scope) -> Headline:
    workloads = [one for one in scope.entries if scope.connectivity.endpoints[one.members[0]].workload is not None]
    direct = sum(one.hops == 1 for one in workloads)
    what = "reached" if scope.is_outward else "connected"
    text = f": {counted(len(workloads), 'workload')} {what}, {direct} of them directly; {len(scope.apart)} not {what}"
    return Headline(f"SCOPE of {scope.title}", text, Ink.BOLD)


def _members(scope: Scope, words: ScopeWords) -> Iterator[Entry]:
    for one in scope.inside:
        outside = [n for n in one.sure if scope.connectivity.endpoints[n].kind == EXTERNAL_KIND]
        known = [words.of((n,)) for n in one.sure if n not in set(outside)]
        perhaps = [f"perhaps {words.of((n,))}" for n in one.perhaps]
        yield from column("inside", [*_few(known), *([words.of(outside)] if outside else []), *_few(perhaps)])


_FEW = 20


def _few(texts: Sequence[str]) -> list[str]:
    rest = len(texts) - _FEW
    return [*texts[:_FEW], *([f"and {rest} more"] if rest > 0 else [])]


def _sections(scope: Scope, words: ScopeWords) -> Iterator[Block]:
    """A table for each direction; an entry with paths in both is in both."""
    into = [(one, one.into) for one in scope.entries if one.into is not None]
    out = [(one, one.out) for one in scope.entries if one.out is not None]
    both = {one.members for one, _ in into} & {one.members for one, _ in out}
    if not scope.is_outward:
        yield _section(f"reaches {scope.title}", into, both, words)
    yield _section(f"reached from {scope.title}", out, both, words)


def _section(
    title: str, paths: Sequence[tuple[Connected, Path]], both: set[tuple[int, ...]], words: ScopeWords
) -> Section:
    if not paths:
        return Section(title, (Remark("  nobody", Ink.DIM),))
    known = {n: path for entry, path in paths for n in entry.members}
    rows = tuple(
        Row(
            cell(*words.lines(entry.members, *(["both ways"] if entry.members in both else []))),
            (
                (
                    cell(hops_text(path), ink=Ink.PLAIN if path.is_sure else Ink.YELLOW),
                    _steps(entry, path, known, words),
                ),
            ),
        )
        for entry, path in sorted(paths, key=lambda one: (one[1].hops, one[0].members))
    )
    return Section(title, (Table("", ("who", "hops", "shortest path"), rows, "entry", widths=_WIDTHS),))


def _steps(entry: Connected, path: Path, known: Mapping[int, Path], words: ScopeWords) -> Cell:
    """The steps of ``path``; of those that are the path of another entry, which is ``known``, only its name."""
    steps, rest = list(path.steps), ""
    reaches = steps[0].source in entry.members
    near = steps[0].destination if reaches else steps[-1].source
    others = tuple(steps[1:] if reaches else steps[:-1])
    if others and near in known and known[near].steps == others:
        steps = [steps[0] if reaches else steps[-1]]
        rest = f"{'then' if reaches else 'before'} as for {words.one(near)}"
    lines: list[str] = []
    for step in steps:
        ends = f"to {words.one(step.destination)}" if reaches else f"from {words.one(step.source)}"
        lines.append(f"{ends}: {ports_text(step)}")
        lines += [f"- {text}" for text in carriers(step)]
    return cell(*([rest] if rest and not reaches else []), *lines, *([rest] if rest and reaches else []))


def _by_namespace(scope: Scope) -> Iterator[Block]:
    """How many workloads of each namespace are connected, directly and in more hops, and how many are not."""
    ways = (_Way.OUT,) if scope.is_outward else tuple(_Way)
    columns = [(way, is_direct) for way in ways for is_direct in (True, False)]
    counts: Counter[tuple[str, object, bool]] = Counter()
    for entry in scope.entries:
        for way, path in ((_Way.INTO, entry.into), (_Way.OUT, entry.out)):
            if path is not None:
                counts[_home(scope, entry.members[0]), (way, path.hops == 1), path.is_sure] += 1
    counts.update((_home(scope, number), "apart", True) for number in scope.apart)
    rows = tuple(
        Row(
            cell(name),
            (tuple(cell(_count(counts[name, one, True], counts[name, one, False])) for one in (*columns, "apart")),),
        )
        for name in sorted({name for name, _, _ in counts})
    )
    heads = [way.value if is_direct else "by others" for way, is_direct in columns]
    yield Table("", ("namespace", *heads, "apart"), rows, "namespace", numbers=True)
    yield Remark("in numbers of workloads, 3-5 where two are perhaps; `-o json=FILE` has every path", Ink.DIM)


class _Way(StrEnum):
    INTO = "reach it"
    OUT = "reached"


def _home(scope: Scope, number: int) -> str:
    key = scope.connectivity.endpoints[number].workload
    return key.namespace if key is not None else "(outside)"


def _count(sure: int, perhaps: int) -> str:
    return f"{sure}-{sure + perhaps}" if perhaps else str(sure)


def _possible(scope: Scope) -> Iterator[Entry]:
    into = (f"reaches it: {text}" for text in scope.possible_into)
    yield from _wrapped("possible", (*into, *(f"reached: {text}" for text in scope.possible_out)))


def _apart(scope: Scope, words: ScopeWords) -> Iterator[Entry]:
    texts = [words.of((number,)) for number in scope.apart]
    yield from column("apart", _few(texts) if texts else ["nobody: every workload is inside or connected"])


_WIDE = 66


def _wrapped(term: str, texts: Iterable[str]) -> Iterator[Entry]:
    """``texts`` below each other, each on as many lines as it takes."""
    for number, text in enumerate(texts):
        first, *others = wrap(text, _WIDE, break_long_words=False, break_on_hyphens=False)
        yield Entry("" if number else term, first)
        yield from (Entry("", other, detail=True) for other in others)
