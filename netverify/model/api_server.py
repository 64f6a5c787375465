"""The API server: its Service, which it makes itself, and where it may listen.

Source: Kubernetes ``pkg/controlplane/controller/kubernetesservice`` (Service ``default/kubernetes``, port ``https``, no
selector); where distributions listen, their documentation.
"""

from __future__ import annotations

from netverify.model.addresses import Address
from netverify.model.service import Service, ServicePort
from netverify.records import dataclass

API_SERVER = ("default", "kubernetes")
"""Namespace and name of the Service of the API server, which is in every cluster and in few manifests."""

API_SERVER_SERVICE = Service(*API_SERVER, ports=(ServicePort(443, "https", name="https"),))
"""What the API server makes, as far as it is the same everywhere: where port 443 leads differs between clusters."""


def is_api_server(service: Service | None) -> bool:
    """Whether ``service`` leads to the API server."""
    return service is not None and (service.namespace, service.name) == API_SERVER and service.selector is None


@dataclass(frozen=True, slots=True)
class ApiServer:
    """Where the user says that the API server listens: an address and a TCP port."""

    address: Address
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.address.family == 6 else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class UsualPort:
    """A TCP port that the API server listens on in the clusters that ``where`` names.

    ``is_common``: so many clusters do that an answer which holds for all common ports is taken as settled.
    """

    port: int
    where: str
    is_common: bool = True


USUAL_PORTS = (
    UsualPort(443, "EKS, GKE, AKS"),
    UsualPort(6443, "kubeadm, k3s, RKE2, kind, OpenShift"),
    UsualPort(8443, "minikube", is_common=False),
    UsualPort(16443, "MicroK8s", is_common=False),
)
"""Every port that is taken to be possible while nothing says where the API server listens."""
