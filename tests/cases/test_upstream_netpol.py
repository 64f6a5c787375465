"""The upstream end-to-end tests of network policy, every cell of their truth tables.

Source: kubernetes ``test/e2e/network/netpol/network_policy.go``; a test has the name that upstream gives it after
"should". Pods a, b and c live in each of the namespaces x, y and z and serve TCP, UDP and SCTP on 80 and 81. Where
upstream updates something, the case has one snapshot for each state. A table holds whatever the CNI does, except for
the behaviours that it names. (Unquoted, `y` would be a Boolean to Kubernetes.)
"""

import pytest


def policy(spec, name="policy", namespace="x"):
    """One NetworkPolicy document."""
    body = "\n".join(f"  {line}" for line in spec.strip("\n").splitlines())
    return f"""---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: "{namespace}"}}
spec:
{body}
"""


def test_support_a_default_deny_ingress_policy(check_cells):
    check_cells(
        policy("""
podSelector: {}
ingress: []
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x: deny
        """,
    )


def test_support_a_default_deny_all_policy(check_cells):
    check_cells(
        policy("""
podSelector: {}
policyTypes: [Ingress, Egress]
ingress: []
egress: []
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x: deny
          x -> *: deny
        """,
    )


def test_enforce_policy_to_allow_traffic_from_pods_within_server_namespace_based_on_pod_selector(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - podSelector: {matchLabels: {pod: b}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          x/b -> x/a: allow
        """,
    )


def test_enforce_policy_to_allow_ingress_traffic_for_a_target(check_cells):
    check_cells(
        policy(
            """
podSelector: {}
ingress: []
""",
            name="deny-all",
        )
        + policy(
            """
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {}
    podSelector: {}
""",
            name="allow-a",
        ),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x: deny
          * -> x/a: allow
        """,
    )


def test_enforce_policy_to_allow_ingress_traffic_from_pods_in_all_namespaces(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
        """,
    )


def test_enforce_policy_to_allow_traffic_only_from_a_different_namespace_based_on_namespace_selector(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_pod_selector_with_match_expressions(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - podSelector:
      matchExpressions:
      - {key: pod, operator: In, values: [b]}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          x/b -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_namespace_selector_with_match_expressions(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: In, values: ["y"]}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_pod_selector_or_namespace_selector(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}
  - podSelector: {matchLabels: {pod: b}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y, z, x/b -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_pod_selector_and_namespace_selector(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}
    podSelector: {matchLabels: {pod: b}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y/b, z/b -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_multiple_pod_selectors_and_namespace_selectors(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}
    podSelector:
      matchExpressions:
      - {key: pod, operator: In, values: [b, c]}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y/b, y/c, z/b, z/c -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_any_pod_selectors(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - podSelector: {matchLabels: {pod: b}}
  - podSelector: {matchLabels: {pod: c}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          x/b, x/c -> x/a: allow
        """,
    )


def test_enforce_policy_to_allow_traffic_only_from_a_pod_in_a_different_namespace_based_on_both_selectors(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
    podSelector: {matchLabels: {pod: a}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y/a -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_ports(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
  ports:
  - {port: 81, protocol: TCP}
"""),
        """
        TCP 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        TCP 80:
          * -> *: allow
          * -> x/a: deny
        UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
    )


STACKED_81 = policy(
    """
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
  ports:
  - {port: 81, protocol: TCP}
""",
    name="allow-81",
)
STACKED_80 = policy(
    """
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
  ports:
  - {port: 80, protocol: TCP}
""",
    name="allow-80",
)


def test_enforce_multiple_stacked_policies_with_overlapping_pod_selectors(check_cells):
    check_cells(
        STACKED_81,
        """
        TCP 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        TCP 80:
          * -> *: allow
          * -> x/a: deny
        """,
    )
    check_cells(
        STACKED_81 + STACKED_80,
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        """,
    )


def test_support_allow_all_policy(check_cells):
    check_cells(
        policy("""
podSelector: {}
ingress:
- {}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
        """,
    )


def test_allow_ingress_access_on_one_named_port(check_cells):
    check_cells(
        policy("""
podSelector: {}
ingress:
- ports:
  - port: serve-81-tcp
"""),
        """
        TCP 81:
          * -> *: allow
        TCP 80:
          * -> *: allow
          * -> x: deny
        UDP, SCTP 80, 81:
          * -> *: allow
          * -> x: deny
        """,
        where={"named-ports-supported": True},
    )


def test_allow_ingress_access_from_namespace_on_one_named_port(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
  ports:
  - {port: serve-80-tcp, protocol: TCP}
"""),
        """
        TCP 80:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        TCP 81:
          * -> *: allow
          * -> x/a: deny
        """,
        where={"named-ports-supported": True},
    )


def test_allow_egress_access_on_one_named_port(check_cells):
    check_cells(
        policy("""
podSelector: {}
policyTypes: [Egress]
egress:
- ports:
  - port: serve-80-tcp
"""),
        """
        TCP 80:
          * -> *: allow
        TCP 81:
          * -> *: allow
          x -> *: deny
        UDP, SCTP 80, 81:
          * -> *: allow
          x -> *: deny
        """,
        where={"named-ports-supported": True},
    )


def test_enforce_updated_policy(check_cells):
    check_cells(
        policy("""
podSelector: {}
ingress:
- {}
"""),
        """
        TCP 80, 81:
          * -> *: allow
        """,
    )
    check_cells(
        policy("""
podSelector: {}
ingress: []
"""),
        """
        TCP 80, 81:
          * -> *: allow
          * -> x: deny
        """,
    )


FROM_LABELLED_NAMESPACE = policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {ns2: updated}}
""")


def test_allow_ingress_access_from_updated_namespace(check_cells):
    check_cells(
        FROM_LABELLED_NAMESPACE,
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
    )
    check_cells(
        FROM_LABELLED_NAMESPACE,
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        """,
        namespace_labels={"y": {"ns2": "updated"}},
    )


FROM_LABELLED_POD = policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - podSelector: {matchLabels: {pod: b, pod2: updated}}
""")


def test_allow_ingress_access_from_updated_pod(check_cells):
    check_cells(
        FROM_LABELLED_POD,
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
    )
    check_cells(
        FROM_LABELLED_POD,
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
          x/b -> x/a: allow
        """,
        pod_labels={"x/b": {"pod2": "updated"}},
    )


def test_deny_ingress_from_pods_on_other_namespaces(check_cells):
    check_cells(
        policy("""
podSelector: {}
ingress:
- from:
  - podSelector: {}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          y, z -> x: deny
        """,
    )


ISOLATED_TARGET = policy("""
podSelector: {matchLabels: {target: isolated}}
ingress: []
""")


def test_deny_ingress_access_to_updated_pod(check_cells):
    check_cells(
        ISOLATED_TARGET,
        """
        TCP 80, 81:
          * -> *: allow
        """,
    )
    check_cells(
        ISOLATED_TARGET,
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
        pod_labels={"x/a": {"target": "isolated"}},
    )


def test_deny_egress_from_pods_based_on_pod_selector(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress: []
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x/a -> *: deny
        """,
    )


def test_deny_egress_from_all_pods_in_a_namespace(check_cells):
    check_cells(
        policy("""
podSelector: {}
policyTypes: [Egress]
egress: []
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x -> *: deny
        """,
    )


def test_work_with_ingress_egress_specified_together(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Ingress, Egress]
ingress:
- from:
  - podSelector: {matchLabels: {pod: b}}
egress:
- ports:
  - {port: 80, protocol: TCP}
"""),
        """
        TCP 80:
          * -> *: allow
          * -> x/a: deny
          x/b -> x/a: allow
        TCP 81:
          * -> *: allow
          * -> x/a: deny
          x/a -> *: deny
          x/b -> x/a: allow
        UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          x/a -> *: deny
          x/b -> x/a: allow
        """,
    )


def test_support_denying_of_egress_traffic_on_the_client_side_even_if_the_server_explicitly_allows_it(check_cells):
    check_cells(
        policy(
            """
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- to:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
    podSelector: {matchLabels: {pod: a}}
""",
            name="allow-to-y-a",
        )
        + policy(
            """
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}
    podSelector: {matchLabels: {pod: a}}
""",
            name="allow-from-x-a-on-y-a",
            namespace="y",
        )
        + policy(
            """
podSelector: {matchLabels: {pod: b}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}
    podSelector: {matchLabels: {pod: a}}
""",
            name="allow-from-x-a-on-y-b",
            namespace="y",
        ),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x/a -> *: deny
          * -> y/a, y/b: deny
          x/a -> y/a: allow
        """,
    )


def test_enforce_egress_policy_allowing_traffic_to_a_server_in_a_different_namespace(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- to:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
    podSelector: {matchLabels: {pod: a}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x/a -> *: deny
          x/a -> y/a: allow
        """,
    )


def test_enforce_ingress_policy_allowing_any_port_traffic_to_a_server_on_a_specific_protocol(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- ports:
  - {protocol: TCP}
"""),
        """
        TCP 80, 81:
          * -> *: allow
        UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
    )


INGRESS_80 = policy(
    """
podSelector: {}
ingress:
- ports:
  - {port: 80, protocol: TCP}
""",
    name="allow-80",
)
INGRESS_ALL = policy(
    """
podSelector: {}
ingress:
- {}
""",
    name="allow-all",
)


def test_enforce_multiple_ingress_policies_with_ingress_allow_all_policy_taking_precedence(check_cells):
    check_cells(
        INGRESS_80,
        """
        TCP 80:
          * -> *: allow
        TCP 81:
          * -> *: allow
          * -> x: deny
        """,
    )
    check_cells(
        INGRESS_80 + INGRESS_ALL,
        """
        TCP 80, 81:
          * -> *: allow
        """,
    )


EGRESS_80 = policy(
    """
podSelector: {}
policyTypes: [Egress]
egress:
- ports:
  - {port: 80, protocol: TCP}
""",
    name="allow-80",
)
EGRESS_ALL = policy(
    """
podSelector: {}
policyTypes: [Egress]
egress:
- {}
""",
    name="allow-all",
)


def test_enforce_multiple_egress_policies_with_egress_allow_all_policy_taking_precedence(check_cells):
    check_cells(
        EGRESS_80,
        """
        TCP 80:
          * -> *: allow
        TCP 81:
          * -> *: allow
          x -> *: deny
        """,
    )
    check_cells(
        EGRESS_80 + EGRESS_ALL,
        """
        TCP 80, 81:
          * -> *: allow
        """,
    )


def test_stop_enforcing_policies_after_they_are_deleted(check_cells):
    check_cells(
        policy("""
podSelector: {}
policyTypes: [Ingress, Egress]
ingress: []
egress: []
"""),
        """
        TCP 80, 81:
          * -> *: allow
          x -> *: deny
          * -> x: deny
        """,
    )
    check_cells(
        "",
        """
        TCP 80, 81:
          * -> *: allow
        """,
    )


def test_allow_egress_access_to_server_in_cidr_block(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- to:
  - ipBlock: {cidr: 10.1.2.2/32}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x/a -> *: deny
          x/a -> y/b: allow
        """,
        where={"ipblock-matches-pods": True},
    )


EXCEPT_X_B = policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- to:
  - ipBlock: {cidr: 0.0.0.0/4, except: [10.1.1.2/32]}
""")


def test_enforce_except_clause_while_egress_access_to_server_in_cidr_block(check_cells):
    check_cells(
        EXCEPT_X_B,
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x/a -> x/b: deny
        """,
        where={"ipblock-matches-pods": True},
    )


def test_ensure_an_ip_overlapping_both_ip_block_cidr_and_ip_block_except_is_allowed(check_cells):
    check_cells(
        EXCEPT_X_B,
        """
        TCP 80, 81:
          * -> *: allow
          x/a -> x/b: deny
        """,
        where={"ipblock-matches-pods": True},
    )
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- to:
  - ipBlock: {cidr: 10.1.1.2/32}
"""),
        """
        TCP 80, 81:
          * -> *: allow
          x/a -> *: deny
          x/a -> x/b: allow
        """,
        where={"ipblock-matches-pods": True},
    )


