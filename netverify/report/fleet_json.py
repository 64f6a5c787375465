"""What became of many clusters as JSON of schema ``netverify/fleet/v1``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from netverify.gate.outcome import GateVerdict
from netverify.report.fleet_outcome import ClusterReport, FleetReport
from netverify.report.fleet_words import STANDINGS, columns_worst_first, standings, verdicts, worst_first
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json, diagnostic_json, place_json

SCHEMA = "netverify/fleet/v1"


def render_fleet_json(report: FleetReport, tool: Mapping[str, Json]) -> Iterator[str]:
    """One object: ``assertions`` are the columns, ``clusters``, worst first, each have what ``check`` says of it.

    In pieces, as all of it may take much room: a cluster each.
    """
    whole = dumped(
        {
            "schema": SCHEMA,
            "summary": {
                "clusters": len(report.clusters),
                **standings(report),
                "verdicts": {verdict.value: number for verdict, number in verdicts(report).items()},
                "violations": sum(cell.violations for cluster in report.clusters for cell in cluster.cells),
                **_effort(report),
            },
            "assertions": _assertions(report),
            "date": report.today.isoformat(),
            "files": list(report.files),
            "tool": dict(tool),
            "clusters": [],
        }
    )
    head, end = whole[: -len(_END)], whole[-len(_END) :]
    assert end == _END
    yield f"{head}["
    for number, cluster in enumerate(worst_first(report)):
        indented = dumped(_cluster(cluster)).rstrip("\n").replace("\n", "\n    ")
        yield f"{',' if number else ''}\n    {indented}"
    yield "\n  ]\n}\n"


_END = "[]\n}\n"


def _effort(report: FleetReport) -> dict[str, Json]:
    """How long it took, and how many parts an earlier run had judged: nulls where nothing is told of that."""
    kept = sum(cluster.kept for cluster in report.clusters) if report.milliseconds is not None else None
    return {
        "parts": sum(cluster.shards for cluster in report.clusters),
        "kept": kept,
        "milliseconds": report.milliseconds,
    }


def _cluster(cluster: ClusterReport) -> Json:
    counts = Counter(cell.verdict for cell in cluster.cells)
    return {
        "name": cluster.name,
        "status": cluster.status,
        "standing": STANDINGS[cluster.status],
        "results": [json.loads(cell.data) for cell in cluster.cells],
        "exceptions": [json.loads(use.data) for use in cluster.exceptions],
        "baseline": json.loads(cluster.baseline) if cluster.baseline else None,
        "findings": [diagnostic_json(one) for one in (*cluster.failures, *cluster.findings)],
        "summary": {
            "assertions": len(cluster.cells),
            **{verdict.value: counts[verdict] for verdict in GateVerdict},
            "violations": sum(cell.violations for cell in cluster.cells),
        },
        "complete": not cluster.is_cut_short,
        "coverage": json.loads(cluster.account.data) if cluster.account is not None else None,
        "diagnostics": [diagnostic_json(one) for one in cluster.inputs],
        **place_json(cluster.origin),
    }


def _assertions(report: FleetReport) -> Json:
    counts: dict[str, Counter[GateVerdict]] = {}
    for cluster in report.clusters:
        for cell in cluster.cells:
            counts.setdefault(cell.id, Counter())[cell.verdict] += 1
    return [
        {
            "id": cell.id,
            "title": cell.title,
            "severity": cell.severity.value,
            **{verdict.value: counts[cell.id][verdict] for verdict in GateVerdict},
        }
        for cell in columns_worst_first(report)
    ]
