"""Finds the modules of this package with a few looks at the disk: a short run imports hundreds, most of its time.

What Python's own finder does besides (other places, other suffixes, extension modules) is left to it where there is no
file of that name, or where what was compiled of it is missing, old, or of another form. Source: PEP 451, PEP 552.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER, spec_from_file_location
from marshal import loads
from types import CodeType, ModuleType
from typing import Final

_BY_TIME: Final = MAGIC_NUMBER + bytes(4)
"""How a compiled file begins that is good while time and size of its source are those that it names."""


class Finder:
    """Finds the modules of the packages below ``package``, but for packages themselves."""

    def __init__(self, package: str) -> None:
        self._begin = f"{package}."

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As of a finder of ``sys.meta_path``."""
        if path is None or not name.startswith(self._begin):
            return None
        file = f"{path[0]}{os.sep}{name.rpartition('.')[2]}.py"
        if not os.access(file, os.R_OK):
            return None
        return spec_from_file_location(name, file, loader=_Loader(name, file), submodule_search_locations=None)


class _Loader(SourceFileLoader):
    """Reads what was compiled, where it is good; the standard library's looks at the disk thrice as often."""

    def get_code(self, fullname: str) -> CodeType | None:
        folder, _, name = self.path.rpartition(os.sep)
        compiled = f"{folder}{os.sep}__pycache__{os.sep}{name[:-3]}.{sys.implementation.cache_tag}.pyc"
        try:
            source = os.stat(self.path)  # noqa: PTH116 -- a path takes longer to make
            with open(compiled, "rb", buffering=0) as stream:  # noqa: PTH123 -- as above
                data = stream.read()
        except OSError:
            return super().get_code(fullname)
        stamp = (int(source.st_mtime) & 0xFFFF_FFFF, source.st_size & 0xFFFF_FFFF)
        if data[:16] != _BY_TIME + b"".join(number.to_bytes(4, "little") for number in stamp):
            return super().get_code(fullname)
        code: CodeType = loads(memoryview(data)[16:])  # noqa: S302 -- what Python itself would load
        return code


def install() -> None:
    """Finds the modules of this package so from now on, in this process; not where Python is to optimise them."""
    if not sys.flags.optimize and sys.pycache_prefix is None:
        sys.meta_path.insert(0, Finder(__name__.partition(".")[0]))
