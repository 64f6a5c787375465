"""What ``netverify diff`` lists: the same bytes for the same inputs, whatever the hash seed and the order of files."""

import json
import os
import subprocess
import sys

import pytest

from agreement.cuts import cut_manifests
from generators.written_forms import documents_of


def written(folder, manifests, *, backwards):
    """One file for each object; the order in which they are written is the order that a folder may list them in."""
    folder.mkdir()
    named = [(folder / f"{number:02}.yaml", json.dumps(one)) for number, one in enumerate(documents_of(manifests))]
    for path, text in named[::-1] if backwards else named:
        path.write_text(text)


def listed(folder, seed, *, backwards):
    _, old, new = cut_manifests(seed)
    folder.mkdir()
    written(folder / "old", old, backwards=backwards)
    written(folder / "new", new, backwards=backwards)
    environment = {**os.environ, "PYTHONHASHSEED": "777" if backwards else "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "netverify", "diff", "old", "new", "-o", "json"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


@pytest.mark.parametrize("seed", [5, 6])
def test_a_comparison_lists_the_same_changes_for_any_hash_seed_and_order_of_files(seed, tmp_path):
    one, other = (listed(tmp_path / str(backwards), seed, backwards=backwards) for backwards in (False, True))
    assert one == other
    found = json.loads(one)
    assert len(found["appears"]) + len(found["disappears"]) >= 2
