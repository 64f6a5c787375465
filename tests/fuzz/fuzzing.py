"""Fuzzes one target for some seconds: ``python -m fuzz.fuzzing TARGET SECONDS FOLDER``, run by ``scripts/fuzz``.

Guided by coverage where atheris is installed, by chance alone where not. Each input has 2 seconds of processor time,
the process 512 MB. What breaks that, or raises, is kept in FOLDER, one input for each place, and the end is 1.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECONDS_EACH = 2.0
MEGABYTES = 512
_INSTRUMENTED = ["netverify.sources", "netverify.gate.intent", "netverify.query", "netverify.gate", "netverify.model"]
_MOST_BYTES = 16 * 1024


@dataclass
class Findings:
    """What went wrong so far, one for each place, and how many inputs there were."""

    folder: Path
    tried: int = 0
    slowest_s: float = 0.0
    seen: set[str] = field(default_factory=set)

    @contextlib.contextmanager
    def watching(self, data: bytes) -> Iterator[None]:
        """Keep ``data`` if what is done with it raises, or takes too long."""
        self.tried += 1
        start = time.process_time()
        try:
            yield
        except Exception as error:  # noqa: BLE001 whatever it is, it is a finding
            frame = traceback.extract_tb(error.__traceback__)[-1]
            self.keep(f"{type(error).__name__}-{Path(frame.filename).stem}-{frame.lineno}", data)
            return
        seconds = time.process_time() - start
        self.slowest_s = max(self.slowest_s, seconds)
        if seconds > SECONDS_EACH:
            self.keep("slow", data)

    def keep(self, name: str, data: bytes) -> None:
        """Keep the first input of its kind, and say so."""
        if name not in self.seen:
            self.seen.add(name)
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(data)
            print(f"found: {self.folder / name}", flush=True)  # noqa: T201 a program


def fuzz(name: str, seconds: float, folder: Path) -> int:
    """Fuzz the target called ``name``; 1 iff something was found."""
    try:
        import atheris  # noqa: PLC0415 it need not be installed
    except ImportError:
        atheris = None
    guide = atheris.instrument_imports(include=_INSTRUMENTED) if atheris else contextlib.nullcontext()
    with guide:
        from fuzz.fuzz_targets import targets  # noqa: PLC0415 what is instrumented is imported here
        from fuzz.mutation import mutated  # noqa: PLC0415 as above
    target, findings = targets()[name], Findings(folder / name)
    if target.absent:
        print(f"{name}: left out, as {target.absent} here")  # noqa: T201 a program
        return 0
    until = time.monotonic() + seconds

    def once(data: bytes) -> None:
        with findings.watching(data):
            target.run(data)
        if time.monotonic() > until:
            os._exit(_told(name, findings, guided=atheris is not None))

    for seed in target.seeds:
        once(seed)
    if atheris is None:
        dice = random.Random(time.time_ns())
        while True:
            once(mutated(dice.choice(target.seeds), dice, target.seeds, target.words))

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if dice.random() < 0.3:
            return atheris.Mutate(data, len(data) + 16)[:max_size]
        return mutated(data, dice, target.seeds, target.words)[:max_size]

    corpus = folder / f"{name}-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    flags = [
        f"-max_len={_MOST_BYTES}",
        f"-rss_limit_mb={MEGABYTES}",
        "-timeout=60",
        f"-artifact_prefix={folder}/{name}-",
    ]
    atheris.Setup(["fuzz", *flags, "-verbosity=0", str(corpus)], once, custom_mutator=mutate)
    atheris.Fuzz()
    return 1


def _told(name: str, findings: Findings, *, guided: bool) -> int:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if megabytes > MEGABYTES:
        findings.seen.add("memory")
    how = "guided by coverage" if guided else "by chance"
    print(  # noqa: T201 a program
        f"{name}: {findings.tried} inputs {how}, slowest {findings.slowest_s:.2f} s, {megabytes:.0f} MB, "
        f"{len(findings.seen)} findings",
        flush=True,
    )
    return 1 if findings.seen else 0


if __name__ == "__main__":
    sys.exit(fuzz(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])))
