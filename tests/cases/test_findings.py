"""Findings about Services, names and ways in: each page's example is found wanting for just that reason."""

import re
from pathlib import Path

import pytest

from agreement.pipeline import read_inventory
from netverify.codes import CODES
from netverify.diagnostics import Severity
from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory
from netverify.verify import Verifier

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADINGS = ["What it means", "Why", "Example", "Use instead"]
FINDINGS = [code for code in CODES if "NV601" <= code < "NV620"]


def sections(code):
    parts = re.split(r"^## (.*)$", (PAGES / f"{code}.md").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def findings(text):
    verifier = Verifier(read_inventory(text))
    return verifier.findings(verifier.exposed())


def codes(text):
    return {finding.code for finding in findings(text)}


@pytest.mark.parametrize("code", FINDINGS)
def test_a_page_has_its_title_and_its_four_sections(code):
    assert (PAGES / f"{code}.md").read_text().startswith(f"# {code}: {CODES[code]}\n")
    assert list(sections(code)) == HEADINGS


@pytest.mark.parametrize("code", FINDINGS)
def test_the_example_gives_the_finding_and_the_remedy_does_not(code):
    (example,) = BLOCK.findall(sections(code)["Example"])
    (remedy,) = BLOCK.findall(sections(code)["Use instead"])
    assert code in codes(example)
    assert code not in codes(remedy)


@pytest.mark.parametrize("code", FINDINGS)
def test_a_finding_says_where_and_is_one_line_without_a_full_stop(code):
    (example,) = BLOCK.findall(sections(code)["Example"])
    for finding in findings(example):
        assert finding.origin.line
        assert "\n" not in finding.message
        assert not finding.message.endswith(".")


def test_a_policy_for_the_port_of_a_service_that_pods_listen_on_too_is_no_confusion():
    (example,) = BLOCK.findall(sections("NV604")["Example"])
    both = example.replace(
        "ports: [{name: http, containerPort: 8080}]", "ports: [{name: http, containerPort: 8080}, {containerPort: 80}]"
    )
    assert "NV604" not in codes(both)


def test_an_egress_rule_for_the_port_of_a_service_is_found():
    """NetworkPolicyPort.port is compared after the address is translated, for egress as for ingress."""
    (example,) = BLOCK.findall(sections("NV604")["Example"])
    rule = "ingress: [{ports: [{port: 80}]}]"
    assert rule in example
    to_web = "policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: PEER}}}], ports: [{port: PORT}]}]"
    for peer, port, is_found in (("web", 80, True), ("web", 8080, False), ("other", 80, False)):
        text = example.replace(rule, to_web.replace("PEER", peer).replace("PORT", str(port)))
        assert ("NV604" in codes(text)) is is_found


def test_pods_that_ask_others_than_the_cluster_need_no_way_to_its_dns():
    (example,) = BLOCK.findall(sections("NV607")["Example"])
    elsewhere = example.replace("spec: {containers", "spec: {dnsPolicy: Default, containers", 1)
    assert "NV607" not in codes(elsewhere)


def test_one_finding_stands_for_all_pods_that_the_same_policies_isolate():
    (example,) = BLOCK.findall(sections("NV607")["Example"])
    client, policy = example.split("---\n")
    more = client.replace("name: client, namespace", "name: other, namespace")
    assert [one.code for one in findings(f"{client}---\n{more}---\n{policy}")].count("NV607") == 1


def test_an_internal_load_balancer_is_not_open_to_the_world():
    service = """
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: "true"}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}
"""
    assert "NV612" not in codes(service)


def test_a_service_for_the_pods_of_an_operator_is_only_noted():
    (example,) = BLOCK.findall(sections("NV601")["Example"])
    elasticsearch = """
apiVersion: elasticsearch.k8s.elastic.co/v1
kind: Elasticsearch
metadata: {name: main, namespace: shop}
"""
    inventory = build_inventory(load("case.yaml", f"{example}---{elasticsearch}".encode()).documents)
    verifier = Verifier(inventory)
    found = [one for one in verifier.findings(verifier.exposed()) if one.code == "NV601"]
    assert [one.severity for one in found] == [Severity.NOTE]


def test_a_port_that_only_an_init_container_declares_gets_the_advice_to_keep_it_running():
    """Source: "Sidecar Containers": an init container with `restartPolicy: Always` keeps running."""
    (example,) = BLOCK.findall(sections("NV602")["Example"])
    plain = "spec: {containers: [{name: web, image: web"
    first = "initContainers: [{name: i, image: i, ports: [{name: web, containerPort: 9443}]%s}]"
    init = plain.replace("containers", f"{first}, containers")
    assert plain in example
    (found,) = [one for one in findings(example.replace(plain, init % "", 1)) if one.code == "NV602"]
    assert "which only an init container declares" in found.message
    assert "restartPolicy: Always" in found.help
    assert "NV602" not in codes(example.replace(plain, init % ", restartPolicy: Always", 1))
