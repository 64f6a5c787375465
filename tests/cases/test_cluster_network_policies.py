"""ClusterNetworkPolicy: what its documentation says, and what follows from it.

Quotations are from network-policy-api ``apis/v1alpha2/clusternetworkpolicy_types.go``.
"""

import pytest

from agreement.pipeline import read_inventory
from cases.manifest_texts import inventory_of
from netverify.model.behaviours import CNI_PROFILES, Behaviour
from netverify.model.flow import Direction
from netverify.policy.predicate import Unspecified
from netverify.policy.tiers import lower
from netverify.policy.visit import alternatives
from netverify.query.outcome import Scope, Verdict
from netverify.query.wording import peer_words, traffic_words
from netverify.report.behaviour_text import condition_text, left_open_text
from netverify.verify import Settings, ask

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {tenant: "yes"}}
---
apiVersion: v1
kind: Namespace
metadata: {name: mon}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec:
  containers:
  - name: c
    image: i
    ports: [{name: web, containerPort: 8080}, {name: web-udp, containerPort: 53, protocol: UDP}, {containerPort: 9}]
status: {podIP: 10.1.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.1.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: prom, namespace: mon, labels: {app: prom}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.2.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: mon, labels: {app: agent}}
spec: {hostNetwork: true, containers: [{name: c, image: i}]}
---
"""
NODES = """
---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {pool: a}}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}
---
apiVersion: v1
kind: Node
metadata: {name: n2, labels: {pool: b}}
status: {addresses: [{type: InternalIP, address: 192.168.0.2}]}
"""
READ = {Behaviour.EXPERIMENTAL_PEERS_SUPPORTED: True, Behaviour.POD_TO_LOCAL_NODE_ALLOWED: False}
ISOLATED = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: isolate, namespace: shop}
spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}
"""


def policy(spec, name="one"):
    return f"""
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec: {spec}
"""


def admin(rules, name="admin", priority=10, subject="{namespaces: {}}"):
    return policy(f"{{tier: Admin, priority: {priority}, subject: {subject}, {rules}}}", name)


def baseline(rules, name="baseline", priority=10, subject="{namespaces: {}}"):
    return policy(f"{{tier: Baseline, priority: {priority}, subject: {subject}, {rules}}}", name)


def rule(action, peer="namespaces: {}", protocols="", side="from"):
    listed = f", protocols: [{protocols}]" if protocols else ""
    return f"{{action: {action}, {side}: [{{{peer}}}]{listed}}}"


DENY = "ingress: [{action: Deny, from: [{namespaces: {}}]}]"
DENY_OUT = "egress: [{action: Deny, to: [{namespaces: {}}]}]"


def answer(text, sentence, **settings):
    return ask(sentence, read_inventory(text), Settings(**settings))


def verdict(text, sentence, **settings):
    return answer(text, sentence, **settings).verdict


