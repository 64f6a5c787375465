"""The patches of lint: ``git apply`` takes them, and what is left says what was proved, or nothing is offered."""

import shutil
import subprocess

import pytest

from netverify.cli.main import main
from netverify.sources.inventory import read_inventory

WIDE = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: wide, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - from: [{podSelector: {}}]
"""
NARROW = """# of use once
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: narrow, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
"""
OTHER = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: other, namespace: elsewhere}
spec: {podSelector: {}, ingress: []}
"""
RULES = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: rules, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  egress:
%s
  ingress: []
"""


@pytest.fixture
def patched(tmp_path, monkeypatch, capsys):
    """The files of a folder after the patch of lint, and its text."""

    def run(files, *flags):
        monkeypatch.chdir(tmp_path)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(text.encode())
        main(["lint", "-f", ".", "--no-cache", "--diff", *flags], "netverify")
        diff = capsys.readouterr().out
        if diff:
            subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
            subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
        left = {name: (tmp_path / name).read_text() for name in files if (tmp_path / name).exists()}
        return left, diff

    return run


def names_in(folder):
    return {policy.name for policy in read_inventory([str(folder)]).cluster.network_policies}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{WIDE}---\n{NARROW}", WIDE),
        (f"{NARROW}---\n{WIDE}", WIDE),
        (f"---\n{NARROW}---\n{WIDE}", f"---\n{WIDE}"),
        (f"{OTHER}---\n{NARROW}---\n{WIDE}", f"{OTHER}---\n{WIDE}"),
        (f"{WIDE}---\n{NARROW}".rstrip("\n"), WIDE),
        (f"{WIDE}--- # the next\n{NARROW}---\n{OTHER}", f"{WIDE}--- # the next\n{OTHER}"),
    ],
)
def test_the_document_of_a_redundant_policy_goes_and_nothing_else(patched, text, left):
    assert patched({"a.yaml": text})[0] == {"a.yaml": left}


def test_a_file_of_which_nothing_is_left_is_deleted(patched):
    assert patched({"wide.yaml": WIDE, "deep/narrow.yaml": NARROW})[0] == {"wide.yaml": WIDE}


def test_a_file_that_a_kustomization_may_name_is_not_deleted(patched):
    kustomization = "resources: [wide.yaml, narrow.yaml]\n"
    files = {"kustomization.yaml": kustomization, "wide.yaml": WIDE, "narrow.yaml": NARROW}
    assert patched(files) == (files, "")


def test_several_policies_of_one_file_go_together(patched):
    second = NARROW.replace("narrow", "second").replace("app: web", "app: db")
    assert patched({"a.yaml": f"{NARROW}---\n{second}---\n{WIDE}"})[0] == {"a.yaml": WIDE}


def test_a_patch_has_the_lines_that_go_and_those_beside_them_in_a_file_that_repeats_itself(patched):
    policies = [NARROW.replace("shop", f"team-{n}") for n in range(60)]
    policies[30] = f"{NARROW}---\n{WIDE}"
    left, diff = patched({"a.yaml": "---\n".join(policies)})
    policies[30] = WIDE
    assert left == {"a.yaml": "---\n".join(policies)}
    assert len(diff.splitlines()) == 2 + 1 + 3 + len(NARROW.splitlines()) + 1 + 3


def test_of_very_many_redundant_rules_of_one_policy_some_go_at_once(patched, monkeypatch):
    monkeypatch.setattr("netverify.lint.mending._MOST_RULES", 3)
    rules = "  - {}\n" + "".join(f"  - ports: [{{port: {n}}}]\n" for n in range(1, 6))
    left, _ = patched({"a.yaml": RULES % rules.rstrip("\n")}, "--select", "NV626")
    assert left["a.yaml"].count("- ports") == 2


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        (
            "    - ports: [{port: 80}]\n    - ports:\n        - port: 80\n        - port: 81",
            "    - ports:\n        - port: 80\n        - port: 81",
        ),
        (
            "  - ports: [{port: 80}]\n\n  # all\n  - ports: [{port: 80}, {port: 81}]",
            "\n  # all\n  - ports: [{port: 80}, {port: 81}]",
        ),
        ("  -   ports:\n      - port: 80\n  - {}", "  - {}"),
    ],
)
def test_the_item_of_a_redundant_rule_goes_and_nothing_else(patched, rules, left):
    assert patched({"a.yaml": RULES % rules})[0] == {"a.yaml": RULES % left}


def test_the_only_rule_of_a_policy_leaves_an_empty_list(patched):
    deny = RULES % "    - ports: [{port: 80}]"
    wide = (
        deny.replace("name: rules", "name: more")
        .replace("port: 80", "port: 80}, {port: 81")
        .replace("podSelector: {}", "podSelector: {matchLabels: {app: web}}")
    )
    narrow = deny.replace("podSelector: {}", "podSelector: {matchLabels: {app: web}}").replace(
        "  ingress: []\n", "  ingress:\n    - {}\n"
    )
    left, diff = patched({"a.yaml": narrow, "b.yaml": wide.replace("  ingress: []\n", "")})
    assert diff
    assert left["a.yaml"] == narrow.replace("  egress:\n    - ports: [{port: 80}]\n", "  egress: []\n")


@pytest.mark.parametrize(
    "rules",
    [
        "    [{ports: [{port: 80}]}, {ports: [{port: 80}, {port: 81}]}]",
        "    - &rule {ports: [{port: 80}]}\n    - *rule",
    ],
)
def test_what_is_not_written_line_by_line_has_no_patch(patched, rules):
    assert patched({"a.yaml": RULES % rules})[1] == ""


def test_lines_that_do_not_show_as_what_they_are_are_in_no_patch(patched):
    assert patched({"a.yaml": f"{WIDE}---\n{NARROW.replace('of use once', 'für später')}"})[1] == ""
    assert patched({"a.yaml": f"{WIDE}---\n{NARROW}".replace("\n", "\r\n")})[1] == ""


def test_a_policy_in_a_list_has_no_patch(patched):
    text = "apiVersion: v1\nkind: List\nitems:\n"
    for policy in (WIDE, NARROW.partition("\n")[2]):
        first, *rest = policy.splitlines()
        text += "\n".join([f"  - {first}", *(f"    {line}" for line in rest)]) + "\n"
    assert patched({"a.yaml": text})[1] == ""


POD = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: frontend}}
spec: {containers: [{name: web, image: web}]}
"""


