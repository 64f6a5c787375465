"""What a pod's lookup of a name finds: the rules of the DNS specification of Kubernetes, one case each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netverify.model.addresses import parse_address
from netverify.model.cluster import Cluster, ContainerPort, Namespace, Workload, WorkloadKey
from netverify.model.pod_network import DnsPolicy, PodNetwork
from netverify.model.routing import RoutingObjects
from netverify.model.service import (
    EndpointAddress,
    EndpointPort,
    EndpointSlice,
    EndpointSubset,
    Service,
    ServicePort,
    ServiceType,
)
from netverify.routes.dns_step import Outcome, ToAddress, ToApiServer, ToOutside, ToService
from netverify.routes.index import RoutingIndex
from netverify.routes.lookup import Lookup, asks_cluster, lookup, service_called
from netverify.routes.options import RoutingOptions
from netverify.routes.resolver import pod_resolver

OPTIONS = RoutingOptions()
HTTP = ServicePort(80, "http", name="http")
DB = Workload(
    WorkloadKey("shop", "db", "StatefulSet"),
    {"app": "db"},
    ports=(ContainerPort(5432, name="pg"),),
    network=PodNetwork(governing_service="db", ordinals=(0, 3)),
)
NAMED = Workload(
    WorkloadKey("shop", "named", "Pod"),
    {"app": "named"},
    single=True,
    addresses=(parse_address("10.1.0.9"),),
    network=PodNetwork(hostname="primary", subdomain="named"),
)
PLAIN_POD = Workload(
    WorkloadKey("shop", "plain", "Pod"), {"app": "plain"}, single=True, addresses=(parse_address("10.1.0.7"),)
)


def headless(name: str, **fields: object) -> Service:
    return replace(Service("shop", name, selector={"app": name}, headless=True), **fields)


def alias(name: str, of: str) -> Service:
    return Service("shop", name, ServiceType.EXTERNAL_NAME, external_name=of)


def index_of(*services: Service, slices: tuple[EndpointSlice, ...] = (), names: tuple[str, ...] = ()) -> RoutingIndex:
    namespaces = {name: Namespace(name, {}, declared=True) for name in ("shop", *names)}
    objects = RoutingObjects(services=services, endpoint_slices=slices)
    return RoutingIndex(Cluster(namespaces, (DB, NAMED, PLAIN_POD), routing=objects))


WEB = Service("shop", "web", selector={"app": "web"}, ports=(HTTP,), cluster_ips=(parse_address("10.96.0.5"),))
INDEX = index_of(
    WEB,
    Service("shop", "unwritten", selector={"app": "web"}, ports=(replace(HTTP, name=""),)),
    headless("db", ports=(ServicePort(1, "pg", name="pg"),)),
    headless("named"),
    headless("plain"),
    headless("nobody"),
    alias("inner", "web.shop.svc.cluster.local"),
    alias("outer", "db.example.com."),
    alias("short", "web.shop.svc"),
    alias("number", "10.0.0.1"),
    alias("itself", "itself.shop.svc.cluster.local"),
    alias("ping", "pong.shop.svc.cluster.local"),
    alias("pong", "ping.shop.svc.cluster.local"),
    alias("dead", "nothing.shop.svc.cluster.local"),
)


def found(name: str, namespace: str | None = "shop", index: RoutingIndex = INDEX) -> Lookup:
    return service_called(index, name, namespace, OPTIONS)


def tried(looked_up: Lookup) -> list[str]:
    return [step.name for step in looked_up.steps]


def leads_inside(looked_up: Lookup) -> bool:
    """Whether the DNS of the cluster has records for it; a name with a dot that it has none for is forwarded."""
    assert isinstance(looked_up.target, ToOutside) or looked_up.target is None or looked_up.found
    return looked_up.found


def service_of(looked_up: Lookup) -> str:
    assert isinstance(looked_up.target, ToService), looked_up
    return str(looked_up.target.service)


@pytest.mark.parametrize(
    "name", ["web", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local", "WEB.Shop", "web.shop.svc.cluster.local."]
)
def test_a_service_is_found_by_each_of_its_names_in_any_case(name: str) -> None:
    assert service_of(found(name)) == "shop/web"


def test_a_bare_name_means_nothing_where_the_namespace_of_the_asking_pod_is_not_known() -> None:
    assert found("web", None).target is None
    assert service_of(found("web.shop", None)) == "shop/web"


def test_a_bare_name_is_looked_up_in_the_namespace_of_the_asking_pod_alone() -> None:
    """ "DNS queries that don't specify a namespace are limited to the Pod's namespace." """
    assert found("web", "other").target is None


def test_the_address_is_that_of_the_service_or_not_told() -> None:
    """ "A/AAAA record ... resolves to the cluster IP of the Service." """
    values = [[record.value for record in found(name).steps[-1].records] for name in ("web", "unwritten")]
    assert values == [["10.96.0.5"], ["allocated by the server"]]


def test_a_dot_at_the_end_makes_a_name_absolute() -> None:
    assert tried(found("web.")) == ["web"]
    assert found("web.").target is None


def test_a_name_with_fewer_than_five_dots_is_tried_under_each_search_domain_first() -> None:
    """ "options ndots:5" """
    assert tried(found("a.example.com")) == [
        "a.example.com.shop.svc.cluster.local",
        "a.example.com.svc.cluster.local",
        "a.example.com.cluster.local",
        "a.example.com.<search domains of the node>",
        "a.example.com",
    ]


def test_a_pod_without_a_policy_for_dns_has_the_search_domains_that_it_says_alone() -> None:
    """ "None": "allows a Pod to ignore DNS settings from the Kubernetes environment"."""
    network = PodNetwork(dns_policy=DnsPolicy.NONE, nameservers=(parse_address("10.96.0.10"),), searches=("x.example",))
    looked_up = lookup(INDEX, "web", pod_resolver("shop", network, OPTIONS), OPTIONS)
    assert tried(looked_up) == ["web.x.example", "web"]


def test_a_host_name_counts_under_the_service_that_the_pod_names_alone() -> None:
    """ "subdomain": the pod has a name of its own below the headless Service with that name, and below no other."""
    other = replace(headless("other"), selector={"app": "named"})
    index = index_of(headless("named"), other)
    assert service_of(found("primary.named", index=index)) == "shop/named"
    assert not leads_inside(found("primary.other", index=index))


@pytest.mark.parametrize("name", ["db-0.web", "10-96-0-5.web", "nosuch.db", "db-3.db", "nosuch.named"])
def test_a_name_before_that_of_a_service_is_one_of_the_endpoints_of_a_headless_one(name: str) -> None:
    """The specification gives names to endpoints of headless Services, and to those that there are."""
    assert not leads_inside(found(name))


def test_an_endpoint_that_the_manifests_do_not_hold_may_be_there() -> None:
    assert "an endpoint `nosuch` of Service shop/db" in found("nosuch.db").absent
    index = index_of(headless("plain"), Service("shop", "clustered", selector={"app": "plain"}, ports=(HTTP,)))
    assert leads_inside(found("10-1-0-7.plain", index=index))
    assert not leads_inside(found("10-1-0-7.clustered", index=index))


def test_a_name_outside_the_zone_leads_outside() -> None:
    assert found("a.example.com").target == ToOutside("a.example.com")


def test_a_namespace_called_like_a_top_level_domain_takes_its_names_over() -> None:
    index = index_of(Service("com", "example", ports=(HTTP,)), names=("com",))
    assert service_of(found("example.com", index=index)) == "com/example"


def test_with_few_ndots_upstream_is_asked_first_and_what_the_cluster_would_say_is_kept() -> None:
    index = index_of(Service("com", "example", ports=(HTTP,)), names=("com",))
    resolver = pod_resolver("shop", PodNetwork(ndots=1), OPTIONS)
    looked_up = lookup(index, "example.com", resolver, OPTIONS)
    assert looked_up.target == ToOutside("example.com")
    assert isinstance(looked_up.otherwise, ToService)


def test_no_name_of_the_internet_ends_in_svc() -> None:
    resolver = pod_resolver("shop", PodNetwork(ndots=1), OPTIONS)
    assert service_of(lookup(INDEX, "web.shop.svc", resolver, OPTIONS)) == "shop/web"


def test_what_is_missing_is_named_since_the_cluster_may_have_it() -> None:
    looked_up = found("nosuch")
    assert looked_up.target is None
    assert "Service shop/nosuch" in looked_up.absent


def test_a_headless_service_has_the_addresses_of_its_endpoints_and_none_without_any() -> None:
    """ "If there are no ready endpoints for the headless Service, the answer should be NXDOMAIN." """
    assert [record.value for record in found("plain").steps[-1].records] == ["10.1.0.7"]
    assert found("nobody").steps[0].outcome is Outcome.NXDOMAIN
    assert found("nobody").target is None


@pytest.mark.parametrize(
    ("name", "there"), [("db-0.db", True), ("db-2.db", True), ("db-3.db", False), ("db-02.db", False)]
)
def test_each_pod_of_a_statefulset_has_a_name_under_its_governing_service(name: str, there: bool) -> None:
    assert isinstance(found(name).target, ToService) is there


def test_a_statefulset_has_no_names_under_a_service_that_does_not_govern_it() -> None:
    index = index_of(headless("other", selector={"app": "db"}))
    assert not leads_inside(found("db-0.other", index=index))


def test_hostname_and_subdomain_give_a_pod_a_name_in_the_place_of_that_of_its_address() -> None:
    """Of a pod with both, "busybox-1.busybox-subdomain.my-namespace.svc.cluster-domain.example" is the name."""
    assert service_of(found("primary.named")) == "shop/named"
    assert not leads_inside(found("10-1-0-9.named"))
    assert service_of(found("10-1-0-7.plain")) == "shop/plain"


def test_endpoints_of_a_service_that_is_not_headless_have_no_names() -> None:
    assert not leads_inside(found("10-1-0-7.web"))


def test_only_named_ports_have_srv_records() -> None:
    """ "Unnamed ports do not have an SRV record." """
    assert [record.value for record in found("_http._tcp.web").steps[-1].records] == [
        "0 100 80 web.shop.svc.cluster.local."
    ]
    for name in ("_http._udp.web", "_https._tcp.web", "_._tcp.unwritten"):
        assert not leads_inside(found(name))


def test_the_srv_records_of_a_headless_service_have_the_ports_of_its_pods() -> None:
    values = [record.value for record in found("_pg._tcp.db").steps[-1].records]
    assert values == ["0 100 5432 db-<number>.db.shop.svc.cluster.local."]


def test_an_alias_is_followed_while_it_stays_in_the_cluster() -> None:
    assert service_of(found("inner")) == "shop/web"
    assert found("outer").target == ToOutside("db.example.com")


@pytest.mark.parametrize("name", ["short", "dead", "itself", "ping", "number"])
def test_an_alias_that_leads_nowhere_never_resolves(name: str) -> None:
    """``short`` lacks the zone, and an alias is absolute; ``number`` looks like an address, which is none in DNS."""
    assert not isinstance(found(name).target, (ToService, ToOutside))


def test_a_long_chain_of_aliases_is_given_up() -> None:
    chain = [alias(f"a{n}", f"a{n + 1}.shop.svc.cluster.local") for n in range(30)]
    looked_up = found("a0", index=index_of(*chain, alias("a30", "web.shop.svc.cluster.local"), WEB))
    assert looked_up.target is None
    assert looked_up.steps[-1].outcome is Outcome.LOOP


@pytest.mark.parametrize("name", ["kubernetes.default", "kubernetes.default.svc", "_https._tcp.kubernetes.default.svc"])
def test_the_api_server_has_a_name_in_every_cluster(name: str) -> None:
    assert found(name).target == ToApiServer()
    assert found("kubernetes", "default").target == ToApiServer()


def test_a_name_that_spells_an_address_leads_there() -> None:
    assert found("10-2-3-4.shop.pod").target == ToAddress(parse_address("10.2.3.4"), "shop")
    assert not leads_inside(found("10-2-3-400.shop.pod"))
    assert not leads_inside(found("10-2-3-4.nosuch.pod"))


def test_endpoints_that_are_written_count_if_they_are_ready_or_published_all_the_same() -> None:
    down = EndpointAddress(parse_address("10.9.9.9"), ready=False)
    slices = (EndpointSlice("shop", "s-1", "s", (EndpointSubset((down,), (EndpointPort(80),)),)),)
    service = Service("shop", "s", headless=True)
    assert found("s", index=index_of(service, slices=slices)).target is None
    published = replace(service, publish_not_ready=True)
    assert service_of(found("s", index=index_of(published, slices=slices))) == "shop/s"


def test_cluster_first_on_the_host_network_is_default() -> None:
    """ "For Pods running with hostNetwork, you should explicitly set its DNS policy to ClusterFirstWithHostNet." """
    on_host = pod_resolver("shop", PodNetwork(), OPTIONS, host_network=True)
    assert on_host.fell_back
    assert not asks_cluster(INDEX, on_host)
    assert lookup(INDEX, "web", on_host, OPTIONS).target is None
    told = PodNetwork(dns_policy=DnsPolicy.CLUSTER_FIRST_WITH_HOST_NET)
    assert (
        service_of(lookup(INDEX, "web", pod_resolver("shop", told, OPTIONS, host_network=True), OPTIONS)) == "shop/web"
    )


def test_a_pod_with_the_policy_none_asks_the_cluster_if_it_names_its_address() -> None:
    dns = Service("kube-system", "kube-dns", cluster_ips=(parse_address("10.96.0.10"),))
    index = index_of(WEB, dns)
    for address, asks in (("10.96.0.10", True), ("1.1.1.1", False)):
        network = PodNetwork(DnsPolicy.NONE, (parse_address(address),), ("shop.svc.cluster.local",))
        resolver = pod_resolver("shop", network, OPTIONS)
        assert asks_cluster(index, resolver) is asks
        assert (lookup(index, "web", resolver, OPTIONS).target is not None) is asks


def test_what_dns_config_says_comes_behind_what_the_policy_gives() -> None:
    """The list "will be merged into the base search domain names generated from the chosen DNS policy".

    "Duplicate domain names are removed."
    """
    network = PodNetwork(searches=("Extra.example.", "svc.cluster.local"), ndots=2)
    resolver = pod_resolver("shop", network, OPTIONS)
    assert resolver.searches == ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "extra.example")
    assert resolver.ndots == 2


def test_another_zone() -> None:
    options = RoutingOptions(cluster_domain="Example.Internal.")
    assert isinstance(service_called(INDEX, "web.shop.svc.example.internal.", None, options).target, ToService)
    assert service_called(INDEX, "web.shop.svc.cluster.local.", None, options).target == ToOutside(
        "web.shop.svc.cluster.local"
    )
