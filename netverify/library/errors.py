"""What the library raises beside errors in sentences and assumptions."""

from __future__ import annotations

from netverify.diagnostics import Diagnostic, NetverifyError
from netverify.query.outcome import Answer


class InputError(NetverifyError):
    """Some input was refused or could not be read, or nothing was named.

    ``diagnostics`` are all findings, errors among them; empty when nothing was named. The text shows them as the
    command line does.
    """

    def __init__(self, text: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(text)
        self.diagnostics = diagnostics


class InDoubtError(NetverifyError):
    """A map or a listing that cannot be relied on, or is about nobody; ``reasons`` say why."""

    def __init__(self, text: str, reasons: tuple[str, ...]) -> None:
        super().__init__(text)
        self.reasons = reasons


class FailedAssertionError(NetverifyError, AssertionError):
    """An ``assert_*`` of a cluster does not hold, or is not known to. ``answer`` is what was found instead.

    The text is the answer as the command line prints it.
    """

    def __init__(self, text: str, answer: Answer) -> None:
        super().__init__(text)
        self.answer = answer
