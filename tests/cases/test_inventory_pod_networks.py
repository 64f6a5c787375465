"""From pods and templates to what they say about names and about ports of their node."""

from __future__ import annotations

import pytest

from cases.manifest_texts import codes, controller, inventory_of, owned_by, pod, workload
from netverify.model.addresses import parse_address
from netverify.model.pod_network import PLAIN, DnsPolicy, HostPort, PodNetwork
from netverify.model.traffic import Protocol


def network(spec: str) -> PodNetwork:
    return workload(inventory_of(pod(spec=spec)), "shop/web[Pod]").network


def with_port(port: str, spec: str = "") -> PodNetwork:
    text = pod(spec=spec).replace("image: i}", f"image: i, ports: [{{{port}}}]}}")
    return workload(inventory_of(text), "shop/web[Pod]").network


@pytest.mark.parametrize("spec", ["", "dnsPolicy: ClusterFirst, ", 'dnsPolicy: "", ', "dnsConfig: {}, "])
def test_pods_that_say_nothing_of_their_network_share_one_description(spec: str) -> None:
    assert network(spec) is PLAIN


def test_what_a_pod_says_of_its_resolver_and_its_name_is_kept() -> None:
    found = network(
        "dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.10], searches: [shop.svc.cluster.local, .], "
        'options: [{name: ndots, value: "5"}, {name: edns0}, {name: ndots, value: "2"}]}, hostname: a, subdomain: b, '
    )
    assert found == PodNetwork(
        dns_policy=DnsPolicy.NONE,
        nameservers=(parse_address("10.0.0.10"),),
        searches=("shop.svc.cluster.local", "."),
        ndots=2,
        hostname="a",
        subdomain="b",
    )


@pytest.mark.parametrize("value", ['"-1"', '""', '"many"', '"99999999999"', "null"])
def test_an_ndots_option_that_is_no_number_is_none(value: str) -> None:
    assert network(f"dnsConfig: {{options: [{{name: ndots, value: {value}}}]}}, ").ndots is None


def test_a_host_port_leads_to_the_port_of_its_container() -> None:
    found = with_port("containerPort: 53, hostPort: 5353, protocol: UDP, hostIP: 192.0.2.1")
    assert found.host_ports == (HostPort(5353, 53, Protocol.UDP, parse_address("192.0.2.1")),)


@pytest.mark.parametrize("host", ["", ", hostIP: 0.0.0.0", ', hostIP: "::"', ", hostIP: somewhere"])
def test_a_host_port_without_an_address_is_at_every_address_of_the_node(host: str) -> None:
    assert with_port(f"containerPort: 80, hostPort: 8080{host}").host_ports == (HostPort(8080, 80),)


def test_on_the_host_network_a_port_is_no_host_port() -> None:
    assert with_port("containerPort: 80, hostPort: 80", "hostNetwork: true, ") is PLAIN


def test_host_ports_of_sidecars_count_and_those_of_init_containers_do_not() -> None:
    sidecar = "{name: s, image: i, restartPolicy: Always, ports: [{containerPort: 1, hostPort: 1001}]}"
    once = "{name: o, image: i, ports: [{containerPort: 2, hostPort: 1002}]}"
    web = workload(inventory_of(pod(spec=f"initContainers: [{sidecar}, {once}], ")), "shop/web[Pod]")
    assert web.network.host_ports == (HostPort(1001, 1),)
    assert [(port.number, port.init, port.sidecar) for port in web.ports] == [(1, True, True), (2, True, False)]


def test_the_pods_of_a_stateful_set_have_names_by_its_service_and_their_ordinals() -> None:
    text = controller("StatefulSet", "serviceName: web, replicas: 3, ordinals: {start: 5}, ")
    assert workload(inventory_of(text), "shop/web[StatefulSet]").network == PodNetwork(
        governing_service="web", ordinals=(5, 3)
    )
    scaled = workload(inventory_of(controller("StatefulSet", "serviceName: web, ")), "shop/web[StatefulSet]").network
    assert (scaled.governing_service, scaled.ordinals) == ("web", None)


def test_the_network_of_a_template_is_that_of_its_pods() -> None:
    text = controller("Deployment").replace("containers:", "dnsPolicy: Default, hostname: a, containers:")
    found = workload(inventory_of(text), "shop/web[Deployment]").network
    assert found == PodNetwork(dns_policy=DnsPolicy.DEFAULT, hostname="a")


def test_the_names_that_a_controller_gives_its_pods_make_no_difference() -> None:
    owned = pod("web-0", meta=owned_by("StatefulSet", "web"), spec="hostname: web-0, subdomain: web, ")
    assert codes(inventory_of(owned + controller("StatefulSet", "serviceName: web, "))) == ["NV208"]
    resolved = owned.replace("spec: {", "spec: {dnsPolicy: Default, ")
    assert codes(inventory_of(resolved + controller("StatefulSet", "serviceName: web, "))) == ["NV209"]


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ("searches: [" + ", ".join(f"a{number}" for number in range(33)) + "]", "searches"),
        ("searches: [" + ", ".join(["a" * 60 + "." + "b" * 60] * 20) + "]", "searches"),
        ("searches: [UPPER]", "searches[0]"),
        ("searches: [null]", "searches[0]"),
        ("options: [{value: a}]", "options[0]"),
        ("options: [null]", "options[0]"),
    ],
)
def test_more_of_a_resolver_than_a_server_takes_is_an_error(config: str, place: str) -> None:
    (finding,) = inventory_of(pod(spec=f"dnsConfig: {{{config}}}, ")).diagnostics
    assert finding.code == "NV243"
    assert f"`spec.dnsConfig.{place}`" in finding.message


def test_a_search_domain_may_have_underscores_and_a_dot_at_its_end() -> None:
    assert codes(inventory_of(pod(spec="dnsConfig: {searches: [_x.a_b.c., .]}, "))) == []
