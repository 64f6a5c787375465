"""However a map is shown, it says what the all-pairs reading found, pair by pair."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from agreement.adapter import inventory_of
from generators.clusters import random_cluster
from generators.vocabulary import Dice
from netverify.answers.exposure import exposures
from netverify.answers.map_summary import Count, Trait, map_summary
from netverify.answers.map_view import map_view
from netverify.model.flow import Direction
from netverify.model.traffic import Protocol
from netverify.pairs.outcome import Isolation
from netverify.query.grouping import Grouping
from netverify.report.map_csv import render_map_csv
from netverify.report.map_dot import render_map_dot
from netverify.report.map_json import render_map_json
from netverify.report.map_mermaid import render_map_mermaid
from netverify.verify import Verifier, Wanted
from oracles.map_formats import from_csv, from_dot, from_json, from_mermaid

SEEDS = range(60)


@cache
def mapped_case(seed):
    """An inventory and its map."""
    inventory = inventory_of(random_cluster(Dice(seed)))
    return inventory, Verifier(inventory).map()


@pytest.fixture(params=SEEDS)
def found(request):
    """As :func:`mapped_case`."""
    return mapped_case(request.param)


def plain(access):
    """An access as the readers of formats give it."""
    return tuple(
        {protocol.value: set(ports.ranges) for protocol, ports in given.items()}
        for given in (access.allowed, access.depends)
    )


def pairs_of(mapped, *, replicas=False):
    """Every connection by the ids of its ends."""
    ids = [endpoint.id for endpoint in mapped.connectivity.endpoints]
    return {
        (ids[pair.source], ids[pair.destination]): pair.access
        for pair in mapped.connectivity.connections(replicas=replicas)
    }


@pytest.mark.parametrize("replicas", [False, True])
def test_every_format_holds_the_connections_that_were_found(found, replicas):
    inventory, mapped = found
    view = map_view(mapped, Grouping.WORKLOAD, replicas=replicas)
    expected = pairs_of(mapped, replicas=replicas)
    without_on = {ends: plain(access) for ends, access in expected.items()}
    assert from_json("".join(render_map_json(view, inventory))) == {
        ends: (*plain(access), access.on) for ends, access in expected.items()
    }
    assert from_csv("".join(render_map_csv(view))) == without_on
    assert from_dot("".join(render_map_dot(view))) == without_on
    assert from_mermaid("".join(render_map_mermaid(view)), [node.id for node in view.nodes]) == without_on


@pytest.mark.parametrize("replicas", [False, True])
def test_classes_stand_for_all_pairs_of_their_members(found, replicas):
    _, mapped = found
    view = map_view(mapped, Grouping.CLASS, replicas=replicas)
    ids = [endpoint.id for endpoint in mapped.connectivity.endpoints]
    told = {
        (ids[source], ids[destination]): plain(row.access)
        for row in view.rows()
        for source in view.nodes[row.source].members
        for destination in view.nodes[row.destination].members
        if source != destination or len(view.nodes[row.source].members) == 1
    }
    expected = pairs_of(mapped, replicas=replicas)
    several = {ids[one] for node in view.nodes if len(node.members) > 1 for one in node.members}
    assert told == {
        ends: plain(access) for ends, access in expected.items() if ends[0] != ends[1] or ends[0] not in several
    }
    assert sorted(number for node in view.nodes for number in node.members) == list(range(len(ids)))


def test_namespaces_sum_up_their_pairs(found):
    _, mapped = found
    view = map_view(mapped, Grouping.NAMESPACE)
    place = {
        endpoint.id: f"namespace {endpoint.workload.namespace}" if endpoint.workload else "outside"
        for endpoint in mapped.connectivity.endpoints
    }
    sizes = Counter(place.values())
    pairs = Counter()
    accesses = {}
    for (source, destination), access in pairs_of(mapped).items():
        ends = (place[source], place[destination])
        pairs[ends] += 1
        accesses.setdefault(ends, []).append(access)
    ids = [node.id for node in view.nodes]
    rows = {(ids[row.source], ids[row.destination]): row for row in view.rows()}
    assert rows.keys() == pairs.keys()
    for ends, row in rows.items():
        share = view.shares[row.source, row.destination]
        assert share.pairs == pairs[ends]
        assert share.possible == sizes[ends[0]] * (sizes[ends[1]] - (ends[0] == ends[1]))
        points = edges_of([row.access, *accesses[ends]])
        for protocol, port in ((protocol, port) for protocol in Protocol for port in points):
            surely = any(port in access.allowed.get(protocol, ()) for access in accesses[ends])
            perhaps = any(port in access.depends.get(protocol, ()) for access in accesses[ends])
            assert (port in row.access.allowed.get(protocol, ())) == surely
            assert (port in row.access.depends.get(protocol, ())) == (perhaps and not surely)
        on = {one for access in accesses[ends] for one in access.on}
        assert set(row.access.on) == (on if row.access.depends else set())


def edges_of(accesses):
    """The ports at the edges of every range, and those beside them."""
    given = [ports for access in accesses for ports in (*access.allowed.values(), *access.depends.values())]
    return {port + step for ports in given for block in ports.ranges for port in block for step in (-1, 0, 1)}


def test_the_summary_counts_what_the_pairs_say(found):
    _, mapped = found
    summary = map_summary(mapped)
    endpoints = mapped.connectivity.endpoints
    named = {endpoint.id: endpoint.workload and endpoint.workload.namespace for endpoint in endpoints}
    surely = {trait: set() for trait in Trait}
    perhaps = {trait: set() for trait in Trait}
    connected = [0, 0]
    for (source, destination), access in pairs_of(mapped).items():
        connected[0 if access.allowed else 1] += 1
        for into in (perhaps, surely) if access.allowed else (perhaps,):
            if named[source] is None:
                into[Trait.REACHED_FROM_OUTSIDE].add(destination)
            elif named[destination] is None:
                into[Trait.REACHING_OUTSIDE].add(source)
            elif named[source] != named[destination]:
                into[Trait.REACHED_FROM_ELSEWHERE].add(destination)
    for direction, trait in (
        (Direction.INGRESS, Trait.ISOLATED_FOR_INGRESS),
        (Direction.EGRESS, Trait.ISOLATED_FOR_EGRESS),
    ):
        for endpoint, state in zip(endpoints, mapped.connectivity.isolation(direction), strict=True):
            if state is not Isolation.OPEN:
                perhaps[trait].add(endpoint.id)
            if state is Isolation.ISOLATED:
                surely[trait].add(endpoint.id)
    assert summary.connected == Count(connected[0], sum(connected))
    for place in summary.places:
        inside = {one for one, namespace in named.items() if namespace == place.name}
        assert place.workloads == len(inside)
        for trait in Trait:
            assert place.traits[trait] == Count(len(surely[trait] & inside), len(perhaps[trait] & inside)), trait
    for trait in Trait:
        assert summary.total.traits[trait] == Count(len(surely[trait]), len(perhaps[trait])), trait
    assert summary.on == tuple(sorted({one for access in pairs_of(mapped).values() for one in access.on}))


@pytest.mark.parametrize("replicas", [False, True])
def test_exposures_hold_the_connections_that_were_found(found, replicas):
    _, mapped = found
    view = map_view(mapped, Grouping.WORKLOAD, replicas=replicas)
    told = {}
    for exposure in exposures(view):
        for destination in exposure.destinations:
            for way in exposure.ways:
                sources = {n for n in range(len(view.nodes)) if way.sources >> n & 1} - {destination}
                for source in sources | ({destination} if way.own else set()):
                    ends = (view.nodes[source].id, view.nodes[destination].id)
                    told.setdefault(ends, ({}, {}, []))
                    ports = {protocol.value: set(one.ranges) for protocol, one in way.ports.items()}
                    assert not told[ends][bool(way.on)], "one way for what holds anyhow, one for the rest"
                    told[ends][bool(way.on)].update(ports)
                    told[ends][2].extend(way.on)
    expected = pairs_of(mapped, replicas=replicas)
    assert {ends: (one[0], one[1], tuple(one[2])) for ends, one in told.items()} == {
        ends: (*plain(access), access.on) for ends, access in expected.items()
    }


def test_what_is_wanted_is_what_is_left(found):
    """A map narrowed to an endpoint has the rows of the whole map at that endpoint, and no others."""
    inventory, whole = found
    pairs = pairs_of(whole)
    for workload in inventory.cluster.workloads[:2]:
        name = str(workload.key)
        for flag, kept in (
            ("source", lambda ends, name=name: ends[0] == name),
            ("destination", lambda ends, name=name: ends[1] == name),
            ("focus", lambda ends, name=name: name in ends),
        ):
            narrowed = Verifier(inventory).map(Wanted(**{flag: name}))
            assert {ends: plain(access) for ends, access in pairs_of(narrowed).items()} == {
                ends: plain(access) for ends, access in pairs.items() if kept(ends)
            }
    pods = Verifier(inventory).map(Wanted(pods_only=True))
    outside = {endpoint.id for endpoint in whole.connectivity.endpoints if endpoint.block}
    assert {ends: plain(one) for ends, one in pairs_of(pods).items()} == {
        ends: plain(one) for ends, one in pairs.items() if not outside & set(ends)
    }