def test_enforce_policies_to_check_ingress_and_egress_policies_can_be_controlled_independently(check_cells):
    check_cells(
        policy(
            """
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- {}
""",
            name="allow-egress",
        )
        + policy(
            """
podSelector: {matchLabels: {pod: a}}
policyTypes: [Ingress]
ingress: []
""",
            name="deny-ingress",
        ),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
    )


def test_not_mistakenly_treat_protocol_sctp_as_protocol_tcp_even_if_the_plugin_does_not_support_sctp(check_cells):
    check_cells(
        policy(
            """
podSelector: {}
ingress: []
""",
            name="deny-ingress",
        )
        + policy(
            """
podSelector: {matchLabels: {pod: a}}
ingress:
- ports:
  - {port: 81, protocol: SCTP}
""",
            name="allow-sctp",
        ),
        """
        TCP, UDP 80, 81:
          * -> *: allow
          * -> x: deny
        """,
    )


def test_properly_isolate_pods_that_are_selected_by_a_policy_allowing_sctp_even_if_sctp_is_unsupported(
    check_cells,
):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- ports:
  - {port: 80, protocol: SCTP}
"""),
        """
        TCP, UDP 80, 81:
          * -> *: allow
          * -> x/a: deny
        """,
    )


def test_not_allow_access_by_tcp_when_a_policy_specifies_only_udp(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- ports:
  - {port: 81, protocol: UDP}
"""),
        """
        TCP 80, 81:
          * -> *: allow
          * -> x/a: deny
        UDP 81:
          * -> *: allow
        UDP 80:
          * -> *: allow
          * -> x/a: deny
        """,
    )


