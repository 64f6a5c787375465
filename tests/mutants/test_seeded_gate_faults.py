"""Faults seeded into the gate: each is found by the case that it names, of which the verdict is no longer right."""

import importlib
import tempfile
from datetime import date
from pathlib import Path

import pytest

from cases import test_gate_default_deny as deny
from cases import test_gate_ends as ends
from cases import test_gate_nobody as nobody
from cases import test_gate_promises as promises
from mutants.faulty import fault
from mutants.gate_faults import FAULTS

TWO = promises.SHOP + promises.SERVICE.format("https")
NOBODY_LISTENS = promises.SHOP + promises.SERVICE.format("htps")
KNOWN = promises.SHOP.replace("name: c, image: c}]}\n---", "name: c, image: c}]}\nstatus: {podIP: 192.0.2.9}\n---", 1)
NO_EGRESS = promises.DENIED.replace('number: "2"', "app: buyer").replace("Ingress", "Egress")
ONE_PORT = deny.policy("[{ports: [{port: 80}]}]")
PORTS = "allow: {from: shop/web, to: shop/legacy, ports: [80, 443]}"
EVERY_PAIR = "allow: {from: namespace shop, to: namespace shop, ports: 80}"
LEGACY_CLOSED = deny.policy(pods="{matchLabels: {app: legacy}}")
WEB_SHUT = LEGACY_CLOSED.replace("Ingress], ingress: []", "Egress]").replace("app: legacy", "app: web")
PARTLY = "default-deny: {namespaces: [shop, other], directions: [ingress]}"
BALANCED = promises.SHOP + promises.BALANCED

FROM_THERE = promises.DENIED.replace('"2"', '"1"').replace(
    "[Ingress]}", "[Ingress], ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}"
)
ON_8443 = promises.DENIED.replace('number: "2"', "app: till").replace(
    "[Ingress]}", "[Ingress], ingress: [{ports: [{port: 8443}]}]}"
)
SECOND = (
    promises.SERVICE.format("https")
    .replace("name: till", "name: twin")
    .replace("targetPort: http}", "targetPort: 8443}")
)
TWINS = TWO.replace("targetPort: https", "targetPort: 8080") + SECOND + ON_8443

CLOSED_BEHIND = ends.BEHIND_INGRESS + ends.CLOSED

CASES = {
    "three ends": (ends.BEHIND_INGRESS, "separate: [namespace shop, internet, namespace lab]", "refuted"),
    "separate both ways": (ends.INSIDE, "separate: [namespace edge, namespace shop]", "refuted"),
    "mixed zone": (ends.BEHIND_INGRESS, "separate: [namespace shop, elsewhere]", "refuted"),
    "only from a mixed zone": (
        ends.BEHIND_INGRESS,
        "only: {from: elsewhere, flows: [{to: namespace edge}]}, world: existing",
        "refuted",
    ),
    "isolated mixed zone": (CLOSED_BEHIND, "isolated: elsewhere, world: existing", "refuted"),
    "isolated inwards": (ends.INSIDE, "isolated: namespace shop", "refuted"),
    "isolated outwards": (deny.SHOP + deny.policy(), "isolated: namespace shop", "refuted"),
    "no-external of a Service": (ends.BEHIND_INGRESS, "no-external: service shop/till", "refuted"),
    "no-ingress of a Service": (ends.BEHIND_INGRESS, "no-ingress-from-internet: service shop/till", "refuted"),
    "deny from anyone": (CLOSED_BEHIND, "deny: {to: namespace edge}, world: existing", "refuted"),
    "zone of two Services": (TWINS, "deny: {from: shop/buyer, to: two}", "refuted"),
    "misspelt port": (NOBODY_LISTENS, "allow: {from: shop/buyer, to: service shop/till, ports: 443}", "refuted"),
    "misspelt port beside another": (NOBODY_LISTENS, "allow: {from: shop/buyer, to: service shop/till}", "refuted"),
    "one endpoint denied": (
        TWO + promises.DENIED,
        "allow: {from: shop/buyer, to: service shop/till, ports: 80}",
        "refuted",
    ),
    "seen as two": (BALANCED + FROM_THERE, "allow: {from: 192.0.2.9, to: service shop/front}", "refuted"),
    "node port": (promises.SHOP + promises.NODE_PORT, "allow: {from: 192.0.2.9, to: service shop/front}", "refuted"),
    "source ranges": (BALANCED, "allow: {from: 192.0.0.0/16, to: service shop/front}", "refuted"),
    "way to one of two pods": (BALANCED, "allow: {from: 192.0.2.9, to: namespace shop, ports: 8080}", "refuted"),
    "pod at an address": (
        KNOWN + promises.BALANCED + NO_EGRESS,
        "allow: {from: 192.0.2.0/24, to: shop/one, ports: 8080}",
        "refuted",
    ),
    "name that nobody has": (TWO, "allow: {from: shop/buyer, to: shop/one, ports: [http, htps]}", "vacuous"),
    "quarters": (deny.SHOP + deny.policy(deny.EVERYBODY["in quarters"]), deny.DENY, "refuted"),
    "internet of IPv6": (deny.SHOP + deny.policy(deny.EVERYBODY["the internet of IPv6"]), deny.DENY, "refuted"),
    "addresses of pods": (deny.SHOP + deny.policy(deny.blocks("10.0.0.0/8")), deny.DENY, "refuted"),
    "internet without private networks": (
        deny.SHOP + deny.policy(deny.EVERYBODY["the internet without private networks"]),
        deny.DENY,
        "refuted",
    ),
    "every pod": (deny.SHOP + deny.policy(deny.EVERYBODY["every pod"]), deny.DENY, "refuted"),
    "internet on a port and an office": (
        deny.SHOP
        + deny.policy(
            "[{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}, "
            "{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]"
        ),
        deny.DENY,
        "proved",
    ),
    "an office": (deny.SHOP + deny.policy(deny.SOMEBODY["an office"]), deny.DENY, "proved"),
    "covers nobody": (nobody.CLUSTER, "policy-covers-every-pod: {namespaces: empty}, world: existing", "vacuous"),
    "covers somebody": (nobody.CLUSTER, "policy-covers-every-pod: {}, world: existing", "proved"),
    "deny to an empty Service": (
        nobody.CLUSTER,
        "deny: {from: full/two, to: service full/unserved}, world: existing",
        "vacuous",
    ),
}
"""By name: manifests, an assertion, the verdict on it."""
BASELINES = {
    "baseline of a port": (deny.SHOP + ONE_PORT, deny.SHOP + deny.policy(), PORTS, "refuted"),
    "baseline of a direction": (
        deny.SHOP + LEGACY_CLOSED,
        deny.SHOP + LEGACY_CLOSED + WEB_SHUT.replace("name: in", "name: out"),
        PORTS,
        "refuted",
    ),
    "baseline of a pair": (deny.SHOP + LEGACY_CLOSED, deny.SHOP + deny.policy(), EVERY_PAIR, "refuted"),
    "baseline and unknown": (deny.SHOP + deny.OTHER, deny.SHOP + deny.OTHER + deny.UNMODELLED, PARTLY, "unknown"),
    "baseline of an open pod": (deny.SHOP + deny.ALL_BUT_LEGACY, deny.SHOP, deny.COVERED, "refuted"),
    "baseline of a rule": (deny.SHOP + deny.ALL_LISTED + deny.OPEN, deny.SHOP + deny.ALL_LISTED, deny.DENY, "refuted"),
}
"""By name: manifests when the baseline was written, those of now, an assertion, the verdict on it now."""
ZONES = {"edge": ends.ZONES, "twin": "zones: {two: {any: [service shop/twin, service shop/till]}}"}
"""By the name of an object that is there with them."""
AT_ADDRESSES = ("addresses of pods", "internet without private networks")
"""Cases in which it is known where pods are."""


