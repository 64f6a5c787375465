"""Which pods a policy selects, what it isolates, and how policies add up: rules A1 to A14 of NetworkPolicy.

Each case quotes its rule. Source: k8s.io/api ``networking/v1/types.go`` and "Network Policies" of the Kubernetes
documentation. An expectation holds for every CNI, unless it says which.
"""

import pytest

from agreement.pipeline import read_inventory
from netverify.answers.settings import Settings
from netverify.model.behaviours import Behaviour
from netverify.verify import ask

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: sales}}
---
apiVersion: v1
kind: Namespace
metadata: {name: office}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: office, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: office, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
---
"""


def policy(spec, name="policy", namespace="shop"):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec: {spec}
---
"""


def test_a1_a_policy_selects_pods_of_its_own_namespace_only(check):
    """A1: "selects the pods to which this NetworkPolicy object applies", "in this object's namespace"."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}}"),
        """
        office/web -> shop/db:5432: deny
        shop/web -> office/db:5432: allow
        shop/db -> shop/web:80: allow
        shop/web -> shop{app=db}:5432: deny
        shop/web -> office{app=db}:5432: allow
        """,
    )


def test_a1_an_empty_pod_selector_is_every_pod_of_the_namespace(check):
    """A1: "an empty selector matches all pods in the policy's namespace"."""
    check(
        PODS + policy("{podSelector: {}}"),
        """
        office/web -> shop/db:5432: deny
        office/web -> shop/web:80: deny
        office/web -> shop{}:80: deny
        shop/web -> office/web:80: allow
        """,
    )


def test_a1_a_missing_pod_selector_is_every_pod_too(check):
    """A1: an omitted selector is the empty one."""
    check(PODS + policy("{policyTypes: [Ingress]}"), "office/web -> shop/db:5432: deny")
    check(PODS + policy("{podSelector: null, policyTypes: [Ingress]}"), "office/web -> shop/db:5432: deny")


def test_a2_isolation_for_ingress_and_for_egress_are_independent(check):
    """A2: "there are two sorts of isolation for a pod: isolation for egress, and isolation for ingress"."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress]}"),
        """
        shop/db -> office/web:80: deny
        office/web -> shop/db:5432: allow
        """,
    )
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}"),
        """
        shop/db -> office/web:80: allow
        office/web -> shop/db:5432: deny
        """,
    )


def test_a2_a_pod_that_no_policy_selects_is_open(check):
    """A2: "by default, a pod is non-isolated"; "all outbound (inbound) connections are allowed"."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: nothing}}, policyTypes: [Ingress, Egress]}"),
        """
        office/web -> shop/db:5432: allow
        203.0.113.9 -> shop/db:5432: allow
        shop/db -> 203.0.113.9:443: allow
        """,
    )


def test_a3_policies_are_additive(check):
    """A3: "network policies do not conflict; they are additive"."""
    check(
        PODS
        + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 1}]}]}", name="one")
        + policy("{podSelector: {}, ingress: [{ports: [{port: 2}]}]}", name="two")
        + policy("{podSelector: {}}", name="deny"),
        """
        office/web -> shop/db:1: allow
        office/web -> shop/db:2: allow
        office/web -> shop/db:3: deny
        office/web -> shop/web:1: deny
        office/web -> shop/web:2: allow
        """,
    )


def test_a4_both_ends_must_allow_a_connection(check):
    """A4: "both the egress policy on the source pod and the ingress policy on the destination pod need to allow"."""
    both = policy("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 1}, {port: 2}]}]}", name="in")
    both += policy("{policyTypes: [Egress], egress: [{ports: [{port: 2}, {port: 3}]}]}", name="out", namespace="office")
    check(
        PODS + both,
        """
        office/web -> shop/db:1: deny
        office/web -> shop/db:2: allow
        office/web -> shop/db:3: deny
        office/web -> shop/web:3: allow
        shop/web -> shop/db:1: allow
        203.0.113.9 -> shop/db:1: allow
        office/web -> 203.0.113.9:3: allow
        office/web -> 203.0.113.9:1: deny
        """,
    )


def test_a5_without_policy_types_a_policy_is_for_ingress(check):
    """A5: "all policies (whether or not they contain an ingress section) are assumed to affect ingress"."""
    for types in ("", ", policyTypes: []", ", policyTypes: null", ", egress: []", ", egress: null"):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}" + types + "}"),
            """
            office/web -> shop/db:5432: deny
            shop/db -> office/web:80: allow
            """,
        )


def test_a5_without_policy_types_egress_rules_make_it_for_egress_too(check):
    """A5: "policies that contain an egress section are assumed to affect egress", and ingress as well."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, egress: [{ports: [{port: 80}]}]}"),
        """
        office/web -> shop/db:5432: deny
        shop/db -> office/web:80: allow
        shop/db -> office/web:81: deny
        """,
    )


