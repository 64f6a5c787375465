"""Every verb in every world about somebody and about nobody: what is about nobody is vacuous, and fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates

CLUSTER = """
apiVersion: v1
kind: Namespace
metadata: {name: full, labels: {kind: full}}
---
apiVersion: v1
kind: Namespace
metadata: {name: empty, labels: {kind: empty}}
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: full, labels: {app: one}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 80, name: http}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two, namespace: full, labels: {app: two}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 80, name: http}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: served, namespace: full}
spec: {selector: {app: one}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: unserved, namespace: full}
spec: {selector: {app: none}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: full}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: empty}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
"""
FULL = {"end": "namespace full", "service": "service full/served", "namespaces": "full"}
EMPTY = {"end": "namespace empty", "service": "service full/unserved", "namespaces": "empty"}
STATEMENTS = (
    "deny: {{from: {end}, to: internet}}",
    "deny: {{from: internet, to: {end}}}",
    "deny: {{from: full/two, to: {service}}}",
    "deny: {{from: {end}, to: service full/served}}",
    "only: {{to: {end}, flows: []}}",
    "only: {{from: {end}, flows: []}}",
    "isolated: {end}",
    "separate: [{end}, internet]",
    "separate: {{matchLabels: {{kind: {namespaces}}}}}",
    "no-external: {end}",
    "no-external: {service}",
    "no-ingress-from-internet: {end}",
    "no-ingress-from-internet: {service}",
    "no-egress-to-internet: {end}",
    "no-metadata-endpoint: {end}",
    "default-deny: {{namespaces: {namespaces}}}",
    "policy-covers-every-pod: {{namespaces: {namespaces}}}",
    "default-deny: {{namespaces: {{matchLabels: {{kind: {namespaces}}}}}}}",
    "policy-covers-every-pod: {{namespaces: {{matchLabels: {{kind: {namespaces}}}}}}}",
)
PROMISES = (
    "allow: {{from: {end}, to: {end}}}",
    "allow: {{from: {end}, to: internet}}",
    "allow: {{from: full/two, to: {service}}}",
    "dns-works: {end}",
)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def verdicts(gates: Gates, ends: dict[str, str], world: str) -> dict[str, str]:
    listed = [f"{one.format(**ends)}, world: {world}" for one in STATEMENTS]
    return {text: result["verdict"] for text, result in gates.results(CLUSTER, listed).items()}


def test_about_nobody_of_the_manifests_every_verb_is_vacuous(gates: Gates) -> None:
    found = verdicts(gates, EMPTY, "existing")
    assert {text: verdict for text, verdict in found.items() if verdict != "vacuous"} == {}


@pytest.mark.parametrize(("ends", "world"), [(FULL, "existing"), (FULL, "possible"), (EMPTY, "possible")])
def test_about_somebody_the_same_verbs_are_proved(gates: Gates, ends: dict[str, str], world: str) -> None:
    """One namespace alone has no other to be kept apart from."""
    found = {text: one for text, one in verdicts(gates, ends, world).items() if not text.startswith("separate: {")}
    assert {text: verdict for text, verdict in found.items() if verdict != "proved"} == {}


def test_what_is_to_be_allowed_is_vacuous_about_nobody_and_refuted_about_somebody(gates: Gates) -> None:
    for ends, expected in ((EMPTY, "vacuous"), (FULL, "refuted")):
        found = gates.results(CLUSTER, [one.format(**ends) for one in PROMISES])
        assert {text: one["verdict"] for text, one in found.items() if one["verdict"] != expected} == {}


def test_of_namespaces_that_nobody_names_one_has_to_be_inhabited(gates: Gates) -> None:
    listed = [f"{verb}: {{}}, world: existing" for verb in ("default-deny", "policy-covers-every-pod")]
    assert {one["verdict"] for one in gates.results(CLUSTER, listed).values()} == {"proved"}
