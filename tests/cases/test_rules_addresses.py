"""Addresses: rules A40 to A43 of NetworkPolicy, the two families, and nothing behind address translation (A42)."""

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.5}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
---
"""


def from_block(*blocks):
    peers = ", ".join("{ipBlock: " + block + "}" for block in blocks)
    return policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [" + peers + "]}]}")


def policy(spec):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: policy, namespace: shop}}
spec: {spec}
---
"""


def test_a40_a_block_matches_its_first_and_last_address_and_none_beside_them(check):
    """A40: "cidr is a string representing the IPBlock"."""
    check(
        PODS + from_block("{cidr: 192.0.2.64/26}"),
        """
        192.0.2.63 -> shop/db:1: deny
        192.0.2.64 -> shop/db:1: allow
        192.0.2.127 -> shop/db:1: allow
        192.0.2.128 -> shop/db:1: deny
        """,
    )


def test_a40_an_except_takes_addresses_out_of_its_own_block(check):
    """A40: "except is a slice of CIDRs that should not be included within an IPBlock"."""
    check(
        PODS + from_block("{cidr: 192.0.2.0/24, except: [192.0.2.64/26, 192.0.2.255/32]}"),
        """
        192.0.2.63 -> shop/db:1: allow
        192.0.2.64 -> shop/db:1: deny
        192.0.2.127 -> shop/db:1: deny
        192.0.2.128 -> shop/db:1: allow
        192.0.2.254 -> shop/db:1: allow
        192.0.2.255 -> shop/db:1: deny
        """,
    )


def test_a40_an_except_is_no_deny_and_another_block_may_still_allow(check):
    """A40: upstream requires that an address in one block's except and in another block is allowed; OVN drops it."""
    check(
        PODS + from_block("{cidr: 192.0.2.0/24, except: [192.0.2.64/26]}", "{cidr: 192.0.2.65/32}"),
        """
        192.0.2.64 -> shop/db:1: deny
        192.0.2.65 -> shop/db:1: allow when !except-denies
        192.0.2.65 -> shop/db:1: deny when except-denies
        192.0.2.66 -> shop/db:1: deny
        """,
    )


def test_a40_excepts_may_overlap_repeat_and_cover_the_whole_block(check):
    """A.6: accepted; together they leave nothing."""
    check(
        PODS + from_block("{cidr: 192.0.2.0/24, except: [192.0.2.0/25, 192.0.2.128/25, 192.0.2.128/25, 192.0.2.0/26]}"),
        """
        192.0.2.0 -> shop/db:1: deny
        192.0.2.200 -> shop/db:1: deny
        198.51.100.1 -> shop/db:1: deny
        """,
    )


def test_a40_a_block_may_be_one_address_or_all_of_them(check):
    """A40: ``/32`` and ``/0``."""
    check(
        PODS + from_block("{cidr: 192.0.2.7/32}"),
        """
        192.0.2.6 -> shop/db:1: deny
        192.0.2.7 -> shop/db:1: allow
        192.0.2.8 -> shop/db:1: deny
        """,
    )
    check(
        PODS + from_block("{cidr: 0.0.0.0/0}"),
        """
        1.0.0.0 -> shop/db:1: allow
        223.255.255.255 -> shop/db:1: allow
        """,
    )


def test_a41_whether_a_block_matches_addresses_of_pods_is_up_to_the_cni(check):
    """A41: "these should be cluster-external IPs": Calico and Antrea match pods, Cilium does not."""
    check(
        PODS + from_block("{cidr: 10.0.0.0/24}"),
        """
        shop/web -> shop/db:1: allow when ipblock-matches-pods
        shop/web -> shop/db:1: deny when !ipblock-matches-pods
        shop{}[10.0.0.9] -> shop/db:1: allow when ipblock-matches-pods
        shop{}[10.0.1.9] -> shop/db:1: deny
        10.0.0.5 -> shop/db:1: allow
        """,
    )


def test_a41_the_same_for_egress_and_for_excepts(check):
    """A41: upstream tests blocks and excepts with addresses of pods on egress."""
    check(
        PODS
        + policy(
            "{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress],"
            " egress: [{to: [{ipBlock: {cidr: 10.0.0.0/24, except: [10.0.0.6/32]}}]}]}"
        ),
        """
        shop/db -> shop/web:1: allow when ipblock-matches-pods
        shop/db -> shop/web:1: deny when !ipblock-matches-pods
        shop/db -> shop{}[10.0.0.6]:1: deny
        shop/db -> 10.0.0.7:1: allow
        """,
    )


def test_a43_ipv4_and_ipv6_are_independent(check):
    """A43: ``0.0.0.0/0`` says nothing about IPv6, nor ``::/0`` about IPv4."""
    check(
        PODS + from_block("{cidr: 0.0.0.0/0}"),
        """
        192.0.2.1 -> shop/db[10.0.0.9]:1: allow
        2001:db8::1 -> shop/db[fd00::9]:1: deny
        ::1 -> shop/db[fd00::9]:1: deny
        """,
    )
    check(
        PODS + from_block('{cidr: "::/0"}'),
        """
        192.0.2.1 -> shop/db[10.0.0.9]:1: deny
        2001:db8::1 -> shop/db[fd00::9]:1: allow
        ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff -> shop/db[fd00::9]:1: allow
        """,
    )


def test_a43_blocks_of_ipv6_have_excepts_and_edges_too(check):
    """A40 with A43."""
    check(
        PODS + from_block('{cidr: "2001:db8::/64", except: ["2001:db8::8000:0:0:0/65", "2001:db8::1/128"]}'),
        """
        2001:db8:: -> shop/db[fd00::9]:1: allow
        2001:db8::1 -> shop/db[fd00::9]:1: deny
        2001:db8::7fff:ffff:ffff:ffff -> shop/db[fd00::9]:1: allow
        2001:db8::8000:0:0:0 -> shop/db[fd00::9]:1: deny
        2001:db8:0:1:: -> shop/db[fd00::9]:1: deny
        2001:db7:ffff:ffff:ffff:ffff:ffff:ffff -> shop/db[fd00::9]:1: deny
        """,
    )
