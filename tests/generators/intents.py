"""Random intent files about a small cluster: zones of every form, assertions of every verb about flows, exceptions.

An intent is plain data as its file has it. ``meanings`` says in plain data, as the brute force takes it, what each end
means that is no zone; ``numbers`` what each port means: ``(first, last, protocols)``, or a name instead of numbers.
"""

from generators.questions import known_namespaces, random_phrase, random_requirement

VERBS = (
    "deny",
    "deny",
    "allow",
    "only",
    "only",
    "isolated",
    "separate",
    "no-external",
    "no-ingress-from-internet",
    "no-egress-to-internet",
    "no-metadata-endpoint",
    "default-deny",
    "policy-covers-every-pod",
)
ANY = ("TCP", "UDP", "SCTP")
PORTS = {
    "80": (80, 80, ("TCP",)),
    "81/udp": (81, 81, ("UDP",)),
    "79-80/any": (79, 80, ANY),
    "81-65535": (81, 65535, ("TCP",)),
    "80/sctp": (80, 80, ("SCTP",)),
    "http": ("http", ("TCP",)),
    "web/any": ("web", ANY),
}
LATER = "2999-12-31"


class Meant:
    """An intent in the making: the ends that were drawn so far, and what they mean."""

    def __init__(self, rng, cluster):
        self.rng, self.cluster = rng, cluster
        self.meanings = {}
        self.zones = {}
        drawn = [random_phrase(rng, cluster) for _ in range(rng.choice([2, 2, 3]))]
        self.meanings = {text: data for data, text in drawn}

    def ends(self, most=2):
        """One or more of the zones and phrases: what a field of an assertion takes."""
        pool = [*self.zones, *self.zones, *self.meanings]
        chosen = self.rng.sample(pool, min(len(pool), self.rng.randint(1, most)))
        chosen = list(dict.fromkeys(chosen))
        return chosen[0] if len(chosen) == 1 and self.rng.random() < 0.5 else chosen

    def selector(self, *, of_namespaces=False):
        """A selector as Kubernetes has it, now and then the empty one."""
        if self.rng.random() < 0.15:
            return {}
        if of_namespaces and self.rng.random() < 0.3:
            return {"matchLabels": {"kubernetes.io/metadata.name": self.rng.choice(known_namespaces(self.cluster))}}
        if self.rng.random() < 0.4:
            return {"matchLabels": {self.rng.choice(self.rng.words.keys): self.rng.choice(self.rng.words.values)}}
        return {"matchExpressions": [random_requirement(self.rng, self.rng.words.keys)[0]]}

    def namespaces(self):
        """Names or a selector."""
        names = known_namespaces(self.cluster)
        if self.rng.random() < 0.6:
            return self.rng.sample(names, self.rng.randint(1, len(names)))
        return self.selector(of_namespaces=True)

    def zone(self):
        """A zone of any form; ``any`` may name earlier ones."""
        shape = self.rng.choice(["namespaces", "pods", "both", "cidrs", "any", "list", "cidrs and any"])
        zone = {}
        if shape in {"namespaces", "both"}:
            zone["namespaces"] = self.namespaces()
        if shape in {"pods", "both"}:
            zone["pods"] = self.selector()
        if shape.startswith("cidrs"):
            zone["cidrs"] = self.rng.sample(["10.0.0.0/24", "10.0.0.5", "0.0.0.0/0", "fd00::/64", "8.8.8.0/24"], 2)
        if shape.endswith("any"):
            zone["any"] = self.ends()
        return self.ends() if shape == "list" else zone

    def flow(self):
        """``from``, ``to`` and ``ports``, each perhaps left out."""
        flow = {}
        if self.rng.random() < 0.75:
            flow["from"] = self.ends()
        if self.rng.random() < 0.75:
            flow["to"] = self.ends()
        if self.rng.random() < 0.5:
            flow["ports"] = self.ports()
        return flow

    def ports(self):
        """One or two ports."""
        chosen = self.rng.sample(sorted(PORTS), self.rng.choice([1, 1, 2]))
        return chosen[0] if len(chosen) == 1 and self.rng.random() < 0.5 else chosen

    def assertion(self, number, verb):
        """An assertion with that verb."""
        made = {"id": f"a{number}", verb: self.statement(verb)}
        if self.rng.random() < 0.4:
            made["world"] = self.rng.choice(["existing", "possible"])
        return made

    def statement(self, verb):
        """What stands under the verb."""
        if verb in {"deny", "allow"}:
            while not {"from", "to"} & (flow := self.flow()).keys():
                pass
            return flow
        if verb == "only":
            end, other = self.rng.choice([("from", "to"), ("to", "from")])
            flows = [self.flow() for _ in range(self.rng.choice([0, 1, 2]))]
            flows = [{key: value for key, value in flow.items() if key in {other, "ports"}} for flow in flows]
            return {end: self.ends(), "flows": flows, "within": self.rng.random() < 0.4}
        if verb == "separate":
            pool = [*self.zones, *self.meanings]
            if self.rng.random() < 0.25:
                return self.selector(of_namespaces=True)
            return self.rng.sample(pool, self.rng.choice([2, 2, 3]))
        if verb in {"default-deny", "policy-covers-every-pod"}:
            covered = {} if self.rng.random() < 0.4 else {"namespaces": self.namespaces()}
            if self.rng.random() < 0.6:
                covered["directions"] = self.rng.choice([["ingress"], ["egress"]])
            return covered
        return self.ends()

    def exception(self, number, ids):
        """An exception for one or more of the assertions; now and then of all from or to somewhere."""
        flows = [self.flow() for _ in range(self.rng.choice([1, 1, 2]))]
        if self.rng.random() < 0.3:
            flows = [{"from": self.ends()}, {"to": self.ends()}]
        flows = [flow or {"from": self.ends()} for flow in flows]  # one that says nothing is an error
        return {
            "id": f"e{number}",
            "assertions": self.rng.sample(ids, self.rng.randint(1, len(ids))),
            "flows": flows,
            "reason": "it has to be",
            "owner": "somebody",
            "expires": LATER if self.rng.random() < 0.9 else "2020-01-01",
        }


def random_intent(rng, cluster, *, assertions=4, verbs=VERBS):
    """``(intent, meanings)`` about ``cluster``."""
    meant = Meant(rng, cluster)
    for number in range(rng.choice([2, 3, 3])):
        meant.zones[f"zone-{number}"] = meant.zone()
    made = [meant.assertion(number, rng.choice(verbs)) for number in range(assertions)]
    ids = [one["id"] for one in made]
    exceptions = [meant.exception(number, ids) for number in range(rng.choice([0, 0, 1, 2, 3]))]
    return {"version": 1, "zones": meant.zones, "assertions": made, "exceptions": exceptions}, meant.meanings
