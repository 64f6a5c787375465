"""Findings about policies: each page's example is found wanting for just that reason, and near it nothing is."""

import re
from pathlib import Path

import pytest

from agreement.pipeline import read_inventory
from netverify.diagnostics import CODES, Severity
from netverify.verify import Verifier

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODES_OF_POLICIES = [code for code in CODES if code >= "NV620"]


def examples(code):
    """The manifests that are found wanting, and those to use instead."""
    parts = re.split(r"^## (.*)$", (PAGES / f"{code}.md").read_text(), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    (example,) = BLOCK.findall(sections["Example"])
    (remedy,) = BLOCK.findall(sections["Use instead"])
    return example, remedy


def findings(text):
    return Verifier(read_inventory(text)).lint(frozenset(CODES_OF_POLICIES)).findings


def codes(text):
    return {finding.code for finding in findings(text)}


@pytest.mark.parametrize("code", CODES_OF_POLICIES)
def test_the_example_of_a_policy_finding_gives_it_and_the_remedy_gives_none(code):
    example, remedy = examples(code)
    assert code in codes(example)
    assert codes(remedy) == set()


@pytest.mark.parametrize("code", CODES_OF_POLICIES)
def test_a_finding_about_a_policy_says_where_and_is_one_line_without_a_full_stop(code):
    for finding in findings(examples(code)[0]):
        assert finding.origin.line
        assert "\n" not in finding.message
        assert not finding.message.endswith(".")
        assert not finding.help.endswith(".")


def changed(code, *replacements):
    """The example of ``code`` with texts replaced, each of which must be there."""
    text = examples(code)[0]
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def only(text, code):
    """The finding of ``code`` about ``text``, of which there is one."""
    (finding,) = [one for one in findings(text) if one.code == code]
    return finding


def test_a_label_that_is_nearly_there_is_suggested():
    assert only(examples("NV620")[0], "NV620").help == "did you mean `app=frontend`?"


def test_a_value_that_stands_under_another_key_is_suggested():
    text = changed("NV620", ("{app: frontend}", "{app.kubernetes.io/name: web}"), ("app: fronted", "app: web"))
    assert only(text, "NV620").help == "did you mean `app.kubernetes.io/name=web`?"


def test_a_namespace_without_pods_in_the_manifests_may_have_any():
    assert codes(examples("NV620")[0].partition("---\n")[2]) == set()


def test_a_label_that_a_controller_sets_may_have_any_value():
    assert "NV620" not in codes(changed("NV620", ("app: fronted", "pod-template-hash: abc")))


def test_policies_that_differ_in_the_order_of_their_rules_say_the_same():
    rules = "[{ports: [{port: 8080}]}]"
    more, other_order = "[{ports: [{port: 1}]}, {ports: [{port: 2}]}]", "[{ports: [{port: 2}]}, {ports: [{port: 1}]}]"
    first, second = examples("NV631")[0].split("---\n")
    text = f"{first.replace(rules, more)}---\n{second.replace(rules, other_order)}"
    assert only(text, "NV631").severity is Severity.WARNING


def test_policies_of_two_namespaces_never_repeat_each_other():
    assert "NV631" not in codes(changed("NV631", ("name: api, namespace: shop", "name: api, namespace: other")))
