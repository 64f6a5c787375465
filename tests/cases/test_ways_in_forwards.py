"""Ways in that leave their namespace: aliases, written endpoints, filters of routes; and the router of OpenShift."""

import pytest

from agreement.pipeline import read_inventory
from cases.ways_in_texts import PODS, exposed, from_namespace, policy, service, verdict, written
from netverify.model.behaviours import CNI_PROFILES
from netverify.verify import Settings, Verifier

API = service("{selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")
CONTROLLER = """
apiVersion: v1
kind: Pod
metadata:
  name: nginx
  namespace: edge
  labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
---
""" + service(
    "{type: LoadBalancer, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{port: 80}]}",
    "nginx",
    namespace="edge",
)
QUESTION = "can internet reach shop/api[Pod]"
ADMITTED = from_namespace("edge")


def alias(name, namespace="other"):
    return service(
        f"{{type: ExternalName, externalName: '{name}', ports: [{{port: 80}}]}}", "alias", namespace=namespace
    )


def ingress(name="alias", namespace="other"):
    spec = f"spec: {{ingressClassName: nginx, defaultBackend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}"
    return written("Ingress", "front", spec, group="networking.k8s.io/v1", namespace=namespace)


def the_way(text, by="Ingress", **settings):
    (one,) = [one for one in exposed(text, **settings) if one.way.by == by]
    return one


def found(text, code):
    verifier = Verifier(read_inventory(text), Settings())
    return [one.message for one in verifier.findings(verifier.exposed()) if one.code == code]


class TestAliases:
    """ExternalName: "maps a Service to a DNS name"; a controller looks it up and connects there (CVE-2021-25740)."""

    def test_an_alias_of_a_name_outside_is_a_way_out_through_the_controller(self):
        one = the_way(PODS + CONTROLLER + ingress() + alias("files.example.com"))
        assert (one.openness.value, one.way.outside.name) == ("open", "files.example.com")
        assert one.way.notes == ("the controller connects there itself: no egress policy of namespace other applies",)

    def test_an_egress_policy_of_the_controller_closes_it(self):
        closed = policy("{podSelector: {}, policyTypes: [Egress]}", "edge")
        assert the_way(PODS + CONTROLLER + ingress() + alias("files.example.com") + closed).openness.value == "blocked"
        own = policy("{podSelector: {}, policyTypes: [Egress]}", "other")
        assert the_way(PODS + CONTROLLER + ingress() + alias("files.example.com") + own).openness.value == "open"

    def test_the_api_server_is_reached_like_that(self):
        one = the_way(PODS + CONTROLLER + ingress() + alias("kubernetes.default.svc.cluster.local"))
        assert (one.openness.value, one.way.outside.port) == ("open", None)

    @pytest.mark.parametrize("name", ["api.shop.svc.cluster.local", "api.shop.svc", "api.shop"])
    def test_an_alias_of_a_service_elsewhere_is_a_way_into_it(self, name):
        """ "Admins must ensure that ... forwarding to other namespaces" is not guarded by the Ingress API."""
        text = PODS + API + CONTROLLER + ingress() + alias(name)
        assert verdict(text + ADMITTED, QUESTION) == "reachable"
        assert verdict(text + from_namespace("other"), QUESTION) == "unreachable"
        assert found(text, "NV618") == [
            "Ingress `other/front` makes the controller connect to Service `shop/api` of another namespace, by an alias"
        ]

    def test_an_address_may_be_that_of_a_pod(self):
        """ingress-nginx connects to an externalName that is an address as it stands."""
        pods = PODS.replace("8080}]}]}", "8080}]}]}\nstatus: {podIP: 10.1.2.3}")
        text = pods + CONTROLLER + ingress() + alias("10.1.2.3").replace("port: 80", "port: 8080")
        text = text.replace("number: 80", "number: 8080")
        assert verdict(text + ADMITTED, QUESTION) == "reachable"

    def test_the_finding_says_past_which_policies(self):
        text = PODS + CONTROLLER + ingress() + alias("files.example.com")
        (told,) = found(text, "NV618")
        assert told.endswith("connect to `files.example.com`, where no egress policy of `other` applies")
        assert not found(text, "NV605")

    def test_an_alias_of_itself_leads_nowhere(self):
        one = the_way(PODS + CONTROLLER + ingress() + alias("alias.other.svc.cluster.local"))
        assert one.openness.value == "broken"
        assert one.why.endswith(": this alias leads back to itself")


