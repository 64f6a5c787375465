"""The checkout that a delivery is followed in: nothing outside of it is ever read."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions


class LeavesCheckoutError(Exception):
    """A path leads out of the checkout; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder of files under version control. ``root`` has no links; ``prefix`` is how the user would write it."""

    root: Path
    prefix: str

    def inside(self, text: str, folder: Path | None = None) -> Path:
        """The place of the path ``text``, relative to ``folder`` (else to the root), whether it exists or not.

        A path that starts with ``/`` is taken from the root, as controllers do. Raises :class:`LeavesCheckoutError` for
        one that goes above the root, by itself or through a link.
        """
        start = "" if folder is None or text.startswith("/") else self.relative(folder)
        plain = posixpath.normpath(posixpath.join(start, text.lstrip("/")) or ".")
        if plain == ".." or plain.startswith("../"):
            raise LeavesCheckoutError(f"the path {shown(text)} leads out of the checkout")
        if "\0" in plain:
            raise LeavesCheckoutError(f"{shown(text)} is not a path")
        target = self.root / plain
        if not self.holds(target):
            raise LeavesCheckoutError(f"the path {shown(text)} is a link that leads out of the checkout")
        return target

    def holds(self, path: Path) -> bool:
        """Whether ``path`` is in the checkout once its links are followed."""
        try:
            return path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError, ValueError):
            return False

    def relative(self, path: Path) -> str:
        """``path`` as seen from the root; ``.`` for the root itself."""
        return path.relative_to(self.root).as_posix()

    def shown(self, path: Path) -> str:
        """How the user would write ``path``."""
        return os.path.normpath(os.path.join(self.prefix, self.relative(path)))  # noqa: PTH118 keeps what was written


def checkout_of(path: Path, argument: str, permissions: Permissions = NOTHING_ALLOWED) -> Checkout:
    """The checkout that ``path`` lies in: the nearest folder with ``.git``.

    Without one it is what ``permissions`` call home where ``path`` is below it, else ``path`` itself (or the folder of
    a file).
    """
    real = path.resolve()
    folder = real if real.is_dir() else real.parent
    root = permissions.root_of(folder) or folder
    return Checkout(root, str(root) if Path(argument).is_absolute() else os.path.relpath(root))


def origin_url(checkout: Checkout) -> str:
    """The address of the repository that the checkout is of, as its configuration says; empty where it does not."""
    try:
        text = (checkout.root / ".git" / "config").read_text("utf-8", "replace")[:65536]
    except OSError:
        return ""
    _, _, section = text.partition('[remote "origin"]')
    for line in section.splitlines():
        key, _, value = line.partition("=")
        if line.startswith("["):
            break
        if key.strip() == "url":
            return value.strip()
    return ""


def repository(url: str) -> str:
    """What tells repositories apart in ``url``: host and path, however they are written."""
    text = url.strip().lower().removesuffix("/").removesuffix(".git")
    _, scheme, rest = text.partition("://")
    text = rest if scheme else text.replace(":", "/", 1)
    host, slash, path = text.partition("/")
    return host.rpartition("@")[2].partition(":")[0] + slash + path.strip("/")
