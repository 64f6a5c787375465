"""Listings name exactly those for whom the symbolic reading finds a flow, each with a flow that holds."""

from collections import Counter
from dataclasses import replace

import pytest

from agreement.adapter import inventory_of
from agreement.open_questions import SIDES, open_case, sentence_of
from agreement.questions import settings_for, wrong_witness
from netverify.answers import listing as listings
from netverify.answers.context import with_namespaces_of
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, parse_address, subtract
from netverify.model.cluster import NODES
from netverify.model.flow import End
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    InNamespace,
    IsPod,
    IsWorkload,
    Not,
    OnHostNetwork,
    SameNode,
)
from netverify.query.outcome import Verdict
from netverify.query.question import narrowed
from netverify.query.sentence import parse_sentence
from netverify.verify import Verifier

SIDE_OF = {End.SOURCE: "source", End.DESTINATION: "destination"}
EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
BETWEEN_A_POD_AND_ITS_NODE = All((SameNode(), AnyOf(tuple(InNamespace(end, NODES) for end in End))))
"""What no policy can block, so that "anyone" is without it, unless the question gives addresses of nodes."""


class Asked:
    """One listing, and the symbolic reading asked about parts of its open end."""

    def __init__(self, form, seed):
        self.manifests, self.case = open_case(form, seed)
        self.sentence = sentence_of(form, self.case)
        self.verifier = Verifier(inventory_of(self.manifests), settings_for(self.case))
        self.listing = self.verifier.ask(self.sentence)
        self.cluster = self.verifier._context.inventory.cluster
        self.question = parse_sentence(self.sentence, self.cluster, default_namespace=None)
        self.search = with_namespaces_of(self.question, self.verifier._context).search
        self.end = self.question.open_end
        self.closed = next(end for end in SIDE_OF if end is not self.end)
        if self.case[SIDE_OF[self.closed]]["shape"] != "block":
            self.question = replace(self.question, beside=(BETWEEN_A_POD_AND_ITS_NODE,))
        nodes = {str(node.key) for node in self.cluster.nodes}
        self.outside = [
            listed for listed in self.listing.existing if "[" not in listed.text and listed.text not in nodes
        ]

    def exists(self, *who):
        """Whether the symbolic reading finds a flow between existing ends, ``who`` at the open one."""
        return self.search.find(narrowed(self.question, self.end, All(who))).existing

    def exists_with_pods(self, *who):
        """The same with a pod at the other end."""
        to_pods = narrowed(self.question, self.closed, IsPod(self.closed))
        return self.search.find(narrowed(to_pods, self.end, All(who))).existing

    def reaches_outside(self, block):
        """The same for addresses outside in ``block``."""
        outside = (Not(IsPod(self.end)), Not(OnHostNetwork(self.end)))
        return self.exists_with_pods(*outside, AddressIn(self.end, (block,)))

    def wrong(self):
        """Where the listing and the symbolic reading differ, and flows that do not hold."""
        named = {listed.text for listed in self.listing.existing}
        for workload in self.cluster.workloads:
            if (str(workload.key) in named) is not self.exists(IsWorkload(self.end, workload.key)):
                yield f"{self.sentence}: {workload.key} is {'' if str(workload.key) in named else 'not '}listed"
        for node in self.cluster.nodes:
            if (str(node.key) in named) is not self.exists_with_pods(IsWorkload(self.end, node.key)):
                yield f"{self.sentence}: {node.key} is {'' if str(node.key) in named else 'not '}listed"
        blocks = [range_of(listed.text) for listed in self.outside]
        yield from (f"{self.sentence}: {block} is listed" for block in blocks if not self.reaches_outside(block))
        for rest in (part for whole in (EVERY_IPV4, EVERY_IPV6) for part in subtract(whole, tuple(blocks))):
            if self.reaches_outside(rest):
                yield f"{self.sentence}: {rest} is not listed"
        yield from filter(None, map(self.wrong_outside, self.outside))

    def wrong_outside(self, listed):
        end = listed.witness.flow.at(self.end)
        if end.address not in range_of(listed.text):
            return f"{self.sentence}: {listed} is not in its range"
        asked = {**self.case, SIDE_OF[self.end]: {"shape": "block", "cidr": EVERYWHERE[end.address.family]}}
        return wrong_witness(self.manifests, {**asked, "sentence": self.sentence}, listed.witness)


def range_of(text):
    first, _, last = text.partition("-")
    low, high = parse_address(first), parse_address(last or first)
    return AddressRange(low.family, low.value, high.value)


@pytest.mark.parametrize("form", SIDES)
def test_listings_agree_with_the_symbolic_reading_about_single_endpoints(form):
    met = Counter()
    for seed in range(20):
        asked = Asked(form, seed)
        assert list(asked.wrong()) == []
        met.update("outside" if "[" not in listed.text else "pods" for listed in asked.listing.existing)
        met["nobody"] += not asked.listing.existing
    assert min(met["outside"], met["pods"], met["nobody"]) > 2, met


@pytest.mark.long
@pytest.mark.parametrize("form", SIDES)
@pytest.mark.parametrize("start", range(1_000, 2_000, 100))
def test_listings_agree_with_the_symbolic_reading_about_many_endpoints(form, start):
    assert [line for seed in range(start, start + 100) for line in Asked(form, seed).wrong()] == []


@pytest.mark.parametrize("form", SIDES)
def test_further_questions_are_answered_as_if_they_were_the_first(form):
    for seed in range(8):
        manifests, case = open_case(form, seed)
        sentences = [
            sentence_of(form, case),
            "what can internet reach",
            "who can reach any pod:80",
            "who can reach any pod",
        ]
        verifier = Verifier(inventory_of(manifests), settings_for(case))
        for sentence in (*sentences, sentences[0]):
            assert verifier.ask(sentence) == Verifier(inventory_of(manifests), settings_for(case)).ask(sentence)


def test_a_list_that_contradicts_the_solver_is_an_internal_error(monkeypatch):
    met = Counter()
    for seed in range(20):
        asked = Asked("who", seed)
        with monkeypatch.context() as patched:
            someone = asked.listing.existing
            patched.setattr(listings, "existing", lambda *_, listed=someone: () if listed else ("someone",))
            if asked.listing.verdict is Verdict.REACHABLE and not someone:
                continue
            met[bool(someone)] += 1
            with pytest.raises(listings.DisagreementError):
                asked.verifier.ask(asked.sentence)
    assert min(met[True], met[False]) > 0


def test_who_may_reach_itself_and_others_in_ways_of_their_own_is_listed():
    """A bare Pod that is among the destinations does not count as its own, wherever it comes first."""
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "open", "namespace": "beta"},
        "spec": {
            "podSelector": {"matchLabels": {"app": "open"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": [{"protocol": "TCP", "port": 81}]}],
        },
    }
    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "beta", "labels": {"app": label}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        }
        for name, label in (("w0", "web"), ("w1", "open"))
    ]
    cluster = {"namespaces": [], "workloads": pods, "policies": [policy]}
    for first, other in (("w0", "w1"), ("w1", "w0")):
        verifier = Verifier(inventory_of(cluster))
        sentence = "who can reach namespace beta:81"
        listed = {one.text: one.witness.flow.destination.workload.name for one in verifier.ask(sentence).existing}
        assert listed[f"beta/{first}[Pod]"] == other
