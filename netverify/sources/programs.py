"""The programs that render: where they are, how they are run, and which version they are."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from typing import Final

from netverify.documents.confidential import mentions_secrets
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.sources.processes import UnfinishedError, finished
from netverify.sources.scratch import Scratch
from netverify.visible import visible

_PATTERNS: Final[Mapping[re.Pattern[str], str]] = {
    # klog, as kubectl prints it: `W1201 03:16:29.123456   12345 loader.go:12] …`
    pattern(r"\b([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (?=\S+:\d+\])"): r"\1 ",
    pattern(
        r"\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|\s?[+-]\d\d:?\d\d)?(?: UTC)?(?: m=[+-]\d+\.\d+)?"
    ): "<time>",
    pattern(r"(?<![\w:.])\d\d:\d\d:\d\d(?:[.,]\d+)?(?![\w:])"): "<time>",
    pattern(r"\b(git|helm|kubectl|kustomize|netverify)\[\d+\]"): r"\1[<pid>]",
    pattern(r"\b(pid|process|goroutine)([ =:]+)\d+\b"): r"\1\2<number>",
    pattern(r"\b0x[0-9a-f]{6,}\b"): "<address>",
    pattern(r"\b(helm|kustomize|kubectl)-\d{4,}\b"): r"\1-<number>",
}


def steady(text: str, folder: str) -> str:
    """``text``, which a program printed that ran in the temporary ``folder``, the same in every run."""
    text = text.replace(folder, "<temporary folder>")
    for form, instead in _PATTERNS.items():
        text = form.sub(instead, text)
    return text


_LINES_SHOWN: Final = 8
_NO_NETWORK: Final = "http://127.0.0.1:9"
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
_FOR_NETWORK: Final = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
_VERSION_TIMEOUT_S: Final = 20.0
_VERSION_BYTES: Final = 64 * 1024
_MARK: Final = pattern(rb"\s*(?:---\s*)?(?:#.*)?")
_NAMES_ERROR: Final = pattern(r"\s*(?:error|fatal|panic)\b", re.IGNORECASE)
_VERSION: Final = pattern(rb"v\d+\.\d+[-+.\w]{0,60}")
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

    That is whole as far as its end tells, and no more than is read of one source. Paths in ``arguments`` must be
    absolute. Raises :class:`ProgramFailedError`.
    """
    command = [program.path, program.command, *arguments]
    try:
        with Scratch() as folder:
            place = str(folder.path)
            done = finished(command, environment(place, network=network), timeout_s, folder=folder.path)
    except UnfinishedError as error:
        raise ProgramFailedError(f"`{program.words}` {error}", "try it by hand") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "unknown reason").lower()
        raise ProgramFailedError(f"`{program.words}` cannot be started: {reason}", "try it by hand") from None
    if done.status:
        raise ProgramFailedError(f"`{program.words}` {done.ending}", _quoted(done.said, place))
    if not is_blank(done.output) and not done.output.endswith(b"\n"):
        message = f"`{program.words}` stopped in the middle of a line, although it says that it succeeded"
        raise ProgramFailedError(message, "try it by hand")
    return done.output


def is_blank(output: bytes) -> bool:
    """Whether there is no manifest in ``output``: nothing but blank lines, comments and marks between documents."""
    return all(_MARK.fullmatch(line) for line in output.splitlines())


def printed_nothing(program: Program) -> str:
    """Why a blank that ``program`` rendered is a gap: it may be meant so, or it may have failed in silence."""
    return f"`{program.words}` printed no manifest"


def version_of(program: Program) -> str:
    """The version that ``program`` says it is, as ``v5.5.0``; empty where it does not tell.

    Of kubectl it is that of the kustomize inside.
    """
    command = [program.path, *_ASKING.get(program.words, ("version",))]
    try:
        with Scratch() as folder:
            place = str(folder.path)
            said = finished(
                command, environment(place), _VERSION_TIMEOUT_S, folder=folder.path, most_bytes=_VERSION_BYTES
            ).output
    except (UnfinishedError, OSError):
        return ""
    if program.command == "kustomize":
        said = said.partition(b"Kustomize Version:")[2]
    found = _VERSION.search(said)
    return found.group().decode("ascii") if found else ""


def _quoted(output: bytes, folder: str) -> str:
    """What a program complained of in ``folder``, the same in every run, made harmless for a terminal.

    It begins with the line that names the error, since advice on flags and usage may come after it; where no line does
    it is the last lines.
    """
    text = steady(output.decode("utf-8", "replace"), folder)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return "it said nothing"
    if mentions_secrets(text):
        return "what it said is not shown, as it speaks of secrets: try it by hand"
    named = next((number for number, line in enumerate(lines) if _NAMES_ERROR.match(line)), None)
    told = lines[-_LINES_SHOWN:] if named is None else lines[named : named + _LINES_SHOWN]
    return "it said: " + " / ".join(visible(line.strip()) for line in told)
