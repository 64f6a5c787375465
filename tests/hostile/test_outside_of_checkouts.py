"""What stands in a checkout has nothing read outside of it, whoever names it, unless the user allows that by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import netverify
from netverify.cli.main import main

CANARY = "c4n4ry"
SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
"""
ASSERTION = "{id: a, deny: {from: [namespace shop], to: [shop/web]}}"
COMMANDS = (
    ("check",),
    ("lint",),
    ("map",),
    ("exposed",),
    ("query", "who can reach shop/web"),
)


@pytest.fixture(params=["git", "plain"])
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, a checkout or not, and beside it what must not be read: `outside` and `outside.yaml`."""
    tree = tmp_path / "tree"
    tree.mkdir()
    monkeypatch.chdir(tree)
    if request.param == "git":
        (tree / ".git").mkdir()
    (tree / "m").mkdir()
    (tree / "m" / "shop.yaml").write_text(SHOP)
    outside = tmp_path / "outside"
    outside.mkdir()
    for path in (outside / "x.yaml", tmp_path / "outside.yaml"):
        path.write_text(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {CANARY}}}\n")
    (outside / "kustomization.yaml").write_text("resources: [x.yaml]\n")
    (outside / "intent.yaml").write_text(f"version: 1\nsources: [{{manifests: x.yaml}}]\nassertions: [{CANARY}]\n")
    (outside / "environ").write_text(f"TOKEN={CANARY}\n")
    return tree


def intent(text: str, assertion: str = ASSERTION) -> None:
    Path("netverify.yaml").write_text(f"version: 1\nsources: [{text}]\nassertions: [{assertion}]\n")


def hold_refused(capfd: pytest.CaptureFixture[str], *command: str, status: int = 2) -> str:
    assert main(command, "netverify") == status
    out, err = capfd.readouterr()
    assert CANARY not in out + err
    assert "NV146" in err
    assert "--allow-outside" in err
    return err


SOURCES = (
    "{manifests: /proc/self/environ}",
    "{manifests: ../outside.yaml}",
    "{manifests: m/../../outside.yaml}",
    "{manifests: ../outside}",
    "{manifests: '../outside/*.yaml'}",
    "{manifests: '../out*/x.yaml'}",
    "{manifests: link.yaml}",
    "{manifests: link}",
    "{manifests: link/x.yaml}",
    "{manifests: 'link/*.yaml'}",
    "{kustomize: ../outside}",
    "{kustomize: link}",
    "{flux: ../outside}",
    "{flux: link}",
    "{argocd: ../outside}",
    "{helm: ../outside}",
    "{helm: m, values: [../outside/x.yaml]}",
    "{helm: m, values: [link.yaml]}",
)


@pytest.mark.parametrize("source", SOURCES)
def test_sources_of_an_intent_file_stay_in_its_checkout(
    tree: Path, source: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """With its line, by each command that finds the file, and by the one that names it from elsewhere."""
    (tree / "link").symlink_to("../outside")
    (tree / "link.yaml").symlink_to("../outside.yaml")
    intent(source)
    for command in (("check",), ("lint",), ("check", "--spec", "netverify.yaml")):
        assert "netverify.yaml:2:" in hold_refused(capfd, *command)
    os.chdir(tree.parent)
    hold_refused(capfd, "check", "--spec", "tree/netverify.yaml")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_that_finds_an_intent_file_refuses(
    tree: Path, command: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    assert tree.exists()
    intent("{manifests: /proc/self/environ}")
    hold_refused(capfd, *command)


def test_a_revision_is_bound_to_what_it_holds(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where a revision is unpacked, nothing beside it is read, whatever its files name."""
    shutil.rmtree(tree / ".git", ignore_errors=True)
    (tree / "m" / "x.yaml").symlink_to(tree.parent / "outside.yaml")
    intent("{manifests: /proc/self/environ}")
    for command in (("init", "-q"), ("add", "-A"), ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "1")):
        subprocess.run(["git", *command], check=True, capture_output=True)
    hold_refused(capfd, "diff", "--base", "HEAD")
    hold_refused(capfd, "diff", "--base", "HEAD", "-f", "m")
    Path("netverify.yaml").unlink()
    hold_refused(capfd, "diff", "--base", "HEAD", "-f", "m", status=4)


@pytest.mark.parametrize("verb", ["equivalent", "not-more-permissive"])
def test_folders_to_compare_with_stay_inside(tree: Path, verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "link").symlink_to("../outside")
    for folder in ("../outside", "link", str(tree.parent / "outside")):
        intent("{manifests: m}", f"{{id: a, {verb}: {{directory: {folder}}}}}")
        assert "netverify.yaml:3:" in hold_refused(capfd, "check")


