"""Sources as text for tests of their reading: objects, most of them sound, with everything that else becomes of one."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from netverify.documents.loader import load

SOUND = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache, namespace: shop}
spec: {interval: 1h, chart: {spec: {chart: redis}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [b, a]}]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {}, namespaceSelector: {matchLabels: {team: a}}}]
    ports: [{protocol: UDP, port: 53}, {port: http}, {port: 80, endPort: 90}]
  - {}
  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: "2001:db8::/32"}}]}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: pg}
spec:
  replicas: 2
  selector: {matchLabels: {app: pg}}
  template: {metadata: {labels: {app: pg}}, spec: {containers: [{name: pg, image: i, ports: [{containerPort: 5432}]}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean, namespace: shop}
spec: {schedule: x, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: pg-0
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: pg, controller: true, uid: x}]
  labels: {app: pg}
spec: {containers: [{name: pg, image: i, ports: [{containerPort: 5432}]}]}
status: {phase: Running, podIP: 10.0.0.7}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: c, namespace: shop}
spec: {}
---
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: {name: mesh, namespace: shop}
spec: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: t}
---
apiVersion: v1
kind: Pod
metadata: {generateName: made-}
spec: {containers: [{name: a, image: i}]}
"""
REFUSED = [
    "apiVersion: v1\nkind: Pod\nkind: Pod\n",
    "a: !!str b\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: A}\nspec: {replicas: -1, replica: 1}\n",
    "kind: NetworkPolicy\n",
    "just: values\n",
    (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: bad, namespace: shop}\n"
        "spec: {ingress: [null, {from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}\n"
    ),
]
TEMPLATE = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n"
_OBJECTS = [document.value for document in load("all.yaml", SOUND.encode()).documents]
_LEAVES: list[Any] = [None, True, 0, 70000, "", "web", "UPPER", "TCP", [], {}, ["x"], {"a": "b"}]


def source_text(dice: random.Random, size: int = 0) -> str:
    """One source of at least ``size`` bytes; the same for the same state of ``dice``."""
    if dice.random() < 0.1:
        return _padded(TEMPLATE, size)
    documents = [_document(dice, number) for number in range(dice.randint(1, 12))]
    return _padded("---\n".join(documents), size)


def _document(dice: random.Random, number: int) -> str:
    if dice.random() < 0.15:
        return dice.choice(REFUSED)
    value = copy.deepcopy(dice.choice(_OBJECTS))
    if dice.random() < 0.5 and "name" in value["metadata"]:
        value["metadata"]["name"] += f"-{number}"
    if dice.random() < 0.3:
        container, key = dice.choice(_places_in(value))
        container[key] = dice.choice(_LEAVES)
    return json.dumps(value, indent=dice.choice([None, 1, 2])) + "\n"


def _places_in(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += [(value, key), *_places_in(child)]
    return found


def _padded(text: str, size: int) -> str:
    return text + "# and so on\n" * (max(0, size - len(text)) // 12 + 1)