def test_a6_rules_of_an_unlisted_direction_are_ignored_or_enforced_as_the_cni_does(check):
    """A6: "policyTypes: [Ingress]" with egress rules: ignored by the API; Cilium and Antrea enforce them."""
    check(
        PODS
        + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], ingress: [{ports: [{port: 1}]}]}"),
        """
        office/web -> shop/db:1: allow
        office/web -> shop/db:2: allow when !unlisted-rules-enforced
        office/web -> shop/db:2: deny when unlisted-rules-enforced
        shop/db -> office/web:1: deny
        """,
    )
    check(
        PODS
        + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], egress: [{ports: [{port: 1}]}]}"),
        """
        shop/db -> office/web:1: allow
        shop/db -> office/web:2: allow when !unlisted-rules-enforced
        shop/db -> office/web:2: deny when unlisted-rules-enforced
        """,
    )


def test_a6_an_unlisted_direction_without_rules_is_never_isolated(check):
    """A6: there is nothing to enforce in an empty list."""
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], egress: []}"),
        "shop/db -> office/web:80: allow",
    )


def test_a7_a_listed_direction_without_rules_allows_nothing(check):
    """A7: "if this field is empty then this NetworkPolicy does not allow any traffic"."""
    for written in ("", ", ingress: []", ", ingress: null"):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]" + written + "}"),
            """
            shop/web -> shop/db:5432: deny
            203.0.113.9 -> shop/db:5432: deny
            shop/db -> shop/web:80: deny
            shop/db -> 203.0.113.9:443: deny
            """,
        )


def test_a8_an_empty_rule_allows_everything(check):
    """A8: ``ingress: [{}]`` allows all; so does a null rule, which the API stores as ``{}``."""
    for rule in ("{}", "null", "{from: [], ports: []}", "{from: null, ports: null}"):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [" + rule + "]}"),
            """
            office/web -> shop/db:5432: allow
            office{} -> shop/db:1/UDP: allow
            203.0.113.9 -> shop/db:65535/SCTP: allow
            2001:db8::1 -> shop/db[fd00::7]:1: allow
            """,
        )


def test_a9_an_empty_from_is_everyone(check):
    """A9: "if this field is empty or missing, this rule matches all sources"."""
    for written in ("", "from: [], ", "from: null, "):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{" + written + "ports: [{port: 5432}]}]}"),
            """
            office/web -> shop/db:5432: allow
            203.0.113.9 -> shop/db:5432: allow
            office/web -> shop/db:5433: deny
            """,
        )


def test_a9_the_items_of_from_are_combined_with_or(check):
    """A9: "items in this list are combined using a logical OR operation"."""
    peers = "[{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 203.0.113.0/24}}]"
    check(
        PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: " + peers + "}]}"),
        """
        shop/web -> shop/db:5432: allow
        203.0.113.9 -> shop/db:5432: allow
        office/web -> shop/db:5432: deny
        198.51.100.1 -> shop/db:5432: deny
        """,
    )


def test_a10_empty_ports_are_all_ports_and_both_parts_of_a_rule_must_match(check):
    """A10: "traffic must match both ports and from"; empty or missing ports match "all ports"."""
    for written in ("", ", ports: []", ", ports: null"):
        check(
            PODS
            + policy(
                "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]" + written + "},"
                " {from: [{namespaceSelector: {}}], ports: [{port: 1}]}]}"
            ),
            """
            shop/web -> shop/db:9/UDP: allow
            office/web -> shop/db:1: allow
            office/web -> shop/db:9/UDP: deny
            203.0.113.9 -> shop/db:1: deny
            """,
        )


def test_a11_a_pod_selector_alone_means_the_namespace_of_the_policy(check):
    """A11: "otherwise it selects the pods matching podSelector in the policy's own namespace"."""
    check(
        PODS
        + policy(
            "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
        ),
        """
        shop/web -> shop/db:5432: allow
        office/web -> shop/db:5432: deny
        shop{app=web} -> shop/db:5432: allow
        office{app=web} -> shop/db:5432: deny
        """,
    )


def test_a11_a_namespace_selector_alone_means_all_pods_of_those_namespaces(check):
    """A11: "otherwise it selects all pods in the namespaces selected by namespaceSelector"."""
    peer = "{namespaceSelector: {matchLabels: {team: sales}}}"
    check(
        PODS + policy("{podSelector: {}, ingress: [{from: [" + peer + "]}]}", namespace="office"),
        """
        shop/web -> office/db:5432: allow
        shop/db -> office/db:5432: allow
        office/web -> office/db:5432: deny
        """,
    )


