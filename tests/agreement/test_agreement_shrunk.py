"""The same agreement, driven by hypothesis: another choice of seeds, and the least one where readings differ."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.readings import direct, reference
from generators.strategies import clusters, points


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_connection_through_any_cluster_is_decided_alike(data):
    cluster = data.draw(clusters(policies=(0, 3), workloads=(1, 3)))
    one, other = direct(cluster), reference(cluster)
    for _ in range(5):
        point = data.draw(points(cluster))
        assert one(point) is other(point)
