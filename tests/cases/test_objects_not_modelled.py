"""What an object of a kind that is not modelled does to a proof: by group and kind, and by what it says."""

from __future__ import annotations

import pytest

import netverify
from cases.manifest_texts import inventory_of
from netverify.query.outcome import Verdict

BASE = """\
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: Namespace
metadata: {name: b}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: a, labels: {app: client}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: b, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: b}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}
---
"""

RULES = "[{apiGroups: [%s], apiVersions: ['*'], operations: [CREATE], resources: [%s]}]"
ANYTHING = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x}}"


def thing(api_version: str, kind: str, spec: str = "{}", namespace: str = "b") -> str:
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x, namespace: {namespace}}}\nspec: {spec}\n"


def webhook(groups: str, resources: str, name: str = "x.example.com") -> str:
    rules = RULES % (groups, resources)
    return (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: x}\n"
        f"webhooks: [{{name: {name}, rules: {rules}}}]\n"
    )


def admission(groups: str, resources: str, expression: str) -> str:
    constraints = f"{{resourceRules: {RULES % (groups, resources)}}}"
    mutations = f"[{{patchType: JSONPatch, jsonPatch: {{expression: '{expression}'}}}}]"
    return thing(
        "admissionregistration.k8s.io/v1",
        "MutatingAdmissionPolicy",
        f"{{matchConstraints: {constraints}, mutations: {mutations}}}",
    )


def kyverno(matched: str, does: str) -> str:
    match = f"{{any: [{{resources: {{kinds: [{matched}]}}}}]}}"
    return thing("kyverno.io/v1", "ClusterPolicy", f"{{rules: [{{name: r, match: {match}, {does}}}]}}")


LABELS = "mutate: {patchStrategicMerge: {metadata: {labels: {app: other}}}}"
IMAGES = "mutate: {patchStrategicMerge: {spec: {imagePullSecrets: [{name: x}]}}}"
RULE = "mutate: {patchStrategicMerge: {spec: {ingress: [{}]}}}"
POLICIES = "generate: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, name: x}"
SECRETS = "generate: {apiVersion: v1, kind: Secret, name: x, clone: {name: y}}"

NOTHING = {"existing": Verdict.UNREACHABLE, "possible": Verdict.UNREACHABLE}
ALL_UNKNOWN = {"existing": Verdict.UNKNOWN, "possible": Verdict.UNKNOWN}
EXISTING_UNKNOWN = {"existing": Verdict.UNKNOWN, "possible": Verdict.UNREACHABLE}

