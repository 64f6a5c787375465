"""Findings about inputs, as data: what is wrong, where, and what to do.

A diagnostic never prints itself; renderers live in :mod:`netverify.report`. Messages are lower case,
without a full stop, with user input in backticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType


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


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one input.

    ``code`` is stable (``NV`` and three digits) and has a page in ``docs/diagnostics``. ``secondary`` are further
    places with a short text each (``first defined here``). ``help`` says what to do.
    """

    code: str
    severity: Severity
    message: str
    origin: Origin
    help: str = ""
    secondary: tuple[tuple[Origin, str], ...] = field(default=())

    def sort_key(self) -> tuple[Origin, str, str]:
        """Diagnostics are reported in the order of their places, then codes, then messages."""
        return (self.origin, self.code, self.message)


CODES: Mapping[str, str] = MappingProxyType(
    {
        # NV1xx: sources and YAML
        # NV2xx: objects in general, namespaces, pods and workloads
        # NV3xx: NetworkPolicy
        # NV4xx: questions and flags
    },
)
"""Every code with its title. A code never changes its meaning; each has a page ``docs/diagnostics/CODE.md``."""
