"""Random small clusters with Services, names and ways in, as plain manifests, biased towards the edges of routing.

Every manifest is one that the API server accepts. The words are few on purpose: selectors, port names and hosts meet
often and miss narrowly.
"""

import json

from generators.vocabulary import Dice

LABELS = ("web", "api", "db")
PORT_NAMES = ("http", "web", "dns")
NUMBERS = (53, 80, 81, 8080)
PROTOCOLS = ("TCP", "TCP", "TCP", "UDP", "SCTP")
SERVICES = ("web", "api", "db", "peers", "alias", "alias-2")
HOSTS = ("example.com", "a.example.com", "a.b.example.com", "*.example.com", "*.b.example.com", "a.example.org")
KINDS = ("Pod", "Pod", "Deployment", "Deployment", "StatefulSet", "StatefulSet", "DaemonSet", "Job")
OUTSIDE = ("192.0.2.7", "2001:db8::7")
ROUTES = {"TLS": "TLSRoute", "TCP": "TCPRoute", "UDP": "UDPRoute"}
GROUP = "gateway.networking.k8s.io"


class RoutedDice(Dice):
    """A seeded source of randomness that remembers what was made so far, and which node ports are taken."""

    rare_words = ()

    def __init__(self, seed):
        super().__init__(seed)
        self.made, self.addresses, self.node_ports = [], [], iter(range(30000, 32767))

    def any_namespace(self):
        return self.choice(self.namespaces)

    def of_kind(self, kind, namespace=None):
        places = {namespace} if namespace else set(self.namespaces)
        return [one for one in self.made if one["kind"] == kind and one["metadata"]["namespace"] in places]


def random_routed_cluster(seed):
    """The manifests of one cluster as a list of dictionaries, and nothing that depends on anything but the seed."""
    rng = RoutedDice(seed)
    rng.namespaces = rng.sample(["shop", "data", "default"], rng.randint(1, 3))
    declared = [namespace(rng, name) for name in rng.namespaces if rng.random() < 0.85]
    for number in range(rng.randint(2, 5)):
        rng.made.append(random_workload(rng, f"w{number}"))
    for _ in range(rng.randint(2, 6)):
        rng.made += random_service(rng)
    if rng.random() < 0.5:
        rng.made += [random_ingress(rng, f"i{number}") for number in range(rng.randint(1, 2))]
        rng.made += [random_class(rng, f"c{number}") for number in range(rng.choice([0, 1, 1, 2]))]
    if rng.random() < 0.5:
        rng.made += [random_gateway(rng, f"g{number}") for number in range(rng.randint(1, 2))]
        rng.made += [random_route(rng, f"r{number}") for number in range(rng.randint(1, 4))]
        rng.made += [random_grant(rng, f"t{number}") for number in range(rng.choice([0, 1, 2]))]
    if rng.random() < 0.15:
        rng.made.append(openshift_route(rng, "o"))
    policies = [random_policy(rng, f"p{number}") for number in range(rng.choice([0, 1, 1, 2, 3]))]
    made = [*declared, *rng.made, *policies]
    rng.shuffle(made)
    return made


def text_of(objects):
    """The manifests as one text: JSON is YAML, and every value keeps its type."""
    return "\n---\n".join(json.dumps(one) for one in objects)


def made(api_version, kind, name, namespace, spec=None, **more):
    body = {} if spec is None else {"spec": spec}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **body, **more}


def namespace(rng, name):
    labels = {"team": rng.choice(["a", "b"])} if rng.random() < 0.6 else {}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


# pods


