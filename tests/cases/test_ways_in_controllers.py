"""Ways in that arguments of controllers, ConfigMaps and annotations open, and doubts about those that are not known."""

import json

import pytest

from cases.gates import Gates
from cases.ways_in_texts import CLOSED, PODS, exposed, from_namespace, policy, service, verdict, written
from netverify.cli.main import main
from netverify.model.addresses import parse_cidr
from netverify.model.behaviours import Behaviour

API = service("{selector: {app: api}, ports: [{name: web, port: 80, targetPort: 8080}]}")
BACKEND = "{service: {name: front, port: {number: 80}}}"
FRONT = """
apiVersion: v1
kind: Pod
metadata: {name: front, namespace: shop, labels: {app: front}}
spec: {containers: [{name: c, image: i}]}
---
""" + service("{selector: {app: front}, ports: [{port: 80}]}", name="front")
ADMITTED = from_namespace("edge")
QUESTION = "can internet reach shop/api[Pod]"
CLASS = """
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
"""


@pytest.fixture
def gates(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def controller(*arguments, image="registry.k8s.io/ingress-nginx/controller:v1.12.1@sha256:0", env="[]"):
    """A controller in namespace ``edge`` behind a load balancer with three ports; its labels tell nothing."""
    container = f"{{name: c, image: '{image}', args: {json.dumps(arguments)}, env: {env}}}"
    template = f"{{metadata: {{labels: {{run: ctl}}}}, spec: {{containers: [{container}]}}}}"
    spec = f"spec: {{selector: {{matchLabels: {{run: ctl}}}}, template: {template}}}"
    ports = ", ".join(f"{{name: p{number}, port: {number}}}" for number in (80, 443, 9000))
    balanced = service(f"{{type: LoadBalancer, selector: {{run: ctl}}, ports: [{ports}]}}", "ctl", namespace="edge")
    return written("Deployment", "ctl", spec, namespace="edge", group="apps/v1") + balanced + CLASS


def config_map(name, entries, namespace="edge"):
    return written("ConfigMap", name, f"data: {json.dumps(entries)}", namespace=namespace)


def ingress(annotations, backend=BACKEND, host="a.example.com", name="nginx"):
    spec = f"{{rules: [{{host: '{host}', http: {{paths: [{{path: /, pathType: Prefix, backend: {backend}}}]}}}}]"
    text = f"spec: {spec}, ingressClassName: {name}}}"
    return written("Ingress", "i", text, group="networking.k8s.io/v1", annotations=json.dumps(annotations))


def ways(text, by):
    return [one for one in exposed(text) if one.way.by == by]


def doubts(text):
    return [one.way.doubt for one in exposed(text) if one.way.doubt]


class TestTcpAndUdpServices:
    """ingress-nginx: "--tcp-services-configmap ... The key in the map indicates the external port to be used. The
    value is a reference to a Service in the form "namespace/name:port"".
    """

    ARGUMENTS = ("/nginx-ingress-controller", "--tcp-services-configmap=edge/tcp")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--tcp-services-configmap=edge/tcp",),
            ("--tcp-services-configmap", "edge/tcp"),
            ("sh", "-c", "exec /nginx-ingress-controller --tcp-services-configmap=edge/tcp --v=2"),
            ("--configmap-tcp-services=edge/tcp",),
        ],
    )
    def test_an_entry_is_a_way_to_its_service(self, arguments):
        text = PODS + API + ADMITTED + controller(*arguments)
        assert verdict(text + config_map("tcp", {"9000": "shop/api:80"}), QUESTION) == "reachable"
        assert verdict(text + config_map("tcp", {"9000": "shop/front:80"}), QUESTION) == "unreachable"

    def test_the_namespace_of_the_pod_may_be_a_variable(self):
        """ "$(VAR_NAME) ... references are expanded using the container's environment"."""
        env = "[{name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]"
        text = PODS + API + ADMITTED + controller("--tcp-services-configmap=$(NS)/tcp", env=env)
        assert verdict(text + config_map("tcp", {"9000": "shop/api:web:PROXY"}), QUESTION) == "reachable"

    def test_policy_decides_about_the_controller_as_elsewhere(self):
        text = PODS + API + controller(*self.ARGUMENTS) + config_map("tcp", {"9000": "shop/api:80"})
        assert verdict(text + from_namespace("other"), QUESTION) == "unreachable"

    def test_a_config_map_that_is_not_there_is_a_doubt(self):
        text = PODS + API + controller(*self.ARGUMENTS)
        assert verdict(text + ADMITTED, QUESTION) == "unknown"
        assert verdict(text + from_namespace("other"), QUESTION) == "unreachable"
        (doubt,) = doubts(text)
        assert doubt == (
            "ConfigMap edge/tcp, which --tcp-services-configmap of edge/ctl[Deployment] names, is not in these "
            "manifests: each of its entries opens a way in"
        )

    def test_clients_have_to_get_to_the_port_of_the_entry_whatever_pods_to_come_call_it(self):
        stream = (
            controller(*self.ARGUMENTS)
            .replace('"env": ', '"env": ')
            .replace("args:", "ports: [{name: stream, containerPort: 9000}], args:")
        )
        stream = stream.replace("{name: p9000, port: 9000}", "{name: p9000, port: 9000, targetPort: stream}")
        text = PODS + API + ADMITTED + stream + config_map("tcp", {"9000": "shop/api:80"})
        assert verdict(text, QUESTION) == "reachable"
        assert (
            verdict(
                text + policy(CLOSED, "edge", "shut"),
                QUESTION,
                behaviours={Behaviour.NODE_TO_LOCAL_POD_ALLOWED: False},
                cni="cilium",
            )
            == "unreachable"
        )

    def test_an_argument_that_is_given_twice_counts_twice(self):
        both = ("--tcp-services-configmap=edge/none", "--tcp-services-configmap=edge/tcp")
        text = PODS + API + ADMITTED + controller(*both) + config_map("tcp", {"9000": "shop/api:80"})
        assert verdict(text, QUESTION) == "reachable"
        assert len(doubts(text)) == 1

    def test_an_entry_of_another_form_is_a_doubt_that_does_not_show_its_value(self):
        text = PODS + API + ADMITTED + controller(*self.ARGUMENTS) + config_map("tcp", {"9000": "hunter2"})
        assert verdict(text, QUESTION) == "unknown"
        assert "entry 9000" in doubts(text)[0]
        assert "hunter2" not in doubts(text)[0]

    def test_udp_leads_to_a_port_of_udp(self):
        """The same port of the Service over TCP is another one."""
        ports = "[{name: t, port: 53, targetPort: 8080}, {name: u, port: 53, targetPort: 53, protocol: UDP}]"
        dns = service(f"{{selector: {{app: api}}, ports: {ports}}}")
        text = PODS + dns + controller("--udp-services-configmap=edge/udp") + config_map("udp", {"53": "shop/api:53"})
        (way,) = ways(text, "--udp-services-configmap")
        assert (way.way.protocol.value, way.way.service_port.name) == ("UDP", "u")

    def test_the_load_balancer_has_to_lead_to_that_port_of_the_controller(self):
        """An entry for a port to which nothing leads is open only where something else does."""
        text = PODS + API + ADMITTED + controller(*self.ARGUMENTS)
        (open_,) = ways(text + config_map("tcp", {"9000": "shop/api:80"}), "--tcp-services-configmap")
        (closed,) = ways(text + config_map("tcp", {"9001": "shop/api:80"}), "--tcp-services-configmap")
        assert (open_.openness.value, closed.openness.value) == ("open", "depends")
        assert closed.needs == ("where something outside these manifests leads to it",)

    def test_a_service_that_is_not_there_leads_nowhere(self):
        text = PODS + controller(*self.ARGUMENTS) + config_map("tcp", {"9000": "shop/gone:80"})
        (way,) = ways(text, "--tcp-services-configmap")
        assert (way.openness.value, way.why) == ("broken", "there is no Service shop/gone in these manifests")


