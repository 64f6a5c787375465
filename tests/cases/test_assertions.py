"""What the verbs of intent files prove and refute: one small cluster for each, and the rule that it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import CLOSED, FROM_WEB, GUARDED, SHOP, Gates


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


OPEN_TO_TEAM = FROM_WEB.replace(", podSelector: {matchLabels: {app: web}}", "")
EVERYONE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: everyone, namespace: data}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}
---
"""
TO_WORLD = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: world, namespace: data}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]
---
"""


class TestDeny:
    """`deny`: no such connection, for every pod that is and every pod that could be."""

    def test_holds_for_whoever_no_rule_lets_in(self, gates: Gates) -> None:
        """ "By default, a pod is non-isolated for ingress … when isolated, the only allowed connections are those from
        … the ingress list of some NetworkPolicy" (Network Policies, The two sorts of pod isolation).
        """
        assert gates.verdict(GUARDED, "deny: {from: pods app!=web, to: data/db}") == "proved"

    def test_fails_on_a_pod_that_could_be_created(self, gates: Gates) -> None:
        """A namespaceSelector "selects particular namespaces": those to come with that label as well."""
        assertion = "deny: {from: any pod outside namespace shop, to: data/db}"
        result = gates.result(GUARDED, assertion)
        assert result["verdict"] == "refuted"
        (found,) = result["violations"]
        assert found["text"] == "a new namespace can reach namespace data on TCP 5432 (NetworkPolicy data/from-web)"
        assert found["scope"] == "possible"
        assert found["witness"]["source"]["labels"] == {"app": "web"}
        assert found["witness"]["source"]["namespace_labels"]["team"] == "shop"

    def test_of_existing_pods_does_not_look_at_others(self, gates: Gates) -> None:
        assertion = "deny: {from: pods role=admin, to: data/db}"
        manifests = SHOP + CLOSED + FROM_WEB.replace("app: web", "role: admin")
        assert gates.verdict(manifests, assertion) == "refuted"
        manifests = manifests.replace("labels: {app: web}", "labels: {app: web, role: none}")
        assert gates.verdict(manifests, f"world: existing, {assertion}") == "vacuous"
        assert gates.verdict(manifests, "world: existing, deny: {from: namespace shop, to: data/db}") == "proved"

    def test_of_existing_pods_is_vacuous_where_there_is_none(self, gates: Gates) -> None:
        result = gates.result(GUARDED, "world: existing, deny: {from: internet, to: pods app=pg in namespace data}")
        assert result["verdict"] == "vacuous"
        assert result["notes"] == ["no existing pod is `pods app=pg in namespace data`"]

    def test_names_ports_and_leaves_others_alone(self, gates: Gates) -> None:
        assert gates.verdict(GUARDED, "deny: {from: shop/web, to: data/db, ports: [1-5431, 5433-65535]}") == "proved"
        assert gates.verdict(GUARDED, "deny: {from: shop/web, to: data/db, ports: [80, pg]}") == "refuted"
        assert gates.verdict(GUARDED, "deny: {from: shop/web, to: data/db, ports: 5432/udp}") == "proved"

    def test_without_a_source_is_about_pods_and_addresses(self, gates: Gates) -> None:
        found = gates.violations(SHOP, "deny: {to: data/db, ports: 5432}")
        places = ("a new namespace", "namespace shop", "outside")
        assert [one for one in places if any(text.startswith(f"{one} can reach") for text in found)] == list(places)

    def test_never_counts_a_pod_that_talks_to_itself(self, gates: Gates) -> None:
        """ "A Pod cannot block access to itself" (Network Policies, The two sorts of pod isolation)."""
        assert gates.verdict(SHOP + CLOSED, "deny: {from: pods app=db in namespace data, to: data/db}") == "proved"

    def test_goes_by_the_ports_of_a_service_to_those_of_its_pods(self, gates: Gates) -> None:
        """ "A Service can map any incoming port to a targetPort"; policy sees the pod's."""
        service = (
            "apiVersion: v1\nkind: Service\nmetadata: {name: pg, namespace: data}\n"
            "spec: {selector: {app: db}, ports: [{port: 15432, targetPort: 5432}]}\n---\n"
        )
        assertion = "deny: {from: shop/web, to: service data/pg, ports: 15432}"
        assert gates.verdict(GUARDED + service, assertion) == "refuted"
        assert gates.verdict(SHOP + CLOSED + service, assertion) == "proved"

    def test_from_the_internet_goes_by_the_ways_in(self, gates: Gates) -> None:
        """A NodePort is open on every node; without a local traffic policy the pod sees a node as the source."""
        service = (
            "apiVersion: v1\nkind: Service\nmetadata: {name: pg, namespace: data}\n"
            "spec: {type: NodePort, selector: {app: db}, ports: [{port: 5432, nodePort: 30432}]}\n---\n"
        )
        assertion = "deny: {from: internet, to: data/db}"
        assert gates.verdict(SHOP + CLOSED + service, assertion) in ("refuted", "proved")
        assert gates.verdict(SHOP + EVERYONE + service, assertion) == "refuted"


