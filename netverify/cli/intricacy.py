"""What the all-pairs reading cannot tell in full, as a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from netverify.cli.refusal import Refusal
from netverify.cli.statuses import ExitStatus
from netverify.late import late

if TYPE_CHECKING:
    from netverify.pairs import diagrams
else:
    (diagrams,) = late("netverify.pairs", "diagrams")


@contextmanager
def told_in_full() -> Iterator[None]:
    """Raises :class:`Refusal` (``NV422``) where what is left open is too intricate within the context."""
    try:
        yield
    except diagrams.TooIntricateError:
        message = "the result depends on too many unknowns to be listed in full"
        advice = "fix what you know with `--cni` and `--assume`, and give the Namespace objects"
        raise Refusal("NV422", message, advice, ExitStatus.UNKNOWN) from None
