"""Findings about policies: each page's example is found wanting for just that reason, and near it nothing is."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from netverify.codes import CODES
from netverify.diagnostics import Severity
from netverify.model.behaviours import CNI_PROFILES, Behaviour
from netverify.sources.inventory import read_inventory
from netverify.verify import Settings, Verifier

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOLD = {"NV637": Settings(cni="weave", behaviours=CNI_PROFILES["weave"])}
"""What some findings need to be known of the cluster."""
CODES_OF_POLICIES = [code for code in CODES if "NV620" <= code < "NV700"]


def examples(code):
    """The manifests that are found wanting, and those to use instead."""
    parts = re.split(r"^## (.*)$", (PAGES / f"{code}.md").read_text(), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    (example,) = BLOCK.findall(sections["Example"])
    (remedy,) = BLOCK.findall(sections["Use instead"])
    return example, remedy


def findings(text, settings=None):
    """The findings about a file that holds ``text``."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "manifests.yaml"
        file.write_text(text)
        inventory = read_inventory([str(file)])
        assert not inventory.has_errors
        return Verifier(inventory, settings).lint(frozenset(CODES_OF_POLICIES)).findings


def codes(text, settings=None):
    return {finding.code for finding in findings(text, settings)}


@pytest.mark.parametrize("code", CODES_OF_POLICIES)
def test_the_example_of_a_policy_finding_gives_it_and_the_remedy_gives_none(code):
    example, remedy = examples(code)
    assert code in codes(example, TOLD.get(code))
    assert codes(remedy, TOLD.get(code)) == set()


@pytest.mark.parametrize("code", CODES_OF_POLICIES)
def test_a_finding_about_a_policy_says_where_and_is_one_line_without_a_full_stop(code):
    for finding in findings(examples(code)[0], TOLD.get(code)):
        assert finding.origin.line
        assert "\n" not in finding.message
        assert not finding.message.endswith(".")
        assert not finding.help.endswith(".")


def changed(code, *replacements):
    """The example of ``code`` with texts replaced, each of which must be there."""
    text = examples(code)[0]
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def only(text, code):
    """The finding of ``code`` about ``text``, of which there is one."""
    (finding,) = [one for one in findings(text) if one.code == code]
    return finding


def test_a_label_that_is_nearly_there_is_suggested():
    assert only(examples("NV620")[0], "NV620").help == "did you mean `app=frontend`?"


def test_a_value_that_stands_under_another_key_is_suggested():
    text = changed("NV620", ("{app: frontend}", "{app.kubernetes.io/name: web}"), ("app: fronted", "app: web"))
    assert only(text, "NV620").help == "did you mean `app.kubernetes.io/name=web`?"


def test_a_namespace_without_pods_in_the_manifests_may_have_any():
    assert codes(examples("NV620")[0].partition("---\n")[2]) == set()


def test_a_policy_without_a_namespace_is_found_where_its_pods_are_elsewhere():
    """ObjectMeta.namespace: "An empty namespace is equivalent to the "default" namespace"."""
    misplaced = changed(
        "NV620", ("{name: web, namespace: shop}\nspec: {podSelector", "{name: web}\nspec: {podSelector")
    )
    found = only(misplaced.replace("app: fronted", "app: frontend"), "NV620")
    assert found.message == (
        "NetworkPolicy `default/web` selects no pod: the manifests have no pods in `default`, and those with labels "
        "`app=frontend` are in `shop`"
    )
    assert found.help == "write `namespace: shop` into its metadata"
    assert "NV620" not in codes(misplaced)


def test_a_label_that_a_controller_sets_may_have_any_value():
    assert "NV620" not in codes(changed("NV620", ("app: fronted", "pod-template-hash: abc")))


def test_policies_that_differ_in_the_order_of_their_rules_say_the_same():
    rules = "[{ports: [{port: 8080}]}]"
    more, other_order = "[{ports: [{port: 1}]}, {ports: [{port: 2}]}]", "[{ports: [{port: 2}]}, {ports: [{port: 1}]}]"
    first, second = examples("NV631")[0].split("---\n")
    text = f"{first.replace(rules, more)}---\n{second.replace(rules, other_order)}"
    assert only(text, "NV631").severity is Severity.WARNING