def random_workload(rng, name):
    """A Pod or a controller; its ports are named, unnamed, of one name with two protocols, or in a sidecar."""
    kind, place = rng.choice(KINDS), rng.any_namespace()
    labels = {"app": rng.choice(LABELS)} | ({"track": "canary"} if rng.random() < 0.3 else {})
    spec = random_pod_spec(rng)
    if kind == "Pod":
        pod = made("v1", "Pod", name, place, spec)
        pod["metadata"]["labels"] = labels
        if rng.random() < 0.3:
            spec |= {"hostname": rng.choice(["h0", "h1"]), "subdomain": rng.choice(["peers", "web"])}
        if rng.random() < 0.6 and not spec.get("hostNetwork"):
            rng.addresses.append(f"10.0.0.{len(rng.addresses) + 1}")
            pod["status"] = {"phase": "Running", "podIP": rng.addresses[-1]}
        if rng.random() < 0.1:
            pod["status"] = {"phase": rng.choice(["Succeeded", "Failed"])}
        return pod
    template = {"metadata": {"labels": labels}, "spec": spec}
    if kind == "Job":
        spec["restartPolicy"] = "Never"
        return made("batch/v1", kind, name, place, {"template": template})
    controlled = {"selector": {"matchLabels": {"app": labels["app"]}}, "template": template}
    if kind == "StatefulSet":
        controlled |= {"serviceName": rng.choice(["peers", "peers", "web"]), "replicas": rng.choice([1, 2])}
        if rng.random() < 0.2:
            controlled["ordinals"] = {"start": 1}
    return made("apps/v1", kind, name, place, controlled)


def random_pod_spec(rng):
    numbers, spec = set(), {}
    on_host = rng.random() < 0.08
    spec["containers"] = [random_container(rng, f"c{i}", numbers, on_host) for i in range(rng.choice([1, 1, 2]))]
    if rng.random() < 0.25:
        spec["initContainers"] = [random_container(rng, "first", numbers, on_host)]
        if rng.random() < 0.6:
            spec["initContainers"][0]["restartPolicy"] = "Always"
    if on_host:
        spec["hostNetwork"] = True
    if rng.random() < 0.2:
        spec["dnsPolicy"] = rng.choice(["Default", "ClusterFirst", "ClusterFirstWithHostNet", "None"])
    if spec.get("dnsPolicy") == "None" or rng.random() < 0.1:
        spec["dnsConfig"] = {
            "nameservers": ["192.0.2.53"],
            "searches": rng.sample(["shop.svc.cluster.local", "svc.cluster.local", "example.com"], 2),
            "options": rng.choice([[], [{"name": "ndots", "value": rng.choice(["1", "2", "5"])}]]),
        }
    return spec


def random_container(rng, name, numbers, on_host):
    """A container: each name once, each number once a protocol in the whole pod."""
    ports, names = [], set()
    for _ in range(rng.choice([0, 1, 2, 2, 3])):
        number, protocol, called = rng.choice(NUMBERS), rng.choice(PROTOCOLS), rng.choice(["http", *PORT_NAMES, None])
        if (number, protocol) in numbers or called in names:
            continue
        numbers.add((number, protocol))
        port = {"containerPort": number}
        if called:
            names.add(called)
            port["name"] = called
        if protocol != "TCP" or rng.random() < 0.3:
            port["protocol"] = protocol
        if not on_host and rng.random() < 0.06:
            port["hostPort"] = number
        ports.append(port)
    return {"name": name, "image": "registry.example/app:1", **({"ports": ports} if ports else {})}


# Services


