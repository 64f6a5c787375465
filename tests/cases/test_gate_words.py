"""How `netverify check` says what is against an assertion, and what it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.gates import Gates
from cases.pods_by_ways import BEHIND, CLUSTER, START
from cases.ways_in_texts import CLOSED, asked, from_blocks, policy, written
from netverify import SentenceError

ROUTE = written(
    "HTTPRoute",
    "r",
    "spec: {parentRefs: [{name: edge, namespace: gw}], rules: [{backendRefs: [{name: api, port: 80}]}]}",
    group="gateway.networking.k8s.io/v1",
)


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


FROM_INTERNET = "deny: {from: internet, to: service shop/api}"


@pytest.mark.parametrize("assertion", [FROM_INTERNET, "allow: {from: internet, to: service shop/api}"])
def test_what_a_node_is_taken_to_be_is_nothing_that_the_user_is_asked_to_take_as_given(
    gates: Gates, assertion: str
) -> None:
    result = gates.result(START + CLUSTER + from_blocks("203.0.113.0/24"), assertion)
    assert result["verdict"] == "refuted"
    assert "host-network-policed" not in gates.run("-f", "manifests.yaml").out


def test_what_is_against_an_assertion_is_broken_into_lines_that_fit(gates: Gates) -> None:
    gates.result(START + CLUSTER + policy(CLOSED), FROM_INTERNET)
    printed = gates.run("-f", "manifests.yaml").out
    assert "by way of NodePort of Service shop/api" in printed
    assert max(map(len, printed.splitlines())) < 160


def test_a_controller_that_is_called_one_already_is_called_so_once() -> None:
    answer = asked(START + ROUTE + BEHIND, "can internet reach service shop/api")
    assert [hop.text for hop in answer.route.path][-2:] == ["the controller of Gateway gw/edge", "Service shop/api"]


def test_a_name_that_stands_for_nothing_is_said_to_do_so_once() -> None:
    with pytest.raises(SentenceError) as refused:
        asked(START, "can other/client reach api.shop.svc:80")
    assert (
        refused.value.message == "nothing is known by the DNS name `api.shop.svc`: no manifest holds a Service shop/api"
    )
