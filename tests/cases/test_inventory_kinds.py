"""Lists, kinds that are not modelled, and an account that adds up."""

from __future__ import annotations

import json

import pytest

from cases.manifest_texts import codes, inventory_of, pod
from netverify.model.cluster import Unsupported
from netverify.sources.classification import KindClass, classify, is_irrelevant
from netverify.sources.coverage import Coverage, Inventory
from netverify.sources.inventory import build_inventory


def test_a_dump_of_a_cluster_is_unwrapped_and_its_server_fields_are_taken() -> None:
    meta = {
        "name": "web",
        "namespace": "shop",
        "uid": "u",
        "resourceVersion": "7",
        "generation": 2,
        "creationTimestamp": "2024-01-01T00:00:00Z",
        "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}],
    }
    dump = {
        "apiVersion": "v1",
        "kind": "List",
        "metadata": {"resourceVersion": ""},
        "items": [
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": {}},
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {}},
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": meta,
                "spec": {"containers": [{"name": "c", "image": "i"}], "nodeName": "n"},
                "status": {"phase": "Running", "podIP": "10.0.0.9", "newerThanThis": {}},
            },
            {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": meta}]},
        ],
    }
    inventory = inventory_of(json.dumps(dump))
    assert codes(inventory) == []
    assert inventory.coverage.modelled == {"NetworkPolicy": 1, "Pod": 1}
    assert inventory.coverage.irrelevant == {"ConfigMap": 1, "Secret": 1}
    assert inventory.coverage.documents == 4


def test_items_of_a_typed_list_need_no_kind_and_keep_their_places() -> None:
    inventory = inventory_of("""\
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicyList
        items:
        - metadata: {name: a, namespace: shop}
          spec: {}
        - metadata: {name: b, namespace: shop}
          spec: {podSelector: {matchLabels: {app: 1}}}
        """)
    assert [policy.name for policy in inventory.cluster.network_policies] == ["a"]
    (finding,) = inventory.diagnostics
    assert (finding.code, str(finding.origin)) == ("NV212", "all.yaml:7:43")


def test_an_item_of_a_list_without_a_kind_is_refused() -> None:
    assert codes(inventory_of("apiVersion: v1\nkind: List\nitems:\n- metadata: {name: a}\n")) == []
    assert codes(inventory_of("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, metadata: {name: a}}\n")) == [
        "NV202"
    ]


@pytest.mark.parametrize("item", ["null", "5", "hello", "true", "[{apiVersion: v1, kind: Namespace}]"])
@pytest.mark.parametrize("kind", ["v1/List", "networking.k8s.io/v1/NetworkPolicyList"])
def test_an_item_of_a_list_that_is_no_object_is_refused_where_it_is(kind: str, item: str) -> None:
    """A server decodes each item as an object, and refuses the list where one is none."""
    api_version, _, name = kind.rpartition("/")
    inventory = inventory_of(f"apiVersion: {api_version}\nkind: {name}\nitems:\n- {item}\n")
    assert [(one.code, one.origin.line) for one in inventory.diagnostics if one.code != "NV156"] == [("NV202", 4)]
    assert [one.line for one in inventory.coverage.unread] == [4]


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("metadata: {name: a, deletionTimestamp: 5}", "metadata.deletionTimestamp"),
        ("metadata: {name: a, creationTimestamp: {}}", "metadata.creationTimestamp"),
        ("metadata: {name: a, generation: one}", "metadata.generation"),
        ("metadata: {name: a, finalizers: [1]}", "metadata.finalizers[0]"),
        ("metadata: {name: a, managedFields: none}", "metadata.managedFields"),
        ("metadata: {name: a, resourceVersion: 1}", "metadata.resourceVersion"),
        ("metadata: {name: a, uid: 1}", "metadata.uid"),
        ("metadata: {name: a}\nstatus: hello", "status"),
    ],
)
def test_a_field_that_does_not_matter_has_its_type_all_the_same(part: str, place: str) -> None:
    """A server decodes the whole object: a wrong type anywhere is refused."""
    (finding,) = inventory_of(f"apiVersion: v1\nkind: Namespace\n{part}\n").diagnostics[:1]
    assert finding.code == "NV212"
    assert f"`{place}` must be" in finding.message


