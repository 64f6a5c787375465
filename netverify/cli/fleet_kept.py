"""What a cluster came to, kept from one run to the next, by all that it depends on; and how it is sent.

An entry is found again only for the same bytes of the same sources, judged by the same assertions on the same terms by
the same program. Whatever is odd about it makes it no entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from netverify.budget import limits_met
from netverify.cli.reading import cache_folder
from netverify.cli.request import CheckRequest
from netverify.cli.version import version_of
from netverify.gate.baseline import Baseline
from netverify.gate.intent.spec import ComparedTo, Spec
from netverify.gate.outcome import ExceptionState, GateReport
from netverify.records import dataclass
from netverify.report.fleet_outcome import Shard
from netverify.sources.cache.readings import WHOLE, fingerprint
from netverify.sources.cache.store import Store
from netverify.sources.coverage import Inventory
from netverify.sources.gathered import Digest
from netverify.sources.inputs import Inputs

T = TypeVar("T")

_LOADED: Final = time.time()
"""When the program was loaded: if its text changes later, it is not what judges here."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The entries about one cluster. ``key`` stands for all that they depend on besides their assertions.

    ``digests`` are those of the sources when ``key`` was made, ``ids`` those of all assertions of ``spec``.
    """

    store: Store
    key: str
    spec: Spec
    ids: tuple[str, ...]
    digests: tuple[Digest, ...]
    today: date

    def find(self, judged: tuple[str, ...]) -> Shard | None:
        """What the assertions ``judged`` came to, if that is known and would come out again today."""
        data = self.store.get(self._key_of(judged))
        if data is None:
            return None
        try:
            entry = unpacked(_Entry, data)
            is_valid = date.fromisoformat(entry.since) <= self.today
            is_valid &= not entry.until or self.today <= date.fromisoformat(entry.until)
        except ValueError:
            return None
        is_whole = tuple(cell.id for cell in entry.shard.cells) == judged
        return entry.shard if is_valid and is_whole and entry.ids in ((), self.ids) else None

    def keep(self, judged: tuple[str, ...], shard: Shard, report: GateReport, inventory: Inventory) -> None:
        """Remember ``shard``, which was made of ``report``, unless another run might come to something else."""
        if not self._would_come_out_again(judged, shard, inventory):
            return
        open_ends = [use.exception.expires for use in report.exceptions if use.state is not ExceptionState.EXPIRED]
        until = min(open_ends, default=None)
        # What is annotated in manifests names assertions, too; whether there is one of that name is a part of it.
        written = {one.id for one in self.spec.exceptions}
        names_others = any(use.exception.id not in written for use in report.exceptions) or _is_annotated(inventory)
        entry = _Entry(
            self.today.isoformat(), until.isoformat() if until else "", self.ids if names_others else (), shard
        )
        self.store.put(self._key_of(judged), packed(entry))

    def _would_come_out_again(self, judged: tuple[str, ...], shard: Shard, inventory: Inventory) -> bool:
        """Whether nothing else decided than what the key stands for: no clock, no other revision, no missing file."""
        if inventory.coverage.digests != tuple(sorted(self.digests)) or shard.lacks_input or shard.is_cut_short:
            return False
        if limits_met(reason for cell in shard.cells for reason in cell.doubts):
            return False
        return not any(isinstance(one.statement, ComparedTo) for one in self.spec.assertions if one.id in judged)

    def _key_of(self, judged: tuple[str, ...]) -> str:
        assertions = tuple(one for one in self.spec.assertions if one.id in judged)
        named = [written.text in self.ids for one in self.spec.exceptions for written in one.assertions]
        told = (self.key, replace(self.spec, assertions=assertions), named)
        return hashlib.blake2b(repr(told).encode(), digest_size=32).hexdigest()


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an entry holds: a shard, and the days from and to which it holds; no end where that is empty.

    ``ids`` are all assertions that there were, where it depends on that.
    """

    since: str
    until: str
    ids: tuple[str, ...]
    shard: Shard


def kept_for(request: CheckRequest, spec: Spec, inputs: Inputs, known: Baseline | None, today: date) -> Kept | None:
    """The entries about what ``inputs`` hold; None where nothing is to be kept, or what decides is not known.

    ``request`` is complete: with all that ``spec`` takes as given.
    """
    folder = cache_folder(os.environ) if request.sources.cached else None
    found = inputs.digests() if folder is not None else None
    if folder is None or found is None:
        return None
    try:
        program = _program()
    except OSError:
        return None
    of_inputs, digests = found
    sources = replace(request.sources, jobs=None, cached=True)
    budget = request.budget
    terms = (sources, request.assumed, request.routing, request.with_exceptions, known)
    limits = (budget.rlimit, budget.timeout_s, budget.seed)
    told = (program, of_inputs, terms, limits, str(Path.cwd()))
    key = hashlib.blake2b(repr(told).encode(), digest_size=32).hexdigest()
    return Kept(_store(folder), key, spec, tuple(one.id for one in spec.assertions), digests, today)


def prune_kept() -> None:
    """Make room where entries take more than they may."""
    folder = cache_folder(os.environ)
    if folder is not None:
        _store(folder).prune()


def _store(folder: Path) -> Store:
    return Store(folder / "fleet")


@cache
def _program() -> bytes:
    versions = tuple(map(version_of, ("netverify", "z3-solver", "pydantic")))
    return repr((fingerprint(_LOADED, WHOLE), versions)).encode()


def _is_annotated(inventory: Inventory) -> bool:
    cluster = inventory.cluster
    return (
        any(one.ignores for one in cluster.network_policies)
        or any(one.ignores for one in cluster.cluster_policies)
        or any(one.ignores for one in cluster.namespaces.values())
    )


def packed(value: Any) -> bytes:
    """A record of texts, numbers, members of enumerations, and tuples and records of such, as JSON."""
    return json.dumps(_plain(value), separators=(",", ":")).encode("ascii")


def unpacked(kind: type[T], data: bytes) -> T:
    """What :func:`packed` was given, a record of ``kind``. Raises ``ValueError`` for what it did not make."""
    try:
        value = _made(kind, json.loads(data))
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ValueError("not packed by netverify") from error
    assert isinstance(value, kind)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(map(_plain, value))
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    return value


@cache
def _types_of(kind: Any) -> tuple[Any, ...]:
    hints = get_type_hints(kind)
    return tuple(hints[field.name] for field in fields(kind))


def _made(kind: Any, value: Any) -> Any:
    """The value of type ``kind`` that ``value`` stands for, each part of the type that it must have."""
    if kind in (str, int, bool):
        return _checked(kind, value)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (some,) = (one for one in arguments if one is not NoneType)
        return None if value is None else _made(some, value)
    if origin is tuple:
        items = _checked(list, value)
        kinds = [arguments[0]] * len(items) if arguments[1:] == (...,) else arguments
        return tuple([_made(one, item) for one, item in zip(kinds, items, strict=True)])
    if issubclass(kind, Enum):
        return kind(value)
    parts = zip(_types_of(kind), _checked(list, value), strict=True)
    return kind(*[_made(one, item) for one, item in parts])


def _checked(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise ValueError(f"no {kind.__name__}")
    return value
