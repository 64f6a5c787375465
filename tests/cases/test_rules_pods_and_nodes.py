"""Replies, a pod and itself, nodes, the host network, protocols, names of namespaces: rules A15 to A24.

What a policy does to established connections (A22) and what it cannot say (A23) is not a question of who may open a
connection, and has no case.
"""

import pytest

from agreement.pipeline import read_inventory

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.2}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {hostNetwork: true, containers: [{name: c, image: i}]}
---
"""


def policy(spec, name="policy"):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {spec}
---
"""


def test_a15_an_allowed_connection_says_nothing_about_one_the_other_way(check):
    """A15: "reply traffic for those allowed connections will also be implicitly allowed": replies alone."""
    check(
        PODS
        + policy(
            "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
        )
        + policy("{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}", name="web"),
        """
        shop/web -> shop/db:5432: allow
        shop/db -> shop/web:80: deny
        """,
    )


def test_a16_a_pod_cannot_block_access_to_itself(check):
    """A16: "a Pod cannot block access to itself"."""
    check(
        PODS + policy("{podSelector: {}, policyTypes: [Ingress, Egress]}"),
        """
        shop/web -> shop/web:80: allow
        shop/web -> shop/db:80: deny
        """,
    )


def test_a16_another_replica_of_the_same_workload_is_another_pod(check):
    """A16 is about one pod; the replicas of a Deployment are distinct pods."""
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: kafka, namespace: shop}
spec:
  selector: {matchLabels: {app: kafka}}
  template:
    metadata: {labels: {app: kafka}}
    spec: {containers: [{name: c, image: i}]}
---
"""
    check(
        PODS + deployment + policy("{podSelector: {matchLabels: {app: kafka}}}"),
        """
        shop/kafka -> shop/kafka#1:9092: deny
        shop/kafka#1 -> shop/kafka#1:9092: allow
        """,
    )


def test_a17_traffic_from_the_own_node_is_always_allowed_where_the_cni_follows_the_documentation(check):
    """A17: "traffic to and from the node where a Pod is running is always allowed, regardless of the IP address"."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}}"),
        """
        shop/agent@n1 -> shop/db@n1:5432: allow when node-to-local-pod-allowed
        shop/agent@n1 -> shop/db@n1:5432: deny when !node-to-local-pod-allowed
        shop/agent@n2 -> shop/db@n1:5432: deny
        shop/web@n1 -> shop/db@n1:5432: deny
        """,
    )


def test_a17_whether_a_pod_always_reaches_its_own_node_is_up_to_the_cni(check):
    """A17 speaks firmly of ingress only; plugins differ on egress to the own node."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress]}"),
        """
        shop/db@n1 -> shop/agent@n1:9100: allow when pod-to-local-node-allowed
        shop/db@n1 -> shop/agent@n1:9100: deny when !pod-to-local-node-allowed
        shop/db@n1 -> shop/agent@n2:9100: deny
        shop/db@n1 -> shop/web@n1:80: deny
        """,
    )


def test_a18_a_pod_on_the_host_network_is_not_selected_unless_the_cni_polices_it(check):
    """A18: "treat them as node traffic, and ignore them when matching podSelector and namespaceSelector"."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: agent}}, policyTypes: [Ingress, Egress]}"),
        """
        shop/web@n1 -> shop/agent@n2:9100: allow when !host-network-policed
        shop/web@n1 -> shop/agent@n2:9100: deny when host-network-policed
        shop/agent@n2 -> shop/web@n1:80: allow when !host-network-policed
        shop/agent@n2 -> shop/web@n1:80: deny when host-network-policed
        203.0.113.9 -> shop/agent:9100: allow when !host-network-policed
        203.0.113.9 -> shop/agent:9100: deny when host-network-policed
        """,
    )


def test_a18_a_pod_on_the_host_network_is_no_peer_of_selectors_unless_the_cni_polices_it(check):
    """A18, the other end: neither podSelector nor namespaceSelector matches it."""
    for peer in ("{podSelector: {matchLabels: {app: agent}}}", "{namespaceSelector: {}}"):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [" + peer + "]}]}"),
            """
            shop/agent@n2 -> shop/db@n1:5432: allow when host-network-policed
            shop/agent@n2 -> shop/db@n1:5432: deny when !host-network-policed
            """,
        )


