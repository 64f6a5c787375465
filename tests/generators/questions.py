"""Random questions about a small cluster: a sentence, with what it means as plain data for the brute force."""

from generators.clusters import NAME_LABEL
from oracles.direct_interpreter import BEHAVIOURS

BLOCKS = ("10.0.0.0/24", "10.0.0.5", "0.0.0.0/0", "8.8.8.0/24", "fd00::/64")


def random_question(rng, cluster):
    """A sentence with what it means: both ends, protocols, and ``port``: a range of numbers, a name, or None."""
    source, source_text = random_phrase(rng, cluster)
    destination, destination_text = random_phrase(rng, cluster)
    port, protocols, port_text = random_traffic(rng)
    if port_text and ":" in destination_text:
        destination_text = f"[{destination_text}]"
    return {
        "sentence": f"can {source_text} reach {destination_text}{port_text}",
        "source": source,
        "destination": destination,
        "protocols": protocols,
        "port": port,
        "pod_cidrs": ("10.0.0.0/24", "fd00::/64") if rng.random() < 0.15 else (),
        "fixed": random_choices(rng) if rng.random() < 0.2 else {},
        "free_named_ports": rng.random() < 0.15,
    }


def random_choices(rng):
    """What a user may know of the CNI."""
    return {name: rng.random() < 0.5 for name in rng.sample(BEHAVIOURS, 3) if name != "policy-enforced"}


def random_traffic(rng):
    """Ports and protocols with their text; TCP is the default, and without a port every port is meant."""
    port, text = rng.choice(
        [(None, ""), ((80, 80), ":80"), ((81, 81), ":81"), ((80, 80), ":80"), ((79, 82), ":79-82"), ("http", ":http")]
    )
    if port is None:
        return None, ("TCP", "UDP", "SCTP"), ""
    suffix, protocols = rng.choice(
        [("", ("TCP",)), ("", ("TCP",)), ("/udp", ("UDP",)), ("/sctp", ("SCTP",)), ("/any", ("TCP", "UDP", "SCTP"))]
    )
    return port, protocols, text + suffix


def random_phrase(rng, cluster):
    """One end of a question, as data and as text."""
    shape = rng.choice(["namespace", "namespace", "workload", "workload", "pods", "any", "block", "internet"])
    if shape == "workload" and cluster["workloads"]:
        workload = rng.choice(cluster["workloads"])
        namespace, name = workload["metadata"].get("namespace") or "default", workload["metadata"]["name"]
        key = (workload["kind"], namespace, name)
        return {"shape": "workload", "key": key}, f"{workload['kind'].lower()} {namespace}/{name}"
    if shape == "pods":
        expression, text = random_requirement(rng, rng.words.keys)
        where, where_text = random_place(rng, cluster)
        return {
            "shape": "pods",
            "selector": {"matchExpressions": [expression]},
            "where": where,
        }, f"pods {text}{where_text}"
    if shape == "any":
        where, where_text = random_place(rng, cluster)
        return {"shape": "pods", "selector": {}, "where": where}, f"any pod{where_text}"
    if shape == "block":
        nodes = [one["address"] for node in cluster.get("nodes", ()) for one in node["status"]["addresses"][1:]]
        block = rng.choice(nodes if nodes and rng.random() < 0.7 else BLOCKS)
        cidr = block if "/" in block else f"{block}/{128 if ':' in block else 32}"
        return {"shape": "block", "cidr": cidr}, block
    if shape == "internet":
        return {"shape": "internet"}, "internet"
    name = rng.choice(known_namespaces(cluster))
    selector = {"matchLabels": {NAME_LABEL: name}}
    return {"shape": "pods", "selector": {}, "where": ("in", selector)}, f"namespace {name}"


def known_namespaces(cluster):
    """The namespaces that are declared or that some object lives in."""
    objects = [*cluster["workloads"], *cluster["policies"]]
    found = {thing["metadata"].get("namespace") or "default" for thing in objects}
    return sorted(found | {namespace["metadata"]["name"] for namespace in cluster["namespaces"]}) or ["default"]


def random_place(rng, cluster):
    """Nothing, or ``in`` or ``outside`` of namespaces by name or by labels."""
    word = rng.choice(["in", "outside"])
    shape = rng.choice(["none", "none", "name", "labels"])
    if shape == "name":
        name = rng.choice(known_namespaces(cluster))
        return (word, {"matchLabels": {NAME_LABEL: name}}), f" {word} namespace {name}"
    if shape == "labels":
        expression, text = random_requirement(rng, rng.words.keys)
        return (word, {"matchExpressions": [expression]}), f" {word} namespaces {text}"
    return None, ""


def random_requirement(rng, keys):
    """One requirement on labels, as an expression and in kubectl's words."""
    key, values = rng.choice(keys), rng.sample(rng.words.values, rng.randint(1, 2))
    listed = ", ".join(values)
    return rng.choice(
        [
            ({"key": key, "operator": "In", "values": values[:1]}, f"{key}={values[0]}"),
            ({"key": key, "operator": "NotIn", "values": values[:1]}, f"{key}!={values[0]}"),
            ({"key": key, "operator": "In", "values": values}, f"{key} in ({listed})"),
            ({"key": key, "operator": "NotIn", "values": values}, f"{key} notin ({listed})"),
            ({"key": key, "operator": "Exists"}, key),
            ({"key": key, "operator": "DoesNotExist"}, f"!{key}"),
        ]
    )