class TestOnlyFrom:
    """`only` with `from`: an approval that names no other end is for whatever the zone reaches."""

    def test_a_port_alone_is_approved_to_everybody(self, gates: Gates) -> None:
        rule = "egress: [{ports: [{port: 53, protocol: UDP}]}]"
        dns = CLOSED.replace("policyTypes: [Ingress, Egress]", f"policyTypes: [Ingress, Egress], {rule}")
        local = ("--assume", "pod-to-local-node-allowed=false", "--assume", "host-network-policed=true")
        only = "only: {from: namespace data, flows: [{ports: %s}]}"
        assert gates.verdict(SHOP + dns, only % "53/udp", *local) == "proved"
        assert gates.verdict(SHOP + dns, only % "53/tcp", *local) == "refuted"


class TestAllow:
    """`allow`: every such pair of existing ends can connect, on each of the ports."""

    def test_holds_where_every_existing_pod_gets_through(self, gates: Gates) -> None:
        assert gates.verdict(GUARDED, "allow: {from: namespace shop, to: data/db, ports: 5432}") == "proved"

    def test_fails_for_one_port_of_several(self, gates: Gates) -> None:
        assertion = "allow: {from: namespace shop, to: data/db, ports: [5432, 5433]}"
        assert gates.violations(GUARDED, assertion) == ["shop/web[Pod] cannot reach data/db[Pod] on TCP 5433"]

    def test_of_possible_pods_fails_for_one_that_could_be_created(self, gates: Gates) -> None:
        assertion = "world: possible, allow: {from: namespace shop, to: data/db, ports: 5432}"
        assert gates.violations(GUARDED, assertion) == ["namespace shop cannot reach data/db[Pod] on TCP 5432"]
        assert gates.verdict(SHOP + CLOSED + OPEN_TO_TEAM, assertion) == "proved"

    def test_needs_the_egress_of_the_source_as_well(self, gates: Gates) -> None:
        """ "For a connection … to be allowed, both the egress policy on the source pod and the ingress policy on the
        destination pod need to allow the connection" (Network Policies, The two sorts of pod isolation).
        """
        manifests = GUARDED + CLOSED.replace("namespace: data", "namespace: shop")
        assert gates.violations(manifests, "allow: {from: shop/web, to: data/db, ports: 5432}") == [
            "shop/web[Pod] cannot reach data/db[Pod] on TCP 5432"
        ]

    def test_is_vacuous_where_nobody_is(self, gates: Gates) -> None:
        result = gates.result(GUARDED, "allow: {from: pods app=none in namespace shop, to: data/db}")
        assert (result["verdict"], result["notes"]) == (
            "vacuous",
            ["no existing pod is `pods app=none in namespace shop`"],
        )

    def test_fails_where_only_some_network_plugins_allow(self, gates: Gates) -> None:
        """ipBlocks "should be cluster-external IPs, since Pod IPs are ephemeral": if they match pods is left open."""
        block = FROM_WEB[: FROM_WEB.index("  - from")] + "  - from: [{ipBlock: {cidr: 0.0.0.0/0}}]\n---\n"
        assertion = "allow: {from: shop/web, to: data/db, ports: 5432}"
        assert gates.verdict(SHOP + CLOSED + block, assertion) == "refuted"
        more = "assume: {pod-cidr: 10.0.0.0/8}"
        assert gates.verdict(SHOP + CLOSED + block, assertion, more=f"cni: calico\n{more}") == "proved"
        assert gates.verdict(SHOP + CLOSED + block, assertion, more=f"cni: cilium\n{more}") == "refuted"


