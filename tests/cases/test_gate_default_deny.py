"""`default-deny`: what counts as letting everybody in, and what a baseline knows of a namespace that does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates
from netverify.symbolic import widths

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: legacy, namespace: shop, labels: {app: legacy}}
spec: {containers: [{name: c, image: c}]}
---
"""
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {{podSelector: {pods}, policyTypes: [Ingress], ingress: {rules}}}
---
"""
PRIVATE = "[10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]"
DENY = "default-deny: {namespaces: shop, directions: [ingress]}"
COVERED = "policy-covers-every-pod: {namespaces: shop, directions: [ingress]}"


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def policy(rules: str = "[]", pods: str = "{}", name: str = "in") -> str:
    return POLICY.format(name=name, pods=pods, rules=rules)


def blocks(*cidrs: str) -> str:
    return f"[{{from: [{', '.join(f'{{ipBlock: {{cidr: {cidr}}}}}' for cidr in cidrs)}]}}]"


EVERYBODY = {
    "all of IPv4": blocks("0.0.0.0/0"),
    "all of IPv6": blocks('"::/0"'),
    "the internet of IPv6": blocks('"2000::/3"'),
    "the internet without private networks": blocks(f"0.0.0.0/0, except: {PRIVATE}"),
    "everything but one address": blocks("0.0.0.0/0, except: [192.0.2.1/32]"),
    "everything but the middle": blocks("0.0.0.0/0, except: [64.0.0.0/2]"),
    "in halves": blocks("0.0.0.0/1", "128.0.0.0/1"),
    "in quarters": blocks("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"),
    "in two rules": blocks("0.0.0.0/2", "64.0.0.0/2")[:-1] + ", " + blocks("128.0.0.0/2")[1:],
    "half": blocks("0.0.0.0/1"),
    "every pod": "[{from: [{namespaceSelector: {}}]}]",
    "every pod without a label": "[{from: [{namespaceSelector: {}, podSelector: {matchExpressions: "
    "[{key: x, operator: DoesNotExist}]}}]}]",
    "no peer": "[{}]",
    "no peer on all ports in halves": "[{ports: [{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}]}]",
}
SOMEBODY = {
    "nobody": "[]",
    "an office": blocks("203.0.113.0/24", "198.51.100.0/24"),
    "a private network": blocks("10.0.0.0/8"),
    "a quarter": blocks("64.0.0.0/2"),
    "everybody on a port": "[{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]",
    "everybody on a port, and an office": f"[{{ports: [{{port: 443}}]}}, {blocks('203.0.113.0/24')[1:]}",
    "pods with a label": "[{from: [{podSelector: {matchLabels: {app: web}}}]}]",
}


@pytest.mark.parametrize("rules", EVERYBODY.values(), ids=EVERYBODY)
def test_who_is_let_in_by_half_of_all_addresses_or_by_no_name_is_everybody(gates: Gates, rules: str) -> None:
    assert gates.verdict(SHOP + policy(rules), DENY) == "refuted"


@pytest.mark.parametrize("rules", SOMEBODY.values(), ids=SOMEBODY)
def test_who_is_named_is_somebody(gates: Gates, rules: str) -> None:
    assert gates.verdict(SHOP + policy(rules), DENY) == "proved"


def test_blocks_of_several_policies_are_taken_together(gates: Gates) -> None:
    halves = policy(blocks("0.0.0.0/2", "64.0.0.0/3")) + policy(blocks("96.0.0.0/3"), name="more")
    assert gates.verdict(SHOP + halves, DENY) == "refuted"


def test_the_addresses_of_all_pods_are_everybody(gates: Gates) -> None:
    known = "assume: {pod-cidr: [10.0.0.0/16]}"
    assert gates.verdict(SHOP + policy(blocks("10.0.0.0/8")), DENY, more=known) == "refuted"
    assert gates.verdict(SHOP + policy(blocks("10.0.7.0/24")), DENY, more=known) == "proved"


ALL_BUT_LEGACY = policy(pods="{matchExpressions: [{key: app, operator: NotIn, values: [legacy]}]}")
ALL_LISTED = policy(pods="{matchExpressions: [{key: app, operator: In, values: [web, legacy]}]}")
OPEN = policy("[{}]", "{matchLabels: {app: web}}", "open")


def after(gates: Gates, before: str, later: str, assertion: str, more: str = "") -> str:
    gates.verdict(before, assertion, "--write-baseline", "baseline.json", more=more)
    return gates.verdict(later, assertion, "--baseline", "baseline.json", more=more)


@pytest.mark.parametrize("assertion", [DENY, f"{DENY}, world: existing", COVERED, f"{COVERED}, world: existing"])
def test_a_baseline_of_one_open_pod_does_not_hide_that_others_open(gates: Gates, assertion: str) -> None:
    assert after(gates, SHOP + ALL_BUT_LEGACY, SHOP + ALL_BUT_LEGACY, assertion) == "baselined"
    assert after(gates, SHOP + ALL_BUT_LEGACY, SHOP, assertion) == "refuted"


@pytest.mark.parametrize("assertion", [DENY, COVERED])
def test_a_baseline_hides_no_open_pod_where_one_goal_names_few_of_them(
    gates: Gates, assertion: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pods that could be created are open as well, and stand for those that exist while there are many."""
    with monkeypatch.context() as narrow:
        narrow.setattr(widths, "NAMED_AT_ONCE", 0)
        narrow.setattr(widths, "EXISTING_AT_ONCE", 1)
        assert after(gates, SHOP + ALL_BUT_LEGACY, SHOP + ALL_BUT_LEGACY, assertion) == "baselined"
        result = gates.result(SHOP, assertion)
        marks = {one["fingerprint"] for one in result["violations"]}
    assert {one["fingerprint"] for one in gates.result(SHOP, assertion)["violations"]} == marks


