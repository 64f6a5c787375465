"""The data of the page of a map tells exactly what the map tells."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.adapter import inventory_of
from cases.map_pages import data_of, found_in, page_of
from generators.strategies import clusters
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction
from netverify.pairs import outcome
from netverify.pairs.outcome import Isolation
from netverify.report.map_page_data import meaning


def numbers_of(text):
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def pairs_of(data):
    """Every pair that the page knows with its access; none may come twice."""
    flat, sets = data["bundles"], [list(numbers_of(text)) for text in data["sets"]]
    pairs = {}
    for sources, destinations, access in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        for source in sets[sources]:
            for destination in sets[destinations]:
                if source != destination:
                    assert (source, destination) not in pairs
                    pairs[source, destination] = data["accesses"][access]
    return pairs


def spelled(ports):
    return {protocol.value: str(ports[protocol]) for protocol in ports}


@settings(max_examples=60, deadline=None)
@given(st.one_of(clusters(), clusters(policies=(2, 8))))
def test_the_page_tells_what_the_map_tells(cluster):
    """One page and one map of each cluster, for all that is to be the same on both."""
    inventory = inventory_of(cluster)
    data, found = data_of(page_of(inventory)), found_in(inventory)
    pairs = pairs_of(data)
    every_connection_and_no_other_is_on_the_page(pairs, found)
    endpoints_have_the_numbers_of_the_map(data, found)
    some_rule_allows_what_an_isolated_end_allows(pairs, data, found)


def every_connection_and_no_other_is_on_the_page(pairs, found):
    assert pairs == {
        (one.source, one.destination): [spelled(one.access.allowed), spelled(one.access.depends), list(one.access.on)]
        for one in found.connections()
    }


def endpoints_have_the_numbers_of_the_map(data, found):
    names = [
        f"{data['namespaces'][namespace]}/{name}[{data['kinds'][kind]}]"
        for namespace, kind, name, *_ in data["workloads"]
    ]
    assert [*names, *(text for text, _ in data["outside"])] == [endpoint.id for endpoint in found.endpoints]
    for direction in Direction:
        assert [one.value[0] for one in found.isolation(direction)] == list(data[direction])


def some_rule_allows_what_an_isolated_end_allows(pairs, data, found):
    sets = [set(numbers_of(text)) for text in data["sets"]]
    isolation = {direction: found.isolation(direction) for direction in Direction}
    for source, destination in pairs:
        ends = {Direction.EGRESS: (source, destination), Direction.INGRESS: (destination, source)}
        for direction, (subject, peer) in ends.items():
            if isolation[direction][subject] is Isolation.ISOLATED:
                assert any(
                    rule[0] == direction
                    and any(subject in sets[one] for one in rule[6])
                    and any(peer in sets[one] for one in rule[7])
                    for rule in data["rules"]
                )


def test_the_page_has_words_for_whatever_an_access_may_depend_on():
    constants = {value for name, value in vars(outcome).items() if name.isupper() and isinstance(value, str)}
    for name in (constants - {outcome.EXTERNAL_KIND}) | set(Behaviour):
        assert len(meaning(name).split()) > 2
