"""The fields of a kustomization: those that netverify applies, that change nothing here, and that kustomize must apply.

Source: kustomize v5 ``api/types/kustomization.go``, and what ``kustomize build`` makes of each field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from netverify.documents.document import Value
from netverify.patterns import pattern

APPLIED: Final = frozenset({"apiVersion", "kind", "namespace", "resources", "bases"})
_WITHOUT_EFFECT: Final[Mapping[str, type]] = MappingProxyType(
    {
        "buildMetadata": list,
        "commonAnnotations": dict,
        "configMapGenerator": list,
        "crds": list,
        "generatorOptions": dict,
        "images": list,
        "metadata": dict,
        "secretGenerator": list,
        "sortOptions": dict,
    },
)
"""Fields that most often change no namespace, label, port, address, policy or way in, with the type of their value.

Some of what they can hold does: see :func:`only_kustomize_can_apply`.
"""
_TO_RENDER: Final = frozenset(
    {
        "commonLabels",
        "components",
        "configurations",
        "generators",
        "helmChartInflationGenerator",
        "helmCharts",
        "helmGlobals",
        "imageTags",
        "inventory",
        "labels",
        "namePrefix",
        "nameSuffix",
        "openapi",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "replacements",
        "replicas",
        "transformers",
        "validators",
        "vars",
    },
)
"""Fields that change what policies or pods say, or which objects have a namespace; they are left to kustomize."""
_TOOLS: Final = (
    "app.kubernetes.io/",
    "argocd.argoproj.io/",
    "backstage.io/",
    "fluxcd.io/",
    "kustomize.toolkit.fluxcd.io/",
    "meta.helm.sh/",
)
"""How annotations begin that only deployment tools and catalogues read."""
_BACKEND: Final = pattern(r"[a-z0-9.-]+/[a-z0-9.-]+:[a-z0-9-]+")
"""A Service with a port, as ConfigMaps of controllers name it."""
_OF_CONTROLLERS: Final = pattern(r"ingress|nginx|traefik|haproxy|contour|kong|gateway|tcp|udp|istio|cilium|calico")
LOCAL_CONFIG: Final = b"config.kubernetes.io/local-config"
"""The annotation by which kustomize leaves an object out of what it builds."""


def is_field(name: str) -> bool:
    """Whether a kustomization has a field of that name."""
    return name in APPLIED or name in _WITHOUT_EFFECT or name in _TO_RENDER


def is_of_its_type(name: str, value: Value) -> bool:
    """Whether kustomize takes ``value`` for the field ``name``, as far as its type goes; unset is always fine."""
    wanted = _WITHOUT_EFFECT.get(name)
    return wanted is None or value is None or isinstance(value, wanted)


def only_kustomize_can_apply(name: str, kustomization: Mapping[str, Value]) -> bool:
    """Whether the field ``name`` of ``kustomization`` may change what policy, pods or ways in say."""
    value = kustomization[name]
    if not value:
        return False
    match name:
        case "buildMetadata":
            # It puts `app.kubernetes.io/managed-by` on every object; the other entries are annotations.
            return "managedByLabel" in value
        case "commonAnnotations":
            return not all(_is_for_tools(str(key)) for key in value)
        case "configMapGenerator":
            return any(_may_configure(one, kustomization) for one in value)
        case _:
            return name in _TO_RENDER


def _is_for_tools(annotation: str) -> bool:
    """Whether nothing but people and deployment tools reads ``annotation``: load balancers and controllers do not."""
    return "/" not in annotation or annotation.startswith(_TOOLS)


def _may_configure(generator: Value, kustomization: Mapping[str, Value]) -> bool:
    """Whether a controller may find the ConfigMap of ``generator`` by its name, and be told of ways in.

    A ConfigMap whose name ends with a hash of its data is found only by references that kustomize knows: those of pods.
    """
    if not isinstance(generator, dict):
        return True
    options = {**_mapping(kustomization.get("generatorOptions")), **_mapping(generator.get("options"))}
    if generator.get("behavior") in ("merge", "replace"):
        return True
    if not options.get("disableNameSuffixHash"):
        return False
    name = str(generator.get("name") or "").lower()
    if generator.get("envs") or generator.get("env") or _OF_CONTROLLERS.search(name):
        return True
    return any(_BACKEND.search(text) for text in _literals(generator))


def _literals(generator: Mapping[str, Value]) -> Iterator[str]:
    listed = generator.get("literals")
    return (str(text).partition("=")[2] for text in listed) if isinstance(listed, list) else iter(())


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}
