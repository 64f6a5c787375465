"""``--baseline`` and ``--write-baseline``: what is known to be violated, read from a file and written to one."""

from __future__ import annotations

from pathlib import Path

from netverify.cli.outputs import write_whole
from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest
from netverify.cli.streams import complain
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.gate.baseline import Baseline, BaselineError, read_baseline, violations_in, write_baseline
from netverify.gate.outcome import GateReport
from netverify.report.quantities import counted
from netverify.report.terminal import line
from netverify.sources.permissions import HOW_TO_ALLOW
from netverify.sources.reading import UnreadableError, read_regular


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
        raise Refusal("NV717", f"`{request.baseline}` is no baseline: {error}", "write one anew") from None
    except (UnreadableError, ValueError) as error:
        text = error.message if isinstance(error, UnreadableError) else "not a readable text"
        message = f"cannot read the baseline `{request.baseline}`: {text.removeprefix('cannot be read: ')}"
        raise Refusal("NV717", message, "write one with `--write-baseline FILE`") from None


def write_known(path: str, report: GateReport, color: str) -> None:
    """Writes what is violated now to ``path``, and says on standard error how much that is."""
    write_whole(Path(path), (write_baseline(report.results),))
    complain((line(f"wrote {path}: {counted(violations_in(report.results), 'violation')}"),), color)