class TestTiers:
    def test_an_admin_rule_goes_before_a_network_policy(self, check):
        """ "The Admin tier takes precedence over all other policies." """
        accept = "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: mon}}}]}]"
        check(CLUSTER + ISOLATED + admin(accept), "mon/prom -> shop/api:80: allow\nshop/db -> shop/api:80: deny")

    def test_a_network_policy_decides_before_baseline(self, check):
        """ "v1.NetworkPolicy always makes a final decision for selected pods." """
        text = CLUSTER + ISOLATED + baseline("ingress: [{action: Accept, from: [{namespaces: {}}]}]")
        check(text, "mon/prom -> shop/api:80: deny\nmon/prom -> shop/db:80: allow")

    def test_baseline_is_for_pods_that_no_network_policy_selects(self, check):
        """ "Further evaluation only happens for Pods not selected by a v1.NetworkPolicy." """
        open_to_all = ISOLATED.replace("policyTypes: [Ingress]", "ingress: [{}]")
        text = CLUSTER + open_to_all + baseline(DENY)
        check(text, "mon/prom -> shop/api:80: allow\nmon/prom -> shop/db:80: deny")

    def test_what_no_tier_decides_is_allowed(self, check):
        """ "If a given connection wasn't allowed or denied by any of the tiers, … all pods can communicate." """
        text = CLUSTER + admin("ingress: [{action: Deny, from: [{namespaces: {matchLabels: {tenant: 'yes'}}}]}]")
        check(text, "shop/db -> mon/prom:80: deny\nmon/prom -> shop/db:80: allow\n203.0.113.9 -> shop/db:80: allow")

    def test_pass_skips_the_rest_of_the_tier_alone(self, check):
        """ "Pass: Skips all further ClusterNetworkPolicy rules in the current tier, and passes … to the next tier." """
        passing = admin(f"ingress: [{rule('Pass')}]", "first", 1) + admin(DENY, "second", 2)
        check(CLUSTER + passing, "mon/prom -> shop/db:80: allow")
        check(CLUSTER + passing + ISOLATED, "mon/prom -> shop/api:80: deny\nmon/prom -> shop/db:80: allow")
        check(CLUSTER + passing + baseline(DENY), "mon/prom -> shop/db:80: deny")

    def test_pass_in_baseline_allows(self, check):
        passing = baseline(f"ingress: [{rule('Pass')}]", "first", 1) + baseline(DENY, "second", 2)
        check(CLUSTER + passing, "mon/prom -> shop/db:80: allow")

    def test_both_ends_must_allow(self, check):
        """ "… but any ingress rules at the destination do apply." """
        text = CLUSTER + admin(f"egress: [{rule('Accept', side='to')}], {DENY}")
        check(text, "mon/prom -> shop/db:80: deny")

    def test_the_default_of_the_tier_is_to_go_on(self, check):
        """ "CNPs with no ingress rules do not affect ingress traffic." """
        check(
            CLUSTER + admin(DENY_OUT, subject="{namespaces: {matchLabels: {tenant: 'yes'}}}"),
            "mon/prom -> shop/db:80: allow",
        )


class TestDirectionsOfBaseline:
    """Whether a NetworkPolicy for one direction spares a pod the Baseline tier in the other: plugins differ."""

    def test_each_direction_for_itself(self, check):
        text = CLUSTER + ISOLATED + baseline(DENY_OUT)
        check(text, "shop/api -> mon/prom:80: deny when baseline-skipped-per-direction")

    def test_or_both_at_once(self, check):
        text = CLUSTER + ISOLATED + baseline(DENY_OUT)
        check(text, "shop/api -> mon/prom:80: allow when !baseline-skipped-per-direction\nshop/db -> mon/prom:80: deny")

    def test_without_a_cni_neither_is_proved(self):
        found = answer(CLUSTER + ISOLATED + baseline(DENY_OUT), "can shop/api reach mon/prom:80")
        assert found.verdict is Verdict.REACHABLE
        assert found.witness.behaviours == {Behaviour.BASELINE_PER_DIRECTION: False}
        assert "so that Baseline does not apply" in found.because[0].detail

    @pytest.mark.parametrize(("cni", "expected"), [("calico", Verdict.UNREACHABLE), ("kindnet", Verdict.REACHABLE)])
    def test_a_profile_says_which(self, cni, expected):
        settings = {"behaviours": {**CNI_PROFILES[cni], Behaviour.CLUSTER_POLICY_ENFORCED: True}, "cni": cni}
        assert (
            verdict(CLUSTER + ISOLATED + baseline(DENY_OUT), "can shop/api reach mon/prom:80", **settings) is expected
        )

    def test_a_policy_that_is_not_enforced_spares_nobody(self, check):
        text = CLUSTER + ISOLATED + baseline(DENY_OUT)
        check(text, "shop/api -> mon/prom:80: deny when !policy-enforced")