def random_service(rng):
    """A Service of a free name, with what is listed behind it when it has no selector; nothing when it is taken."""
    place, name = rng.any_namespace(), rng.choice(SERVICES)
    wanted = [one for one in rng.of_kind("StatefulSet", place) if one["spec"]["serviceName"] == name]
    if any(one["metadata"]["name"] == name for one in rng.of_kind("Service", place)):
        return []
    if name.startswith("alias"):
        return [random_alias(rng, name, place)]
    spec = {"ports": random_service_ports(rng)}
    if rng.random() < 0.78:
        own = {"app": wanted[0]["spec"]["selector"]["matchLabels"]["app"]} if wanted else {}
        spec["selector"] = own if own and rng.random() < 0.7 else random_pod_labels(rng, place)
    shape = "headless" if name == "peers" else rng.choice(["", "", "headless", "NodePort", "LoadBalancer"])
    if shape == "headless":
        spec["clusterIP"] = "None"
        if rng.random() < 0.1 and spec.get("selector"):
            del spec["ports"]  # "headless without ports"
    elif shape:
        spec["type"] = shape
        random_exposure(rng, spec)
    elif rng.random() < 0.12:
        spec["externalIPs"] = rng.sample(["198.51.100.1", "198.51.100.2"], rng.randint(1, 2))
    elif rng.random() < 0.3:
        spec["type"] = "ClusterIP"
    service = made("v1", "Service", name, place, spec)
    if "selector" in spec:
        return [service]
    return [service, *random_endpoints(rng, service)]


def random_pod_labels(rng, place):
    """A selector: most often of pods that are there."""
    pods = [one for kind in set(KINDS) for one in rng.of_kind(kind, place)]
    labels = {"app": rng.choice(LABELS)}
    if pods and rng.random() < 0.75:
        one = rng.choice(sorted(pods, key=lambda pod: pod["metadata"]["name"]))
        labels = (one if one["kind"] == "Pod" else one["spec"]["template"])["metadata"]["labels"]
        labels = labels if rng.random() < 0.5 else {"app": labels["app"]}
    return dict(labels)


def random_exposure(rng, spec):
    if rng.random() < 0.5:
        for port in spec["ports"]:
            port["nodePort"] = next(rng.node_ports)
    if rng.random() < 0.4:
        spec["externalTrafficPolicy"] = rng.choice(["Local", "Cluster"])
    if spec["type"] == "LoadBalancer":
        if rng.random() < 0.3:
            spec["allocateLoadBalancerNodePorts"] = False
        if rng.random() < 0.3:
            spec["loadBalancerSourceRanges"] = ["203.0.113.0/24"]


def random_service_ports(rng):
    """One to three ports: two on one target, one number on two protocols, names that pods lack."""
    ports, taken = [], set()
    count = rng.choice([1, 1, 2, 3])
    for called in rng.sample(["http", "web", "dns", "sql"], count):
        number, protocol = rng.choice(NUMBERS), rng.choice(PROTOCOLS)
        if (number, protocol) in taken:
            continue
        taken.add((number, protocol))
        port = {"port": number}
        if count > 1 or rng.random() < 0.5:
            port["name"] = called
        if protocol != "TCP" or rng.random() < 0.3:
            port["protocol"] = protocol
        target = rng.choice([None, rng.choice(NUMBERS), rng.choice(PORT_NAMES), called, "gone"])
        if target is not None:
            port["targetPort"] = target
        ports.append(port)
    return ports


def random_alias(rng, name, place):
    """An ExternalName: to a Service, to another alias (or itself), to a pod, to an outside name, or nearly."""
    service, where = rng.choice(SERVICES), rng.any_namespace()
    target = rng.choice(
        [
            f"{service}.{where}.svc.cluster.local",
            f"{service}.{where}.svc.cluster.local",
            f"{service}.{where}.svc.cluster.local.",
            f"{rng.choice(['alias', 'alias-2'])}.{where}.svc.cluster.local",
            f"{service}.{where}.svc",
            f"{service}.{where}",
            "db.example.com",
            "192.0.2.9",
        ]
    )
    spec = {"type": "ExternalName", "externalName": target}
    if rng.random() < 0.5:
        spec["ports"] = [{"port": rng.choice(NUMBERS)}]
    if rng.random() < 0.2:
        spec["selector"] = {"app": rng.choice(LABELS)}
    return made("v1", "Service", name, place, spec)


