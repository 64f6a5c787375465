"""The ends and flows of an intent about one small cluster, read from plain data as its file has it.

``meanings`` say what the ends mean that are no zones, and ``numbers`` what ports do (see ``generators/intents.py``).
Nothing is shared with the package.
"""

import functools

from oracles.brute_force import NAME_LABEL, belongs
from oracles.direct_interpreter import name_of, namespace_labels, namespace_of, on_host_network, selector_matches
from oracles.every_flow import EveryFlow

METADATA = ("169.254.169.254/32", "fd00:ec2::254/128")
INTERNET = {"shape": "internet"}
ANY_POD = {"shape": "pods", "selector": {}, "where": None}
OUTSIDE = {"shape": "others", "but": [ANY_POD]}


class IntentReading:
    """``intent`` about ``cluster``, and every flow that there could be in it."""

    def __init__(self, cluster, intent, meanings, numbers, *, today="2026-01-01"):
        self.cluster, self.intent, self.meanings, self.numbers = cluster, intent, meanings, numbers
        self.zones, self.today = intent.get("zones") or {}, today
        phrases = [*map(self.resolved, self.every_end()), *map(block, METADATA), INTERNET, *self.selectors()]
        phrases = [one for parts in phrases for one in (parts if isinstance(parts, list) else [parts])]
        self.phrases = unique(phrases)
        self.members = {}
        ports = [(one[0] if isinstance(one[0], str) else one[:2]) for one in numbers.values()]
        self.every = EveryFlow(cluster, self.phrases, ports)

    @functools.cached_property
    def flows(self):
        """Every flow that there could be."""
        return list(self.every.flows())

    def selectors(self):
        """What statements select namespaces by."""
        for one in self.intent.get("assertions") or []:
            if isinstance(selector := one.get("separate"), dict):
                yield {"shape": "pods", "selector": {}, "where": ("in", selector)}

    # ends

    def every_end(self):
        """Every zone and every phrase of the intent."""
        return [*self.zones, *self.meanings]

    def resolved(self, text):
        """The phrases that an end is the union of."""
        if text not in self.zones:
            return [self.meanings[text]]
        zone = self.zones[text]
        if not isinstance(zone, dict):
            return self.union(zone)
        parts = self.union(zone.get("any") or []) + [block(cidr) for cidr in zone.get("cidrs") or []]
        if zone.get("namespaces") is not None or zone.get("pods") is not None:
            parts.append({"shape": "pods", "selector": zone.get("pods") or {}, "where": placed(zone.get("namespaces"))})
        return parts

    def union(self, texts):
        """The same of a list of ends, or of one."""
        return self.union_of((texts,) if isinstance(texts, str) else tuple(texts))

    @functools.cache  # noqa: B019 - a judge lives as long as its test
    def union_of(self, texts):
        return [part for text in texts for part in self.resolved(text)]

    def end(self, side, number):
        """One of the ends that a class stands for."""
        return (self.every.sources if side == "source" else self.every.destinations)[number][0]

    def is_in(self, parts, side, number):
        """Whether the ends of a class are in the union of ``parts``; anybody is where that is None."""
        if parts is None:
            return True
        known = (id(parts), side, number)
        if known not in self.members:  # with the parts, so that their id is nobody else's
            end = self.end(side, number)
            self.members[known] = parts, any(belongs(self.cluster, part, end) for part in parts)
        return self.members[known][1]

    def exists(self, flow):
        """Whether both ends are in the manifests, or outside."""
        return all("pod" not in end or end["workload"] is not None for end in self.both(flow))

    def both(self, flow):
        return self.end("source", flow.source), self.end("destination", flow.destination)

    def place(self, end):
        """``outside``, the namespace, or that it is a new one; whether on the host network."""
        if "pod" not in end:
            return "outside"
        name = namespace_of(end["pod"])
        where = f"namespace {name}" if name in self.known_namespaces() else "a new namespace"
        return f"the host network in {where}" if on_host_network(end) else where

    # flows

    def traffic(self, ports, flow):
        """The CNIs on which a flow is on one of ``ports``; without any, on all."""
        if ports is None:
            return self.every.everywhere
        found = 0
        for text in [ports] if isinstance(ports, str) else ports:
            *wanted, protocols = self.numbers[text]
            if flow.protocol not in protocols:
                continue
            if isinstance(wanted[0], str):
                found |= self.every.named(wanted[0], flow)
            elif wanted[0] <= flow.port <= wanted[1]:
                found |= self.every.everywhere
        return found

    def means(self, written, flow, **otherwise):
        """The CNIs on which ``written``, with ``from``, ``to`` and ``ports``, means a flow."""
        for name, side, number in (("from", "source", flow.source), ("to", "destination", flow.destination)):
            parts = self.union(written[name]) if name in written else otherwise.get(side)
            if not self.is_in(parts, side, number):
                return 0
        return self.traffic(written.get("ports"), flow)

    def named_namespaces(self, selector):
        """The pods of each namespace that matches; where no manifest tells its labels, as far as they would."""
        declared = {name_of(one) for one in self.cluster["namespaces"]}
        for name in self.known_namespaces():
            named = {"key": NAME_LABEL, "operator": "In", "values": [name]}
            where = {**selector, "matchExpressions": [*(selector.get("matchExpressions") or []), named]}
            phrase = {"shape": "pods", "selector": {}, "where": ("in", where)}
            if self.may_match(selector, name, is_declared=name in declared):
                yield name, [phrase]

    def may_match(self, selector, name, *, is_declared):
        """Whether a namespace matches, or may where no manifest tells its labels."""
        if is_declared:
            pod = {"pod": {"metadata": {"name": "any", "namespace": name}}}
            return selector_matches(selector, namespace_labels(self.cluster, pod))
        expressions = [one for one in selector.get("matchExpressions") or [] if one["key"] == NAME_LABEL]
        wanted = {key: value for key, value in (selector.get("matchLabels") or {}).items() if key == NAME_LABEL}
        return selector_matches({"matchLabels": wanted, "matchExpressions": expressions}, {NAME_LABEL: name})

    @functools.cache  # noqa: B019 - as above
    def known_namespaces(self):
        """Every namespace that is declared, that an object is in, or that a policy asks for by name."""
        things = [*self.cluster["workloads"], *self.cluster["policies"]]
        names = {*map(namespace_of, things), *map(name_of, self.cluster["namespaces"])}
        for peer in self.every.peers:
            selector = peer.get("namespaceSelector") or {}
            names |= {
                value for key, value in (selector.get("matchLabels") or {}).items() if key == NAME_LABEL and value
            }
            for one in selector.get("matchExpressions") or []:
                if (one["key"], one["operator"]) == (NAME_LABEL, "In"):
                    names |= {value for value in one["values"] if value}
        return sorted(names)

    def any_of(self, written, flow):
        found = 0
        for one in written:
            found |= self.means(one, flow)
        return found


def block(cidr):
    """Whoever is in a CIDR, or at an address."""
    length = "" if "/" in cidr else "/128" if ":" in cidr else "/32"
    return {"shape": "block", "cidr": cidr + length}


def placed(namespaces):
    """Namespaces by name or by a selector, as a place."""
    if namespaces is None:
        return None
    if isinstance(namespaces, dict):
        return "in", namespaces
    names = [namespaces] if isinstance(namespaces, str) else namespaces
    return "in", {"matchExpressions": [{"key": NAME_LABEL, "operator": "In", "values": names}]}


def key(phrase):
    """Something to remember a phrase by."""
    return repr(phrase)


def unique(items):
    """Each of ``items`` once."""
    return list({key(one): one for one in items}.values())
