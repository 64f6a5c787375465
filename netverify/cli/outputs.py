"""``--output FORMAT[=FILE]``, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from netverify.budget import OutOfBudgetError
from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal
from netverify.late import late
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass

if TYPE_CHECKING:
    from click import shell_completion

    from netverify.sources import scratch
else:
    (shell_completion,) = late("click", "shell_completion")
    (scratch,) = late("netverify.sources", "scratch")


@dataclass(frozen=True, slots=True)
class Output:
    """A report to write: ``path`` is None for standard output.

    ``is_short``: of text only what it comes to; ``is_long``: all of it, with nothing counted that can be listed.
    """

    format: str
    path: str | None = None
    is_short: bool = False
    is_long: bool = False


class OutputName(Parameter):
    """``FORMAT[=FILE]`` with one of ``formats``; ``-`` as a file is standard output."""

    name = "format[=file]"

    def __init__(self, formats: tuple[str, ...]) -> None:
        self.formats = formats

    def convert(self, value: str | Output, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """Raises :class:`Refusal` for a format that there is none of, and for an empty file name."""
        del param, ctx
        if isinstance(value, Output):
            return value
        wanted, equals, path = value.partition("=")
        if wanted not in self.formats:
            advice = did_you_mean(nearest(wanted, self.formats)) or f"the formats are {_joined(self.formats, 'and')}"
            raise Refusal("NV420", f"there is no output format `{wanted}`", advice)
        if equals and not path:
            raise Refusal("NV420", f"`--output {value}` names no file", f"write `{wanted}` or `{wanted}=FILE`")
        return Output(wanted, None if path in ("", "-") else path)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[shell_completion.CompletionItem]:
        """The formats; after ``FORMAT=`` files."""
        del ctx, param
        if "=" in incomplete:
            return [shell_completion.CompletionItem(incomplete.partition("=")[2], type="file")]
        return [shell_completion.CompletionItem(name) for name in self.formats if name.startswith(incomplete)]


def _joined(words: tuple[str, ...], conjunction: str) -> str:
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def formats_help(formats: tuple[str, ...]) -> str:
    """What the help of ``--output`` says of ``formats``."""
    return f"{_joined(formats, 'or')}, to standard output or a file; repeatable.  [default: {formats[0]}]"


def checked_outputs(outputs: Sequence[Output], *, short: bool = False, long: bool = False) -> tuple[Output, ...]:
    """``outputs``, or text on standard output when there is none; ``short`` and ``long`` say how much of text.

    Raises :class:`Refusal` when two reports would go to one place.
    """
    if short and long:
        raise Refusal("NV420", "`--summary` and `--verbose` do not go together", "remove one of them")
    places = [output.path for output in outputs]
    for place in places:
        if places.count(place) > 1:
            where = f"to `{place}`" if place else "to standard output"
            raise Refusal("NV420", f"two reports go {where}", "give one of them another file: `--output json=FILE`")
    return tuple(Output(one.format, one.path, is_short=short, is_long=long) for one in outputs or (Output("text"),))


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Writes ``pieces`` of text to ``path`` so that a reader sees the old file or the new one, never a part.

    What is no regular file (a pipe, a device) is written directly. Raises :class:`Refusal` (``NV421``).
    """
    if not _can_be_a_name(path):
        raise _unwritable(path, "the name is not valid")
    if str(path) == "-":
        raise _unwritable(path, "standard output has the report")
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            with path.open("w", encoding="utf-8") as stream:
                write_marked(stream, pieces)
            return
        target = path.resolve()
        with scratch.Replacement(target) as replacement:
            replacement.stream.writelines(piece.encode("utf-8") for piece in pieces)
            replacement.stream.flush()
            os.fsync(replacement.stream.fileno())
            replacement.take_place(_mode(target))
    except OSError as error:
        raise unwritable(f"write `{path}`", error) from None


def append_whole(path: Path, text: str) -> None:
    """Adds ``text`` to the file at ``path``, all of it or nothing. Raises ``OSError``."""
    left = memoryview(text.encode("utf-8"))
    with path.open("ab", buffering=0) as stream:
        size = stream.seek(0, os.SEEK_END)
        try:
            while left:
                left = left[stream.write(left) or 0 :]
        except BaseException:
            with suppress(OSError):
                os.truncate(path, size)
            raise


def write_marked(stream: TextIO, pieces: Iterable[str]) -> None:
    """Writes ``pieces`` to what somebody reads meanwhile; where the budget ends, a last line says so in any format.

    What is data for a program is then no valid data.
    """
    try:
        stream.writelines(pieces)
        stream.flush()
    except OutOfBudgetError as spent:
        stream.write(f"\nINCOMPLETE: {spent.reason} before all of this was written\n")
        stream.flush()
        raise


def _can_be_a_name(path: Path) -> bool:
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


_ADVICE: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room there, or name a file in another place"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "name a file in a folder that you may write to"),
    errno.EIO: "the device fails: name a file in another place",
}


def unwritable(action: str, error: OSError) -> Refusal:
    """What is said where ``action``, such as `write the summary`, is not possible because of ``error``."""
    reason = (error.strerror or "unknown reason").lower()
    advice = _ADVICE.get(error.errno or 0, "name a file in a folder that exists")
    return Refusal("NV421", f"cannot {action}: {reason}", advice)


def _unwritable(path: Path, reason: str) -> Refusal:
    return Refusal("NV421", f"cannot write `{path}`: {reason}", "name a file in a folder that exists")


def _mode(target: Path) -> int:
    """The permissions of ``target``, or those that a new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
