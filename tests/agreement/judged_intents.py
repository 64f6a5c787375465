"""Intents put to the gate and to the judge of every flow; violations put to the direct interpreter."""

import json
import tempfile
from datetime import date
from pathlib import Path

from agreement.adapter import inventory_of
from agreement.questions import completions, end_of
from generators.gate_cases import solved_case
from generators.intents import VERBS
from netverify.gate.checking import Terms
from netverify.gate.intent.reading import read_spec
from netverify.model.flow import External
from netverify.query.outcome import Scope
from netverify.verify import Settings, Verifier
from oracles.direct_interpreter import allowed
from oracles.plain_addresses import in_cidr

TODAY = date(2026, 1, 1)


def spec_of(intent):
    """The intent, read by the package from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "netverify.yaml"
        path.write_text(json.dumps(intent))
        return read_spec([str(path)])


def checked(cluster, intent, **terms):
    """The report of the gate."""
    return Verifier(inventory_of(cluster), Settings()).check(spec_of(intent), Terms(TODAY, **terms))


def disagreements(seed, verbs=VERBS):
    """What the gate says wrong about a random case, in words."""
    cluster, intent, judge, solved = solved_case(seed, verbs)
    report = checked(cluster, intent)
    used = set()
    for result, assertion, expected in zip(report.results, intent["assertions"], solved, strict=True):
        used |= expected.used
        yield from (f"seed {seed}: {line}" for line in wrong_result(result, assertion, expected, judge))
    for one in report.exceptions:
        said = one.state.value
        wanted = "expired" if one.exception.expires < TODAY else "used" if one.exception.id in used else "unused"
        if said != wanted:
            yield f"seed {seed}: exception {one.exception.id} is {said}, not {wanted}"


def wrong_result(result, assertion, expected, judge):
    """What is wrong with one result."""
    said = result.verdict.value
    if is_allowed_from_outside(assertion, judge):
        if said in {"proved", "excepted"} and expected.verdict == "refuted":
            yield f"{assertion} is {said}, not refuted {sorted(expected.places)[:3]}"
        return
    if said != expected.verdict and not (said == "vacuous" and expected.may_be_vacuous):
        yield f"{assertion} is {said}, not {expected.verdict} {sorted(expected.places)[:3]}"
        return
    places = {tuple(place_of(end, judge) for end in ends_of(one.witness.flow)) for one in result.violations}
    if not result.is_complete or {"default-deny", "policy-covers-every-pod"} & assertion.keys():
        is_wrong = not places <= expected.places  # of a namespace one example is enough
    else:
        is_wrong = places != expected.places
    if is_wrong:
        yield f"{assertion} is violated between {sorted(places)}, not {sorted(expected.places)}"
    yield from wrong_examples(result, assertion, judge)


def wrong_examples(result, assertion, judge):
    """Violations whose witness is none, in words."""
    for one in result.violations:
        wrong = wrong_example(one, assertion, judge) if one.witness is not None else None
        if wrong is not None:
            yield f"{assertion}: {one.text}: {wrong}: {one.witness}"


def wrong_example(violation, assertion, judge):
    """Why the witness of a violation is none; None where it is one, whatever the behaviours that it does not name."""
    shown = violation.witness.flow
    source, destination = (end_of(judge.cluster, end) for end in ends_of(shown))
    if violation.scope is Scope.EXISTING and not (is_there(source) and is_there(destination)):
        return "its pods do not exist"
    outside = [end["address"] for end in (source, destination) if "pod" not in end]
    if any(in_cidr(address, cidr) for address in outside for cidr in ("192.0.0.0/24", "2001::/23")):
        return None  # which of these is on the internet, registries say address by address, and the judge does not know
    needed = {str(name): value for name, value in violation.witness.behaviours.items()}
    protocol, wants_all = str(shown.protocol), "allow" in assertion
    near = {"node": "n1"} if shown.same_node else {"node": "n2"}
    for behaviours in completions(needed):
        passes = allowed(
            judge.cluster, {**source, "node": "n1"}, {**destination, **near}, protocol, shown.port, behaviours
        )
        if passes is wants_all:
            return f"it is {'allowed' if passes else 'denied'} with {behaviours}"
    wanted = judge.every.mask(lambda b: all(b[name] == value for name, value in needed.items()))
    names = tuple((one["name"], one["containerPort"], protocol) for one in ports_of(destination) if one["name"])
    flow = judge.every.single(source, destination, protocol, shown.port, names, shown.same_node)
    if wanted & ~judge.is_against(assertion, flow):
        return "it is not what is asserted, or excepted"
    return None


def ports_of(end):
    """The ports of a pod that could be created; of others none that matter."""
    if "pod" not in end or end["workload"] is not None:
        return []
    return end["pod"]["spec"]["containers"][0]["ports"]


def is_there(end):
    """Whether an end is outside, or a pod of the manifests."""
    return "pod" not in end or end["workload"] is not None


def is_allowed_from_outside(assertion, judge):
    """Whether addresses outside should get in, for which there has to be a way in, whatever policies allow."""
    return "allow" in assertion and any(
        judge.is_in(judge.union(assertion["allow"].get("from") or []), "source", number)
        for number in range(len(judge.every.sources))
        if "pod" not in judge.end("source", number)
    )


def ends_of(flow):
    """Both ends of a flow."""
    return flow.source, flow.destination


def place_of(endpoint, judge):
    """The place of an end of a witness, as the judge calls it."""
    if isinstance(endpoint, External):
        return "outside"
    known = endpoint.namespace in judge.known_namespaces()
    where = f"namespace {endpoint.namespace}" if known else "a new namespace"
    return f"the host network in {where}" if endpoint.host_network else where
