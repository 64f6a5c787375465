"""The programs that render: where they are, how they are run, and which version they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netverify.manifests.confidential import mentions_secrets
from netverify.manifests.refusal import escaped

_LINES_SHOWN: Final = 8
_NO_NETWORK: Final = "http://127.0.0.1:9"
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
_FOR_NETWORK: Final = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
_VERSION_TIMEOUT_S: Final = 20.0
_VERSION: Final = re.compile(rb"v\d+\.\d+[-+.\w]{0,60}")
_ASKING: Final[Mapping[str, tuple[str, ...]]] = {
    "helm template": ("version", "--short"),
    "kubectl kustomize": ("version", "--client"),
    "kustomize build": ("version",),
}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that was found, with the command of it that renders: ``kubectl kustomize``."""

    path: str
    command: str

    @property
    def name(self) -> str:
        """How to call it: ``kubectl kustomize``, ``helm``."""
        return self.path.rsplit("/", 1)[-1] + (" " + self.command if self.command == "kustomize" else "")

    @property
    def words(self) -> str:
        """What was run: ``helm template``."""
        return f"{self.path.rsplit('/', 1)[-1]} {self.command}"


class ProgramFailedError(Exception):
    """A program could not render; ``message`` says what happened, ``said`` what it printed, harmless for a terminal."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.message = message
        self.said = said


def kustomizer() -> Program | None:
    """The program that builds overlays: ``kustomize``, else ``kubectl``; None where neither is installed."""
    if path := _found("kustomize"):
        return Program(path, "build")
    path = _found("kubectl")
    return Program(path, "kustomize") if path else None


def _found(name: str) -> str | None:
    path = shutil.which(name)
    return os.path.abspath(path) if path is not None else None  # noqa: PTH100 - links are kept


def helm() -> Program | None:
    """The program that renders charts; None where it is not installed."""
    path = _found("helm")
    return Program(path, "template") if path else None


def environment(home: str, *, network: bool = False) -> dict[str, str]:
    """The environment of a program that renders: no credentials, plugins or settings of the user, ``home`` its own.

    Not ``network``: what might be fetched all the same finds no way. Proxies alone are no lock, so that remote
    references are refused before.
    """
    kept = (*_KEPT, *(_FOR_NETWORK if network else ()))
    homes = dict.fromkeys(
        (
            "HOME",
            "TMPDIR",
            "HELM_CACHE_HOME",
            "HELM_CONFIG_HOME",
            "HELM_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
        ),
        home,
    )
    nowhere = dict.fromkeys(("HELM_PLUGINS", "KUSTOMIZE_PLUGIN_HOME", "KUBECONFIG", "GIT_CONFIG_GLOBAL"), os.devnull)
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "false", "SSH_ASKPASS": "false"}
    found = {**{name: os.environ[name] for name in kept if name in os.environ}, **homes, **nowhere, **git}
    if network:
        return found
    closed = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), _NO_NETWORK)
    return {**found, **closed, "NO_PROXY": "", "no_proxy": "", "GIT_ALLOW_PROTOCOL": "none"}


def run(program: Program, arguments: list[str], timeout_s: float, *, network: bool = False) -> bytes:
    """What ``program`` prints, without a shell and without input, in a folder of its own that is gone afterwards.

    Paths in ``arguments`` must be absolute. Raises :class:`ProgramFailedError`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="netverify-") as folder:
            done = subprocess.run(  # noqa: S603 - no shell; the program is the user's own
                [program.path, program.command, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_s,
                check=False,
                cwd=folder,
                env=environment(folder, network=network),
            )
    except subprocess.TimeoutExpired:
        raise ProgramFailedError(
            f"`{program.words}` took longer than {timeout_s:g} seconds", "try it by hand"
        ) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "unknown reason").lower()
        raise ProgramFailedError(f"`{program.words}` cannot be started: {reason}", "try it by hand") from None
    if done.returncode:
        message = f"`{program.words}` failed with exit status {done.returncode}"
        raise ProgramFailedError(message, _quoted(done.stderr))
    return done.stdout


def version_of(program: Program) -> str:
    """The version that ``program`` says it is, as ``v5.5.0``; empty where it does not tell.

    Of kubectl it is that of the kustomize inside.
    """
    arguments = _ASKING.get(program.words, ("version",))
    try:
        with tempfile.TemporaryDirectory(prefix="netverify-") as folder:
            done = subprocess.run(  # noqa: S603 - as above
                [program.path, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_VERSION_TIMEOUT_S,
                check=False,
                cwd=folder,
                env=environment(folder),
            )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    said = done.stdout
    if program.command == "kustomize":
        said = said.partition(b"Kustomize Version:")[2]
    found = _VERSION.search(said)
    return found.group().decode("ascii") if found else ""


def _quoted(output: bytes) -> str:
    """The last lines that a program printed, made harmless for a terminal."""
    text = output.decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return "it said nothing"
    if mentions_secrets(text):
        return "what it said is not shown, as it speaks of secrets: try it by hand"
    return "it said: " + " / ".join(escaped(line.strip()) for line in lines[-_LINES_SHOWN:])