def test_policies_of_two_namespaces_never_repeat_each_other():
    assert "NV631" not in codes(changed("NV631", ("name: api, namespace: shop", "name: api, namespace: other")))


def test_a_value_that_differs_in_a_short_word_or_a_number_is_another_thing():
    for written, there in (("team-a", "team-b"), ("web1", "web2"), ("api", "app"), ("backend", "frontend")):
        text = changed("NV620", ("app: frontend", f"app: {there}"), ("app: fronted", f"app: {written}"))
        assert not only(text, "NV620").help.startswith("did you mean")


def test_an_input_that_was_refused_makes_a_missing_pod_a_note():
    text = f"{examples('NV620')[0]}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: broken}}\nspec: {{}}\n"
    inventory = read_inventory([], texts={"case.yaml": text.encode()})
    assert inventory.has_errors
    found = [one for one in Verifier(inventory).lint(frozenset(["NV620"])).findings if one.code == "NV620"]
    assert [one.severity for one in found] == [Severity.NOTE]


def test_a_peer_of_its_own_namespace_that_is_elsewhere_gets_the_advice_to_say_where():
    assert "add a `namespaceSelector`" in only(examples("NV621")[0], "NV621").help


def test_a_peer_is_placed_at_its_selector():
    assert only(examples("NV621")[0], "NV621").origin.line == 18
    assert only(examples("NV634")[0], "NV634").origin.line == 7


def test_peers_in_a_namespace_without_pods_in_the_manifests_may_be_there():
    text = changed(
        "NV621",
        (
            "- podSelector: ",
            "- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ci}}\n          podSelector: ",
        ),
    )
    assert codes(text) == set()


def test_peers_in_any_namespace_may_be_outside_the_manifests():
    text = changed(
        "NV621",
        (
            "- podSelector: {matchLabels: {app: prometheus}}",
            "- namespaceSelector: {}\n          podSelector: {matchLabels: {app: other}}",
        ),
    )
    assert codes(text) == set()


def test_a_namespace_of_another_repository_may_have_any_labels():
    text = changed("NV622", ("{name: monitoring}}\n      ports", "{component: ingress-controllers}}\n      ports"))
    assert codes(text) == set()


def test_labels_that_no_namespace_of_a_whole_cluster_has_are_nowhere():
    whole = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system}\n---\n"
    text = changed("NV622", ("{name: monitoring}}\n      ports", "{component: ingress-controllers}}\n      ports"))
    assert only(f"{whole}{text}", "NV622").severity is Severity.WARNING


def test_the_name_of_a_namespace_that_is_misspelt_is_suggested():
    text = changed(
        "NV622", ("{matchLabels: {name: monitoring}}", "{matchLabels: {kubernetes.io/metadata.name: montoring}}")
    )
    assert only(text, "NV622").help == "did you mean `monitoring`?"


def test_the_name_of_a_namespace_that_the_manifests_lack_is_no_slip():
    text = changed(
        "NV622", ("{matchLabels: {name: monitoring}}", "{matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}")
    )
    assert codes(text) == set()


def test_two_peers_that_both_match_pods_are_two():
    own = "apiVersion: v1\nkind: Pod\nmetadata: {name: own, namespace: shop, labels: {app: tester}}\n"
    text = f"{examples('NV623')[0]}---\n{own}spec: {{containers: [{{name: a, image: a}}]}}\n"
    assert codes(text) == set()


def test_one_peer_whose_pods_are_at_home_was_likely_to_be_two():
    text = changed(
        "NV623",
        ("        - podSelector", "          podSelector"),
        ("name: tester, namespace: clients", "name: tester, namespace: shop"),
    )
    other = "apiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: clients, labels: {app: other}}\n"
    text = f"{text}---\n{other}spec: {{containers: [{{name: a, image: a}}]}}\n"
    assert codes(text) == set(), "the namespace of the policy may have that label itself"
    declared = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    assert codes(f"{text}---\n{declared}") == {"NV623"}


POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, %s}
"""


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("egress: []", [("NV624", Severity.WARNING)]),
        ("egress: [{ports: [{port: 443}]}]", [("NV624", Severity.NOTE)]),
        ("policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 80}]}]", [("NV624", Severity.NOTE)]),
        ("policyTypes: [Egress], ingress: [{ports: [{port: 80}]}]", [("NV624", Severity.WARNING)]),
        ("policyTypes: [Egress], egress: []", []),
        ("policyTypes: [Ingress, Egress]", []),
        ("policyTypes: [Ingress], ingress: []", []),
        ("ingress: [], egress: [{ports: [{port: 443}]}]", []),
        ("ingress: [{ports: [{port: 80}]}]", []),
        ("ingress: []", []),
    ],
)
def test_types_are_found_wanting_where_they_say_something_else_than_the_rules(spec, expected):
    assert [(one.code, one.severity) for one in findings(POLICY % spec)] == expected


def test_an_allow_all_without_a_default_deny_is_what_it_looks_like():
    assert "NV629" not in codes(POLICY % "ingress: [{}]")


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "0.0.0.0/0", "10.1.2.3/32", "8.0.0.0/7"])
def test_blocks_that_are_not_private_and_single_addresses_are_not_taken_for_pods(cidr):
    assert codes(POLICY % f"ingress: [{{from: [{{ipBlock: {{cidr: {cidr}}}}}]}}]") == set()


def test_what_a_block_matches_is_no_question_where_the_cni_is_known():
    settings = Settings(behaviours={Behaviour.IPBLOCK_MATCHES_PODS: False})
    assert findings(examples("NV630")[0], settings) == ()


def test_known_addresses_of_pods_decide_which_blocks_are_pods():
    block = POLICY % "ingress: [{from: [{ipBlock: {cidr: %s}}]}]"
    settings = Settings(pod_cidrs=("198.51.100.0/24",))
    assert findings(block % "10.0.0.0/8", settings) == ()
    assert [one.code for one in findings(block % "198.51.0.0/16", settings)] == ["NV630"]


def test_a_policy_that_selects_other_pods_than_those_on_the_host_network_is_of_use():
    other = "apiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: exporter}}\n"
    assert codes(f"{examples('NV632')[0]}---\n{other}spec: {{containers: [{{name: a, image: a}}]}}\n") == set()


def test_a_cni_that_polices_the_host_network_makes_such_a_policy_work():
    assert findings(examples("NV632")[0], Settings(behaviours={Behaviour.HOST_NETWORK_POLICED: True})) == ()


PEER_ON_HOST = """
apiVersion: v1
kind: Pod
metadata: {name: exporter, namespace: shop, labels: {app: exporter}}
spec: {hostNetwork: true, containers: [{name: exporter, image: exporter}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: exporter}}}]}]
"""
"""Source: "Network Policies": "NetworkPolicy behaviour for hostNetwork pods is undefined"; most plugins ignore them."""


def test_a_peer_that_is_all_on_the_host_network_is_told_with_what_to_write():
    (found,) = findings(PEER_ON_HOST)
    assert (found.code, found.origin.line) == ("NV632", 17)
    assert found.message.startswith(
        "peer 1 of ingress rule 1 of NetworkPolicy `shop/web` matches only pods on the host"
    )
    assert "ipBlock" in found.help


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hostNetwork: true, ", ""),
        ("labels: {app: web}", "labels: {app: web, kind: exporter}"),
        ("{podSelector: {matchLabels: {app: exporter}}}", "{podSelector: {}}"),
        ("{podSelector: {matchLabels: {app: exporter}}}", "{ipBlock: {cidr: 192.0.2.0/24}}"),
    ],
    ids=["not-on-the-host", "others-too", "every-pod", "by-address"],
)
def test_a_peer_that_is_not_only_on_the_host_network_gives_none(old, new):
    text = PEER_ON_HOST.replace(old, new)
    if "kind: exporter" in new:
        text = text.replace(
            "name: exporter, namespace: shop, labels: {app: exporter}",
            "name: e, namespace: shop, labels: {kind: exporter}",
        )
        text = text.replace("matchLabels: {app: exporter}", "matchLabels: {kind: exporter}")
    assert codes(text) == set()


def test_a_cni_that_polices_the_host_network_makes_such_a_peer_work():
    assert findings(PEER_ON_HOST, Settings(behaviours={Behaviour.HOST_NETWORK_POLICED: True})) == ()


FROM, PORTS = (
    "{from: [{podSelector: {matchLabels: {app: web}}}]}",
    "{ports: [{port: 80}, {port: 90, endPort: 99, protocol: UDP}]}",
)


@pytest.mark.parametrize("rules", [f"[{FROM}, {PORTS}]", f"[{PORTS}, {FROM}]"])
def test_peers_and_ports_in_two_rules_for_ingress_allow_more_than_one_rule(rules):
    found = only(POLICY % f"ingress: {rules}", "NV640")
    assert "everyone on 80/TCP, 90-99/UDP" in found.message
    assert found.secondary


@pytest.mark.parametrize(
    "spec",
    [
        f"ingress: [{FROM}, {PORTS}, {{from: [{{namespaceSelector: {{}}}}], ports: [{{port: 1}}]}}]",
        f"ingress: [{FROM}, {FROM}]",
        f"ingress: [{{from: [{{ipBlock: {{cidr: 0.0.0.0/0}}}}]}}, {PORTS}]",
        f"policyTypes: [Egress], egress: [{FROM.replace('from', 'to')}, {PORTS}]",
        f"policyTypes: [Egress], ingress: [{FROM}, {PORTS}]",
    ],
    ids=["three-rules", "only-peers", "peers-are-everyone", "egress", "not-listed"],
)
def test_rules_that_may_be_meant_apart_are_not_said_to_be_one(spec):
    assert "NV640" not in codes(POLICY % spec)


def test_a_port_name_that_some_of_the_pods_declare_is_right():
    other = "apiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop, labels: {app: dns}}\n"
    spec = "spec: {containers: [{name: a, image: a, ports: [{name: dns, containerPort: 53}]}]}\n"
    assert codes(f"{examples('NV633')[0]}---\n{other}{spec}") == set()


def test_a_port_name_for_another_protocol_gets_the_advice_to_name_it():
    assert only(examples("NV633")[0], "NV633").help == "the pods declare it for UDP: write `protocol: UDP`"


def test_a_port_name_towards_pods_that_the_manifests_lack_may_be_declared():
    text = changed(
        "NV633",
        (
            "ingress: [{ports",
            "policyTypes: [Egress]\n  egress: [{to: [{podSelector: {matchLabels: {app: none}}}], ports",
        ),
    )
    assert "NV633" not in codes(text)


@pytest.mark.parametrize(
    "rule", ["from: []", "from: null", "from: [{podSelector: {}}], ports: []", "from: , ports: [{port: 1}]"]
)
def test_an_empty_list_is_found_however_it_is_written(rule):
    assert codes(POLICY % f"ingress: [{{{rule}}}]") - {"NV625"} == {"NV634"}


@pytest.mark.parametrize("rule", ["", "ports: [{port: 1}]", "from: [{podSelector: {}}]"])
def test_a_missing_list_is_not_taken_for_an_empty_one(rule):
    assert codes(POLICY % f"ingress: [{{{rule}}}]") - {"NV625"} == set()


DENY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\n"


def test_an_isolation_that_another_policy_gives_as_well_is_only_noted():
    wide = examples("NV625")[0].partition("---\n")[0]
    denying = "spec: {podSelector: {}, policyTypes: [Ingress]}\n"
    found = only(f"{wide}---\n{DENY}{denying}", "NV625")
    assert (found.severity, found.secondary[0][1]) == (Severity.NOTE, "denies as much by itself")


def test_a_policy_that_allows_all_to_pods_that_nothing_isolates_is_only_noted():
    assert only(POLICY % "ingress: [{}]", "NV625").severity is Severity.NOTE


def test_what_makes_a_policy_or_a_rule_redundant_is_named():
    for code in ("NV625", "NV626"):
        assert [text for _, text in only(examples(code)[0], code).secondary] == ["allows as much by itself"]


def test_a_rule_that_only_several_others_cover_together_is_redundant_too():
    ranges = "{ports: [{port: 1, endPort: 5}]}, {ports: [{port: 6, endPort: 9}]}, {ports: [{port: 4, endPort: 7}]}"
    rules = f"ingress: [{ranges}]"
    assert "NV626" not in codes(POLICY % rules), "a plugin without endPort allows 4 by the third rule alone"
    settings = Settings(behaviours={Behaviour.ENDPORT_SUPPORTED: True})
    (found,) = findings(POLICY % rules, settings)
    assert (found.code, found.secondary) == ("NV626", ())


def test_a_rule_for_everyone_is_not_covered_by_rules_for_pods_and_addresses():
    """Nodes are neither: a plugin whose ipBlocks do not match nodes lets them in by the rule for everyone alone."""
    blocks = "{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}"
    rules = f"ingress: [{{from: [{{namespaceSelector: {{}}}}, {blocks}]}}, {{ports: [{{port: 80}}]}}]"
    assert "NV626" not in codes(POLICY % rules)


def test_a_peer_elsewhere_is_not_covered_by_one_at_home_where_their_namespaces_are_alike():
    names = "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [shop, other]}]}"
    both = f"ingress: [{{from: [{{podSelector: {{}}}}]}}, {{from: [{{namespaceSelector: {names}}}]}}]"
    declared = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"
    assert only((POLICY % both) + declared % "shop" + declared % "other", "NV626").message.startswith("ingress rule 1")


def test_two_policies_that_each_make_the_other_redundant_are_not_both_to_go():
    text = changed(
        "NV625", ("podSelector: {matchLabels: {app: web}}", "podSelector: {}"), ("name: web,", "name: also,")
    )
    text = text.replace(
        "[{podSelector: {matchLabels: {app: client}}}]", "[{podSelector: {matchExpressions: []}}]"
    ).replace("    ports: [{port: 8080}]\n", "")
    assert [one.code for one in findings(text)] == ["NV631"]


def test_removing_two_policies_that_depend_on_each_other_is_not_proposed():
    """One denies all, the other allows all: without the first nothing changes, and then not without the second."""
    spec = "spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}\n"
    text = f"{POLICY % 'ingress: [{}]'}---\n{DENY}{spec}"
    assert [one.message.partition(" is ")[0] for one in findings(text) if one.code == "NV625"] == [
        "NetworkPolicy `shop/deny`"
    ]


def test_policies_that_are_not_modelled_make_isolation_matter_by_itself():
    """A baseline that denies applies to pods that no NetworkPolicy isolates."""
    cilium = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: other, namespace: shop}\nspec: {}\n"
    assert "NV625" in codes(POLICY % "ingress: [{}]")
    assert "NV625" not in codes(f"{POLICY % 'ingress: [{}]'}---\n{cilium}")


def test_a_peer_that_names_a_namespace_with_other_labels_never_matches():
    labels = "{kubernetes.io/metadata.name: other, team: b}"
    rule = POLICY % f"ingress: [{{from: [{{namespaceSelector: {{matchLabels: {labels}}}}}]}}]"
    declared = "apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {team: a}}\n"
    assert codes(f"{rule}---\n{declared}") == {"NV627"}
    assert codes(f"{rule}---\n{declared.replace('team: a', 'team: b')}") == set()
    assert codes(rule) == set()


def test_one_peer_of_several_that_never_matches_is_named_by_its_number():
    rule = "ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9]}}]}]"
    assert only(POLICY % rule, "NV627").message.startswith("peer 2 of ingress rule 1")
