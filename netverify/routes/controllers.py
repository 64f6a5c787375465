"""Who serves Ingresses, Gateways and Routes: the controllers that are known, and where their pods are.

Source: the Helm charts and manifests of each project (labels of the pods), their documentation (names of controllers
and classes).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.model.addresses import AddressRange
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.controller import PROGRAM, WATCHED, named_config_maps
from netverify.model.flow import End
from netverify.model.labels import Labels
from netverify.policy.predicate import IsPod
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex
from netverify.routes.load_balancers import GOOGLE_PROXIES
from netverify.routes.options import RoutingOptions
from netverify.routes.way_in import Controller, SeenAs, SeenSource


@dataclass(frozen=True, slots=True)
class Known:
    """A controller that is known.

    ``implements`` are the names in IngressClass and GatewayClass objects, ``classes`` the class names in common use,
    ``pods`` the labels by which its pods are known, of which all of one entry must be there, and ``programs`` what they
    run. ``ranges`` is None for a controller in pods, else where the load balancer of a cloud connects from (empty: not
    told).
    """

    name: str
    implements: tuple[str, ...]
    classes: tuple[str, ...] = ()
    pods: tuple[Labels, ...] = ()
    programs: tuple[str, ...] = ()
    ranges: tuple[AddressRange, ...] | None = None


BY_BALANCER = "where a load balancer of the cloud serves it, and connects to pods itself"
"""On which condition an unknown controller is seen as addresses outside."""

_NAME = "app.kubernetes.io/name"
_COMPONENT = "app.kubernetes.io/component"

KNOWN: tuple[Known, ...] = (
    Known(
        "ingress-nginx",
        ("k8s.io/ingress-nginx", "k8s.io/internal-ingress-nginx"),
        ("nginx", "nginx-internal", "nginx-external"),
        ({_NAME: "ingress-nginx", _COMPONENT: "controller"}, {"app": "nginx-ingress", "component": "controller"}),
        ("ingress-nginx/controller", "nginx-ingress-controller"),
    ),
    Known(
        "nginx-ingress-controller",
        ("nginx.org/ingress-controller",),
        pods=({_NAME: "nginx-ingress"}, {"app": "nginx-ingress"}),
        programs=("nginx-ingress",),
    ),
    Known("nginx-gateway-fabric", ("gateway.nginx.org/nginx-gateway-controller",), pods=({_NAME: "nginx-gateway"},)),
    Known(
        "app-routing",
        ("webapprouting.kubernetes.azure.com/nginx",),
        ("webapprouting.kubernetes.azure.com",),
        ({"app": "nginx"},),
    ),
    Known(
        "traefik",
        ("traefik.io/ingress-controller", "traefik.io/gateway-controller"),
        ("traefik",),
        ({_NAME: "traefik"}, {"app": "traefik"}, {"k8s-app": "traefik-ingress-lb"}),
        ("traefik",),
    ),
    Known(
        "haproxy",
        ("haproxy-ingress.github.io/controller", "haproxy.org/ingress-controller/haproxy"),
        ("haproxy",),
        ({_NAME: "haproxy-ingress"}, {_NAME: "kubernetes-ingress"}, {"run": "haproxy-ingress"}),
        ("haproxy-ingress", "haproxy-ingress-controller", "haproxytech/kubernetes-ingress"),
    ),
    Known(
        "contour",
        ("projectcontour.io/ingress-controller", "projectcontour.io/gateway-controller"),
        ("contour",),
        ({_NAME: "contour", _COMPONENT: "envoy"}, {"app": "envoy"}),
    ),
    Known(
        "istio",
        ("istio.io/ingress-controller", "istio.io/gateway-controller"),
        ("istio",),
        ({"istio": "ingressgateway"}, {"istio": "ingress"}, {"istio": "gateway"}),
    ),
    Known(
        "kong",
        ("ingress-controllers.konghq.com/kong", "konghq.com/kic-gateway-controller"),
        ("kong",),
        ({_NAME: "kong"}, {_NAME: "gateway", "app.kubernetes.io/instance": "kong"}, {"app": "ingress-kong"}),
        ("kong/kubernetes-ingress-controller",),
    ),
    Known(
        "envoy-gateway",
        ("gateway.envoyproxy.io/gatewayclass-controller",),
        ("eg",),
        ({_NAME: "envoy", _COMPONENT: "proxy"},),
    ),
    Known(
        "cilium",
        ("cilium.io/ingress-controller", "io.cilium/gateway-controller"),
        ("cilium",),
        ({"k8s-app": "cilium-envoy"},),
    ),
    Known(
        "OpenShift router",
        ("openshift.io/ingress-to-route",),
        ("openshift-default",),
        ({"ingresscontroller.operator.openshift.io/deployment-ingresscontroller": "default"},),
    ),
    Known("AWS load balancer", ("ingress.k8s.aws/alb",), ("alb",), ranges=()),
    Known(
        "Google load balancer",
        ("networking.gke.io/gateway",),
        ("gce", "gce-internal", "gke-l7-global-external-managed", "gke-l7-gxlb", "gke-l7-rilb"),
        ranges=GOOGLE_PROXIES,
    ),
    Known(
        "Azure Application Gateway",
        ("azure/application-gateway", "alb.networking.azure.io/alb-controller"),
        ("azure-application-gateway", "azure/application-gateway", "azure-alb-external"),
        ranges=(),
    ),
)


def known_as(implements: str | None, class_name: str | None) -> Known | None:
    """The controller that a class names, or else the class itself suggests; None where neither is known."""
    if implements:
        return next((one for one in KNOWN if implements in one.implements), None)
    return next((one for one in KNOWN if class_name in one.classes), None) if class_name else None


class Controllers:
    """Finds who answers, each controller once."""

    def __init__(self, index: RoutingIndex, options: RoutingOptions) -> None:
        self.options = options
        self._index = index
        self._pods: dict[str, tuple[WorkloadKey, ...]] = {}

    def serving(self, known: Known | None, name: str) -> Controller:
        """Who answers: those that the user named, else the pods of ``known`` in the manifests, else any pod anywhere.

        ``name`` is what to call it where nothing is known.
        """
        called = known.name if known is not None else name
        given = self.options.controller
        if given is not None:
            return Controller(called, possible=given.source, where=given.text)
        if known is not None and known.ranges is not None:
            return Controller(called, where="a load balancer of the cloud")
        if known is not None and (found := self._pods_of(known)):
            return Controller(called, workloads=found)
        where = "a pod in any namespace, since the controller is not in these manifests"
        return Controller(called, possible=IsPod(End.SOURCE), where=where)

    def balancer_ranges(self, known: Known | None) -> tuple[AddressRange, ...] | None:
        """Where the load balancer of the cloud that answers connects from; None where pods answer."""
        return known.ranges if known is not None and self.options.controller is None else None

    def sources_of(
        self, known: Known | None, provided: tuple[str, ...], clients: tuple[AddressRange, ...] = ()
    ) -> tuple[SeenSource, ...]:
        """As whom policy sees a controller in pods, which serves ``clients``; none: anyone.

        Where neither a class nor the user says who it is, it may be a load balancer of a cloud, which is outside.
        """
        pods = SeenSource(SeenAs.CONTROLLER, clients, provided)
        if known is not None or self.options.controller is not None:
            return (pods,)
        return (pods, SeenSource(SeenAs.RANGES, (), (*provided, BY_BALANCER), clients))

    def settings_of(self, controller: Controller, name: str) -> frozenset[str]:
        """The values of the setting ``name`` in the ConfigMaps that arguments of ``controller`` name."""
        told = [one for one in self._index.cluster.workloads if one.arguments and one.key in controller.workloads]
        named = {place for one in told for place in named_config_maps(one.arguments, one.key.namespace)}
        maps = (one for one in self._index.objects.config_maps if (one.namespace, one.name) in named)
        return frozenset(entry.value.strip() for one in maps for entry in one.entries if entry.key == name)

    def unless_unwatched(self, controller: Controller, namespace: str) -> Iterator[str]:
        """What must hold for ``controller`` to serve ``namespace``, if it is told to watch others alone."""
        told = [one for one in self._index.cluster.workloads if one.key in controller.workloads]
        watched = [set(",".join(one.arguments.get(WATCHED, ())).split(",")) - {""} for one in told]
        if told and all(some and namespace not in some for some in watched):
            others = ", ".join(sorted(set().union(*watched)))
            yield f"where {controller.name}, which is told to watch namespace {others}, serves {namespace} as well"

    def _pods_of(self, known: Known) -> tuple[WorkloadKey, ...]:
        if known.name not in self._pods:
            self._pods[known.name] = tuple(one.key for one in _pods_of(known, self._index.cluster.workloads))
        return self._pods[known.name]


def _pods_of(known: Known, workloads: Sequence[Workload]) -> list[Workload]:
    """The workloads that run the controller; Jobs beside it, such as those that make certificates, do not."""
    return [one for one in workloads if one.key.kind not in ("Job", "CronJob") and runs(known, one)]


def runs(known: Known, workload: Workload) -> bool:
    """Whether ``workload`` is the controller ``known``: by its labels, its program, or the class that it serves."""
    if any(labels.items() <= workload.labels.items() for labels in known.pods):
        return True
    told = workload.arguments
    return not (
        set(known.implements).isdisjoint(told.get("controller-class", ()))
        and set(known.programs).isdisjoint(told.get(PROGRAM, ()))
    )
