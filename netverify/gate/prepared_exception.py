"""An exception, looked up in a cluster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from netverify.gate.claim import Exempt
from netverify.intent.spec import ExceptionText


@dataclass(frozen=True, slots=True)
class PreparedException:
    """An exception with the flows that it leaves aside."""

    exception: ExceptionText
    flows: tuple[Exempt, ...]

    def is_for(self, ids: Collection[str]) -> bool:
        """Whether it is for an assertion that has one of ``ids``."""
        return any(written.text in ids for written in self.exception.assertions)
