"""The peer: ``network-config-analyzer`` of the registry, in an environment of its own below ``build/``."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from open_ports import ALL_PORTS, EVERY_PORT, PROTOCOLS, Opened, Ports, all_but, normal
from processes import BUILD, FailedError, Process, run_process

REQUIREMENT = "network-config-analyzer==2.1.0"
HOME = BUILD / "peer"
PROGRAM = HOME / "bin" / "nca"

ASSUMED = {
    "endport-supported": True,
    "host-network-policed": True,
    "init-container-ports-named": False,
    "ipblock-matches-nodes": False,
    "ipblock-matches-pods": False,
    "named-ports-supported": True,
    "node-to-local-pod-allowed": False,
    "pod-to-local-node-allowed": False,
    "sctp-supported": True,
}
"""What the peer takes as given, in the words of ``--assume``.

An ipBlock gives it addresses outside, never pods; it reads no ``hostNetwork`` and no init containers. A direction that
``policyTypes`` omits may have no rules there, so that ``unlisted-rules-enforced`` never matters.
"""

_CUBE = re.compile(r"\{(?:protocols:(?P<protocols>[^{}:]*?))?,?(?:dst_ports:(?P<ports>[0-9,-]+))?\}")


def install() -> None:
    """Have the peer installed. Raises :class:`FailedError` with the reason where pip cannot."""
    if not PROGRAM.exists():
        install_into(HOME, REQUIREMENT)


def install_into(home: Path, requirement: str) -> None:
    """Have ``requirement`` in an environment of its own. Raises as :func:`install`."""
    venv.create(home, with_pip=True, clear=True)
    command = [
        str(home / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        requirement,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(home)
        raise FailedError(f"pip cannot install {requirement}: {(done.stderr.strip().splitlines() or [''])[-1]}")


def run_default(folder: Path, seconds: float) -> Process:
    """Its map of ``folder`` as it gives it unless told otherwise: as rules, pod by pod."""
    return run_process(str(PROGRAM), "--connectivity", "-r", str(folder), seconds=seconds)


def run_by_workload(folder: Path, seconds: float) -> tuple[Process, Opened]:
    """Its map of ``folder`` pair by pair of workloads, which takes it less time, and what that says."""
    out = HOME / f"{folder.name}.txt"
    out.unlink(missing_ok=True)  # it would append
    took = run_process(
        *(str(PROGRAM), "--connectivity", "-r", str(folder), "-f", str(out)),
        *("-o", "txt_no_fw_rules", "--output_endpoints", "deployments", "--print_ipv6"),
        seconds=seconds,
    )
    return took, read(out.read_text())


def read(text: str) -> Opened:
    """What the lines ``SOURCE => DESTINATION : PORTS`` say. Raises ``ValueError`` on any other line."""
    opened = Opened()
    for line in filter(None, map(str.strip, text.splitlines())):
        ends, found, ports = line.partition(" : ")
        source, arrow, destination = ends.partition(" => ")
        if not (found and arrow):
            raise ValueError(f"not a connection of the peer: {line}")
        opened.add(source, destination, ports_of(ports))
    return opened


def ports_of(text: str) -> Ports:
    """The ports that the peer means by ``All connections``, ``{protocols:TCP,dst_ports:80}`` or ``All but …``."""
    if text == "All connections":
        return ALL_PORTS
    if text.startswith("All but "):
        return all_but(ports_of(text.removeprefix("All but ")))
    found = list(_CUBE.finditer(text))
    if not found or _CUBE.sub("", text).strip(" ,"):
        raise ValueError(f"not ports of the peer: {text}")
    return normal(
        (protocol, *bounds)
        for cube in found
        for protocol in protocols_of(cube["protocols"])
        for bounds in ranges_of(cube["ports"])
    )


def protocols_of(text: str | None) -> list[str]:
    """``TCP, UDP``, or ``all but TCP``; other protocols than ours are passed over."""
    if not text:
        return list(PROTOCOLS)
    names = {name.strip() for name in text.removeprefix("all but ").split(",")}
    return [name for name in PROTOCOLS if (name in names) != text.startswith("all but ")]


def ranges_of(text: str | None) -> list[tuple[int, int]]:
    """``80,8080-8089``; without any, every port."""
    if not text:
        return [EVERY_PORT]
    bounds = [part.partition("-") for part in text.split(",")]
    return [(int(first), int(last or first)) for first, _, last in bounds]


if __name__ == "__main__":
    install()
    print(run_by_workload(Path(sys.argv[1]), 600)[0])
