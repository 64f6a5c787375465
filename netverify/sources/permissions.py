"""What the user allows by hand, and no file of a scanned tree can: reading elsewhere, and the network.

A checkout is the nearest folder with ``.git``. What lies in one may name only what lies in it, too, links resolved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.refusal import shown
from netverify.records import dataclass

LEAVES: Final = "NV146"
HOW_TO_ALLOW: Final = "name what is in the checkout, or allow the place by hand with `--allow-outside PATH`"


@dataclass(frozen=True, slots=True)
class Permissions:
    """``outside`` are places, without links, that may be read wherever they are; ``network``: renderers may fetch.

    ``home`` is what counts as the checkout of what lies below it where there is no ``.git``; None: the current folder.
    """

    outside: tuple[Path, ...] = ()
    network: bool = False
    home: Path | None = None

    def root_of(self, path: Path) -> Path | None:
        """The top, without links, of the checkout that the name ``path`` stands in; None where it stands in none."""
        name = Path(os.path.abspath(path))  # noqa: PTH100 - a link at the end must not be followed
        top = checkout_root(name)
        if top is not None:
            return top
        home = (self.home or Path()).resolve()
        return home if _is_below(name.parent.resolve(), home) or name.resolve() == home else None

    def lets(self, path: Path, root: Path | None) -> bool:
        """Whether what lies below ``root`` may have ``path`` read: it is there, too, or is allowed by hand."""
        if root is None:
            return True
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError):
            return False
        return _is_below(real, root) or any(_is_below(real, one) for one in self.outside)

    def lets_named(self, path: Path) -> bool:
        """Whether a name that the user gave leads, through links of a checkout, no further than that checkout."""
        return self.lets(path, self.root_of(path))


NOTHING_ALLOWED: Final = Permissions()


def checkout_root(path: Path) -> Path | None:
    """The nearest folder with ``.git`` at or above ``path``, whose links are resolved afterwards; None without one."""
    found = next((one for one in (path, *path.parents) if os.path.lexists(one / ".git")), None)
    return found.resolve() if found is not None else None


def permitted(outside: Iterable[str], *, network: bool) -> Permissions:
    """What the flags of a command allow."""
    return Permissions(tuple(Path(one).resolve() for one in outside), network)


def leaves(what: str, origin: Origin) -> Diagnostic:
    """The error about ``what``, as it is written at ``origin``, leading out of the checkout."""
    return Diagnostic(LEAVES, Severity.ERROR, f"{shown(what)} leads out of the checkout", origin, HOW_TO_ALLOW)


def _is_below(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)
