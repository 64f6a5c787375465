"""Random intents for a small framework, with random verdicts: what the report says of controls, and a judge."""

from __future__ import annotations

import json
import random
import tempfile
from functools import cache
from pathlib import Path

from netverify.answers.verdict import Judgement
from netverify.evidence.assessment import assess
from netverify.evidence.reading import framework
from netverify.gate.intent.reading import read_spec
from netverify.gate.intent.spec import World
from netverify.gate.outcome import GateReport, GateVerdict, Result, ZoneMembers
from netverify.model.cluster import WorkloadKey
from oracles.audit_judge import state_of

FRAMEWORK = {
    "framework": "ours",
    "title": "ours",
    "source": "ours",
    "zones": {"a": "one", "b": "another", "c": "a third"},
    "assertions": {
        "in": {"title": "in", "only": {"to": "a", "within": True}},
        "out": {"title": "out", "only": {"from": "a"}},
        "apart": {"title": "apart", "separate": ["a", "b"]},
        "ports": {"title": "ports", "deny": {"from": "b", "to": "c", "ports": ["23", "445"]}},
        "closed": {"title": "closed", "default-deny": {"directions": ["ingress"]}},
        "inside": {"title": "inside", "no-ingress-from-internet": "c"},
    },
    "controls": [
        {"id": "1", "evidence": "proves", "assertions": ["in", "out"], "justified": True},
        {"id": "2", "evidence": "proves", "assertions": ["apart"]},
        {"id": "3", "evidence": "supports", "assertions": ["ports", "closed"]},
        {"id": "4", "evidence": "supports", "assertions": ["inside", "in"]},
        {"id": "5", "evidence": "supports"},
        {"id": "6", "evidence": "none"},
    ],
}
for _one in FRAMEWORK["controls"]:
    _one.update(title="t", intent="i", because="b")
CHANGED = {
    "in": [
        {"only": {"to": "a", "flows": []}},
        {"only": {"to": ["a", "b"], "flows": []}},
        {"only": {"from": "a", "flows": []}},
    ],
    "out": [{"only": {"from": "a", "within": True, "flows": []}}, {"only": {"from": "b", "flows": []}}],
    "apart": [{"separate": ["a", "b", "c"]}, {"separate": ["a", "c"]}, {"deny": {"from": "a", "to": "b"}}],
    "ports": [
        {"deny": {"from": "b", "to": "c"}},
        {"deny": {"from": "b", "to": "c", "ports": [445, 23, 80]}},
        {"deny": {"from": "b", "to": "c", "ports": [23]}},
        {"deny": {"from": "c", "to": "b"}},
        {"deny": {"from": "a", "to": "c", "ports": [23, 445]}},
    ],
    "closed": [
        {"default-deny": {}},
        {"default-deny": {"directions": ["egress"]}},
        {"default-deny": {"namespaces": ["x"]}},
    ],
    "inside": [{"no-ingress-from-internet": ["c", "a"]}, {"no-egress-to-internet": "c"}, {"no-external": "c"}],
}  # fmt: skip
FLOWS = [
    {"justification": "j"},
    {"ports": 80, "justification": "j"},
    {"justification": "j", "end": "b"},
    {"end": "any pod"},
    {"ports": 80},
]
JUDGED = {
    "proved": (Judgement.PROVED, {}),
    "excepted": (Judgement.PROVED, {"excepted_by": ("e",)}),
    "refuted": (Judgement.REFUTED, {}),
    "baselined": (Judgement.REFUTED, {"is_baselined": True}),
    "vacuous": (Judgement.VACUOUS, {}),
    "unknown": (Judgement.UNKNOWN, {}),
}


def random_case(seed):
    """An intent, a verdict with those on parts for each assertion, the pods of each zone, and whether all was read."""
    rng = random.Random(seed)
    assertions = []
    for name, asked in FRAMEWORK["assertions"].items():
        if rng.random() < 0.08:
            continue
        one = {key: value for key, value in asked.items() if key != "title"}
        if rng.random() < 0.2:
            one = rng.choice(CHANGED[name])
        one = json.loads(json.dumps(one))
        for value in (one["only"],) if "only" in one else ():
            value.setdefault("flows", [])
            for flow in rng.choices(FLOWS, k=rng.choice([0, 0, 1, 2])) if rng.random() < 0.5 else ():
                other = {"from" if "to" in value else "to": flow["end"]} if "end" in flow else {}
                value["flows"].append({key: part for key, part in flow.items() if key != "end"} | other)
        needed = [f"ours:{each['id']}" for each in FRAMEWORK["controls"] if name in each.get("assertions", ())]
        further = [f"ours:{rng.choice('123456')}"] if rng.random() < 0.2 else []
        kept = [each for each in needed if rng.random() < 0.95]
        assertions.append({"id": name, "controls": sorted({*kept, *further}), **one})
    verdicts = {one["id"]: (_verdict(rng), ["unknown"] if rng.random() < 0.04 else []) for one in assertions}
    zones = {zone: [f"{zone}1", *(["shared"] if rng.random() < 0.08 else [])] for zone in "abc" if rng.random() < 0.97}
    members = {zone: pods if rng.random() < 0.95 else [] for zone, pods in zones.items()}
    return {"assertions": assertions}, verdicts, members, rng.random() < 0.95


def _verdict(rng):
    return rng.choice([*JUDGED]) if rng.random() < 0.1 else rng.choice(["excepted"] + ["proved"] * 9)


@cache
def _read(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "one.json")
        path.write_text(text)
        return framework(str(path)) if '"framework"' in text else read_spec((str(path),))


@cache
def states(seed):
    """What the package says of each control in the case, and what the judge does."""
    intent, verdicts, members, whole = random_case(seed)
    given = {**intent, "zones": {zone: f"namespace {zone}" for zone in members}}
    spec = _read(json.dumps(given))
    keys = {zone: tuple(WorkloadKey("x", pod, "Pod") for pod in pods) for zone, pods in members.items()}
    results = tuple(_result(one, *verdicts[one.id]) for one in spec.assertions)
    report = GateReport(results, zones=tuple(ZoneMembers(zone, keys[zone.name]) for zone in spec.zones))
    ((_, found),) = assess((_read(json.dumps(FRAMEWORK)),), report, (), is_whole=whole).frameworks
    return {one.control.id: one.state.value for one in found}, {
        one["id"]: state_of(one, FRAMEWORK, intent, verdicts, members, whole) for one in FRAMEWORK["controls"]
    }


def _result(assertion, verdict, parts):
    judgement, more = JUDGED[verdict]
    also = tuple(map(GateVerdict, parts))
    return Result(assertion, "", judgement, World.POSSIBLE, "", also=also, **more)


def first_disagreement(seeds):
    """The first of ``seeds`` whose case the two see differently; None where there is none."""
    return next((seed for seed in seeds if len({json.dumps(one) for one in states(seed)}) > 1), None)
