"""What holds for all host names and paths: hosts that two patterns share, and paths that a pattern means."""

from itertools import combinations, permutations, product

from hypothesis import given
from hypothesis import strategies as st

from netverify.model.ingress import PathType
from netverify.routes.hostnames import common, intersection
from netverify.routes.ingresses import host_matches, path_matches

LABELS = ("a", "b", "example", "com")
NAMES = [".".join(labels) for length in (1, 2, 3) for labels in product(LABELS, repeat=length)]
labels = st.sampled_from(LABELS)
names = st.lists(labels, min_size=1, max_size=4).map(".".join)
patterns = st.one_of(st.just(""), names, names.map("*.{}".format))


def is_meant(pattern, host):
    """Gateway API: a pattern means itself, all hosts when empty, and with a wildcard whatever ends in the rest."""
    return not pattern or pattern == host or (pattern.startswith("*.") and host.endswith(pattern[1:]))


@given(patterns, patterns)
def test_the_intersection_means_exactly_the_hosts_that_both_mean(one, other):
    shared = intersection(one, other)
    for host in NAMES:
        both = is_meant(one, host) and is_meant(other, host)
        assert both == (shared is not None and is_meant(shared, host))


@given(patterns, patterns)
def test_an_intersection_has_no_order(one, other):
    assert intersection(one, other) == intersection(other, one)


@given(patterns)
def test_a_pattern_shares_itself_with_itself_and_with_every_host(pattern):
    assert intersection(pattern, pattern) == intersection(pattern, "") == pattern


@given(patterns, patterns, patterns)
def test_an_intersection_of_three_can_be_taken_in_any_order(one, other, third):
    taken = set()
    for first, second, last in permutations((one, other, third)):
        shared = intersection(first, second)
        taken.add(None if shared is None else intersection(shared, last))
    assert len(taken) == 1


@given(patterns, patterns)
def test_case_is_ignored(one, other):
    assert intersection(one.upper(), other) == intersection(one, other.upper()) == intersection(one, other)


@given(patterns, st.lists(patterns.filter(bool), max_size=3).map(tuple))
def test_the_hosts_of_a_route_are_those_that_its_listener_shares(listener, hostnames):
    shared = common(listener, hostnames)
    assert len(set(shared)) == len(shared)
    if not hostnames:
        assert shared == (listener,)
    for host in NAMES[:40]:
        wanted = is_meant(listener, host) and (not hostnames or any(is_meant(one, host) for one in hostnames))
        assert wanted == any(is_meant(one, host) for one in shared)


@given(names, names)
def test_a_wildcard_of_an_ingress_means_fewer_hosts_than_one_of_a_gateway(pattern, host):
    """One label, where a Gateway takes one or more."""
    if host_matches(f"*.{pattern}", host):
        assert is_meant(f"*.{pattern}", host)
        assert host.count(".") == pattern.count(".") + 1


paths = st.lists(st.sampled_from(["a", "b", "ab"]), max_size=4).map(lambda parts: "/" + "/".join(parts))


@given(paths, paths)
def test_a_prefix_means_itself_and_whatever_is_below_it(pattern, path):
    assert path_matches(PathType.PREFIX, pattern, path) == (
        f"{path.rstrip('/')}/".startswith(f"{pattern.rstrip('/')}/")
    )


@given(paths)
def test_a_trailing_slash_counts_for_exact_paths_alone(path):
    slashed = path.rstrip("/") + "/"
    assert path_matches(PathType.PREFIX, slashed, path)
    assert path_matches(PathType.PREFIX, path, slashed)
    assert path_matches(PathType.EXACT, path, path)
    assert path_matches(PathType.EXACT, path, slashed) == (path == slashed)


@given(paths, paths, paths)
def test_prefixes_of_prefixes_are_prefixes(one, other, path):
    if path_matches(PathType.PREFIX, one, other) and path_matches(PathType.PREFIX, other, path):
        assert path_matches(PathType.PREFIX, one, path)


def test_the_first_labels_of_hosts_are_never_split():
    """``*.example.com`` is no suffix of letters: ``badexample.com`` is another domain."""
    for first, second in combinations(("example.com", "badexample.com", "a.example.com"), 2):
        assert intersection(f"*.{first}", second) == (second if second.endswith(f".{first}") else None)
