"""Every field of a kustomization against the real kustomize: a plain reading gives what it builds, or an error.

The judge is ``kubectl kustomize``. Whatever netverify applies itself has to come to the same objects, and whatever it
does not has to be refused: a kustomization is never read as something else in silence.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from netverify.sources.inventory import read_inventory

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n---\n"
POD = """apiVersion: v1
kind: Pod
metadata: {name: pg, namespace: b, labels: {app: pg}}
spec: {containers: [{name: c, image: x, ports: [{containerPort: 5432}]}]}
---
"""
POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: b}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: s, namespace: b, annotations: {note: x}}
spec: {type: LoadBalancer, selector: {app: pg}, ports: [{port: 80}]}
---
"""
INDENTED = POD.removesuffix("---\n").replace("\n", "\n  ")
BASE = NAMESPACE + POD + POLICY + SERVICE
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [m.yaml]\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
LOCAL = "annotations: {config.kubernetes.io/local-config: "

SAME = {
    "nothing more": {"": ""},
    "namespace": {"": "namespace: other\n"},
    "default namespace": {"": "namespace: default\n"},
    "build metadata that are annotations": {"": "buildMetadata: [originAnnotations, transformerAnnotations]\n"},
    "annotations for people": {"": "commonAnnotations: {oncall: '800', argocd.argoproj.io/sync-wave: '1'}\n"},
    "generator of a ConfigMap": {"": "configMapGenerator: [{name: c, literals: [a=b]}]\n"},
    "generator with a fixed name": {
        "": "configMapGenerator: [{name: c, literals: [a=b]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n"
    },
    "generator of a Secret": {"": "secretGenerator: [{name: c, literals: [a=b]}]\n"},
    "images": {"": "images: [{name: x, newName: z, newTag: '1'}]\n"},
    "metadata": {"": "metadata: {name: k, labels: {app: other}}\n"},
    "order": {"": "sortOptions: {order: legacy}\n"},
    "crds": {"": "crds: [c.json]\n", "c.json": "{}"},
    "empty fields": {"": "patches: []\ncomponents:\nlabels: []\n"},
    "a list of objects": {"m.yaml": f"apiVersion: v1\nkind: List\nitems:\n- {INDENTED}\n"},
    "a base": {
        "kustomization.yaml": "resources: [base]\nnamespace: z\n",
        "base/kustomization.yaml": KUSTOMIZATION,
        "base/m.yaml": BASE,
    },
}
"""The same as kustomize builds, or it would be an error that nobody needs."""

DIFFERENT = {
    "the label managed-by": {"": "buildMetadata: [managedByLabel]\n"},
    "labels": {"": "labels: [{pairs: {a: b}}]\n"},
    "labels in selectors": {"": "labels: [{pairs: {a: b}, includeSelectors: true}]\n"},
    "labels in templates": {"": "labels: [{pairs: {a: b}, includeTemplates: true}]\n"},
    "commonLabels": {"": "commonLabels: {a: b}\n"},
    "namePrefix": {"": "namePrefix: x-\n"},
    "nameSuffix": {"": "nameSuffix: -x\n"},
    "annotations of a load balancer": {
        "": "commonAnnotations: {service.beta.kubernetes.io/aws-load-balancer-internal: 'true'}\n"
    },
    "annotations that are exceptions": {
        "": "commonAnnotations: {ignore.netverify.dev/it: 'x; expires=2099-01-01; owner=o'}\n"
    },
    "patches": {"": 'patches: [{target: {kind: Pod}, patch: \'[{"op": "remove", "path": "/metadata/labels"}]\'}]\n'},
    "patchesJson6902": {
        "": "patchesJson6902: [{target: {version: v1, kind: Pod, name: pg}, path: p.json}]\n",
        "p.json": '[{"op": "remove", "path": "/metadata/labels"}]',
    },
    "patchesStrategicMerge": {
        "": "patchesStrategicMerge: ["
        "'{apiVersion: v1, kind: Pod, metadata: {name: pg, namespace: b, labels: {a: b}}}']\n"
    },
    "replacements": {
        "": "replacements: [{source: {kind: Pod, name: pg, fieldPath: metadata.name}, "
        "targets: [{select: {kind: Pod}, fieldPaths: [metadata.labels.app]}]}]\n"
    },
    "replicas": {
        "": "replicas: [{name: d, count: 0}]\n",
        "m.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
        "spec:\n  selector: {matchLabels: {a: b}}\n"
        "  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}\n",
    },
    "vars": {"": "vars: [{name: X, objref: {apiVersion: v1, kind: Pod, name: pg}}]\n"},
    "components": {"": "components: [c]\n", "c/kustomization.yaml": f"{COMPONENT}commonLabels: {{a: b}}\n"},
    "transformers": {
        "": "transformers: [t.yaml]\n",
        "t.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\n"
        "fieldSpecs: [{path: metadata/labels, create: true}]\n",
    },
    "generators": {
        "": "generators: [g.yaml]\n",
        "g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nliterals: [a=b]\n",
    },
    "configurations": {
        "": "namespace: x\nconfigurations: [c.yaml]\n",
        "c.yaml": "namespace: [{path: metadata/annotations/note, create: true}]\n",
    },
    "openapi": {"": "openapi: {path: s.json}\n", "s.json": '{"definitions": {}}'},
    "ConfigMap of a controller": {
        "": "configMapGenerator: [{name: tcp-services, literals: [pg=b/pg:5432]}]\n"
        "generatorOptions: {disableNameSuffixHash: true}\n"
    },
    "ConfigMap by another name of a controller": {
        "": "configMapGenerator: [{name: exposed, literals: [x=b/pg:5432], options: {disableNameSuffixHash: true}}]\n"
    },
    "ConfigMap merged into another": {
        "": "configMapGenerator: [{name: c, behavior: merge, literals: [x=b/pg:5432]}]\n",
        "m.yaml": f"{SERVICE}apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{a: b}}\n",
    },
    "an object that is left out": {"m.yaml": POD + POLICY.replace("namespace: b", f'namespace: b, {LOCAL}"true"}}')},
    "an object that is left out by another word": {
        "m.yaml": POD + POLICY.replace("namespace: b", f'namespace: b, {LOCAL}"yes"}}')
    },
}
"""What netverify leaves to kustomize: an error with NV141 that says to render it."""

