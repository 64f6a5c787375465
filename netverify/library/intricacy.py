"""What the all-pairs reading cannot tell in full, as an error of the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from netverify.library.errors import InDoubtError
from netverify.pairs.diagrams import TooIntricateError

_REASON = "the result depends on too many unknowns to be listed in full"
_ADVICE = "fix what you know with `cni` and `assume`, and give the Namespace objects"


@contextmanager
def told_in_full() -> Iterator[None]:
    """Raises :class:`InDoubtError` where what is left open is too intricate within the context."""
    try:
        yield
    except TooIntricateError:
        raise InDoubtError(f"{_REASON}; {_ADVICE}", (_REASON,)) from None