class TestPriorities:
    def test_a_lower_number_goes_first(self, check):
        """ "Policies with lower priority values have higher precedence." """
        first = f"ingress: [{rule('Accept')}]"
        check(CLUSTER + admin(DENY, "b", 2) + admin(first, "z", 1), "mon/prom -> shop/db:80: allow")
        check(CLUSTER + admin(DENY, "z", 0) + admin(first, "b", 1000), "mon/prom -> shop/db:80: deny")

    def test_in_one_policy_the_rule_at_the_top_goes_first(self, check):
        """ "A rule that appears at the top of the ingress rules would take the highest precedence." """
        one, other = rule("Accept", protocols="{tcp: {destinationPort: {number: 80}}}"), rule("Deny")
        check(
            CLUSTER + admin(f"ingress: [{one}, {other}]"), "mon/prom -> shop/db:80: allow\nmon/prom -> shop/db:81: deny"
        )
        check(CLUSTER + admin(f"ingress: [{other}, {one}]"), "mon/prom -> shop/db:80: deny")

    def test_of_one_priority_either_may_decide(self):
        """ "The implementation can apply any of the matching policies to the connection." """
        text = CLUSTER + admin(DENY, "deny") + admin(f"ingress: [{rule('Accept')}]", "accept")
        found = answer(text, "can mon/prom reach shop/db:80")
        assert found.verdict is Verdict.REACHABLE
        ((needed, value),) = found.witness.behaviours.items()
        assert "a policy that allows decides among those of priority 10 in tier Admin (ingress)" in str(needed)
        assert value is True

    def test_of_one_priority_what_all_say_is_proved(self):
        text = CLUSTER + admin(DENY, "deny") + admin(DENY, "again")
        assert verdict(text, "can mon/prom reach shop/db:80") is Verdict.UNREACHABLE

    def test_the_same_priority_in_two_tiers_is_no_tie(self, check):
        check(CLUSTER + admin(f"ingress: [{rule('Accept')}]") + baseline(DENY), "mon/prom -> shop/db:80: allow")


class TestSubjectsAndPeers:
    def test_pods_are_selected_in_all_namespaces_that_match(self, check):
        subject = "{pods: {namespaceSelector: {matchLabels: {tenant: 'yes'}}, podSelector: {matchLabels: {app: db}}}}"
        text = CLUSTER + admin(DENY, subject=subject)
        check(text, "mon/prom -> shop/db:80: deny\nmon/prom -> shop/api:80: allow\nshop/db -> mon/prom:80: allow")

    def test_without_a_namespace_selector_pods_are_those_of_every_namespace(self, check):
        """ "NamespaceSelector … if empty, it selects all Namespaces"; in a NetworkPolicy it would be its own."""
        text = CLUSTER + admin(DENY, subject="{pods: {podSelector: {matchLabels: {app: prom}}}}")
        check(text, "shop/db -> mon/prom:80: deny\nmon/prom -> shop/db:80: allow")

    def test_pods_on_the_host_network_are_no_subjects(self, check):
        """ "Note that host-networked pods are not included in subject selection." """
        text = CLUSTER + admin(
            f"{DENY}, {DENY_OUT}", subject="{namespaces: {matchLabels: {kubernetes.io/metadata.name: mon}}}"
        )
        check(
            text,
            "mon/agent[10.9.0.1] -> shop/db:80: allow\nshop/db -> mon/agent[10.9.0.1]:80: allow\n"
            "shop/db -> mon/prom:80: deny",
        )

    def test_pods_on_the_host_network_are_no_peers(self, check):
        """ "Note that host-networked pods are not included in this type of peer." """
        text = CLUSTER + admin(DENY)
        check(text, "mon/agent[10.9.0.1] -> shop/db:80: allow\nmon/prom -> shop/db:80: deny")

    def test_peers_in_ingress_are_pods_alone(self, check):
        check(CLUSTER + baseline(DENY), "203.0.113.9 -> shop/db:80: allow\nmon/prom -> shop/db:80: deny")

    def test_networks_match_pods_as_well(self, check):
        """ "Accept or Deny traffic to 0.0.0.0/0, … will allow or deny all IPv4 pod-to-pod traffic as well." """
        text = CLUSTER + admin("egress: [{action: Deny, to: [{networks: [10.1.0.2/32, 203.0.113.0/24]}]}]")
        check(
            text,
            "mon/prom -> shop/db:80: deny\nmon/prom -> shop/api:80: allow\nmon/prom -> 203.0.113.9:443: deny\n"
            "mon/prom -> 198.51.100.1:443: allow",
        )

    def test_a_possible_pod_in_a_possible_namespace_is_a_subject(self):
        pods = CLUSTER.replace("hostNetwork: true, ", "")
        text = pods + admin("egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]")
        assert verdict(text, "can any pod reach 203.0.113.9:443") is Verdict.UNREACHABLE
        some = pods + admin(
            "egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]",
            subject="{namespaces: {matchLabels: {tenant: 'yes'}}}",
        )
        found = answer(some, "can any pod reach 203.0.113.9:443")
        assert (found.verdict, found.witness.flow.source.namespace) == (Verdict.REACHABLE, "mon")

    def test_a_namespace_that_is_not_declared_may_have_any_labels(self):
        undeclared = CLUSTER.replace(
            "kind: Namespace\nmetadata: {name: shop", "kind: Namespace\nmetadata: {name: unused"
        )
        text = undeclared + admin(DENY, subject="{namespaces: {matchLabels: {tenant: 'yes'}}}")
        assert verdict(text, "can mon/prom reach shop/db:80") is Verdict.REACHABLE
        by_name = undeclared + admin(DENY, subject="{namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}")
        assert verdict(by_name, "can mon/prom reach shop/db:80") is Verdict.UNREACHABLE


