"""The patches of everything that is redundant, applied by git: what is left decides every connection as before."""

import subprocess
from pathlib import Path

import pytest
import yaml

from agreement.redundancies import first_change, repetitive_cluster
from generators.small_cases import cluster_of
from netverify.lint.patches import patches
from netverify.sources.inventory import read_inventory
from netverify.verify import Verifier

SAFE = frozenset({"NV625", "NV626", "NV631"})


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_what_a_patch_leaves_decides_every_connection_as_before(seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cluster = repetitive_cluster(seed)
    documents = [*cluster["namespaces"], *cluster["workloads"], *cluster["policies"]]
    file = Path("manifests.yaml")
    file.write_text("---\n".join(yaml.safe_dump(one, sort_keys=False) for one in documents))
    linted = Verifier(read_inventory(["manifests.yaml"])).lint(SAFE)
    offered = [finding for finding in linted.findings if finding.fix is not None]
    for patch in patches(linted.findings):
        subprocess.run(["git", "apply", "-"], input=patch.encode(), check=True)
    left = cluster_of(file.read_text())
    assert first_change(cluster, left, seed) is None
    assert bool(offered) == (left["policies"] != cluster["policies"])
    assert all(finding.fix.safe for finding in offered)


def test_most_of_what_is_redundant_has_a_patch(tmp_path):
    found = []
    for seed in range(0, 60, 5):
        cluster = repetitive_cluster(seed)
        file = tmp_path / f"{seed}.yaml"
        documents = [*cluster["namespaces"], *cluster["workloads"], *cluster["policies"]]
        file.write_text("---\n".join(yaml.safe_dump(one, sort_keys=False) for one in documents))
        found += Verifier(read_inventory([str(file)])).lint(SAFE).findings
    assert sum(finding.fix is not None for finding in found) > len(found) * 0.6
