"""Random changes of how traffic gets to pods: one of a Service, an Ingress, a Gateway, a route or a pod."""

import copy

from generators.routed_clusters import (
    GROUP,
    HOSTS,
    LABELS,
    NUMBERS,
    RoutedDice,
    random_peer,
    random_policy,
    random_routed_cluster,
)

ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
ROUTING = ("Service", "Ingress", "IngressClass", "Gateway", "ReferenceGrant", "Route", *ROUTES)
BLOCKS = ("192.0.2.0/24", "192.0.2.0/25", "198.51.100.0/24")


def changed_routes(seed):
    """``(old, new, what)``: two clusters without policies, of which the second has one change more, or none."""
    old = [one for one in random_routed_cluster(seed) if one["kind"] != "NetworkPolicy"]
    rng = RoutedDice(seed + 1_000_000)
    new = copy.deepcopy(old)
    for _ in range(8):
        what = rng.choice(CHANGES)
        if what(rng, new):
            return old, new, what.__name__
        new = copy.deepcopy(old)
    rng.shuffle(new)
    return old, new, "another order"


def changed_clusters(seed):
    """As :func:`changed_routes`, of clusters with policies, of which some change as well."""
    old = random_routed_cluster(seed)
    rng = RoutedDice(seed + 2_000_000)
    rng.namespaces = sorted({one["metadata"]["namespace"] for one in old if one["metadata"].get("namespace")})
    for _ in range(8):
        new = copy.deepcopy(old)
        edits = [rng.choice((*CHANGES, *POLICY_CHANGES, *POLICY_CHANGES)) for _ in range(rng.choice([1, 1, 2, 3]))]
        if all(what(rng, new) for what in edits):
            return old, new, [what.__name__ for what in edits]
    return old, copy.deepcopy(old), []


def some(rng, objects, *kinds):
    found = sorted((one for one in objects if one["kind"] in kinds), key=lambda one: one["metadata"]["name"])
    return rng.choice(found) if found else None


def plain_service(rng, objects):
    """A Service that translates, for its type may be any."""
    one = some(rng, objects, "Service")
    fitting = one and one["spec"].get("clusterIP") != "None" and one["spec"].get("type") != "ExternalName"
    return one if fitting and one["spec"].get("ports") else None


def in_another_order(rng, objects):
    rng.shuffle(objects)
    return True


def an_object_removed(rng, objects):
    one = some(rng, objects, *ROUTING)
    if one is not None:
        objects.remove(one)
    return one