class TestNodesAndNames:
    def test_nodes_are_known_by_their_labels(self):
        """ "It selects the nodeIPs as the peer type by matching on the IPs present in the node.Status.Addresses." """
        text = CLUSTER + NODES + admin("egress: [{action: Deny, to: [{nodes: {matchLabels: {pool: a}}}]}]")
        asked = {
            ip: verdict(text, f"can shop/db reach {ip}:22", behaviours=READ) for ip in ("192.168.0.1", "192.168.0.2")
        }
        assert asked == {"192.168.0.1": Verdict.UNREACHABLE, "192.168.0.2": Verdict.REACHABLE}

    def test_an_address_that_is_not_known_to_be_a_nodes_may_be_one(self):
        text = CLUSTER + admin("egress: [{action: Deny, to: [{nodes: {}}]}]")
        found = answer(text, "can shop/db reach 192.168.0.9:22", behaviours=READ)
        assert found.verdict is Verdict.REACHABLE
        assert [str(one) for one in found.witness.behaviours] == ["the destination has the address of a node"]
        accepting = admin(
            "egress: [{action: Accept, to: [{nodes: {}}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]"
        )
        found = answer(CLUSTER + accepting, "can shop/db reach 192.168.0.9:22", behaviours=READ)
        assert [*found.witness.behaviours.values()] == [True]

    def test_a_pod_off_the_host_network_is_no_node(self):
        text = CLUSTER + admin("egress: [{action: Deny, to: [{nodes: {}}]}]")
        assert verdict(text, "can shop/db reach mon/prom:22", behaviours=READ) is Verdict.REACHABLE
        assert answer(text, "can shop/db reach mon/prom:22", behaviours=READ).witness.behaviours == {}

    def test_who_does_not_read_a_peer_fails_closed(self):
        """ "For Accept rules: treat the rule as matching no traffic. For Deny and Pass rules: … a Deny all rule." """
        denies = CLUSTER + admin("egress: [{action: Pass, to: [{nodes: {}}]}]")
        calico = {"behaviours": CNI_PROFILES["calico"], "cni": "calico"}
        assert verdict(denies, "can shop/db reach mon/prom:80", **calico) is Verdict.UNREACHABLE
        rules = (
            "egress: [{action: Accept, to: [{nodes: {}}, {namespaces: {}}]}, {action: Deny, to: [{namespaces: {}}]}]"
        )
        accepts = CLUSTER + admin(rules)
        assert verdict(accepts, "can shop/db reach mon/prom:80", **calico) is Verdict.UNREACHABLE
        assert verdict(accepts, "can shop/db reach mon/prom:80", behaviours=READ) is Verdict.REACHABLE

    def test_domain_names_are_unspecified_by_name(self):
        deny = "{action: Deny, to: [{networks: [0.0.0.0/0]}]}"
        rules = f"egress: [{{action: Accept, to: [{{domainNames: ['*.example.com']}}]}}, {deny}]"
        found = answer(CLUSTER + admin(rules), "can shop/db reach 203.0.113.9:443", behaviours=READ)
        assert found.verdict is Verdict.REACHABLE
        assert [str(one) for one in found.witness.behaviours] == ["the destination has an address of *.example.com"]

    def test_a_selector_that_means_nothing_for_sure_keeps_both_proofs_from_holding(self):
        unclear = "namespaces: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}"
        for action in ("Deny", "Accept"):
            rules = f"ingress: [{rule(action, unclear)}]"
            found = answer(CLUSTER + admin(rules) + ISOLATED, "can mon/prom reach shop/api:80")
            assert (found.verdict, bool(found.witness and found.witness.behaviours)) == (
                (Verdict.REACHABLE, True) if action == "Accept" else (Verdict.UNREACHABLE, False)
            )
        found = answer(CLUSTER + admin(rules.replace("Accept", "Deny")), "can mon/prom reach shop/api:80")
        assert [*found.witness.behaviours.values()] == [False]


