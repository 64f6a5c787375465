"""Exceptions that objects carry: what they leave aside, and what they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import CLOSED, FROM_WEB, GUARDED, SHOP, Gates
from cases.pods_by_ways import BY_CONTROLLER, CONTROLLER_BALANCER, FROM_EDGE

NEVER = "deny: {from: namespace shop, to: namespace data}"
WORDS = 'ignore.netverify.dev/it: "until spring; expires=%s; owner=data; ticket=D-1"'
AGAIN = FROM_WEB.replace("from-web", "again").replace("5432", "22")


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


def carried_by(text: str, name: str, expires: str = "2099-03-31") -> str:
    """``text`` in which the object called ``name`` carries the exception."""
    words = WORDS % expires
    assert f"{{name: {name}" in text
    return text.replace(f"{{name: {name}", f"{{annotations: {{{words}}}, name: {name}", 1)


def test_a_policy_leaves_aside_what_its_rules_allow(gates: Gates) -> None:
    result = gates.result(carried_by(GUARDED, "from-web"), NEVER)
    assert result["verdict"] == "excepted"
    assert result["excepted_by"] == ["NetworkPolicy data/from-web (it)"]


def test_what_another_policy_allows_still_counts(gates: Gates) -> None:
    (found,) = gates.violations(carried_by(GUARDED, "from-web") + AGAIN, NEVER)
    assert found.endswith("on TCP 22 (NetworkPolicy data/again)")


def test_a_namespace_leaves_aside_every_flow_into_it_and_out_of_it(gates: Gates) -> None:
    annotated = carried_by(SHOP, "data") + CLOSED + FROM_WEB + AGAIN
    assert gates.verdict(annotated, NEVER) == "excepted"


@pytest.mark.parametrize("who", ["internet", "namespace other"])
def test_a_policy_that_admits_a_controller_leaves_aside_whoever_is_behind_it(gates: Gates, who: str) -> None:
    """Its rule allows the last connection of the way in, and so the whole way: that is no proof without it."""
    annotation = f"annotations: {{{WORDS % '2099-03-31'}}}"
    admitting = FROM_EDGE.replace("annotations: {}", annotation)
    admitted = BY_CONTROLLER.replace(FROM_EDGE, admitting) + CONTROLLER_BALANCER
    denied = f'deny: {{from: {who}, to: "shop/api[Pod]"}}'
    assert gates.verdict(BY_CONTROLLER + CONTROLLER_BALANCER, denied) == "refuted"
    result = gates.result(admitted, denied)
    assert (result["verdict"], result["excepted_by"]) == ("excepted", ["NetworkPolicy shop/p (it)"])


def test_one_that_has_expired_leaves_nothing_aside(gates: Gates) -> None:
    assert gates.verdict(carried_by(GUARDED, "from-web", "2020-03-31"), NEVER) == "refuted"


def test_auditors_can_do_without(gates: Gates) -> None:
    assert gates.verdict(carried_by(GUARDED, "from-web"), NEVER, "--no-exceptions") == "refuted"


def test_one_for_other_intent_is_none_of_ours(gates: Gates) -> None:
    other = carried_by(GUARDED, "from-web").replace("ignore.netverify.dev/it", "ignore.netverify.dev/other")
    assert gates.verdict(other, NEVER) == "refuted"
    assert gates.run("-f", "manifests.yaml", "-o", "json").report["exceptions"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("until spring", "gives no expires and no owner"),
        ("; expires=2099-03-31; owner=data", "gives no reason"),
        ("until spring; expires=2099-02-31; owner=data", "expires on no day: `2099-02-31`"),
        ("until spring; until=2099; owner=data", "has a part that cannot be read: `until=2099`"),
        ("until spring; owner=a; owner=b; expires=2099-03-31", "has a part that cannot be read: `owner=b`"),
    ],
)
def test_one_that_cannot_be_read_is_an_error(gates: Gates, words: str, message: str) -> None:
    annotation = f'{{annotations: {{ignore.netverify.dev/it: "{words}"}}, name: from-web'
    Path("manifests.yaml").write_text(GUARDED.replace("{name: from-web", annotation))
    Path("netverify.yaml").write_text(f"assertions: [{{id: it, {NEVER}}}]\n")
    gate = gates.run("-f", "manifests.yaml")
    assert gate.status == 2
    assert f"error[NV718]: annotation `ignore.netverify.dev/it` {message}" in gate.err
