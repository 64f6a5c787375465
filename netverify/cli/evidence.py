"""The evidence of a run: what it came to, with the digests of what was read and of the options that matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netverify.answers.settings import Settings
from netverify.cli.version import version_of
from netverify.gate.evidence.document import Evidence, Shown, evidence_of
from netverify.gate.evidence.inputs import Digests, Inputs, Json
from netverify.query.derivation import Derived, SolvedText
from netverify.sources.coverage import Inventory


def evidence_about(
    shown: Sequence[Shown], read: Sequence[Inventory], settings: Settings, *, compared: Sequence[Inventory] = ()
) -> Evidence:
    """The evidence of a run without intent that ``read`` manifests, and ``compared`` them with others."""
    inputs = Inputs(digests_of(read), compared=digests_of(compared))
    return evidence_of(tuple(shown), inputs, options_json(settings), tool())


def one_question(
    command: str, statement: str, verdict: str, goals: Iterable[SolvedText], derivation: Derived = None
) -> tuple[Shown]:
    """What a ``command`` that answers one question came to."""
    return (Shown(command, statement, verdict, tuple(goals), derivation),)


def tool() -> str:
    """What ran, with its version."""
    return f"netverify {version_of('netverify')} with z3-solver {version_of('z3-solver')}"


def digests_of(inventories: Iterable[Inventory]) -> Digests:
    """What was read of ``inventories``, by name."""
    digests = (one for inventory in inventories for one in inventory.coverage.digests)
    return tuple((one.name, f"sha256:{one.sha256}") for one in digests)


def options_json(settings: Settings) -> dict[str, Json]:
    """What is taken as given. Limits of the solver are no part of it: they change no proof."""
    routing = settings.routing
    return {
        "cni": settings.cni,
        "behaviours": {behaviour.value: value for behaviour, value in sorted(settings.behaviours.items())},
        "pod_cidrs": list(map(str, settings.pod_cidrs)),
        "node_cidrs": list(map(str, settings.node_cidrs)),
        "free_named_ports": settings.free_named_ports,
        "unrendered_is_harmless": settings.unrendered_is_harmless,
        "default_namespace": settings.default_namespace or "default",
        "cluster_domain": routing.cluster_domain,
        "node_local_dns": routing.node_local_dns,
        "ingress_controller": routing.controller.text if routing.controller is not None else None,
        "api_servers": list(map(str, routing.api_servers)),
    }
