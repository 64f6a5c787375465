"""What became of many clusters as a document: a matrix of what does not pass, then each failure, then the whole run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from netverify.gate.outcome import GRAVEST, GateVerdict
from netverify.report.code_frame import SourceLines, code_frame
from netverify.report.document import (
    Account,
    Beside,
    Block,
    Cell,
    Facts,
    Fold,
    Gap,
    Instance,
    Remark,
    Result,
    Results,
    Row,
    Summary,
    Table,
    cell,
)
from netverify.report.entries import Entry, column
from netverify.report.fleet_outcome import Cell as Judged
from netverify.report.fleet_outcome import ClusterReport, FleetReport, Shown
from netverify.report.fleet_words import (
    STANDINGS,
    columns_worst_first,
    counts_text,
    doubts,
    failing_in,
    shortfalls,
    worst_first,
)
from netverify.report.gate_document import INK, OPEN, findings_table
from netverify.report.gate_words import duration_text
from netverify.report.incomplete import incomplete
from netverify.report.quantities import counted
from netverify.report.terminal import Ink, Line

MOST_ROWS = 200
"""So many clusters that do not pass have a row; further ones are counted."""

MOST_RESULTS = 50
"""So many failures are told one by one; all are in the JSON."""

_NAMED = 3
"""So many clusters are named where something is about several."""

_ABREAST = 10
"""So many assertions stand beside each other, so that a row fits into 80 columns."""

_MARKS = {
    GateVerdict.REFUTED: "R",
    GateVerdict.VACUOUS: "V",
    GateVerdict.UNKNOWN: "U",
    GateVerdict.BASELINED: "b",
    GateVerdict.EXCEPTED: "e",
    GateVerdict.PROVED: ".",
}
_LEGEND = "R refuted, V vacuous, U unknown, b baselined, e excepted, . proved, - not judged"
_STANDING_INK = {0: Ink.GREEN, 1: Ink.RED, 3: Ink.YELLOW}


def document_of_fleet(report: FleetReport) -> Iterator[Block]:
    """The count, the matrix, what fails where, what else is wrong, what it rests on, and what was read.

    Files are read again to show the lines that are responsible.
    """
    yield _summary(report)
    for line in incomplete(doubts(report), "what is unknown below was not decided"):
        yield from (line, Gap())
    clusters, columns = worst_first(report), columns_worst_first(report)
    yield from _matrix(clusters, columns)
    yield Beside((Fold("All clusters and assertions", tuple(_tables("", clusters, columns))),))
    yield Beside(tuple(findings_table(shortfalls(report))))
    yield from _failures(clusters)
    yield from _set_aside(clusters)
    yield from _basis(report)
    yield Beside((Fold("What was read of each cluster", (_accounts(clusters),)),))
    yield Account(tuple(_account(report)))


def _summary(report: FleetReport) -> Summary:
    worst = next(iter(worst_first(report)))
    files = (report.file, *report.files) if len(report.files) < 4 else (report.file,)
    total, took = counted(len(report.clusters), "cluster"), duration_text(report.milliseconds)
    return Summary(counts_text(report), _ink(worst), total, took, (*files, report.today.isoformat()))


def _ink(cluster: ClusterReport) -> Ink:
    return _STANDING_INK.get(cluster.status, Ink.RED)


def _matrix(clusters: Sequence[ClusterReport], columns: Sequence[Judged]) -> Iterator[Block]:
    """Clusters that do not pass, beside the assertions that fail in one of them; and how many others there are."""
    rows = [one for one in clusters if one.status or failing_in(one.cells)]
    failing = {one.id for cluster in rows for one in cluster.cells if one.verdict in OPEN}
    shown = [one for one in columns if one.id in failing]
    if rows:
        yield from _tables("", rows[:MOST_ROWS], shown)
        if shown:
            yield Remark(_LEGEND, Ink.DIM, in_summary=True)
    judged = "in no cluster" if all(one.cells for one in clusters) else "in no cluster that was judged"
    others = (
        (len(rows[MOST_ROWS:]), "more cluster does", "more clusters do", "not pass"),
        (len(clusters) - len(rows), "cluster passes", "clusters pass", "every assertion"),
        (len(columns) - len(shown), "assertion fails", "assertions fail", judged),
    )
    for number, one, several, rest in others:
        if number:
            yield Remark(f"{number} {one if number == 1 else several} {rest}", Ink.PLAIN, in_summary=True)
    yield Gap()


def _tables(title: str, clusters: Sequence[ClusterReport], columns: Sequence[Judged]) -> Iterator[Block]:
    """The matrix, as many tables below each other as its columns take, and what its columns are."""
    for start in range(0, len(columns) or 1, _ABREAST):
        some = columns[start : start + _ABREAST]
        heads = ("cluster", "", *(str(number) for number, _ in enumerate(some, start + 1)))
        rows = tuple(_row(one, some) for one in clusters)
        yield Table(title, heads, rows, "cluster", widths=(24, 0, *[0] * len(some)), in_summary=True)
    legend = tuple(
        Row(cell(str(number)), ((cell(one.id), cell(one.title or one.statement)),))
        for number, one in enumerate(columns, 1)
    )
    if legend:
        yield Gap()
        yield Table("", ("", "assertion", ""), legend, "assertion", widths=(0, 30, 42), in_summary=True)


def _row(cluster: ClusterReport, columns: Sequence[Judged]) -> Row:
    by_id = {one.id: one for one in cluster.cells}
    standing = cell(STANDINGS[cluster.status], ink=_ink(cluster))
    return Row(cell(cluster.name), ((standing, *(_mark(by_id.get(one.id)) for one in columns)),))


def _mark(judged: Judged | None) -> Cell:
    return cell("-") if judged is None else cell(_MARKS[judged.verdict], ink=INK[judged.verdict])


def _failures(clusters: Sequence[ClusterReport]) -> Iterator[Block]:
    """Each failure with what makes it so, the gravest first; so many at most."""
    failing = [(cluster, one) for cluster in clusters for one in cluster.cells if one.verdict in OPEN]
    failing.sort(key=lambda pair: (GRAVEST.index(pair[1].verdict), pair[1].severity.rank))
    source = SourceLines()
    if failing:
        yield Results(tuple(_result(*pair, source) for pair in failing[:MOST_RESULTS]), "failure")
    if more := failing[MOST_RESULTS:]:
        yield Remark(f"and {counted(len(more), 'more failure')}: `-o json` has all of them", Ink.PLAIN)
        yield Gap()


def _result(cluster: ClusterReport, judged: Judged, source: SourceLines) -> Result:
    first = judged.found[0]
    told = judged.found if judged.violations else ()
    return Result(
        judged.verdict.value,
        INK[judged.verdict],
        f"{cluster.name}: {judged.id}",
        judged.title,
        judged.severity.value,
        judged.statement,
        str(judged.origin),
        is_open=True,
        wrong=first.text,
        where=str(first.places[0]),
        instances=tuple(_instance(one, source) for one in told),
        is_complete=judged.is_complete,
        facts=() if told else (Entry("because", first.text),),
    )


def _instance(shown: Shown, source: SourceLines) -> Instance:
    place = shown.places[0]
    mark = ", ".join(shown.set_aside)
    steps = column("path", [f"{one.text} ({one.place})" if one.place else one.text for one in shown.steps])
    return Instance(shown.text, str(place), mark, partial(tuple, steps), partial(_frame, shown, source))


def _frame(shown: Shown, source: SourceLines) -> tuple[Line, ...]:
    return tuple(code_frame(shown.places[0], source, ink=Ink.RED))


def _set_aside(clusters: Sequence[ClusterReport]) -> Iterator[Block]:
    """Every exception with what became of it and in which clusters, and how far each baseline applied."""
    where: dict[str, list[str]] = defaultdict(list)
    for cluster in clusters:
        for use in cluster.exceptions:
            where[f"{use.text}: {use.state}"].append(cluster.name)
    named = [f"{text} in {', '.join(names[:_NAMED])}{_further(names)}" for text, names in where.items()]
    known = [f"{one.name}: {one.known}" for one in clusters if one.known]
    if entries := (*column("excepts", named), *column("knows", known)):
        yield Facts(entries)


def _further(names: Sequence[str]) -> str:
    return f" and {counted(len(names) - _NAMED, 'other cluster')}" if len(names) > _NAMED else ""


def _basis(report: FleetReport) -> Iterator[Block]:
    """What the verdicts rest on, each text once, and in how many clusters where that is not all."""
    said: dict[tuple[str, str], int] = defaultdict(int)
    judged = [cluster for cluster in report.clusters if cluster.cells]
    for cluster in judged:
        for one in cluster.basis:
            said[one] += 1
    entries: list[Entry] = []
    for wanted in ("assumes", "inexact", "note"):
        texts = [
            text if number == len(judged) else f"{text} (in {counted(number, 'cluster')})"
            for (term, text), number in said.items()
            if term == wanted
        ]
        entries += column(wanted, texts)
    if entries:
        yield Fold("Assumptions", (Facts(tuple(entries)),))


def _accounts(clusters: Sequence[ClusterReport]) -> Table:
    rows = (
        Row(cell(one.name), ((cell(*(one.account.texts if one.account is not None else ("nothing was read",))),),))
        for one in clusters
    )
    return Table("", ("cluster", "what was read"), tuple(rows), "cluster")


def _account(report: FleetReport) -> Iterator[str]:
    """How much was read of all clusters, of how many nothing, and how much an earlier run had judged."""
    read = [one.account for one in report.clusters if one.account is not None]
    documents, files = sum(one.documents for one in read), sum(one.files for one in read)
    yield f"{counted(documents, 'document')} in {counted(files, 'file')} of {counted(len(read), 'cluster')}"
    if left := len(report.clusters) - len(read):
        yield f"nothing was judged of {counted(left, 'cluster')}"
    kept, shards = (sum(getattr(one, name) for one in report.clusters) for name in ("kept", "shards"))
    if kept and report.milliseconds is not None:
        yield f"{kept} of {counted(shards, 'part')} judged by an earlier run of the same inputs"
