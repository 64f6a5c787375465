"""Modules that are imported when something in them is first used, since most runs do without.

A module that needs them names them twice::

    if TYPE_CHECKING:
        from netverify.answers import mapping
    else:
        (mapping,) = late("netverify.answers", "mapping")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _LateModule:
    """Has what the module has; nothing is kept here, so that whoever replaces a name there replaces it here."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


def late(package: str, *names: str) -> tuple[Any, ...]:
    """The modules ``names`` of ``package``."""
    return tuple(_LateModule(f"{package}.{name}") for name in names)
