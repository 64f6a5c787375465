"""Paths that do not lead to manifests, or lead somewhere else: each is one error or one thing left alone, said so."""

from __future__ import annotations

import io
import os
import socket

import pytest

from netverify.diagnostics import Diagnostic, Origin
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.sources.collection import collect
from netverify.sources.gathering import Terms
from netverify.sources.sources import find_sources

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """An empty folder that is the current one, and a way to fill it."""
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)

    def fill(**files):
        for name, text in files.items():
            path = root / name.replace("__", "/").replace("_yaml", ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    return fill


def errors(found):
    return [(one.code, one.origin.path) for one in found.diagnostics]


def gathered_from(sources, limits=DEFAULT_LIMITS):
    return collect(sources, Terms(limits=limits))


def paths(found):
    return [source.path for source in found.sources]


def test_a_missing_path_is_an_error_with_the_nearest_name(tree):
    tree(policies_yaml=POD)
    found = find_sources(["polices.yaml"], None)
    assert errors(found) == [("NV131", "polices.yaml")]
    assert found.diagnostics[0].help == "did you mean `policies.yaml`?"


def test_a_missing_folder_on_the_way_is_named(tree):
    tree(manifests__a_yaml=POD)
    assert "`manifests`" in find_sources(["manifest/deep/a.yaml"], None).diagnostics[0].help


@pytest.mark.parametrize("argument", ["", "a\0b", "x" * 5000, "no/such/" + "d/" * 3000, "~nobody", "\udcff"])
def test_an_impossible_path_is_one_error(tree, argument):
    tree()
    assert [code for code, _ in errors(find_sources([argument], None))] == ["NV131"]


def test_an_empty_folder_is_an_error(tree):
    tree()
    assert errors(find_sources(["."], None)) == [("NV134", ".")]


def test_a_folder_of_other_files_is_an_error(tree):
    root = tree()
    (root / "README.md").write_text("hello")
    assert errors(find_sources(["."], None)) == [("NV134", ".")]


def test_a_pattern_that_matches_nothing_is_an_error(tree):
    tree(a_yaml=POD)
    assert errors(find_sources(["*.yml"], None)) == [("NV134", "*.yml")]


def test_a_named_pipe_is_refused_without_waiting_for_it(tree):
    root = tree(a_yaml=POD)
    os.mkfifo(root / "pipe.yaml")
    assert errors(find_sources(["pipe.yaml"], None)) == [("NV132", "pipe.yaml")]
    found = find_sources(["."], None)
    assert (paths(found), errors(found)) == (["a.yaml"], [("NV132", "pipe.yaml")])


def test_a_device_is_refused(tree):
    tree()
    assert errors(find_sources(["/dev/zero"], None)) == [("NV132", "/dev/zero")]


def test_a_socket_is_refused(tree):
    root = tree()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(root / "s.yaml"))
        assert errors(find_sources(["s.yaml"], None)) == [("NV132", "s.yaml")]


def test_a_file_that_becomes_a_pipe_before_it_is_read_is_refused(tree):
    root = tree(a_yaml=POD)
    source = find_sources(["a.yaml"], None).sources[0]
    (root / "a.yaml").unlink()
    os.mkfifo(root / "a.yaml")
    read = source.read()
    assert isinstance(read, Diagnostic)
    assert read.code == "NV132"


def test_a_file_that_is_gone_before_it_is_read_is_an_error(tree):
    root = tree(a_yaml=POD)
    found = find_sources(["."], None)
    (root / "a.yaml").unlink()
    gathered = gathered_from(found.sources)
    assert [(one.code, str(one.origin)) for one in gathered.diagnostics] == [("NV133", "a.yaml")]
    assert gathered.unread == (gathered.diagnostics[0].origin,)


def test_a_file_that_the_system_refuses_is_an_error(tree, monkeypatch):
    tree(a_yaml=POD)
    found = find_sources(["a.yaml"], None)

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    read = found.sources[0].read()
    assert isinstance(read, Diagnostic)
    assert (read.code, read.message) == ("NV133", "cannot be read: permission denied")


def test_a_folder_that_the_system_refuses_is_an_error(tree, monkeypatch):
    tree(a_yaml=POD, secret__b_yaml=POD)
    scan = os.scandir

    def refuse(path):
        if os.fspath(path).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_sources(["."], None)
    assert (paths(found), errors(found)) == (["a.yaml"], [("NV133", "secret")])


def test_a_link_to_nowhere_is_an_error(tree):
    root = tree(a_yaml=POD)
    (root / "b.yaml").symlink_to("gone.yaml")
    assert errors(find_sources(["."], None)) == [("NV133", "b.yaml")]


def test_links_out_of_the_tree_are_refused_and_those_to_folders_left_alone(tree, tmp_path):
    root = tree(a_yaml=POD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "o.yaml").write_text(POD)
    (root / "file.yaml").symlink_to(tmp_path / "outside" / "o.yaml")
    (root / "folder").symlink_to(tmp_path / "outside")
    found = find_sources(["."], None)
    assert paths(found) == ["a.yaml"]
    assert found.skipped == (("folder", "link to a folder"),)
    assert errors(found) == [("NV146", "file.yaml")]


