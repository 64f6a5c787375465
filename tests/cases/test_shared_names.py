"""A Deployment and a Service of one name: what each way of writing it means."""

from __future__ import annotations

import pytest

from netverify.query.sentence import SentenceError, parse_sentence
from netverify.sources.inventory import read_inventory

MANIFESTS = b"""
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 6379}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: test}
spec: {selector: {app: cart}, ports: [{port: 6379}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: c, image: c}]}}
"""
CLUSTER = read_inventory((), texts={"m.yaml": MANIFESTS}).cluster


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("cart[Deployment]", "shop/cart[Deployment]"),
        ("deployment cart", "shop/cart[Deployment]"),
        ("shop/cart[Deployment]", "shop/cart[Deployment]"),
        ("service shop/cart", "service shop/cart"),
        ("shop/cart", "shop/cart"),
        ("test/cart", "service test/cart"),
    ],
)
def test_a_kind_says_which_is_meant(phrase, meaning) -> None:
    assert parse_sentence(f"who can reach {phrase}:6379", CLUSTER).destination_text.startswith(meaning)


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("cart", "`cart` fits 1 workload and 2 Services"),
        ("service cart", "`cart` fits 2 Services"),
    ],
)
def test_without_one_the_name_is_ambiguous(phrase, message) -> None:
    with pytest.raises(SentenceError) as caught:
        parse_sentence(f"who can reach {phrase}:6379", CLUSTER)
    assert (caught.value.code, caught.value.message) == ("NV408", message)
    assert "`service shop/cart`" in caught.value.help


def test_a_kind_that_nothing_of_the_name_is_of_is_an_error() -> None:
    with pytest.raises(SentenceError, match="no manifest holds a StatefulSet `cart`"):
        parse_sentence("who can reach cart[StatefulSet]", CLUSTER)
