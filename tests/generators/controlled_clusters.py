"""Random clusters whose ingress controllers are told where to send traffic by arguments, ConfigMaps and annotations."""

from generators.routed_clusters import (
    NUMBERS,
    RoutedDice,
    backend_port,
    made,
    random_ingress,
    random_routed_cluster,
    some_service,
)

PREFIX = "nginx.ingress.kubernetes.io/"
IMAGES = ("registry.k8s.io/ingress-nginx/controller:v1", "example.com/own/proxy:1")
HARMLESS = "more_set_headers 'X-Frame-Options: DENY';"


def random_controlled_cluster(seed):
    """The manifests of :func:`random_routed_cluster` for ``seed``, with a controller and what it is told."""
    objects = random_routed_cluster(seed)
    rng = RoutedDice(f"{seed} controlled")
    rng.made = [one for one in objects if one["metadata"].get("namespace")]
    rng.namespaces = sorted({one["metadata"]["namespace"] for one in rng.made})
    if not any(one["kind"] == "Ingress" for one in objects):
        objects.append(random_ingress(rng, "i9"))
    for one in objects:
        if one["kind"] == "Ingress":
            one["metadata"]["annotations"] = random_annotations(rng, one["metadata"]["namespace"])
    return [*objects, *random_controller(rng)]


def random_controller(rng):
    """A Deployment of one namespace, perhaps behind a load balancer, and the ConfigMaps that its arguments name."""
    place, arguments, found = rng.any_namespace(), [], []
    for name, protocol in (("tcp-services-configmap", "TCP"), ("udp-services-configmap", "UDP")):
        if rng.random() < 0.6:
            home, called = rng.any_namespace(), f"m{len(found)}"
            written = f"{home}/{called}" if rng.random() < 0.7 or home != place else called
            arguments += rng.choice([[f"--{name}={written}"], [f"--{name}", written], [f"-{name}={written}"]])
            if rng.random() < 0.8:
                entries = {str(port): random_entry(rng, protocol) for port in rng.sample([9000, 9001, 53], 2)}
                found.append(made("v1", "ConfigMap", called, home, data=entries))
    if rng.random() < 0.5:
        home = rng.any_namespace()
        arguments.append(f"--default-backend-service={home}/{some_service(rng, home)}")
    if rng.random() < 0.4:
        arguments.append(f"--configmap={place}/settings")
        if rng.random() < 0.8:
            data = {rng.choice(["http-snippet", "server-snippet", "proxy-body-size"]): random_snippet(rng)}
            if rng.random() < 0.4:
                data["global-auth-url"] = random_url(rng)
            found.append(made("v1", "ConfigMap", "settings", place, data=data))
    container = {"name": "c", "image": rng.choice(IMAGES), "args": arguments}
    pods = {"metadata": {"labels": {"run": "ctl"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"run": "ctl"}}, "template": pods}
    found.append(made("apps/v1", "Deployment", "ctl", place, spec))
    if rng.random() < 0.7:
        ports = [{"name": f"p{number}", "port": number} for number in rng.sample([80, 9000, 9001], 2)]
        spec = {"type": "LoadBalancer", "selector": {"run": "ctl"}, "ports": ports}
        found.append(made("v1", "Service", "ctl", place, spec))
    return found


def random_entry(rng, protocol):
    """Mostly ``NAMESPACE/SERVICE:PORT``, with a port that the Service has, or lacks for this protocol."""
    del protocol
    place = rng.any_namespace()
    name = some_service(rng, place)
    port = backend_port(rng, place, name)
    text = f"{place}/{name}:{port.get('name') or port.get('number')}"
    return rng.choice([text, text, text, f"{text}:PROXY", f"{place}/{name}", name])


def random_url(rng):
    place = rng.any_namespace()
    name = some_service(rng, place)
    host = rng.choice([f"{name}.{place}.svc.cluster.local", f"{name}.{place}", "auth.example.com", "$arg_host"])
    port = rng.choice(["", f":{rng.choice(NUMBERS)}"])
    return f"{rng.choice(['http', 'https'])}://{host}{port}{rng.choice(['/auth', '$request_uri', ''])}"


def random_snippet(rng):
    return rng.choice([HARMLESS, f"if ($a = b) {{ {HARMLESS} }}", "proxy_pass http://x;", "set $service_name 'a';"])


def random_annotations(rng, place):
    values = {
        "default-backend": some_service(rng, place),
        "mirror-target": random_url(rng),
        "auth-url": random_url(rng),
        "canary": "true",
        "server-snippet": random_snippet(rng),
        "proxy-body-size": "8m",
        "send-elsewhere": "x",
    }
    return {PREFIX + name: values[name] for name in rng.sample(sorted(values), rng.choice([0, 1, 2]))}