class TestDefaultBackends:
    """ingress-nginx: "--default-backend-service ... Service used to serve HTTP requests not matching any known server
    name (catch-all). ... The controller configures NGINX to forward requests to the first port of this Service."
    """

    def test_the_argument_is_a_way_to_the_first_port_of_the_service(self):
        text = PODS + API + controller("--default-backend-service=shop/api")
        assert verdict(text + ADMITTED, QUESTION) == "reachable"
        assert verdict(text + from_namespace("edge", 9090), QUESTION) == "unreachable"
        assert [(one.way.port, str(one.way.service)) for one in ways(text, "--default-backend-service")] == [
            (80, "shop/api"),
            (443, "shop/api"),
        ]

    def test_the_annotation_is_a_way_to_a_service_of_the_ingress(self):
        """ "default-backend: <svc name> ... must reside in the same namespace"."""
        front = ingress({"nginx.ingress.kubernetes.io/default-backend": "api"})
        text = PODS + API + FRONT + controller() + front
        assert verdict(text + ADMITTED, QUESTION) == "reachable"
        assert verdict(text + ADMITTED + policy(CLOSED, name="q"), QUESTION) == "reachable"
        assert verdict(text + from_namespace("other"), QUESTION) == "unreachable"

    def test_a_controller_of_another_project_does_not_read_it(self):
        labels = "{app.kubernetes.io/name: traefik}"
        pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: t, namespace: edge, labels: {labels}}}\n"
        pod += "spec: {containers: [{name: c, image: i}]}\n---\n"
        front = ingress({"nginx.ingress.kubernetes.io/default-backend": "api"}, name="traefik")
        assert verdict(PODS + API + FRONT + pod + front + ADMITTED, QUESTION) == "unreachable"

    @pytest.mark.parametrize(("to", "openness"), [("https://b.example.com", "ends"), ("nowhere", "open")])
    def test_a_redirect_leads_to_no_pod(self, to, openness):
        """ "permanent-redirect ... return a permanent redirect instead of sending data to the upstream"."""
        front = ingress({"nginx.ingress.kubernetes.io/permanent-redirect": to})
        assert [one.openness.value for one in ways(PODS + FRONT + controller() + front, "Ingress")] == [openness]

    def test_a_canary_is_a_way_like_any_other(self):
        """ "canary: ... enables the Ingress spec to act as an alternative service for requests to route to"."""
        annotations = {"nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-weight": "5"}
        front = ingress(annotations, "{service: {name: api, port: {number: 80}}}")
        assert verdict(PODS + API + controller() + front + ADMITTED, QUESTION) == "reachable"


