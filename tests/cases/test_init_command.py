"""``netverify init``: what it finds, what it writes, and what it leaves alone."""

import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from netverify.cli.main import main
from netverify.documents.loader import load
from netverify.gate.draft.detecting import detected
from netverify.gate.draft.outline import zones_of
from netverify.gate.intent.schema import intent_schema, schema_text

ROOT = Path(__file__).resolve().parents[2]
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {labels}}}
spec: {{containers: [{{name: a, image: a}}]}}
"""
FRONT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - from: [{podSelector: {matchLabels: {role: front}}}]
      ports: [{port: 80}]
"""
KUSTOMIZATION = "resources: [{}]\n"
FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps}\n"
APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\n"


KEPT_IN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: kept, namespace: shop}
spec: {podSelector: {matchLabels: {kept: in}}, policyTypes: [Egress]}
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A policy that lets pods with `role=front` in, as the current folder."""
    monkeypatch.chdir(tmp_path)
    return tree(tmp_path, {"policy.yaml": FRONT})


@pytest.fixture
def backdoor(tmp_path, monkeypatch):
    """A copy of the shipped example, as the current folder."""
    shutil.copytree(ROOT / "examples" / "backdoor", tmp_path / "repository")
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def run(capsys, *arguments):
    status = main([*arguments], "netverify")
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def tree(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def shown(sources):
    return [f"{one.kind}: {one.path}" for one in sources]


def test_the_file_is_accepted_by_the_gate_and_valid_by_the_schema(backdoor, capsys):
    status, out, err = run(capsys, "init")
    assert (status, out) == (0, "")
    assert "wrote netverify.yaml and netverify.schema.json: 3 assertions, 4 more as comments for later" in err
    assert (backdoor / "netverify.schema.json").read_text() == schema_text()
    (document,) = load("netverify.yaml", (backdoor / "netverify.yaml").read_bytes()).documents
    assert list(Draft202012Validator(intent_schema()).iter_errors(document.value)) == []
    assert run(capsys, "check")[0] == 0


def test_the_first_line_tells_editors_where_the_schema_is(backdoor, capsys):
    assert run(capsys, "init", "--output", "deep.yaml")[0] == 0
    assert (backdoor / "deep.yaml").read_text().startswith("# yaml-language-server: $schema=netverify.schema.json\n")


def test_what_pods_that_could_be_created_may_do_is_said_beside_an_assertion_about_existing_ones(backdoor, capsys):
    assert run(capsys, "init", "--cni", "calico")[0] == 0
    text = (backdoor / "netverify.yaml").read_text()
    assert "\ncni: calico\n" in text
    into = text[text.index("  # existing pods only: pods that could be created can also connect:") :]
    assert "  #   namespace a can reach namespace b on TCP 5432 " in into
    assert "  - id: only-approved-into-b\n" in into
    assert "    world: existing\n" in into
    assert 'justification: "TO CONFIRM: allowed on ' in into


def test_what_some_plugin_might_allow_is_a_flow_unless_the_plugin_is_named(backdoor, capsys):
    """`b/allow-api` names its port; a plugin that does not know names may open every port instead."""
    unnamed = "no CNI plugin named: flows include what some plugins might allow; run again with --cni NAME"
    status, _, err = run(capsys, "init")
    assert status == 0
    assert unnamed in err.splitlines()
    text = (backdoor / "netverify.yaml").read_text()
    assert "  # some of these flows depend on the CNI: `--cni NAME` may remove some\n" in text
    assert '          ports: ["1-65535"]\n' in text
    assert "in part depending on unsupported-port-name-opens-all-ports, unsupported-port-name-disables-policy" in text
    assert "\n  - id: only-approved-into-b\n" in text
    status, _, err = run(capsys, "init", "--cni", "calico", "--force")
    assert (status, unnamed in err) == (0, False)
    text = (backdoor / "netverify.yaml").read_text()
    assert "        - from: pods app=api in namespace b\n          ports: [5432]\n" in text
    assert "depending" not in text


def test_a_namespace_that_everyone_reaches_is_a_comment_unless_nothing_else_holds(tmp_path, monkeypatch, capsys):
    """Where everyone is approved, a proof says nothing; but a gate without any assertion is refused."""
    monkeypatch.chdir(tree(tmp_path, {"pod.yaml": POD.format(name="a", labels="{app: a}"), "policy.yaml": KEPT_IN}))
    assert run(capsys, "init")[0] == 0
    text = (tmp_path / "netverify.yaml").read_text()
    assert "  # today every pod and every outside address can connect: first add a policy\n" in text
    assert (
        '  # - id: only-approved-into-shop\n  #   title: "only approved flows reach namespace shop (today: everyone)"\n'
        in text
    )
    assert "  - id: dns-works\n" in text
    monkeypatch.chdir(
        tree(tmp_path / "shut", {"pod.yaml": POD.format(name="a", labels="{kept: in}"), "k.yaml": KEPT_IN})
    )
    assert run(capsys, "init")[0] == 0
    assert "  - id: only-approved-into-shop\n" in (tmp_path / "shut" / "netverify.yaml").read_text()
    assert run(capsys, "check")[0] == 0


def test_namespaces_that_no_zone_can_be_called_like_get_zones_all_the_same():
    zones = zones_of(["internet", "2fast", "on", "true", "z" * 63, "reach"])
    names = [zone.name for zone in zones.values()]
    assert names == ["ns-internet", "ns-2fast", "on", "ns-true", "z" * 63, "ns-reach"]
    assert zones["reach"].ends[0].text == 'namespace "reach"'
    long = ["1" * 62 + end for end in "ab"]
    assert len({zone.name for zone in zones_of(long).values()}) == 2


def test_standard_output_gets_the_file_where_it_is_asked_for(backdoor, capsys):
    status, out, err = run(capsys, "init", "--output", "-", "--ci", "none")
    assert status == 0
    assert out.startswith("# yaml-language-server: ")
    assert "github" not in err
    assert not list(backdoor.glob("netverify*"))


def test_a_file_that_is_there_is_overwritten_only_by_force(repository, capsys):
    (repository / "netverify.yaml").write_text("mine")
    status, _, err = run(capsys, "init")
    assert status == 2
    assert "error[NV420]: `netverify.yaml` is there already\n" in err
    assert (repository / "netverify.yaml").read_text() == "mine"
    assert run(capsys, "init", "--force")[0] == 0
    assert (repository / "netverify.yaml").read_text() != "mine"


@pytest.mark.parametrize(
    ("system", "file"),
    [
        ("github", ".github/workflows/netverify.yml"),
        ("gitlab", ".gitlab-ci.yml"),
        ("pre-commit", ".pre-commit-config.yaml"),
    ],
)
def test_what_runs_the_gate_is_written_beside_it_and_never_over_another_file(repository, capsys, system, file):
    status, _, err = run(capsys, "init", "--ci", system)
    assert status == 0
    assert f"wrote {file}: replace " in err
    assert "netverify.yaml" in (repository / file).read_text()
    (repository / "netverify.yaml").unlink()
    status, _, err = run(capsys, "init", "--ci", system)
    assert status == 2
    assert f"`{file}` is there already" in err
    assert not (repository / "netverify.yaml").exists()


def test_a_schema_that_is_another_one_is_not_overwritten(repository, capsys):
    (repository / "netverify.schema.json").write_text(schema_text().replace("urn:netverify", "urn:mine"))
    status, _, err = run(capsys, "init")
    assert status == 2
    assert "`netverify.schema.json` is there already, and is another one" in err
    (repository / "netverify.schema.json").write_text(schema_text() + "\n")
    assert run(capsys, "init")[0] == 0
    assert (repository / "netverify.schema.json").read_text() == schema_text()


def test_a_place_that_cannot_be_written_is_told_without_a_traceback(repository, capsys):
    (repository / ".github").write_text("a file")
    status, _, err = run(capsys, "init", "--ci", "github")
    assert status == 2
    assert "error[NV421]: cannot write `.github/workflows/netverify.yml`" in err


def test_sources_are_those_that_were_named_as_seen_from_the_file(backdoor, capsys):
    (backdoor / ".git").mkdir()
    (backdoor / "gate").mkdir()
    arguments = ("-f", "namespaces.yaml", "-f", "work*.yaml", "-f", "policies.yaml", "-n", "a")
    assert run(capsys, "init", *arguments, "--output", "gate/net.yaml")[0] == 0
    text = (backdoor / "gate" / "net.yaml").read_text()
    assert '  - manifests: "../work*.yaml"\n' in text
    assert "\nnamespace: a\n" in text
    assert run(capsys, "check", "--spec", "gate/net.yaml")[0] == 0


def test_standard_input_is_no_source_of_an_intent_file(capsys):
    status, _, err = run(capsys, "init", "-f", "-")
    assert status == 2
    assert "an intent file cannot name standard input as a source" in err


def test_an_input_that_cannot_be_read_is_said_in_the_file_and_by_the_status(backdoor, capsys):
    (backdoor / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: [}\n")
    status, _, err = run(capsys, "init")
    last = "1 input was not read (broken.yaml): the file will not pass until it is"
    assert status == 4
    assert last in err.splitlines()
    assert "# Some inputs could not be read: nothing here is about them.\n" in (backdoor / "netverify.yaml").read_text()


def test_manifests_without_pods_and_policies_give_a_file_in_which_nothing_holds(tmp_path, monkeypatch, capsys):
    tree(tmp_path, {"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"})
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "init")[0] == 4
    status, _, err = run(capsys, "init", "--allow-empty", "--force")
    assert status == 0
    assert "no assertion holds yet" in err
    assert "assertions: []\n" in (tmp_path / "netverify.yaml").read_text()


@pytest.mark.parametrize(
    ("files", "sources", "alternatives"),
    [
        ({"a.yaml": POD.format(name="a", labels="{}")}, ["manifests: ."], []),
        (
            {"base/kustomization.yaml": "resources: [a.yaml]\n", "kustomization.yaml": KUSTOMIZATION.format("base")},
            ["kustomize: ."],
            [],
        ),
        (
            {
                "base/kustomization.yaml": "resources: [a.yaml]\n",
                "parts/c/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
                "overlays/dev/kustomization.yaml": KUSTOMIZATION.format("../../base"),
                "overlays/prod/kustomization.yaml": KUSTOMIZATION.format("../../base"),
            },
            ["kustomize: overlays/prod"],
            ["kustomize: overlays/dev"],
        ),
        (
            {"one/kustomization.yaml": "resources: [a.yaml]\n", "two/kustomization.yaml": "resources: [a.yaml]\n"},
            ["kustomize: one", "kustomize: two"],
            [],
        ),
        (
            {
                "chart/Chart.yaml": "name: shop\n",
                "chart/charts/db/Chart.yaml": "name: db\n",
                "l/Chart.yaml": "type: library\n",
            },
            ["helm: chart"],
            [],
        ),
        (
            {"clusters/production/apps.yaml": FLUX, "clusters/staging/a.yaml": FLUX},
            ["flux: clusters/production"],
            ["flux: clusters/staging"],
        ),
        (
            {"fleet/flux-system/gotk-sync.yaml": FLUX, "fleet/apps/kustomization.yaml": "resources: []\n"},
            ["flux: fleet"],
            [],
        ),
        ({"apps/shop.yaml": APPLICATION, "shop/kustomization.yaml": "resources: [a.yaml]\n"}, ["argocd: apps"], []),
        (
            {".hidden/kustomization.yaml": "resources: []\n", "a.yaml": POD.format(name="a", labels="{}")},
            ["manifests: ."],
            [],
        ),
    ],
    ids=["plain", "base", "overlays", "beside", "charts", "clusters", "flux-system", "argocd", "hidden"],
)
def test_sources_are_found_by_what_applies_them(tmp_path, files, sources, alternatives):
    found = detected(tree(tmp_path, files))
    assert shown(found.sources) == sources
    assert shown(found.alternatives) == alternatives


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({}, "pods app=web in namespace shop"),
        ({"job": "{app: api}"}, "pods app=web in namespace shop"),
        ({"api": "{app: api, role: front}", "job": "{app: api}"}, "pods role=front in namespace shop"),
        ({"twin": "{app: web}"}, "pods role=front in namespace shop"),
    ],
)
def test_workloads_are_told_by_labels_that_are_theirs_alone(repository, capsys, others, words):
    pods = {"web": "{app: web, role: front}", "z": "{app: z}", **others}
    tree(repository, {f"{name}.yaml": POD.format(name=name, labels=labels) for name, labels in pods.items()})
    assert run(capsys, "init")[0] == 0
    assert f"        - from: {words}\n          ports: [80]\n" in (repository / "netverify.yaml").read_text()


def test_workloads_are_told_by_name_where_another_has_all_their_labels(repository, capsys):
    labels = {"web": "{role: front}", "twin": "{role: front, kept: in}", "z": "{app: z}"}
    tree(repository, {f"{name}.yaml": POD.format(name=name, labels=one) for name, one in labels.items()})
    (repository / "kept.yaml").write_text(KEPT_IN)
    assert run(capsys, "init")[0] == 0
    assert '        - from: "shop/web[Pod]"\n          ports: [80]\n' in (repository / "netverify.yaml").read_text()


def test_the_plugin_that_the_manifests_look_like_is_written_to_be_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = "{hostNetwork: true, containers: [{name: c, image: i}]}"
    template = f"{{metadata: {{labels: {{app: cilium}}}}, spec: {spec}}}"
    (tmp_path / "agent.yaml").write_text(
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cilium, namespace: kube-system}\n"
        f"spec: {{selector: {{matchLabels: {{app: cilium}}}}, template: {template}}}\n"
    )
    assert main(["init", "-f", str(tmp_path), "-o", "-"], "netverify") == 0
    out, err = capsys.readouterr()
    sign = "DaemonSet kube-system/cilium"
    assert f"# `cni` is what the manifests look like ({sign}): confirm or change it.\n" in out
    assert "\ncni: cilium\n" in out
    assert f"the manifests look like cilium ({sign}), so the file says `cni: cilium`" in err
    assert "no CNI plugin named" not in err


def test_quiet_leaves_out_what_was_read_and_what_to_do_next(backdoor, capsys):
    assert run(capsys, "init", "-q")[::2] == (0, "")
    assert (backdoor / "netverify.yaml").exists()


def test_nothing_is_written_where_a_source_is_not_there(backdoor, capsys):
    """The file would name a folder that no later run finds, and `init` would not overwrite it."""
    status, _, err = run(capsys, "init", "no-such-folder")
    assert status == 4
    assert "error[NV131]: no such file or folder" in err
    assert "nothing was written" in err
    assert not (backdoor / "netverify.yaml").exists()
