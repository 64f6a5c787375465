"""Which side a doubt of a comparison is about, and whose labels a namespace has on the other side."""

from types import SimpleNamespace

import pytest

from cases.test_comparison import NAMESPACES, context, pod, policy
from netverify.answers.settings import Settings
from netverify.diff.changes import ChangedWorkload, Changes
from netverify.diff.compare import compare
from netverify.diff.sides import Translation, aligned
from netverify.model.addresses import parse_address
from netverify.model.cluster import ContainerPort, Namespace, Workload, WorkloadKey
from netverify.model.flow import Direction, End, Flow, Pod
from netverify.model.traffic import Protocol

PLAIN = (NAMESPACES, pod("pg", {"app": "pg"}))
DENIES = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: x, namespace: b}\nspec: {}\n"
ALLOWS = (
    "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: x, namespace: b}\nspec: {}\n"
)
CLOSED = policy("{podSelector: {}, policyTypes: [Ingress]}")


def certainties(old, new):
    found = compare(context("old.yaml", old, Settings()), context("new.yaml", new, Settings()))
    return found.new_access.value, found.lost_access.value


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((*PLAIN, DENIES), PLAIN, ("unknown", "no")),
        (PLAIN, (*PLAIN, DENIES), ("no", "unknown")),
        ((*PLAIN, ALLOWS), PLAIN, ("no", "unknown")),
        (PLAIN, (*PLAIN, ALLOWS), ("unknown", "no")),
        (PLAIN, PLAIN, ("no", "no")),
        ((*PLAIN, CLOSED), PLAIN, ("yes", "no")),
        (PLAIN, (*PLAIN, CLOSED), ("no", "yes")),
    ],
    ids=["denied before", "denies now", "allowed before", "allows now", "the same", "opened", "closed"],
)
def test_what_is_not_modelled_on_one_side_leaves_open_what_it_may_change(old, new, expected):
    assert certainties(old, new) == expected


def test_both_sides_are_compared_under_the_settings_of_the_new_one():
    old, new = (context("x.yaml", PLAIN, Settings(cni=name)) for name in ("cilium", "calico"))
    assert aligned(old, new).settings is new.settings


def flow(**labels):
    here = Pod("a", labels, {}, parse_address("10.0.0.1"))
    there = Pod("b", {}, {}, parse_address("10.0.0.2"))
    return Flow(here, there, Protocol.TCP, 80)


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ({"a": Namespace("a", {"team": "here"}, declared=True)}, {}, "other"),
        ({}, {"a": Namespace("a", {"team": "there"}, declared=True)}, "there"),
        ({"a": Namespace("a", {}, declared=True)}, {"a": Namespace("a", {"team": "there"}, declared=True)}, "there"),
        ({}, {"a": Namespace("a", {"team": "there"}, declared=False)}, "seen"),
        ({"a": Namespace("a", {"team": "here"}, declared=False)}, {}, "seen"),
        ({}, {}, "seen"),
    ],
)
def test_labels_of_a_namespace_are_those_of_the_side_that_declares_it(here, there, expected):
    """*Where only this side declares them, what the other flow has; where neither does, the same.*"""
    translation = Translation(flow(team="seen"), flow(team="other"), here, there)
    assert dict(translation.of(flow(team="seen")).source.namespace_labels) == {"team": expected}


def workload(labels=None, **more):
    return Workload(WorkloadKey("a", "web", "Pod"), labels or {}, **more)


PORTS = (ContainerPort(80, Protocol.TCP, "http"),)


@pytest.mark.parametrize(
    ("old", "new", "is_seen"),
    [
        (workload(), workload(), False),
        (workload(), workload(host_network=True), True),
        (workload(host_network=True), workload(host_network=True), False),
        (workload(), workload(single=True), True),
        (workload({"app": "x"}), workload({"app": "y"}), True),
        (workload({"other": "x"}), workload({"other": "y"}), False),
        (workload(open_labels={"app": ("x",)}), workload(open_labels={"app": ("y",)}), True),
        (workload(open_labels={"app": None}), workload(), True),
        (workload(open_labels={"other": None}), workload(), False),
        (workload(), workload(ports=PORTS), False),
    ],
)
def test_a_changed_workload_is_seen_by_policies_that_mention_what_changed(old, new, is_seen):
    """*What became of it* as the other end of a connection; what no policy mentions changes nothing for anybody."""
    labels = {End.SOURCE: {"app"}, End.DESTINATION: {"app"}}
    for names, with_ports in ((set(), is_seen), ({"http"}, is_seen or old.ports != new.ports)):
        mentions = SimpleNamespace(port_names=names, pod_labels=labels)
        for one, other in ((old, new), (new, old)):
            changed = ChangedWorkload(one, other, "something")
            assert Changes._sees(mentions, Direction.INGRESS, changed) is with_ports
