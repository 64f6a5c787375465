"""Texts of repositories that Flux and Argo CD deliver, and what netverify makes of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from netverify.sources.inventory import read_inventory
from netverify.sources.renderings import ArgoPath, FluxPath

needs_helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed")
needs_kustomize = pytest.mark.skipif(
    not (shutil.which("kubectl") or shutil.which("kustomize")), reason="neither kubectl nor kustomize is installed"
)

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
"""
CHART = {
    "charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 0.1.0}\n",
    "charts/db/values.yaml": "tier: none\nport: 1\n",
    "charts/db/templates/pod.yaml": (
        "apiVersion: v1\nkind: Pod\n"
        "metadata:\n  name: '{{ .Release.Name }}'\n"
        "  labels: {tier: '{{ .Values.tier }}', in: '{{ .Release.Namespace }}'}\n"
        "spec: {containers: [{name: db, image: db, ports: [{containerPort: {{ .Values.port }}}]}]}\n"
    ),
}


def kustomization(name, path, **spec):
    """A Kustomization of Flux."""
    source = {"kind": "GitRepository", "name": "flux-system"}
    whole = {"interval": "10m", "prune": True, "sourceRef": source, "path": path, **spec}
    return flux("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, whole)


def release(name, folder, namespace="data", **spec):
    """A HelmRelease of Flux whose chart is in the repository itself."""
    reference = {"kind": "GitRepository", "name": "flux-system", "namespace": "flux-system"}
    whole = {"interval": "5m", "chart": {"spec": {"chart": folder, "sourceRef": reference}}, **spec}
    return flux("helm.toolkit.fluxcd.io/v2", "HelmRelease", name, whole, namespace)


def flux(api_version, kind, name, spec, namespace="flux-system"):
    """An object as one document of YAML."""
    meta = {"name": name, "namespace": namespace}
    return json.dumps({"apiVersion": api_version, "kind": kind, "metadata": meta, "spec": spec}) + "\n---\n"


def application(name, path="", **spec):
    """An Application of Argo CD."""
    source = {"repoURL": "https://git.example/org/fleet", "path": path, **spec.pop("source", {})}
    whole = {"source": source, "destination": {"name": "in-cluster", "namespace": "shop"}, **spec}
    return flux("argoproj.io/v1alpha1", "Application", name, whole, "argocd")


def config_map(name, namespace="flux-system", kind="ConfigMap", **data):
    """A ConfigMap or Secret."""
    field = "data" if kind == "ConfigMap" else "stringData"
    meta = {"name": name, "namespace": namespace}
    return json.dumps({"apiVersion": "v1", "kind": kind, "metadata": meta, field: data}) + "\n---\n"


def written(folder, files):
    """Write ``files`` below ``folder``, which becomes a checkout."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def followed(path, *, strict=False, argo=False, filenames=()):
    """The inventory of what is delivered from ``path`` in the current folder."""
    rendering = ArgoPath(path) if argo else FluxPath(path)
    return read_inventory(filenames, renderings=[rendering], strict=strict)


def things(inventory):
    """Workloads and policies by namespace and name."""
    cluster = inventory.cluster
    pods = [f"{one.key.namespace}/{one.key.name}" for one in cluster.workloads]
    return sorted(pods + [f"{one.namespace}/{one.name}" for one in cluster.network_policies])


def labels(inventory, name):
    """The labels of a workload, by namespace and name."""
    (found,) = (one for one in inventory.cluster.workloads if f"{one.key.namespace}/{one.key.name}" == name)
    return dict(found.labels)


def codes(inventory):
    """The codes of findings that are more than notes, and of those about variables."""
    return sorted({one.code for one in inventory.diagnostics} - {"NV205"})
