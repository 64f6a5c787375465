"""Why a document is refused, on its way from the place that found it to the loader that reports it."""

from __future__ import annotations

from netverify.records import dataclass
from netverify.visible import visible


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in one chunk of text; ``line`` and ``column`` count from 0, in characters."""

    line: int
    column: int


class Refusal(Exception):  # noqa: N818 - it is the refusal of an input, not an error of the program
    """An input is not read; becomes one ``Diagnostic`` of severity ``ERROR``.

    ``mark`` is ``None`` where the one who raises it does not know the place; the caller that does fills it in.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        help: str = "",  # noqa: A002 - the name of the field of Diagnostic
        mark: Mark | None = None,
        secondary: tuple[Mark, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.mark = mark
        self.secondary = secondary


def shown(text: str) -> str:
    """Input text as it may stand in a message: one line, at most 60 characters, in backticks."""
    return "`" + visible(text if len(text) <= 60 else text[:57] + "...") + "`"