def test_a11_both_selectors_in_one_item_must_hold_together(check):
    """A11: "selects the pods matching podSelector in the namespaces selected by namespaceSelector"."""
    peer = "{namespaceSelector: {matchLabels: {team: sales}}, podSelector: {matchLabels: {app: web}}}"
    check(
        PODS + policy("{podSelector: {}, ingress: [{from: [" + peer + "]}]}", namespace="office"),
        """
        shop/web -> office/db:5432: allow
        shop/db -> office/db:5432: deny
        office/web -> office/db:5432: deny
        """,
    )


def test_a11_the_same_selectors_in_two_items_are_alternatives(check):
    """A11: a second hyphen makes a second peer, and its podSelector speaks of the policy's own namespace."""
    peers = "[{namespaceSelector: {matchLabels: {team: sales}}}, {podSelector: {matchLabels: {app: web}}}]"
    check(
        PODS + policy("{podSelector: {}, ingress: [{from: " + peers + "}]}", namespace="office"),
        """
        shop/web -> office/db:5432: allow
        shop/db -> office/db:5432: allow
        office/web -> office/db:5432: allow
        office{app=db} -> office/db:5432: deny
        """,
    )


def test_a11_present_but_empty_selectors_match_all_and_null_ones_are_absent(check):
    """A11: "an empty selector selects all namespaces"; null is not empty but "not specified"."""
    for peer in ("{namespaceSelector: {}}", "{namespaceSelector: {}, podSelector: null}"):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [" + peer + "]}]}"),
            "office/web -> shop/db:5432: allow",
        )
    for peer in ("{podSelector: {}}", "{podSelector: {}, namespaceSelector: null}"):
        check(
            PODS + policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [" + peer + "]}]}"),
            """
            shop/web -> shop/db:5432: allow
            office/web -> shop/db:5432: deny
            """,
        )


def test_a12_all_namespaces_means_pods_and_neither_external_addresses_nor_nodes(check):
    """A12: selectors select pods; ``namespaceSelector: {}`` is not the internet."""
    node_agent = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: office}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {hostNetwork: true, containers: [{name: c, image: i}]}
---
"""
    check(
        PODS + node_agent + policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"),
        """
        office/web -> shop/db:5432: allow
        203.0.113.9 -> shop/db:5432: deny
        office/agent@n1 -> shop/db@n2:5432: deny when !host-network-policed
        """,
    )


def test_a13_the_labels_of_a_workload_are_those_of_its_template(check):
    """A13: policies match the labels of pods, and a controller's own labels are not its pods'."""
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache, namespace: shop, labels: {app: db}}
spec:
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec: {containers: [{name: c, image: i}]}
---
"""
    check(
        PODS + deployment + policy("{podSelector: {matchLabels: {app: db}}}"),
        """
        shop/web -> shop/cache:80: allow
        shop/web -> shop/db:80: deny
        """,
    )
    check(PODS + deployment + policy("{podSelector: {matchLabels: {app: cache}}}"), "shop/web -> shop/cache:80: deny")


@pytest.mark.parametrize(
    ("requirement", "verdict"),
    [
        ("{key: pod-template-hash, operator: Exists}", "unreachable"),
        ("{key: pod-template-hash, operator: DoesNotExist}", "reachable"),
        ("{key: pod-template-hash, operator: In, values: [abc]}", "reachable"),
        ("{key: pod-template-hash, operator: NotIn, values: [abc]}", "reachable"),
    ],
)
def test_a13_pods_have_the_labels_that_their_controller_adds_with_a_value_that_nobody_knows_yet(requirement, verdict):
    """A13: a Deployment gives each pod a ``pod-template-hash``; whether a policy selects the pods may depend on it."""
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache, namespace: shop}
spec:
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec: {containers: [{name: c, image: i}]}
---
"""
    inventory = read_inventory(PODS + deployment + policy("{podSelector: {matchExpressions: [" + requirement + "]}}"))
    question = "can pod shop/web reach deployment shop/cache:80"
    assert ask(question, inventory, Settings({Behaviour.IDENTITY_LABELS_LEFT_OUT: False})).verdict == verdict
    # Cilium leaves the label out of what policies see, so that a plugin without a name may let the connection through.
    assert ask(question, inventory).verdict == "reachable"


def test_a14_a_pod_is_covered_as_a_whole(check):
    """A14: a policy is for the pod, whichever of its containers listens, init and sidecar containers included."""
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: sidecar, namespace: shop, labels: {app: sidecar}}
spec:
  initContainers: [{name: proxy, image: i, restartPolicy: Always, ports: [{containerPort: 15001}]}]
  containers: [{name: c, image: i, ports: [{containerPort: 80}]}]
---
"""
    check(
        PODS + pod + policy("{podSelector: {matchLabels: {app: sidecar}}}"),
        """
        shop/web -> shop/sidecar:80: deny
        shop/web -> shop/sidecar:15001: deny
        """,
    )