def test_intent_files_and_baselines_that_are_links_out_are_not_read(
    tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tree / ".git").mkdir(exist_ok=True)
    (tree / "netverify.yaml").symlink_to("../outside/intent.yaml")
    hold_refused(capfd, "check")
    hold_refused(capfd, "lint")
    (tree / "netverify.yaml").unlink()
    intent("{manifests: m}")
    (tree / "known.json").symlink_to("../outside/environ")
    assert main(("check", "--baseline", "known.json"), "netverify") == 2
    assert "leads out of the checkout" in capfd.readouterr().err


def test_links_in_a_scanned_folder_that_lead_out_are_errors(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "m" / "x.yaml").symlink_to("../../outside.yaml")
    assert "m/x.yaml" in hold_refused(capfd, "lint", "-f", "m", status=4)
    assert "m/x.yaml" in hold_refused(capfd, "lint", "-f", "m/*.yaml", status=4)
    hold_refused(capfd, "lint", "-f", "m/x.yaml", status=4)


@pytest.mark.parametrize(
    "text",
    [
        "resources: [../../outside]\n",
        "resources: [../link]\n",
        "resources: [link.yaml]\n",
        "components: [../../outside]\n",
    ],
)
def test_kustomizations_stay_inside(tree: Path, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "link").symlink_to("../outside")
    (tree / "m" / "link.yaml").symlink_to("../../outside.yaml")
    (tree / "m" / "kustomization.yaml").write_text(text)
    main(("lint", "-f", "m"), "netverify")
    out, err = capfd.readouterr()
    assert CANARY not in out + err
    assert "error[" in err


def test_what_is_allowed_by_hand_is_read(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    intent("{manifests: ../outside.yaml}, {manifests: m}")
    assert main(("lint", "--allow-outside", "../outside.yaml"), "netverify") == 0
    intent("{manifests: m}", "{id: a, equivalent: {directory: ../outside}}")
    assert main(("check", "--allow-outside", str(tree.parent / "outside")), "netverify") == 0
    (tree / "m" / "x.yaml").symlink_to("../../outside.yaml")
    hold_refused(capfd, "lint", "-f", "m", "--allow-outside", "../outside", status=4)
    assert main(("lint", "-f", "m", "--allow-outside", ".."), "netverify") == 0
    assert main(("map", "-f", "m", "--allow-outside", ".."), "netverify") == 0


def test_the_library_reads_what_is_allowed_by_hand(tree: Path) -> None:
    (tree / "m" / "x.yaml").symlink_to("../../outside.yaml")
    with pytest.raises(netverify.InputError) as refused:
        netverify.read("m")
    assert {one.code for one in refused.value.diagnostics} == {"NV146"}
    assert (
        netverify.read("m", allow_outside=tree.parent).ask("can namespace shop reach shop/web").verdict == "reachable"
    )
    with pytest.raises(netverify.InputError):
        netverify.read("m", allow_outside=tree.parent / "outside")


def test_no_file_of_the_tree_allows_anything(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert tree.exists()
    for field in ("allow-outside: [/]", "allow_outside: [/]", "allow-network: true", "permissions: {outside: [/]}"):
        Path("netverify.yaml").write_text(f"version: 1\n{field}\nsources: [{{manifests: m}}]\nassertions: []\n")
        assert main(("lint",), "netverify") == 2
        assert "NV702" in capfd.readouterr().err


def test_intent_outside_of_what_is_scanned_is_trusted(tree: Path, tmp_path: Path) -> None:
    """A job keeps it where no pull request writes."""
    elsewhere = tmp_path / "policies"
    elsewhere.mkdir()
    (elsewhere / "net.yaml").write_text(
        f"version: 1\nsources: [{{manifests: {tree}/m}}, {{manifests: ../outside}}]\nassertions: [{ASSERTION}]\n"
    )
    assert main(("check", "--spec", "../policies/net.yaml"), "netverify") == 1


def test_the_files_of_an_include_have_the_same_checkout(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tree / "more").mkdir()
    (tree / "netverify.yaml").write_text("version: 1\ninclude: [more/a.yaml]\n")
    included = tree / "more" / "a.yaml"
    included.write_text(f"version: 1\nsources: [{{manifests: ../m}}]\nassertions: [{ASSERTION}]\n")
    assert main(("check",), "netverify") == 1
    included.write_text(f"version: 1\nsources: [{{manifests: ../../outside.yaml}}]\nassertions: [{ASSERTION}]\n")
    capfd.readouterr()
    assert "more/a.yaml:2:" in hold_refused(capfd, "check")
