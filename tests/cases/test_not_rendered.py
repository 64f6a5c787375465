"""Releases, applications and templates that nobody rendered: what they could change is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.test_objects_not_modelled import BASE, thing
from netverify.cli.main import main
from netverify.cli.statuses import ExitStatus
from netverify.query.outcome import Verdict

QUESTION = "can a/client reach b/db"
CHART = "{chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: x}}}}"
FLUX, ARGO = "kustomize.toolkit.fluxcd.io/v1", "argoproj.io/v1alpha1"

REACH = {
    # "TargetNamespace to target when performing operations for the HelmRelease. Defaults to the namespace of the
    # HelmRelease."
    "a release in the namespace": (thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART), True),
    "a release in another namespace": (thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART, "c"), False),
    "a release that goes to the namespace": (
        thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", "{targetNamespace: b}", "flux-system"),
        True,
    ),
    "a release that goes elsewhere": (thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", "{targetNamespace: c}"), False),
    # "TargetNamespace sets or overrides the namespace in the kustomization.yaml file": without it, objects say.
    "a path that goes anywhere": (thing(FLUX, "Kustomization", "{path: ./apps}", "flux-system"), True),
    "a path that goes elsewhere": (thing(FLUX, "Kustomization", "{path: ./apps, targetNamespace: c}"), False),
    "an application of files": (thing(ARGO, "Application", "{destination: {namespace: c}, source: {path: x}}"), True),
    "an application of a chart that goes elsewhere": (
        thing(ARGO, "Application", "{destination: {namespace: c}, source: {chart: x}}"),
        False,
    ),
    "an application of a chart and of files": (
        thing(ARGO, "Application", "{destination: {namespace: c}, sources: [{chart: x}, {path: y}]}"),
        True,
    ),
    "applications": (thing(ARGO, "ApplicationSet", namespace="argocd"), True),
    "a chart of k3s": (thing("helm.cattle.io/v1", "HelmChart", "{targetNamespace: b}", "kube-system"), True),
    "a chart of k3s that goes elsewhere": (thing("helm.cattle.io/v1", "HelmChart", namespace="kube-system"), False),
    "a repository of Fleet": (thing("fleet.cattle.io/v1alpha1", "GitRepo", namespace="fleet-local"), True),
    "an operator of OLM": (thing("operators.coreos.com/v1alpha1", "Subscription", namespace="b"), True),
    "what is only fetched": (thing("source.toolkit.fluxcd.io/v1", "OCIRepository"), False),
}


@pytest.mark.parametrize("name", REACH)
def test_a_proof_is_unknown_where_a_release_may_change_it(name: str) -> None:
    text, reaches = REACH[name]
    cluster = netverify.read(texts={"m.yaml": BASE + text})
    assert cluster.ask(QUESTION).verdict is (Verdict.UNKNOWN if reaches else Verdict.UNREACHABLE)
    assert cluster.coverage.irrelevant == {}
    (what, reason) = cluster.coverage.unrendered[0]
    assert what.startswith(text.splitlines()[1].removeprefix("kind: "))
    assert reason.startswith("these files do not contain")


def test_what_is_not_rendered_can_be_taken_to_be_harmless_and_the_answer_says_so() -> None:
    text = BASE + thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART)
    answer = netverify.read(texts={"m.yaml": text}, assume="unrendered=harmless").ask(QUESTION)
    assert answer.verdict is Verdict.UNREACHABLE
    assert "what is not rendered neither allows nor denies traffic, and opens no way in" in answer.assumptions


def test_a_flow_that_is_found_stays_found() -> None:
    text = BASE + thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART)
    answer = netverify.read(texts={"m.yaml": text}).ask("can b/db reach a/client")
    assert answer.verdict is Verdict.REACHABLE
    assert "HelmRelease b/x was not rendered: what it would create or allow is not in this answer" in answer.notes


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(arguments, "netverify")
    return status, capsys.readouterr().out


TEMPLATE = 'apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}, labels: {{- include "x" . }}}\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


@pytest.mark.parametrize("left", ["template", "release"])
def test_a_gate_does_not_prove_what_is_not_rendered(
    left: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART)
    (repository / "left.yaml").write_text(TEMPLATE if left == "template" else release)
    intent = repository / "intent" / "netverify.yaml"
    intent.parent.mkdir()
    intent.write_text("assertions:\n- {id: x, deny: {from: namespace a, to: b/db}}\n")
    gate = ("check", "-f", str(repository / "base.yaml"), "-f", str(repository / "left.yaml"), "--spec", str(intent))
    assert run(capsys, *gate)[0] == ExitStatus.UNKNOWN
    status, text = run(capsys, *gate, "--assume", "unrendered=harmless")
    assert status == ExitStatus.ANSWERED
    assert "what is not rendered neither allows nor denies traffic, and opens no way in" in text


def test_the_headline_and_the_account_name_what_is_not_rendered(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "release.yaml").write_text(thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART))
    status, text = run(capsys, "query", QUESTION, "-f", str(repository))
    assert status == ExitStatus.UNKNOWN
    assert text.splitlines()[0] == "UNKNOWN: neither proved nor refuted; 1 not rendered"
    assert "not analysed: HelmRelease b/x not rendered" in text
    assert "nothing left out" not in text


def test_no_way_in_is_no_proof_beside_a_release(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "exposed", "-f", str(repository))[0] == ExitStatus.ANSWERED
    (repository / "release.yaml").write_text(thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART))
    status, text = run(capsys, "exposed", "-f", str(repository))
    assert status == ExitStatus.UNKNOWN
    assert "could open a way in" in text


def test_templates_are_told_in_one_line(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "other"):
        (repository / f"{name}.yaml").write_text(TEMPLATE)
    text = run(capsys, "query", QUESTION, "-f", str(repository))[1]
    assert f"2 templates, the first at {repository}/one.yaml, are not rendered, and could allow it" in text


def test_a_way_in_is_not_broken_where_a_release_may_bring_its_service(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = "{backend: {service: {name: shop, port: {number: 80}}}, path: /, pathType: Prefix}"
    spec = f"{{rules: [{{http: {{paths: [{rule}]}}}}]}}"
    (repository / "ingress.yaml").write_text(thing("networking.k8s.io/v1", "Ingress", spec))
    assert "BROKEN" in run(capsys, "exposed", "-f", str(repository))[1]
    (repository / "release.yaml").write_text(thing("helm.toolkit.fluxcd.io/v2", "HelmRelease", CHART))
    status, text = run(capsys, "exposed", "-f", str(repository))
    assert (status, "BROKEN" in text) == (ExitStatus.UNKNOWN, False)
    assert "something that is not rendered may contain it" in text
