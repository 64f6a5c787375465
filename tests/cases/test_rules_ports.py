"""Ports and protocols: rules A30 to A37 of NetworkPolicy."""

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: old, namespace: shop, labels: {app: api}}
spec:
  containers:
  - name: c
    image: i
    ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: new, namespace: shop, labels: {app: api}}
spec:
  initContainers:
  - {name: setup, image: i, ports: [{name: setup, containerPort: 7000}]}
  containers:
  - {name: c, image: i, ports: [{name: http, containerPort: 9090}]}
  - {name: d, image: i, ports: [{name: http, containerPort: 9091, protocol: UDP}]}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: shop, labels: {app: api}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.3}
---
"""


def ingress(ports):
    return policy("ingress", "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: " + ports + "}]}")


def egress(rule):
    return policy("egress", "{podSelector: {}, policyTypes: [Egress], egress: [" + rule + "]}")


def policy(name, spec):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {spec}
---
"""


def test_a30_a_port_without_protocol_is_tcp(check):
    """A30: "if not specified, this field defaults to TCP"."""
    for port in ("{port: 443}", "{port: 443, protocol: null}"):
        check(
            PODS + ingress("[" + port + "]"),
            """
            shop/client -> shop/bare:443/TCP: allow
            shop/client -> shop/bare:443/UDP: deny
            shop/client -> shop/bare:443/SCTP: deny
            """,
        )


def test_a30_a_protocol_without_port_is_every_port_of_it(check):
    """A30: "if this field is not provided, this matches all port names and numbers"."""
    check(
        PODS + ingress("[{protocol: UDP}]"),
        """
        shop/client -> shop/bare:1/UDP: allow
        shop/client -> shop/bare:65535/UDP: allow
        shop/client -> shop/bare:1/TCP: deny
        """,
    )


def test_a30_an_empty_or_null_item_of_ports_is_all_of_tcp_and_not_all_traffic(check):
    """A30: ``{}`` is defaulted to ``{protocol: TCP}``; a null item is stored the same."""
    for item in ("{}", "null", "{port: null, protocol: null, endPort: null}"):
        check(
            PODS + ingress("[" + item + "]"),
            """
            shop/client -> shop/bare:1/TCP: allow
            shop/client -> shop/bare:65535/TCP: allow
            shop/client -> shop/bare:1/UDP: deny
            """,
        )


def test_a30_the_items_of_ports_are_combined_with_or(check):
    """A10, A30: "each item in this list is combined using a logical OR"."""
    check(
        PODS + ingress("[{port: 1}, {port: 2, protocol: UDP}]"),
        """
        shop/client -> shop/bare:1/TCP: allow
        shop/client -> shop/bare:2/UDP: allow
        shop/client -> shop/bare:1/UDP: deny
        shop/client -> shop/bare:2/TCP: deny
        """,
    )


def test_a31_a_number_is_the_port_on_the_pod(check):
    """A31: the port of the destination pod, whatever port something in front of it has."""
    check(
        PODS + ingress("[{port: 80}]"),
        """
        shop/client -> shop/old:80: allow
        shop/client -> shop/old:8080: deny
        """,
    )


def test_a32_end_port_makes_a_range_with_both_ends_included(check):
    """A32: "if set, indicates that the range of ports from port to endPort, inclusive, should be allowed"."""
    check(
        PODS + ingress("[{port: 8000, endPort: 8002}]"),
        """
        shop/client -> shop/bare:7999: deny
        shop/client -> shop/bare:8000: allow
        shop/client -> shop/bare:8001: allow when endport-supported
        shop/client -> shop/bare:8002: allow when endport-supported
        shop/client -> shop/bare:8003: deny
        shop/client -> shop/bare:8001/UDP: deny
        """,
    )


def test_a32_without_support_only_the_first_port_is_allowed(check):
    """A32: a plugin without support for endPort reads the single port."""
    check(
        PODS + ingress("[{port: 8000, endPort: 8002}]"),
        """
        shop/client -> shop/bare:8000: allow when !endport-supported
        shop/client -> shop/bare:8001: deny when !endport-supported
        shop/client -> shop/bare:8002: deny when !endport-supported
        """,
    )


def test_a32_a_range_may_end_where_it_begins_and_reach_the_last_port(check):
    """A32, A.6: endPort must be "greater than or equal to port"."""
    check(
        PODS + ingress("[{port: 80, endPort: 80}, {port: 65534, endPort: 65535}]"),
        """
        shop/client -> shop/bare:80: allow
        shop/client -> shop/bare:81: deny
        shop/client -> shop/bare:65535: allow when endport-supported
        shop/client -> shop/bare:1: deny
        """,
    )


def test_a33_a_name_is_resolved_on_the_destination_pod_for_ingress(check):
    """A33: "either a numerical or named port on a pod"; each pod has its own number."""
    check(
        PODS + ingress("[{port: http}]"),
        """
        shop/client -> shop/old:8080: allow when named-ports-supported
        shop/client -> shop/old:9090: deny when named-ports-supported
        shop/client -> shop/new:9090: allow when named-ports-supported
        shop/client -> shop/new:8080: deny when named-ports-supported
        """,
    )


def test_a33_a_name_is_resolved_on_the_peer_for_egress(check):
    """A33: for egress the destination is the peer."""
    check(
        PODS + egress("{ports: [{port: http}]}"),
        """
        shop/client -> shop/old:8080: allow when named-ports-supported
        shop/client -> shop/new:9090: allow when named-ports-supported
        shop/client -> shop/new:8080: deny when named-ports-supported
        shop/client -> 203.0.113.9:8080: deny when named-ports-supported
        """,
    )