def test_enforce_policy_based_on_namespace_selector_with_match_labels_using_default_ns_label(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        """,
    )


def test_enforce_policy_based_on_namespace_selector_with_match_expressions_using_default_ns_label(check_cells):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
policyTypes: [Egress]
egress:
- to:
  - namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: NotIn, values: ["y"]}
"""),
        """
        TCP, UDP, SCTP 80, 81:
          * -> *: allow
          x/a -> y: deny
        """,
    )


@pytest.mark.parametrize("protocol", ["UDP", "SCTP"])
def test_using_udp_and_sctp_support_a_default_deny_ingress_policy(check_cells, protocol):
    check_cells(
        policy("""
podSelector: {}
ingress: []
"""),
        f"""
        {protocol} 80, 81:
          * -> *: allow
          * -> x: deny
        """,
    )


@pytest.mark.parametrize("protocol", ["UDP", "SCTP"])
def test_using_udp_and_sctp_enforce_policy_based_on_ports(check_cells, protocol):
    check_cells(
        policy(f"""
podSelector: {{matchLabels: {{pod: a}}}}
ingress:
- from:
  - namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: "y"}}}}
  ports:
  - {{port: 81, protocol: {protocol}}}
"""),
        f"""
        {protocol} 81:
          * -> *: allow
          * -> x/a: deny
          y -> x/a: allow
        {protocol} 80:
          * -> *: allow
          * -> x/a: deny
        """,
        where={"sctp-supported": True},
    )


@pytest.mark.parametrize("protocol", ["UDP", "SCTP"])
def test_using_udp_and_sctp_enforce_policy_to_allow_traffic_only_from_a_pod_in_a_different_namespace(
    check_cells, protocol
):
    check_cells(
        policy("""
podSelector: {matchLabels: {pod: a}}
ingress:
- from:
  - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "y"}}
    podSelector: {matchLabels: {pod: a}}
"""),
        f"""
        {protocol} 80, 81:
          * -> *: allow
          * -> x/a: deny
          y/a -> x/a: allow
        """,
    )


def test_every_upstream_test_has_its_case():
    cases = [case for name, case in globals().items() if name.startswith("test_")]
    twice = [case for case in cases if hasattr(case, "pytestmark")]
    assert len(cases) + len(twice) - 1 == 48
