"""Ways in that Services open: load balancers, ports of nodes, external addresses."""

import pytest

from cases.ways_in_texts import CLOSED, PODS, asked, exposed, from_blocks, openness, policy, service, verdict

TO_API = "selector: {app: api}, ports: [{port: 443, targetPort: 8080}]"
INSIDE = "where clients have access to the network of the internal load balancer"


def balanced(more="", **metadata):
    return service("{type: LoadBalancer, allocateLoadBalancerNodePorts: false, " + more + TO_API + "}", **metadata)


def needs(text):
    """The conditions of the only way in, and whether it is for the network of the cloud alone."""
    (one,) = exposed(text)
    return one.openness.value, one.way.internal


def test_a_service_of_type_clusterip_is_no_way_in():
    """ "exposes the Service on a cluster-internal IP"."""
    assert openness(PODS + service("{" + TO_API + "}")) == []
    assert verdict(PODS + service("{" + TO_API + "}"), "can internet reach service shop/api") == "unreachable"


def test_a_load_balancer_is_a_port_of_each_node_too_unless_none_is_allocated():
    """ "By default, for LoadBalancer type of Services, the control plane will allocate node ports"."""
    both = service("{type: LoadBalancer, " + TO_API + "}")
    assert [by for by, _ in openness(PODS + both)] == ["LoadBalancer", "NodePort"]
    assert [by for by, _ in openness(PODS + balanced())] == ["LoadBalancer"]


def test_k27_a_list_of_clients_is_kept_under_local_and_depends_on_the_node_under_cluster():
    """Cluster "obscures the client source IP"; Local "preserves the client source IP"."""
    clients = from_blocks("203.0.113.0/24")
    local = asked(PODS + balanced("externalTrafficPolicy: Local, ") + clients, "can 203.0.113.9 reach service shop/api")
    assert local.verdict.value == "reachable"
    assert () in [one.provided for one in local.routes if one.verdict.value == "reachable"]
    cluster = asked(PODS + balanced() + clients, "can 203.0.113.9 reach service shop/api")
    assert all(one.provided for one in cluster.routes if one.verdict.value == "reachable")


def test_k27_under_cluster_a_stranger_gets_in_where_the_nodes_are_admitted():
    """The node that received the connection is its source, whoever the client is."""
    nodes = from_blocks("10.128.0.0/16")
    question = "can 198.51.100.1 reach service shop/api"
    assert verdict(PODS + balanced() + nodes, question) == "reachable"
    local = asked(PODS + balanced("externalTrafficPolicy: Local, ") + nodes, question)
    assert all(one.provided for one in local.routes if one.verdict.value == "reachable")


def test_under_local_a_policy_without_rules_shuts_everyone_out():
    """ "Local" keeps the client, who is no node: nothing admits it."""
    text = PODS + balanced("externalTrafficPolicy: Local, ") + policy(CLOSED)
    assert openness(text) == [("LoadBalancer", "blocked")]
    assert verdict(text, "can internet reach service shop/api") == "unreachable"


def test_under_cluster_a_policy_without_rules_leaves_the_node_of_the_pod():
    """A17: "traffic to and from the node where a Pod is running is always allowed", and it stands in for the client."""
    ((_, found),) = openness(PODS + balanced() + policy(CLOSED))
    assert found == "depends"


@pytest.mark.parametrize(("client", "certain"), [("203.0.113.9", True), ("198.51.100.1", False)])
def test_source_ranges_hold_where_the_cloud_heeds_them(client, certain):
    """ "this field will be ignored if the cloud-provider does not support the feature"."""
    text = PODS + balanced("externalTrafficPolicy: Local, loadBalancerSourceRanges: [203.0.113.0/24], ")
    answer = asked(text, f"can {client} reach service shop/api")
    assert answer.verdict.value == "reachable"
    assert (not answer.route.provided) is certain
    if not certain:
        assert "where the cloud ignores loadBalancerSourceRanges" in answer.route.provided


def test_source_ranges_do_not_restrict_the_port_of_a_node():
    text = PODS + service("{type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24], " + TO_API + "}")
    by = {one.way.by: one.way for one in exposed(text)}
    assert by["NodePort"].restricted_to == ()
    assert "reachable past the source ranges of the load balancer" in by["NodePort"].notes


INTERNAL = {
    "AWS": "service.beta.kubernetes.io/aws-load-balancer-internal: 'true'",
    "AWS, as it was": "service.beta.kubernetes.io/aws-load-balancer-internal: 0.0.0.0/0",
    "AWS controller": "service.beta.kubernetes.io/aws-load-balancer-type: external",
    "Google": "networking.gke.io/load-balancer-type: Internal",
    "Google, as it was": "cloud.google.com/load-balancer-type: internal",
    "Azure": "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
}
PUBLIC = {
    "none": "other: x",
    "AWS": "service.beta.kubernetes.io/aws-load-balancer-internal: 'false'",
    "AWS controller": (
        "service.beta.kubernetes.io/aws-load-balancer-type: external, "
        "service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing"
    ),
    "Google": "networking.gke.io/load-balancer-type: External",
    "Azure": "service.beta.kubernetes.io/azure-load-balancer-internal: 'false'",
}


