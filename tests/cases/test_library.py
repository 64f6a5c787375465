"""The library: what is read and refused, and when each assertion holds."""

import io
import sys

import pytest

import netverify
from netverify import FailedAssertionError, InDoubtError, InputError, Protocol, SentenceError, Verdict, read

CLOSED = """
{apiVersion: v1, kind: Namespace, metadata: {name: a}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pg, namespace: b, labels: {app: pg}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-web, namespace: b}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}
          podSelector: {matchLabels: {app: web}}
      ports: [{port: 5432}]
"""
WEB = "pods app=web in namespace a"
NOT_MODELLED = """
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: extra, namespace: b}
spec: {endpointSelector: {}}
"""
REFUSED = (
    "{apiVersion: v1, kind: Pod, metadata: {name: UPPER, namespace: b}, spec: {containers: [{name: c, image: i}]}}"
)
TEMPLATE = "kind: Pod\nmetadata: {{ .Values.metadata }}\n"


def cluster_of(*texts, **options):
    return read(texts={f"{number}.yaml": text for number, text in enumerate(texts)}, **options)


ASSERTIONS = {
    "reachable": (("assert_reachable", "can a/web reach b/pg:5432"), ("assert_reachable", "can a/web reach b/pg:80")),
    "unreachable": (
        ("assert_unreachable", "can any pod outside namespace a reach b/pg"),
        ("assert_unreachable", "can namespace a reach b/pg"),
    ),
    "only reachable from": (
        ("assert_only_reachable_from", "b/pg", WEB),
        ("assert_only_reachable_from", "b/pg", "a/web"),
    ),
    "only reachable from, by port": (
        ("assert_only_reachable_from", "b/pg:80"),
        ("assert_only_reachable_from", "b/pg:5432"),
    ),
    "only reaches": (("assert_only_reaches", "namespace b"), ("assert_only_reaches", "namespace a", "namespace a")),
}


def call(cluster, assertion):
    name, *arguments = assertion
    getattr(cluster, name)(*arguments)


@pytest.mark.parametrize(("holding", "failing"), ASSERTIONS.values(), ids=ASSERTIONS)
def test_an_assertion_holds_or_fails_with_what_the_command_line_says(holding, failing):
    cluster = cluster_of(CLOSED)
    call(cluster, holding)
    with pytest.raises(FailedAssertionError) as failed:
        call(cluster, failing)
    headline, _, text = str(failed.value).partition("\n")
    assert headline.startswith("expected ")
    assert f"{text}\n" == cluster.text(failed.value.answer)


@pytest.mark.parametrize("assertion", [one for pair in ASSERTIONS.values() for one in pair], ids=str)
def test_every_assertion_fails_where_an_input_is_missing_and_says_so(assertion):
    cluster = cluster_of(CLOSED, REFUSED, allow_incomplete=True)
    with pytest.raises(FailedAssertionError, match=r"because .*1\.yaml") as failed:
        call(cluster, assertion)
    assert failed.value.answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("assertion", [holding for holding, _ in ASSERTIONS.values()], ids=str)
def test_an_assertion_that_an_object_could_change_fails(assertion):
    with pytest.raises(FailedAssertionError, match="CiliumNetworkPolicy b/extra") as failed:
        call(cluster_of(CLOSED, NOT_MODELLED), assertion)
    assert failed.value.answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "assertion",
    [
        ("assert_reachable", "can a/web reach a/web"),
        ("assert_unreachable", "can pods app=web,app=db reach b/pg"),
        ("assert_only_reachable_from", "pods app=web,app=db"),
        ("assert_only_reachable_from", "b/pg", "any pod", "0.0.0.0/0", "::/0"),
        ("assert_only_reaches", "pods app=web,app=db", "b/pg"),
        ("assert_isolated", "pods app=web,app=db"),
    ],
    ids=str,
)
def test_an_assertion_about_nobody_fails(assertion):
    with pytest.raises(FailedAssertionError, match="VACUOUS") as failed:
        call(cluster_of(CLOSED), assertion)
    assert failed.value.answer.verdict is Verdict.VACUOUS


def test_what_only_pods_to_be_created_reach_is_reachable_only_where_they_count():
    cluster = cluster_of(CLOSED)
    sentence = "can pods app=web,new=yes in namespace a reach b/pg:5432"
    cluster.assert_reachable(sentence, possible=True)
    with pytest.raises(FailedAssertionError, match="expected reachable by existing pods"):
        cluster.assert_reachable(sentence)


