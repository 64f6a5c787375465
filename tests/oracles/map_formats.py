"""Reads the formats of a map back, by what their own documentation says and nothing of the package.

Each gives ``{(source, destination): (allowed, depends)}``; ports are ``{protocol: set of (first, last)}``.
"""

import csv
import io
import itertools
import json
import re

PROTOCOLS = ("TCP", "UDP", "SCTP")
EVERY = (1, 65535)


def from_json(text):
    """The connections of the contract's JSON, with what they depend on as a third item."""
    value = json.loads(text)
    ids = [endpoint["id"] for endpoint in value["endpoints"]]
    assert len(ids) == len(set(ids))
    found = {}
    for row in value["connections"]:
        assert {row["source"], row["destination"]} <= set(ids)
        ends = (row["source"], row["destination"])
        assert ends not in found
        found[ends] = (ports_of_lists(row["allowed"]), ports_of_lists(row["depends"]), tuple(row["on"]))
    return found


def ports_of_lists(lists):
    """``{"TCP": ["80", "443-445"]}`` as sets; each list has to be minimal and sorted."""
    found = {}
    for protocol, items in lists.items():
        assert protocol in PROTOCOLS
        assert items
        ranges = [tuple(map(int, (item.split("-") * 2)[:2])) for item in items]
        assert all(first[1] + 1 < second[0] for first, second in itertools.pairwise(ranges))
        assert all(
            low < high for low, high, item in ((*r, i) for r, i in zip(ranges, items, strict=True)) if "-" in item
        )
        found[protocol] = set(ranges)
    return found


def from_csv(text):
    """The connections of the CSV; every line ends as RFC 4180 has it."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    found = {}
    for row in csv.DictReader(io.StringIO(text), strict=True):
        allowed, depends = found.setdefault((row["source"], row["destination"]), ({}, {}))
        for ports, cell in ((allowed, row["allowed"]), (depends, row["depends"])):
            if cell:
                ports.update(ports_of_lists({row["protocol"]: cell.split(" ")}))
        assert bool(row["depends"]) == bool(row["on"])
    return found


DOT_TEXT = r'"((?:[^"\\]|\\.)*)"'


def from_dot(text):
    """The edges of a graph of Graphviz whose nodes are called by their ids."""
    found = {}
    for edge in re.finditer(
        rf"^  {DOT_TEXT} -> {DOT_TEXT} \[label={DOT_TEXT}(, style=dashed)?\];$", text, re.MULTILINE
    ):
        source, destination, label = (
            re.sub(r"\\(.)", r"\1", part) for part in (edge[1], edge[2], edge[3].replace("\\n", "\n"))
        )
        found[source, destination] = ports_of_label(label.split("\n"))
        assert bool(edge[4]) == (not found[source, destination][0])
    return found


def from_mermaid(text, ids):
    """The edges of a flowchart whose nodes are ``n`` and their position among ``ids``."""
    found = {}
    for edge in re.finditer(r'^  n(\d+) (-->|-\.->)\|"([^"]*)"\| n(\d+)$', text, re.MULTILINE):
        label = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), edge[3].replace("<br>", "\n"))
        ends = ids[int(edge[1])], ids[int(edge[4])]
        found[ends] = ports_of_label(label.split("\n"))
        assert (edge[2] == "-->") == bool(found[ends][0])
    return found


def ports_of_label(lines):
    """``["TCP 80,443", "perhaps every UDP port"]`` as allowed and depending ports."""
    allowed, depends = {}, {}
    for line in lines:
        into = depends if line.startswith("perhaps ") else allowed
        into |= ports_of_words(line.removeprefix("perhaps "))
    return allowed, depends


def ports_of_words(words):
    """Ports as reports say them."""
    if words == "every port":
        return {protocol: {EVERY} for protocol in PROTOCOLS}
    if words.startswith("every port but "):
        lacking = ports_of_words(words.removeprefix("every port but "))
        return {protocol: complement(lacking.get(protocol, set())) for protocol in PROTOCOLS}
    found = {}
    for part in words.split(", "):
        if every := re.fullmatch(r"every (\w+) port", part):
            found[every[1]] = {EVERY}
        else:
            protocol, ports = part.split(" ")
            found |= ports_of_lists({protocol: ports.split(",")})
    return found


def complement(ranges):
    """The ports that are in none of ``ranges``."""
    starts = [1, *(last + 1 for _, last in sorted(ranges))]
    ends = [*(first - 1 for first, _ in sorted(ranges)), 65535]
    return {(start, end) for start, end in zip(starts, ends, strict=True) if start <= end}