@pytest.mark.parametrize("annotation", INTERNAL.values(), ids=INTERNAL)
def test_b2_an_internal_load_balancer_is_for_the_network_of_the_cloud(annotation):
    """B.2: each cloud has its own mark; the controller of AWS is internal unless it says otherwise."""
    assert needs(PODS + balanced(annotations="{" + annotation + "}")) == ("depends", True)


@pytest.mark.parametrize("annotation", PUBLIC.values(), ids=PUBLIC)
def test_b2_a_load_balancer_is_public_otherwise(annotation):
    assert needs(PODS + balanced(annotations="{" + annotation + "}")) == ("open", False)


def test_k44_an_external_address_is_a_way_in_and_a_headless_service_has_none():
    """ "traffic that ingresses into the cluster with the external IP ... will be routed to one of the endpoints"."""
    assert openness(PODS + service("{externalIPs: [198.51.100.7], " + TO_API + "}")) == [("externalIPs", "depends")]
    assert openness(PODS + service("{clusterIP: None, externalIPs: [198.51.100.7], " + TO_API + "}")) == []


def test_a_service_without_a_selector_leads_where_no_manifest_says():
    """ "Services without selectors": somebody else writes its endpoints, so that nothing about it is proved."""
    text = PODS + service("{type: LoadBalancer, ports: [{port: 443}]}")
    assert verdict(text, "can internet reach service shop/api") == "unknown"
    assert {found for _, found in openness(text)} == {"unknown"}


def test_a_named_target_port_has_a_protocol():
    """ServicePort.targetPort: "looked up as a named port in the target Pod's container ports", of the same protocol."""
    udp = "{type: NodePort, selector: {app: api}, ports: [{port: 53, targetPort: http, protocol: UDP}]}"
    (one,) = exposed(PODS + service(udp))
    assert [route.text for route in one.routes if "could be created" not in route.text] == []


def test_a_selector_stays_in_its_namespace():
    """ServiceSpec.selector: the pods of the Service's own namespace."""
    text = PODS + service("{type: NodePort, " + TO_API + "}", namespace="other")
    (one,) = exposed(text)
    assert [route.text for route in one.routes if "could be created" not in route.text] == []


def test_slices_beside_a_selector_lead_somewhere_too():
    """DNS and proxies read every slice that names the Service, whoever wrote it."""
    listed = written_slice("peers", "10.9.9.9")
    for ip in ("None", "10.96.0.9"):
        text = (
            PODS + service(f"{{clusterIP: {ip}, selector: {{app: db}}, ports: [{{port: 80}}]}}", name="peers") + listed
        )
        assert verdict(text, "can shop/api reach service shop/peers:80") == "reachable"


def written_slice(name, address):
    return (
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
        f"metadata: {{name: {name}-1, namespace: shop, labels: {{kubernetes.io/service-name: {name}}}}}\n"
        f"addressType: IPv4\nports: [{{port: 80}}]\nendpoints: [{{addresses: [{address}]}}]\n---\n"
    )


AWS = "service.beta.kubernetes.io/aws-load-balancer-"
OF_AWS = "loadBalancerClass: service.k8s.aws/nlb, "


@pytest.mark.parametrize(
    ("more", "notes", "is_internal", "to_pods"),
    [
        ("", {"type": "external", "nlb-target-type": "ip"}, True, True),
        ("", {"type": "external", "nlb-target-type": "instance"}, True, False),
        ("", {"type": "nlb-ip", "scheme": "internet-facing"}, False, True),
        (OF_AWS, {"nlb-target-type": "ip"}, True, True),
        (OF_AWS, {"scheme": "internet-facing"}, False, False),
        ("", {"type": "nlb", "nlb-target-type": "ip"}, False, False),
    ],
)
def test_a_load_balancer_of_the_aws_controller_is_internal_and_goes_where_its_annotations_say(
    more, notes, is_internal, to_pods
):
    """ "nlb-target-type: ip will route traffic directly to the pod IP"; "internal" is the default scheme."""
    annotations = "{" + ", ".join(f"{AWS}{name}: {value}" for name, value in notes.items()) + "}"
    (one,) = exposed(PODS + balanced(more, annotations=annotations))
    seen = [source.seen_as.value for source in one.way.sources]
    assert (one.way.internal, "another node" not in seen) == (is_internal, to_pods)
