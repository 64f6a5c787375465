"""Expectations about single connections, one on a line.

::

    shop/web -> shop/db:5432: allow
    shop/web -> shop/db:53/UDP: deny
    203.0.113.5 -> shop/web:80: allow when ipblock-matches-pods, !sctp-supported
    shop{app=web,tier} -> shop/db[10.0.0.5]@n1:80: allow

An end is an existing pod (``namespace/name``, ``#1`` for its second replica), a possible pod (``namespace{labels}``,
where a label without ``=`` has the empty value) or an address. ``[address]`` gives a pod an address and ``@node`` a
node. A line holds for every CNI that behaves as it says after ``when``.
"""

import re

END = re.compile(
    r"(?:(?P<workload>[a-z0-9-]+/[a-z0-9-]+)(?:#(?P<replica>\d))?|(?P<namespace>[a-z0-9-]+)\{(?P<labels>[^}]*)\}|(?P<external>[0-9a-f.:]+))"
    r"(?:\[(?P<address>[^\]]+)\])?(?:@(?P<node>\w+))?\Z"
)


def expectations(text, cluster):
    """The lines of ``text`` as ``(line, point, where, expected)``; the point lacks its behaviours."""
    for line in filter(None, map(str.strip, text.splitlines())):
        connection, _, conditions = line.partition(" when ")
        connection, verdict = connection.rsplit(": ", 1)
        source, destination = connection.split(" -> ")
        destination, _, port = destination.rpartition(":")
        number, _, protocol = port.partition("/")
        point = {
            "source": end_of(source, cluster, 1),
            "destination": end_of(destination, cluster, 2),
            "protocol": protocol or "TCP",
            "port": int(number),
        }
        words = [word.strip() for word in conditions.split(",") if word.strip()]
        where = {word.removeprefix("!"): not word.startswith("!") for word in words}
        yield line, point, where, {"allow": True, "deny": False}[verdict]


def end_of(text, cluster, last):
    """One end of a connection; ``last`` tells the made-up addresses of both ends apart."""
    found = END.match(text)
    assert found, text
    if found["external"]:
        return {"address": found["external"]}
    place = {"node": found["node"] or f"node-{last}", "replica": int(found["replica"] or 0), "given": found["address"]}
    if found["workload"]:
        index, manifest = find(cluster, *found["workload"].split("/"))
        known = (manifest.get("status") or {}).get("podIP")
        made_up = f"172.31.{index}.{place['replica']}"
        return {"pod": manifest, "workload": index, "address": found["address"] or known or made_up, **place}
    pairs = [pair.partition("=") for pair in found["labels"].split(",") if pair]
    metadata = {"name": f"possible-{last}", "namespace": found["namespace"], "labels": {k: v for k, _, v in pairs}}
    pod = {"kind": "Pod", "metadata": metadata, "spec": {"containers": []}}
    return {"pod": pod, "workload": None, "address": found["address"] or f"172.31.255.{last}", **place}


def find(cluster, namespace, name):
    """The workload called ``name``, with its place in the list."""
    for index, manifest in enumerate(cluster["workloads"]):
        metadata = manifest["metadata"]
        if (metadata.get("namespace") or "default", metadata["name"]) == (namespace, name):
            return index, manifest
    raise AssertionError(f"no workload {namespace}/{name}")
