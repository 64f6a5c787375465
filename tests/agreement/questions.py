"""Whole questions put to the package and to the brute force, and witnesses put to the direct interpreter."""

import itertools

from agreement.adapter import behaviours_of, inventory_of
from generators.small_cases import small_case, solved_case
from netverify.model.flow import External
from netverify.verify import Settings, ask
from oracles.added_labels import added_labels
from oracles.brute_force import answers, belongs, items, machine, values_by_key
from oracles.cluster_policy_interpreter import CLUSTER_BEHAVIOURS
from oracles.direct_interpreter import BEHAVIOURS, numbers_of, pod_of, spec_of

__all__ = ["disagreement", "small_case", "wrong_witness"]


def disagreement(seed):
    """What the package answers and what the brute force answers, where they differ; None where they agree."""
    cluster, question, expected = solved_case(seed)
    answer = ask(question["sentence"], inventory_of(cluster), settings_for(question))
    said = (str(answer.verdict), answer.scope and str(answer.scope))
    if said != expected:
        return f"{question['sentence']}: {said}, but {expected}"
    if answer.witness is not None:
        return wrong_witness(cluster, question, answer.witness)
    return None


def settings_for(question):
    """What the question takes as known."""
    return Settings(
        behaviours_of(question.get("fixed", {})),
        pod_cidrs=question.get("pod_cidrs", ()),
        free_named_ports=question.get("free_named_ports", False),
    )


def wrong_witness(cluster, question, witness):
    """Why ``witness`` is none, in words; None when it holds whatever the behaviours are that it does not name."""
    flow = witness.flow
    source, destination = (end_of(cluster, end) for end in (flow.source, flow.destination))
    source["node"], destination["node"] = "n1", "n1" if flow.same_node else "n2"
    place = [end.get("of_node") for end in (source, destination)]
    if all(place) and (place[0] == place[1]) is not flow.same_node:
        return f"{question['sentence']}: the nodes of {witness} are not where it says"
    for side, end in (("source", source), ("destination", destination)):
        if not belongs(cluster, question[side], end):
            return f"{question['sentence']}: the {side} of {witness} is not what was asked about"
    if str(flow.protocol) not in question["protocols"]:
        return f"{question['sentence']}: the protocol of {witness} is not what was asked about"
    needed = {**question.get("fixed", {}), **{str(name): value for name, value in witness.behaviours.items()}}
    for behaviours in completions(needed, cluster):
        if not is_port_wanted(question["port"], flow, destination, behaviours):
            return f"{question['sentence']}: the port of {witness} is not what was asked about"
        if answers(cluster, source, destination, str(flow.protocol), flow.port, behaviours) != {True}:
            return f"{question['sentence']}: {witness} is denied with {behaviours}"
    return None


def is_port_wanted(wanted, flow, destination, behaviours):
    if isinstance(wanted, str):
        return flow.port in numbers_of(wanted, str(flow.protocol), destination, behaviours)
    low, high = wanted or (1, 65535)
    return low <= flow.port <= high


def completions(named, cluster=None):
    """The assignments of all behaviours that agree with ``named``: policies enforced, every other one both ways.

    All others false, all others true, and each one alone the other way.
    """
    enforced = ("policy-enforced", "cluster-network-policy-enforced", "admin-network-policy-enforced")
    fixed = {**dict.fromkeys(enforced, True), **named}
    names = (*BEHAVIOURS, *(CLUSTER_BEHAVIOURS if (cluster or {}).get("clusterPolicies") else ()))
    free = [name for name in names if name not in fixed]
    for base, odd in itertools.product((False, True), [None, *free]):
        yield {**{name: base != (name == odd) for name in free}, **fixed}


def end_of(cluster, endpoint):
    """An end of a witness as the direct interpreter takes it."""
    address = str(endpoint.address)
    if isinstance(endpoint, External):
        return {"address": address}
    labels = dict(endpoint.namespace_labels)
    if endpoint.workload is None:
        ports = [{"containerPort": p.number, "name": p.name, "protocol": str(p.protocol)} for p in endpoint.ports]
        metadata = {"name": f"possible-{address}", "namespace": endpoint.namespace, "labels": dict(endpoint.labels)}
        pod = {"kind": "Pod", "metadata": metadata, "spec": {"containers": [{"ports": ports}]}}
        return {"pod": pod, "workload": None, "address": address, "namespaceLabels": labels}
    key = endpoint.workload
    if endpoint.is_node:
        return next(machine(node, address) for node in cluster["nodes"] if node["metadata"]["name"] == key.name)
    for index, manifest in enumerate(cluster["workloads"]):
        namespace = manifest["metadata"].get("namespace") or "default"
        if (manifest["kind"], namespace, manifest["metadata"]["name"]) == (key.kind, key.namespace, key.name):
            replica = address if manifest["kind"] != "Pod" else 0
            return {
                "pod": manifest,
                "workload": index,
                "address": address,
                "namespaceLabels": labels,
                "replica": replica,
                "addedLabels": added_to(manifest, cluster, dict(endpoint.labels)),
            }
    raise AssertionError(f"the witness has a workload {key} that is not in the manifests")


def added_to(manifest, cluster, shown):
    """What its controller adds to a pod of ``manifest`` that has all labels ``shown``, and perhaps others."""
    peers = [peer for policy in cluster["policies"] for peer in items(policy)[0]]
    selectors = [spec_of(policy).get("podSelector") for policy in cluster["policies"]]
    values = values_by_key([*selectors, *(peer.get("podSelector") for peer in peers)])
    shown = {key: value for key, value in shown.items() if key not in values or value in values[key]}
    values |= {key: {value} for key, value in shown.items() if key not in values}
    written = pod_of(manifest)["metadata"].get("labels") or {}
    return next(
        added
        for added in reversed(added_labels(manifest, values))
        if shown.items() <= {key: value or "" for key, value in {**written, **added}.items()}.items()
    )