def test_a_baseline_still_knows_a_pod_when_others_are_policed(gates: Gates) -> None:
    assert after(gates, SHOP, SHOP + ALL_BUT_LEGACY, f"{COVERED}, world: existing") == "baselined"


def test_a_baseline_of_a_pod_without_a_policy_does_not_hide_a_further_one(gates: Gates) -> None:
    another = SHOP + SHOP.rpartition("apiVersion")[0].replace("name: web", "name: two").replace(
        "app: web", "app: legacy"
    )
    existing = f"{COVERED}, world: existing"
    assert after(gates, SHOP + ALL_BUT_LEGACY, another + ALL_BUT_LEGACY, existing) == "refuted"
    assert after(gates, another + ALL_BUT_LEGACY, SHOP + ALL_BUT_LEGACY, existing) == "baselined"


def test_a_baseline_of_one_rule_for_everybody_does_not_hide_another(gates: Gates) -> None:
    assert after(gates, SHOP + ALL_LISTED, SHOP + ALL_LISTED, DENY) == "baselined"
    assert after(gates, SHOP + ALL_LISTED, SHOP + ALL_LISTED + OPEN, DENY) == "refuted"


UNMODELLED = """
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: x, namespace: other}
spec: {endpointSelector: {}, ingress: [{fromEntities: [all]}]}
---
"""
OTHER = SHOP.replace("shop", "other") + policy().replace("shop", "other")


def test_a_baseline_does_not_hide_a_part_that_is_unknown(gates: Gates) -> None:
    deny = "default-deny: {namespaces: [shop, other], directions: [ingress]}"
    assert after(gates, SHOP + OTHER, SHOP + OTHER, deny) == "baselined"
    assert after(gates, SHOP + OTHER, SHOP + OTHER + UNMODELLED, deny) == "unknown"


def test_a_baseline_does_not_hide_a_part_about_nobody(gates: Gates) -> None:
    covers = "policy-covers-every-pod: {namespaces: [shop, other], directions: [ingress]}, world: existing"
    gates.verdict(SHOP + OTHER, covers, "--write-baseline", "baseline.json")
    empty = SHOP + "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n---\n"
    assert gates.verdict(empty, covers, "--baseline", "baseline.json") == "vacuous"


def test_fail_on_unknown_sees_an_unknown_beside_a_refutation(gates: Gates) -> None:
    Path("manifests.yaml").write_text(SHOP + OTHER + UNMODELLED)
    Path("netverify.yaml").write_text(
        "assertions: [{id: it, default-deny: {namespaces: [shop, other], directions: [ingress]}}]\n"
    )
    assert gates.run("-f", "manifests.yaml").status == 1
    assert gates.run("-f", "manifests.yaml", "--fail-on", "unknown").status == 3
    (result,) = gates.run("-f", "manifests.yaml", "-o", "json").report["results"]
    assert (result["verdict"], result["also"]) == ("refuted", ["unknown"])


def test_a_baseline_of_an_earlier_version_is_told_where_it_matches_nothing(gates: Gates) -> None:
    gates.verdict(SHOP, DENY, "--write-baseline", "baseline.json")
    known = Path("baseline.json").read_text()
    Path("baseline.json").write_text(known.replace('"fingerprints": 5', '"fingerprints": 2'))
    gate = gates.run("-f", "manifests.yaml", "--baseline", "baseline.json")
    assert (gate.status, "NV721" in gate.out + gate.err) == (0, False)  # all of it matches
    Path("baseline.json").write_text(known)
    old = (
        Path("baseline.json")
        .read_text()
        .replace('  "fingerprints": 5,\n', "")
        .replace('"fingerprint": "', '"fingerprint": "x')
    )
    Path("baseline.json").write_text(old)
    gate = gates.run("-f", "manifests.yaml", "--baseline", "baseline.json")
    assert gate.status == 1
    assert "NV721" in gate.out + gate.err
    assert "of the baseline `baseline.json` match nothing; an earlier version wrote it" in gate.out + gate.err