def report_on(manifests, assertion, baseline=None, pods=()):
    """What the gate says of one assertion, where no pod gets to its own node whatever policies say."""
    verify, loader, inventories, checking, reading = (
        importlib.import_module(f"netverify.{name}")
        for name in ("verify", "documents.loader", "sources.inventory", "gate.checking", "gate.intent.reading")
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "netverify.yaml"
        zones = next((text for name, text in ZONES.items() if f"name: {name}" in manifests), "")
        path.write_text(f"{zones}\nassertions: [{{id: it, {assertion}}}]\n")
        spec = reading.read_spec([str(path)])
    local = importlib.import_module("netverify.model.behaviours").Behaviour.POD_TO_LOCAL_NODE_ALLOWED
    settings = verify.Settings(pod_cidrs=pods, behaviours={local: False})
    loaded = loader.load("manifests.yaml", manifests.encode())
    inventory = inventories.build_inventory(loaded.documents, dropped=loaded.dropped)
    assert not inventory.has_errors, inventory.diagnostics
    verifier = verify.Verifier(inventory, settings)
    return verifier.check(spec, checking.Terms(date(2026, 1, 1), baseline=baseline))


def verdict_on(case):
    """The verdict on a case, by its name."""
    if case in CASES:
        manifests, assertion, _ = CASES[case]
        pods = ("10.0.0.0/16",) if case in AT_ADDRESSES else ()
        return report_on(manifests, assertion, pods=pods).results[0].verdict.value
    before, now, assertion, _ = BASELINES[case]
    baselines = importlib.import_module("netverify.gate.baseline")
    text = baselines.write_baseline(report_on(before, assertion).results)
    return report_on(now, assertion, baselines.read_baseline("b.json", text)).results[0].verdict.value


EXPECTED = {name: case[-1] for name, case in (CASES | BASELINES).items()}


def test_every_case_has_its_verdict():
    assert {name: verdict_on(name) for name in EXPECTED} == EXPECTED


def test_every_case_finds_a_fault():
    assert {case for *_, case in FAULTS.values()} == set(EXPECTED)
    assert len(FAULTS) >= 30


@pytest.mark.parametrize(("module", "original", "replacement", "case"), FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found_by_its_case(module, original, replacement, case):
    with fault(module, original, replacement):
        assert verdict_on(case) != EXPECTED[case]
