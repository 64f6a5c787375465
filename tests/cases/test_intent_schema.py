"""The JSON Schema of intent files: what is published, and that it and the reader agree on what an intent file is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from netverify.cli.main import main
from netverify.documents.loader import load
from netverify.gate.intent.clusters import read_clusters
from netverify.gate.intent.reading import IntentError, read_spec
from netverify.gate.intent.schema import clusters_schema, intent_schema
from netverify.gate.intent.spec import VERBS, Severity, World

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "netverify.schema.json"
PUBLISHED_CLUSTERS = ROOT / "docs" / "clusters.schema.json"
SAMPLE = {
    "version": 1,
    "sources": [
        {"manifests": "."},
        {"kustomize": "overlay"},
        {"helm": "chart", "values": ["v.yaml"], "set": {"a": 1}, "namespace": "b", "release": "r"},
        {"flux": "clusters/prod"},
        {"argocd": "apps"},
    ],
    "namespace": "a",
    "cni": "calico",
    "assume": {"pod-cidr": ["10.0.0.0/8"], "endport-supported": True, "named-ports": "free"},
    "cluster-domain": "cluster.local",
    "node-local-dns": True,
    "ingress-controller": "edge/controller",
    "zones": {
        "a": "namespace a",
        "b": {"namespaces": ["b"], "pods": {"matchLabels": {"app": "pg"}}, "description": "the database"},
        "c": {"namespaces": {"matchExpressions": [{"key": "team", "operator": "In", "values": ["a"]}]}},
        "partner": {"cidrs": "192.0.2.0/24", "any": ["a", "b"]},
    },
    "assertions": [
        {"id": "deny", "deny": {"from": "a", "to": ["b", "c"], "ports": [5432, "8000-8999/udp"]}, "world": "existing"},
        {"id": "allow", "allow": {"from": "a", "to": "b", "ports": "http"}, "severity": "low", "controls": ["1.2.1"]},
        {"id": "only", "only": {"to": "b", "flows": [{"from": "a", "justification": "it asks"}], "within": True}},
        {"id": "out", "title": "nothing leaves", "only": {"from": "b", "flows": []}},
        {"id": "isolated", "isolated": "b"},
        {"id": "separate", "separate": ["a", "b"]},
        {"id": "tenants", "separate": {"matchLabels": {"tenant": "yes"}}},
        {"id": "no-external", "no-external": "b"},
        {"id": "in", "no-ingress-from-internet": ["b"]},
        {"id": "e", "no-egress-to-internet": "b"},
        {"id": "default-deny", "default-deny": {"namespaces": ["a", "b"], "directions": ["ingress"]}},
        {"id": "covered", "policy-covers-every-pod": {}},
        {"id": "dns", "dns-works": "any pod"},
        {"id": "metadata", "no-metadata-endpoint": "any pod"},
        {"id": "same", "equivalent": {"directory": "old"}},
        {"id": "less", "not-more-permissive": {"revision": "origin/main"}},
    ],
    "exceptions": [
        {
            "id": "e1",
            "assertions": ["deny"],
            "flows": [{"from": "a", "ports": 5432}],
            "reason": "until they moved",
            "owner": "team a",
            "expires": "2027-01-31",
            "ticket": "NET-1",
        }
    ],
}
CLUSTER = {
    "name": "a",
    **{key: SAMPLE[key] for key in ("sources", "namespace", "cni", "assume", "cluster-domain", "node-local-dns")},
    "ingress-controller": "edge/controller",
    "api-server": "10.0.0.1:6443",
    "intent": ["a.yaml", "b.yaml"],
    "baseline": "a.json",
}
OTHERS = ("", 7, True, [], {}, ["a", 1])


@pytest.fixture(scope="module")
def validator():
    schema = intent_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def refusals(value, path):
    """The codes for which the reader refuses ``value`` as an intent file."""
    path.write_text(json.dumps(value))
    try:
        read_spec([str(path)])
    except IntentError as error:
        return {one.code for one in error.diagnostics}
    return set()


def variants(value):
    """``value`` with one place changed: each key or item left out, each value replaced by others, an unknown key."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield {name: other for name, other in value.items() if name != key}
            for changed in variants(one):
                yield {**value, key: changed}
        yield {**value, "unknown": "x"}
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield value[:number] + value[number + 1 :]
            for changed in variants(one):
                yield [*value[:number], changed, *value[number + 1 :]]
    yield from OTHERS