def test_a_loop_of_links_ends(tree):
    root = tree(a_yaml=POD, b__c_yaml=POD)
    (root / "b" / "up").symlink_to(root)
    (root / "x.yaml").symlink_to("y.yaml")
    (root / "y.yaml").symlink_to("x.yaml")
    found = find_sources(["."], None)
    assert paths(found) == ["a.yaml", "b/c.yaml"]
    assert errors(found) == [("NV133", "x.yaml"), ("NV133", "y.yaml")]
    assert found.skipped == (("b/up", "link to a folder"),)


def test_a_link_within_the_tree_is_read_once(tree):
    root = tree(a_yaml=POD)
    (root / "b.yaml").symlink_to("a.yaml")
    assert paths(find_sources([".", "a.yaml", "./a.yaml"], None)) == ["a.yaml"]


def test_hidden_files_and_folders_are_left_alone_and_said_so(tree):
    root = tree(a_yaml=POD)
    for name in (".git", ".old"):
        (root / name).mkdir()
        (root / name / "b.yaml").write_text(POD)
    (root / ".c.yaml").write_text(POD)
    found = find_sources(["."], None)
    assert paths(found) == ["a.yaml"]
    assert found.skipped == ((".c.yaml", "hidden"), (".old", "hidden"))  # every checkout has a `.git`


def test_a_file_whose_suffix_is_in_capitals_is_left_alone_as_by_kubectl_and_said_so(tree):
    root = tree(a_yaml=POD)
    (root / "B.YAML").write_text(POD)
    (root / "C.YAML").mkdir()
    (root / "D.txt").write_text("no manifest")
    found = find_sources(["."], None)
    assert paths(found) == ["a.yaml"]
    assert found.skipped == (("B.YAML", "suffix in capitals"),)


def test_a_hidden_file_that_is_named_is_read(tree):
    root = tree()
    (root / ".c.yaml").write_text(POD)
    assert paths(find_sources([".c.yaml"], None)) == [".c.yaml"]


def test_files_come_in_the_order_of_names_and_as_the_user_wrote_them(tree):
    tree(d__b_yaml=POD, d__a_yaml=POD, d__c__z_yaml=POD, a_yaml=POD)
    assert paths(find_sources(["./d", "a.yaml"], None)) == ["d/a.yaml", "d/b.yaml", "d/c/z.yaml", "a.yaml"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("d/*.yaml", ["d/a.yaml", "d/b.yaml"]),
        ("**/*.yaml", ["a.yaml", "d/a.yaml", "d/b.yaml", "d/c/z.yaml"]),
        ("d/**/z.yaml", ["d/c/z.yaml"]),
        ("?.yaml", ["a.yaml"]),
        ("d/[!b].yaml", ["d/a.yaml"]),
        ("d/[a-b].yaml", ["d/a.yaml", "d/b.yaml"]),
        ("*/c/*", ["d/c/z.yaml"]),
    ],
)
def test_a_quoted_pattern_is_expanded(tree, pattern, expected):
    tree(d__b_yaml=POD, d__a_yaml=POD, d__c__z_yaml=POD, a_yaml=POD)
    assert paths(find_sources([pattern], None)) == expected


def test_standard_input_is_one_source(tree):
    tree()
    found = find_sources(["-", "-"], io.BytesIO(POD.encode()))
    assert paths(found) == ["-"]
    assert gathered_from(found.sources).reads[0].origin.path == "-"


def test_a_terminal_as_standard_input_is_an_error(tree):
    tree()
    assert errors(find_sources(["-"], None)) == [("NV135", "-")]


def test_standard_input_without_end_is_cut_off(tree):
    tree()

    class Endless(io.RawIOBase):
        def read(self, size=-1):
            assert size >= 0
            return b"#" * size

    found = find_sources(["-"], Endless(), Limits(file_bytes=1000))
    assert errors(found) == [("NV119", "-")]


def test_a_file_is_too_large_before_it_is_read(tree):
    root = tree()
    with (root / "a.yaml").open("wb") as sparse:
        sparse.truncate(2**40)
    gathered = gathered_from(find_sources(["."], None).sources)
    assert [(one.code, str(one.origin)) for one in gathered.diagnostics] == [("NV119", "a.yaml")]


def test_all_files_together_are_limited(tree):
    tree(a_yaml=POD, b_yaml=POD, c_yaml=POD)
    gathered = gathered_from(find_sources(["."], None).sources, Limits(total_bytes=2 * len(POD)))
    assert [read.origin.path for read in gathered.reads] == ["a.yaml", "b.yaml"]
    assert [(one.code, str(one.origin)) for one in gathered.diagnostics] == [("NV119", "c.yaml")]


def test_templates_are_counted_by_name(tree):
    tree(a_yaml=POD, t_yaml="{{ if .x }}\na: 1\n")
    assert gathered_from(find_sources(["."], None).sources).templates == (Origin("t.yaml"),)


def test_a_deep_tree_is_walked(tree):
    root = tree()
    deep = root
    for _ in range(300):
        deep = deep / "d"
        deep.mkdir()
    (deep / "a.yaml").write_text(POD)
    assert len(find_sources(["."], None).sources) == 1