def random_endpoints(rng, service):
    """EndpointSlices or Endpoints: addresses of pods anywhere, and outside; ports that meet by name, or do not."""
    place, name = service["metadata"]["namespace"], service["metadata"]["name"]
    found = []
    if rng.random() < 0.25:
        subset = {"addresses": [{"ip": ip} for ip in some_addresses(rng, 4)], "ports": listed_ports(rng, service)}
        found.append(made("v1", "Endpoints", name, place, subsets=[subset]))
    for number in range(rng.choice([0, 1, 1, 2])):
        family = rng.choice([4, 4, 4, 6])
        endpoints = [{"addresses": [ip]} for ip in some_addresses(rng, family)]
        for endpoint in endpoints:
            if rng.random() < 0.25:
                endpoint["conditions"] = {"ready": rng.choice([True, False])}
            if rng.random() < 0.2:
                endpoint["hostname"] = rng.choice(["h0", "h1"])
        body = {"addressType": f"IPv{family}", "endpoints": endpoints, "ports": listed_ports(rng, service)}
        one = made("discovery.k8s.io/v1", "EndpointSlice", f"{name}-{number}", place, **body)
        labelled = name if rng.random() < 0.9 else rng.choice(SERVICES)
        one["metadata"]["labels"] = {"kubernetes.io/service-name": labelled}
        found.append(one)
    return found


def some_addresses(rng, family):
    if family == 6:
        return [OUTSIDE[1]]
    pool = [*rng.addresses, OUTSIDE[0]]
    return rng.sample(pool, rng.randint(1, min(2, len(pool))))


def listed_ports(rng, service):
    """The Service's ports by name with numbers of their own; now and then under another name or protocol."""
    ports = []
    for entry in service["spec"].get("ports") or []:
        port = {"port": rng.choice([*NUMBERS, 5432])} | ({"name": entry["name"]} if "name" in entry else {})
        if rng.random() < 0.12:
            port["name"] = f"x{len(ports)}"
        protocol = entry.get("protocol") or "TCP"
        if protocol != "TCP":
            port["protocol"] = protocol
        ports.append(port)
    return ports


# ways in


def backend_port(rng, namespace, name):
    """A port of the Service as an Ingress writes it, or one that it does not have."""
    services = [one for one in rng.of_kind("Service", namespace) if one["metadata"]["name"] == name]
    ports = (services[0]["spec"].get("ports") if services else None) or []
    if ports and rng.random() < 0.85:
        port = rng.choice(ports)
        return {"name": port["name"]} if "name" in port and rng.random() < 0.5 else {"number": port["port"]}
    return rng.choice([{"number": 9999}, {"name": "gone"}])


def some_service(rng, namespace):
    names = [one["metadata"]["name"] for one in rng.of_kind("Service", namespace)]
    return rng.choice(names) if names and rng.random() < 0.9 else "missing"


def random_backend(rng, namespace):
    name = some_service(rng, namespace)
    return {"service": {"name": name, "port": backend_port(rng, namespace, name)}}


def random_ingress(rng, name):
    place = rng.any_namespace()
    spec = {}
    if rng.random() < 0.4:
        spec["defaultBackend"] = random_backend(rng, place)
    if rng.random() < 0.85 or not spec:
        spec["rules"] = [random_rule(rng, place) for _ in range(rng.randint(1, 2))]
    if rng.random() < 0.35:
        item = {"secretName": "cert"} | ({"hosts": rng.sample(HOSTS, 2)} if rng.random() < 0.8 else {})
        spec["tls"] = [item]
    if rng.random() < 0.4:
        spec["ingressClassName"] = rng.choice(["c0", "c1", "elsewhere"])
    return made("networking.k8s.io/v1", "Ingress", name, place, spec)


def random_rule(rng, place):
    rule = {"host": rng.choice(HOSTS)} if rng.random() < 0.7 else {}
    if rng.random() < 0.06:
        return rule  # all of the host goes to the default backend
    paths = [
        {"path": path, "pathType": rng.choice(["Exact", "Prefix"]), "backend": random_backend(rng, place)}
        for path in rng.sample(["/", "/a", "/a/b"], rng.randint(1, 2))
    ]
    return {**rule, "http": {"paths": paths}}


