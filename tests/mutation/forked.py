"""A process of its own for each mutant: forked from one that has imported everything, it runs the chosen tests."""

import contextlib
import importlib
import os
import resource
import select
import signal
import time
from dataclasses import dataclass

from mutants.bodies import new_bodies
from mutation.rooms import path_of
from mutation.seeded import parsed

MOST_BYTES = 4 << 30
GREEN = b"green"


@dataclass(frozen=True)
class Ending:
    """How the tests ended: ``killed`` by ``test``, by time (`timeout`) or by a crash; else ``survived``."""

    status: str
    test: str = ""
    seconds: float = 0.0


class Failures:
    """Tells the first test that fails, and ends the process with it."""

    def __init__(self, into):
        self.into = into

    def pytest_runtest_logreport(self, report):
        if report.failed:
            os.write(self.into, report.nodeid.encode())
            os._exit(0)


def bodies_of(mutant):
    """By function the body with the slip; None where it cannot be put in place."""
    module = importlib.import_module(f"netverify.{mutant.module}")
    return new_bodies(module, parsed(mutant.module), mutant.tree(), str(path_of(mutant.module)))


def run_forked(session, items, bodies, seconds):
    """How ``items`` end with ``bodies`` in place, in a process of its own that has ``seconds`` of the processor."""
    reading, writing = os.pipe()
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _run(session, items, bodies, writing, seconds)
    os.close(writing)
    is_ready, _, _ = select.select([reading], [], [], seconds * 8)
    said = os.read(reading, 4096) if is_ready else b""
    os.close(reading)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    taken = round(time.monotonic() - started, 1)
    if said == GREEN:
        return Ending("survived", seconds=taken)
    if said:
        return Ending("killed", said.decode(), taken)
    is_late = not is_ready or (os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL))
    return Ending("timeout" if is_late else "crash", seconds=taken)


def _run(session, items, bodies, into, seconds):
    try:
        os.setpgid(0, 0)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        for function, body in bodies.items():
            function.__code__ = body
        plugins = session.config.pluginmanager
        plugins.unregister(plugins.get_plugin("terminalreporter"))
        plugins.register(Failures(into))
        for item, following in zip(items, [*items[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        os.write(into, GREEN)
    finally:
        os._exit(0)