def test_a33_a_name_is_resolved_together_with_its_protocol(check):
    """A33: the container port must have the name and the protocol of the entry."""
    check(
        PODS + ingress("[{port: http, protocol: UDP}, {port: dns}]"),
        """
        shop/client -> shop/new:9091/UDP: allow when named-ports-supported
        shop/client -> shop/new:9090/TCP: deny when named-ports-supported
        shop/client -> shop/new:9091/TCP: deny when named-ports-supported
        shop/client -> shop/old:53/UDP: deny when named-ports-supported
        shop/client -> shop/old:53/TCP: deny when named-ports-supported
        shop/client -> shop/old:8080/TCP: deny when named-ports-supported
        """,
    )


def test_a34_a_name_that_the_pod_does_not_have_matches_nothing(check):
    """A34: the pod stays isolated, and that entry allows nothing."""
    check(
        PODS + ingress("[{port: web}, {port: 81}]"),
        """
        shop/client -> shop/old:8080: deny when named-ports-supported
        shop/client -> shop/bare:8080: deny when named-ports-supported
        shop/client -> shop/old:81: allow when named-ports-supported
        """,
    )


def test_a35_a_name_towards_an_address_outside_matches_nothing(check):
    """A35: there is no pod to resolve the name on."""
    check(
        PODS + egress("{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: http}]}"),
        "shop/client -> 203.0.113.9:8080: deny when named-ports-supported",
    )


def test_a35_whether_a_name_towards_an_ip_block_is_resolved_on_a_pod_with_such_an_address_is_up_to_the_cni(check):
    """A35: Calico does, Antrea and Cilium do not."""
    check(
        PODS + egress("{to: [{ipBlock: {cidr: 10.0.0.0/24}}], ports: [{port: http}]}"),
        """
        shop/client -> shop/old:8080: deny when named-ports-supported, !named-ports-resolve-for-ipblock
        shop/client -> shop/old:8080: deny when named-ports-supported, !ipblock-matches-pods
        shop/client -> shop/old:8080: allow when \
named-ports-supported, named-ports-resolve-for-ipblock, ipblock-matches-pods
        shop/client -> shop/new:8080: deny when named-ports-supported
        """,
    )


def test_a35_a_name_in_an_ingress_rule_with_an_ip_block_is_resolved_on_the_selected_pod(check):
    """A33: the destination is the selected pod, whoever the peer is."""
    rule = "{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: http}]}"
    spec = "{podSelector: {matchLabels: {app: api}}, ingress: [" + rule + "]}"
    check(
        PODS + policy("ingress", spec),
        """
        203.0.113.9 -> shop/old:8080: allow when named-ports-supported
        203.0.113.9 -> shop/new:8080: deny when named-ports-supported
        198.51.100.1 -> shop/old:8080: deny when named-ports-supported
        """,
    )


def test_a36_names_of_init_containers_count_where_the_cni_says_so(check):
    """A36: Calico reads containers and init containers, Cilium and Antrea containers only."""
    check(
        PODS + ingress("[{port: setup}]"),
        """
        shop/client -> shop/new:7000: allow when named-ports-supported, init-container-ports-named
        shop/client -> shop/new:7000: deny when named-ports-supported, !init-container-ports-named
        """,
    )


def test_a36_one_name_on_two_protocols_is_two_ports(check):
    """A36: each entry resolves the one of its own protocol."""
    check(
        PODS + ingress("[{port: http, protocol: TCP}, {port: http, protocol: UDP}]"),
        """
        shop/client -> shop/new:9090/TCP: allow when named-ports-supported
        shop/client -> shop/new:9091/UDP: allow when named-ports-supported
        shop/client -> shop/new:9091/TCP: deny when named-ports-supported
        shop/client -> shop/new:9090/UDP: deny when named-ports-supported
        """,
    )


def test_where_names_are_not_supported_they_match_nothing_fall_open_or_void_the_policy(check):
    """Weave does not apply a policy with a name; OVN-Kubernetes allows the whole protocol."""
    check(
        PODS + ingress("[{port: http}]"),
        """
        shop/client -> shop/old:80: deny when !named-ports-supported, !named-port-falls-open, !named-port-voids-policy
        shop/client -> shop/old:9: allow when !named-ports-supported, named-port-falls-open, !named-port-voids-policy
        shop/client -> shop/old:9/UDP: deny when !named-ports-supported, !named-port-voids-policy
        shop/client -> shop/old:9/UDP: allow when !named-ports-supported, named-port-voids-policy
        """,
    )
    check(
        PODS
        + policy("named", "{podSelector: {}, ingress: [{ports: [{port: 1}, {port: http}]}]}")
        + policy("other", "{podSelector: {}, ingress: [{ports: [{port: 2}]}]}"),
        """
        shop/client -> shop/old:1: deny when !named-ports-supported, named-port-voids-policy
        shop/client -> shop/old:2: allow when !named-ports-supported, named-port-voids-policy
        shop/client -> shop/old:1: allow when named-ports-supported
        """,
    )


def test_a37_a_number_works_whether_or_not_a_container_declares_it(check):
    """A37: "not specifying a port here DOES NOT prevent that port from being exposed"."""
    check(
        PODS + ingress("[{port: 6379}]"),
        """
        shop/client -> shop/bare:6379: allow
        shop/client -> shop/old:6379: allow
        shop/client -> shop/old:8080: deny
        """,
    )
