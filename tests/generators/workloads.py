"""Random workloads: Pods, controllers, and Pods that have ended, as plain manifests that the API server accepts."""

from generators.vocabulary import HASH, ORDINAL, pod_address

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob")
API_VERSIONS = {"Pod": "v1", "ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}


def sometimes(rng, holder, key, value, missing=0.5):
    """Put ``value`` under ``key``, unless it is empty: then empty, null and missing are all the same to the API."""
    if value:
        holder[key] = value
        return
    draw = rng.random()
    if draw > missing:
        holder[key] = value if draw > (1 + missing) / 2 else None


def random_labels(rng, least=0):
    """Labels of a pod or a namespace; a value may be empty, or written as nothing at all."""
    keys = rng.sample(rng.words.keys, rng.randint(least, len(rng.words.keys)))
    return {key: None if rng.random() < 0.04 else rng.choice(rng.words.values) for key in keys}


def in_namespace(rng, metadata, namespace):
    """Name the namespace, or leave it out where that means the same."""
    if namespace != "default" or rng.random() < 0.5:
        metadata["namespace"] = namespace
    return metadata


def random_workload(rng, name, namespace, taken):
    """A Pod, or a controller with a template; ``taken`` holds the pod addresses of the cluster so far."""
    kind = "Pod" if rng.random() < 0.55 else rng.choice(CONTROLLERS)
    host = rng.random() < rng.words.on_host
    spec = random_pod_spec(rng, host)
    metadata = in_namespace(rng, {"name": name}, namespace)
    manifest = {"apiVersion": API_VERSIONS.get(kind, "apps/v1"), "kind": kind, "metadata": metadata}
    if kind == "Pod":
        sometimes(rng, metadata, "labels", random_labels(rng))
        manifest["spec"] = spec
        if not host and rng.random() < 0.6:
            give_address(rng, manifest, taken)
        return manifest
    labels = random_labels(rng, least=1)
    if kind in {"Job", "CronJob"}:
        spec["restartPolicy"] = "Never"
    if {HASH, ORDINAL} & {*rng.words.keys}:
        labels["run"] = name  # a controller that sets a label of its selector would not find its own pods
    selector = {"run": name} if "run" in labels else {key: value or "" for key, value in labels.items()}
    template = {"metadata": {"labels": labels}, "spec": spec}
    manifest["spec"] = {"template": template}
    if kind == "CronJob":
        manifest["spec"] = {"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}
    elif kind == "Job":
        manifest["spec"].update(rng.choice([{}, {}, {"parallelism": 0}, {"suspend": True}]))
    else:
        manifest["spec"]["selector"] = selector if kind == "ReplicationController" else {"matchLabels": selector}
        if kind != "DaemonSet" and rng.random() < 0.3:
            manifest["spec"]["replicas"] = rng.choice([0, 0, 1, 2])
        if kind == "StatefulSet":
            manifest["spec"]["serviceName"] = name
    return manifest


def ended_pod(rng, name, namespace, taken):
    """A Pod that has ended, with an address that may have gone to another pod."""
    metadata = in_namespace(rng, {"name": name}, namespace)
    sometimes(rng, metadata, "labels", random_labels(rng))
    address = rng.choice(sorted(taken)) if taken and rng.random() < 0.5 else pod_address(rng, 4, set(taken))
    status = {"phase": rng.choice(["Succeeded", "Failed"]), "podIP": address}
    spec = random_pod_spec(rng, rng.random() < rng.words.on_host)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}


def give_address(rng, manifest, taken):
    """Put a ``status.podIP`` that no other pod has; now and then a second one of the other family."""
    first = pod_address(rng, rng.choice([4, 4, 4, 6]), taken)
    manifest["status"] = {"phase": "Running", "podIP": first}
    if rng.random() < 0.3:
        manifest["status"]["podIPs"] = [{"ip": first}]
    elif rng.random() < 0.2:
        second = pod_address(rng, 4 if ":" in first else 6, taken)
        manifest["status"]["podIPs"] = [{"ip": first}, {"ip": second}]


def random_pod_spec(rng, host):
    """Containers with ports: one name on several numbers or protocols, several names for one, init containers."""
    used = set()
    spec = {"containers": [random_container(rng, f"c{i}", used, host) for i in range(rng.randint(1, 2))]}
    if rng.random() < 0.25:
        spec["initContainers"] = [random_container(rng, "setup", used, host)]
        if rng.random() < 0.3:
            spec["initContainers"][0]["restartPolicy"] = "Always"
    if host:
        spec["hostNetwork"] = True
    elif rng.random() < 0.1:
        spec["hostNetwork"] = rng.choice([False, None])
    return spec


def random_container(rng, name, used, host):
    """A container; names are unique within it, and a number has several of them, but for one on the host network."""
    container = {"name": name, "image": "registry.example/app:1"}
    ports, names = [], set()
    for _ in range(rng.randint(0, 3)):
        number, protocol, called = (
            rng.choice(rng.words.ports),
            rng.choice(rng.words.protocols),
            rng.choice([*rng.words.port_names, None]),
        )
        again = (number, protocol) in used and (host or called is None or rng.random() < 0.5)
        if again or called in names:
            continue
        used.add((number, protocol))
        port = {"containerPort": number}
        if called is not None:
            names.add(called)
            port["name"] = called
        if protocol != "TCP" or rng.random() < 0.5:
            port["protocol"] = protocol
        ports.append(port)
    sometimes(rng, container, "ports", ports)
    return container
