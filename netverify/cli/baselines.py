"""The manifests that assertions compare with: another directory, or the same sources at a git revision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from netverify.cli.outputs import write_whole
from netverify.cli.reading import read_sources
from netverify.cli.reading_both import read_revision
from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest, Sources
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain
from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.gate.baseline import Baseline, BaselineError, read_baseline, violations_in, write_baseline
from netverify.gate.intent.reading import IntentError
from netverify.gate.intent.spec import ComparedTo
from netverify.gate.outcome import GateReport
from netverify.report.quantities import counted
from netverify.report.terminal import line
from netverify.sources.coverage import Inventory
from netverify.sources.permissions import HOW_TO_ALLOW
from netverify.sources.reading import UnreadableError, read_regular


class BaselineReader:
    """Reads what statements compare ``sources`` with, each once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._read: dict[tuple[str, str], Inventory] = {}

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with all that was read, each finding once; those about a revision name it."""
        found = (
            _at(revision, one) if revision else one
            for (_, revision), inventory in self._read.items()
            for one in inventory.diagnostics
        )
        return tuple(dict.fromkeys(found))

    @property
    def inventories(self) -> tuple[Inventory, ...]:
        """All that was read."""
        return tuple(self._read.values())

    def inventory(self, statement: ComparedTo) -> Inventory:
        """What ``statement`` compares with.

        Raises :class:`netverify.gate.intent.reading.IntentError` for a directory or revision that there is not, and
        :class:`Refusal` where git fails.
        """
        directory, revision = statement.directory, statement.revision
        key = (directory.text if directory else "", revision.text if revision else "")
        if key not in self._read:
            self._read[key] = self._inventory(statement)
        return self._read[key]

    def _inventory(self, statement: ComparedTo) -> Inventory:
        if statement.directory is not None:
            path, origin = statement.directory.text, statement.directory.origin
            if not Path(path).exists():
                text, advice = f"there is no file or folder {shown(path)}", "paths are relative to this file"
                raise IntentError((Diagnostic("NV703", Severity.ERROR, text, origin, advice),))
            alone = replace(self._sources, filenames=(path,), kustomize=(), helm=(), renderings=(), values=(), sets=())
            return read_sources(replace(alone, by_default=False))
        assert statement.revision is not None
        try:
            return read_revision(self._sources, statement.revision.text)
        except Refusal as refusal:
            if refusal.status is ExitStatus.INPUT:
                raise
            origin = statement.revision.origin
            raise IntentError((Diagnostic("NV703", Severity.ERROR, refusal.message, origin, refusal.help),)) from None


def _at(revision: str, diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, message=f"at revision {shown(revision)}: {diagnostic.message}")


def known_violations(request: CheckRequest) -> Baseline | None:
    """The baseline that ``request`` names, if any. Raises :class:`Refusal` (``NV717``)."""
    if request.baseline is None:
        return None
    if not request.sources.permissions.lets_named(Path(request.baseline)):
        raise Refusal("NV717", f"the baseline `{request.baseline}` leads out of the checkout", HOW_TO_ALLOW)
    try:
        data = read_regular(Path(request.baseline), DEFAULT_LIMITS.file_bytes)
        return read_baseline(request.baseline, data.decode("utf-8"))
    except BaselineError as error:
        raise Refusal("NV717", f"`{request.baseline}` is not a baseline: {error}", "write one anew") from None
    except (UnreadableError, ValueError) as error:
        text = error.message if isinstance(error, UnreadableError) else "not a readable text"
        message = f"cannot read the baseline `{request.baseline}`: {text.removeprefix('cannot be read: ')}"
        raise Refusal("NV717", message, "write one with `--write-baseline FILE`") from None


def write_known(path: str, report: GateReport, color: str) -> None:
    """Writes what is violated now to ``path``, and says on standard error how much that is."""
    write_whole(Path(path), (write_baseline(report.results),))
    complain((line(f"wrote {path}: {counted(violations_in(report.results), 'violation')}"),), color)
