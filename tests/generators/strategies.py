"""The random clusters and connections as hypothesis strategies."""

from hypothesis import strategies as st

from generators.clusters import random_cluster
from generators.points import random_point
from generators.vocabulary import Dice

seeds = st.integers(min_value=0, max_value=2**64 - 1)


def clusters(**sizes):
    """Random clusters of the given sizes."""
    return seeds.map(lambda seed: random_cluster(Dice(seed), **sizes))


def points(cluster):
    """Random connections through ``cluster``."""
    return seeds.map(lambda seed: random_point(Dice(seed), cluster))
