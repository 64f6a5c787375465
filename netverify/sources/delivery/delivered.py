"""What following a delivery came to so far: sources, findings, and what could not be made."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.model.cluster import Unsupported
from netverify.records import dataclass
from netverify.sources.programs import Program
from netverify.sources.sources import Source
from netverify.sources.unmodelled import digest_of, unrendered
from netverify.visible import visible


@dataclass(frozen=True, slots=True)
class Reach:
    """Where something that is not rendered may change anything: in ``namespace`` alone, or anywhere.

    ``says`` is the digest of the object that has it applied, where there is one.
    """

    namespace: str | None = None
    says: str = ""


ANYWHERE: Final = Reach()


@dataclass(slots=True)
class Delivered:
    """Grows while a delivery is followed. With ``strict`` what is not rendered is an error."""

    strict: bool = False
    sources: list[Source] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    made: list[tuple[str, Program]] = field(default_factory=list)
    unrendered: list[tuple[str, str]] = field(default_factory=list)
    gaps: list[Unsupported] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    consumed: set[Path] = field(default_factory=set)

    def gap(self, what: str, reason: str, origin: Origin, reach: Reach | None = None) -> None:
        """``what`` would be applied and is not rendered: it is missing from every answer.

        ``reach`` is where it may change anything; None for what changes nothing in this cluster.
        """
        what, reason = visible(what), visible(reason)
        if (what, reason) in self.unrendered:
            return
        self.unrendered.append((what, reason))
        if reach is not None:
            digest = digest_of([what, reason, reach.says])
            self.gaps.append(unrendered(what, "", reason, origin, digest=digest, namespace=reach.namespace))
        severity = Severity.ERROR if self.strict else Severity.WARNING
        advice = (
            "what it could change is unknown: render it elsewhere and add the result with `-f`, "
            "or take it to be harmless with `--assume unrendered=harmless`"
        )
        self.diagnostics.append(Diagnostic("NV153", severity, f"{what} is not rendered: {reason}", origin, advice))

    def refuse(self, code: str, message: str, origin: Origin, advice: str) -> None:
        """Something is wrong with the delivery itself."""
        finding = Diagnostic(code, Severity.ERROR, message, origin, advice)
        if finding not in self.diagnostics:
            self.diagnostics.append(finding)