class TestTraffic:
    def test_a_range_includes_both_ends(self, check):
        """ "PortRange defines an inclusive range of ports from the assigned Start value to End value." """
        text = CLUSTER + admin(
            f"ingress: [{rule('Deny', protocols='{tcp: {destinationPort: {range: {start: 80, end: 90}}}}')}]"
        )
        lines = (
            f"mon/prom -> shop/db:{port}: {said}"
            for port, said in ((79, "allow"), (80, "deny"), (90, "deny"), (91, "allow"))
        )
        check(text, "\n".join((*lines, "mon/prom -> shop/db:85/UDP: allow")))

    def test_without_protocols_all_traffic_is_meant(self, check):
        """ "If unspecified, protocol-specific attributes will not be used to match traffic." """
        check(CLUSTER + admin(DENY), "mon/prom -> shop/db:1/UDP: deny\nmon/prom -> shop/db:65535/SCTP: deny")

    def test_a_port_name_has_the_protocol_of_the_container_port(self, check):
        """ "DestinationNamedPort selects a destination port on a pod based on the ContainerPort name." """
        both = f"ingress: [{rule('Deny', protocols='{destinationNamedPort: web}, {destinationNamedPort: web-udp}')}]"
        check(
            CLUSTER + admin(both),
            "mon/prom -> shop/api:8080: deny when named-ports-supported\n"
            "mon/prom -> shop/api:53/UDP: deny when named-ports-supported\n"
            "mon/prom -> shop/api:53: allow when named-ports-supported\n"
            "mon/prom -> shop/db:8080: allow when named-ports-supported",
        )

    def test_an_empty_port_name_is_not_that_of_ports_without_one(self):
        found = answer(
            CLUSTER + admin(f"ingress: [{rule('Deny', protocols='{destinationNamedPort: ' + repr('') + '}')}]"),
            "can mon/prom reach shop/api:9",
        )
        assert (found.verdict, [*found.witness.behaviours.values()]) == (Verdict.REACHABLE, [False])


class TestWhoEnforces:
    def test_without_a_cni_that_anybody_does_is_an_assumption(self):
        found = answer(CLUSTER + admin(DENY), "can mon/prom reach shop/db:80")
        assert found.verdict is Verdict.UNREACHABLE
        assert "the network plugin enforces ClusterNetworkPolicy" in found.assumptions

    def test_where_there_are_none_nothing_is_said_of_them(self):
        found = answer(CLUSTER + ISOLATED, "can mon/prom reach shop/api:80")
        assert not [one for one in found.assumptions if "ClusterNetworkPolicy" in one]

    @pytest.mark.parametrize("cni", ["aws-vpc-cni", "azure-npm", "flannel", "kube-router", "ovn-kubernetes", "weave"])
    def test_where_nobody_does_they_have_no_effect_and_that_is_said(self, cni):
        settings = {"behaviours": CNI_PROFILES[cni], "cni": cni}
        found = answer(CLUSTER + admin(DENY), "can mon/prom reach shop/db:80", **settings)
        assert (found.verdict, found.scope) == (Verdict.REACHABLE, Scope.EXISTING)
        assert f"1 ClusterNetworkPolicy has no effect: {cni} does not enforce any" in found.assumptions

    @pytest.mark.parametrize("cni", ["antrea", "cilium", "gke-dataplane-v2", "kindnet"])
    def test_where_it_depends_on_the_version_neither_is_proved(self, cni):
        settings = {"behaviours": CNI_PROFILES[cni], "cni": cni}
        found = answer(CLUSTER + admin(DENY), "can mon/prom reach shop/db:80", **settings)
        assert (found.verdict, found.witness.behaviours) == (
            Verdict.REACHABLE,
            {Behaviour.CLUSTER_POLICY_ENFORCED: False},
        )
        opening = admin(f"ingress: [{rule('Accept')}]") + ISOLATED
        found = answer(CLUSTER + opening, "can mon/prom reach shop/api:80", **settings)
        assert found.witness.behaviours == {Behaviour.CLUSTER_POLICY_ENFORCED: True}

    def test_an_assumption_goes_before_a_profile(self):
        behaviours = {**CNI_PROFILES["cilium"], Behaviour.CLUSTER_POLICY_ENFORCED: True}
        assert verdict(CLUSTER + admin(DENY), "can mon/prom reach shop/db:80", behaviours=behaviours, cni="cilium") is (
            Verdict.UNREACHABLE
        )


