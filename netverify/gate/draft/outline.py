"""A draft of an intent file: assertions that hold today, and those that somebody has to work for first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field
from datetime import date
from itertools import count

from netverify.diagnostics import NOWHERE
from netverify.gate.intent.spec import RESERVED, Assertion, SourceText, Spec, Written, ZoneText
from netverify.patterns import pattern
from netverify.records import dataclass

_ZONE_NAME = pattern(r"[A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Entry:
    """An assertion with what is to be said about it; ``holds`` unless it is for later, as a comment."""

    assertion: Assertion
    remarks: tuple[str, ...] = ()
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """An intent file to begin with, as of ``day``.

    ``alternatives`` are sources that were found and left out; ``remarks`` are about the file as a whole, and
    ``heading`` says what it is, where it is not what the manifests allow. ``zone_remarks`` are above the zones.
    """

    day: date
    sources: tuple[SourceText, ...]
    alternatives: tuple[SourceText, ...] = ()
    namespace: str | None = None
    cni: str | None = None
    assumptions: tuple[str, ...] = ()
    zones: tuple[ZoneText, ...] = ()
    entries: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    heading: tuple[str, ...] = ()
    zone_remarks: tuple[str, ...] = ()


def written(*texts: str) -> tuple[Written, ...]:
    """``texts`` as ends or ports that no file holds yet."""
    return tuple(Written(text, NOWHERE) for text in texts)


def zones_of(namespaces: Iterable[str]) -> dict[str, ZoneText]:
    """A zone for each of ``namespaces``: called like it, unless a zone cannot be called so."""
    found: dict[str, ZoneText] = {}
    taken: set[str] = set()
    for namespace in namespaces:
        name = _zone_name(namespace, taken)
        taken.add(name)
        found[namespace] = ZoneText(name, NOWHERE, ends=written(f"namespace {_quoted(namespace)}"))
    return found


def _zone_name(namespace: str, taken: Collection[str]) -> str:
    if namespace not in (*RESERVED, "true", "false") and _ZONE_NAME.fullmatch(namespace) and namespace not in taken:
        return namespace
    names = (f"ns{number or ''}-{namespace}"[:63].rstrip("-") for number in count())
    return next(name for name in names if name not in taken)


def spec_of(assertions: Iterable[Assertion], zones: Iterable[ZoneText]) -> Spec:
    """An intent that says no more than ``assertions``."""
    return Spec((), zones=tuple(zones), assertions=tuple(assertions))


def _quoted(name: str) -> str:
    return f'"{name}"' if name == "reach" else name
