"""The examples of a handbook of Kubernetes networking, each with what it says about them.

Every file in ``handbook/`` begins with a comment that holds expectations, one on a line::

    # ask: can shop/web[Deployment] reach service shop/postgres:5432 -> reachable
    # resolve: postgres from shop/web -> postgres.shop.svc.cluster.local
    # resolve: database from shop/web -> database.shop.svc.cluster.local is db.example.com
    # resolve: postgres from shop/own -> postgres.shop.svc.cluster.local at 192.0.2.53
    # exposed: NodePort shop/web 30080 -> shop/web[Deployment]:8080
    # exposed: Ingress shop/shop shop.example.com /api -> shop/api[Deployment]:3000

``nothing`` is a name that does not exist, or a file without a way in.
"""

import json
from pathlib import Path

import pytest
import yaml

from agreement.pipeline import read_inventory
from netverify.cli.main import main
from netverify.verify import Verifier
from oracles.direct_interpreter import kind_of, name_of, namespace_of, pod_of
from oracles.routing_interpreter import endpoints, lookup
from oracles.ways_in_interpreter import ways_in

FILES = sorted((Path(__file__).parent / "handbook").glob("*.yaml"))


def expectations(word):
    """Every line of that word: the file, what is asked, and what is expected."""
    for path in FILES:
        for line in path.read_text().splitlines():
            if line.startswith(f"# {word}: "):
                asked, arrow, expected = line.removeprefix(f"# {word}: ").rpartition(" -> ")
                yield pytest.param(path, asked if arrow else "", expected, id=f"{path.stem}: {line[2:]}")


def objects(path):
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


@pytest.mark.parametrize(("path", "sentence", "verdict"), list(expectations("ask")))
def test_a_question_about_an_example_has_the_answer_of_the_handbook(path, sentence, verdict):
    assert Verifier(read_inventory(path.read_text())).ask(sentence).verdict == verdict


@pytest.mark.parametrize(("path", "asked", "expected"), list(expectations("resolve")))
def test_the_judge_of_routing_resolves_names_as_the_handbook_says(path, asked, expected):
    name, _, place = asked.partition(" from ")
    found = objects(path)
    pod = next(one for one in found if (f"{namespace_of(one)}/{name_of(one)}") == place and has_pods(one))
    assert expected == resolved(lookup(found, name, pod), pod)


@pytest.mark.parametrize(("path", "asked", "expected"), list(expectations("resolve")))
def test_names_resolve_as_the_handbook_says(path, asked, expected):
    name, _, place = asked.partition(" from ")
    found = objects(path)
    pod = next(one for one in found if (f"{namespace_of(one)}/{name_of(one)}") == place and has_pods(one))
    inventory = read_inventory(path.read_text())
    steps = Verifier(inventory).resolve(name, f"{kind_of(pod)} {place}").lookup.steps
    existing = next((step for step in steps if step.ends_search), None)
    if expected == "nothing" or " at " in expected:
        assert existing is None  # the last ones are asked of resolvers of their own, not of the cluster's
    else:
        assert existing is not None
        assert expected == existing.name + (f" is {existing.alias}" if existing.alias else "")


def has_pods(manifest):
    return kind_of(manifest) in {"Pod", "Deployment", "StatefulSet"}


def resolved(answer, pod):
    """What the lookup of the judge found, in the words of the expectations."""
    if answer["found"] is None or answer["server"] == "node":
        return "nothing"
    name, records = answer["found"]
    alias = "".join(f" is {target}" for kind, target, *_ in records if kind == "cname")
    own = pod_of(pod)["spec"]["dnsConfig"]["nameservers"][0] if answer["server"] == "own" else ""
    return name + alias + (f" at {own}" if own else "")


def exposed_by(path):
    """The ways in that a file is expected to have, with the target of each."""
    lines = (tuple(one.values) for one in expectations("exposed"))
    return {(asked, expected) for file, asked, expected in lines if file == path and expected != "nothing"}


def spelled(kind, place, host, way_path, port):
    """A way in by what tells it apart: an Ingress by host and path, all others by their port."""
    parts = [host, way_path] if kind == "Ingress" else [str(port)]
    return " ".join([kind, place, *filter(None, parts)])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_judge_of_routing_finds_the_ways_in_of_the_handbook(path):
    found, ways = objects(path), set()
    for way in ways_in(found):
        if is_of_the_cluster(way.kind, way.port, way.namespace):
            continue
        _, namespace, name, port = way.target
        asked = spelled(way.kind, f"{way.namespace}/{way.name}", way.host, way.path and way.path[1], way.port)
        for (where, called, kind), _, number in endpoints(found, namespace, name, port):
            ways.add((asked, f"{where}/{called}[{kind}]:{number}"))
    assert ways == exposed_by(path)


def is_of_the_cluster(kind, port, namespace):
    """What the handbook does not speak of: ports of nodes that nobody wrote, and the controllers' own Services."""
    return (kind in {"NodePort", "hostNetwork"} and port is None) or namespace == "ingress-nginx"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_netverify_exposed_finds_the_ways_in_of_the_handbook(path, capsys):
    main(["exposed", "-f", str(path), "-o", "json"], "netverify")
    ways = set()
    for way in json.loads(capsys.readouterr().out)["ways"]:
        if is_of_the_cluster(way["by"], way["port"], way["namespace"]):
            continue
        asked = spelled(way["by"], f"{way['namespace']}/{way['name']}", way["host"], way["path"], way["port"])
        ways |= {(asked, route["endpoint"]) for route in way["routes"] if "[" in route["endpoint"]}
    assert ways == exposed_by(path)