def test_the_published_schema_is_what_the_command_prints(request, capsys):
    assert main(["schema"], "netverify") == 0
    printed = capsys.readouterr().out
    if request.config.getoption("--update"):
        PUBLISHED.write_text(printed)
    assert printed == PUBLISHED.read_text()


def test_the_published_schema_of_clusters_is_what_the_command_prints(request, capsys):
    assert main(["schema", "clusters"], "netverify") == 0
    printed = capsys.readouterr().out
    if request.config.getoption("--update"):
        PUBLISHED_CLUSTERS.write_text(printed)
    assert printed == PUBLISHED_CLUSTERS.read_text()


def test_the_schema_of_clusters_and_the_reader_agree_wherever_one_place_is_changed(tmp_path, monkeypatch):
    """But for what the reader leaves to a later stage: the names of plugins and of what can be assumed."""
    monkeypatch.chdir(tmp_path)
    for name in CLUSTER["intent"]:
        Path(name).touch()
    schema = clusters_schema()
    Draft202012Validator.check_schema(schema)
    validator, differing = Draft202012Validator(schema), []
    sample = {"version": 1, "clusters": [CLUSTER, {"name": "b", "sources": [{"manifests": "b"}]}]}
    for value in (sample, *variants(sample)):
        Path("clusters.yaml").write_text(json.dumps(value))
        try:
            read_clusters("clusters.yaml")
            codes = set()
        except IntentError as error:
            codes = {one.code for one in error.diagnostics}
        assert codes <= {"NV701", "NV702", "NV703", "NV704"}
        wrong = list(validator.iter_errors(value))
        places = {str(place) for error in wrong for place in error.path}
        if bool(codes) != bool(wrong) and not {"cni", "assume"} & places and codes != {"NV704"}:
            differing.append((codes, places))
    assert differing == [(set(), {"version"})]  # in Python true is 1


@pytest.mark.parametrize("schema", [intent_schema(), clusters_schema()], ids=["intent", "clusters"])
def test_every_field_says_what_it_is(schema):
    models = {"whole": schema, **schema["$defs"]}
    silent = [
        f"{name}.{field}"
        for name, model in models.items()
        for field, one in model.get("properties", {}).items()
        if not one.get("description")
    ]
    assert silent == []
    assert all(one["title"] and one["description"] for one in models.values())


def test_editors_offer_the_verbs_the_severities_and_the_worlds():
    fields = intent_schema()["$defs"]["assertion"]["properties"]
    assert set(VERBS) <= set(fields)
    assert fields["severity"]["enum"] == list(Severity)
    assert fields["world"]["enum"] == list(World)


def test_an_intent_file_with_everything_in_it_is_valid_and_read(validator, tmp_path):
    assert {verb for one in SAMPLE["assertions"] for verb in one if verb in VERBS} == set(VERBS)
    assert list(validator.iter_errors(SAMPLE)) == []
    assert refusals(SAMPLE, tmp_path / "netverify.yaml") == set()


def pieces():
    """Small intent files that hold everything in the sample."""
    for key, value in SAMPLE.items():
        if isinstance(value, list):
            yield from ({key: [one]} for one in value)
        elif key == "zones":
            yield from ({key: {name: one}} for name, one in value.items())
        else:
            yield {key: value}


def test_the_schema_and_the_reader_agree_wherever_one_place_is_changed(validator, tmp_path):
    """But for what the reader leaves to a later stage: the names of plugins and of what can be assumed."""
    differing, seen = [], set()
    for changed in (one for piece in pieces() for one in variants(piece) if isinstance(one, dict)):
        valid, codes = validator.is_valid(changed), refusals(changed, tmp_path / "netverify.yaml")
        seen.add(valid)
        assert codes <= {"NV702", "NV703", "NV706"}
        if valid == bool(codes) and not ({"cni", "assume"} & set(changed) and codes == set()):
            differing.append((valid, codes, changed))
    assert differing == [(False, set(), {"version": True})]  # in Python true is 1
    assert seen == {True, False}


def test_an_assertion_without_a_verb_or_with_two_is_invalid(validator):
    assert not validator.is_valid({"assertions": [{"id": "a"}]})
    assert not validator.is_valid({"assertions": [{"id": "a", "isolated": "b", "no-external": "b"}]})


@pytest.mark.parametrize("path", [*ROOT.glob("examples/*.intent.yaml")], ids=str)
def test_a_shipped_intent_file_is_valid(validator, path):
    (document,) = load(str(path), path.read_bytes()).documents
    assert list(validator.iter_errors(document.value)) == []