class TestUrls:
    """ingress-nginx: "mirror-target: https://test.env.com$request_uri"; "auth-url: URL to the authentication ..."."""

    @pytest.mark.parametrize("name", ["auth-url", "mirror-target"])
    @pytest.mark.parametrize(
        ("url", "answer"),
        [
            ("http://api.shop.svc.cluster.local/check", "reachable"),
            ("http://api.shop.svc.cluster.local$request_uri", "reachable"),
            ("http://api.shop/check", "reachable"),
            ("http://api.shop.svc.cluster.local:81/", "unreachable"),
            ("https://auth.example.org/check", "unreachable"),
            ("https://$host/oauth2/auth", "unreachable"),
            ("https://$arg_host/check", "unknown"),
            ("https://api.$namespace.svc.cluster.local", "unknown"),
        ],
    )
    def test_a_url_leads_to_the_service_that_its_host_is_the_name_of(self, name, url, answer):
        front = ingress({f"nginx.ingress.kubernetes.io/{name}": url})
        assert verdict(PODS + API + FRONT + controller() + front + ADMITTED, QUESTION) == answer

    def test_the_host_of_the_request_is_anything_where_the_ingress_serves_every_host(self):
        front = ingress({"nginx.ingress.kubernetes.io/auth-url": "https://$host/auth"}, host="*.example.com")
        assert verdict(PODS + API + FRONT + controller() + front + ADMITTED, QUESTION) == "unknown"

    def test_an_address_may_be_a_pod(self):
        pods = PODS.replace("i, ports", "i, ports").replace("---\n", "---\n", 1)
        pods = pods.replace("8080}]}]}", "8080}]}]}\nstatus: {podIP: 10.1.2.3}")
        front = ingress({"nginx.ingress.kubernetes.io/auth-url": "http://10.1.2.3:8080/auth"})
        assert verdict(pods + FRONT + controller() + front + ADMITTED, QUESTION) == "reachable"