class TestOnly:
    """`only`: nothing but the approved flows."""

    def test_holds_where_the_approved_cover_what_is_allowed(self, gates: Gates) -> None:
        approved = "flows: [{from: pods app=web in namespaces team=shop, ports: 5432}]"
        assert gates.verdict(GUARDED, f"only: {{to: data/db, {approved}}}") == "proved"

    def test_fails_on_what_the_approved_do_not_cover(self, gates: Gates) -> None:
        found = gates.violations(GUARDED, "only: {to: data/db, flows: [{from: namespace shop, ports: 5432}]}")
        assert found == ["a new namespace can reach namespace data on TCP 5432 (NetworkPolicy data/from-web)"]

    def test_approves_ports_and_not_their_neighbours(self, gates: Gates) -> None:
        approved = "flows: [{from: pods app=web in namespaces team=shop, ports: 5433}]"
        assert gates.verdict(GUARDED, f"only: {{to: data/db, {approved}}}") == "refuted"

    def test_of_a_source_is_about_what_it_reaches(self, gates: Gates) -> None:
        assert gates.verdict(GUARDED, "only: {from: namespace data, flows: []}") == "proved"
        assertion = "only: {from: namespace data, flows: [{to: 0.0.0.0/0}]}"
        assert gates.verdict(SHOP + TO_WORLD, assertion, "--cni", "cilium") == "proved"
        assert gates.verdict(SHOP, assertion, "--cni", "cilium") == "refuted"

    def test_approved_addresses_are_no_pods_that_an_ip_block_may_match(self, gates: Gates) -> None:
        assertion = "only: {from: namespace data, flows: [{to: 0.0.0.0/0}]}"
        text = "namespace data can reach namespace shop on any TCP port (NetworkPolicy data/world)"
        assert text in gates.violations(SHOP + TO_WORLD, assertion)

    def test_within_approves_connections_inside(self, gates: Gates) -> None:
        inside = CLOSED.replace(", Egress", "") + EVERYONE.replace(
            "ingress: [{}]", "ingress: [{from: [{podSelector: {}}]}]"
        )
        assertion = "only: {to: namespace data, flows: []"
        assert gates.verdict(SHOP + inside, f"{assertion}}}") == "refuted"
        assert gates.verdict(SHOP + inside, f"{assertion}, within: true}}") == "proved"

    def test_tells_what_is_approved_and_never_possible(self, gates: Gates) -> None:
        flows = "flows: [{from: pods app=web in namespaces team=shop}, {from: internet, ports: 443}]"
        assert gates.verdict(GUARDED, f"only: {{to: data/db, {flows}}}") == "proved"
        gate = gates.run("-f", "manifests.yaml", "-o", "json")
        assert [one["code"] for one in gate.report["findings"]] == ["NV713"]
        assert "netverify.yaml:2:97" in gate.err


