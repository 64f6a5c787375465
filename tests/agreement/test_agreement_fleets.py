"""A fleet of random clusters comes, of each, to what `check` of it alone says: results, exceptions, status."""

import json
from pathlib import Path

import pytest

from agreement.adapter import text_of
from cases.fleets import Fleets, in_this_process
from generators.gate_cases import gate_case

SHARED = "assertions: [{id: every-pod-is-selected, policy-covers-every-pod: {directions: [ingress]}}]"
FINDING = (1, 4, 9)


@pytest.fixture
def fleets(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    in_this_process(monkeypatch)
    return Fleets(capsys)


def differences(seeds, fleets):
    """What a fleet of the clusters of ``seeds``, each with intent of its own, says otherwise than `check` does."""
    lines = ["clusters:"]
    for seed in seeds:
        cluster, intent, _ = gate_case(seed)
        Path(f"{seed}.yaml").write_text(text_of(cluster))
        Path(f"{seed}.intent.yaml").write_text(json.dumps(intent))
        lines.append(f"- {{name: c{seed}, sources: [{{manifests: {seed}.yaml}}], intent: {seed}.intent.yaml}}")
    Path("clusters.yaml").write_text("\n".join(lines))
    Path("shared.yaml").write_text(SHARED)
    report = fleets.report("--spec", "shared.yaml")
    for cluster in report["clusters"]:
        seed = cluster["name"].removeprefix("c")
        given = ("--spec", "shared.yaml", "--spec", f"{seed}.intent.yaml")
        alone = fleets.checked("-f", f"{seed}.yaml", *given)
        keys = ("results", "exceptions", "findings", "status", "coverage", "diagnostics")
        yield from (f"seed {seed}: {key}" for key in keys if cluster[key] != alone[key])
    names = {f"c{seed}" for seed in seeds}
    if {one["name"] for one in report["clusters"]} != names:
        yield f"seeds {seeds}: not every cluster is in the report"
    worst = max((one["status"] for one in report["clusters"]), key=(0, 1, 3, 2, 4, 5).index)
    if report["status"] != worst:
        yield f"seeds {seeds}: {report['status']} is not {worst}"


def test_a_fleet_agrees_with_checks_of_its_clusters(fleets, fresh):
    assert list(differences((*FINDING, *fresh(2)), fleets)) == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(3_000, 3_200, 20))
def test_many_more_fleets_agree(fleets, start):
    assert list(differences(range(start, start + 20), fleets)) == []
