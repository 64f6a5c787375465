"""Pairs of clusters put to the package and to the brute force, and the changes that it lists to the direct judge."""

from agreement.adapter import inventory_of
from agreement.questions import completions, end_of
from generators.pairs_of_clusters import judged_pair
from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.diff.compare import compare
from netverify.model.flow import End, Pod
from oracles.brute_force import may_connect


def compared(old, new, **settings):
    """What the package says of two clusters of plain data."""
    given = Settings(**settings)
    return compare(make_context(inventory_of(old), given), make_context(inventory_of(new), given))


def disagreement(seed):
    """What is wrong with the comparison of a random pair, in words; None where all is well.

    The package also tries pods on the host network that could be created; what only these show, the changes prove.
    """
    old, new, change, expected = judged_pair(seed)
    found = compared(old, new)
    for what, certainty, flow in zip(("new", "lost"), (found.new_access, found.lost_access), expected, strict=True):
        if str(certainty) == "unknown":
            return f"{change}: {found.unknown_because}"
        if str(certainty) == "no" and flow is not None:
            return f"{change}: no {what} access, but {flow}"
    return wrong_changes(old, new, found)


def wrong_changes(old, new, found):
    """A listed change whose witness does not show it; None without any."""
    for changes, sides in ((found.appears, (new, old)), (found.disappears, (old, new))):
        for change in changes:
            for behaviours in completions(
                {str(name): value for name, value in change.witness.behaviours.items()}, sides[0]
            ):
                flows = change.witness.flow, change.other
                said = tuple(
                    is_allowed(cluster, flow, sides, behaviours) for cluster, flow in zip(sides, flows, strict=True)
                )
                if said != (True, False):
                    return f"{change} is {said} with {behaviours}"
    return None


def is_allowed(cluster, flow, sides, behaviours):
    """What the direct interpreter says of the flow in ``cluster``, one of both ``sides``."""
    other = next(one for one in sides if one is not cluster)
    namespaces = {one["metadata"]["name"] for one in cluster["namespaces"]}
    placed = {
        one["metadata"].get("namespace") or "default" for part in ("workloads", "policies") for one in cluster[part]
    }
    missing = [one for one in other["namespaces"] if one["metadata"]["name"] not in namespaces | placed]
    whole = {**cluster, "namespaces": [*cluster["namespaces"], *missing]}
    source, destination = (on_host(end_of(whole, flow.at(end)), flow.at(end)) for end in End)
    source["node"], destination["node"] = "n1", "n1" if flow.same_node else "n2"
    return may_connect(whole, source, destination, str(flow.protocol), flow.port, behaviours)


def on_host(end, endpoint):
    """The end with a pod that could be created on the host network, where the witness has it there."""
    if isinstance(endpoint, Pod) and endpoint.workload is None and endpoint.host_network:
        pod = end["pod"]
        return {**end, "pod": {**pod, "spec": {**pod["spec"], "hostNetwork": True}}}
    return end