def random_class(rng, name):
    annotations = {"ingressclass.kubernetes.io/is-default-class": rng.choice(["true", "true", "false"])}
    metadata = {"name": name, "namespace": "", "annotations": annotations if rng.random() < 0.6 else {}}
    del metadata["namespace"]
    spec = {"controller": "example.com/controller"}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": metadata, "spec": spec}


def random_gateway(rng, name):
    """One to three listeners of different protocols, open to the own namespace, to all, or to those with a label."""
    listeners = []
    for number in range(rng.randint(1, 3)):
        protocol = rng.choice(["HTTP", "HTTP", "HTTP", "HTTPS", "TLS", "TCP", "UDP"])
        listener = {"name": f"l{number}", "port": 8000 + number, "protocol": protocol}
        if protocol not in {"TCP", "UDP"} and rng.random() < 0.5:
            listener["hostname"] = rng.choice(HOSTS)
        if protocol == "HTTPS":
            listener["tls"] = {"certificateRefs": [{"name": "cert"}]}
        elif protocol == "TLS":
            listener["tls"] = {"mode": "Passthrough"}
        allowed = {}
        if rng.random() < 0.7:
            source = rng.choice(["Same", "All", "All", "Selector"])
            allowed["namespaces"] = {"from": source}
            if source == "Selector":
                by_name = {"kubernetes.io/metadata.name": rng.any_namespace()}
                allowed["namespaces"]["selector"] = {"matchLabels": rng.choice([{"team": "a"}, by_name])}
        if protocol in {"HTTP", "HTTPS"} and rng.random() < 0.15:
            allowed["kinds"] = [{"kind": rng.choice(["HTTPRoute", "GRPCRoute"])}]
        if allowed:
            listener["allowedRoutes"] = allowed
        listeners.append(listener)
    spec = {"gatewayClassName": "any", "listeners": listeners}
    return made(f"{GROUP}/v1", "Gateway", name, rng.any_namespace(), spec)


def random_route(rng, name):
    """A route of a kind that some listener takes, most often; to Services here and elsewhere, with weights."""
    place, gateway = rng.any_namespace(), rng.choice(rng.of_kind("Gateway"))
    protocol = rng.choice(gateway["spec"]["listeners"])["protocol"]
    kind = ROUTES.get(protocol) or rng.choice(["HTTPRoute", "HTTPRoute", "GRPCRoute"])
    if rng.random() < 0.1:
        kind = rng.choice(["HTTPRoute", *ROUTES.values()])
    spec = {"parentRefs": [random_parent(rng, place, gateway)]}
    if kind == "TLSRoute" or (kind in {"HTTPRoute", "GRPCRoute"} and rng.random() < 0.6):
        spec["hostnames"] = rng.sample(HOSTS, rng.randint(1, 2))
    count = rng.randint(1, 2) if kind in {"HTTPRoute", "GRPCRoute"} else 1
    spec["rules"] = [random_route_rule(rng, kind, place) for _ in range(count)]
    version = "v1" if kind in {"HTTPRoute", "GRPCRoute"} else "v1alpha2"
    return made(f"{GROUP}/{version}", kind, name, place, spec)


def random_parent(rng, place, gateway):
    parent = {"name": gateway["metadata"]["name"]}
    if gateway["metadata"]["namespace"] != place or rng.random() < 0.3:
        parent["namespace"] = gateway["metadata"]["namespace"]
        if rng.random() < 0.06:
            del parent["namespace"]
    if rng.random() < 0.3:
        parent["sectionName"] = rng.choice(["l0", "l1", "gone"])
    elif rng.random() < 0.2:
        parent["port"] = rng.choice([8000, 8001])
    return parent


