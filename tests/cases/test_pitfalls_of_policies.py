"""Pitfalls of NetworkPolicy (K1 to K42): what authors write, and what follows from it."""

import pytest

from agreement.pipeline import read_inventory
from cases.manifest_texts import inventory_of
from netverify.diagnostics import Severity
from netverify.model.behaviours import CNI_PROFILES
from netverify.query.outcome import Verdict
from netverify.verify import Settings, ask

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {env: prod}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec:
  containers:
  - name: c
    image: i
    ports: [{name: web, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
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
metadata: {name: web, namespace: other, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.2.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: kube-system, labels: {app: agent}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.3.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: node-agent, namespace: shop, labels: {app: node-agent}}
spec: {hostNetwork: true, containers: [{name: c, image: i}]}
---
"""


def policy(spec, namespace="shop", name="p"):
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n---\n"
    )


def for_api(rest):
    return policy("{podSelector: {matchLabels: {app: api}}, " + rest + "}")


def test_k1_two_selectors_in_one_item_are_both_wanted_and_in_two_items_either_is_enough(check):
    """API: "selects the Pods matching PodSelector in the Namespaces selected by NamespaceSelector": one item is AND."""
    namespaces, pods = "namespaceSelector: {matchLabels: {team: a}}", "podSelector: {matchLabels: {app: web}}"
    check(
        CLUSTER + for_api(f"ingress: [{{from: [{{{namespaces}, {pods}}}]}}]"),
        """
        shop{app=web} -> shop/api:80: allow
        shop/db -> shop/api:80: deny
        other/web -> shop/api:80: deny
        """,
    )
    check(
        CLUSTER + for_api(f"ingress: [{{from: [{{{namespaces}}}, {{{pods}}}]}}]"),
        """
        shop{app=web} -> shop/api:80: allow
        shop/db -> shop/api:80: allow
        other/web -> shop/api:80: deny
        """,
    )


def test_k2_an_empty_list_of_peers_is_everyone(check):
    """API: "If this field is empty or missing, this rule matches all destinations"."""
    check(
        CLUSTER + for_api("policyTypes: [Egress], egress: [{to: [], ports: [{port: 443}]}]"),
        """
        shop/api -> 203.0.113.5:443: allow
        shop/api -> other/web:443: allow
        shop/api -> 203.0.113.5:80: deny
        """,
    )


def test_k3_no_rule_denies_all_and_one_empty_rule_allows_all(check):
    """API: "If this field is empty then this NetworkPolicy does not allow any traffic"; an empty rule matches all."""
    check(CLUSTER + for_api("ingress: []"), "other/web -> shop/api:80: deny")
    check(
        CLUSTER + for_api("ingress: [{}]"),
        """
        other/web -> shop/api:80: allow
        203.0.113.5 -> shop/api:80: allow
        """,
    )


def test_k4_an_empty_egress_without_policy_types_denies_ingress_and_leaves_egress_alone(check):
    """API: "policies that contain an egress section are assumed to affect egress": an empty list is as good as none."""
    check(
        CLUSTER + policy("{podSelector: {}, egress: []}"),
        """
        other/web -> shop/api:80: deny
        shop/api -> other/web:80: allow
        """,
    )


def test_k5_rules_of_a_direction_that_is_not_listed_do_not_make_egress_safe(check):
    """A list of ``policyTypes`` is taken at its word; Cilium and Antrea enforce what is written all the same."""
    check(
        CLUSTER + policy("{podSelector: {}, policyTypes: [Ingress], egress: [{ports: [{port: 53}]}]}"),
        """
        other/web -> shop/api:80: deny
        shop/api -> other/web:80: allow when !unlisted-rules-enforced
        shop/api -> other/web:80: deny when unlisted-rules-enforced
        """,
    )


def test_k6_a_listed_direction_without_rules_denies_everything_even_dns(check):
    """A listed direction whose list is empty "does not allow any traffic"."""
    check(
        CLUSTER + policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]}"),
        """
        other/web -> shop/api:80: allow
        shop/api -> other/web:80: deny
        shop/api -> kube-system/agent:53/UDP: deny
        """,
    )


def test_k7_egress_rules_without_policy_types_deny_ingress_too(check):
    """API: "all policies (whether or not they contain an ingress section) are assumed to affect ingress"."""
    check(
        CLUSTER + policy("{podSelector: {}, egress: [{}]}"),
        """
        shop/api -> other/web:80: allow
        other/web -> shop/api:80: deny
        """,
    )


def test_k11_a_port_without_protocol_does_not_open_udp(check):
    """API: "If not specified, this field defaults to TCP": QUIC stays closed."""
    check(
        CLUSTER + for_api("ingress: [{ports: [{port: 443}]}]"),
        """
        other/web -> shop/api:443/TCP: allow
        other/web -> shop/api:443/UDP: deny
        """,
    )


def test_k12_a_protocol_without_port_opens_all_its_ports(check):
    """API: "If this field is not provided, this matches all port names and numbers"."""
    check(
        CLUSTER + for_api("ingress: [{ports: [{protocol: UDP}]}]"),
        """
        other/web -> shop/api:53/UDP: allow
        other/web -> shop/api:65535/UDP: allow
        other/web -> shop/api:53/TCP: deny
        """,
    )


@pytest.mark.parametrize(
    "expression", ["{key: env, operator: NotIn, values: [prod]}", "{key: env, operator: DoesNotExist}"]
)
def test_k13_a_negative_requirement_admits_whoever_lacks_the_label(check, expression):
    """``NotIn`` holds where the key is absent: namespaces that nobody labelled are let in."""
    selector = f"{{matchExpressions: [{expression}]}}"
    check(
        CLUSTER + for_api(f"ingress: [{{from: [{{namespaceSelector: {selector}}}]}}]"),
        """
        kube-system/agent -> shop/api:80: allow
        shop/db -> shop/api:80: allow
        other/web -> shop/api:80: deny
        """,
    )


def test_k17_a_pod_on_the_host_network_is_neither_restricted_nor_let_in_by_its_labels(check):
    """API: "NetworkPolicy behaviour for hostNetwork pods is undefined"; most plugins ignore their labels."""
    everyone = policy("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}")
    check(
        CLUSTER + everyone,
        """
        other/web -> shop/node-agent:80: allow when !host-network-policed
        shop/node-agent@n1 -> shop/api@n2:80: deny when !host-network-policed
        shop/db -> shop/api:80: allow
        """,
    )


def test_k18_a_namespace_has_no_label_with_its_name_but_the_one_of_kubernetes(check):
    """The control plane sets ``kubernetes.io/metadata.name``; nothing sets ``name``."""
    by = "ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{{}: other}}}}}}]}}]"
    check(CLUSTER + for_api(by.format("name")), "other/web -> shop/api:80: deny")
    check(CLUSTER + for_api(by.format("kubernetes.io/metadata.name")), "other/web -> shop/api:80: allow")


def test_k19_a_pod_selector_alone_does_not_reach_beyond_the_own_namespace(check):
    """API: "Otherwise it selects the Pods matching PodSelector in the policy's own Namespace"."""
    check(
        CLUSTER + for_api("ingress: [{from: [{podSelector: {matchLabels: {app: prometheus}}}]}]"),
        """
        monitoring{app=prometheus} -> shop/api:80: deny
        shop{app=prometheus} -> shop/api:80: allow
        """,
    )


def test_k20_all_namespaces_are_all_pods_and_not_the_internet(check):
    """An empty ``namespaceSelector`` "selects all namespaces": pods, and no address outside."""
    check(
        CLUSTER + for_api("ingress: [{from: [{namespaceSelector: {}}]}]"),
        """
        other/web -> shop/api:80: allow
        203.0.113.5 -> shop/api:80: deny
        """,
    )


def test_k21_a_port_name_that_no_container_has_opens_nothing_or_more_than_was_meant(check):
    """A name is looked up on the pod: ``http`` is not ``web``. Where names are not implemented, all of TCP may open."""
    check(
        CLUSTER + for_api("ingress: [{ports: [{port: http}]}]"),
        """
        other/web -> shop/api:8080: deny when named-ports-supported
        other/web -> shop/api:8080: allow when !named-ports-supported, named-port-falls-open, !named-port-voids-policy
        """,
    )
    check(
        CLUSTER + for_api("ingress: [{ports: [{port: web}]}]"),
        "other/web -> shop/api:8080: allow when named-ports-supported",
    )


def test_k22_a_port_name_is_looked_up_under_the_protocol_of_the_rule(check):
    """``dns`` is declared for UDP, and an item without protocol is for TCP."""
    check(
        CLUSTER + for_api("ingress: [{ports: [{port: dns}]}]"),
        """
        other/web -> shop/api:53/UDP: deny when named-ports-supported
        other/web -> shop/api:53/TCP: deny when named-ports-supported
        """,
    )


def test_k23_a_policy_in_another_namespace_protects_nothing_here(check):
    """``podSelector`` selects pods "in this object's namespace"."""
    check(
        CLUSTER + policy("{podSelector: {matchLabels: {app: api}}, ingress: []}", namespace="default"),
        "other/web -> shop/api:80: allow",
    )


def test_k24_a_label_that_drifted_leaves_the_pods_open(check):
    """No policy selects the pod, so "all inbound connections are allowed"."""
    check(
        CLUSTER + policy("{podSelector: {matchLabels: {app.kubernetes.io/name: api}}, ingress: []}"),
        """
        other/web -> shop/api:80: allow
        203.0.113.5 -> shop/api:80: allow
        """,
    )


def test_k25_an_empty_pod_selector_isolates_the_whole_namespace(check):
    """API: "An empty podSelector selects all Pods in this namespace", for ingress where nothing else is said."""
    check(
        CLUSTER + policy("{podSelector: {}}"),
        """
        other/web -> shop/api:80: deny
        shop/api -> shop/db:80: deny
        shop/api -> other/web:80: allow
        """,
    )


def test_k28_a_block_of_all_addresses_includes_pods_where_blocks_match_pods(check):
    """API: "should be cluster-external IPs" is advice: most plugins compare the address of whoever it is."""
    check(
        CLUSTER + for_api("policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"),
        """
        shop/api -> 203.0.113.5:443: allow
        shop/api -> other/web:443: allow when ipblock-matches-pods
        shop/api -> other/web:443: deny when !ipblock-matches-pods
        """,
    )


def test_k29_all_but_the_private_addresses_leaves_the_metadata_endpoint_open(check):
    """169.254.169.254 is in no private range: ``except`` has to name it."""
    block = "{cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16EXTRA]}"
    rule = "policyTypes: [Egress], egress: [{to: [{ipBlock: " + block + "}]}]"
    check(CLUSTER + for_api(rule.replace("EXTRA", "")), "shop/api -> 169.254.169.254:80: allow")
    check(CLUSTER + for_api(rule.replace("EXTRA", ", 169.254.0.0/16")), "shop/api -> 169.254.169.254:80: deny")


def test_k30_an_except_is_no_deny_and_another_rule_may_allow_it(check):
    """Rules are additive: an ``except`` takes addresses out of its own block and no other, but on OVN-Kubernetes."""
    check(
        CLUSTER
        + for_api(
            "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}, "
            "{to: [{ipBlock: {cidr: 10.9.0.0/16}}]}]"
        ),
        """
        shop/api -> 10.9.0.5:443: allow when !except-denies
        shop/api -> 10.9.0.5:443: deny when except-denies
        shop/api -> 10.8.0.5:443: deny
        """,
    )


def findings(spec):
    """What is said about one policy, and whether it was refused."""
    inventory = inventory_of(policy(spec))
    return [found for found in inventory.diagnostics if found.severity >= Severity.WARNING], inventory.has_errors


def test_k31_host_bits_in_a_block_are_told():
    """Strict servers refuse ``192.168.1.5/24``; others store it as written and read it as ``192.168.1.0/24``."""
    spec = "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{ipBlock: {cidr: 192.168.1.5/24}}]}]}"
    told, _ = findings(spec)
    assert any("192.168.1.5/24" in found.message for found in told)


@pytest.mark.parametrize("hole", ["10.0.0.0/8", "9.0.0.0/8", "fd00::/8"])
def test_k32_an_except_that_is_no_strict_part_of_its_block_is_refused(hole):
    """API: "must be a strict subset of `cidr`"."""
    told, refused = findings(
        f"{{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8, except: ['{hole}']}}}}]}}]}}"
    )
    assert refused
    assert any(hole in found.message for found in told)


@pytest.mark.parametrize("port", ["{port: http, endPort: 90}", "{endPort: 90}", "{port: 91, endPort: 90}"])
def test_k33_an_end_port_needs_a_number_below_it(port):
    """API: "cannot be defined if the port field is not defined or ... a named (string) port"; "equal or greater"."""
    told, refused = findings(f"{{podSelector: {{}}, ingress: [{{ports: [{port}]}}]}}")
    assert refused
    assert any("endPort" in found.message for found in told)


def test_k33_where_ranges_are_not_supported_only_the_first_port_is_open(check):
    """Without support, "the policy will be applied only for the single port field"."""
    check(
        CLUSTER + for_api("ingress: [{ports: [{port: 80, endPort: 90}]}]"),
        """
        other/web -> shop/api:80: allow
        other/web -> shop/api:90: allow when endport-supported
        other/web -> shop/api:90: deny when !endport-supported
        """,
    )


def test_k34_a_block_of_all_ipv4_addresses_says_nothing_about_ipv6(check):
    """A CIDR is of one family."""
    check(
        CLUSTER + for_api("policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"),
        """
        shop{app=api}[2001:db8::1] -> 2600:1f00::5:443: deny
        shop/api -> 203.0.113.5:443: allow
        """,
    )


def test_k35_egress_alone_does_not_open_a_pod_that_is_isolated_for_ingress(check):
    """API: "both the egress policy on the source pod and the ingress policy on the destination pod need to allow"."""
    out = for_api("policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]")
    closed = policy("{podSelector: {matchLabels: {app: db}}}", name="db")
    check(CLUSTER + out, "shop/api -> shop/db:5432: allow")
    check(CLUSTER + out + closed, "shop/api -> shop/db:5432: deny")


def test_k38_replicas_of_one_application_do_not_reach_each_other_unless_they_may(check):
    """A policy for clients isolates the brokers from each other, too."""
    brokers = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka, namespace: shop}
spec:
  serviceName: kafka
  replicas: 3
  selector: {matchLabels: {app: kafka}}
  template: {metadata: {labels: {app: kafka}}, spec: {containers: [{name: c, image: i}]}}
---
"""
    clients = "{podSelector: {matchLabels: {app: client}}}"
    rule = "{{podSelector: {{matchLabels: {{app: kafka}}}}, ingress: [{{from: [{}]}}]}}"
    check(CLUSTER + brokers + policy(rule.format(clients)), "shop/kafka -> shop/kafka#1:9092: deny")
    own = f"{clients}, {{podSelector: {{matchLabels: {{app: kafka}}}}}}"
    check(CLUSTER + brokers + policy(rule.format(own)), "shop/kafka -> shop/kafka#1:9092: allow")


def test_k39_what_one_policy_allows_no_other_can_take_back(check):
    """API: "Network policies do not conflict; they are additive"."""
    check(
        CLUSTER + for_api("ingress: []") + policy("{podSelector: {}, ingress: [{}]}", name="open"),
        """
        other/web -> shop/api:80: allow
        203.0.113.5 -> shop/api:80: allow
        """,
    )


@pytest.mark.parametrize("peer", ["{}", "{podSelector: }", "null"])
def test_k40_a_peer_without_anything_in_it_is_refused(peer):
    """API: "must specify a peer"."""
    told, refused = findings(f"{{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}")
    assert refused
    assert any("from[0]" in found.message for found in told)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("{podSelector: {}, ingress: [{to: [{podSelector: {}}]}]}", "to"),
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}], port: [{port: 80}]}]}", "port"),
        ("{podSelector: {app: api}, ingress: []}", "app"),
        ("{podselector: {matchLabels: {app: api}}, ingress: []}", "podselector"),
    ],
)
def test_k41_a_field_in_the_wrong_place_is_never_passed_over(spec, field):
    """Pruned as an unknown field, it would turn the rule into one that matches more."""
    told, refused = findings(spec)
    assert refused
    assert any(f"{field}`" in found.message for found in told)


def test_k42_where_nothing_enforces_policies_they_are_inert(check):
    """API: "Creating a NetworkPolicy resource without a controller that implements it will have no effect"."""
    closed = CLUSTER + policy("{podSelector: {}, policyTypes: [Ingress, Egress]}")
    check(
        closed,
        """
        other/web -> shop/api:80: deny
        other/web -> shop/api:80: allow when !policy-enforced
        """,
    )
    flannel = Settings(CNI_PROFILES["flannel"], "flannel")
    assert ask("can other/web reach shop/api:80", read_inventory(closed), flannel).verdict is Verdict.REACHABLE
