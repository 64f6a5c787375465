"""Wide scenes in portions: scenes with few existing pods at each end, that together hold every flow that matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End
from netverify.rules.slicing import PolicyIndex
from netverify.symbolic import widths
from netverify.symbolic.candidates import Admission, may_allow
from netverify.symbolic.scene import Cast, Scene


def portions(scene: Scene) -> Iterator[Scene]:
    """Scenes with few existing pods at each end that together have every flow of ``scene``."""
    for source in _portions(scene.casts[End.SOURCE]):
        for destination in _portions(scene.casts[End.DESTINATION]):
            yield replace(scene, casts={End.SOURCE: source, End.DESTINATION: destination})


def _portions(cast: Cast) -> Iterator[Cast]:
    if len(cast.workloads) <= widths.EXISTING_AT_ONCE:
        yield cast
        return
    for start in range(0, len(cast.workloads), widths.EXISTING_AT_ONCE):
        portion = cast.workloads[start : start + widths.EXISTING_AT_ONCE]
        # Whoever else is in the cast needs to be in one portion only.
        yield replace(cast, workloads=portion) if start == 0 else Cast(workloads=portion)


class AllowedPortions:
    """Portions that together have every flow of a scene that ``policies`` allow."""

    def __init__(self, policies: PolicyIndex) -> None:
        self._policies = policies

    def of(self, scene: Scene) -> Iterator[Scene]:
        """The portions of ``scene``, without existing pods of a wide end whom policies certainly keep away."""
        for direction in Direction:
            subject, peer = scene.casts[direction.subject], scene.casts[direction.peer]
            is_narrow = len(subject.places) <= widths.NARROW and not subject.external
            if len(peer.workloads) > widths.EXISTING_AT_ONCE and is_narrow:
                yield from self._let_in(scene, direction)
                return
        yield from portions(scene)

    def _let_in(self, scene: Scene, direction: Direction) -> Iterator[Scene]:
        """Portions of a wide peer's end with only those pods that policies may let through to the subject's."""
        through = self._through(scene, direction)
        others = replace(scene.casts[direction.peer], workloads=())
        while portion := tuple(islice(through, widths.EXISTING_AT_ONCE)):
            cast = replace(others, workloads=portion)
            yield from portions(replace(scene, casts={**scene.casts, direction.peer: cast}))
            others = Cast()
        if not others.empty:
            yield replace(scene, casts={**scene.casts, direction.peer: others})

    def _through(self, scene: Scene, direction: Direction) -> Iterator[Workload]:
        """The existing pods at the peer's end that policies may let through; those left out certainly are not."""
        admission = Admission(self._policies.slice(direction, scene.casts[direction.subject].places), scene)
        let_out = cache(lambda namespace: self._let_out(namespace, direction, scene))
        for workload in scene.casts[direction.peer].workloads:
            if (workload.host_network or let_out(workload.key.namespace)) and admission.admits(workload):
                yield workload

    def _let_out(self, namespace: str, direction: Direction, scene: Scene) -> bool:
        """Whether the policies of the peer's own namespace may let any of its pods through."""
        opposite = Direction.EGRESS if direction is Direction.INGRESS else Direction.INGRESS
        anyone = {**scene.casts, direction.peer: Cast(namespaces=(namespace,), unnamed=True)}
        return may_allow(self._policies.slice(opposite, (namespace,)), replace(scene, casts=anyone))
