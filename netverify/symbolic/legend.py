"""What the names and numbers of a printed goal mean, as SMT-LIB comments for whoever reads the file."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.flow import End
from netverify.symbolic.encode import Encoder

_LISTED = 40


def legend(proves: str, flows: str, encoder: Encoder) -> Iterator[str]:
    """Comment lines over a goal about ``flows``: what it ``proves``, then each variable with what its values mean."""
    yield f"; netverify: unsatisfiable iff {proves}: {_comment(flows)}"
    yield from _variables(encoder)


def _variables(encoder: Encoder) -> Iterator[str]:
    for end, space in encoder.spaces.items():
        places = [name or "(a new namespace)" for name in space.places] + ["(outside)"] * space.cast.external
        yield f"; {space.place.name}: namespace of the {end}: {_numbered(places)}"
        yield f"; {space.who.name}: {_numbered(['not in the manifests', *(str(w.key) for w in space.cast.workloads)])}"
        for key, index in space.labels.items():
            yield f"; {index.name}: label {_comment(key)}: {_numbered(['absent', 'other', *space.values[key]])}"
        for key, index in space.namespace_labels.items():
            values = _numbered(["absent", "other", *space.namespace_values[key]])
            yield f"; {index.name}: namespace label {_comment(key)}: {values}"
        if space.accounts:
            yield f"; {space.account.name}: service account: {_numbered(['other', *space.accounts])}"
    plan = encoder.spaces[End.SOURCE].plan
    if plan is not None:
        yield f"; addresses: {_numbered([str(interval) for interval in plan.intervals.all])}"
    for one, term in encoder.unspecified.items():
        yield f"; {term}: {_comment(str(one))}, which is left open"
    for guard, (_, selection) in encoder.guards.items():
        yield f"; {guard}: {_comment(str(selection.policy))} selects its subjects"
    for guard, (_, rule) in encoder.denials.items():
        yield f"; {guard}: {_comment(str(rule.policy))} denies by rule {rule.index + 1}"


def _numbered(names: list[str]) -> str:
    shown = [f"{number} {_comment(name)}" for number, name in enumerate(names[:_LISTED])]
    return ", ".join([*shown, *(["..."] if len(names) > _LISTED else [])])


def _comment(text: str) -> str:
    return "".join(character if " " <= character <= "~" else "?" for character in text)