def random_route_rule(rng, kind, place):
    rule = {"backendRefs": [random_reference(rng, place) for _ in range(rng.choice([1, 1, 2]))]}
    if kind == "HTTPRoute" and rng.random() < 0.6:
        path = {"type": rng.choice(["Exact", "PathPrefix"]), "value": rng.choice(["/", "/a", "/a/b"])}
        rule["matches"] = rng.choice([[{"path": path}], [{"path": path}, {"method": "GET"}]])
    if kind == "GRPCRoute" and rng.random() < 0.5:
        rule["matches"] = [{"method": rng.choice([{"service": "s"}, {"service": "s", "method": "m"}])}]
    return rule


def random_reference(rng, place):
    namespace = place if rng.random() < 0.65 else rng.any_namespace()
    name = some_service(rng, namespace)
    port = backend_port(rng, namespace, name)
    found = {"name": name, "port": port.get("number") or 80}
    if namespace != place or rng.random() < 0.2:
        found["namespace"] = namespace
    if rng.random() < 0.25:
        found["weight"] = rng.choice([0, 1, 10])
    return found


def random_grant(rng, name):
    kinds = ["HTTPRoute", *rng.sample(["GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"], rng.randint(0, 2))]
    source = [{"group": GROUP, "kind": kind, "namespace": rng.any_namespace()} for kind in kinds]
    to = {"group": "", "kind": "Service"} | ({"name": rng.choice(SERVICES)} if rng.random() < 0.4 else {})
    return made(f"{GROUP}/v1beta1", "ReferenceGrant", name, rng.any_namespace(), {"from": source, "to": [to]})


def openshift_route(rng, name):
    place = rng.any_namespace()
    service = some_service(rng, place)
    spec = {"host": rng.choice(["a.example.com", "a.example.org"]), "to": {"kind": "Service", "name": service}}
    if rng.random() < 0.6:
        port = backend_port(rng, place, service)
        spec["port"] = {"targetPort": port.get("name") or rng.choice(NUMBERS)}
    if rng.random() < 0.4:
        spec["tls"] = {"termination": "edge"} | rng.choice([{}, {"insecureEdgeTerminationPolicy": "Allow"}])
    if rng.random() < 0.3:
        spec["to"]["weight"] = rng.choice([0, 100])
        spec["alternateBackends"] = [{"kind": "Service", "name": some_service(rng, place), "weight": 1}]
    return made("route.openshift.io/v1", "Route", name, place, spec)


# policies


def random_policy(rng, name):
    """A policy that restricts by source or destination and by port: that of a Service, or that of its pods."""
    spec = {"podSelector": rng.choice([{}, {"matchLabels": {"app": rng.choice(LABELS)}}])}
    direction = rng.choice(["ingress", "ingress", "egress"])
    spec["policyTypes"] = [direction.capitalize()]
    side = "from" if direction == "ingress" else "to"
    rules = []
    for _ in range(rng.choice([0, 1, 1, 2])):
        rule = {}
        if rng.random() < 0.7:
            rule[side] = [random_peer(rng)]
        if rng.random() < 0.7:
            port = {"port": rng.choice([*NUMBERS, rng.choice(PORT_NAMES)])}
            rule["ports"] = [port | ({"protocol": "UDP"} if rng.random() < 0.3 else {})]
        rules.append(rule)
    spec[direction] = rules
    return made("networking.k8s.io/v1", "NetworkPolicy", name, rng.any_namespace(), spec)


def random_peer(rng):
    pods = {"podSelector": {"matchLabels": {"app": rng.choice(LABELS)}}}
    namespaces = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": rng.any_namespace()}}}
    block = {"ipBlock": {"cidr": rng.choice(["203.0.113.0/24", "10.0.0.0/24", "0.0.0.0/0"])}}
    return rng.choice([pods, namespaces, {**pods, **namespaces}, {"namespaceSelector": {}}, block])
