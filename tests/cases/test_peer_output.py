"""How the benchmarks read what another tool says is open, and compare it with a map."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def tools(monkeypatch):
    """The modules ``open_ports`` and ``peer`` of the benchmarks, which are scripts and no package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    names = ("open_ports", "peer", "processes", "comparing", "mapping", "figures", "recorded")
    import comparing  # noqa: PLC0415 - found on the path that the fixture sets
    import open_ports  # noqa: PLC0415 - as above
    import peer  # noqa: PLC0415 - as above
    import recorded  # noqa: PLC0415 - as above

    yield {"open_ports": open_ports, "peer": peer, "comparing": comparing, "recorded": recorded}
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("{protocols:TCP,dst_ports:80,443-444}", (("TCP", 80, 80), ("TCP", 443, 444))),
        ("{protocols:TCP, UDP,dst_ports:53}", (("TCP", 53, 53), ("UDP", 53, 53))),
        ("{protocols:SCTP}", (("SCTP", 1, 65535),)),
        ("{dst_ports:80}", (("SCTP", 80, 80), ("TCP", 80, 80), ("UDP", 80, 80))),
        ("{protocols:all but TCP}", (("SCTP", 1, 65535), ("UDP", 1, 65535))),
        ("{protocols:UDP,dst_ports:53},{protocols:TCP,dst_ports:80}", (("TCP", 80, 80), ("UDP", 53, 53))),
        ("All connections", (("SCTP", 1, 65535), ("TCP", 1, 65535), ("UDP", 1, 65535))),
        ("All but {protocols:TCP,dst_ports:1-79,81-65535}", (("SCTP", 1, 65535), ("TCP", 80, 80), ("UDP", 1, 65535))),
    ],
)
def test_ports_are_read_as_the_peer_means_them(tools, text, ports):
    assert tools["peer"].ports_of(text) == ports


@pytest.mark.parametrize("line", ["a/b[Pod] => c/d[Pod]", "a/b[Pod] => c/d[Pod] : {methods:GET}", "no connections"])
def test_a_line_that_is_not_understood_is_an_error(tools, line):
    with pytest.raises(ValueError, match="of the peer"):
        tools["peer"].read(line)


PEER = """
10.0.0.0-10.0.0.7 => a/web[Deployment] : {protocols:TCP,dst_ports:80}
10.0.0.4-10.0.0.15 => a/web[Deployment] : {protocols:UDP,dst_ports:53}
a/web[Deployment] => b/db[StatefulSet] : {protocols:TCP,dst_ports:5432}
a/web[Deployment] => b/db[StatefulSet] : {protocols:TCP,dst_ports:5433}
a/web[Deployment] => a/web[Deployment] : All connections
"""


def rows(*connections):
    return {"connections": [{"source": s, "destination": d, "allowed": a} for s, d, a in connections]}


AGREEING = (
    ("10.0.0.0-10.0.0.3", "a/web[Deployment]", {"TCP": ["80"]}),
    ("10.0.0.4", "a/web[Deployment]", {"TCP": ["80"], "UDP": ["53"]}),
    ("10.0.0.5-10.0.0.7", "a/web[Deployment]", {"TCP": ["80"], "UDP": ["53"]}),
    ("10.0.0.8-10.0.0.15", "a/web[Deployment]", {"UDP": ["53"]}),
    ("a/web[Deployment]", "b/db[StatefulSet]", {"TCP": ["5432-5433"]}),
)


def test_maps_that_open_the_same_are_equal_however_they_are_cut(tools):
    own, theirs = tools["comparing"].read(rows(*AGREEING)), tools["peer"].read(PEER)
    assert list(tools["open_ports"].differences(own, theirs)) == []


@pytest.mark.parametrize("left_out", range(len(AGREEING)))
def test_a_connection_that_only_one_opens_is_a_difference(tools, left_out):
    some = [row for number, row in enumerate(AGREEING) if number != left_out]
    own, theirs = tools["comparing"].read(rows(*some)), tools["peer"].read(PEER)
    assert len(list(tools["open_ports"].differences(own, theirs))) == 1


def test_what_depends_cannot_be_compared(tools):
    with pytest.raises(ValueError, match="not settled"):
        tools["comparing"].read({"connections": [{"source": "a/b", "destination": "a/c", "depends": {"TCP": ["1"]}}]})


def test_a_ratio_is_worse_in_its_own_direction(tools):
    worse = tools["recorded"].worse
    before = {"10x5": {"parse_speedup": 3.0, "map_rest_ratio": 0.4, "peer_differing_pairs": 0.0}}
    assert worse(before, {"10x5": {"parse_speedup": 2.9, "map_rest_ratio": 0.3, "peer_differing_pairs": 0.0}}) == []
    assert len(worse(before, {"10x5": {"parse_speedup": 1.0, "map_rest_ratio": 0.9, "peer_differing_pairs": 1.0}})) == 3
    assert worse(before, {"99x9": {"parse_speedup": 0.1}, "10x5": {"new": 9.0}}) == []
