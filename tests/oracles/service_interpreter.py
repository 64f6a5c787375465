"""What is behind a Service that translates or names addresses, from the manifests themselves.

A part of the judge of routing (``routing_interpreter``), with what a *target* is: ``(namespace, name, kind)`` of a
manifest with pods, or an address as text when no pod of the manifests has it. Keep it dumb, flat and under 300 lines.
"""

from oracles.direct_interpreter import kind_of, name_of, namespace_of, pod_of, selector_matches
from oracles.plain_addresses import address_bits

WORKLOADS = (
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
)
SLICE_OF = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SKIP_MIRROR = "endpointslice.kubernetes.io/skip-mirror"
CONTROLLERS = ("endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io")
POD_NAME = "statefulset.kubernetes.io/pod-name"


def behind_port(objects, service, entry):
    """The targets of one port of a Service that translates: those of its pods, and those that slices list."""
    protocol = protocol_of(entry)
    if service["spec"].get("selector"):
        for manifest in selected(objects, service):
            number = target_number(manifest, entry)
            if number is not None:
                yield key_of(manifest), protocol, number
    for address, listed, _ in listed_endpoints(objects, service):
        for other in listed:
            # "the name of this port. All ports in an EndpointSlice must have a unique name", matched to the Service's
            if (other.get("name") or "") == (entry.get("name") or "") and protocol_of(other) == protocol:
                number = other["port"] if other.get("port") is not None else entry["port"]  # "ports are not restricted"
                yield target_at(objects, address), protocol, number


def target_number(manifest, entry):
    """The number that ``targetPort`` means on one pod; None when it is a name that the pod lacks.

    "If this is a string, it will be looked up as a named port in the target Pod's container ports. If this is not
    specified, the value of the 'port' field is used"
    """
    wanted = entry.get("targetPort") or entry["port"]
    if isinstance(wanted, int):
        return wanted
    for port in container_ports(manifest):
        if port.get("name") == wanted and protocol_of(port) == protocol_of(entry):
            return port["containerPort"]
    return None


def container_ports(manifest):
    """The ports of the containers, then those of init containers that keep running (sidecars)."""
    spec = pod_of(manifest).get("spec") or {}
    sidecars = [one for one in spec.get("initContainers") or [] if one.get("restartPolicy") == "Always"]
    return [port for container in [*(spec.get("containers") or []), *sidecars] for port in container.get("ports") or []]


# what is behind a Service, whatever the port


def members(objects, service, hostname=None):
    """The targets that a headless Service has, or those that go by ``hostname`` (or a dashed address) within it."""
    found = set()
    if service["spec"].get("selector"):
        for manifest in selected(objects, service):
            if hostname is None or hostname in hostnames(manifest, service):
                found.add(key_of(manifest))
    for address, _, called in listed_endpoints(objects, service):
        if hostname in {None, called or dashed(address)}:
            found.add(target_at(objects, address))
    return sorted(found, key=str)


def hostnames(manifest, service):
    """What the pods of a manifest are called under a Service that selects them."""
    spec = pod_of(manifest).get("spec") or {}
    if kind_of(manifest) == "StatefulSet":
        if manifest["spec"].get("serviceName") == name_of(service):
            return pod_names(manifest)
    elif spec.get("hostname") and spec.get("subdomain") == name_of(service):
        return [spec["hostname"]]
    return [dashed(address) for address in addresses_of(manifest)]


def dashed(address):
    return address.replace(".", "-").replace(":", "-")


def pod_names(stateful_set):
    """``<name>-<ordinal>``, from ``ordinals.start`` on; one replica unless it says otherwise."""
    spec = stateful_set["spec"]
    first = (spec.get("ordinals") or {}).get("start") or 0
    count = 1 if spec.get("replicas") is None else spec["replicas"]
    return [f"{name_of(stateful_set)}-{number}" for number in range(first, first + count)]


def selected(objects, service):
    """The manifests with pods that a Service selects: its own namespace, every pair, and no pod that has ended."""
    wanted = {"matchLabels": service["spec"]["selector"]}
    for manifest in objects:
        if kind_of(manifest) not in WORKLOADS or namespace_of(manifest) != namespace_of(service):
            continue
        written = (pod_of(manifest).get("metadata") or {}).get("labels") or {}
        labels = {key: value or "" for key, value in written.items()}
        pods = [labels]
        if kind_of(manifest) == "StatefulSet":  # "the StatefulSet controller ... adds a label ... the name of the Pod"
            pods = [{POD_NAME: name, **labels} for name in pod_names(manifest)] or pods
        if not has_ended(manifest) and any(selector_matches(wanted, pod) for pod in pods):
            yield manifest


def listed_endpoints(objects, service):
    """What EndpointSlices and Endpoints of a Service list and is ready: ``(address, ports, hostname)``.

    What the controllers of the cluster wrote for a selector is left out: they write it anew.
    """
    namespace, name, by_selector = namespace_of(service), name_of(service), service["spec"].get("selector")
    for one in objects:
        if kind_of(one) == "EndpointSlice" and namespace_of(one) == namespace:
            labels = one["metadata"].get("labels") or {}
            if labels.get(SLICE_OF) != name or one["addressType"] == "FQDN":
                continue
            if labels.get(MANAGED_BY) in CONTROLLERS and by_selector:
                continue
            for endpoint in one.get("endpoints") or []:
                if (endpoint.get("conditions") or {}).get("ready") is not False:  # "a nil value should be ... true"
                    yield endpoint["addresses"][0], one.get("ports") or [], endpoint.get("hostname")
    mirrored = None if by_selector else find(objects, "Endpoints", namespace, name)
    if mirrored is not None and (mirrored["metadata"].get("labels") or {}).get(SKIP_MIRROR) != "true":
        for subset in mirrored.get("subsets") or []:
            for address in subset.get("addresses") or []:
                yield address["ip"], subset.get("ports") or [], address.get("hostname")


def target_at(objects, address):
    """The pod that has an address, or else the address; on the host network the address is the node's."""
    for manifest in objects:
        if kind_of(manifest) != "Pod" or has_ended(manifest) or manifest["spec"].get("hostNetwork"):
            continue
        if address_bits(address) in [address_bits(one) for one in addresses_of(manifest)]:
            return key_of(manifest)
    return address


def addresses_of(manifest):
    status = (manifest.get("status") or {}) if kind_of(manifest) == "Pod" else {}
    listed = [item["ip"] for item in status.get("podIPs") or []]
    return listed or [ip for ip in [status.get("podIP")] if ip]


def has_ended(manifest):
    return kind_of(manifest) == "Pod" and (manifest.get("status") or {}).get("phase") in {"Succeeded", "Failed"}


# Services


def find(objects, kind, namespace, name):
    for one in objects:
        if (kind_of(one), namespace_of(one), name_of(one)) == (kind, namespace, name):
            return one
    return None


def key_of(manifest):
    return namespace_of(manifest), name_of(manifest), kind_of(manifest)


def type_of(service):
    return service["spec"].get("type") or "ClusterIP"


def is_headless(service):
    return service["spec"].get("clusterIP") == "None"


def ports_of(service):
    return service["spec"].get("ports") or []


def protocol_of(port):
    return port.get("protocol") or "TCP"


def dialled(service, port):
    """What a client of a headless Service dials: the number itself, or the number of the port that is so called."""
    for entry in ports_of(service):
        if port in {entry["port"], entry.get("name")}:
            yield protocol_of(entry), entry["port"]
