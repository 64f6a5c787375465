"""ClusterNetworkPolicies in every command: what is said of NetworkPolicies must not forget them."""

import json

import pytest

from cases.test_cluster_network_policies import CLUSTER, DENY, DENY_OUT, ISOLATED, admin, baseline, rule
from netverify.cli.main import main
from netverify.lint.changes import Changes

OPEN = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}
"""
PODS = CLUSTER.replace("hostNetwork: true, ", "")


@pytest.fixture
def run(tmp_path, capsys):
    """Runs a command about manifests; ``(status, value of the JSON)``."""

    def ran(command, text, *arguments, other=None, intent=None):
        files = []
        for name, one in (("old", text), ("new", other)):
            if one is not None:
                (tmp_path / name).mkdir(exist_ok=True)
                (tmp_path / name / "manifests.yaml").write_text(one)
                files.append(str(tmp_path / name))
        if intent is not None:
            (tmp_path / "intent.yaml").write_text(intent)
            arguments = (*arguments, "--spec", str(tmp_path / "intent.yaml"))
        named = files if other is not None else ["-f", *files]
        status = main([command, *arguments, *named, "-o", "json"], "netverify")
        return status, json.loads(capsys.readouterr().out)

    return ran


def codes(value):
    return [one["code"] for one in value["findings"]]


ACCEPT_SOME = "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {tenant: 'yes'}}}]}]"
NAMED = {"deny": DENY, "accept": ACCEPT_SOME}


class TestLint:
    def test_a_policy_that_opens_what_baseline_would_close_is_not_redundant(self, run):
        assert "NV625" in codes(run("lint", PODS + OPEN)[1])
        assert "NV625" not in codes(run("lint", PODS + OPEN.replace("open", "open2") + baseline(DENY))[1])

    def test_a_policy_for_the_other_direction_may_keep_baseline_away(self, run):
        assert "NV625" not in codes(run("lint", PODS + OPEN + baseline(DENY_OUT))[1])

    def test_equal_priorities_that_matter_are_found_and_others_are_not(self, run):
        accept = "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {tenant: 'yes'}}}]}]"
        tied = PODS + admin(DENY, "one") + admin(accept, "two")
        assert codes(run("lint", tied)[1]) == ["NV638"]

    def test_policies_that_say_the_same_are_asked_about_once(self, run, monkeypatch):
        asked = []
        of_orders = Changes.of_orders
        monkeypatch.setattr(Changes, "of_orders", lambda *given: asked.append(given) or of_orders(*given))
        tied = "".join(admin(rules, f"{name}{number}") for number in range(9) for name, rules in NAMED.items())
        assert codes(run("lint", PODS + tied)[1]) == ["NV638"] * 81
        assert len(asked) == 1

    @pytest.mark.parametrize(
        "other",
        [
            admin(f"ingress: [{rule('Accept')}]", "two", priority=11),
            baseline(f"ingress: [{rule('Accept')}]", "two"),
            admin(DENY, "two"),
            admin(f"egress: [{rule('Accept', side='to')}]", "two"),
            admin(f"ingress: [{rule('Accept')}]", "two", subject="{namespaces: {matchLabels: {tenant: 'no'}}}"),
        ],
        ids=["another priority", "another tier", "the same action", "another direction", "other subjects"],
    )
    def test_what_no_flow_can_tell_is_not_found(self, run, other):
        one = admin(DENY, "one", subject="{namespaces: {matchLabels: {tenant: 'yes'}}}")
        assert codes(run("lint", PODS + one + other)[1]) == []

    def test_what_the_plugin_does_not_enforce_is_found(self, run):
        status, value = run("lint", PODS + admin(DENY), "--cni", "kube-router")
        assert (status, codes(value)) == (1, ["NV637"])


class TestGate:
    def test_a_policy_that_only_passes_covers_nobody(self, run):
        intent = "assertions: [{id: covered, policy-covers-every-pod: {namespaces: [shop], directions: [ingress]}}]"
        passing = PODS + admin(f"ingress: [{rule('Pass')}]")
        status, value = run("check", passing, intent=intent)
        assert (status, value["results"][0]["verdict"]) == (1, "refuted")

    def test_each_rule_that_lets_in_is_a_violation_of_its_own(self, run):
        intent = "assertions: [{id: closed, deny: {from: namespace mon, to: namespace shop}}]"
        accept = "{tcp: {destinationPort: {number: 80}}}"
        text = PODS + admin(f"ingress: [{rule('Accept', protocols=accept)}]")
        status, value = run("check", text, intent=intent)
        reasons = {
            tuple(step["object"] or step["detail"] for step in one["because"])
            for one in value["results"][0]["violations"]
        }
        assert (status, len(value["results"][0]["violations"])) == (1, 2), reasons

    def test_an_annotation_excepts_what_the_rules_of_a_policy_accept(self, run):
        intent = "assertions: [{id: closed, deny: {from: namespace mon, to: namespace shop}}]"
        accepting = admin(f"ingress: [{rule('Accept')}]").replace(
            "{name: admin}",
            "{name: admin, annotations: {ignore.netverify.dev/closed: 'scraping; expires=2099-12-31; owner=us'}}",
        )
        _, value = run("check", PODS + accepting + baseline(DENY), intent=intent)
        assert value["results"][0]["verdict"] == "excepted"


class TestDiff:
    def test_a_policy_that_is_new_denies_more(self, run):
        _, value = run("diff", PODS, other=PODS + admin(DENY))
        assert value["verdict"] == "less permissive"

    def test_another_order_of_priorities_is_seen(self, run):
        accept = f"ingress: [{rule('Accept')}]"
        old = PODS + admin(DENY, "one", 1) + admin(accept, "two", 2)
        new = PODS + admin(DENY, "one", 2) + admin(accept, "two", 1)
        assert run("diff", old, other=new)[1]["verdict"] == "more permissive"

    def test_another_name_or_number_alone_is_none(self, run):
        old, new = PODS + admin(DENY, "one", 1), PODS + admin(DENY, "two", 7)
        assert run("diff", old, other=new)[1]["verdict"] == "equivalent"

    def test_a_tier_may_make_no_difference(self, run):
        assert run("diff", PODS + admin(DENY), other=PODS + baseline(DENY))[1]["verdict"] == "equivalent"

    def test_a_tier_makes_a_difference_beside_a_network_policy(self, run):
        old, new = PODS + OPEN + admin(DENY), PODS + OPEN + baseline(DENY)
        assert run("diff", old, other=new)[1]["verdict"] == "more permissive"


def test_the_account_names_the_kind(run):
    _, value = run("query", PODS + admin(DENY) + ISOLATED, "can mon/prom reach shop/db:80")
    assert value["coverage"]["unsupported"] == []
    assert value["verdict"] == "unreachable"
    assert [one["object"] for one in value["because"]] == ["ClusterNetworkPolicy admin"]


def test_a_map_says_who_enforces(run):
    _, value = run("map", PODS + admin(DENY))
    assert "the network plugin enforces ClusterNetworkPolicy" in value["assumptions"]
    assert not [
        one for one in value["connections"] if one["source"].startswith("mon/") and "shop/" in one["destination"]
    ]


def test_a_proof_keeps_its_goals(run, tmp_path):
    goals = tmp_path / "goals"
    run("query", PODS + admin(DENY), "can mon/prom reach shop/db:80", "--emit-smt2", str(goals))
    assert any("ClusterNetworkPolicy admin" in file.read_text() for file in goals.rglob("*.smt2"))


def test_a_map_says_of_nobody_that_no_policy_selects_it(tmp_path, capsys):
    """ClusterNetworkPolicy selects pods by its subject, but what no rule of it denies "passes on to the next tier"."""
    (tmp_path / "m.yaml").write_text(PODS + admin(DENY))
    assert main(["map", "-f", str(tmp_path)], "netverify") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "selected by" not in out
    assert "isolated by no policy" in out
    assert "0 isolated for ingress, 0 for egress" in out
    assert "ClusterNetworkPolicy rules count in the connections, but isolate nobody" in out


def test_a_policy_that_says_nothing_of_a_flow_neither_allows_nor_denies_it(tmp_path, capsys):
    passing = "ingress: [{action: Deny, from: [{namespaces: {matchLabels: {tenant: none}}}]}]"
    (tmp_path / "m.yaml").write_text(PODS + admin(passing))
    assert main(["query", "can 192.0.2.1 reach namespace shop", "-f", str(tmp_path)], "netverify") == 0
    assert "open: the policies that select the destination neither allow nor deny it" in capsys.readouterr().out