def older(kind, rules, name="default", priority=""):
    spec = f"{{{priority}subject: {{namespaces: {{}}}}, {rules}}}"
    return f"""
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: {kind}
metadata: {{name: {name}}}
spec: {spec}
"""


ALLOW = "ingress: [{action: Allow, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}]}]"


def beside(kind, action):
    rules = f"ingress: [{{action: {action}, from: [{{namespaces: {{}}}}]}}]"
    return older(kind, rules, priority="priority: 5, " if kind == "AdminNetworkPolicy" else "")


ACCEPT = f"ingress: [{rule('Accept')}]"
MIXES = {
    "Admin denies": admin(DENY),
    "Admin allows": admin(ACCEPT),
    "Admin passes": admin(f"ingress: [{rule('Pass')}]"),
    "Baseline denies": baseline(DENY),
    "Baseline allows": baseline(ACCEPT),
    "both tiers deny": admin(DENY) + baseline(DENY),
}


class TestTheOlderApi:
    """AdminNetworkPolicy and BaselineAdminNetworkPolicy of ``v1alpha1``."""

    def test_admin_goes_before_and_baseline_after_network_policy(self, check):
        """ "AdminNetworkPolicy … takes precedence over NetworkPolicy"; the other one "can be overridden"."""
        text = CLUSTER + ISOLATED + older("AdminNetworkPolicy", ALLOW, "a", "priority: 5, ")
        check(
            text + older("BaselineAdminNetworkPolicy", DENY),
            """
            mon/prom -> shop/api:80: allow
            mon/prom -> shop/api:80/UDP: deny
            mon/prom -> shop/db:80: allow
            mon/prom -> shop/db:81: deny
        """,
        )

    def test_what_the_server_does_not_check_is_unspecified(self):
        odd = "ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {protocol: tcp, port: 80}}]}]"
        found = answer(
            CLUSTER + older("AdminNetworkPolicy", odd, "a", "priority: 5, "), "can mon/prom reach shop/db:80"
        )
        assert (found.verdict, [*found.witness.behaviours.values()]) == (Verdict.REACHABLE, [False])

    @pytest.mark.parametrize("newer", MIXES.values(), ids=MIXES)
    @pytest.mark.parametrize(
        ("kind", "action"),
        [
            ("AdminNetworkPolicy", "Allow"),
            ("AdminNetworkPolicy", "Deny"),
            ("AdminNetworkPolicy", "Pass"),
            ("BaselineAdminNetworkPolicy", "Allow"),
            ("BaselineAdminNetworkPolicy", "Deny"),
        ],
    )
    def test_both_apis_together_are_in_no_known_order(self, kind, action, newer):
        """No source orders objects of the two APIs: a baseline that allows may come before a Baseline that denies."""
        text = CLUSTER + beside(kind, action) + newer
        found = ask("can mon/prom reach shop/db:80", inventory_of(text), Settings())
        assert found.verdict is Verdict.UNKNOWN
        assert found.unknown_because[0].startswith(f"{kind} default at ")

    @pytest.mark.parametrize("cni", ["antrea", "calico", "kindnet", "ovn-kubernetes"])
    def test_no_plugin_is_known_to_order_both_apis(self, cni):
        text = CLUSTER + beside("BaselineAdminNetworkPolicy", "Allow") + baseline(DENY)
        settings = Settings(behaviours=CNI_PROFILES[cni], cni=cni)
        assert ask("can mon/prom reach shop/db:80", inventory_of(text), settings).verdict is Verdict.UNKNOWN

    @pytest.mark.parametrize("kind", ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"])
    def test_those_beside_the_newer_api_are_reported_as_not_modelled(self, kind):
        inventory = inventory_of(CLUSTER + beside(kind, "Allow") + baseline(DENY))
        (finding,) = [one for one in inventory.diagnostics if one.code == "NV203"]
        assert f"{kind} `default` is not modelled beside a ClusterNetworkPolicy" in finding.message
        assert "it may allow and deny traffic anywhere" in finding.message
        assert inventory.coverage.unsupported == {kind: 1}
        assert inventory.coverage.modelled["ClusterNetworkPolicy"] == 1
        assert kind not in inventory.coverage.modelled

    def test_alone_they_are_modelled(self):
        inventory = inventory_of(
            CLUSTER + beside("AdminNetworkPolicy", "Allow") + older("BaselineAdminNetworkPolicy", DENY)
        )
        assert (inventory.diagnostics, inventory.coverage.unsupported) == ((), {})

    @pytest.mark.parametrize("cni", ["aws-vpc-cni", "azure-npm", "cilium", "flannel", "kube-router", "weave"])
    def test_where_nobody_enforces_them_they_have_no_effect(self, cni):
        settings = {"behaviours": CNI_PROFILES[cni], "cni": cni}
        found = answer(CLUSTER + older("BaselineAdminNetworkPolicy", DENY), "can mon/prom reach shop/db:80", **settings)
        assert found.verdict is Verdict.REACHABLE
        assert f"1 AdminNetworkPolicy has no effect: {cni} does not enforce any" in found.assumptions

    @pytest.mark.parametrize("cni", ["antrea", "calico", "kindnet", "ovn-kubernetes"])
    def test_where_it_depends_on_the_version_neither_is_proved(self, cni):
        settings = {"behaviours": CNI_PROFILES[cni], "cni": cni}
        found = answer(CLUSTER + older("BaselineAdminNetworkPolicy", DENY), "can mon/prom reach shop/db:80", **settings)
        assert found.witness.behaviours == {Behaviour.ADMIN_POLICY_ENFORCED: False}


def test_an_unknown_version_of_the_kind_is_refused_with_the_one_that_there_is():
    text = (CLUSTER + admin(DENY)).replace("v1alpha2", "v1beta1")
    (finding,) = (one for one in inventory_of(text).diagnostics if one.code == "NV201")
    assert "policy.networking.k8s.io/v1alpha2" in finding.help
    assert ask("can mon/prom reach shop/db:80", inventory_of(text), Settings()).verdict is Verdict.UNKNOWN


class TestWords:
    """What traces say about rules, and about what is left open."""

    @pytest.mark.parametrize(
        ("rules", "text"),
        [
            (
                f"ingress: [{rule('Deny', protocols='{destinationNamedPort: http}')}]",
                "from pods in all namespaces, TCP/UDP/SCTP http",
            ),
            (
                "egress: [{action: Accept, to: [{domainNames: ['*.example.com']}]}]",
                "to anyone that has an address of *.example.com, every port",
            ),
            (
                "egress: [{action: Deny, to: [{nodes: {}}]}]",
                "to nodes or anyone that has the address of a node, every port",
            ),
        ],
    )
    def test_rules_are_told_with_all_their_peers_and_protocols(self, rules, text):
        (direction,) = [one for one in Direction if rules.startswith(one)]
        table = lower(inventory_of(CLUSTER + admin(rules)).cluster).tables[direction]
        (tier,) = [one for one in table.tiers if one.name == "Admin"]
        who = " or ".join(map(peer_words, alternatives(tier.rules[0].peer)))
        word = "from" if direction is Direction.INGRESS else "to"
        assert f"{word} {who}, {traffic_words(tier.rules[0].traffic)}" == text

    def test_what_no_flag_fixes_is_told_once(self):
        free = Unspecified("the destination has an address of a.example", "")
        assert condition_text(free, value=True) == "the destination has an address of a.example"
        assert condition_text(free, value=False) == "it is not so that the destination has an address of a.example"
        assert left_open_text(free) == "left open by the manifests"
        assert condition_text(Behaviour.SCTP_SUPPORTED, value=True).endswith("(sctp-supported=true)")
