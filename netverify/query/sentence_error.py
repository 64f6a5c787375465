"""What is wrong with a sentence, and where in it."""

from __future__ import annotations

from netverify.diagnostics import NetverifyError
from netverify.records import dataclass


@dataclass(eq=False)
class SentenceError(NetverifyError):
    """A sentence that is no question, or that names what does not exist.

    ``code`` is ``NV4xx``. ``start`` and ``end`` are offsets into ``sentence`` (``end`` excluded; equal to ``start``
    where something is missing), for a caret below it. ``help`` says what to do and may be empty.
    """

    code: str
    message: str
    sentence: str
    start: int
    end: int
    help: str = ""

    def __str__(self) -> str:
        return self.message
