"""Clauses about Services and routes that an API server holds, each met by the full reading.

Sources: `pkg/apis/core/validation/validation.go` (`validateServiceExternalTrafficPolicy`: "may only be set when
`type` is NodePort or LoadBalancer", or with `externalIPs`); gateway-api `apis/v1/httproute_types.go` (`MaxItems=64`;
"When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified").
"""

import json

import pytest

from netverify.diagnostics import Severity
from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory


def refused(value):
    """The code and the field of each error."""
    inventory = build_inventory(load("x.yaml", json.dumps(value).encode()).documents)
    errors = [one for one in inventory.diagnostics if one.severity is Severity.ERROR]
    return [(one.code, one.message.split("`")[3]) for one in errors]


def service(**spec):
    # An affinity with a timeout is what hardly any Service has, so that none of them is taken for an ordinary one.
    rare = {"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10}}}
    metadata = {"name": "web", "namespace": "shop"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"ports": [{"port": 80}], **rare, **spec},
    }


EXTERNAL = {"externalIPs": ["203.0.113.7"]}
NAMED = {"type": "ExternalName", "externalName": "x.example"}


@pytest.mark.parametrize("policy", ["Local", "Cluster"])
@pytest.mark.parametrize(
    ("spec", "is_taken"),
    [
        ({"type": "NodePort"}, True),
        ({"type": "LoadBalancer"}, True),
        ({"type": "NodePort", **EXTERNAL}, True),
        ({"type": "ClusterIP", **EXTERNAL}, True),
        ({"type": "ClusterIP"}, False),
        (NAMED, False),
        ({**NAMED, **EXTERNAL}, False),
    ],
)
def test_a_traffic_policy_for_outside_is_taken_iff_somebody_outside_can_come_in(spec, policy, is_taken):
    found = refused(service(externalTrafficPolicy=policy, **spec))
    assert found == ([] if is_taken else [("NV518", "spec.externalTrafficPolicy")])


def route(*matches, filters=(), backend_filters=()):
    backend = {"name": "web", "port": 80, **({"filters": list(backend_filters)} if backend_filters else {})}
    rule = {"backendRefs": [backend], **({"matches": list(matches)} if matches else {})}
    rule |= {"filters": list(filters)} if filters else {}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"parentRefs": [{"name": "gate"}], "rules": [rule]},
    }


def path(value, kind="PathPrefix"):
    return {"path": {"type": kind, "value": value}}


REPLACED = {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/x"}}}
WHOLE = {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/x"}}}


@pytest.mark.parametrize("where", ["filters", "backend_filters"])
@pytest.mark.parametrize(
    ("matches", "is_taken"),
    [
        ((), True),
        ((path("/a"),), True),
        (({"path": {"value": "/a"}},), True),
        (({"headers": [{"name": "x", "value": "y"}]},), True),
        ((path("/a", "Exact"),), False),
        ((path("/a", "RegularExpression"),), False),
        ((path("/a"), path("/b")), False),
        ((path("/a"), path("/b", "Exact")), False),
    ],
)
def test_a_prefix_is_replaced_only_where_one_prefix_is_matched(matches, is_taken, where):
    found = refused(route(*matches, **{where: [REPLACED]}))
    assert found == ([] if is_taken else [("NV560", "spec.rules[0]")])
    assert refused(route(*matches, **{where: [WHOLE]})) == []


@pytest.mark.parametrize(("count", "expected"), [(64, []), (65, [("NV553", "spec.rules[0].matches")])])
def test_a_rule_has_no_more_than_64_matches(count, expected):
    assert refused(route(*(path(f"/{number}") for number in range(count)))) == expected


@pytest.mark.parametrize(
    ("match", "field"),
    [
        (path("a"), "path"),
        (path("/a//b"), "path"),
        (path("/a/.."), "path"),
        (path("/a", "Prefix"), "path.type"),
        ({"method": "FETCH"}, "method"),
    ],
)
@pytest.mark.parametrize("index", [0, 1])
def test_each_match_of_a_rule_is_held_to_its_form(match, field, index):
    matches = [path("/fine"), match] if index else [match]
    assert [place for _, place in refused(route(*matches))] == [f"spec.rules[0].matches[{index}].{field}"]


@pytest.mark.parametrize(
    ("matches", "is_taken"), [((path("/a"),), True), ((path("/a", "Exact"),), False), ((path("/a"), path("/b")), False)]
)
def test_a_redirect_that_replaces_a_prefix_is_held_to_the_same(matches, is_taken):
    redirected = {"type": "RequestRedirect", "requestRedirect": REPLACED["urlRewrite"]}
    value = route(*matches, filters=[redirected])
    del value["spec"]["rules"][0]["backendRefs"]
    assert refused(value) == ([] if is_taken else [("NV560", "spec.rules[0]")])
