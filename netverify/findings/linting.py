"""Every finding about one inventory, the result of ``netverify lint``: one list, and what could not be decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from netverify.answers.context import Context
from netverify.answers.surface import Surface
from netverify.diagnostics import CODES, Diagnostic
from netverify.findings.all import routing_findings
from netverify.findings.duplicates import duplicate_findings
from netverify.findings.inhabitants import Inhabitants
from netverify.findings.selection import selection_findings

LINTED = tuple(code for code in CODES if code.startswith("NV6"))
"""Every code that linting may find."""

ABOUT_WAYS = frozenset({"NV605", "NV606"})
"""The findings that need every way in judged."""


@dataclass(frozen=True, slots=True)
class Linted:
    """``findings`` in the order of their places; ``undecided``: what the solver gave up on, a line for each.

    ``smt2`` are the goals that were solved for findings about policies, with what the solver said.
    """

    findings: tuple[Diagnostic, ...]
    undecided: tuple[str, ...] = ()
    smt2: tuple[tuple[str, str], ...] = ()


def lint(context: Context, surface: Surface, codes: Collection[str]) -> Linted:
    """The findings of ``codes`` about the inventory of ``context``, of which ``surface`` is."""
    found = {*routing_findings(context, surface), *_policy_findings(context)}
    kept = (finding for finding in found if finding.code in codes)
    return Linted(tuple(sorted(kept, key=Diagnostic.sort_key)))


def _policy_findings(context: Context) -> Iterator[Diagnostic]:
    there = Inhabitants(context.inventory, context.routing)
    policies = context.inventory.cluster.network_policies
    yield from selection_findings(policies, there)
    yield from duplicate_findings(policies)