class TestIsolation:
    """`isolated`, `separate`, `default-deny` and `policy-covers-every-pod`."""

    def test_isolated_is_about_both_directions_and_all_the_world(self, gates: Gates) -> None:
        assert gates.verdict(SHOP + CLOSED, "isolated: namespace data") == "proved"
        assert gates.violations(SHOP + CLOSED + TO_WORLD, "isolated: namespace data", "--cni", "cilium") == [
            "namespace data can reach outside on any TCP port (NetworkPolicy data/world)"
        ]
        assert gates.verdict(GUARDED, "isolated: namespace data") == "refuted"

    def test_separate_zones_reach_each_other_in_no_direction(self, gates: Gates) -> None:
        assert gates.verdict(SHOP + CLOSED, "separate: [namespace shop, namespace data]") == "proved"
        ingress_only = CLOSED.replace(", Egress", "")
        assert gates.violations(SHOP + ingress_only, "separate: [namespace shop, namespace data]") == [
            "namespace data can reach namespace shop on any TCP port"
        ]

    def test_separate_says_nothing_of_third_parties(self, gates: Gates) -> None:
        third = SHOP.replace("shop", "labs").replace("name: web", "name: lab")
        assert gates.verdict(SHOP + CLOSED + third, "separate: [namespace shop, namespace data]") == "proved"

    def test_separate_with_a_selector_is_about_every_two_namespaces(self, gates: Gates) -> None:
        labels = "{matchExpressions: [{key: team, operator: Exists}]}"
        assert gates.verdict(SHOP + CLOSED, f"separate: {labels}") == "proved"
        assert gates.violations(GUARDED, f"separate: {labels}") == [
            "namespace shop can reach namespace data on TCP 5432 (NetworkPolicy data/from-web)"
        ]

    def test_default_deny_leaves_room_for_what_rules_allow(self, gates: Gates) -> None:
        """A default-deny policy "ensures that even pods that aren't selected by any other NetworkPolicy will still be
        isolated" (Network Policies, Default deny all ingress traffic).
        """
        assert gates.verdict(GUARDED, "default-deny: {namespaces: data}") == "proved"
        assert gates.verdict(SHOP + FROM_WEB, "default-deny: {namespaces: data, directions: [ingress]}") == "refuted"

    def test_default_deny_fails_where_a_rule_lets_everybody_in(self, gates: Gates) -> None:
        found = gates.violations(SHOP + CLOSED + EVERYONE, "default-deny: {namespaces: data}")
        assert found == ["ingress of namespace data is not denied by default (NetworkPolicy data/everyone)"]

    def test_default_deny_without_namespaces_is_about_all(self, gates: Gates) -> None:
        assert gates.violations(GUARDED, "default-deny: {directions: [egress]}") == [
            "egress of namespace shop is not denied by default"
        ]

    def test_a_policy_that_allows_everything_covers_every_pod(self, gates: Gates) -> None:
        covers = "policy-covers-every-pod: {namespaces: data, directions: [ingress]}"
        assert gates.verdict(SHOP + EVERYONE, covers) == "proved"
        assert gates.verdict(SHOP + EVERYONE, "default-deny: {namespaces: data, directions: [ingress]}") == "refuted"

    def test_policies_cover_pods_that_could_be_created_or_not(self, gates: Gates) -> None:
        """A podSelector of some label "selects all pods" with that label: others stay open."""
        covers = "policy-covers-every-pod: {namespaces: data, directions: [ingress]}"
        assert gates.violations(SHOP + FROM_WEB, covers) == ["ingress of namespace data is not policed for every pod"]
        assert gates.verdict(SHOP + FROM_WEB, f"world: existing, {covers}") == "proved"

    @pytest.mark.parametrize("verb", ["default-deny", "policy-covers-every-pod"])
    def test_no_namespace_with_such_labels_is_vacuous(self, verb: str, gates: Gates) -> None:
        assert gates.verdict(GUARDED, f"{verb}: {{namespaces: {{matchLabels: {{team: nobody}}}}}}") == "vacuous"


