"""What a map says that a connection depends on is exactly what makes a difference to it."""

from __future__ import annotations

import json

import pytest

from netverify.cli.main import main

SHOP = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: client, namespace: shop}
spec:
  selector: {matchLabels: {app: client}}
  template: {metadata: {labels: {app: client}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-address, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - {from: [{ipBlock: {cidr: 10.1.0.0/16}}], ports: [{port: 80}]}
  - {from: [{ipBlock: {cidr: 10.2.0.0/16}}], ports: [{protocol: SCTP, port: 80}]}
"""
TCP_ALONE = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: tcp-alone, namespace: shop}
spec:
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Egress]
  egress: [{ports: [{protocol: TCP}]}]
"""
ENDS = "shop/client[Deployment]", "shop/web[Deployment]"


@pytest.fixture
def access(tmp_path, capsys):
    """What ``map`` says of the client and the web server."""

    def access(text: str) -> tuple[dict, list]:
        (tmp_path / "shop.yaml").write_text(text)
        arguments = ["map", "-f", str(tmp_path / "shop.yaml"), "--assume", "ipblock-matches-pods=true", "-o", "json"]
        main(arguments, "netverify")
        rows = json.loads(capsys.readouterr().out)["connections"]
        (row,) = (row for row in rows if (row["source"], row["destination"]) == ENDS)
        return row["depends"], row["on"]

    return access


def test_a_behaviour_about_another_protocol_is_no_cause(access) -> None:
    """A32: SCTP rules matter to SCTP. Which pods TCP comes from depends on their addresses alone."""
    assert access(SHOP + TCP_ALONE) == ({"TCP": ["80"]}, ["pod-address"])


def test_a_behaviour_about_a_protocol_that_is_open_is_a_cause(access) -> None:
    """Without the policy for the client, SCTP gets out, so that the plugin's support for it matters."""
    assert access(SHOP) == ({"SCTP": ["80"], "TCP": ["80"]}, ["pod-address", "sctp-supported"])
