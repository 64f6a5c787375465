"""``networking.k8s.io/v1`` NetworkPolicy. Source: k8s.io/api ``networking/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from pydantic import Field

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.selector import Selector
from netverify.manifests.schema.shape import Int32, IntOrString, Shape


class IPBlockShape(Shape):
    """``ipBlock``."""

    cidr: str | None = None
    except_: list[str | None] | None = Field(default=None, alias="except")


class PeerShape(Shape):
    """One item of ``from`` or ``to``."""

    podSelector: Selector | None = None
    namespaceSelector: Selector | None = None
    ipBlock: IPBlockShape | None = None


class PortShape(Shape):
    """One item of ``ports``."""

    protocol: str | None = None
    port: IntOrString | None = None
    endPort: Int32 | None = None


class IngressRuleShape(Shape):
    """One item of ``ingress``."""

    ports: list[PortShape | None] | None = None
    peers: list[PeerShape | None] | None = Field(default=None, alias="from")


class EgressRuleShape(Shape):
    """One item of ``egress``."""

    ports: list[PortShape | None] | None = None
    peers: list[PeerShape | None] | None = Field(default=None, alias="to")


class NetworkPolicySpec(Shape):
    """``spec``."""

    podSelector: Selector | None = None
    policyTypes: list[str | None] | None = None
    ingress: list[IngressRuleShape | None] | None = None
    egress: list[EgressRuleShape | None] | None = None


class NetworkPolicyShape(Shape):
    """The whole object; there is no ``status``."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: NetworkPolicySpec | None = None
