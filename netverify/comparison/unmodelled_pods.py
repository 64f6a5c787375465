"""What decides who pods are for policy, is not the same on both sides, and is not modelled."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.doubts import described, objects_that_relabel
from netverify.answers.mesh_words import ARRIVES
from netverify.comparison.changes import Changes
from netverify.comparison.outcome import Inputs
from netverify.comparison.unmodelled import of_one_side
from netverify.model.mesh import has_other_mesh


def unmodelled_pods(inputs: Inputs, changes: Changes) -> Iterator[str]:
    """Why pods may not be to policy what the manifests say of them, in words: labels that others set, and a mesh.

    What sets labels is the same where both sides have it, and says the same of workloads that are the same.
    """
    both = dict(inputs.named)
    for name, other in (("old", "new"), ("new", "old")):
        ours, theirs = (objects_that_relabel(both[side], None) for side in (name, other))
        different = ours if changes.workloads else of_one_side(ours, theirs)
        yield from (f"{name}: {text}" for text in described(different, "change the labels of pods"))
    if has_other_mesh(inputs.old.cluster, inputs.new.cluster):
        yield f"other pods are in the mesh: {ARRIVES}, and Istio is not modelled"
