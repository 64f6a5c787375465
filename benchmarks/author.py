"""Writes the objects of a generated cluster as plain dicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from cluster_plan import PlannedNamespace, PlannedWorkload


@dataclass(frozen=True, slots=True)
class Author:
    """Writes the documents of one namespace, in the order in which a team's repository would hold them.

    A method for a policy gives its name and its spec.
    """

    namespace: PlannedNamespace
    namespaces: list[PlannedNamespace]
    rng: random.Random

    def documents(self) -> Iterator[dict[str, Any]]:
        own = self.namespace
        yield namespace_object(own.name, {"team": own.team, "env": own.environment, "tenant": "apps"})
        yield from self.policies()
        for i, workload in enumerate(own.workloads):
            yield self.workload(workload)
            if workload.role.tier != "worker":
                yield self.service(workload)
            if i % 2 == 0:
                yield self.config(workload)
            if i % 3 == 0:
                yield self.object("v1", "ServiceAccount", workload.app, automountServiceAccountToken=False)

    def object(self, api: str, kind: str, name: str, **body: object) -> dict[str, Any]:
        return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": self.namespace.name}, **body}

    def policies(self) -> Iterator[dict[str, Any]]:
        base = (self.default_deny, self.dns_egress if self.namespace.egress_denied else self.neighbours, self.metrics)
        specific = (
            self.client_to_server,
            self.server_from_clients,
            self.across_namespaces,
            self.clients_by_address,
            self.services_by_address,
            self.calls_other_teams,
            self.by_expression,
        )
        for i in range(self.namespace.policies):
            if i < len(base):
                name, spec = base[i]()
            else:
                name, spec = specific[(i - len(base)) % len(specific)]()
                name = f"{name}-{i:03d}"
            policy = self.object("networking.k8s.io/v1", "NetworkPolicy", name, spec=spec)
            policy["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "platform-network"}
            policy["metadata"]["annotations"] = {"description": f"{name}: reviewed with team {self.namespace.team}"}
            yield policy

    def some_workload(self) -> PlannedWorkload:
        return self.rng.choice(self.namespace.workloads)

    def default_deny(self) -> tuple[str, dict[str, Any]]:
        types = ["Ingress", "Egress"] if self.namespace.egress_denied else ["Ingress"]
        return "default-deny", {"podSelector": {}, "policyTypes": types}

    def dns_egress(self) -> tuple[str, dict[str, Any]]:
        to = by_labels({"kubernetes.io/metadata.name": "kube-system"}, {"k8s-app": "kube-dns"})
        return "allow-dns", {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [{"to": [to], "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}],
        }

    def neighbours(self) -> tuple[str, dict[str, Any]]:
        clients = {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["web", "api"]}]}
        return "allow-neighbours", {
            "podSelector": {"matchLabels": {"tier": "api"}},
            "ingress": [{"from": [{"podSelector": clients}], "ports": [{"port": "http"}]}],
        }

    def metrics(self) -> tuple[str, dict[str, Any]]:
        source = by_labels({"kubernetes.io/metadata.name": "monitoring"}, {"app.kubernetes.io/name": "prometheus"})
        return "allow-monitoring", ingress({}, [source], {"protocol": "TCP", "port": "metrics"})

    def client_to_server(self) -> tuple[str, dict[str, Any]]:
        client, server = self.some_workload(), self.some_workload()
        to = {"podSelector": {"matchLabels": {"app": server.app}}}
        return f"{client.app}-to-{server.app}", egress(client, [to], {"protocol": "TCP", "port": server.role.port})

    def server_from_clients(self) -> tuple[str, dict[str, Any]]:
        server, own = self.some_workload(), self.namespace.workloads
        clients = [{"app": client.app} for client in self.rng.sample(own, min(3, len(own)))]
        peers = [{"podSelector": {"matchLabels": labels}} for labels in (*clients, {"tier": "web"})]
        return f"{server.app}-clients", ingress(app(server), peers, {"protocol": "TCP", "port": server.role.port})

    def across_namespaces(self) -> tuple[str, dict[str, Any]]:
        server, other = self.some_workload(), self.rng.choice(self.namespaces)
        peers = [by_labels({"team": other.team, "env": other.environment}, {"tier": "api"})]
        spec = ingress(app(server), peers, {"protocol": "TCP", "port": server.role.port_name})
        by_name = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": other.name}}}
        spec["ingress"].append({"from": [by_name], "ports": [{"protocol": "TCP", "port": server.role.port}]})
        return f"{server.app}-from-{other.team}", spec

    def clients_by_address(self) -> tuple[str, dict[str, Any]]:
        server, site = self.some_workload(), self.rng.randrange(256)
        network = f"172.{16 + site % 16}"
        office = {"cidr": f"{network}.0.0/16", "except": [f"{network}.{site}.0/24", f"{network}.{255 - site}.128/25"]}
        partner = {"cidr": f"203.0.113.{site // 4 * 4}/30"}
        port = {"protocol": "TCP", "port": server.role.port}
        return f"{server.app}-sites", ingress(app(server), [{"ipBlock": office}, {"ipBlock": partner}], port)

    def services_by_address(self) -> tuple[str, dict[str, Any]]:
        client, first = self.some_workload(), 30000 + self.rng.randrange(20) * 100
        private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32"]
        ports = [{"protocol": "TCP", "port": 443}, {"protocol": "TCP", "port": first, "endPort": first + 99}]
        return f"{client.app}-outside", egress(client, [{"ipBlock": {"cidr": "0.0.0.0/0", "except": private}}], *ports)

    def calls_other_teams(self) -> tuple[str, dict[str, Any]]:
        client, other = self.some_workload(), self.rng.choice(self.namespaces)
        peers = [by_labels({"team": other.team}, {"tier": "api"}), by_labels({"team": other.team}, {"tier": "web"})]
        return f"{client.app}-calls-{other.team}", egress(client, peers, {"protocol": "TCP", "port": "http"})

    def by_expression(self) -> tuple[str, dict[str, Any]]:
        server, other = self.some_workload(), self.rng.choice(self.namespaces)
        teams = [
            {"key": "tenant", "operator": "Exists"},
            {"key": "team", "operator": "In", "values": sorted({other.team, self.namespace.team})},
        ]
        tiers = [{"key": "tier", "operator": "NotIn", "values": ["db", "cache", "agent"]}]
        source = {"namespaceSelector": {"matchExpressions": teams}, "podSelector": {"matchExpressions": tiers}}
        subject = {**app(server), "matchExpressions": [{"key": "legacy", "operator": "DoesNotExist"}]}
        port = {"protocol": "TCP", "port": server.role.port, "endPort": server.role.port + 9}
        return f"{server.app}-partners", ingress(subject, [source], port)

    def workload(self, workload: PlannedWorkload) -> dict[str, Any]:
        role = workload.role
        labels = {"app": workload.app, "tier": role.tier, "team": self.namespace.team}
        version = f"{self.rng.randrange(1, 9)}.{self.rng.randrange(30)}.{self.rng.randrange(10)}"
        scale = {} if role.kind == "DaemonSet" else {"replicas": self.rng.randrange(1, 6)}
        head = {"serviceName": workload.app} if role.kind == "StatefulSet" else {}
        template = {
            "metadata": {
                "labels": {**labels, "app.kubernetes.io/version": version},
                "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9090"},
            },
            "spec": {
                "serviceAccountName": workload.app,
                "securityContext": {"runAsNonRoot": True, "runAsUser": 10001},
                "containers": [self.container(workload, version)],
                "volumes": [
                    {"name": "config", "configMap": {"name": workload.app}},
                    {"name": "scratch", "emptyDir": {}},
                ],
            },
        }
        spec = {**scale, **head, "selector": {"matchLabels": {"app": workload.app}}, "template": template}
        made = self.object("apps/v1", role.kind, workload.app, spec=spec)
        made["metadata"]["labels"] = labels
        return made

    def container(self, workload: PlannedWorkload, version: str) -> dict[str, Any]:
        role, memory = workload.role, self.rng.choice((64, 128, 256, 512))
        return {
            "name": role.tier,
            "image": f"registry.example.com/{role.image}:{version}",
            "env": [
                {"name": "LOG_LEVEL", "value": "info"},
                {"name": "DATABASE_HOST", "value": f"db.{self.namespace.name}.svc.cluster.local"},
                {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
            ],
            "ports": [
                {"name": role.port_name, "containerPort": role.port},
                {"name": "metrics", "containerPort": 9090 + self.rng.randrange(3)},
            ],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": role.port_name}, "periodSeconds": 10},
            "livenessProbe": {"tcpSocket": {"port": role.port_name}, "initialDelaySeconds": 15},
            "resources": {
                "requests": {"cpu": f"{self.rng.choice((50, 100, 250))}m", "memory": f"{memory}Mi"},
                "limits": {"memory": f"{memory * 2}Mi"},
            },
            "volumeMounts": [
                {"name": "config", "mountPath": f"/etc/{role.tier}"},
                {"name": "scratch", "mountPath": "/scratch"},
            ],
        }

    def service(self, workload: PlannedWorkload) -> dict[str, Any]:
        port = {"name": workload.role.port_name, "port": 80, "targetPort": workload.role.port_name}
        return self.object("v1", "Service", workload.app, spec={"selector": {"app": workload.app}, "ports": [port]})

    def config(self, workload: PlannedWorkload) -> dict[str, Any]:
        options = "\n".join(f"option.{i:02d} = {self.rng.randrange(100000)}" for i in range(24))
        data = {"feature-flags": "checkout,search", f"{workload.role.tier}.properties": options}
        return self.object("v1", "ConfigMap", workload.app, data=data)


def app(workload: PlannedWorkload) -> dict[str, Any]:
    """The selector of the pods of ``workload``."""
    return {"matchLabels": {"app": workload.app}}


def by_labels(namespace: dict[str, str], pod: dict[str, str]) -> dict[str, Any]:
    """A peer: pods with the labels ``pod`` in namespaces with the labels ``namespace``."""
    return {"namespaceSelector": {"matchLabels": namespace}, "podSelector": {"matchLabels": pod}}


def ingress(subject: dict[str, Any], peers: list[dict[str, Any]], *ports: dict[str, Any]) -> dict[str, Any]:
    """The spec of a policy with one ingress rule."""
    return {"podSelector": subject, "policyTypes": ["Ingress"], "ingress": [{"from": peers, "ports": list(ports)}]}


def egress(subject: PlannedWorkload, peers: list[dict[str, Any]], *ports: dict[str, Any]) -> dict[str, Any]:
    """The spec of a policy with one egress rule."""
    return {"podSelector": app(subject), "policyTypes": ["Egress"], "egress": [{"to": peers, "ports": list(ports)}]}


def namespace_object(name: str, labels: dict[str, str]) -> dict[str, Any]:
    """A Namespace with ``labels``."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def dns_server() -> Iterator[dict[str, Any]]:
    """``kube-system`` with its DNS server."""
    yield namespace_object("kube-system", {"tenant": "platform"})
    ports = [{"name": "dns", "containerPort": 53, "protocol": "UDP"}, {"name": "dns-tcp", "containerPort": 53}]
    yield system_workload("Deployment", "kube-system", "coredns", {"k8s-app": "kube-dns"}, ports)


def monitoring() -> Iterator[dict[str, Any]]:
    """``monitoring`` with Prometheus, and a node exporter on the host network."""
    yield namespace_object("monitoring", {"tenant": "platform"})
    for kind, name, port in (("StatefulSet", "prometheus", 9090), ("DaemonSet", "node-exporter", 9100)):
        ports = [{"name": "metrics", "containerPort": port}]
        made = system_workload(kind, "monitoring", name, {"app.kubernetes.io/name": name}, ports)
        if kind == "DaemonSet":
            made["spec"]["template"]["spec"]["hostNetwork"] = True
        yield made


def system_workload(
    kind: str, namespace: str, name: str, labels: dict[str, str], ports: list[dict[str, Any]]
) -> dict[str, Any]:
    """A workload of the platform, with one container."""
    container = {"name": name, "image": f"registry.example.com/platform/{name}:1.0.0", "ports": ports}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