OBJECTS = {
    # An admission policy changes what is stored: "MutatingAdmissionPolicy describes the definition of an admission
    # mutation policy that mutates the object coming into admission chain."
    "a mutating admission policy on policies": (admission("networking.k8s.io", "networkpolicies", "[]"), ALL_UNKNOWN),
    "a mutating admission policy on namespaces": (admission('""', "namespaces", "[]"), ALL_UNKNOWN),
    "a mutating admission policy on every resource": (admission('"*"', '"*"', "[]"), ALL_UNKNOWN),
    "a mutating admission policy on labels of pods": (
        admission('""', "pods", '[JSONPatch{op: "add", path: "/metadata/labels/app", value: "x"}]'),
        EXISTING_UNKNOWN,
    ),
    "a mutating admission policy on all metadata of pods": (
        admission('""', "pods", '[JSONPatch{op: "replace", path: "/metadata", value: x}]'),
        EXISTING_UNKNOWN,
    ),
    "a mutating admission policy on templates": (
        admission("apps", "deployments", '[JSONPatch{op: "replace", path: "/spec/template", value: x}]'),
        EXISTING_UNKNOWN,
    ),
    "a mutating admission policy on images of pods": (
        admission('""', "pods", '[JSONPatch{op: "add", path: "/spec/priority", value: 1}]'),
        NOTHING,
    ),
    "a mutating admission policy without constraints": (
        thing("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy"),
        ALL_UNKNOWN,
    ),
    "a webhook on policies": (webhook("networking.k8s.io", "networkpolicies"), ALL_UNKNOWN),
    "a webhook on everything": (webhook('"*"', '"*/*"'), ALL_UNKNOWN),
    "a webhook on pods": (webhook('""', "pods"), EXISTING_UNKNOWN),
    "a webhook on Deployments": (webhook("apps", '"*"'), EXISTING_UNKNOWN),
    "a webhook on Rollouts": (webhook("argoproj.io", '"*"'), EXISTING_UNKNOWN),
    "a webhook on certificates": (webhook("cert-manager.io", '"*"'), NOTHING),
    "the injector of Istio": (webhook('""', "pods", "rev.namespace.sidecar-injector.istio.io"), NOTHING),
    "Gatekeeper sets a field of policies": (
        thing(
            "mutations.gatekeeper.sh/v1",
            "Assign",
            "{applyTo: [{groups: [x], kinds: [NetworkPolicy], versions: [v1]}], location: spec.ingress}",
        ),
        ALL_UNKNOWN,
    ),
    "Gatekeeper labels pods": (
        thing(
            "mutations.gatekeeper.sh/v1",
            "AssignMetadata",
            "{match: {kinds: [{apiGroups: [''], kinds: [Pod]}]}, location: metadata.labels.app}",
        ),
        EXISTING_UNKNOWN,
    ),
    "Gatekeeper labels namespaces": (
        thing(
            "mutations.gatekeeper.sh/v1",
            "AssignMetadata",
            "{match: {kinds: [{apiGroups: [''], kinds: [Namespace]}]}, location: metadata.labels.team}",
        ),
        ALL_UNKNOWN,
    ),
    "Gatekeeper annotates pods": (
        thing("mutations.gatekeeper.sh/v1", "AssignMetadata", "{location: metadata.annotations.x}"),
        NOTHING,
    ),
    "Gatekeeper changes arguments of pods": (
        thing(
            "mutations.gatekeeper.sh/v1",
            "ModifySet",
            "{applyTo: [{groups: [''], kinds: [Pod], versions: [v1]}], location: 'spec.containers[name: *].args'}",
        ),
        NOTHING,
    ),
    "Kyverno changes policies": (kyverno("NetworkPolicy", RULE), ALL_UNKNOWN),
    "Kyverno generates policies": (kyverno("Namespace", POLICIES), ALL_UNKNOWN),
    "Kyverno labels pods": (kyverno("Pod", LABELS), EXISTING_UNKNOWN),
    "Kyverno changes images": (kyverno("Pod", IMAGES), NOTHING),
    "Kyverno copies secrets": (kyverno("Namespace", SECRETS), NOTHING),
    "Kyverno deletes policies": (
        thing("kyverno.io/v2", "ClusterCleanupPolicy", "{match: {any: [{resources: {kinds: [NetworkPolicy]}}]}}"),
        ALL_UNKNOWN,
    ),
    "Kyverno deletes jobs": (
        thing("kyverno.io/v2", "ClusterCleanupPolicy", "{match: {any: [{resources: {kinds: [Job]}}]}}"),
        NOTHING,
    ),
    # Capsule: "spec.networkPolicies: the NetworkPolicies assigned to the Tenant", replicated into all its namespaces.
    "Capsule gives a tenant policies": (
        thing("capsule.clastix.io/v1beta2", "Tenant", "{networkPolicies: {items: [{podSelector: {}}]}}"),
        ALL_UNKNOWN,
    ),
    "Capsule gives a tenant nothing": (
        thing("capsule.clastix.io/v1beta2", "Tenant", "{owners: [{kind: User, name: x}]}"),
        NOTHING,
    ),
    # HNC propagates objects of a parent to its children, and labels both.
    "HNC propagates from a parent": (
        thing("hnc.x-k8s.io/v1alpha2", "HierarchyConfiguration", "{parent: a}"),
        ALL_UNKNOWN,
    ),
    "HNC makes a namespace": (thing("hnc.x-k8s.io/v1alpha2", "SubnamespaceAnchor"), ALL_UNKNOWN),
    "Cluster API applies resources": (thing("addons.cluster.x-k8s.io/v1beta1", "ClusterResourceSet"), ALL_UNKNOWN),
    "Crossplane applies a manifest": (
        thing("kubernetes.crossplane.io/v1alpha2", "Object", f"{{forProvider: {{manifest: {ANYTHING}}}}}"),
        ALL_UNKNOWN,
    ),
    "a template of a graph holds a policy": (
        thing("kro.run/v1alpha1", "ResourceGraphDefinition", f"{{resources: [{{id: x, template: {ANYTHING}}}]}}"),
        ALL_UNKNOWN,
    ),
    "Strimzi writes policies for a Kafka": (thing("kafka.strimzi.io/v1beta2", "Kafka"), ALL_UNKNOWN),
    "Strimzi in another namespace": (
        thing("kafka.strimzi.io/v1beta2", "Kafka", namespace="kafka"),
        NOTHING,
    ),
    "a topic of a Kafka": (thing("kafka.strimzi.io/v1beta2", "KafkaTopic"), NOTHING),
    "a database makes pods": (thing("acid.zalan.do/v1", "postgresql", "{numberOfInstances: 2}"), NOTHING),
    "Tigera installs Calico": (thing("operator.tigera.io/v1", "Installation"), NOTHING),
    "an operator is asked for policies": (
        thing("cache.example.com/v1", "Cache", "{networkPolicy: {enabled: true}}"),
        ALL_UNKNOWN,
    ),
    "an operator that is known is asked for policies": (
        thing("opentelemetry.io/v1beta1", "OpenTelemetryCollector", "{networkPolicy: {enabled: true}}"),
        ALL_UNKNOWN,
    ),
    "an operator is asked for policies beside many other things": (
        thing("cache.example.com/v1", "Cache", f"{{deep: {{networkPolicy: {{on: true}}}}, many: [{'0, ' * 30_000}0]}}"),
        ALL_UNKNOWN,
    ),
    "an operator is asked for no policies": (
        thing("cache.example.com/v1", "Cache", "{networkPolicy: {enabled: false}}"),
        NOTHING,
    ),
    "the nodes of a GPU vendor": (thing("nvidia.com/v1", "ClusterPolicy"), NOTHING),
    "network cards of nodes": (thing("sriovnetwork.openshift.io/v1", "SriovNetworkNodePolicy"), NOTHING),
    "a Sensor with a Workflow inside": (
        thing(
            "argoproj.io/v1alpha1",
            "Sensor",
            "{triggers: [{template: {resource: {apiVersion: argoproj.io/v1alpha1, kind: Workflow}}}]}",
        ),
        NOTHING,
    ),
    "a Sensor with a policy inside": (
        thing("argoproj.io/v1alpha1", "Sensor", f"{{triggers: [{{template: {{resource: {ANYTHING}}}}}]}}"),
        ALL_UNKNOWN,
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_a_proof_is_unknown_where_such_an_object_may_change_it(name: str) -> None:
    text, expected = OBJECTS[name]
    cluster = netverify.read(texts={"m.yaml": BASE + text})
    verdicts = {
        "existing": cluster.ask("can a/client reach b/db").verdict,
        "possible": cluster.ask("can namespace a reach pods app=db in namespace b").verdict,
    }
    assert verdicts == expected, name


ODD_SPECS = ("null", "[]", "text", "1", "{rules: 1}", "{rules: [1]}", "{applyTo: [1], location: 1}", "{template: []}")


@pytest.mark.parametrize("spec", ODD_SPECS)
def test_odd_fields_are_read_without_a_traceback(spec: str) -> None:
    kinds = [text.splitlines()[:2] for text, _ in OBJECTS.values()]
    for head in {tuple(lines) for lines in kinds}:
        for rest in (f"metadata: {{name: x}}\nspec: {spec}\nwebhooks: {spec}\n", f"metadata: {spec}\n", ""):
            inventory = inventory_of("\n".join((*head, rest)))
            assert not inventory.has_errors
            assert inventory.coverage.documents == 1


def test_the_pods_of_an_operator_are_missing_from_a_map_and_from_a_list() -> None:
    cluster = netverify.read(texts={"m.yaml": BASE + thing("acid.zalan.do/v1", "postgresql")})
    missing = "pods are missing: the existing pods do not include those that postgresql b/x makes"
    assert missing in cluster.ask("who can reach b/db").notes
    assert missing in cluster.map(allow_doubt=True).notes
    assert missing not in cluster.ask("can a/client reach b/db").notes


def test_a_proof_says_what_it_takes_unknown_kinds_to_do() -> None:
    cluster = netverify.read(texts={"m.yaml": BASE + thing("example.com/v1", "Widget")})
    answer = cluster.ask("can a/client reach b/db")
    assert answer.verdict is Verdict.UNREACHABLE
    assert "objects of unknown kinds (Widget) create pods, and no policies or namespaces" in answer.assumptions


def test_a_kind_is_known_by_its_group_and_its_kind() -> None:
    inventory = inventory_of(thing("serving.knative.dev/v1", "Service"))
    assert not inventory.cluster.routing.services
    inventory = inventory_of(thing("app.k8s.io/v1beta1", "Application"))
    assert inventory.coverage.irrelevant == {"Application": 1}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("any pod outside namespace far", "unreachable"),
        ("any pod in namespaces kubernetes.io/metadata.name notin (far)", "unreachable"),
        ("any pod", "unknown"),
    ],
)
def test_what_an_object_may_allow_in_one_namespace_is_no_doubt_about_pods_of_others(who: str, expected: str) -> None:
    """Its effect is limited to its own namespace, whose pods are not asked about."""
    text = BASE + thing("cilium.io/v2", "CiliumNetworkPolicy", "{endpointSelector: {}, egress: [{}]}", "far")
    assert netverify.read(texts={"m.yaml": text}).ask(f"can {who} reach b/db:5432").verdict == expected
