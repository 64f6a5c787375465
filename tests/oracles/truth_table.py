"""Truth tables over pods in the form that the upstream network policy tests think in, one line for each exception.

::

    TCP, UDP 80, 81:
      * -> *: allow
      * -> x: deny
      y, x/b -> x/a: allow

The last line that fits a pair of pods decides its cell. A connection from a pod to itself is in no table, as upstream.
"""

from itertools import product

PODS = tuple(f"{namespace}/{name}" for namespace in "xyz" for name in "abc")
FIRST_ADDRESS = {"x": "10.1.1", "y": "10.1.2", "z": "10.1.3"}


def cells(text):
    """Every cell: ``(protocol, port, source, destination, expected)`` for each ordered pair of distinct pods."""
    blocks = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.endswith(":"):
            blocks.append((*_header(line[:-1]), []))
        else:
            blocks[-1][2].append(_entry(line))
    for protocols, ports, entries in blocks:
        for protocol, port, source, destination in product(protocols, ports, PODS, PODS):
            if source != destination:
                verdicts = [v for sources, targets, v in entries if source in sources and destination in targets]
                yield protocol, port, source, destination, verdicts[-1]


def _header(text):
    words = text.replace(",", " ").split()
    protocols = [word for word in words if not word.isdigit()]
    return protocols, [int(word) for word in words if word.isdigit()]


def _entry(line):
    pair, verdict = line.rsplit(":", 1)
    source, destination = pair.split("->")
    return _pods(source), _pods(destination), {"allow": True, "deny": False}[verdict.strip()]


def _pods(text):
    names = [name.strip() for name in text.split(",")]
    found = {pod for pod in PODS for name in names if name in {"*", pod, pod.split("/")[0]}}
    assert all(any(name in {"*", pod, pod.split("/")[0]} for pod in PODS) for name in names), text
    return found


def namespaces(extra=None):
    """The namespaces x, y and z; ``extra`` gives some of them labels."""
    found = []
    for name in "xyz":
        metadata = {"name": name, **({"labels": extra[name]} if name in (extra or {}) else {})}
        found.append({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return found


def pods(extra=None):
    """The nine pods; they serve 80 and 81 of every protocol by names such as ``serve-80-tcp``; ``extra`` labels."""
    return [_pod(*pod.split("/"), (extra or {}).get(pod, {})) for pod in PODS]


def _pod(namespace, name, labels):
    containers = [
        {
            "name": f"cont-{port}-{protocol.lower()}",
            "image": "registry.example/agnhost:2",
            "ports": [{"containerPort": port, "name": f"serve-{port}-{protocol.lower()}", "protocol": protocol}],
        }
        for port in (80, 81)
        for protocol in ("TCP", "UDP", "SCTP")
    ]
    address = f"{FIRST_ADDRESS[namespace]}.{'abc'.index(name) + 1}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"pod": name, **labels}},
        "spec": {"containers": containers},
        "status": {"phase": "Running", "podIP": address},
    }
