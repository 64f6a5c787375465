"""Clusters drawn by a seed for the frozen runs; by nothing that other tests share, so that these stay what they are."""

from __future__ import annotations

import random
from typing import Any

Manifest = dict[str, Any]

APPS = ("web", "api", "db")
TEAMS = ("red", "blue")
BLOCKS = ({"cidr": "10.0.0.0/8"}, {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}, {"cidr": "192.0.2.0/24"})


class Draw:
    """One cluster, its intent and its questions, of ``namespaces`` namespaces."""

    def __init__(self, seed: int, namespaces: int) -> None:
        """Draw the manifests."""
        self.rng = random.Random(seed)
        self.places = [f"n{number}" for number in range(namespaces)]
        self.namespaces = [self.namespace(name) for name in self.places if self.rng.random() < 0.9]
        self.workloads = [one for name in self.places for one in self.pods_of(name)]
        self.policies = [one for name in self.places for one in self.policies_of(name)]
        self.services = [self.service(name) for name in self.places if self.rng.random() < 0.3]

    @property
    def manifests(self) -> list[Manifest]:
        """All that is read."""
        return [*self.namespaces, *self.workloads, *self.policies, *self.services]

    def namespace(self, name: str) -> Manifest:
        """A namespace, most often of a team."""
        labels = {"team": self.rng.choice(TEAMS)} if self.rng.random() < 0.8 else {}
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}

    def pods_of(self, place: str) -> list[Manifest]:
        """A few bare pods and Deployments, some of them on the host network."""
        return [self.pods(place, app) for app in APPS if self.rng.random() < 0.6]

    def pods(self, place: str, app: str) -> Manifest:
        """One workload."""
        ports = [{"name": "http", "containerPort": self.rng.choice((80, 81))}] if self.rng.random() < 0.7 else []
        spec: Manifest = {"containers": [{"name": "c", "image": "i", "ports": ports}]}
        if self.rng.random() < 0.1:
            spec["hostNetwork"] = True
        labels = {"app": app}
        if self.rng.random() < 0.4:
            return {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": app, "namespace": place, "labels": labels},
                "spec": spec,
            }
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": app, "namespace": place},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
        }

    def policies_of(self, place: str) -> list[Manifest]:
        """Most namespaces deny by default; most have rules, which now and then say something twice."""
        found = [self.policy(place, "deny", {"podSelector": {}, "policyTypes": ["Ingress"]})]
        found = found if self.rng.random() < 0.7 else []
        for number in range(self.rng.randint(0, 2)):
            side, peers = self.rng.choice((("ingress", "from"), ("ingress", "from"), ("egress", "to")))
            rules = [self.rule(peers) for _ in range(self.rng.randint(1, 2))]
            rules += rules[:1] if self.rng.random() < 0.3 else []
            spec = {"podSelector": self.selector("app", APPS), "policyTypes": [side.capitalize()], side: rules}
            found.append(self.policy(place, f"p{number}", spec))
        return found

    @staticmethod
    def policy(place: str, name: str, spec: Manifest) -> Manifest:
        """One policy."""
        metadata = {"name": name, "namespace": place}
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}

    def rule(self, peers: str) -> Manifest:
        """A rule for one or two peers, or for everybody."""
        rule: Manifest = (
            {peers: [self.peer() for _ in range(self.rng.randint(1, 2))]} if self.rng.random() < 0.9 else {}
        )
        if self.rng.random() < 0.7:
            rule["ports"] = [self.rng.choice(({"port": 80}, {"port": "http"}, {"port": 53, "protocol": "UDP"}))]
        return rule

    def peer(self) -> Manifest:
        """Addresses, pods of the namespace, or pods of others."""
        if self.rng.random() < 0.2:
            return {"ipBlock": dict(self.rng.choice(BLOCKS))}
        peer = {"podSelector": self.selector("app", APPS)} if self.rng.random() < 0.6 else {}
        if not peer or self.rng.random() < 0.5:
            peer["namespaceSelector"] = self.selector("team", TEAMS)
        return peer

    def selector(self, key: str, values: tuple[str, ...]) -> Manifest:
        """Labels, an expression, or everybody."""
        drawn = self.rng.random()
        if drawn < 0.2:
            return {}
        if drawn < 0.8:
            return {"matchLabels": {key: self.rng.choice(values)}}
        operator = self.rng.choice(("NotIn", "Exists"))
        expression: Manifest = {"key": key, "operator": operator}
        if operator == "NotIn":
            expression["values"] = [self.rng.choice(values)]
        return {"matchExpressions": [expression]}

    def service(self, place: str) -> Manifest:
        """A Service, now and then one with a port on every node."""
        spec: Manifest = {"selector": {"app": self.rng.choice(APPS)}, "ports": [{"port": 80, "targetPort": "http"}]}
        if self.rng.random() < 0.3:
            spec["type"] = "NodePort"
        metadata = {"name": "front", "namespace": place}
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}

    def changed(self) -> list[Manifest]:
        """All manifests, with one policy more or less, and one namespace of another team."""
        policies = self.policies[1:] if self.rng.random() < 0.5 else [*self.policies, self.opening()]
        namespaces = [dict(one) for one in self.namespaces]
        if namespaces and self.rng.random() < 0.5:
            chosen = self.rng.randrange(len(namespaces))
            metadata = {**namespaces[chosen]["metadata"], "labels": {"team": "green"}}
            namespaces[chosen] = {**namespaces[chosen], "metadata": metadata}
        return [*namespaces, *self.workloads, *policies, *self.services]

    def opening(self) -> Manifest:
        """A policy that lets somebody in."""
        place = self.rng.choice(self.places)
        spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [self.rule("from")]}
        return self.policy(place, "opening", spec)

    def end(self) -> str:
        """An ENDPOINT in words."""
        named = [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in self.workloads]
        place = self.rng.choice(self.places)
        pods = f"pods app={self.rng.choice(APPS)} in namespace {place}"
        return self.rng.choice((*named[:3], "any pod", f"namespace {place}", pods, "10.1.0.0/16"))

    def sentences(self) -> list[str]:
        """Questions of every form."""
        port = self.rng.choice((":80", ":http"))
        sentences = [
            f"can {self.end()} reach {self.end()}",
            f"can {self.end()} reach namespace {self.rng.choice(self.places)}{port}",
        ]
        place = self.rng.choice(self.places)
        sentences += [f"can any pod reach namespace {place}", f"can internet reach namespace {place}"]
        sentences += [f"who can reach {self.end()}", f"what can {self.end()} reach"]
        sentences += [f"can any pod reach service {one['metadata']['namespace']}/front" for one in self.services[:1]]
        return sentences

    def intent(self, compared: str) -> Manifest:
        """Assertions of every verb; the manifests in the folder ``compared`` are those of the comparing ones."""
        place, other = self.places[0], self.places[-1]
        approved = {"from": self.end(), "justification": "because"}
        verbs: list[Manifest] = [
            {"deny": {"from": self.end(), "to": self.end()}},
            {"deny": {"from": "any pod", "to": f"namespace {other}"}},
            {"allow": {"from": self.end(), "to": f"namespace {place}", "ports": 80}},
            {"allow": {"from": f"namespace {place}", "to": f"namespace {other}"}, "world": "possible"},
            {"only": {"to": f"namespace {other}", "flows": [approved]}},
            {"isolated": self.end()},
            {"separate": [f"namespace {place}", f"namespace {other}"]},
            {"no-external": f"namespace {place}"},
            {"no-ingress-from-internet": f"namespace {other}"},
            {"no-egress-to-internet": f"namespace {place}"},
            {"default-deny": {"namespaces": [place, other], "directions": ["ingress"]}},
            {"policy-covers-every-pod": {"namespaces": [place], "directions": ["ingress"]}},
            {"dns-works": f"namespace {place}"},
            {"no-metadata-endpoint": f"namespace {place}"},
            {"equivalent": {"directory": compared}},
            {"not-more-permissive": {"directory": compared}},
        ]
        if self.services:
            place = self.services[0]["metadata"]["namespace"]
            verbs.append({"deny": {"from": "internet", "to": f"service {place}/front"}})
            verbs.append({"allow": {"from": f"namespace {place}", "to": f"service {place}/front"}})
        excepted = {
            "id": "known",
            "assertions": ["a1"],
            "flows": [{"from": self.end(), "to": "any pod"}],
            "reason": "known",
            "owner": "us",
            "expires": "2999-01-01",
        }
        assertions = [{"id": f"a{number}", **verb} for number, verb in enumerate(verbs)]
        return {"assertions": assertions, "exceptions": [excepted]}
