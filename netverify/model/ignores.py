"""Annotations by which an object asks that assertions leave aside what it is about."""

from __future__ import annotations

from netverify.diagnostics import Origin
from netverify.records import dataclass

IGNORE_PREFIX = "ignore.netverify.dev/"
"""An annotation with this prefix is for the assertion whose id follows; its value is the reason, and until when."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One such annotation, as it is written."""

    assertion: str
    text: str
    origin: Origin