class TestAnnotationsThatAreNotFollowed:
    """ "Using this annotation you can add additional configuration to the NGINX location" (configuration-snippet)."""

    PREFIX = "nginx.ingress.kubernetes.io/"

    @pytest.mark.parametrize("name", ["configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet"])
    @pytest.mark.parametrize(
        ("snippet", "answer"),
        [
            ('more_set_headers "X-Frame-Options: DENY";', "unreachable"),
            ("# proxy_pass http://x;\nif ($request_method = POST) { return 403; }", "unreachable"),
            ("proxy_pass http://api.shop.svc.cluster.local;", "unknown"),
            ("location /x { proxy_pass http://10.0.0.1; }", "unknown"),
            ("set $proxy_upstream_name 'shop-api-80';", "unknown"),
            ("access_by_lua_block { ngx.exec() }", "unknown"),
            ('add_header A "a\\" ; deny "; proxy_pass http://x; add_header B "c";', "unknown"),
            ('add_header X "a#b"; proxy_pass http://x;\nadd_header Y "c";', "unknown"),
        ],
    )
    def test_a_snippet_is_a_doubt_unless_it_chooses_no_server(self, name, snippet, answer):
        front = ingress({self.PREFIX + name: snippet})
        assert verdict(PODS + API + FRONT + controller() + front + ADMITTED, QUESTION) == answer

    def test_a_controller_that_refuses_snippets_reads_none(self):
        """ConfigMap: "allow-snippet-annotations ... Enables Ingress to parse and add -snippet annotations"."""
        front = ingress({self.PREFIX + "server-snippet": "proxy_pass http://x;"})
        text = PODS + API + FRONT + ADMITTED + controller("--configmap=edge/settings") + front
        refuses = config_map("settings", {"allow-snippet-annotations": "false"})
        assert verdict(text + refuses, QUESTION) == "unreachable"
        assert verdict(text + refuses.replace("false", "true"), QUESTION) == "unknown"

    @pytest.mark.parametrize(
        ("annotation", "answer"),
        [
            ("nginx.ingress.kubernetes.io/proxy-body-size", "unreachable"),
            ("nginx.ingress.kubernetes.io/cors-allow-origin", "unreachable"),
            ("nginx.ingress.kubernetes.io/send-elsewhere", "unknown"),
            ("cert-manager.io/cluster-issuer", "unreachable"),
        ],
    )
    def test_an_annotation_that_nobody_knows_is_a_doubt(self, annotation, answer):
        front = ingress({annotation: "x"})
        assert verdict(PODS + API + FRONT + controller() + front + ADMITTED, QUESTION) == answer

    def test_a_resource_that_is_no_service_is_a_doubt(self):
        """ "A Resource backend is an ObjectRef to another Kubernetes resource within the same namespace"."""
        front = ingress({}, "{resource: {apiGroup: g.example, kind: Bucket, name: b}}")
        assert verdict(PODS + API + controller() + front + ADMITTED, QUESTION) == "unknown"
        assert "Bucket b serves it, which is not modelled" in doubts(PODS + controller() + front)

    def test_policy_that_admits_no_controller_needs_no_more(self):
        front = ingress({self.PREFIX + "server-snippet": "proxy_pass http://x;"})
        assert verdict(PODS + API + controller() + front + from_namespace("other"), QUESTION) == "unreachable"