def test_fields_that_a_server_writes_are_taken() -> None:
    text = """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: a
          creationTimestamp: null
          deletionTimestamp: 2024-01-01T00:00:00Z
          deletionGracePeriodSeconds: 30
          generation: 1
          uid: 7
          resourceVersion: "1"
          finalizers: [x]
          managedFields: [{manager: m}]
        status: {phase: Active}
        """
    assert codes(inventory_of(text.replace("uid: 7", "uid: x"))) == []


def test_a_bare_list_of_objects_is_refused() -> None:
    assert codes(inventory_of("- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n")) == ["NV202"]


def unsupported(inventory: Inventory) -> Unsupported:
    (found,) = inventory.cluster.unsupported
    return found


@pytest.mark.parametrize(
    ("api_version", "kind", "allow", "deny", "namespace"),
    [
        ("cilium.io/v2", "CiliumNetworkPolicy", True, True, "shop"),
        ("cilium.io/v2", "CiliumClusterwideNetworkPolicy", True, True, None),
        ("cilium.io/v2", "CiliumSomethingNew", True, True, None),
        ("projectcalico.org/v3", "NetworkPolicy", True, True, "shop"),
        ("crd.projectcalico.org/v1", "GlobalNetworkPolicy", True, True, None),
        ("security.istio.io/v1", "AuthorizationPolicy", False, True, "shop"),
        ("networking.istio.io/v1", "ServiceEntry", False, True, None),
        ("k8s.ovn.org/v1", "EgressFirewall", False, True, "shop"),
        ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", True, True, "shop"),
        ("example.com/v1", "TrafficPolicy", True, True, None),
        ("argoproj.io/v1alpha1", "Workflow", False, False, "shop"),
        ("example.com/v1", "Dashboard", False, False, None),
    ],
)
def test_a_kind_that_is_not_modelled_is_loud_and_says_what_it_may_do(
    api_version: str, kind: str, allow: bool, deny: bool, namespace: str | None
) -> None:
    text = f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x, namespace: shop}}\n"
    inventory = inventory_of(text)
    found = unsupported(inventory)
    assert (found.may_allow, found.may_deny, found.namespace) == (allow, deny, namespace)
    assert (found.kind, found.name, str(found.origin)) == (kind, "x", "all.yaml:1:1")
    assert codes(inventory) in (["NV203"], ["NV204"])
    assert inventory.coverage.unsupported == {kind: 1}


@pytest.mark.parametrize(("inner", "matters"), [("NetworkPolicy", True), ("Deployment", False)])
def test_an_unknown_kind_matters_if_a_policy_is_written_inside_it(inner: str, matters: bool) -> None:
    group = {"NetworkPolicy": "networking.k8s.io", "Deployment": "apps"}[inner]
    inventory = inventory_of(f"""\
        apiVersion: template.openshift.io/v1
        kind: Template
        metadata: {{name: t, namespace: shop}}
        objects:
        - {{apiVersion: {group}/v1, kind: {inner}, metadata: {{name: x}}, spec: {{}}}}
        """)
    (template,) = inventory.cluster.unsupported
    assert (template.may_allow, template.may_deny) == (matters, matters)
    assert (template.namespace, template.makes_pods) == (None, not matters)
    assert codes(inventory) == ["NV203" if matters else "NV204"]


def test_an_istio_policy_in_the_root_namespace_applies_everywhere() -> None:
    text = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: x, namespace: istio-system}\n"
    assert unsupported(inventory_of(text)).namespace is None


@pytest.mark.parametrize(("rule", "effect"), [("validate", False), ("generate", True), ("mutate", True)])
def test_a_kyverno_policy_matters_only_if_it_makes_or_changes_objects(rule: str, effect: bool) -> None:
    text = (
        f"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: x}}\nspec: {{rules: [{{{rule}: {{}}}}]}}\n"
    )
    inventory = inventory_of(text)
    assert [one.may_allow for one in inventory.cluster.unsupported] == ([True] if effect else [])
    assert inventory.coverage.irrelevant == ({} if effect else {"ClusterPolicy": 1})


