"""What a ``Kustomization`` of Flux says: which path, with which changes, and whether this checkout has it.

Source: kustomize-controller ``api/v1/kustomization_types.go``; ``kustomize_generator.go`` of fluxcd/pkg/kustomize.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from netverify.sources.delivery.objects import Found

GROUP: Final = "kustomize.toolkit.fluxcd.io"
_TYPES: Final[Mapping[tuple[str, ...], type]] = {
    (): dict,
    ("path",): str,
    ("targetNamespace",): str,
    ("namePrefix",): str,
    ("nameSuffix",): str,
    ("suspend",): bool,
    ("patches",): list,
    ("components",): list,
    ("sourceRef",): dict,
    ("postBuild",): dict,
    ("postBuild", "substitute"): dict,
    ("postBuild", "substituteFrom"): list,
    ("commonMetadata",): dict,
    ("commonMetadata", "labels"): dict,
    ("commonMetadata", "annotations"): dict,
}


def ill_typed(found: Found, types: Mapping[tuple[str, ...], type]) -> str | None:
    """The field of ``found`` that is not of the type in ``types``, by its path below ``spec``; None where all are."""
    for path, expected in types.items():
        value = found.spec(*path)
        if value is not None and not isinstance(value, expected):
            return ".".join(("spec", *path))
    return None if isinstance(found.spec(), dict) else "spec"


def problem(found: Found) -> str | None:
    """The field of a Kustomization that Flux would refuse; None where there is none."""
    return ill_typed(found, _TYPES)


def edits(found: Found) -> dict[str, Any]:
    """What it changes in the kustomization of its path, by the name of the field there; images are of no concern."""
    changes: dict[str, Any] = {}
    for ours, theirs in (("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")):
        if text := found.text(ours):
            changes[theirs] = text
    for name in ("components", "patchesStrategicMerge"):
        if listed := found.spec(name):
            changes[name] = listed
    patches = [{key: one[key] for key in ("patch", "target") if key in one} for one in found.mappings("patches")]
    if patches:
        changes["patches"] = patches
    if older := found.mappings("patchesJson6902"):
        import json  # noqa: PLC0415 hardly ever used

        changes["patchesJson6902"] = [{**one, "patch": json.dumps(one.get("patch"))} for one in older]
    if annotations := found.spec("commonMetadata", "annotations"):
        changes["commonAnnotations"] = annotations
    return changes


def labels(found: Found) -> dict[str, str]:
    """What it puts on every object: the labels of its owner, and those that it asks for.

    Source: ``SetOwnerLabels`` and ``SetCommonMetadata`` of github.com/fluxcd/pkg/ssa.
    """
    wanted = found.spec("commonMetadata", "labels") or {}
    owner = {f"{GROUP}/name": found.name, f"{GROUP}/namespace": found.namespace}
    return {**owner, **{key: value for key, value in wanted.items() if isinstance(value, str)}}
