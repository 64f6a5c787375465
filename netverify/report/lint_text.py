"""Findings as text for people: how many, each with its place, and the account of the inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netverify.diagnostics import Severity
from netverify.lint.linting import Linted
from netverify.report.coverage_text import coverage_text
from netverify.report.diagnostics import problems
from netverify.report.document import Account, Block, Facts, Gap, Headline, Remark
from netverify.report.entries import column
from netverify.report.incomplete import incomplete
from netverify.report.quantities import counted
from netverify.report.terminal import Ink
from netverify.sources.coverage import Inventory

_INK = {Severity.ERROR: Ink.RED, Severity.WARNING: Ink.YELLOW, Severity.NOTE: Ink.CYAN}


def document_of_lint(linted: Linted, inventory: Inventory) -> Iterator[Block]:
    """The number of findings, each of them with its lines, what could not be decided, and the account."""
    yield from incomplete(linted.unknown_because, "there may be further findings")
    yield _headline(linted, inventory)
    yield Gap()
    yield from problems(linted.findings)
    fixes = [finding.fix for finding in linted.findings if finding.fix is not None]
    if fixes:
        prints = "prints it" if len(fixes) == 1 else "prints what can be changed at once; run it again for the rest"
        has = "has" if len(fixes) == 1 else "have"
        yield Remark(f"{counted(len(fixes), 'finding')} {has} a patch: `netverify lint --diff` {prints}")
        yield Gap()
    yield Facts((*column("unknown", linted.unknown_because), *column("assumes", linted.assumptions)))
    yield Account(coverage_text(inventory))


def counts_text(linted: Linted, inventory: Inventory) -> str:
    """``3 findings: 1 error, 2 warnings``; without any, in what nothing was found."""
    if linted.findings:
        counts = Counter(finding.severity for finding in linted.findings)
        each = ", ".join(counted(counts[severity], severity.name.lower()) for severity in sorted(counts, reverse=True))
        return f"{counted(len(linted.findings), 'finding')}: {each}"
    if inventory.has_errors:
        return "nothing found in what could be read"
    return "nothing found in what could be decided" if linted.unknown_because else "nothing found"


def _headline(linted: Linted, inventory: Inventory) -> Headline:
    text = counts_text(linted, inventory)
    if linted.findings:
        number, _, rest = text.partition(":")
        return Headline(number.upper(), f":{rest}", _INK[max(finding.severity for finding in linted.findings)])
    is_whole = not inventory.has_errors and not linted.unknown_because
    nothing = "nothing found"
    return Headline(nothing.upper(), text.removeprefix(nothing), Ink.GREEN if is_whole else Ink.YELLOW)
