"""What becomes of the assertions of an intent, by trying every flow that there could be.

Shares nothing with the package. A flow from outside to outside is none, and neither is one of a pod to itself. Meant
for clusters without Services, whose only ways in are pods on the host network.
"""

from dataclasses import dataclass, field

from oracles.direct_interpreter import namespace_of
from oracles.statements import SIDES, VERBS, Statements


@dataclass
class Judgement:
    """``verdict``: refuted, vacuous, excepted or proved; where some part of it is about nobody, it ``may_be_vacuous``.

    ``places`` are the pairs of places of all flows that are against it, and ``used`` the exceptions that leave out one.
    """

    verdict: str
    places: set = field(default_factory=set)
    used: set = field(default_factory=set)
    may_be_vacuous: bool = False


class GateJudge(Statements):
    """Judges the assertions of an intent about one cluster."""

    def exceptions_for(self, assertion):
        """The exceptions that count for an assertion, each with a test of flows."""
        for one in self.intent.get("exceptions") or []:
            if assertion["id"] in one["assertions"] and one["expires"] >= self.today:
                yield one["id"], lambda flow, one=one: self.any_of(one["flows"], flow)

    def judged(self, assertion):
        """What becomes of one assertion."""
        (verb,) = set(assertion) & VERBS
        wants_all = verb == "allow"
        world = assertion.get("world") or ("existing" if wants_all else "possible")
        parts = self.parts_of(verb, assertion[verb])
        exceptions = list(self.exceptions_for(assertion))
        is_about, found = [False] * len(parts), Judgement("proved")
        for flow in self.flows:
            wrong = (self.every.everywhere & ~flow.allowed) if wants_all else flow.allowed
            if (not wrong and all(is_about)) or self.is_none(flow):
                continue
            if world == "existing" and not self.counts_as_existing(verb, assertion[verb], flow):
                continue
            for number, part in enumerate(parts):
                about = part(flow)
                is_about[number] |= bool(about)
                if against := about & wrong and about & wrong & ~self.approved(verb, assertion[verb], flow):
                    self.count(flow, against, exceptions, found)
        found.may_be_vacuous = not all(is_about) or not parts
        if found.verdict == "proved":
            if not any(is_about) and verb != "policy-covers-every-pod":
                found.verdict = "vacuous"
            elif found.used:
                found.verdict = "excepted"
        return found

    def is_none(self, flow):
        """Whether a flow is from outside to outside."""
        return not any("pod" in end for end in self.both(flow))

    def count(self, flow, against, exceptions, found):
        """Note a flow that is against an assertion: the exceptions that leave it out, or else its places."""
        left = against
        for name, excepted in exceptions:
            if left_out := against & excepted(flow):
                found.used.add(name)
                left &= ~left_out
        if left:
            found.verdict = "refuted"
            found.places.add(tuple(map(self.place, self.both(flow))))

    def is_against(self, assertion, flow):
        """The CNIs on which one flow is against an assertion, and not excepted."""
        (verb,) = set(assertion) & VERBS
        about = 0
        for part in self.parts_of(verb, assertion[verb]):
            about |= part(flow)
        for _, excepted in self.exceptions_for(assertion):
            about &= ~excepted(flow)
        wrong = self.every.everywhere & ~flow.allowed if verb == "allow" else flow.allowed
        return about & wrong & ~self.approved(verb, assertion[verb], flow)

    def counts_as_existing(self, verb, value, flow):
        """Whether the flow is between existing ends; the stranger of ``default-deny`` never exists."""
        if verb != "default-deny":
            return self.exists(flow)
        ends = dict(zip(("source", "destination"), self.both(flow), strict=True))
        return any(
            (one := ends[SIDES[direction][0]]).get("workload") is not None
            and "pod" in one
            and self.is_stranger(ends[SIDES[direction][1]], namespace_of(one["pod"]), direction)
            for direction in value.get("directions", ["ingress", "egress"])
        )
