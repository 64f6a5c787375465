"""Label selectors: section A.2, and what the API makes of values that are left empty."""

import pytest

CLUSTER = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {role: db}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: policy, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress:
  - from:
    - podSelector: SELECTOR
"""


@pytest.fixture
def check_selector(check):
    """Says of possible pods with the given labels whether ``selector`` lets them in."""

    def run(selector, matching, others):
        lines = [f"shop{{{labels}}} -> shop/db:1: allow" for labels in matching]
        lines += [f"shop{{{labels}}} -> shop/db:1: deny" for labels in others]
        check(CLUSTER.replace("SELECTOR", selector), "\n".join(lines))

    return run


def test_match_labels_wants_the_key_with_exactly_that_value(check_selector):
    check_selector(
        "{matchLabels: {app: web}}", ["app=web", "app=web,tier=x"], ["", "app=webx", "app=Web", "app", "App=web"]
    )


def test_match_labels_are_anded(check_selector):
    check_selector("{matchLabels: {app: web, tier: x}}", ["app=web,tier=x"], ["app=web", "tier=x", "app=web,tier=y"])


def test_match_labels_and_match_expressions_are_anded(check_selector):
    selector = "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [x, z]}]}"
    check_selector(selector, ["app=web,tier=x", "app=web,tier=z"], ["app=web", "tier=x", "app=db,tier=x"])


def test_two_expressions_on_one_key_are_anded(check_selector):
    selector = """
        matchExpressions:
        - {key: app, operator: In, values: [web, db]}
        - {key: app, operator: NotIn, values: [db]}
"""
    check_selector(selector, ["app=web"], ["app=db", ""])


def test_an_equality_and_a_contrary_expression_match_nobody(check_selector):
    selector = "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: DoesNotExist}]}"
    check_selector(selector, [], ["", "app=web", "app"])


def test_in_wants_the_key_with_one_of_the_values(check_selector):
    selector = "{matchExpressions: [{key: app, operator: In, values: [web, db]}]}"
    check_selector(selector, ["app=web", "app=db"], ["", "app", "app=webx"])


def test_not_in_holds_where_the_key_is_absent(check_selector):
    selector = "{matchExpressions: [{key: app, operator: NotIn, values: [web, db]}]}"
    check_selector(selector, ["", "app", "app=webx", "tier=web"], ["app=web", "app=db"])


def test_exists_wants_the_key_with_any_value_even_the_empty_one(check_selector):
    for values in ("", ", values: []", ", values: null"):
        check_selector(
            "{matchExpressions: [{key: app, operator: Exists" + values + "}]}", ["app=web", "app"], ["", "tier=x"]
        )


def test_does_not_exist_wants_no_such_key(check_selector):
    selector = "{matchExpressions: [{key: app, operator: DoesNotExist}]}"
    check_selector(selector, ["", "tier=x"], ["app=web", "app"])


def test_an_empty_selector_matches_everything(check_selector):
    for selector in (
        "{}",
        "{matchLabels: {}}",
        "{matchLabels: null, matchExpressions: null}",
        "{matchExpressions: []}",
    ):
        check_selector(selector, ["", "app=web"], [])


def test_an_empty_value_is_a_value(check_selector):
    check_selector('{matchLabels: {app: ""}}', ["app"], ["", "app=web"])
    check_selector('{matchExpressions: [{key: app, operator: In, values: [""]}]}', ["app"], ["", "app=web"])
    check_selector('{matchExpressions: [{key: app, operator: NotIn, values: [""]}]}', ["", "app=web"], ["app"])


def test_a_value_left_empty_is_the_empty_value(check_selector):
    check_selector("{matchLabels: {app: }}", ["app"], ["", "app=web"])
    check_selector("{matchExpressions: [{key: app, operator: In, values: [null]}]}", ["app"], ["", "app=web"])


def test_repeated_values_mean_nothing(check_selector):
    selector = "{matchExpressions: [{key: app, operator: In, values: [web, web]}]}"
    check_selector(selector, ["app=web"], ["", "app=db"])


def test_a_label_of_a_pod_left_empty_has_the_empty_value(check):
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: }}\n"
    pod += "spec: {containers: [{name: c, image: i}]}\n"
    check(CLUSTER.replace("SELECTOR", '{matchLabels: {app: ""}}') + pod, "shop/web -> shop/db:1: allow")
    check(CLUSTER.replace("SELECTOR", "{matchLabels: {app: web}}") + pod, "shop/web -> shop/db:1: deny")


def test_keys_with_a_prefix_are_keys_like_any_other(check_selector):
    selector = "{matchLabels: {app.kubernetes.io/name: web}}"
    check_selector(selector, ["app.kubernetes.io/name=web"], ["", "name=web", "kubernetes.io/name=web"])


def test_a_missing_or_empty_spec_denies_all_ingress(check):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: shop}\n"
    pod += "spec: {containers: [{name: c, image: i}]}\n---\n"
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: policy, namespace: shop}\n"
    for spec in ("", "spec:\n", "spec: {}\n", "spec: {podSelector: }\n"):
        check(
            pod + head + spec,
            """
            shop{} -> shop/db:1: deny
            203.0.113.9 -> shop/db:1: deny
            shop/db -> shop{}:1: deny
            shop/db -> 203.0.113.9:1: allow
            """,
        )