class TestEndpoints:
    """ "Services without selectors": whoever writes their EndpointSlices says where they lead."""

    PODS = PODS.replace("8080}]}]}", "8080}]}]}\nstatus: {podIP: 10.1.2.3}")
    SLICE = (
        service("{ports: [{port: 80}]}", "alias", namespace="other")
        + "apiVersion: v1\nkind: Endpoints\nmetadata: {name: alias, namespace: other}\n"
        + "subsets: [{addresses: [{ip: 10.1.2.3}], ports: [{port: 8080}]}]\n---\n"
    )

    def test_policy_judges_the_controller_that_connects_to_the_address(self):
        text = self.PODS + CONTROLLER + ingress() + self.SLICE
        assert verdict(text + ADMITTED, QUESTION) == "reachable"
        assert verdict(text + from_namespace("other"), QUESTION) == "unreachable"

    def test_a_pod_of_another_namespace_is_a_finding(self):
        assert found(self.PODS + self.SLICE, "NV635") == [
            "Endpoints `other/alias` leads `other/alias` to a pod of `shop/api[Pod]`"
        ]
        assert not found(self.PODS + self.SLICE.replace("namespace: other", "namespace: shop"), "NV635")


GATEWAY = (
    written("GatewayClass", "c", "spec: {controllerName: example.com/c}", group="gateway.networking.k8s.io/v1").replace(
        ", namespace: shop", ""
    )
    + written(
        "Gateway",
        "g",
        "spec: {gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}]}",
        group="gateway.networking.k8s.io/v1",
    )
    + service("{selector: {app: front}, ports: [{port: 80}]}", "front")
)


class TestFilters:
    """HTTPRouteFilter: "requestMirror", "externalAuth", "extensionRef"."""

    def route(self, rule):
        rules = f"spec: {{parentRefs: [{{name: g}}], rules: [{rule}]}}"
        return written("HTTPRoute", "r", rules, group="gateway.networking.k8s.io/v1")

    @pytest.mark.parametrize(
        ("rule", "answer"),
        [
            ("{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: api, port: 80}}}]", "reachable"),
            (
                "{filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: api, port: 80}}}]",
                "reachable",
            ),
            ("{filters: [{type: ExtensionRef, extensionRef: {group: x.example, kind: Plug, name: p}}]", "unknown"),
            ("{filters: [{type: URLRewrite, urlRewrite: {hostname: b.example.com}}]", "unreachable"),
        ],
    )
    def test_a_filter_may_send_requests_elsewhere(self, rule, answer):
        text = PODS + API + GATEWAY + self.route(rule + ", backendRefs: [{name: front, port: 80}]}")
        assert verdict(text + ADMITTED, QUESTION) == answer

    def test_a_backend_of_another_kind_is_a_doubt(self):
        """BackendObjectReference: "implementations MAY support" other kinds."""
        text = PODS + API + GATEWAY + self.route("{backendRefs: [{group: x.example, kind: Pool, name: p, port: 80}]}")
        assert verdict(text + ADMITTED, QUESTION) == "unknown"

    def test_an_alias_is_followed_by_some_implementations(self):
        """ "Implementations SHOULD NOT support ... ExternalName"."""
        text = PODS + API + GATEWAY + alias("api.shop.svc.cluster.local", "shop")
        text += self.route("{backendRefs: [{name: alias, port: 80}]}")
        one = the_way(text, "Gateway")
        assert str(one.way.service) == "shop/api"
        assert "where this implementation follows Services of type ExternalName" in one.needs


ROUTE = written(
    "Route", "r", "spec: {host: a.example.com, to: {kind: Service, name: api}}", group="route.openshift.io/v1"
)
GROUP = 'policy-group.network.openshift.io/ingress: ""'
BY_LABEL = policy(f"{{podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{{GROUP}}}}}}}]}}]}}")
LABELS = "{ingresscontroller.operator.openshift.io/deployment-ingresscontroller: default}"
ROUTER = (
    f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: openshift-ingress, labels: {{{GROUP}}}}}\n"
    f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: router, namespace: openshift-ingress, labels: {LABELS}}}\n"
    "spec: {hostNetwork: true, containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}\n---\n"
)


class TestTheRouterOfOpenShift:
    """OKD: "policy-group.network.openshift.io/ingress" admits "traffic from the Ingress Controller"."""

    def test_the_label_admits_the_router_that_its_operator_runs(self):
        one = the_way(PODS + API + ROUTE + BY_LABEL, "Route")
        assert one.openness.value == "depends"
        assert one.needs == (
            "where the router of OpenShift is in namespace openshift-ingress, where its operator puts it",
        )

    def test_another_label_does_not(self):
        other = BY_LABEL.replace('ingress: ""', 'monitoring: ""')
        assert the_way(PODS + API + ROUTE + other, "Route").openness.value == "possible"

    @pytest.mark.parametrize(
        ("cni", "needs"),
        [
            ("ovn-kubernetes", ("where clients can reach the addresses of nodes",)),
            (
                "calico",
                (
                    "where clients can reach the addresses of nodes",
                    "where a pod of openshift-ingress/router[Pod] is on the node of the pod",
                ),
            ),
        ],
    )
    def test_on_the_host_network_it_is_admitted_on_ovn_and_else_on_the_same_node_alone(self, cni, needs):
        one = the_way(PODS + API + ROUTE + ROUTER + BY_LABEL, "Route", cni=cni, behaviours=CNI_PROFILES[cni])
        assert (one.openness.value, one.needs) == ("depends", needs)
