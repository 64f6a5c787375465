"""``--emit-smt2 DIR``: the formulas that were solved, as files of a folder that holds nothing else."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from netverify.cli.outputs import unwritable, write_whole
from netverify.cli.refusal import Refusal
from netverify.late import late
from netverify.patterns import pattern

if TYPE_CHECKING:
    from netverify.gate.evidence import document
    from netverify.gate.evidence.document import Evidence
else:
    (document,) = late("netverify.gate.evidence", "document")

_NAME = pattern(r"[a-z0-9-]+\.[0-9]{3,}\.[a-z0-9-]+\.(sat|unsat|unknown)\.smt2")
"""What files of goals are called; nothing else is ever removed, whatever a document lists."""
_MOST_BYTES = 256 * 1024 * 1024


def emptied(folder: Path | None) -> None:
    """Take from ``folder`` what an earlier run wrote there, so that nothing of it is taken for this one's.

    Raises :class:`Refusal` (``NV421``) for a link, and unless it is new, empty, or holds an earlier run's files alone;
    nothing is removed then.
    """
    if folder is None:
        return
    try:
        if folder.is_symlink():
            raise _refused(folder, "it is a link")
        if not folder.exists():
            return
        earlier = set(_earlier(folder))
        foreign = sorted(one.name for one in folder.iterdir() if one.name not in earlier)
        if foreign:
            raise _refused(folder, f"it holds `{foreign[0]}`, which no earlier run wrote there")
        for name in sorted(earlier, key=lambda name: (name == document.DOCUMENT, name)):  # the list of them goes last
            (folder / name).unlink()
    except OSError as error:
        raise unwritable(f"empty the folder `{folder}`", error) from None


def write_goals(found: Callable[[], Evidence], folder: Path | None) -> None:
    """Write the texts and the document about them that are ``found``, where there is a ``folder`` for them.

    Raises as :func:`emptied`, and when something cannot be written. The document goes first, so that what a run leaves
    that is cut short is still known as its own.
    """
    if folder is None:
        return
    emptied(folder)
    evidence = found()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(f"make the folder `{folder}`", error) from None
    write_whole(folder / document.DOCUMENT, (evidence.document,))
    for name, text in sorted(evidence.texts.items()):
        write_whole(folder / name, (text,))


def _earlier(folder: Path) -> Iterator[str]:
    """The files in ``folder`` that an earlier run wrote there: regular ones that its document lists, and that one."""
    contents = folder / document.DOCUMENT
    if not _is_file(contents):
        return
    if contents.stat().st_size > _MOST_BYTES:
        return
    try:
        value = json.loads(contents.read_bytes())
        listed = [goal["name"] for goal in value["goals"]] if value["schema"] == document.SCHEMA else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if listed is None:
        return
    yield document.DOCUMENT
    yield from (name for name in listed if isinstance(name, str) and _NAME.fullmatch(name) and _is_file(folder / name))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _refused(folder: Path, why: str) -> Refusal:
    advice = "name a new folder, an empty one, or one that `--emit-smt2` wrote"
    return Refusal("NV421", f"cannot write goals to `{folder}`: {why}", advice)
