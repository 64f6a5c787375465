"""Manifests that the program writes, against the schemas of Kubernetes and against its own reading."""

from __future__ import annotations

from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netverify.documents.loader import load
from netverify.model.addresses import Address
from netverify.model.cluster import Cluster, ContainerPort
from netverify.model.flow import Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import Protocol
from netverify.query.outcome import Answer, Scope, Verdict, Witness
from netverify.report.counterexample import render_counterexample
from netverify.sources.inventory import build_inventory
from oracles import published_schemas

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = sorted((ROOT / "tests" / "golden" / "reports").glob("*.yaml"))
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*/**/*.yaml") if "gitops" not in path.parts)
"""Without intents, and without the objects of Flux and Argo CD, of which there are no schemas."""


WITHOUT_SCHEMA = "policy.networking.k8s.io/"
"""Policies for the whole cluster are of a CRD: the published schemas are of the kinds that Kubernetes has built in."""


def validate(text: str) -> int:
    """How many documents ``text`` has; raises when one of a kind with a schema has not the shape of its kind."""
    documents = [document for document in yaml.safe_load_all(text) if document is not None]
    for document in documents:
        if document["apiVersion"].startswith(WITHOUT_SCHEMA):
            continue
        published_schemas.validate(document)
    return len(documents)


def test_the_schemas_refuse_what_is_no_pod() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        validate("{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {container: []}}")


def test_the_counterexamples_that_were_reviewed_have_the_shape_of_their_kinds() -> None:
    assert sum(validate(path.read_text()) for path in WRITTEN) >= 5


def test_the_examples_have_the_shape_of_their_kinds() -> None:
    assert sum(validate(path.read_text()) for path in EXAMPLES) >= 10


names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
keys = st.from_regex(r"([a-z]{1,5}\.[a-z]{1,5}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)
values = st.from_regex(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?)?", fullmatch=True)
values |= st.sampled_from(("true", "null", "on", "y", "1", "1e3", "0x1F", "1.0", "2024-01-01", "1_0"))
labels = st.dictionaries(keys | st.sampled_from(("y", "on", "null", "1", "true")), values, max_size=3)
ports = st.lists(
    st.builds(ContainerPort, st.integers(1, 65535), st.sampled_from(Protocol), st.sampled_from(("", "http", "a-1"))),
    max_size=2,
    unique_by=(lambda port: (port.number, port.protocol), lambda port: port.name or port.number),
).map(tuple)


@st.composite
def possible_pods(draw):
    namespace = draw(names)
    namespace_labels = {**draw(labels), NAMESPACE_NAME_LABEL: namespace}
    address = Address(4, draw(st.integers(0, 2**32 - 1)))
    return Pod(namespace, namespace_labels, draw(labels), address, draw(ports), draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(possible_pods(), possible_pods())
def test_any_counterexample_has_the_shape_of_its_kinds_and_reads_back_as_the_pods(
    source: Pod, destination: Pod
) -> None:
    if source.namespace == destination.namespace:
        destination = Pod(source.namespace, source.namespace_labels, destination.labels, destination.address)
    flow = Flow(source, destination, Protocol.TCP, 80)
    text = render_counterexample(Answer("can x reach y", Verdict.REACHABLE, Scope.POSSIBLE, Witness(flow)), Cluster({}))
    assert validate(text) == 2 + len({source.namespace, destination.namespace})
    loaded = load("counterexample.yaml", text.encode())
    inventory = build_inventory(loaded.documents)
    assert [finding.message for finding in (*loaded.diagnostics, *inventory.diagnostics)] == []
    read = {workload.key.name: workload for workload in inventory.cluster.workloads}
    for name, pod in (("netverify-source", source), ("netverify-destination", destination)):
        assert (read[name].key.namespace, read[name].labels) == (pod.namespace, pod.labels)
        assert (read[name].ports, read[name].host_network) == (pod.ports, pod.host_network)
        assert inventory.cluster.namespaces[pod.namespace].labels == pod.namespace_labels
