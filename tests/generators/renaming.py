"""Clusters and connections under other names: consistent renaming changes no decision."""

import copy

from generators.changes import selectors
from generators.clusters import NAME_LABEL
from oracles.direct_interpreter import pod_of


def with_namespaces_renamed(rng, cluster, points):
    """The namespaces exchanged among themselves and with new names, in manifests, selectors and connections."""
    fresh = [*cluster["names"], "aa-new", "zz-new"]
    names = dict(zip(cluster["names"], rng.sample(fresh, len(cluster["names"])), strict=True))
    names.setdefault("default", "renamed-default")
    return mapped(cluster, points, lambda manifest: move(manifest, names), lambda _, value: value, names)


def with_values_renamed(cluster, points):
    """Every label value under another name; values that differ stay different."""

    def rename(key, value):
        return value if key == NAME_LABEL else f"v-{value or 'empty'}"

    return mapped(cluster, points, lambda manifest: manifest, rename, {})


def with_a_label_more(rng, cluster, points):
    """A label that no selector mentions, on some pods and namespaces."""

    def add(manifest):
        for metadata in (manifest["metadata"], pod_of(manifest)["metadata"] if is_workload(manifest) else {}):
            if metadata.get("labels") and rng.random() < 0.7:
                metadata["labels"]["nobody-mentions-this"] = "x"
        return manifest

    return mapped(cluster, points, add, lambda _, value: value, {})


def is_workload(manifest):
    return manifest["kind"] not in {"Namespace", "NetworkPolicy"}


def mapped(cluster, points, each, rename, names):
    """Copies of ``cluster`` and ``points`` with every manifest and label value mapped, and names in selectors too."""
    cluster, points = copy.deepcopy((cluster, points))
    cluster["names"] = [names.get(name, name) for name in cluster["names"]]
    for kind in ("namespaces", "workloads", "policies"):
        cluster[kind] = [each(relabelled(manifest, rename)) for manifest in cluster[kind]]
    for selector in selectors(cluster):
        rename_in(selector, rename, names)
    for point in points:
        for side in ("source", "destination"):
            end = point[side]
            if end.get("workload") is not None:
                end["pod"] = cluster["workloads"][end["workload"]]
            elif "pod" in end:
                end["pod"] = each(relabelled(end["pod"], rename))
            if "pod" in end:
                end["namespaceLabels"] = {k: rename(k, v) for k, v in end["namespaceLabels"].items()}
    return cluster, points


def move(manifest, names):
    """A manifest in the namespace of the new name, or the Namespace itself under it."""
    metadata = manifest["metadata"]
    if manifest["kind"] == "Namespace":
        metadata["name"] = names.get(metadata["name"], metadata["name"])
        (metadata.get("labels") or {}).pop(NAME_LABEL, None)
    else:
        namespace = metadata.get("namespace") or "default"
        metadata["namespace"] = names.get(namespace, namespace)
    return manifest


def relabelled(manifest, rename):
    """A manifest with the values of its labels, its template's and its own selector's renamed."""
    holders = [manifest["metadata"]]
    if is_workload(manifest):
        holders.append(pod_of(manifest)["metadata"])
    seen = []
    for metadata in holders:
        if metadata.get("labels") and not any(metadata is other for other in seen):
            metadata["labels"] = {key: rename(key, value) for key, value in metadata["labels"].items()}
        seen.append(metadata)
    own = (manifest.get("spec") or {}).get("selector") if is_workload(manifest) else None
    if own:
        equal = own.get("matchLabels", own)
        for key, value in equal.items():
            equal[key] = rename(key, value)
    return manifest


def rename_in(selector, rename, names):
    """The values of a policy's selector renamed; those of the name label as namespaces are."""

    def renamed(key, value):
        return names.get(value, value) if key == NAME_LABEL else rename(key, value)

    labels = selector.get("matchLabels") or {}
    for key, value in labels.items():
        labels[key] = renamed(key, value)
    for expression in selector.get("matchExpressions") or []:
        if expression.get("values"):
            expression["values"] = [renamed(expression["key"], value) for value in expression["values"]]


def with_named_ports(rng, cluster, points):
    """Two clusters where every pod declares the same names: policies use the names in one, the numbers in the other."""
    cluster, points = copy.deepcopy((cluster, points))
    numbers = dict(zip(rng.words.port_names, rng.sample(rng.words.ports, len(rng.words.port_names)), strict=True))
    declared = [
        {"name": name, "containerPort": number, "protocol": protocol}
        for name, number in numbers.items()
        for protocol in ("TCP", "UDP", "SCTP")
    ]
    pods = [pod_of(w) for w in cluster["workloads"]]
    pods += [end["pod"] for p in points for end in (p["source"], p["destination"]) if end.get("workload", 0) is None]
    for pod in pods:
        pod["spec"].pop("initContainers", None)
        pod["spec"]["containers"] = [
            {"name": f"c-{port['protocol'].lower()}-{port['name']}", "image": "i", "ports": [port]} for port in declared
        ]
    for point in points:
        for end in (point["source"], point["destination"]):
            if end.get("workload") is not None:
                end["pod"] = cluster["workloads"][end["workload"]]
    numbered = copy.deepcopy(cluster)
    for policy in numbered["policies"]:
        for field in ("ingress", "egress"):
            for rule in (policy.get("spec") or {}).get(field) or []:
                for entry in (rule or {}).get("ports") or []:
                    if entry and isinstance(entry.get("port"), str):
                        entry["port"] = numbers[entry["port"]]
    inside = [point for point in points if "pod" in point["destination"]]
    return cluster, numbered, inside
