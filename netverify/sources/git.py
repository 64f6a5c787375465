"""The one way of asking git: it reads objects and refs of a repository, and runs nothing that the repository names.

``.git/config`` may name programs for almost everything: monitors of the file system, filters, hooks, pagers, helpers
for credentials and for transports. Each is turned off here, for every command that netverify gives. The
repository is named to git instead of being looked for, so that it does not matter who owns the files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from netverify.diagnostics import NetverifyError
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.sources.processes import UnfinishedError, finished
from netverify.visible import visible

TIMEOUT_S: Final = 120.0
MOST_BYTES: Final = DEFAULT_LIMITS.total_bytes
"""How much git may print: a tree of a million files is listed in half of it."""
_LINES_SHOWN: Final = 3
_PLAIN: Final = pattern(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
"""A revision that a shell takes as it is written."""
_COMMIT: Final = pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OFF: Final = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.pager": "cat",
    "core.editor": "false",
    "core.askPass": "false",
    "core.sshCommand": "false",
    "core.gitProxy": "false",
    "core.alternateRefsCommand": "false",
    "credential.helper": "",
    "diff.external": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
}
"""What keeps a configuration from having anything run: later values win over those of the repository."""
_KEPT: Final = ("PATH", "TMPDIR", "SYSTEMROOT")


class RevisionError(NetverifyError):
    """A revision cannot be had. ``message`` and ``help`` are for the user, and harmless on a terminal.

    ``misused``: the request is wrong (no such revision, no repository); otherwise git or the repository is.
    """

    def __init__(self, message: str, advice: str = "", *, misused: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.help = advice
        self.misused = misused


@dataclass(frozen=True, slots=True)
class Git:
    """The repository whose work tree has its top at ``top``, as ``program`` reads it."""

    program: str
    top: Path

    def command(self, *arguments: str) -> list[str]:
        """The command line for ``arguments``, in which git must not take what a user wrote for a flag."""
        off = [part for name, value in _OFF.items() for part in ("-c", f"{name}={value}")]
        flags = ["--no-pager", "--no-replace-objects", "--no-optional-locks", "--literal-pathspecs"]
        return [self.program, f"--git-dir={self.top / '.git'}", *flags, *off, *arguments]

    def asked(self, arguments: Sequence[str], problem: str, advice: str = "") -> str:
        """What git prints. Raises with ``problem``, and what git said about it, where it fails."""
        try:
            done = finished(self.command(*arguments), environment(), TIMEOUT_S, most_bytes=MOST_BYTES)
        except UnfinishedError as error:
            raise RevisionError(f"`git` {error}", misused=False) from None
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise RevisionError(f"`git` cannot be started: {reason}", misused=False) from None
        if done.status < 0:
            raise RevisionError(f"`git` {done.ending}", misused=False)
        if done.status:
            said = [line.strip() for line in done.said.decode("utf-8", "replace").splitlines() if line.strip()]
            git_says = f"git said: {' / '.join(visible(line) for line in said[:_LINES_SHOWN])}" if said else ""
            raise RevisionError(problem, advice or git_says)
        return os.fsdecode(done.output)

    def commit_of(self, revision: str) -> str:
        """The one commit that ``revision`` names: no range, nothing negated, nothing that git could take for a flag."""
        advice = "name a branch, a tag or a commit"
        if not revision or revision.startswith(("-", "^", ":")) or ".." in revision or not revision.isprintable():
            raise RevisionError(f"{shown(revision)} is not a revision", advice)
        problem = f"no such revision: {shown(revision)}"
        wanted = revision.removeprefix("origin/") if _PLAIN.fullmatch(revision) else "REV"
        deepen = f"a shallow clone lacks older ones: fetch it with `git fetch --depth=1 origin {wanted}`"
        asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        found = [line for line in self.asked(asked, problem, deepen).split("\n") if line]
        if found[:1] == ["--end-of-options"]:
            # Before 2.43, `rev-parse --verify` printed the flag.
            del found[0]
        if len(found) != 1 or not _COMMIT.fullmatch(found[0]):
            raise RevisionError(f"{shown(revision)} is not a revision", advice)
        return found[0]


def git_at(folder: Path, instead: str, allowed: Sequence[Path] = ()) -> Git:
    """The repository that ``folder`` lies in; ``instead`` is what to do where there is no git.

    Raises :class:`RevisionError` where git is not installed, there is no repository, or it takes objects from a folder
    that is neither in it nor below one of ``allowed``.
    """
    program = shutil.which("git")
    if program is None:
        raise RevisionError("`git` is not installed", instead, misused=False)
    top = top_of(folder)
    if top is None:
        raise RevisionError("not in the work tree of a git repository")
    for place in _foreign_objects(top):
        if not any(place.is_relative_to(one.resolve()) for one in allowed):
            message = f"the repository takes objects from {shown(str(place))}, which is outside of it"
            raise RevisionError(message, f"allow it by hand with `--allow-outside {visible(str(place))}`")
    return Git(program, top)


def top_of(folder: Path) -> Path | None:
    """The nearest of ``folder`` and those above it, links resolved, that has ``.git``; None where none has."""
    real = folder.resolve()
    return next((one for one in (real, *real.parents) if os.path.lexists(one / ".git")), None)


def environment() -> dict[str, str]:
    """The environment of git: nothing of the user's, it asks nothing, fetches nothing, and changes nothing."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "HOME": os.devnull,
        "XDG_CONFIG_HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "false",
        "SSH_ASKPASS": "false",
        "GIT_SSH_COMMAND": "false",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }


def _foreign_objects(top: Path) -> Iterator[Path]:
    """The folders elsewhere that the repository at ``top`` takes objects from."""
    objects = top / ".git" / "objects"
    try:
        lines = (objects / "info" / "alternates").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        place = (objects / line).resolve()
        if line and not line.startswith("#") and not place.is_relative_to(top):
            yield place