REFUSED = {
    "a type of another field": {"": "images: {name: x}\n"},
    "an annotation list": {"": "commonAnnotations: [a]\n"},
    "a namespace that is none": {"": "namespace: [a]\n"},
    "a component as a resource": {
        "kustomization.yaml": "resources: [c]\n",
        "c/kustomization.yaml": f"{COMPONENT}resources: [m.yaml]\n",
        "c/m.yaml": BASE,
    },
    "a file twice": {"kustomization.yaml": "resources: [m.yaml, ./m.yaml]\n"},
    "a base twice": {
        "kustomization.yaml": "resources: [x, y]\n",
        **{f"{one}/kustomization.yaml": "resources: [../base]\n" for one in "xy"},
        "base/kustomization.yaml": KUSTOMIZATION,
        "base/m.yaml": BASE,
    },
    "an object in two files": {"": "", "kustomization.yaml": "resources: [m.yaml, n.yaml]\n", "n.yaml": POLICY},
    "an object in two bases": {
        "kustomization.yaml": "resources: [x, y]\nnamespace: z\n",
        **{f"{one}/kustomization.yaml": KUSTOMIZATION for one in "xy"},
        **{f"{one}/m.yaml": POLICY for one in "xy"},
    },
    "two namespaces that become one": {
        "kustomization.yaml": "resources: [m.yaml]\nnamespace: z\n",
        "m.yaml": BASE + NAMESPACE.replace("name: b", "name: c"),
    },
    "a version that there is not": {
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1\nresources: [m.yaml]\n"
    },
    "a component of that version": {
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\nresources: [m.yaml]\n"
    },
}
"""What kustomize refuses: an error with NV143."""


def written(folder: Path, files: dict[str, str]) -> Path:
    """A kustomization of the manifests above; the text of ``""`` is added to it, the other files are as they are."""
    more = files.get("", "")
    texts = {"kustomization.yaml": KUSTOMIZATION + more, "m.yaml": BASE, **files}
    texts.pop("") if "" in texts else None
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def facts(path: Path) -> str:
    """What the manifests at ``path`` say of a cluster, without places."""
    inventory = read_inventory([str(path)])
    assert not inventory.has_errors, inventory.diagnostics
    return re.sub(r"Origin\([^()]*\)", "", repr(inventory.cluster))


def codes(folder: Path) -> list[str]:
    inventory = read_inventory([str(folder)])
    assert inventory.has_errors
    return [one.code for one in inventory.diagnostics if one.code in ("NV141", "NV143")]


def built(folder: Path) -> subprocess.CompletedProcess[str]:
    assert KUBECTL is not None
    return subprocess.run([KUBECTL, "kustomize", str(folder)], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", SAME)
def test_what_is_applied_here_is_what_kustomize_builds(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "k", SAME[name])
    done = built(folder)
    assert done.returncode == 0, done.stderr
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(done.stdout)
    assert facts(folder) == facts(rendered)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_not_applied_here_is_an_error_that_says_to_render_it(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "k", DIFFERENT[name])
    assert codes(folder) == ["NV141"]
    assert not read_inventory([str(folder)]).cluster.network_policies
    assert built(folder).returncode == 0, "kustomize would refuse it: this case tests nothing"


@pytest.mark.parametrize("name", REFUSED)
def test_what_kustomize_refuses_is_an_error(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "k", REFUSED[name])
    assert codes(folder) == ["NV143"]
    assert built(folder).returncode != 0
