"""Random runs of the gate, and the evidence that each leaves put to a checker that shares nothing with the package."""

from datetime import date

from agreement.adapter import inventory_of
from agreement.judged_intents import TODAY, spec_of
from agreement.pipeline import read_inventory
from agreement.test_agreement_gate_routes import text_of_pod
from generators.changed_routes import changed_routes
from generators.gate_cases import gate_case
from generators.pairs_of_clusters import judged_pair
from generators.routed_clusters import random_routed_cluster, text_of
from netverify.answers.context import make_context
from netverify.diff.compare import compare
from netverify.gate.checking import Terms
from netverify.gate.evidence.document import DOCUMENT, Shown, evidence_of, shown_by_gate
from netverify.gate.evidence.inputs import Inputs
from netverify.sources.inventory import read_inventory as read_sources
from netverify.verify import Settings, Verifier
from oracles.derivation_checker import check
from oracles.service_interpreter import WORKLOADS, key_of

KEPT = Settings(keep_goals=True)
NOTHING_READ = Inputs((("m.yaml", "sha256:0"),))
MOST_ENDS = 3


def written(shown, folder):
    """The folder with the evidence of a run."""
    evidence = evidence_of(tuple(shown), NOTHING_READ, {"cni": None}, "netverify")
    (folder / DOCUMENT).write_text(evidence.document)
    for name, text in evidence.texts.items():
        (folder / name).write_text(text)
    return folder


def checked(shown, folder, solve):
    """What the checker says of the evidence of a run, which has to be about everything that was shown."""
    shown = list(shown)
    return check(written(shown, folder), solve, [one.id for one in shown])


def gate_run(seed, settings=KEPT):
    """A random intent about a small cluster."""
    cluster, intent, _ = gate_case(seed)
    return shown_by_gate(Verifier(inventory_of(cluster), settings).check(spec_of(intent), Terms(TODAY)))


def routed_run(seed, settings=KEPT):
    """Assertions about the pods and Services of a random cluster with ways in."""
    objects = random_routed_cluster(seed)
    made = list(_routed_assertions(objects))
    intent = {"assertions": [{"id": f"a{number}", **one} for number, one in enumerate(made)]}
    report = Verifier(read_inventory(text_of(objects)), settings).check(spec_of(intent), Terms(date(2026, 1, 1)))
    return shown_by_gate(report)


def _routed_assertions(objects):
    """Some of which about each verb hold in most clusters."""
    pods = [text_of_pod(key_of(one)) for one in objects if one["kind"] in WORKLOADS][:MOST_ENDS]
    for number, who in enumerate(pods):
        world = {"world": "existing"} if number % 2 else {}
        other = pods[number - 1]
        yield {"no-ingress-from-internet": who, **world}
        yield {"deny": {"from": "198.51.100.0/24", "to": who, "ports": "65000/sctp"}, **world}
        yield {"only": {"to": who, "flows": [{}]}, **world}
        yield {"only": {"to": who, "flows": [{"from": "any pod"}, {"from": "10.0.0.0/8"}]}, **world}
        yield {"isolated": who, **world}
        yield {"dns-works": who}
        if other != who:
            yield {"deny": {"from": other, "to": who}, **world}
            yield {"allow": {"from": other, "to": who}}
    for one in [one for one in objects if one["kind"] == "Service"][:MOST_ENDS]:
        called = f"service {one['metadata']['namespace']}/{one['metadata']['name']}"
        yield {"deny": {"from": "any pod", "to": called}, "world": "existing"}
        yield {"deny": {"from": "internet", "to": called}}
        yield {"allow": {"from": "any pod", "to": called}}
        yield {"allow": {"from": "internet", "to": called}}


def compared_run(seed):
    """A small cluster compared with what it was before a change, and with itself."""
    old, new, _, _ = judged_pair(seed)
    before, after = (make_context(inventory_of(one), KEPT) for one in (old, new))
    for name, sides in (("changed", (before, after)), ("same", (after, after))):
        yield from _of_comparison(name, compare(*sides))


def changed_routes_run(seed):
    """A cluster with ways in compared with what it was before a change."""
    inventories = [
        read_sources((), texts={"m.yaml": text_of(objects).encode()}) for objects in changed_routes(seed)[:2]
    ]
    if not any(one.has_errors for one in inventories):
        yield from _of_comparison("routes", compare(*(make_context(one, KEPT) for one in inventories)))


def _of_comparison(name, found):
    yield Shown(f"{name}-new", "no new access", str(found.new_access), found.smt2, found.no_new)
    yield Shown(f"{name}-lost", "no lost access", str(found.lost_access), (), found.no_lost)
