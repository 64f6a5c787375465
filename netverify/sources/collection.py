"""All sources of one run: each known from before, read here, or read by a worker; the result is the same."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from netverify.late import late
from netverify.records import dataclass
from netverify.sources.gathered import Digest, Gathered, merged
from netverify.sources.gathering import Content, Terms, contents, gather
from netverify.sources.shared import Shared
from netverify.sources.sources import Source

if TYPE_CHECKING:
    from netverify.sources import workers
    from netverify.sources.cache import forms, packing, readings, store
    from netverify.sources.cache.readings import Readings
    from netverify.sources.workers import Workers
else:
    forms, packing, readings, store = late("netverify.sources.cache", "forms", "packing", "readings", "store")
    (workers,) = late("netverify.sources", "workers")

_LOADED: Final = time.time()
"""When the modules that read sources were loaded: if their text changes later, it is not what reads here."""
SMALLEST_KEPT: Final = 16 * 1024
"""Sources of fewer bytes are not kept in the cache: reading them takes hardly longer than looking them up."""


@dataclass(frozen=True, slots=True)
class Means:
    """How sources are read, which changes no result: with the cache in a folder, and by up to ``jobs`` processes.

    Workers are started once ``alone_bytes`` had to be read here and ``ahead_bytes`` may be left: they take time to
    start, and what the cache knows needs none. ``shared`` is what other readings of the same run gave.
    """

    cache: Path | None = None
    jobs: int = 1
    alone_bytes: int = 1024 * 1024
    ahead_bytes: int = 32 * 1024 * 1024
    shared: Shared | None = None


ALONE: Final = Means()
"""In this process, and without a cache."""


def processors() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def collect(sources: Iterable[Source], terms: Terms, means: Means = ALONE) -> Gathered:
    """What ``sources`` give together, in their order.

    Raises :class:`~netverify.sources.workers.WorkerDiedError` if a worker ends before its time.
    """
    with ExitStack() as stack:
        return _Collection(terms, means, stack).all_of(tuple(sources))


class _Collection:
    """What the sources looked at so far gave, by their numbers; what workers are still reading is not there yet."""

    def __init__(self, terms: Terms, means: Means, stack: ExitStack) -> None:
        self._terms = terms
        self._means = means
        self._stack = stack
        self._found: dict[int, Gathered] = {}
        self._sent: dict[int, str] = {}
        self._keys: dict[int, str] = {}
        self._cache = means.cache
        self._readings: Readings | None = None
        self._workers: Workers | None = None
        self._alone = 0

    def all_of(self, sources: tuple[Source, ...]) -> Gathered:
        """Everything, merged."""
        ahead = sum(source.size() for source in sources)
        digests: list[Digest] = []
        for number, content in enumerate(contents(sources, self._terms.limits)):
            if isinstance(content, Gathered):
                self._found[number] = content
                continue
            digest = sha256(content.data).hexdigest()
            digests.append(Digest(content.path, digest))
            if not self._is_shared(number, content, digest) and not self._is_known(number, content):
                self._read(number, content, ahead)
            if self._means.shared is not None and number in self._found:
                self._means.shared.keep(content, digest, self._terms, self._found[number])
            ahead -= len(content.data)
        if self._workers is not None:
            self._take_answers(self._workers)
        whole = merged(self._found[number] for number in sorted(self._found))
        return replace(whole, digests=tuple(digests))

    def _is_shared(self, number: int, content: Content, digest: str) -> bool:
        """Whether another reading of this run tells what ``content`` gives."""
        shared = self._means.shared
        gathered = shared.find(content, digest, self._terms) if shared is not None else None
        if gathered is None:
            return False
        self._found[number] = gathered
        return True

    def _is_known(self, number: int, content: Content) -> bool:
        """Whether the cache knows what ``content`` gives."""
        if self._cache is None or len(content.data) < SMALLEST_KEPT:
            return False
        if self._readings is None:
            self._readings = self._open_readings(self._cache)
        if self._readings is None:
            return False
        key = self._keys[number] = self._readings.key_of(content)
        gathered = self._readings.find(key, content.path)
        if gathered is None:
            return False
        self._found[number] = gathered
        return True

    def _open_readings(self, folder: Path) -> Readings | None:
        """The cache in ``folder``; None, and no further attempt, where this program cannot be told from others."""
        try:
            found = readings.Readings(store.Store(folder), self._terms, _LOADED)
        except OSError:
            self._cache = None
            return None
        self._stack.callback(found.close)
        return found

    def _read(self, number: int, content: Content, ahead: int) -> None:
        """Read ``content`` here, or have a worker do it."""
        if self._workers is None and self._is_worth_workers(ahead):
            self._workers = self._open_workers()
        if self._workers is not None:
            self._sent[number] = content.path
            self._workers.submit(number, content)
            return
        self._alone += len(content.data)
        gathered = self._found[number] = gather(content, self._terms)
        if number in self._keys:
            self._keep(number, gathered, content.path)

    def _open_workers(self) -> Workers | None:
        """As many as there may be; None, and no further attempt, where the system gives no process."""
        try:
            return self._stack.enter_context(workers.Workers(self._means.jobs, self._terms))
        except OSError:
            self._means = replace(self._means, jobs=1)
            return None

    def _is_worth_workers(self, ahead: int) -> bool:
        means = self._means
        return (
            means.jobs > 1 and bool(sys.executable) and self._alone >= means.alone_bytes and ahead >= means.ahead_bytes
        )

    def _keep(self, number: int, gathered: Gathered, path: str) -> None:
        assert self._readings is not None
        with suppress(forms.NotPackableError):
            self._readings.keep(self._keys[number], packing.pack(gathered, path))

    def _take_answers(self, asked: Workers) -> None:
        """What the workers read."""
        for number, packed in asked.answers().items():
            self._found[number] = packing.unpack(packed, self._sent[number])
            if self._readings is not None and number in self._keys:
                self._readings.keep(self._keys[number], packed)
