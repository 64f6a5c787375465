from collections.abc import Callable

from netverify.documents.document import Value
from netverify.documents.positions import Offsets

MADE_FROM: int

def read(
    chunk: bytes, deepest: int, resolve: Callable[[str], Value], resolve_key: Callable[[str], str]
) -> tuple[Value, Offsets] | None: ...
