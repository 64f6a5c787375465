"""What all shapes share, and the scalar types of the Kubernetes API."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

MIN_INT32, MAX_INT32 = -(2**31), 2**31 - 1


class Shape(BaseModel):
    """An object with a fixed set of fields, named as in the API; no value is ever converted."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


def _int_or_string(value: Any) -> int | str:
    if type(value) is str or (type(value) is int and MIN_INT32 <= value <= MAX_INT32):
        return value
    if type(value) is int:
        raise PydanticCustomError("int32", "must fit in 32 bits")
    raise PydanticCustomError("int_or_string", "must be a number or a name")


Int32: TypeAlias = Annotated[int, Field(ge=MIN_INT32, le=MAX_INT32)]
IntOrString: TypeAlias = Annotated[int | str, PlainValidator(_int_or_string)]
StringMap: TypeAlias = dict[str, str | None]
"""A ``map[string]string``; a null value is the empty string."""
