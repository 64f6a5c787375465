"""``HelmRelease`` objects of Flux: those whose chart is in the checkout are rendered, the others are named.

Source: helm-controller ``api/v2/helmrelease_types.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.sources.delivery.catalogue import Catalogue
from netverify.sources.delivery.charts import Release, render_release
from netverify.sources.delivery.checkout import Checkout, LeavesCheckoutError
from netverify.sources.delivery.delivered import Delivered
from netverify.sources.delivery.kustomizations import ill_typed
from netverify.sources.delivery.objects import Found
from netverify.sources.delivery.variables import data_of
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.tree import exists

_TYPES: Final[Mapping[tuple[str, ...], type]] = {
    (): dict,
    ("values",): dict,
    ("valuesFrom",): list,
    ("targetNamespace",): str,
    ("releaseName",): str,
    ("postRenderers",): list,
    ("chart",): dict,
    ("chart", "spec"): dict,
    ("chart", "spec", "chart"): str,
    ("chart", "spec", "sourceRef"): dict,
}
_OWNER: Final = "helm.toolkit.fluxcd.io"


class _NotRenderedError(Exception):
    """A release is not rendered; the message says why."""


class Releases:
    """The releases of one checkout."""

    def __init__(self, checkout: Checkout, catalogue: Catalogue, delivered: Delivered) -> None:
        self._checkout = checkout
        self._catalogue = catalogue
        self._delivered = delivered

    def render(self, found: Found) -> None:
        """Add what a HelmRelease installs, or say why that cannot be told."""
        if (field := ill_typed(found, _TYPES)) is not None:
            message = f"{found.title}: `{field}` is missing or of the wrong type"
            self._delivered.refuse("NV147", message, found.origin, "write it as the documentation of Flux says")
            return
        try:
            release = self._release(found)
        except _NotRenderedError as error:
            reach = found.reach if found.spec("kubeConfig") is None else None
            self._delivered.gap(found.title, str(error), found.origin, reach)
        except LeavesCheckoutError as error:
            message = f"{found.title}: {error}"
            self._delivered.refuse("NV146", message, found.origin, "name what is in the checkout")
        except UnreadableError as error:
            self._delivered.diagnostics.append(error.diagnostic(found.origin.path))
        else:
            render_release(release, self._checkout, self._delivered)

    def _release(self, found: Found) -> Release:
        for field, reason in _NEVER.items():
            if found.spec(field):
                raise _NotRenderedError(reason)
        namespace = found.text("targetNamespace") or found.namespace or "default"
        prefix = f"{namespace}-" if found.text("targetNamespace") else ""
        return Release(
            what=found.title,
            chart=self._chart(found),
            name=found.text("releaseName") or f"{prefix}{found.name}",
            namespace=namespace,
            origin=found.origin,
            values=(*self._values_files(found), *self._values_from(found), *_inline(found)),
            labels=((f"{_OWNER}/name", found.name), (f"{_OWNER}/namespace", found.namespace)),
            with_tests=found.spec("test", "enable") is True,
        )

    def _chart(self, found: Found) -> Path:
        """The folder of its chart."""
        name, kind = found.text("chart", "spec", "chart"), found.text("chart", "spec", "sourceRef", "kind")
        if kind != "GitRepository":
            source = f"{kind} {found.text('chart', 'spec', 'sourceRef', 'name')}"
            raise _NotRenderedError(f"its chart {shown(name)} comes from {source}, which is not this checkout")
        if (reason := self._catalogue.elsewhere(found, "chart", "spec", "sourceRef")) is not None:
            raise _NotRenderedError(reason)
        folder = self._checkout.inside(name)
        if not exists(folder / "Chart.yaml"):
            raise _NotRenderedError(f"this checkout has no chart {shown(name)}")
        return folder.resolve()

    def _values_files(self, found: Found) -> Iterator[bytes]:
        """Files of the chart's repository, relative to its root."""
        names = (
            *found.texts("chart", "spec", "valuesFiles"),
            *filter(None, [found.text("chart", "spec", "valuesFile")]),
        )
        for name in names:
            file = self._checkout.inside(name)
            if exists(file):
                yield read_regular(file, DEFAULT_LIMITS.file_bytes)
            elif found.spec("chart", "spec", "ignoreMissingValuesFiles") is not True:
                raise _NotRenderedError(f"its values file {shown(name)} is not in this checkout")

    def _values_from(self, found: Found) -> Iterator[bytes]:
        for reference in found.mappings("valuesFrom"):
            kind, name = str(reference.get("kind")), str(reference.get("name"))
            key = str(reference.get("valuesKey") or "values.yaml")
            holder = self._catalogue.find(kind, found.namespace, name)
            values, _ = data_of(holder) if holder is not None else ({}, False)
            if key in values and not reference.get("targetPath"):
                yield values[key].encode()
            elif key in values:
                raise _NotRenderedError("it sets single values with `targetPath`, which netverify does not do")
            elif reference.get("optional") is not True or holder is not None:
                raise _NotRenderedError(f"the values in {kind} {found.namespace}/{name} are not in this checkout")


_NEVER: Final[Mapping[str, str]] = {
    "kubeConfig": "it applies to another cluster (`spec.kubeConfig`)",
    "suspend": "it is suspended, so what is in the cluster may be older than these files",
    "postRenderers": "it changes what its chart renders with `postRenderers`, which netverify does not do",
    "chartRef": "its chart comes from another place (`spec.chartRef`)",
}


def _inline(found: Found) -> Iterator[bytes]:
    if values := found.spec("values"):
        yield json.dumps(values).encode()
