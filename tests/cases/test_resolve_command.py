"""``netverify resolve``: the lookup of a name as a pod makes it, and whether policy lets it ask."""

import json

import pytest

from netverify.cli.main import main

EXAMPLE = "examples/storefront"


@pytest.fixture
def resolve(capsys, monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)

    def run(*arguments):
        status = main(["resolve", *arguments, "-f", EXAMPLE], "netverify")
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def report_of(resolve, *arguments):
    status, out, _ = resolve(*arguments, "-o", "json")
    assert status == 0
    return json.loads(out)


def test_each_search_domain_is_tried_in_order(resolve):
    found = report_of(resolve, "backend.payments", "--from", "shop/web[Deployment]")
    assert [(step["name"], step["outcome"]) for step in found["steps"]] == [
        ("backend.payments.shop.svc.cluster.local", "NXDOMAIN"),
        ("backend.payments.svc.cluster.local", "NOERROR"),
    ]
    assert found["target"] == "Service payments/backend"


def test_a_dot_at_the_end_makes_a_name_absolute(resolve):
    found = report_of(resolve, "backend.payments.svc.cluster.local.", "--from", "namespace shop")
    assert [step["outcome"] for step in found["steps"]] == ["NOERROR"]


def test_policy_is_asked_for_each_protocol(resolve):
    found = report_of(resolve, "web", "--from", "shop/web[Deployment]")
    assert {one["protocol"]: one["verdict"] for one in found["dns"]} == {"UDP": "allowed", "TCP": "blocked"}
    assert not found["blocked"]


def test_the_cache_on_the_node_is_no_pod(resolve):
    found = report_of(resolve, "web", "--from", "shop/web[Deployment]", "--node-local-dns")
    assert {one["protocol"]: one["verdict"] for one in found["dns"]}["UDP"] != "allowed"


def test_another_zone(resolve):
    found = report_of(resolve, "web", "--from", "namespace shop", "--cluster-domain", "example.internal")
    assert found["steps"][0]["name"] == "web.shop.svc.example.internal"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "NO NAME: it is empty"),
        ("a..b", "NO NAME: it "),
        ("ö.shop", "not ASCII"),
        ("x" * 64, "NO NAME: it "),
        (f"{'a.' * 140}b", "at most 253"),
        ("\x1b[31mred", "NO NAME: it "),
    ],
)
def test_what_can_be_no_name_is_said_to_be_none(resolve, name, words):
    status, out, _ = resolve(name, "--from", "namespace shop")
    assert status == 0
    assert words in out
    assert all(line.isprintable() for line in out.splitlines())


@pytest.mark.parametrize("source", ["internet", "pods app=web", "10.0.0.1", "any pod", "service shop/web"])
def test_only_a_workload_or_a_namespace_can_ask(resolve, source):
    status, out, err = resolve("web", "--from", source)
    assert (status, out) == (2, "")
    assert "is neither a workload nor a namespace" in err


def test_a_source_that_is_not_there_is_a_mistake_with_a_suggestion(resolve):
    status, _, err = resolve("web", "--from", "shop/wbe")
    assert status == 2
    assert "did you mean `shop/web`?" in err


def test_an_input_that_cannot_be_read_ends_with_4(capsys, tmp_path):
    (tmp_path / "broken.yaml").write_text("a: [")
    assert main(["resolve", "x", "--from", "namespace default", "-f", str(tmp_path)], "netverify") in (2, 4)
    assert "Traceback" not in capsys.readouterr().err


def test_a_misspelt_name_of_the_cluster_leads_nowhere(resolve):
    """Source: "DNS for Services and Pods": what is not of the cluster's zone goes to the upstream."""
    _, out, _ = resolve("backnd.payments", "--from", "namespace shop")
    assert out.startswith("NXDOMAIN, according to these manifests: no manifest holds a Service payments/backnd\n")
    assert "did you mean `backend.payments`?" in out


def test_pods_on_the_host_network_do_not_ask_the_cluster(capsys, tmp_path):
    """Source: PodSpec.dnsPolicy: with hostNetwork, ClusterFirst falls back to Default."""
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: shop}\n"
        "spec: {hostNetwork: true, containers: [{name: agent, image: agent}]}\n"
    )
    assert main(["resolve", "web.shop", "--from", "shop/agent", "-f", str(manifest)], "netverify") == 0
    assert capsys.readouterr().out.startswith("NOT ASKED: these pods do not ask the DNS of the cluster")
