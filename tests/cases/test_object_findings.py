"""What a reader is told about objects that a server would refuse: where, what, and what would have come of it."""

from __future__ import annotations

import textwrap

import pytest

from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.loader import load
from netverify.sources.coverage import Inventory
from netverify.sources.inventory import build_inventory

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
"""


def inventory_of(text: str) -> Inventory:
    loaded = load("web.yaml", textwrap.dedent(text).encode())
    assert loaded.diagnostics == ()
    return build_inventory(loaded.documents)


def policy(spec: str) -> str:
    return POLICY + textwrap.indent(textwrap.dedent(spec), "  ")


def only(text: str) -> Diagnostic:
    (finding,) = inventory_of(text).diagnostics
    return finding


def place(finding: Diagnostic) -> str:
    return str(finding.origin)


def test_a_finding_names_the_object_the_field_and_the_place() -> None:
    finding = only(policy("podSelector: {}\ningress:\n- ports:\n  - port: 70000\n"))
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        "NetworkPolicy `shop/web`: `spec.ingress[0].ports[0].port` must be between 1 and 65535, not `70000`"
    )
    assert place(finding) == "web.yaml:10:13"


def test_every_cause_of_one_object_is_reported() -> None:
    inventory = inventory_of(
        policy("""\
            podSelector: {matchLabels: {app: a b}}
            policyTypes: [ingress]
            egress:
            - ports: [{protocol: ICMP}, {port: "80"}]
              to: [{}, {ipBlock: {cidr: 10.0.0.1/8}}]
            """)
    )
    found = [finding.code for finding in inventory.diagnostics]
    assert found == ["NV224", "NV318", "NV301", "NV303", "NV308", "NV314"]


@pytest.mark.parametrize(
    ("spec", "field", "hint", "left"),
    [
        (
            "podSelector: {}\ningress:\n- to:\n  - podSelector: {}\n",
            "spec.ingress[0].to",
            "`to` belongs in a rule under `egress`",
            "the rule would allow traffic from everyone",
        ),
        (
            "podSelector: {}\ningress:\n- from:\n  - podSelector: {}\n  port: 80\n",
            "spec.ingress[0].port",
            "did you mean `ports`?",
            "the rule would allow every port",
        ),
        (
            "podSelector: {}\ningress:\n- from:\n  - podSelector: {}\n    ports: [{port: 80}]\n",
            "spec.ingress[0].from[0].ports",
            "`ports` belongs in a rule, beside `from` or `to`",
            "all that `podSelector` matches would be allowed",
        ),
        (
            "podSelector: {}\negress:\n- to:\n  - ipBlock: {cidr: 10.0.0.0/8}\n    except: [10.1.0.0/16]\n",
            "spec.egress[0].to[0].except",
            "`except` belongs in `ipBlock`",
            "all that `ipBlock` matches would be allowed",
        ),
        (
            "podSelector: {}\negress:\n- to:\n  - ipBlock: {cidr: 10.0.0.0/8, excepts: [10.1.0.0/16]}\n",
            "spec.egress[0].to[0].ipBlock.excepts",
            "did you mean `except`?",
            "nothing would be excepted from `cidr`",
        ),
        (
            "podSelector: {}\ningress:\n- from:\n  - matchLabels: {app: web}\n",
            "spec.ingress[0].from[0].matchLabels",
            "`matchLabels` belongs in `podSelector` or `namespaceSelector`",
            "an item that names no peer would be left, which is refused",
        ),
        (
            "podSelector: {app: web}\n",
            "spec.podSelector.app",
            "labels go under `matchLabels`: `matchLabels: {app: ...}`",
            "the selector would match everything",
        ),
        (
            "podSelector:\n  matchLabel: {app: web}\n",
            "spec.podSelector.matchLabel",
            "did you mean `matchLabels`?",
            "the selector would match everything",
        ),
        (
            "podSelectors: {matchLabels: {app: web}}\n",
            "spec.podSelectors",
            "did you mean `podSelector`?",
            "the policy would select every pod of its namespace",
        ),
        (
            "podSelector: {}\npolicytypes: [Egress]\n",
            "spec.policytypes",
            "did you mean `policyTypes`?",
            "`policyTypes` would be guessed from the rules",
        ),
    ],
)
def test_a_misplaced_field_says_where_it_belongs_and_what_would_be_left(
    spec: str, field: str, hint: str, left: str
) -> None:
    finding = only(policy(spec))
    assert finding.code == "NV300"
    assert finding.message == f"NetworkPolicy `shop/web`: `{field}` is not a field of the API"
    assert finding.help == f"{hint}; a server that does not validate strictly would drop it, and {left}"


def test_a_misplaced_field_is_shown_at_its_key() -> None:
    assert (
        place(only(policy("podSelector: {}\ningress:\n- from:\n  - podSelector: {}\n    ports: []\n")))
        == "web.yaml:11:7"
    )


def test_a_number_as_a_label_says_how_to_quote_it() -> None:
    finding = only(policy("podSelector:\n  matchLabels: {version: 1}\n"))
    assert (finding.code, place(finding)) == ("NV212", "web.yaml:8:28")
    assert finding.message.endswith("`spec.podSelector.matchLabels.version` must be a string, not the number `1`")
    assert finding.help == 'quote it: `"1"`'


def test_a_boolean_as_a_label_is_not_a_string() -> None:
    assert only(policy("podSelector:\n  matchLabels: {on: yes}\n")).message.endswith("not the boolean `true`")


def test_host_bits_come_with_the_network_that_may_be_meant() -> None:
    finding = only(policy("podSelector: {}\ningress:\n- from:\n  - ipBlock: {cidr: 192.168.1.5/24}\n"))
    assert finding.help == "write `192.168.1.0/24`"


def test_a_mapped_range_comes_with_its_ipv4_form() -> None:
    finding = only(policy('podSelector: {}\ningress:\n- from:\n  - ipBlock: {cidr: "::ffff:10.0.0.0/104"}\n'))
    assert (finding.code, finding.help) == ("NV313", "write `10.0.0.0/8`")


@pytest.mark.parametrize(
    ("written", "meant"), [("in", "In"), ("notin", "NotIn"), ("exists", "Exists"), ("NotExists", "DoesNotExist")]
)
def test_an_operator_in_another_case_gets_a_did_you_mean(written: str, meant: str) -> None:
    finding = next(
        finding
        for finding in inventory_of(
            policy(f"podSelector:\n  matchExpressions: [{{key: app, operator: {written}}}]\n")
        ).diagnostics
        if finding.code == "NV225"
    )
    assert finding.help == f"did you mean `{meant}`?"


@pytest.mark.parametrize(
    ("api_version", "kind", "advice"),
    [
        ("extensions/v1beta1", "NetworkPolicy", "write `apiVersion: networking.k8s.io/v1`"),
        ("v1", "NetworkPolicy", "write `apiVersion: networking.k8s.io/v1`"),
        ("networking.k8s.io/V1", "NetworkPolicy", "write `apiVersion: networking.k8s.io/v1`"),
        ("networking.k8s.io/v1beta1", "NetworkPolicy", "write `apiVersion: networking.k8s.io/v1`"),
        ("networking.k8.io/v1", "NetworkPolicy", "write `apiVersion: networking.k8s.io/v1`"),
        ("apps/v1beta2", "Deployment", "write `apiVersion: apps/v1`"),
        (
            "networking.k8s.io/v1",
            "Networkpolicy",
            "did you mean `kind: NetworkPolicy` with `apiVersion: networking.k8s.io/v1`?",
        ),
        ("apps/v1", "Deploymnet", "did you mean `kind: Deployment` with `apiVersion: apps/v1`?"),
        ("v1", "Gadget", "check `apiVersion` and `kind`; both are case-sensitive"),
    ],
)
def test_a_kind_that_no_server_has_is_an_error_that_says_which_may_be_meant(
    api_version: str, kind: str, advice: str
) -> None:
    inventory = inventory_of(f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: web\n")
    (finding,) = inventory.diagnostics
    assert (finding.code, finding.severity, finding.help) == ("NV201", Severity.ERROR, advice)
    assert place(finding) == "web.yaml:2:7"
    assert len(inventory.coverage.unread) == 1


def test_a_null_rule_is_warned_of_and_read_as_the_rule_that_allows_all() -> None:
    inventory = inventory_of(policy("podSelector: {}\ningress:\n-\n"))
    (finding,) = inventory.diagnostics
    assert (finding.code, finding.severity) == ("NV319", Severity.WARNING)
    (rule,) = inventory.cluster.network_policies[0].ingress
    assert (rule.peers, rule.ports) == ((), ())


def test_many_problems_of_one_object_are_cut_and_it_stays_refused() -> None:
    many = "\n".join(f"    k{number}: {number}" for number in range(500))
    inventory = inventory_of(policy(f"podSelector:\n  matchLabels:\n{many}\n"))
    assert len(inventory.diagnostics) == 101
    assert {finding.code for finding in inventory.diagnostics} == {"NV212", "NV213"}
    assert inventory.cluster.network_policies == ()


def test_an_error_after_many_warnings_still_refuses_the_object() -> None:
    nulls = "\n".join("-" for _ in range(200))
    inventory = inventory_of(policy(f"podSelector: {{}}\ningress:\n{nulls}\negress:\n- to: [{{}}]\n"))
    assert inventory.has_errors
    assert len(inventory.coverage.unread) == 1
    assert inventory.cluster.network_policies == ()


def test_a_very_long_name_is_cut_in_the_message() -> None:
    (finding,) = inventory_of(f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {'A' * 5000}\n").diagnostics[:1]
    assert len(finding.message) < 1000


def test_an_unknown_operator_is_one_of_several_errors_of_a_controller() -> None:
    inventory = inventory_of("""\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: UPPER, namespace: shop}
        spec:
          selector: {matchExpressions: [{key: a, operator: Is}]}
          template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
        """)
    assert [finding.code for finding in inventory.diagnostics] == ["NV222", "NV225"]
