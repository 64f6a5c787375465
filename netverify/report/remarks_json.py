"""What every JSON report ends with: doubts, premises, and the account of the inputs; and how places are written."""

from __future__ import annotations

from typing import TypeAlias

from netverify.diagnostics import Diagnostic, Origin
from netverify.query.remarks import Remarked
from netverify.sources.coverage import Coverage, Inventory

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"


def place_json(origin: Origin | None) -> dict[str, Json]:
    """``file`` and ``line`` of ``origin``; null where there is none."""
    if origin is None:
        return {"file": None, "line": None}
    return {"file": origin.path, "line": origin.line or None}


def coverage_json(inventory: Inventory) -> Json:
    """The account of the inputs."""
    coverage, cluster = inventory.coverage, inventory.cluster
    return {
        "files": coverage.files,
        "documents": coverage.documents,
        "modelled": sum(coverage.modelled.values()),
        "irrelevant": sum(coverage.irrelevant.values()),
        "unsupported": [
            {"kind": one.kind, "name": one.name, "namespace": one.namespace, **place_json(one.origin)}
            for one in cluster.unsupported
            if not one.unrendered
        ],
        "unread": [place_json(origin) for origin in coverage.unread],
        "not_manifests": coverage.not_manifests,
        "templates": list(coverage.templates),
        **_rendering_json(coverage),
        "skipped": [{"path": path, "reason": reason} for path, reason in coverage.skipped],
        "kinds": {
            "modelled": dict(sorted(coverage.modelled.items())),
            "irrelevant": dict(sorted(coverage.irrelevant.items())),
            "approximated": dict(sorted(coverage.approximated.items())),
            "unsupported": dict(sorted(coverage.unsupported.items())),
        },
    }


def _rendering_json(coverage: Coverage) -> dict[str, Json]:
    """What was rendered, by which version of which program, and what was not; nothing where there was nothing to."""
    fields: dict[str, Json] = {}
    if coverage.rendered:
        fields["rendered"] = [
            {"what": one.what, "program": one.program, "version": one.version or None} for one in coverage.rendered
        ]
    if coverage.fetched:
        fields["fetched"] = [{"what": what, "rendered_digest": digest} for what, digest in coverage.fetched]
    if coverage.unrendered:
        fields["unrendered"] = [{"what": what, "reason": reason} for what, reason in coverage.unrendered]
    return fields


def diagnostic_json(diagnostic: Diagnostic) -> Json:
    """One finding about the inputs, with its place."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.name.lower(),
        "message": diagnostic.message,
        **place_json(diagnostic.origin),
        "column": diagnostic.origin.column or None,
        "help": diagnostic.help or None,
    }


def lines_json(outcome: Remarked) -> dict[str, Json]:
    """Doubts and premises alone."""
    return {
        "unknown_because": list(outcome.unknown_because),
        "assumptions": list(outcome.assumptions),
        "approximations": list(outcome.approximations),
        "notes": list(outcome.notes),
    }


def remarks_json(outcome: Remarked, inventory: Inventory) -> dict[str, Json]:
    """The fields that every report ends with: doubts, premises, and the account of the inputs."""
    return {
        **lines_json(outcome),
        "coverage": coverage_json(inventory),
        "diagnostics": [diagnostic_json(diagnostic) for diagnostic in inventory.diagnostics],
    }