def test_a_mesh_that_only_narrows_is_an_approximation_that_names_its_place() -> None:
    one = "---\napiVersion: access.smi-spec.io/v1alpha3\nkind: TrafficTarget\nmetadata: {name: x, namespace: shop}\n"
    inventory = inventory_of(one + one)
    assert inventory.cluster.unsupported == ()
    assert inventory.coverage.approximated == {"TrafficTarget": 2}
    (sentence,) = inventory.approximations
    assert sentence == (
        "a service mesh that enforces SMI TrafficTarget (2 objects, the first at all.yaml:2:1) may refuse connections "
        "that are allowed here"
    )


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "ConfigMap"),
        ("v1", "ConfigMapList"),
        ("networking.k8s.io/v1", "ServiceCIDR"),
        ("gateway.networking.k8s.io/v1", "BackendTLSPolicy"),
        ("rbac.authorization.k8s.io/v1beta1", "RoleList"),
        ("cert-manager.io/v1", "Certificate"),
        ("projectcalico.org/v3", "StagedNetworkPolicy"),
    ],
)
def test_an_irrelevant_kind_can_be_dropped_unread(api_version: str, kind: str) -> None:
    assert is_irrelevant(api_version, kind)


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "List", KindClass.LIST),
        ("networking.k8s.io/v1", "NetworkPolicyList", KindClass.LIST),
        ("cilium.io/v2", "CiliumNetworkPolicyList", KindClass.LIST),
        ("networking.k8s.io/v1", "IngressList", KindClass.LIST),
        ("networking.k8s.io/v1", "IngressClass", KindClass.MODELLED),
        ("networking.k8s.io/v1beta1", "Ingress", KindClass.NO_SUCH_KIND),
        ("extensions/v1beta1", "Ingress", KindClass.NO_SUCH_KIND),
        ("example.com/v1", "List", KindClass.NO_SUCH_KIND),
        ("networking.k8s.io/v1", "NetworkPolicy", KindClass.MODELLED),
        ("crd.projectcalico.org/v1", "NetworkPolicy", KindClass.UNSUPPORTED),
        ("example.com/v1", "Widget", KindClass.UNKNOWN),
        ("example.com/v1", "WidgetPolicy", KindClass.POLICY_LIKE),
    ],
)
def test_kinds_fall_into_their_classes(api_version: str, kind: str, expected: KindClass) -> None:
    assert classify(api_version, kind).kind_class is expected


def total(coverage: Coverage) -> int:
    counts = (coverage.modelled, coverage.irrelevant, coverage.approximated, coverage.unsupported)
    return sum(sum(count.values()) for count in counts) + coverage.not_manifests + len(coverage.unread)


def test_every_document_is_exactly_one_count() -> None:
    text = "".join(
        [
            pod(),
            pod("broken").replace("containers", "container"),
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
            "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
            "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n",
            "---\napiVersion: access.smi-spec.io/v1alpha3\nkind: TrafficTarget\nmetadata: {name: x}\n",
            "---\nreplicaCount: 3\n",
            "---\napiVersion: v2\nname: chart\n",
            "---\nkind: NetworkPolicy\n",
            "---\napiVersion: v1\nkind: List\nitems: []\n",
            "---\napiVersion: v1\nkind: List\nitems: {}\n",
        ]
    )
    coverage = inventory_of(text).coverage
    assert coverage.documents == total(coverage) == 11
    assert coverage.modelled == {"Namespace": 1, "Pod": 1}
    assert coverage.irrelevant == {"List": 1, "Secret": 1}
    assert coverage.not_manifests == 1
    assert len(coverage.unread) == 4


@pytest.mark.parametrize("part", ["apiVersion: networking.k8s.io/v1\n", "spec: {podSelector: {}, ingress: [{}]}\n"])
def test_a_part_of_an_object_beside_objects_is_refused(part: str) -> None:
    """A server takes no such document, and what is missing of it may be a policy: output that was cut off ends so."""
    there = inventory_of(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: a}}\n---\n{part}")
    assert codes(there) == ["NV202"]
    assert len(there.coverage.unread) == 1
    alone = inventory_of(part)
    assert (codes(alone), alone.coverage.not_manifests) == ([], 1)


def test_documents_that_were_dropped_before_are_in_the_account() -> None:
    assert build_inventory((), dropped={"ConfigMap": 4}).coverage == Coverage(documents=4, irrelevant={"ConfigMap": 4})
