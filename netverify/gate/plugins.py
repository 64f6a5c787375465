"""What a gate says where its verdicts depend on the CNI plugin, and nobody has named one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from netverify.answers.plugin_notes import (
    depends_on_the_plugin,
    is_beside_the_api,
    offer,
    proved_with_the_others,
)
from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.checking import Terms
from netverify.gate.outcome import GateReport, GateVerdict, Result, Violation
from netverify.sources.coverage import Inventory


def beside_the_api(report: GateReport) -> frozenset[str]:
    """The ids of assertions that are refuted by nothing else."""
    return frozenset(
        one.assertion.id
        for one in report.results
        if one.verdict is GateVerdict.REFUTED and one.violations and all(map(_is_beside, one.violations))
    )


def terms_for(ids: Collection[str], terms: Terms) -> Terms:
    """How the assertions with these ``ids`` are judged once more, as in ``terms``."""
    return replace(terms, judged=frozenset(ids), baseline=None, names_pods=False, tell=lambda _done, _of: None)


def with_notes(report: GateReport, with_others: GateReport | None, inventory: Inventory) -> GateReport:
    """``report`` with what is proved ``with_others``, which keep to the API, and with how to name the plugin."""
    others = with_others.results if with_others is not None else ()
    proved = {one.assertion.id for one in others if one.verdict is GateVerdict.PROVED}
    results = tuple(_noted(one, inventory) if one.assertion.id in proved else one for one in report.results)
    depending = [one for one in results if _depends(one)]
    if not depending:
        return report
    number = len(depending)
    text = (
        f"{number} {'assertion depends' if number == 1 else 'assertions depend'} on the CNI plugin, which is not named"
    )
    advice = offer(inventory, "`cni: {}` to the intent file")
    told = Diagnostic("NV724", Severity.NOTE, text, depending[0].assertion.origin, advice)
    return replace(report, results=results, findings=tuple(sorted((*report.findings, told), key=Diagnostic.sort_key)))


def _noted(result: Result, inventory: Inventory) -> Result:
    notes = (*result.notes, *proved_with_the_others("it is proved", inventory.cluster))
    return replace(result, remarks=replace(result.remarks, notes=notes))


def _depends(result: Result) -> bool:
    """Whether each violation needs something of the plugin: where one does not, to name the plugin changes nothing."""
    shown = [one.witnesses for one in result.violations]
    return result.verdict is GateVerdict.REFUTED and bool(shown) and all(depends_on_the_plugin(*one) for one in shown)


def _is_beside(violation: Violation) -> bool:
    return is_beside_the_api(*violation.witnesses)
