"""Prove what Kubernetes network policies allow, for all existing pods and all pods that could be created.

The names below are the library; the modules behind them are private, and are imported when a name is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netverify.diagnostics import Diagnostic, NetverifyError, Origin, Severity
    from netverify.library.cluster import Cluster
    from netverify.library.connections import Connection, Map
    from netverify.library.errors import FailedAssertionError, InDoubtError, InputError
    from netverify.library.reading import read
    from netverify.model.behaviours import Behaviour
    from netverify.model.traffic import PortSet, Protocol
    from netverify.pairs.outcome import MapEndpoint
    from netverify.query.assumed import AssumptionError
    from netverify.query.outcome import Answer, Effect, Listed, Listing, Reason, Scope, Verdict, Witness
    from netverify.query.sentence_error import SentenceError
    from netverify.sources.coverage import Coverage
else:
    _HOMES = {
        "Answer": "netverify.query.outcome",
        "AssumptionError": "netverify.query.assumed",
        "Behaviour": "netverify.model.behaviours",
        "Cluster": "netverify.library.cluster",
        "Connection": "netverify.library.connections",
        "Coverage": "netverify.sources.coverage",
        "Diagnostic": "netverify.diagnostics",
        "Effect": "netverify.query.outcome",
        "FailedAssertionError": "netverify.library.errors",
        "InDoubtError": "netverify.library.errors",
        "InputError": "netverify.library.errors",
        "Listed": "netverify.query.outcome",
        "Listing": "netverify.query.outcome",
        "Map": "netverify.library.connections",
        "MapEndpoint": "netverify.pairs.outcome",
        "NetverifyError": "netverify.diagnostics",
        "Origin": "netverify.diagnostics",
        "PortSet": "netverify.model.traffic",
        "Protocol": "netverify.model.traffic",
        "Reason": "netverify.query.outcome",
        "Scope": "netverify.query.outcome",
        "SentenceError": "netverify.query.sentence_error",
        "Severity": "netverify.diagnostics",
        "Verdict": "netverify.query.outcome",
        "Witness": "netverify.query.outcome",
        "read": "netverify.library.reading",
    }

    def __getattr__(name: str) -> object:
        """A name of the library, from the module where it lives."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 the command line does without

        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value

    def __dir__() -> list[str]:
        """The names of the library beside what a module has anyway."""
        return sorted({*globals(), *__all__})


__all__ = [
    "Answer",
    "AssumptionError",
    "Behaviour",
    "Cluster",
    "Connection",
    "Coverage",
    "Diagnostic",
    "Effect",
    "FailedAssertionError",
    "InDoubtError",
    "InputError",
    "Listed",
    "Listing",
    "Map",
    "MapEndpoint",
    "NetverifyError",
    "Origin",
    "PortSet",
    "Protocol",
    "Reason",
    "Scope",
    "SentenceError",
    "Severity",
    "Verdict",
    "Witness",
    "read",
]
