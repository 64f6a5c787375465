"""Short manifests as text, and the inventory of a text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from netverify.documents.document import Document
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.model.cluster import Workload
from netverify.sources.coverage import Inventory
from netverify.sources.gathering import Content, contents
from netverify.sources.inventory import build_inventory
from netverify.sources.sources import Source


def inventory_of(text: str, **options: str) -> Inventory:
    loaded = load("all.yaml", textwrap.dedent(text).encode())
    assert loaded.diagnostics == ()
    return build_inventory(loaded.documents, **options)


def documents_of(sources: Iterable[Source]) -> list[Document]:
    """The documents of every source that can be read, each where its overlay puts it."""
    read = [one for one in contents(sources, DEFAULT_LIMITS) if isinstance(one, Content)]
    return [document for one in read for document in load(one.path, one.data, namespace=one.namespace).documents]


def codes(inventory: Inventory) -> list[str]:
    return [finding.code for finding in inventory.diagnostics]


def workload(inventory: Inventory, name: str) -> Workload:
    (found,) = (one for one in inventory.cluster.workloads if str(one.key) == name)
    return found


def controller(kind: str, spec: str = "", *, labels: str = "app: web", name: str = "web", meta: str = "") -> str:
    selector = "" if kind in {"Job", "CronJob"} else "selector: {matchLabels: {app: web}}, "
    restart = "restartPolicy: Never, " if kind in {"Job", "CronJob"} else ""
    group = "batch" if kind in {"Job", "CronJob"} else "apps"
    pod = f"{{metadata: {{labels: {{{labels}}}}}, spec: {{{restart}containers: [{{name: c, image: i}}]}}}}"
    body = f"{selector}{spec}template: {pod}"
    if kind == "CronJob":
        body = f'schedule: "* * * * *", jobTemplate: {{spec: {{{spec}template: {pod}}}}}'
    return (
        f"---\napiVersion: {group}/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: shop{meta}}}\nspec: {{{body}}}\n"
    )


def pod(name: str = "web", *, labels: str = "app: web", meta: str = "", spec: str = "", status: str = "{}") -> str:
    return (
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, labels: {{{labels}}}{meta}}}\n"
        f"spec: {{{spec}containers: [{{name: c, image: i}}]}}\nstatus: {status}\n"
    )


def owned_by(kind: str, name: str, group: str = "apps") -> str:
    reference = f"{{apiVersion: {group}/v1, kind: {kind}, name: {name}, uid: u, controller: true}}"
    return f", ownerReferences: [{reference}]"