@pytest.mark.parametrize("written", ["fronted", '"fronted"', "'fronted'"])
def test_a_label_that_was_likely_meant_is_written_in_the_place_of_the_other(patched, written):
    policy = NARROW.replace("podSelector: {}", f"podSelector:\n    matchLabels:\n      app: {written}  # the web")
    policy = policy.replace("matchLabels: {app: web}", "matchLabels: {app: frontend}")
    left, diff = patched({"a.yaml": f"{POD}---\n{policy}"})
    assert left["a.yaml"] == f"{POD}---\n{policy.replace('fronted', 'frontend')}"
    assert diff.count("\n+") == 2


def test_of_two_labels_that_may_be_meant_none_is_written(patched):
    other = POD.replace("name: web,", "name: other,").replace("app: frontend", "app: front-ed")
    policy = NARROW.replace("podSelector: {}", "podSelector: {matchLabels: {app: fronted}}")
    assert patched({"a.yaml": f"{POD}---\n{other}---\n{policy}"}, "--select", "NV620")[1] == ""


def test_what_is_proved_waits_while_a_suggestion_changes_the_policies_of_its_namespace(patched):
    slip = OTHER.replace("elsewhere", "shop").replace("podSelector: {}", "podSelector: {matchLabels: {app: fronted}}")
    left, diff = patched({"a.yaml": f"{POD}---\n{slip}---\n{WIDE}---\n{NARROW}"})
    assert "narrow" in left["a.yaml"]
    assert "+spec: {podSelector: {matchLabels: {app: frontend}}" in diff


def test_a_file_below_another_folder_is_named_from_the_current_one(tmp_path, monkeypatch, capsys):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.yaml").write_text(f"{WIDE}---\n{NARROW}")
    monkeypatch.chdir(tmp_path)
    main(["lint", "-f", str(tmp_path / "a"), "--no-cache", "--diff"], "netverify")
    assert capsys.readouterr().out.startswith("--- a/a/x.yaml\n+++ b/a/x.yaml\n")


def test_a_file_that_a_kustomization_names_is_kept_when_all_of_its_policies_go(patched):
    files = {
        "kustomization.yaml": "resources: [wide.yaml, narrow.yaml]\n",
        "wide.yaml": WIDE,
        "narrow.yaml": NARROW + "---\n" + NARROW.replace("narrow", "narrower"),
    }
    left, diff = patched(files)
    assert "kind" not in left["narrow.yaml"]
    assert left["narrow.yaml"].startswith("#")
    assert "/dev/null" not in diff
    inventory = read_inventory(["."])
    assert not inventory.has_errors
    assert [policy.name for policy in inventory.cluster.network_policies] == ["wide"]


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "-s"]])
def test_a_file_in_a_subfolder_is_deleted_by_what_is_applied_there(tmp_path, monkeypatch, capsys, tool):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "wide.yaml").write_text(WIDE)
    (folder / "narrow.yaml").write_text(NARROW)
    # What has the same name above must stay.
    (tmp_path / "narrow.yaml").write_text(NARROW)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(folder)
    main(["lint", "-f", ".", "--no-cache", "--diff"], "netverify")
    subprocess.run(tool, cwd=folder, input=capsys.readouterr().out.encode(), check=True)
    assert sorted(path.name for path in folder.iterdir()) == ["wide.yaml"]
    assert (tmp_path / "narrow.yaml").exists()
