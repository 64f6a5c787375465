"""What holds for every name that is looked up, however odd, and for every cluster of aliases."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netverify.model.cluster import Cluster, Namespace
from netverify.model.pod_network import PodNetwork
from netverify.model.routing import RoutingObjects
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.routes.dns_names import candidates, name_problem
from netverify.routes.dns_step import Outcome, ToService
from netverify.routes.index import RoutingIndex
from netverify.routes.lookup import MOST_ALIASES, lookup, service_called
from netverify.routes.options import RoutingOptions
from netverify.routes.resolver import pod_resolver

OPTIONS = RoutingOptions()
LABELS = st.sampled_from(["web", "db", "shop", "svc", "pod", "cluster", "local", "com", "_http", "_tcp", "10-0-0-1"])
NAMES = st.builds(
    lambda labels, dot: ".".join(labels) + dot, st.lists(LABELS, min_size=1, max_size=9), st.sampled_from(["", "."])
)
RESOLVERS = st.builds(
    lambda ndots, searches: pod_resolver("shop", PodNetwork(ndots=ndots, searches=tuple(searches)), OPTIONS),
    st.none() | st.integers(0, 15),
    st.lists(st.sampled_from(["a.example", "b.example", "x" * 60 + "." + "y" * 60, "svc.cluster.local"]), max_size=6),
)


def cluster_of(*services: Service) -> RoutingIndex:
    return RoutingIndex(
        Cluster({"shop": Namespace("shop", {}, declared=True)}, routing=RoutingObjects(services=services))
    )


INDEX = cluster_of(Service("shop", "web", ports=(ServicePort(80, 80, name="http"),)))


@given(st.text() | NAMES)
def test_every_text_is_looked_up_or_refused_with_a_reason(text: str) -> None:
    found = service_called(INDEX, text, "shop", OPTIONS)
    assert bool(found.problem) == bool(name_problem(text))
    assert found.steps
    assert not (found.problem and found.target)


@given(st.integers(1, 400), st.integers(1, 80))
def test_names_and_their_parts_have_bounds(parts: int, size: int) -> None:
    name = ".".join(["a" * size] * parts)
    assert bool(name_problem(name)) == (len(name) > 253 or size > 63)


@given(NAMES, RESOLVERS)
def test_an_absolute_name_is_tried_alone_and_another_one_with_every_suffix(name, resolver) -> None:
    bare = name.removesuffix(".")
    tried = [one.name for one in candidates(name, resolver) if not one.of_node]
    assert bare in tried
    if name.endswith("."):
        assert tried == [bare]
        return
    fitting = {f"{bare}.{one}" for one in resolver.searches if len(f"{bare}.{one}") <= 253}
    assert set(tried) == {bare, *fitting}
    assert tried.index(bare) == (0 if bare.count(".") >= resolver.ndots else len(tried) - 1)


@given(NAMES, RESOLVERS)
def test_case_makes_no_difference(name, resolver) -> None:
    lower, upper = lookup(INDEX, name, resolver, OPTIONS), lookup(INDEX, name.upper(), resolver, OPTIONS)
    assert (lower.steps, lower.target, lower.otherwise) == (upper.steps, upper.target, upper.otherwise)


@given(NAMES, RESOLVERS)
def test_a_service_is_found_only_at_a_step_that_has_records_of_it(name, resolver) -> None:
    found = lookup(INDEX, name, resolver, OPTIONS)
    if isinstance(found.target, ToService):
        assert found.steps[-1].records
        assert found.steps[-1].object == f"Service {found.target.service}"


@given(st.lists(st.integers(0, 11), min_size=12, max_size=12))
def test_aliases_end_wherever_they_lead(leads_to: list[int]) -> None:
    aliases = [
        Service("shop", f"a{n}", ServiceType.EXTERNAL_NAME, external_name=f"a{to}.shop.svc.cluster.local")
        for n, to in enumerate(leads_to)
    ]
    found = service_called(cluster_of(*aliases), "a0", "shop", OPTIONS)
    assert found.target is None
    assert found.steps[-1].outcome is Outcome.LOOP
    assert len(found.steps) <= MOST_ALIASES + 1