class TestOutside:
    """`no-external`, `no-ingress-from-internet`, `no-egress-to-internet`, `no-metadata-endpoint` and `dns-works`."""

    def test_no_external_is_about_every_address(self, gates: Gates) -> None:
        assert gates.verdict(GUARDED, "no-external: namespace data") == "proved"
        private = TO_WORLD.replace("0.0.0.0/0, except: [169.254.169.254/32]", "192.168.0.0/16")
        assert gates.violations(SHOP + CLOSED + private, "no-external: namespace data") == [
            "namespace data can reach outside on any TCP port (NetworkPolicy data/world)"
        ]

    def test_private_addresses_are_not_the_internet(self, gates: Gates) -> None:
        private = TO_WORLD.replace("0.0.0.0/0, except: [169.254.169.254/32]", "192.168.0.0/16")
        assert gates.verdict(SHOP + CLOSED + private, "no-egress-to-internet: namespace data") == "proved"
        assert gates.verdict(SHOP + CLOSED + TO_WORLD, "no-egress-to-internet: namespace data") == "refuted"

    def test_each_direction_of_the_internet_is_an_assertion_of_its_own(self, gates: Gates) -> None:
        assert gates.verdict(SHOP + CLOSED + TO_WORLD, "no-ingress-from-internet: namespace data") == "proved"
        assert gates.verdict(SHOP + EVERYONE, "no-ingress-from-internet: namespace data") == "refuted"

    def test_the_metadata_endpoint_is_out_of_reach_by_an_except(self, gates: Gates) -> None:
        """ "169.254.169.254 … a link-local address" that clouds serve credentials at; `except` takes it out."""
        assertion = "no-metadata-endpoint: namespace data"
        assert gates.verdict(SHOP + CLOSED + TO_WORLD, assertion) == "proved"
        open_world = TO_WORLD.replace(", except: [169.254.169.254/32]", "")
        assert gates.verdict(SHOP + CLOSED + open_world, assertion) == "refuted"

    def test_dns_works_where_egress_reaches_the_servers(self, gates: Gates) -> None:
        assert gates.verdict(GUARDED, "dns-works: namespace shop") == "proved"
        assert gates.violations(GUARDED, "dns-works: namespace data") == [
            "data/db[Pod] cannot ask the DNS of the cluster over UDP"
        ]
        assert gates.verdict(GUARDED, "dns-works: pods app=none in namespace shop") == "vacuous"


class TestZones:
    """Zones: named sets, of which everything is said that is said of what is in them."""

    def test_namespaces_and_pods_narrow_each_other(self, gates: Gates) -> None:
        zones = "zones: {web: {namespaces: [shop], pods: {matchLabels: {app: web}}}}"
        assert gates.verdict(GUARDED, "deny: {from: web, to: data/db, ports: 5432}", more=zones) == "refuted"
        zones = zones.replace("shop", "data")
        assert gates.verdict(GUARDED, "deny: {from: web, to: data/db, ports: 5432}", more=zones) == "proved"

    def test_a_zone_of_namespace_labels_holds_namespaces_to_come(self, gates: Gates) -> None:
        zones = "zones: {shop: {namespaces: {matchLabels: {team: shop}}}}"
        assert len(gates.violations(GUARDED, "deny: {from: shop, to: data/db}", more=zones)) == 2

    def test_a_zone_of_zones_and_addresses_is_all_of_them(self, gates: Gates) -> None:
        zones = "zones: {nets: {cidrs: [192.0.2.0/24]}, mine: namespace shop, both: {any: [mine, nets, data/db]}}"
        assert gates.verdict(SHOP + CLOSED, "deny: {from: both, to: data/db}", more=zones) == "proved"
        found = gates.violations(GUARDED, "deny: {from: both, to: data/db}", more=zones)
        assert found == ["namespace shop can reach namespace data on TCP 5432 (NetworkPolicy data/from-web)"]
        assert gates.verdict(SHOP + EVERYONE, "deny: {from: nets, to: data/db}", more=zones) == "refuted"

    def test_a_zone_goes_before_a_workload_of_its_name(self, gates: Gates) -> None:
        assert gates.verdict(GUARDED, "deny: {from: web, to: data/db}") == "refuted"
        zones = "zones: {web: pods app=other in namespace shop}"
        assert gates.verdict(GUARDED, "deny: {from: web, to: data/db}", more=zones) == "proved"

    def test_an_empty_zone_is_told_and_judged_as_who_could_be_in_it(self, gates: Gates) -> None:
        zones = "zones: {web: pods app=web in namespace data}"
        assert gates.verdict(GUARDED, "deny: {from: web, to: shop/web}", more=zones) == "proved"
        gate = gates.run("-f", "manifests.yaml", "-o", "json")
        assert [one["code"] for one in gate.report["findings"]] == ["NV712"]
        assert gates.verdict(GUARDED, "world: existing, deny: {from: web, to: shop/web}", more=zones) == "vacuous"
