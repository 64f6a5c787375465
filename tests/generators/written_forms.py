"""One cluster, written down in other ways: in Lists, in any order, objects twice, with Pods that have ended."""

import copy
import json
import random
import zlib

TYPED = {"Pod": "v1", "Namespace": "v1", "Deployment": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1"}


def documents_of(cluster):
    """The documents of a file with the manifests of ``cluster``; always the same ones for one cluster."""
    objects = [*cluster["namespaces"], *cluster["workloads"], *cluster["policies"]]
    objects += [*cluster.get("ended", ()), *cluster.get("nodes", ()), *cluster.get("clusterPolicies", ())]
    rng = random.Random(zlib.crc32(json.dumps(objects).encode()))
    if rng.random() < 0.4:
        return [of_list(objects)]
    objects += [again(rng, one) for one in objects if rng.random() < 0.15]
    rng.shuffle(objects)
    return wrapped(rng, objects)


def again(rng, manifest):
    """The same object with other words where networking does not look."""
    copied = copy.deepcopy(manifest)
    if rng.random() < 0.5:
        copied["metadata"]["annotations"] = {"note": "applied twice"}
    if rng.random() < 0.3:
        copied["metadata"]["generation"] = 2
    return copied


def contradicting(rng, cluster):
    """The documents of ``cluster`` with one object twice that says two things; None where none can."""
    fit = [one for one in cluster["workloads"] if one["kind"] == "Pod"] + cluster["policies"] + cluster["namespaces"]
    if not fit:
        return None
    copied = copy.deepcopy(rng.choice(fit))
    if copied["kind"] == "NetworkPolicy":
        copied["spec"] = {"podSelector": {"matchLabels": {"said": "otherwise"}}}
    else:
        copied["metadata"]["labels"] = {**(copied["metadata"].get("labels") or {}), "said": "otherwise"}
    documents = documents_of(cluster)
    documents.insert(rng.randint(0, len(documents)), copied)
    return documents


def wrapped(rng, objects):
    """``objects`` as documents: some alone, some in Lists, in Lists of Lists, or in a list of their kind."""
    documents = []
    while objects:
        count = rng.randint(1, 4)
        some, objects = objects[:count], objects[count:]
        kinds = {one["kind"] for one in some}
        if len(kinds) == 1 and kinds <= TYPED.keys() and rng.random() < 0.5:
            documents.append(of_kind(rng, kinds.pop(), some))
        elif rng.random() < 0.5:
            documents.append(of_list([of_list(some)] if rng.random() < 0.3 else some))
        else:
            documents += some
    return documents


def of_list(items):
    return {"apiVersion": "v1", "kind": "List", "items": items}


def of_kind(rng, kind, items):
    """A list of one kind, as the API server answers; its items need not say what they are."""
    if rng.random() < 0.5:
        items = [{key: one[key] for key in one if key not in {"apiVersion", "kind"}} for one in items]
    return {"apiVersion": TYPED[kind], "kind": f"{kind}List", "metadata": {}, "items": items}
