"""Inputs that were not read: because the budget of the command ended first, or because they could not be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netverify.cli.exit_status import exit_status
from netverify.cli.request import Sources
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain
from netverify.diagnostics import Diagnostic, Origin
from netverify.model.cluster import Cluster
from netverify.query.sentence_error import SentenceError
from netverify.report.diagnostics import render_sentence_error
from netverify.sources.coverage import Coverage, Inventory

_UNKNOWN_NAME = ("NV406", "NV407", "NV410")


def unread(sources: Sources) -> Inventory:
    """The inventory where nothing of ``sources`` was read: its account names them all."""
    return Inventory(Cluster({}), Coverage(unread=tuple(map(Origin, sources.names))))


def with_unread(error: SentenceError, inventory: Inventory) -> SentenceError:
    """``error``, which says that what could not be read may hold a name that is unknown."""
    error.help = _advice(error.code, error.help, inventory)
    return error


def misasked(error: SentenceError, inventory: Inventory, color: str) -> ExitStatus:
    """Says on standard error why a sentence or an endpoint cannot be read, and what to end with."""
    complain(render_sentence_error(with_unread(error, inventory)), color)
    return exit_status(None, misused=True, input_refused=inventory.has_errors)


def each_with_unread(diagnostics: Iterable[Diagnostic], inventory: Inventory) -> tuple[Diagnostic, ...]:
    """``diagnostics`` of intent, each as :func:`with_unread` has it."""
    return tuple(replace(one, help=_advice(one.code, one.help, inventory)) for one in diagnostics)


def _advice(code: str, advice: str, inventory: Inventory) -> str:
    if code not in _UNKNOWN_NAME or not inventory.has_errors:
        return advice
    unknown = "an input could not be read and may hold it: fix that error first"
    return f"{unknown}; {advice}" if advice and inventory.cluster.namespaces else unknown