class TestSettings:
    """ingress-nginx "ConfigMaps": "global-auth-url: A url to an existing service that provides authentication for all
    the locations"; "http-snippet: Adds custom configuration to the http section of the nginx configuration".
    """

    @pytest.mark.parametrize(
        ("settings", "answer"),
        [
            ({"proxy-body-size": "8m"}, "unreachable"),
            ({"global-auth-url": "http://api.shop.svc.cluster.local/auth"}, "reachable"),
            ({"http-snippet": "server { listen 81; proxy_pass http://x; }"}, "unknown"),
            ({"http-snippet": "server { listen 81; return 308 https://$host$request_uri; }"}, "unreachable"),
            ({"http-snippet": "map $a $b { default 1; }"}, "unreachable"),
            ({"http-snippet": "map $a $proxy_upstream_name { default shop-api-80; }"}, "unknown"),
        ],
    )
    def test_a_setting_for_all_is_read_where_an_argument_names_it(self, settings, answer):
        text = PODS + API + ADMITTED + controller("--configmap=edge/settings")
        assert verdict(text + config_map("settings", settings), QUESTION) == answer
        other = config_map("another", settings)
        assert verdict(PODS + API + ADMITTED + controller() + other, QUESTION) == "unreachable"

    def test_ranges_for_all_hold_for_an_ingress_without_its_own(self):
        """ "whitelist-source-range: Sets the default whitelisted IPs for each server block"."""
        text = PODS + FRONT + controller("--configmap=edge/settings")
        text += config_map("settings", {"whitelist-source-range": "192.0.2.0/24"})
        (way,) = ways(text + ingress({}), "Ingress")
        assert way.way.restricted_to == (parse_cidr("192.0.2.0/24"),)
        own = ingress({"nginx.ingress.kubernetes.io/whitelist-source-range": "198.51.100.0/24"})
        assert [one.way.restricted_to for one in ways(text + own, "Ingress")] == [(parse_cidr("198.51.100.0/24"),)]

    @pytest.mark.parametrize(("watched", "openness"), [("shop", "open"), ("other", "depends"), ("", "open")])
    def test_a_controller_may_watch_some_namespaces_alone(self, watched, openness):
        """ "--watch-namespace: Namespace the controller watches for updates to Kubernetes objects"."""
        text = PODS + FRONT + controller(f"--watch-namespace={watched}") + ingress({})
        assert [one.openness.value for one in ways(text, "Ingress")] == [openness]

    def test_settings_that_are_not_there_are_a_doubt(self):
        assert verdict(PODS + API + ADMITTED + controller("--configmap=edge/settings"), QUESTION) == "unknown"

    @pytest.mark.parametrize(
        ("argument", "answer"),
        [
            ("--providers.kubernetesingress=true", "unreachable"),
            ("--providers.file.directory=/etc/traefik", "unknown"),
            ("--providers.consulcatalog=true", "unknown"),
            ("--providers.docker=false", "unreachable"),
            ("--entrypoints.web.address=:8000/tcp", "unreachable"),
        ],
    )
    def test_traefik_may_take_routes_from_elsewhere(self, argument, answer):
        """Traefik "Providers": "infrastructure components, whether orchestrators, ... or key-value stores"."""
        text = PODS + API + ADMITTED + controller(argument, image="docker.io/library/traefik:v3")
        assert verdict(text, QUESTION) == answer


