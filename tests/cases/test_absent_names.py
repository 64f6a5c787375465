"""Names with the form of one of the cluster that no object has: an error, and never an address outside."""

from __future__ import annotations

from pathlib import Path

import pytest

import netverify
from cases.gates import Gates
from netverify import Cluster, SentenceError, Verdict
from netverify.cli.main import main

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: pay}
---
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: db-svc, namespace: shop}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: GOVERNING
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: pay}
spec: {containers: [{name: c, image: i}]}
"""


def shop(governing: str = "db") -> Cluster:
    return netverify.read(texts={"m.yaml": SHOP.replace("GOVERNING", governing)})


def refused(name: str, source: str = "pay/client", governing: str = "db") -> SentenceError:
    with pytest.raises(SentenceError) as caught:
        shop(governing).ask(f"can {source} reach {name}:80")
    assert caught.value.code == "NV410"
    return caught.value


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("bakend.shop", "backend.shop"),
        ("bakend.shop.svc", "backend.shop"),
        ("bakend.shop.svc.cluster.local", "backend.shop"),
        ("Bakend.Shop", "backend.shop"),
        ("_http._tcp.bakend.shop", "backend.shop"),
        ("db-0.db-svcs.shop", "db-0.db-svc.shop"),
        ("backend.shpo.svc", "backend.shop"),
        ("backend.pay", "backend.shop"),
    ],
)
def test_a_misspelt_service_is_no_address_outside(name: str, meant: str) -> None:
    """DNS specification: `<service>.<ns>.svc.<zone>`; nothing forwards a name of the zone."""
    assert f"did you mean `{meant}`?" in refused(name).help


def test_a_service_of_which_nothing_is_near_is_absent_as_well() -> None:
    found = refused("cache.shop")
    assert found.message.endswith("no manifest holds a Service shop/cache")
    assert found.help == "for a host outside the cluster, write `cache.shop.`"


def test_a_workload_is_no_name_in_dns() -> None:
    assert "ask about its pods by `shop/db[StatefulSet]`, or add the Service" in refused("db.shop").help


@pytest.mark.parametrize(("name", "source"), [("db-0.db-svc.shop", "pay/client"), ("db-0.db-svc", "shop/db")])
def test_pods_have_names_below_their_service_name_alone(name: str, source: str) -> None:
    """StatefulSet: "$(podname).$(governing service domain)", where that is `serviceName`."""
    found = refused(name, source)
    assert (
        "Service shop/db-svc has no endpoint `db-0`: the serviceName of shop/db[StatefulSet] is `db`" in found.message
    )
    assert found.help.startswith("write `serviceName: db-svc`; no manifest holds a Service shop/db")
    assert shop("db-svc").ask(f"can {source} reach {name}:80").verdict is Verdict.REACHABLE


def test_pods_of_another_service_have_its_name() -> None:
    found = refused("db-0.db-svc.shop", governing="backend")
    assert found.help.startswith("did you mean `db-0.backend.shop`?")
    assert "has no serviceName" in refused("db-0.db-svc.shop", governing='""').message


def test_a_pod_beyond_the_replicas_has_no_name() -> None:
    assert "has no endpoint `db-7`" in refused("db-7.db-svc.shop", governing="db-svc").message


@pytest.mark.parametrize("name", ["example.com", "api.pay.example.com", "bakend.shop.", "backend.shpo"])
def test_other_names_are_outside_and_the_answer_says_so(name: str) -> None:
    found = shop().ask(f"can pay/client reach {name}:80")
    assert found.verdict is Verdict.REACHABLE
    assert found.route.path[-1].text == f"{name.removesuffix('.')}, outside the cluster"


def test_a_name_outside_that_is_near_one_of_the_cluster_is_pointed_at() -> None:
    found = shop().ask("can pay/client reach backend.shpo:80")
    assert "backend.shpo is taken to be outside the cluster: did you mean `backend.shop`?" in found.notes


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gates:
    monkeypatch.chdir(tmp_path)
    return Gates(capsys)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("bakend.shop", "did you mean `backend.shop`?"),
        ("db-0.db-svc", "did you mean `db-0.db-svc.shop`?"),
        ("db-9.db-svc", "ask about the Service"),
    ],
)
def test_a_gate_does_not_prove_anything_about_them(name: str, advice: str, gates: Gates) -> None:
    Path("manifests.yaml").write_text(SHOP.replace("GOVERNING", "db-svc"))
    Path("netverify.yaml").write_text(
        f"assertions:\n- id: it\n  allow:\n    from: pay/client\n    to: {name}\n    ports: [80]\n"
    )
    found = gates.run("-f", "manifests.yaml")
    assert found.status == 2
    assert "netverify.yaml:5:9" in found.err
    assert advice in found.err


PORTS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 80, name: http}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 5432, name: pg}]}]}
"""
HTTP = "declares a port named `htp`: did you mean `http`?"
UDP = "declares a UDP port named `http`: did you mean `http/tcp`?"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["map", "--port", "htp"], f"VACUOUS: no pod {HTTP}"),
        (["map", "--port", "80", "--port", "htp"], f"VACUOUS: no pod {HTTP}"),
        (["map", "--port", "http/udp"], f"VACUOUS: no pod {UDP}"),
        (["query", "can data/db reach shop/web:htp"], f"no pod that matches the destination `shop/web[Pod]` {HTTP}"),
        (["query", "can data/db reach shop/web:http/udp"], f"the destination `shop/web[Pod]` {UDP}"),
        (["query", "can shop/web reach data/db:http"], "the destination `data/db[Pod]` declares a port named `http`"),
        (["query", "who can reach data/db:http"], "the destination `data/db[Pod]` declares a port named `http`"),
        (["query", "who can reach pods app=x in namespace data"], ""),
    ],
)
def test_a_port_name_that_no_pod_declares_is_told(arguments, said, tmp_path, capsys) -> None:
    (tmp_path / "m.yaml").write_text(PORTS)
    status = main([*arguments, "-f", str(tmp_path)], "netverify")
    out = " ".join(capsys.readouterr().out.split())
    assert said in out
    assert status == (1 if said else 0)
    assert "no such traffic" not in out


@pytest.mark.parametrize("port", ["http", "http/any", "pg", "80"])
def test_a_port_that_some_pod_declares_is_no_unknown_one(port, tmp_path, capsys) -> None:
    (tmp_path / "m.yaml").write_text(PORTS)
    assert main(["map", "--port", port, "-f", str(tmp_path)], "netverify") == 0
    assert "VACUOUS" not in capsys.readouterr().out


def test_a_denial_of_a_port_name_that_no_pod_declares_says_so(tmp_path, capsys) -> None:
    (tmp_path / "m.yaml").write_text(PORTS)
    spec = tmp_path / "spec"
    spec.write_text("assertions: [{id: x, deny: {from: namespace data, to: shop/web, ports: [htp]}}]\n")
    assert main(["check", "--spec", str(spec), "-f", str(tmp_path / "m.yaml")], "netverify") == 1
    assert HTTP in " ".join(capsys.readouterr().out.split())
