"""What is wrong with a sentence, and where in it."""

from __future__ import annotations

from dataclasses import dataclass

from netverify.diagnostics import NetverifyError


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
