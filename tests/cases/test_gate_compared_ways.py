"""`equivalent` and `not-more-permissive` are about ways in as well: a gate on them sees a Service become public."""

import json
from pathlib import Path

import pytest

from cases.gates import GUARDED, SHOP, Gates
from netverify.cli.main import main
from netverify.gate import checking
from netverify.gate.judged import Judged
from netverify.gate.outcome import GateVerdict

PLAIN = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
"""
PUBLIC = PLAIN.replace("spec: {selector", "spec: {type: LoadBalancer, selector")


@pytest.fixture
def compared(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    gates = Gates(capsys)

    def judged(old, new, verb):
        Path("base").mkdir(exist_ok=True)
        Path("base/m.yaml").write_text(old)
        return gates.result(new, f"{verb}: {{directory: base}}")

    return judged


def test_a_way_in_that_appears_is_more_and_names_the_pods_that_it_leads_to(compared):
    result = compared(SHOP + PLAIN, SHOP + PUBLIC, "not-more-permissive")
    assert result["verdict"] == "refuted"
    assert "outside can reach shop/web[Pod]:8080 by way of load balancer of Service shop/web on TCP 80" in [
        one["text"] for one in result["violations"]
    ]


def test_a_way_in_that_goes_is_less_and_not_equivalent(compared):
    assert compared(SHOP + PUBLIC, SHOP + PLAIN, "not-more-permissive")["verdict"] == "proved"
    result = compared(SHOP + PUBLIC, SHOP + PLAIN, "equivalent")
    assert result["verdict"] == "refuted"
    assert all("can no longer reach" in one["text"] for one in result["violations"])


def test_a_service_that_leads_pods_elsewhere_is_not_equivalent(compared):
    moved = PLAIN.replace("8080", "9090")
    texts = [one["text"] for one in compared(SHOP + PLAIN, SHOP + moved, "equivalent")["violations"]]
    assert "Service shop/web leads pods to shop/web[Pod]:9090 on port 80" in texts
    assert "Service shop/web no longer leads pods to shop/web[Pod]:8080 on port 80" in texts


def test_an_alias_of_another_name_is_more_and_says_so(compared):
    """Whatever has the other name is reached by the Service from then on."""
    alias = PLAIN.replace("name: web,", "name: db,").partition("spec:")[0]
    alias += "spec: {type: ExternalName, externalName: NAME}\n---\n"
    sides = [SHOP + alias.replace("NAME", name) for name in ("a.example.com", "b.example.com")]
    for verb in ("not-more-permissive", "equivalent"):
        result = compared(*sides, verb)
        assert (result["verdict"], len(result["violations"]) > 0) == ("refuted", True)
        assert "Service shop/db: is an alias of b.example.com, before of a.example.com" in [
            one["text"] for one in result["violations"]
        ]
    assert compared(sides[0], sides[0], "equivalent")["verdict"] == "proved"


def test_what_is_refuted_without_a_violation_is_nothing_that_a_baseline_could_know(compared, monkeypatch):
    monkeypatch.setattr(checking, "judge_comparison", lambda *_: Judged(GateVerdict.REFUTED))
    assert compared(SHOP, SHOP, "equivalent")["verdict"] == "refuted"


def test_the_same_ways_in_are_equivalent(compared):
    assert compared(GUARDED + PUBLIC, GUARDED + PUBLIC, "equivalent")["verdict"] == "proved"


def printed(capsys, *arguments):
    capsys.readouterr()
    status = main(["diff", "old", "new", *arguments], "netverify")
    return status, capsys.readouterr().out


@pytest.fixture
def two_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("old", PLAIN), ("new", PUBLIC)):
        Path(name).mkdir()
        Path(f"{name}/m.yaml").write_text(SHOP + text)


@pytest.mark.usefixtures("two_folders")
@pytest.mark.parametrize(("fail_on", "status"), [("new-access", 1), ("any", 1), ("lost-access", 0), ("never", 0)])
def test_a_new_load_balancer_fails_on_new_access(capsys, fail_on, status):
    assert printed(capsys, "--fail-on", fail_on)[0] == status


@pytest.mark.usefixtures("two_folders")
def test_every_form_of_a_comparison_shows_the_new_load_balancer(capsys):
    _, text = printed(capsys)
    assert "ways in   + TCP 80  LoadBalancer of Service shop/web: new, open" in text
    report = json.loads(printed(capsys, "-o", "json")[1])
    assert (report["new_access"], report["lost_access"]) == ("yes", "no")
    balancer = next(one for one in report["ways"] if one["by"] == "LoadBalancer")
    assert (balancer["before"], balancer["after"]["openness"]) == (None, "open")
    assert balancer["gained"][0]["endpoint"] == "shop/web[Pod]:8080"
    _, markdown = printed(capsys, "-o", "markdown")
    assert "| ways in | + TCP 80  LoadBalancer of Service shop/web: new, open<br>" in markdown