def a_type_of_a_service(rng, objects):
    if one := plain_service(rng, objects):
        for name in ("type", "externalTrafficPolicy", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"):
            one["spec"].pop(name, None)
        for port in one["spec"]["ports"]:
            port.pop("nodePort", None)
        one["metadata"].pop("annotations", None)
        one["spec"]["type"] = rng.choice(["ClusterIP", "NodePort", "LoadBalancer"])
    return one


def a_traffic_policy(rng, objects):
    one = plain_service(rng, objects)
    if one and one["spec"].get("type") in {"NodePort", "LoadBalancer"}:
        one["spec"]["externalTrafficPolicy"] = rng.choice(["Local", "Cluster"])
        return True
    return False


def source_ranges(rng, objects):
    one = plain_service(rng, objects)
    if one and one["spec"].get("type") == "LoadBalancer":
        one["spec"]["loadBalancerSourceRanges"] = rng.sample(BLOCKS, rng.randint(1, 2))
        return True
    return False


def external_ips(rng, objects):
    if one := plain_service(rng, objects):
        one["spec"]["externalIPs"] = [rng.choice(["198.51.100.1", "198.51.100.2"])]
    return one


def a_target_port(rng, objects):
    if one := plain_service(rng, objects):
        rng.choice(one["spec"]["ports"])["targetPort"] = rng.choice([*NUMBERS, "http", "gone"])
    return one


def a_selector(rng, objects):
    one = plain_service(rng, objects)
    if one and one["spec"].get("selector"):
        one["spec"]["selector"] = {"app": rng.choice(LABELS)}
        return True
    return False


def an_ingress(rng, objects):
    one = some(rng, objects, "Ingress")
    if one is None:
        return False
    rules = [rule for rule in one["spec"].get("rules") or [] if rule.get("http")]
    what = rng.choice(["class", "tls", "host", "backend"])
    if what == "class":
        one["spec"]["ingressClassName"] = rng.choice(["c0", "c1", "elsewhere"])
    elif what == "tls":
        one["spec"]["tls"] = rng.choice([[], [{"secretName": "cert"}]])
    elif not rules:
        return False
    elif what == "host":
        rng.choice(rules)["host"] = rng.choice(HOSTS)
    else:
        path = rng.choice(rng.choice(rules)["http"]["paths"])
        path["backend"] = {
            "service": {"name": rng.choice(["web", "api", "db"]), "port": {"number": rng.choice(NUMBERS)}}
        }
    return True


def a_listener(rng, objects):
    one = some(rng, objects, "Gateway")
    if one is None:
        return False
    listener = rng.choice(one["spec"]["listeners"])
    if rng.random() < 0.5:
        listener["port"] += 100
    else:
        listener["allowedRoutes"] = {"namespaces": {"from": rng.choice(["Same", "All"])}}
    return True


def a_route(rng, objects):
    one = some(rng, objects, *ROUTES)
    if one is None:
        return False
    rule = rng.choice(one["spec"]["rules"])
    if rng.random() < 0.4:
        rng.choice(rule["backendRefs"])["weight"] = rng.choice([0, 1])
    else:
        rng.choice(rule["backendRefs"])["name"] = rng.choice(["web", "api", "db"])
    return True


def a_grant(rng, objects):
    one = some(rng, objects, "ReferenceGrant")
    if one is not None:
        one["spec"]["to"] = [{"group": "", "kind": "Service", "name": rng.choice(["web", "api", "db"])}]
        one["spec"]["from"].append({"group": GROUP, "kind": "HTTPRoute", "namespace": one["metadata"]["namespace"]})
    return one


def a_pod(rng, objects):
    one = some(rng, objects, "Pod")
    if one is None:
        return False
    what = rng.choice(["label", "host network", "host port"])
    ports = [port for each in one["spec"]["containers"] for port in each.get("ports") or []]
    if what == "label":
        one["metadata"]["labels"]["app"] = rng.choice(LABELS)
    elif what == "host network":
        one["spec"]["hostNetwork"] = True
        for each in (*one["spec"]["containers"], *(one["spec"].get("initContainers") or [])):
            for port in each.get("ports") or []:
                port["hostPort"] = port["containerPort"]
    elif ports and not one["spec"].get("hostNetwork"):
        rng.choice(ports)["hostPort"] = rng.choice([9000, 9001])
    else:
        return False
    return True


def a_policy_less(rng, objects):
    one = some(rng, objects, "NetworkPolicy")
    if one is not None:
        objects.remove(one)
    return one


def a_policy_more(rng, objects):
    objects.append(random_policy(rng, "one-more"))
    return True


def a_peer(rng, objects):
    """Another peer for a rule of a policy, or a rule that has none."""
    one = some(rng, objects, "NetworkPolicy")
    if one is None:
        return False
    direction = one["spec"]["policyTypes"][0].lower()
    rule = {"from" if direction == "ingress" else "to": [random_peer(rng)]} if rng.random() < 0.8 else {}
    one["spec"].setdefault(direction, []).append(rule)
    return True


POLICY_CHANGES = (a_policy_less, a_policy_more, a_peer)
CHANGES = (
    in_another_order,
    an_object_removed,
    a_type_of_a_service,
    a_type_of_a_service,
    a_traffic_policy,
    source_ranges,
    external_ips,
    a_target_port,
    a_selector,
    an_ingress,
    an_ingress,
    a_listener,
    a_route,
    a_grant,
    a_pod,
)
