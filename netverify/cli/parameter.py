"""The base of our own parameter types: it takes a type argument for type checkers, and in newer releases of click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    Parameter: TypeAlias = click.ParamType[Any]
else:
    Parameter = click.ParamType
