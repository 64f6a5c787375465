"""Modules that are imported when something in them is first used, since most runs do without.

A module that needs them names them twice::

    if TYPE_CHECKING:
        from netverify.answers import mapping
    else:
        (mapping,) = late("netverify.answers", "mapping")

Modules of the standard library are in no package: ``late("", "tempfile")``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _LateModule:
    """Has what the module has; nothing is kept here, so that whoever replaces a name there replaces it here."""

    __slots__ = ("__name__",)

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def late(package: str, *names: str) -> tuple[Any, ...]:
    """The modules ``names`` of ``package``."""
    return tuple(_LateModule(f"{package}.{name}".removeprefix(".")) for name in names)


def is_loaded(module: ModuleType) -> bool:
    """Whether a module that :func:`late` gave has been imported."""
    return module.__name__ in sys.modules