class TestActionsOfAws:
    """AWS Load Balancer Controller: "The action-name in the annotation must match the serviceName in the Ingress rules,
    and servicePort must be use-annotation".
    """

    BACKEND = "{service: {name: act, port: {name: use-annotation}}}"

    def text(self, action):
        annotations = {"alb.ingress.kubernetes.io/target-type": "ip"}
        annotations["alb.ingress.kubernetes.io/actions.act"] = action if isinstance(action, str) else json.dumps(action)
        return PODS + API + ingress(annotations, self.BACKEND, name="alb")

    def test_an_action_forwards_to_each_of_its_services(self):
        groups = [{"serviceName": "api", "servicePort": 80, "weight": 1}, {"serviceName": "gone", "servicePort": "80"}]
        found = exposed(self.text({"type": "forward", "forwardConfig": {"targetGroups": groups}}))
        assert {(str(one.way.service), one.why) for one in found} == {
            ("shop/api", ""),
            ("None", "there is no Service shop/gone in these manifests"),
        }

    @pytest.mark.parametrize(
        "action",
        [
            {"type": "forward", "targetGroupARN": "arn:aws:x"},
            {"type": "jump"},
            "{",
            "[]",
        ],
    )
    def test_an_action_that_cannot_be_followed_is_a_doubt(self, action):
        (way,) = exposed(self.text(action))
        assert way.openness.value == "unknown"
        assert "annotation alb.ingress.kubernetes.io/actions.act" in way.why


class TestWhatIsSaid:
    """The commands of users."""

    def test_the_gate_does_not_prove_past_a_doubt(self, gates):
        manifests = PODS + API + ADMITTED + controller("--tcp-services-configmap=edge/tcp")
        for assertion in ("deny: {from: internet, to: 'shop/api[Pod]'}", "no-ingress-from-internet: 'shop/api[Pod]'"):
            result = gates.result(manifests, assertion)
            assert result["verdict"] == "unknown"
            assert "ConfigMap edge/tcp" in json.dumps(result)

    def test_a_doubt_proves_nothing_either(self, gates):
        front = ingress({"nginx.ingress.kubernetes.io/server-snippet": "proxy_pass http://x;"})
        manifests = PODS + API + FRONT + ADMITTED + controller() + front
        assert gates.verdict(manifests, "allow: {from: internet, to: service shop/api, ports: [80]}") == "unknown"

    def test_a_config_map_counts_as_read_only_where_it_is_named(self, tmp_path, capsys):
        text = PODS + API + controller("--tcp-services-configmap=edge/tcp")
        text += config_map("tcp", {"9000": "shop/api:80"}) + config_map("other", {"password": "hunter2"})
        (tmp_path / "m.yaml").write_text(text)
        main(["exposed", "-f", str(tmp_path / "m.yaml"), "-o", "json"], "netverify")
        out = capsys.readouterr().out
        report = json.loads(out)
        assert report["coverage"]["kinds"]["modelled"]["ConfigMap"] == 1
        assert report["coverage"]["kinds"]["irrelevant"]["ConfigMap"] == 1
        assert "hunter2" not in out
        (place,) = [one for one in report["ways"] if one["by"] == "--tcp-services-configmap"]
        assert text.splitlines()[place["line"] - 1] == 'data: {"9000": "shop/api:80"}'


def test_annotations_that_nobody_reads_hide_none_of_those_that_follow():
    notes = {"haproxy.org/backend-config-snippet": "x", "nginx.ingress.kubernetes.io/default-backend": "front"}
    text = PODS + API + FRONT + controller() + ingress(notes)
    assert [str(one.way.service) for one in ways(text, "default-backend")] == ["shop/front"]


def test_an_action_of_a_load_balancer_that_only_redirects_is_a_way_that_ends_there():
    """ "The action-name in the annotation must match the serviceName ..., and servicePort must be use-annotation"."""
    redirect = {"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}
    notes = {"alb.ingress.kubernetes.io/actions.go": json.dumps(redirect)}
    backend = "{service: {name: go, port: {name: use-annotation}}}"
    (one,) = exposed(PODS + ingress(notes, backend, name="alb"))
    assert (one.openness.value, one.why) == ("ends", "it only answers or redirects")
