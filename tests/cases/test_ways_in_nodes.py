"""Ways in by the address of a node: host ports, and pods on the host network."""

import pytest

from cases.ways_in_texts import CLOSED, PODS, exposed, policy, verdict


def pod(ports, more=""):
    spec = f"{{{more}containers: [{{name: c, image: i, ports: [{ports}]}}]}}"
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: agent, namespace: shop}}\nspec: {spec}\n---\n"


def found(text):
    return [(one.way.by, one.way.protocol.value, one.way.port, one.way.pod_port) for one in exposed(text)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", [("hostPort", "TCP", 9100, 80)]),
        (", hostIP: 0.0.0.0", [("hostPort", "TCP", 9100, 80)]),
        (", hostIP: 192.0.2.1", [("hostPort", "TCP", 9100, 80)]),
        (", hostIP: 127.0.0.1", []),
        (", hostIP: 127.0.0.53", []),
        (", hostIP: '::1'", []),
    ],
)
def test_a_host_port_is_a_way_in_unless_only_the_node_itself_can_knock(address, expected):
    """ContainerPort.hostIP: "What host IP to bind the external port to"."""
    assert found(PODS + pod(f"{{containerPort: 80, hostPort: 9100{address}}}")) == expected


def test_policy_sees_the_client_of_a_host_port_on_the_port_of_the_container():
    """Portmap translates before policy: a rule names the port of the pod."""
    text = PODS + pod("{containerPort: 80, hostPort: 9100}")
    rule = "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: PORT}]}]}"
    direct = "can 198.51.100.1 reach shop/agent:80"
    assert verdict(text + policy(rule.replace("PORT", "80")), direct) == "reachable"
    (one,) = exposed(text + policy(rule.replace("PORT", "80")))
    assert one.openness.value == "depends"
    (shut,) = exposed(text + policy(CLOSED))
    assert shut.openness.value in {"blocked", "depends"}
    assert "where clients can reach the addresses of nodes" in shut.routes[0].provided


def test_a_pod_on_the_host_network_is_reached_at_every_port_that_it_declares():
    ports = "{containerPort: 80}, {containerPort: 53, protocol: UDP}"
    assert sorted(found(PODS + pod(ports, "hostNetwork: true, "))) == [
        ("hostNetwork", "TCP", 80, 80),
        ("hostNetwork", "UDP", 53, 53),
    ]


def test_a_pod_on_the_host_network_that_declares_no_port_is_a_way_in_as_well():
    """ "Not specifying a port here DOES NOT prevent that port from being exposed"."""
    assert found(PODS + pod("", "hostNetwork: true, ")) == [("hostNetwork", "TCP", None, None)]


def test_a_pod_that_has_ended_is_no_way_in():
    ended = pod("{containerPort: 80, hostPort: 9100}").replace("\n---\n", "\nstatus: {phase: Succeeded}\n---\n")
    assert found(PODS + ended) == []


def test_ports_of_sidecars_count_and_those_of_other_init_containers_do_not():
    """An init container that keeps running (``restartPolicy: Always``) serves as long as the pod does."""
    init = "initContainers: [{{name: first, image: i{more}, ports: [{{containerPort: 81, hostPort: 9101}}]}}], ".format
    assert found(PODS + pod("", init(more=", restartPolicy: Always"))) == [("hostPort", "TCP", 9101, 81)]
    assert found(PODS + pod("", init(more=""))) == []
