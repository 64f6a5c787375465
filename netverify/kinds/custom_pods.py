"""Pods of controllers of other projects, where their object says the labels and ports that the pods have.

The pods of a kind that is here are existing ones. A field that is not what it should be makes the object one whose pods
are not known; nothing is refused, since another API has the say.
"""

from __future__ import annotations

from netverify.documents.document import Document
from netverify.kinds.custom_controllers import READERS
from netverify.kinds.custom_fields import OddFieldError, is_on_host, labels_of, mapping_of, ports_of
from netverify.kinds.registry import KINDS_BY_NAME
from netverify.model.cluster import Workload, WorkloadKey


def custom_pods(group: str, document: Document, namespace: str) -> Workload | None:
    """The workload that the object of ``document`` is; None where its kind or what it says does not tell.

    Where Kubernetes has a kind of that name as well, it is called by its group too.
    """
    kind, meta = document.value["kind"], document.value.get("metadata")
    read = READERS.get((group, kind))
    name = meta.get("name") if isinstance(meta, dict) else None
    if read is None or not isinstance(name, str) or not name:
        return None
    try:
        pods = read(document.value, name)
        labels = labels_of(mapping_of(pods.template.get("metadata")).get("labels"))
        spec = mapping_of(pods.template.get("spec"))
        host_network = is_on_host(spec)
        ports = (*ports_of(spec), *pods.ports)
    except OddFieldError:
        return None
    kept = {key: value for key, value in {**labels, **pods.fixed}.items() if key not in pods.opened}
    return Workload(
        key=WorkloadKey(namespace, name, f"{kind}.{group}" if kind in KINDS_BY_NAME else kind),
        labels=kept,
        ports=tuple(dict.fromkeys(ports)),
        host_network=host_network,
        single=pods.single,
        open_labels=pods.opened,
        origin=document.origin(),
    )