def test_a18_an_ip_block_may_match_the_node_address_of_a_pod_on_the_host_network(check):
    """A18: "traffic from or to such pods is treated as traffic of the node", so an ipBlock may match it."""
    check(
        PODS
        + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 192.168.0.0/24}}]}]}"),
        """
        shop/agent[192.168.0.7]@n2 -> shop/db@n1:5432: allow when ipblock-matches-nodes
        shop/agent[192.168.0.7]@n2 -> shop/db@n1:5432: deny when !ipblock-matches-nodes
        shop/agent[192.168.1.7]@n2 -> shop/db@n1:5432: deny
        192.168.0.7 -> shop/db:5432: allow
        """,
    )


def test_a18_without_rules_for_peers_the_host_network_is_included(check):
    """A9 with A18: a rule without ``from`` matches all sources, nodes too."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}]}]}"),
        "shop/agent@n2 -> shop/db@n1:5432: allow",
    )


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a19_a_terminated_pod_is_no_pod(phase):
    """A19: Succeeded and Failed pods match nothing; their address may belong to another pod by now."""
    pod = f"""
apiVersion: v1
kind: Pod
metadata: {{name: migrate, namespace: shop, labels: {{app: db}}}}
spec: {{containers: [{{name: c, image: i}}]}}
status: {{phase: {phase}, podIP: 10.0.0.9}}
---
"""
    names = {workload.key.name for workload in read_inventory(PODS + pod).cluster.workloads}
    assert names == {"web", "db", "agent"}


def test_a19_a_pod_that_is_being_deleted_is_still_a_pod():
    """A19: with a deletionTimestamp but still Running, it is covered."""
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: leaving, namespace: shop, deletionTimestamp: "2026-01-01T00:00:00Z", labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
status: {phase: Running}
---
"""
    names = {workload.key.name for workload in read_inventory(PODS + pod).cluster.workloads}
    assert names == {"web", "db", "agent", "leaving"}


def test_a20_deny_all_covers_every_protocol_that_a_policy_can_name(check):
    """A20: network policies are "defined for layer 4 connections (TCP, UDP, and optionally SCTP)"."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}}"),
        """
        shop/web -> shop/db:1/TCP: deny
        shop/web -> shop/db:1/UDP: deny
        shop/web -> shop/db:1/SCTP: deny
        """,
    )


def test_a21_a_rule_for_sctp_still_isolates_and_is_never_read_as_tcp(check):
    """A21: without support for SCTP such a rule allows nothing, and isolates all the same."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 80, protocol: SCTP}]}]}"),
        """
        shop/web -> shop/db:80/TCP: deny
        shop/web -> shop/db:80/UDP: deny
        shop/web -> shop/db:80/SCTP: allow when sctp-supported
        shop/web -> shop/db:80/SCTP: deny when !sctp-supported
        shop/web -> shop/db:81/SCTP: deny
        """,
    )


def test_a24_every_namespace_has_the_label_with_its_name_and_no_other(check):
    """A24: the API server sets ``kubernetes.io/metadata.name`` on all namespaces, also on those without a manifest."""
    peer = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: office}}}"
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [" + peer + "]}]}"),
        """
        office{} -> shop/db:5432: allow
        elsewhere{} -> shop/db:5432: deny
        shop/web -> shop/db:5432: deny
        """,
    )
    declared = "apiVersion: v1\nkind: Namespace\nmetadata: {name: office}\n---\n"
    check(
        PODS
        + declared
        + policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {name: office}}}]}]}"),
        "office{} -> shop/db:5432: deny",
    )


def test_a24_the_label_with_the_name_cannot_be_forged(check):
    """A24: another value is silently replaced by the name."""
    forged = (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: office, labels: {kubernetes.io/metadata.name: shop}}\n---\n"
    )
    peer = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}"
    check(
        PODS + forged + policy("{podSelector: {}, ingress: [{from: [" + peer + "]}]}"),
        """
        office{} -> shop/db:5432: deny
        shop/web -> shop/db:5432: allow
        """,
    )