def test_a_namespace_is_isolated_iff_nothing_crosses_its_border_either_way():
    policy = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: own, namespace: b}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {}}]}]
  egress: [{to: [{podSelector: {}}]}]
"""
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: pg, namespace: b}, spec: {containers: [{name: c, image: i}]}}"
    cluster_of(policy, pod).assert_isolated("namespace b")
    for opened in ("ingress: [{}]", "egress: [{}]"):
        direction = opened.partition(":")[0]
        lines = [f"  {opened}" if line.startswith(f"  {direction}:") else line for line in policy.splitlines()]
        with pytest.raises(FailedAssertionError, match="REACHABLE"):
            cluster_of("\n".join(lines), pod).assert_isolated("namespace b")


def test_a_mistake_in_a_sentence_keeps_its_place_and_is_pointed_at():
    cluster = cluster_of(CLOSED)
    for mistaken in (cluster.ask, cluster.assert_reachable, cluster.assert_unreachable):
        with pytest.raises(SentenceError) as raised:
            mistaken("can namespace a reach b/gp:5432")
        assert (raised.value.start, raised.value.end, raised.value.help) == (22, 26, "did you mean `b/pg`?")
        assert raised.value.__notes__[0].splitlines()[3] == "  |                       ^^^^"


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        (("assert_reachable", "who can reach b/pg"), "only `can SOURCE reach TARGET` can be asserted"),
        (("assert_only_reachable_from", "b/pg", "a/web:80"), "only the target of who may reach it has a port"),
        (("assert_only_reachable_from", "b/pg", "a/web or b/pg"), "the endpoint should end before `or`"),
        (("assert_only_reaches", "b/gp"), "no manifest holds a workload or Service `b/gp`"),
        (("assert_isolated", ""), "the destination is missing: found the end"),
    ],
    ids=str,
)
def test_what_cannot_be_asserted_is_a_mistake_in_a_sentence(assertion, message):
    with pytest.raises(SentenceError) as raised:
        call(cluster_of(CLOSED), assertion)
    assert str(raised.value).startswith(message)


def test_a_refused_input_is_an_error_with_every_finding():
    with pytest.raises(InputError, match=r"1\.yaml") as raised:
        cluster_of(CLOSED, REFUSED)
    assert [one.severity for one in raised.value.diagnostics] == [netverify.Severity.ERROR]
    with pytest.raises(InputError, match="no such file"):
        read("nowhere.yaml")
    with pytest.raises(InputError, match="nothing to read"):
        read()


def test_a_template_is_refused_unless_it_is_left_out_on_purpose():
    with pytest.raises(InputError, match="`leave_out_templates=True` leaves templates out"):
        cluster_of(CLOSED, TEMPLATE)
    cluster_of(CLOSED, TEMPLATE, leave_out_templates=True).assert_unreachable("can internet reach b/pg")
    with pytest.raises(FailedAssertionError, match="UNKNOWN"):
        cluster_of(CLOSED, TEMPLATE, allow_incomplete=True).assert_unreachable("can internet reach b/pg")


@pytest.mark.parametrize("options", [{"cni": "clium"}, {"assume": "endport-suported=true"}, {"assume": "pod-cidr=x"}])
def test_what_cannot_be_assumed_is_an_error(options):
    with pytest.raises(netverify.AssumptionError):
        cluster_of(CLOSED, **options)


def test_a_map_names_its_ends_and_says_when_it_may_be_wrong():
    (connection,) = cluster_of(CLOSED).map(pods_only=True, destination="b/pg").connections()
    assert (connection.source.id, connection.destination.id) == ("a/web[Pod]", "b/pg[Pod]")
    assert {key: str(ports) for key, ports in connection.allowed.items()} == {Protocol.TCP: "5432"}
    for doubtful, options in ((cluster_of(CLOSED, NOT_MODELLED), {}), (cluster_of(CLOSED), {"focus": "pods a=b,a=c"})):
        with pytest.raises(InDoubtError) as raised:
            doubtful.map(**options)
        assert raised.value.reasons == doubtful.map(**options, allow_doubt=True).doubts != ()


def test_reading_does_not_touch_standard_input_unless_it_is_named(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("nobody reads this"))
    assert cluster_of(CLOSED).coverage.documents == 5


def test_all_pods_are_not_asserted_to_be_reachable_where_one_suffices():
    cluster = cluster_of("{apiVersion: v1, kind: Namespace, metadata: {name: a}}")
    with pytest.raises(SentenceError, match="at least one can connect, not `all`"):
        cluster.assert_reachable("can all pods reach any pod")
