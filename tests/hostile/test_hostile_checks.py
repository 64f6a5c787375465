"""Intent files and manifests that try to escape through an output of `netverify check`, end to end."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from netverify.cli.main import main

FORMS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")
EVIL = (
    "\x1b]0;owned\x07\x1b[2J\r\n::error::owned\n##[error]owned\n::add-mask::x\n"
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>]]>\n"
    "| x | y |\n```\n# owned\n[x](javascript:alert(1)) @octocat \u0430\xe9 $(id)"
)
MANIFESTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {note: EVIL}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}, annotations: {note: EVIL}}
spec: {containers: [{name: web, image: EVIL}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, image: db, ports: [{containerPort: 5432}]}]}
"""
REFUSED = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: EVIL, namespace: EVIL, labels: {EVIL: EVIL}}
spec: {EVIL: EVIL, podSelector: {matchLabels: {EVIL: EVIL}}, ingress: [{from: [{ipBlock: {cidr: EVIL}}]}]}
---
apiVersion: EVIL
kind: EVIL
metadata: {name: EVIL}
"""
INTENT = """
zones:
  web: {description: EVIL, namespaces: [shop], pods: {matchLabels: {app: web}}}
assertions:
  - {id: refuted, title: EVIL, controls: [EVIL], deny: {from: web, to: shop/db}}
  - {id: vacuous, title: EVIL, deny: {from: shop/db, to: shop/db}}
  - {id: proved, title: EVIL, controls: [EVIL], dns-works: web}
  - {id: only, title: EVIL, only: {to: shop/db, flows: [{from: web, justification: EVIL}]}}
  - {id: excepted, title: EVIL, deny: {from: web, to: shop/db}}
exceptions:
  - {id: used, assertions: [excepted], flows: [{from: web}], reason: EVIL, owner: EVIL, ticket: EVIL,
     expires: 2099-01-01}
  - {id: expired, assertions: [excepted], flows: [{to: web}], reason: EVIL, owner: EVIL, expires: 2001-01-01}
"""
FOLDER = "::error::owned\n\x1b[31m<script>alert(1)</script>`|"


class Elements(HTMLParser):
    """Collects the elements and the attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture(scope="module", params=["read", "refused"])
def outputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each form says, and under `stderr` what stood on the terminal beside it."""
    folder = tmp_path_factory.mktemp("hostile")
    quoted = json.dumps(EVIL, ensure_ascii=True)
    inner = folder / FOLDER.replace("/", "_")
    inner.mkdir()
    manifests = MANIFESTS + (REFUSED if request.param == "refused" else "")
    (inner / "manifests.yaml").write_text(manifests.replace("EVIL", quoted))
    (inner / "intent.yaml").write_text(INTENT.replace("EVIL", quoted))
    arguments = [part for form in FORMS for part in ("-o", f"{form}={folder / form}")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary"))
        patch.setattr("sys.argv", ["netverify", "check", EVIL])
        capture = request.getfixturevalue("_stderr_of")
        status, stderr = capture(["check", "--spec", f"{inner.name}/intent.yaml", "-f", inner.name, *arguments])
    assert status == (4 if request.param == "refused" else 1), stderr
    return {**{form: (folder / form).read_text() for form in (*FORMS, "summary")}, "stderr": stderr}


@pytest.fixture(scope="module")
def _stderr_of():
    import contextlib  # noqa: PLC0415 - capsys is of one test, this of all
    import io  # noqa: PLC0415 - as above

    def run(arguments: list[str]) -> tuple[int, str]:
        stream = io.StringIO()
        with contextlib.redirect_stderr(stream):
            return main(arguments, "netverify"), stream.getvalue()

    return run


def test_no_output_holds_a_raw_control_character_or_is_no_ascii_for_programs(
    outputs: dict[str, str],
) -> None:
    for form, text in outputs.items():
        assert all(line.isprintable() for line in text.split("\n")), form
        assert text.isascii() or form in ("stderr", "text", "github"), form


@pytest.mark.parametrize("form", ["stderr", "text", "json", "sarif", "junit", "gitlab", "markdown", "summary", "html"])
def test_no_line_is_a_command_to_a_runner(form: str, outputs: dict[str, str]) -> None:
    assert not re.search(r"^\s*::[A-Za-z-]+|##\[", outputs[form], re.MULTILINE)


def test_annotations_are_only_those_of_the_gate(outputs: dict[str, str]) -> None:
    """A line that begins with a command is read as that, and so not searched for older ones, `##[…]`."""
    *lines, last = outputs["github"].splitlines()
    assert re.fullmatch(r"netverify: [a-z0-9, ()]+", last)
    for line in lines:
        command = re.match(r"::(error|warning|notice) ([a-zA-Z]+=[^,:]*(?:,[a-zA-Z]+=[^,:]*)*)::", line)
        assert command, line
        names = [part.partition("=")[0] for part in command[2].split(",")]
        assert set(names) <= {"title", "file", "line", "endLine", "col", "endColumn"}


def test_json_reports_are_whole(outputs: dict[str, str]) -> None:
    report = json.loads(outputs["json"])
    assert [result["id"] for result in report["results"]] == ["refuted", "vacuous", "proved", "only", "excepted"]
    assert report["results"][0]["title"] == EVIL
    assert json.loads(outputs["sarif"])["version"] == "2.1.0"
    assert isinstance(json.loads(outputs["gitlab"]), list)


def test_junit_is_xml_with_the_elements_of_its_schema(outputs: dict[str, str]) -> None:
    root = ET.fromstring(outputs["junit"])  # noqa: S314 - we wrote it ourselves
    known = {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
        "properties",
        "property",
    }
    assert {element.tag for element in root.iter()} <= known


def test_the_page_holds_no_element_and_no_link_that_a_text_made(outputs: dict[str, str]) -> None:
    page = Elements()
    page.feed(outputs["html"])
    assert page.tags & {"script", "img", "iframe", "object", "svg", "form", "link", "base"} == set()
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not [link for link in page.links if "javascript" in link]


@pytest.mark.parametrize("form", ["markdown", "summary"])
def test_markdown_stays_what_the_report_made_of_it(form: str, outputs: dict[str, str]) -> None:
    text = outputs[form]
    outside = re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)
    assert "<script" not in outside
    assert "<img" not in outside
    assert not re.search(r"^# owned", text, re.MULTILINE)
    assert not re.search(r"\[[^\]]*\]\(javascript:", outside)
    assert not re.search(r"(?<![\\\w`;])@octocat", outside)
