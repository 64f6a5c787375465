"""What documents say of a cluster: its namespaces, workloads and policies; judges share no code with the package.

* A List holds objects; the items of a ``PodList`` are Pods, whether they say so or not.
* An object is one by its kind, namespace and name: applying it again changes it, and applying the same changes nothing.
* A Pod in phase Succeeded or Failed has ended: its containers do not run, and its address may be another pod's.
"""

from oracles.direct_interpreter import kind_of, name_of, namespace_of

PLACES = {"Namespace": "namespaces", "NetworkPolicy": "policies"}
IDLE = ("annotations", "generation")


class ContradictionError(Exception):
    """One object is there twice, and says two things."""


def what_runs(documents):
    """The cluster of ``documents``, with its objects in the order of names."""
    found = {}
    for document in documents:
        for one in items_of(document):
            key = kind_of(one), "" if kind_of(one) == "Namespace" else namespace_of(one), name_of(one)
            if found.setdefault(key, meaning(one)) != meaning(one):
                raise ContradictionError(key)
    cluster = {"namespaces": [], "workloads": [], "policies": []}
    for (kind, *_), one in sorted(found.items()):
        if (one.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}:
            cluster[PLACES.get(kind, "workloads")].append(one)
    return cluster


def items_of(document):
    """The objects of a document: those of a List at any depth, else itself."""
    kind = document["kind"]
    if not kind.endswith("List"):
        return [document]
    typed = {} if kind == "List" else {"apiVersion": document["apiVersion"], "kind": kind.removesuffix("List")}
    return [one for item in document["items"] for one in items_of({**typed, **item})]


def meaning(manifest):
    """A manifest without what networking does not look at."""
    kept = {key: value for key, value in manifest["metadata"].items() if key not in IDLE}
    return {**manifest, "metadata": kept}
