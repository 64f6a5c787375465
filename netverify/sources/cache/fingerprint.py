"""What decides how a source is read, besides its bytes and the terms: this program, and what it stands on."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PARTS = ("diagnostics.py", "documents", "interruption.py", "kinds", "model", "sources", "visible.py")
"""What sources are read with; facts do not depend on the rest of the package."""


def fingerprint(loaded: float) -> bytes:
    """Changes with every change to the reading: its own modules, Python and the YAML library.

    Raises ``OSError`` where nothing tells which program this is: the text of the modules is not there, or is not what
    was ``loaded``, in seconds since the epoch, because it was changed afterwards.
    """
    import yaml  # noqa: PLC0415 small runs keep nothing and need none
    from yaml._yaml import get_version_string  # noqa: PLC0415 as above

    versions = (sys.version, sys.get_int_max_str_digits(), yaml.__version__, get_version_string())
    digest = hashlib.blake2b(repr(versions).encode())
    modules = [path for part in _PARTS for path in _modules(_ROOT / part)]
    for path in modules:
        if path.stat().st_ctime >= loaded:
            raise FileNotFoundError(path)
        text = path.read_bytes()
        digest.update(repr((path.relative_to(_ROOT).as_posix(), len(text))).encode())
        digest.update(text)
    return digest.digest()


def _modules(path: Path) -> list[Path]:
    found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    if not found:
        raise FileNotFoundError(path)
    return found
