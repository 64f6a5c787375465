"""Findings about inputs, as data: what is wrong, where, and what to do.

A diagnostic never prints itself; renderers live in :mod:`netverify.report`. Messages are lower case,
without a full stop, with user input in backticks.
"""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum

from netverify.records import dataclass


class NetverifyError(Exception):
    """The base of everything that netverify raises on purpose, whatever it was given."""


class Severity(IntEnum):
    """How grave a diagnostic is; an ``ERROR`` means that an input is not accounted for."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in an input.

    ``path`` is as the user gave it (``-`` for standard input), ``document`` counts from 0 within the file,
    ``line`` and ``column`` count from 1; 0 means "the whole file".
    """

    path: str
    document: int = 0
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


NOWHERE = Origin("")
"""What stands for the place of something that no input holds."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Lines of one file, from ``first`` up to and without ``last`` (from 0), give way to ``text``: whole lines."""

    first: int
    last: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """What could be done to ``path`` about a finding; ``patch`` is that as a unified diff.

    ``safe``: it changes no verdict, proved about the policies of ``namespace`` as they are; otherwise it is a
    suggestion, and changes those.
    """

    path: str
    edits: tuple[Edit, ...]
    patch: str
    safe: bool
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one input.

    ``code`` is stable (``NV`` and three digits) and has a page in ``docs/diagnostics``. ``secondary`` are further
    places with a short text each (``first defined here``). ``help`` says what to do, and ``fix`` does it.
    ``subject`` is the object that it is about, where somebody who reads the finding has to know.
    """

    code: str
    severity: Severity
    message: str
    origin: Origin
    help: str = ""
    secondary: tuple[tuple[Origin, str], ...] = field(default=())
    fix: Fix | None = None
    subject: str = ""

    def sort_key(self) -> tuple[Origin, str, str]:
        """Diagnostics are reported in the order of their places, then codes, then messages."""
        return (self.origin, self.code, self.message)


@dataclass(eq=False)
class DiagnosedError(NetverifyError):
    """Something that cannot be used: ``diagnostics`` say why, in the order of places; there is at least one."""

    diagnostics: tuple[Diagnostic, ...]

    def __str__(self) -> str:
        first = self.diagnostics[0]
        return f"{first.origin}: {first.message}"
