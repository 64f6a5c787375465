"""Everything that can be wrong with an intent file: what is said, where, and what to do about it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from netverify.cli.intended import with_assumed
from netverify.cli.main import main
from netverify.cli.request import CheckRequest, RoutingGiven, Sources
from netverify.gate.intent.reading import read_spec
from netverify.gate.intent.spec import Spec, Written
from netverify.query.assumed import assumed

MANIFESTS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""
QUOTE = "quote it: YAML reads a bare `yes`, `no`, `on`, `off`, `y` or `n` as a Boolean"
SCHEMA = "`netverify schema` prints what can be here"
ERROR = re.compile(
    r"^error\[(?P<code>NV\d+)\]: (?P<message>.*)\n --> (?P<place>.*)\n(?:(?: +\|.*| *\d+ \|.*| ::: .*)\n)*"
    r"(?:  = help: (?P<help>.*)\n)?",
    re.MULTILINE,
)
RULE = "assertions: [{id: closed, isolated: shop/web}]\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "manifests.yaml").write_text(MANIFESTS)
    monkeypatch.chdir(tmp_path)


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["check", "-f", "manifests.yaml", *arguments], "netverify")
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return status, printed.out, printed.err


def errors(text: str) -> list[tuple[str, str, str, str]]:
    """Code, message, place and help of each error that was printed."""
    return [(one["code"], one["message"], one["place"], one["help"] or "") for one in ERROR.finditer(text)]


WRONG = {
    "an unknown field at the top": (
        "asertions: []\n",
        ("NV702", "there is no field `asertions`", "netverify.yaml:1:1", "did you mean `assertions`?"),
    ),
    "an unknown field of a flow": (
        "assertions:\n  - id: a\n    deny:\n      form: shop/web\n",
        ("NV702", "there is no field `form` in `assertions[0].deny`", "netverify.yaml:4:7", "did you mean `from`?"),
    ),
    "an unknown field of a zone": (
        "zones:\n  web: {namspaces: shop}\n" + RULE,
        ("NV702", "there is no field `namspaces` in `zones.web`", "netverify.yaml:2:9", "did you mean `namespaces`?"),
    ),
    "a field that is like no other": (
        "assertions:\n  - {id: a, deny: {quux: x}}\n",
        (
            "NV702",
            "there is no field `quux` in `assertions[0].deny`",
            "netverify.yaml:2:20",
            "the fields here are `from`, `ports`, `to`",
        ),
    ),
    "two kinds of source in one": (
        "sources:\n  - {manifests: ., kustomize: .}\n" + RULE,
        (
            "NV702",
            "the field `kustomize` does not go with the others in `sources[0]`",
            "netverify.yaml:2:20",
            "a source is of one kind",
        ),
    ),
    "a source of no kind": (
        "sources:\n  - {manifest: .}\n" + RULE,
        (
            "NV703",
            "`sources[0]` must name one of `manifests`, `kustomize`, `helm`, `flux` or `argocd`",
            "netverify.yaml:2:5",
            SCHEMA,
        ),
    ),
    "a Boolean as an end": (
        "assertions:\n  - {id: a, isolated: no}\n",
        (
            "NV703",
            "`assertions[0].isolated` must be a text, or a list of at least one",
            "netverify.yaml:2:23",
            QUOTE,
        ),
    ),
    "a Boolean in a list": (
        "assertions:\n  - {id: a, separate: [shop/web, y]}\n",
        ("NV703", "`assertions[0].separate[1]` is a Boolean, not a text", "netverify.yaml:2:34", QUOTE),
    ),
    "a Boolean as an id": (
        "assertions:\n  - {id: y, isolated: shop/web}\n",
        ("NV703", "`assertions[0].id` must be a text", "netverify.yaml:2:10", QUOTE),
    ),
    "a Boolean as the name of a zone": (
        "zones:\n  no: namespace shop\n" + RULE,
        ("NV703", "no zone can be called `false`, which is a Boolean", "netverify.yaml:2:3", QUOTE),
    ),
    "a severity that there is not": (
        "assertions:\n  - {id: a, isolated: shop/web, severity: urgent}\n",
        (
            "NV703",
            "`assertions[0].severity` must be `critical`, `high`, `medium`, `low` or `info`",
            "netverify.yaml:2:43",
            SCHEMA,
        ),
    ),
    "a missing id": (
        "assertions:\n  - isolated: shop/web\n",
        ("NV703", "`id` is missing in `assertions[0]`", "netverify.yaml:2:5", SCHEMA),
    ),
    "an id with a blank": (
        "assertions:\n  - {id: a b, isolated: shop/web}\n",
        (
            "NV703",
            "`a b` is not a valid name here",
            "netverify.yaml:2:10",
            "a name has letters, digits, `.`, `_`, `-` and `/`, beginning and ending with a letter or digit",
        ),
    ),
    "a text where a list is": (
        "assertions: shop/web\n",
        ("NV703", "`assertions` must be a list", "netverify.yaml:1:13", SCHEMA),
    ),
    "a text where an assertion is": (
        "assertions: [shop/web]\n",
        ("NV703", "`assertions[0]` must be a mapping", "netverify.yaml:1:14", SCHEMA),
    ),
    "a version to come": (
        "version: 2\n" + RULE,
        ("NV703", "`version` must be 1", "netverify.yaml:1:10", SCHEMA),
    ),
    "no directions": (
        "assertions:\n  - {id: a, default-deny: {directions: []}}\n",
        ("NV703", "`assertions[0].default-deny.directions` needs one item or more", "netverify.yaml:2:40", SCHEMA),
    ),
    "an empty text": (
        "cni: ''\n" + RULE,
        ("NV703", "`cni` must not be empty", "netverify.yaml:1:6", SCHEMA),
    ),
    "two verbs": (
        "assertions:\n  - {id: a, isolated: shop/web, no-external: shop/web}\n",
        ("NV706", "assertion `a` has `isolated` and `no-external`", "netverify.yaml:2:5", "give it one of `deny`, …"),
    ),
    "no verb": (
        "assertions:\n  - {id: a, title: the web}\n",
        ("NV706", "assertion `a` says nothing that must hold", "netverify.yaml:2:5", "give it one of `deny`, …"),
    ),
    "a verb without a value": (
        "assertions:\n  - id: a\n    deny:\n",
        ("NV703", "`assertions[0].deny` has no value", "netverify.yaml:3:5", "give it one, or leave it out"),
    ),
    "a flow between anyone and anyone": (
        "assertions:\n  - {id: a, deny: {ports: 80}}\n",
        ("NV703", "`deny` needs `from` or `to`", "netverify.yaml:2:19", "say who must not reach whom"),
    ),
    "only with both ends": (
        "assertions:\n  - {id: a, only: {from: shop/web, to: shop/web, flows: []}}\n",
        ("NV703", "`only` needs either `from` or `to`", "netverify.yaml:2:19", "make two assertions for both"),
    ),
    "an approved flow with the end of the assertion": (
        "assertions:\n  - {id: a, only: {to: shop/web, flows: [{to: shop/web}]}}\n",
        (
            "NV703",
            "an approved flow of `only` has no `to` of its own",
            "netverify.yaml:2:42",
            "it is that of the assertion: narrow `to` there",
        ),
    ),
    "one zone apart from none": (
        "assertions:\n  - {id: a, separate: shop/web}\n",
        ("NV703", "`separate` needs two zones or more", "netverify.yaml:2:23", ""),
    ),
    "a zone that there is not": (
        "zones:\n  payments: namespace shop\nassertions:\n  - {id: a, isolated: paymnts}\n",
        (
            "NV707",
            "there is no zone `paymnts`, and as an ENDPOINT: no manifest holds a workload or Service `paymnts`",
            "netverify.yaml:4:23",
            "did you mean `payments`?",
        ),
    ),
    "a zone in a circle": (
        "zones:\n  one: [shop/web, one]\n" + RULE,
        ("NV707", "zone `one` is made of itself: one -> one", "netverify.yaml:2:19", "take it out of one of them"),
    ),
    "a zone that is a word of questions": (
        "zones:\n  internet: namespace shop\n" + RULE,
        (
            "NV703",
            "no zone can be called `internet`: it is a word of questions",
            "netverify.yaml:2:3",
            "give it another name",
        ),
    ),
    "a zone with a blank in its name": (
        "zones:\n  a b: namespace shop\n" + RULE,
        (
            "NV703",
            "`a b` is not a valid name here",
            "netverify.yaml:2:3",
            "a name has letters, digits, `-` and `_`, beginning with a letter",
        ),
    ),
    "a zone of nothing": (
        "zones:\n  one: {description: x}\n" + RULE,
        (
            "NV703",
            "zone `one` needs `any`, `cidrs`, or `namespaces` and `pods`",
            "netverify.yaml:2:3",
            "make two zones, and a third one with `any: [ONE, OTHER]`",
        ),
    ),
    "a label that no pod can have": (
        "zones:\n  one: {pods: {matchLabels: {app: a b}}}\n" + RULE,
        (
            "NV703",
            "the label value `a b` must be empty, or must consist of …",
            "netverify.yaml:2:35",
            "",
        ),
    ),
    "a label key that no pod can have": (
        "zones:\n  one: {pods: {matchLabels: {a/b/c: d}}}\n" + RULE,
        (
            "NV703",
            "the label key `a/b/c` must be a name, with at most one `/` after a prefix",
            "netverify.yaml:2:30",
            "",
        ),
    ),
    "an operator of a sentence": (
        "zones:\n  one: {pods: {matchExpressions: [{key: a, operator: in, values: [b]}]}}\n" + RULE,
        (
            "NV703",
            "`zones.one.pods.matchExpressions[0].operator` must be `In`, `NotIn`, `Exists` or `DoesNotExist`",
            "netverify.yaml:2:54",
            SCHEMA,
        ),
    ),
    "an operator without values": (
        "zones:\n  one: {pods: {matchExpressions: [{key: a, operator: NotIn}]}}\n" + RULE,
        ("NV703", "operator `NotIn` needs values", "netverify.yaml:2:35", ""),
    ),
    "a CIDR that there is not": (
        "zones:\n  one: {cidrs: [10.0.0.0/8, 10.0.0.0/33]}\n" + RULE,
        (
            "NV409",
            "`10.0.0.0/33` is neither an address nor a CIDR",
            "netverify.yaml:2:29",
            "write `10.0.0.0/8` or `2001:db8::/32`",
        ),
    ),
    "a port beyond the last": (
        "assertions:\n  - {id: a, deny: {to: shop/web, ports: [80, 65536]}}\n",
        ("NV405", "in `65536`: there is no port `65536`", "netverify.yaml:2:46", "ports go from 1 to 65535"),
    ),
    "a port that is a number with a fraction": (
        "assertions:\n  - {id: a, deny: {to: shop/web, ports: 80.5}}\n",
        (
            "NV703",
            "`assertions[0].deny.ports` must be a port such as `5432`, `8000-8999/udp` or `http`, or a list of such",
            "netverify.yaml:2:41",
            SCHEMA,
        ),
    ),
    "a port that the Service does not have": (
        "assertions:\n  - {id: a, deny: {from: any pod, to: service shop/front, ports: 81}}\n",
        (
            "NV411",
            "in `81`: Service shop/front has no port `81`",
            "netverify.yaml:2:66",
            "its port is 80 (http)",
        ),
    ),
    "a port beside an end": (
        'assertions:\n  - {id: a, deny: {to: "shop/web:80"}}\n',
        (
            "NV402",
            "in `shop/web:80`: the end should stop before `:`",
            "netverify.yaml:2:24",
            "give the port under `ports`",
        ),
    ),
    "a namespace that there is not": (
        "assertions:\n  - {id: a, isolated: namespace shpo}\n",
        (
            "NV406",
            "in `namespace shpo`: no manifest declares or mentions a namespace `shpo`",
            "netverify.yaml:2:23",
            "did you mean `shop`?",
        ),
    ),
    "a namespace by name that there is not": (
        "assertions:\n  - {id: a, default-deny: {namespaces: [shop, shpo]}}\n",
        ("NV406", "there is no namespace `shpo`", "netverify.yaml:2:47", "did you mean `shop`?"),
    ),
    "a workload that there is not": (
        "assertions:\n  - {id: a, isolated: shop/wbe}\n",
        (
            "NV407",
            "in `shop/wbe`: no manifest holds a workload or Service `shop/wbe`",
            "netverify.yaml:2:23",
            "did you mean `shop/web`?",
        ),
    ),
    "a day that there is not": (
        RULE + "exceptions:\n  - {id: e, assertions: closed, flows: [{from: any pod}], reason: r, owner: o, "
        "expires: 2027-02-30}\n",
        ("NV703", "`exceptions[0].expires` must be a day such as `2027-01-31`", "netverify.yaml:3:89", SCHEMA),
    ),
    "an exception without an end": (
        RULE + "exceptions:\n  - {id: e, assertions: closed, flows: [{from: any pod}], reason: r, owner: o}\n",
        ("NV703", "`expires` is missing in `exceptions[0]`", "netverify.yaml:3:5", SCHEMA),
    ),
    "an exception for everything": (
        RULE + "exceptions:\n  - {id: e, assertions: closed, flows: [], reason: r, owner: o, expires: 2027-01-01}\n",
        ("NV703", "`exceptions[0].flows` needs one item or more", "netverify.yaml:3:40", SCHEMA),
    ),
    "an exception for no assertion": (
        RULE + "exceptions:\n  - {id: e, assertions: [closd], flows: [{from: any pod}], reason: r, owner: o, "
        "expires: 2027-01-01}\n",
        (
            "NV708",
            "exception `e` is for an assertion `closd` that there is not",
            "netverify.yaml:3:26",
            "did you mean `closed`?",
        ),
    ),
    "a CNI that there is not": (
        "cni: calicoo\n" + RULE,
        ("NV703", "there is no CNI `calicoo`", "netverify.yaml:1:6", "did you mean `calico`?"),
    ),
    "a key that cannot be assumed": (
        "assume:\n  pod-cidrs: 10.0.0.0/8\n" + RULE,
        ("NV703", "nothing called `pod-cidrs` can be assumed", "netverify.yaml:2:14", "did you mean `pod-cidr`?"),
    ),
    "a value that a key cannot have": (
        "assume:\n  pod-cidr: [10.0.0.0/8, 10.x]\n" + RULE,
        (
            "NV703",
            "`10.x` is not a CIDR",
            "netverify.yaml:2:26",
            "write a network address with its prefix length: `10.0.0.0/8`, `2001:db8::/32`",
        ),
    ),
    "a controller that there is not": (
        "ingress-controller: shop/edge\n" + RULE,
        (
            "NV407",
            "in `shop/edge`: no manifest holds a workload or Service `shop/edge`",
            "netverify.yaml:1:21",
            "…",
        ),
    ),
    "two documents": (
        RULE + "---\n" + RULE,
        ("NV701", "an intent file is one YAML mapping", "netverify.yaml", "begin with `netverify init`"),
    ),
    "nothing": ("", ("NV701", "an intent file is one YAML mapping", "netverify.yaml", "begin with `netverify init`")),
    "a comment alone": (
        "# to be written\n",
        ("NV701", "an intent file is one YAML mapping", "netverify.yaml", "begin with `netverify init`"),
    ),
    "a list": (
        "- id: a\n",
        ("NV701", "an intent file is one YAML mapping", "netverify.yaml", "begin with `netverify init`"),
    ),
    "a template": (
        "assertions: [{id: a, isolated: {{ .Values.zone }}}]\n",
        ("NV701", "a template, not an intent file", "netverify.yaml", "begin with `netverify init`"),
    ),
    "no YAML": (
        "assertions: [\n",
        ("NV101", "this is not YAML: …", "netverify.yaml:2:1", "check the indentation and the quotes up to this place"),
    ),
    "a key twice": (
        RULE + RULE,
        ("NV102", "the key `assertions` appears twice…", "netverify.yaml:2:1", "…"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_place_and_what_to_do(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, expected = WRONG[name]
    Path("netverify.yaml").write_text(text)
    status, out, err = checked(capsys)
    assert (status, out) == (2, "")
    found = errors(err)
    assert len(found) == 1, err
    for wanted, got in zip(expected, found[0], strict=True):
        assert re.fullmatch(".*".join(map(re.escape, wanted.split("…"))), got), err


def test_everything_that_is_wrong_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text("cnii: x\nversion: 3\nassertions: [{id: a}, {isolated: shop/web}]\n")
    status, _, err = checked(capsys)
    assert status == 2
    assert [code for code, *_ in errors(err)] == ["NV702", "NV703", "NV703"]
    assert err.endswith("3 errors\n")


def test_a_file_that_is_not_utf_8_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_bytes(b"assertions: [{id: a, title: caf\xe9, isolated: shop/web}]\n")
    status, _, err = checked(capsys)
    assert status == 2
    assert [code for code, *_ in errors(err)] == ["NV111"]


@pytest.mark.parametrize(
    ("path", "reason", "advice"),
    [
        ("nothing.yaml", "no such file or directory", "name another one with `--spec`"),
        (".", "is a directory", "name another one with `--spec`"),
        ("/dev/null", "a device, not a file", "give a file or a folder; pipe text in with `-f -`"),
    ],
)
def test_a_spec_that_is_no_file_is_refused(
    path: str, reason: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = checked(capsys, "--spec", path)
    assert status == 2
    assert errors(err) == [("NV701", f"an intent file that cannot be read: {reason}", path, advice)]


def test_a_folder_without_an_intent_file_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = checked(capsys)
    assert status == 2
    assert err.startswith(
        "error[NV420]: there is no intent file here: neither `netverify.yaml` nor `.netverify.yaml`\n"
    )


@pytest.mark.parametrize("text", ["{}\n", "assertions: []\n", "zones: {shop: namespace shop}\n"])
def test_an_intent_file_without_assertions_proves_nothing_and_is_misuse(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("netverify.yaml").write_text(text)
    status, out, err = checked(capsys)
    assert (status, out) == (2, "")
    assert err == (
        "error[NV420]: the intent holds no assertion\n  = help: a gate without any would let everything pass\n"
    )


def test_names_are_used_once_over_all_files(capsys: pytest.CaptureFixture[str]) -> None:
    entry = "reason: r, owner: o, expires: 2099-01-01, flows: [{from: any pod}], assertions: closed"
    part = f"zones: {{z: namespace shop}}\n{RULE}exceptions: [{{id: e, {entry}}}]\n"
    Path("one.yaml").write_text(part)
    Path("other.yaml").write_text(part)
    status, _, err = checked(capsys, "--spec", "one.yaml", "--spec", "other.yaml")
    assert status == 2
    advice = "give one of them another name"
    assert errors(err) == [
        ("NV704", "two zones are called `z`", "other.yaml:1:9", advice),
        ("NV704", "two assertions are called `closed`", "other.yaml:2:19", advice),
        ("NV704", "two exceptions are called `e`", "other.yaml:3:19", advice),
    ]
    assert " ::: one.yaml:2:19: the first one\n" in err


def test_the_same_file_named_twice_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("one.yaml").write_text("assertions: [{id: a, default-deny: {}}]\n")
    status, _, err = checked(capsys, "--spec", "one.yaml", "--spec", "./one.yaml")
    assert (status, err) == (1, "")


@pytest.mark.parametrize("path", ["../zones.yaml", "/etc/hostname", "below/../../zones.yaml", "link.yaml", "folder/x"])
def test_an_include_leads_nowhere_but_below_its_file(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    inner = Path("inner")
    inner.mkdir()
    Path("zones.yaml").write_text("zones: {z: namespace shop}\n")
    Path("x").write_text("zones: {z: namespace shop}\n")
    (inner / "link.yaml").symlink_to("../zones.yaml")
    (inner / "folder").symlink_to("..")
    (inner / "intent.yaml").write_text(f"include: [{path}]\n{RULE}")
    status, _, err = checked(capsys, "--spec", "inner/intent.yaml")
    assert status == 2
    advice = "move it there, or name it with `--spec`"
    assert errors(err) == [
        ("NV705", f"`{path}` is not below the folder of this file", "inner/intent.yaml:1:11", advice)
    ]


def test_an_include_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text("include: [zones.yaml]\n" + RULE)
    status, _, err = checked(capsys)
    assert status == 2
    assert errors(err) == [
        ("NV705", "there is no file `zones.yaml`", "netverify.yaml:1:11", "paths are relative to this file")
    ]


def test_what_is_wrong_in_an_included_file_is_told_at_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("parts").mkdir()
    Path("netverify.yaml").write_text("include: [parts/zones.yaml]\n" + RULE)
    Path("parts/zones.yaml").write_text("zones:\n  z: {cidrs: 10.0.0/8}\n")
    status, _, err = checked(capsys)
    assert status == 2
    assert [(code, place) for code, _, place, _ in errors(err)] == [("NV409", "parts/zones.yaml:2:14")]


def test_files_that_include_each_other_are_read_once_each(capsys: pytest.CaptureFixture[str]) -> None:
    Path("netverify.yaml").write_text("include: [other.yaml]\nassertions: [{id: a, default-deny: {}}]\n")
    Path("other.yaml").write_text("include: [netverify.yaml, other.yaml]\nzones: {z: namespace shop}\n")
    status, out, err = checked(capsys)
    assert (status, err) == (1, "")
    assert out.startswith("REFUTED a ")


def test_zones_of_zones_neither_grow_nor_recurse_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    wide = "".join(f"  z{n}: [z{n + 1}, w{n + 1}]\n  w{n}: [w{n + 1}, z{n + 1}]\n" for n in range(40))
    Path("netverify.yaml").write_text(f"zones:\n{wide}  z40: shop/web\n  w40: namespace shop\n" + RULE)
    assert checked(capsys)[0] == 1
    deep = "".join(f"  z{n}: z{n + 1}\n" for n in range(2000))
    Path("netverify.yaml").write_text(f"zones:\n{deep}  z2000: shop/web\n" + RULE)
    status, _, err = checked(capsys)
    assert status == 2
    assert {code for code, *_ in errors(err)} == {"NV707"}
    assert "made of zones that are made of zones, more than 50 deep" in err


def test_the_largest_intent_file_is_read_quickly_right_or_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = "".join(f"  - {{id: a{n}, deni: {{from: any pod, to: shop/web}}}}\n" for n in range(5_000))
    Path("netverify.yaml").write_text("assertions:\n" + wrong)
    status, _, err = checked(capsys)
    assert status == 2
    assert "did you mean `deny`?" in err
    assert "4980 more NV702 are not shown" in err
    Path("netverify.yaml").write_text("assertions:\n" + wrong.replace("deni", "deny") * 12)
    status, _, err = checked(capsys)
    assert status == 2
    assert [code for code, *_ in errors(err)] == ["NV117"]


def test_many_exceptions_are_matched_with_many_assertions_quickly(capsys: pytest.CaptureFixture[str]) -> None:
    rules = "".join(f"  - {{id: a{n}, deny: {{from: any pod, to: shop/web}}}}\n" for n in range(5_000))
    rest = "flows: [{from: any pod}], reason: r, owner: o, expires: 2099-01-01"
    exceptions = "".join(f"  - {{id: e{n}, assertions: [a{n}], {rest}}}\n" for n in range(5_000))
    Path("netverify.yaml").write_text(f"assertions:\n{rules}")
    Path("exceptions.yaml").write_text(f"exceptions:\n{exceptions}".replace("[a7]", "[b7]"))
    status, _, err = checked(capsys, "--spec", "netverify.yaml", "--spec", "exceptions.yaml")
    assert status == 2
    assert [code for code, *_ in errors(err)] == ["NV708"]


EVIL = "\x1b[31m\x07\r\n::error::owned\n##[error]owned\u202e"


@pytest.mark.parametrize(
    "template",
    [
        "EVIL: 1\n",
        "EVIL: 1\nassertions: [EVIL]\n",
        "zones: {EVIL: namespace shop}\n",
        "zones: {z: EVIL}\n",
        "zones: {z: {cidrs: EVIL}}\n",
        "zones: {z: {pods: {matchLabels: {EVIL: EVIL}}}}\n",
        "zones: {z: {namespaces: EVIL}}\nassertions: [{id: a, isolated: z}]\n",
        "assertions: [{id: EVIL, isolated: shop/web}]\n",
        "assertions: [{id: a, isolated: EVIL}]\n",
        "assertions: [{id: a, EVIL: x}]\n",
        "assertions: [{id: a, deny: {to: shop/web, ports: EVIL}}]\n",
        "assertions: [{id: a, severity: EVIL, isolated: shop/web}]\n",
        "assertions: [{id: a, default-deny: {namespaces: EVIL}}]\n",
        "include: [EVIL]\n" + RULE,
        "cni: EVIL\n" + RULE,
        "assume: {EVIL: EVIL}\n" + RULE,
        "assume: {policy-enforced: EVIL}\n" + RULE,
        "ingress-controller: EVIL\n" + RULE,
        "sources: [{EVIL: x}]\n" + RULE,
    ],
)
def test_nothing_that_an_intent_file_says_reaches_the_terminal_raw(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = '"' + EVIL.encode("unicode_escape").decode().replace('"', '\\"') + '"'
    Path("netverify.yaml").write_text(template.replace("EVIL", quoted))
    status, out, err = checked(capsys)
    assert (status, out) == (2, "")
    assert errors(err)
    assert re.fullmatch(r"[ -~\n]*", err)
    assert not re.search(r"^ *::error|##\[", err, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "field", "place"),
    [
        ("assertions: [{id: a, deny: {from: , to: shop/web}}]\n", "assertions[0].deny.from", "1:29"),
        (
            (
                "exceptions: [{id: e, assertions: a, flows: [{from: shop/web, ports: }], reason: r, owner: o, "
                "expires: 2099-01-01}]\nassertions: [{id: a, isolated: namespace shop}]\n"
            ),
            "exceptions[0].flows[0].ports",
            "1:62",
        ),
        ("assertions:\n", "assertions", "1:1"),
    ],
)
def test_a_field_without_a_value_is_not_one_that_is_left_out(
    text: str, field: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """To leave ``from`` out means anyone: an exception that somebody did not finish would leave everything aside."""
    Path("netverify.yaml").write_text(text)
    status, _, err = checked(capsys)
    assert status == 2
    assert f"error[NV703]: `{field}` has no value\n --> netverify.yaml:{place}\n" in err


class TestWhatCanBeSaidOnlyOnce:
    """*What can be said only once is what the first file says*: an include does not overrule the file that names it."""

    @pytest.mark.parametrize(
        ("setting", "first", "other"),
        [
            ("node-local-dns", False, True),
            ("node-local-dns", True, False),
            ("namespace", "one", "two"),
            ("cluster-domain", "one.local", "two.local"),
            ("cni", "calico", "cilium"),
            ("ingress-controller", "namespace one", "namespace two"),
            ("assume", {"endport-supported": True}, {"endport-supported": False}),
            ("assume", {"endport-supported": False}, {"endport-supported": True}),
            ("assume", {"named-ports": "declared"}, {"named-ports": "free"}),
        ],
    )
    def test_the_first_file_wins(self, setting: str, first: object, other: object) -> None:
        Path("one.yaml").write_text(json.dumps({"include": ["two.yaml"], setting: first}))
        Path("alone.yaml").write_text(json.dumps({setting: first}))
        Path("two.yaml").write_text(json.dumps({setting: other}))
        together, alone, included = (read_spec((name,)) for name in ("one.yaml", "alone.yaml", "two.yaml"))
        assert said(together, setting) == said(alone, setting) != said(included, setting)

    def test_what_the_first_file_leaves_open_is_what_the_next_one_says(self) -> None:
        Path("one.yaml").write_text("include: [two.yaml]\n")
        Path("two.yaml").write_text("node-local-dns: true\nassume: {endport-supported: false}\n")
        spec = read_spec(("one.yaml",))
        assert spec.node_local_dns
        assert [one.text for one in spec.assumptions] == ["endport-supported=false"]

    def test_ranges_add_up(self) -> None:
        Path("one.yaml").write_text("include: [two.yaml]\nassume: {pod-cidr: [10.0.0.0/8]}\n")
        Path("two.yaml").write_text("assume: {pod-cidr: [192.168.0.0/16]}\n")
        assert [one.text for one in read_spec(("one.yaml",)).assumptions] == [
            "pod-cidr=10.0.0.0/8",
            "pod-cidr=192.168.0.0/16",
        ]


def said(spec: Spec, setting: str) -> object:
    """What ``spec`` says of ``setting``, without places."""
    names = {"assume": "assumptions"}
    value = getattr(spec, names.get(setting, setting.replace("-", "_")))
    if isinstance(value, tuple):
        return [one.text for one in value]
    return value.text if isinstance(value, Written) else value


@pytest.mark.parametrize("domain", ["cluster.local", "other.local"])
def test_a_flag_goes_before_the_file_also_where_it_says_the_default(domain: str) -> None:
    Path("netverify.yaml").write_text("cluster-domain: file.local\n")
    spec = read_spec(("netverify.yaml",))
    request = CheckRequest(sources=Sources(("m",)), assumed=assumed(None, ()))
    assert with_assumed(request, spec).routing.cluster_domain == "file.local"
    given = replace(request, routing=RoutingGiven(domain))
    assert with_assumed(given, spec).routing.cluster_domain == domain
