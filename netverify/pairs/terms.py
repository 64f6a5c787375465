"""What possible pods can do, as a short union of selectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from netverify.model.cluster import Namespace
from netverify.model.labels import LabelSelector, Operator, Requirement
from netverify.pairs.cover import Cube, cover, diagram_of, sentences
from netverify.pairs.creatable import Creatable, Possible
from netverify.pairs.diagrams import NEVER, Diagram, Diagrams
from netverify.pairs.domain import NEW_NAMESPACES
from netverify.pairs.variables import ABSENT, OTHER, LabelVariable
from netverify.query.possible_pods import PossiblePods
from netverify.records import dataclass

_NEW = NEW_NAMESPACES[0]


@dataclass(frozen=True, slots=True)
class Term:
    """``pods`` as words and a predicate; ``parts`` are diagrams of their labels by namespace."""

    pods: PossiblePods
    parts: Mapping[str, Diagram]


class Terms:
    """Describes the possible pods of a cluster."""

    def __init__(self, creatable: Creatable, namespaces: Mapping[str, Namespace], possible: Sequence[Possible]) -> None:
        self._variables = creatable.domain.variables
        self._diagrams: Diagrams = creatable.domain.diagrams
        self._namespaces = namespaces
        self._possible = {one.namespace: one for one in possible}

    def all(self) -> list[Term]:
        """Terms that together hold every possible pod that can: those that can whatever is left open come first."""
        sure = {name: one.sure for name, one in self._possible.items()}
        found = list(self._terms(sure, sure, ()))
        covered = {name: self._union(found, name) for name in sure}
        perhaps = {name: one.perhaps for name, one in self._possible.items()}
        rest = {name: self._diagrams.without(diagram, covered[name]) for name, diagram in perhaps.items()}
        causes = sorted({cause for name, one in self._possible.items() if rest[name] != NEVER for cause in one.causes})
        found += self._terms(rest, perhaps, tuple(causes))
        return found

    def exactly(self, parts: Mapping[str, Diagram]) -> Iterator[PossiblePods]:
        """Descriptions that together are the pods of ``parts``, and no others."""
        for name, diagram in parts.items():
            for whole in cover(diagram, diagram, self._diagrams):
                for cube in sentences(whole, 1 << ABSENT, 1 << OTHER):
                    pods, places = self._selectors(cube)
                    if name == _NEW:
                        yield PossiblePods(pods, places, excluded=tuple(sorted(self._namespaces)))
                    else:
                        yield PossiblePods(pods, places, (name,))

    def holds(self, parts: Mapping[str, Diagram], others: Mapping[str, Diagram]) -> bool:
        """Whether all pods of ``others`` are among those of ``parts``."""
        return all(self._diagrams.without(other, parts.get(name, NEVER)) == NEVER for name, other in others.items())

    def without(self, parts: Mapping[str, Diagram], terms: Sequence[Term]) -> Mapping[str, Diagram]:
        """The pods of ``parts`` that are in none of ``terms``."""
        return {name: self._diagrams.without(part, self._union(terms, name)) for name, part in parts.items()}

    def _union(self, terms: Sequence[Term], name: str) -> Diagram:
        union: Diagram = NEVER
        for term in terms:
            union = self._diagrams.either(union, term.parts.get(name, NEVER))
        return union

    def _terms(
        self, wanted: Mapping[str, Diagram], allowed: Mapping[str, Diagram], causes: tuple[str, ...]
    ) -> Iterator[Term]:
        """Terms within ``allowed`` that hold all of ``wanted``: what holds in any namespace, then what is special."""
        rest = dict(wanted)
        for cube in cover(wanted[_NEW], allowed[_NEW], self._diagrams):
            for said in sentences(cube, 1 << ABSENT, 1 << OTHER):
                term = self._law(said, allowed, causes)
                yield term
                for name, part in term.parts.items():
                    rest[name] = self._diagrams.without(rest[name], part)
        yield from self._special(rest, allowed, causes)

    def _law(self, cube: Cube, allowed: Mapping[str, Diagram], causes: tuple[str, ...]) -> Term:
        """The term of ``cube``, which holds for a new namespace, without the namespaces where it does not hold."""
        parts: dict[str, Diagram] = {}
        excluded: list[str] = []
        for name in allowed:
            part = self._in(name, cube)
            if part == NEVER:
                continue
            if self._diagrams.without(part, allowed[name]) == NEVER:
                parts[name] = part
            else:
                excluded.append(name)
        pods, places = self._selectors(cube)
        if len(excluded) > len(parts):
            # Shorter to say: in none of these, and those where it holds become special terms.
            excluded += [name for name in parts if name != _NEW]
            parts = {_NEW: parts[_NEW]}
        named = PossiblePods(pods, places, excluded=tuple(sorted(excluded)), depends_on=causes)
        return Term(named, parts)

    def _special(
        self, rest: Mapping[str, Diagram], allowed: Mapping[str, Diagram], causes: tuple[str, ...]
    ) -> Iterator[Term]:
        """Terms of single namespaces; those that say the same of several are one."""
        said: dict[tuple[LabelSelector, LabelSelector], dict[str, Diagram]] = {}
        for name, diagram in rest.items():
            for whole in cover(diagram, allowed[name], self._diagrams):
                for cube in sentences(whole, 1 << ABSENT, 1 << OTHER):
                    said.setdefault(self._selectors(cube), {})[name] = diagram_of(cube, self._diagrams)
        for (pods, places), parts in said.items():
            yield Term(PossiblePods(pods, places, tuple(sorted(parts)), depends_on=causes), parts)

    def _in(self, name: str, cube: Cube) -> Diagram:
        """The pods of ``cube``, a conjunction about a new namespace, in the namespace ``name``."""
        labels = self._variables.labels()
        diagram: Diagram = self._diagrams.always
        for variable, values in cube.items():
            label = labels[variable]
            condition = self._diagrams.when(variable, values)
            if label.namespace == _NEW and name != _NEW:
                condition = self._namespace_has(name, label, values)
            diagram = self._diagrams.both(diagram, condition)
        return diagram

    def _namespace_has(self, name: str, label: LabelVariable, values: int) -> Diagram:
        """Whether the label of that key of the namespace has one of ``values``, which are those of ``label``."""
        namespace = self._namespaces[name]
        if namespace.declared:
            value = namespace.labels.get(label.key)
            number = ABSENT if value is None else label.values.get(value, OTHER)
            return self._diagrams.always if values >> number & 1 else NEVER
        return self._diagrams.when(self._variables.namespace_label(name, label.key).number, values)

    def _selectors(self, cube: Cube) -> tuple[LabelSelector, LabelSelector]:
        """What ``cube`` says of pods and of their namespace."""
        pods: list[Requirement] = []
        places: list[Requirement] = []
        labels = self._variables.labels()
        for variable, values in cube.items():
            label = labels[variable]
            (pods if label.namespace is None else places).extend(requirements_of(label, values))
        return selector_with(pods), selector_with(places)


def selector_with(requirements: Iterable[Requirement]) -> LabelSelector:
    """The selector of all ``requirements``."""
    return LabelSelector(tuple(sorted(requirements, key=lambda one: (one.key, one.operator, one.values))))


def requirements_of(label: LabelVariable, values: int) -> Iterator[Requirement]:
    """The label has one of ``values``, which a selector can say."""
    named = tuple(sorted(value for value, number in label.values.items() if values >> number & 1))
    others = tuple(sorted(value for value, number in label.values.items() if not values >> number & 1))
    if values >> ABSENT & 1:
        if values >> OTHER & 1:
            yield Requirement(label.key, Operator.NOT_IN, others)
        else:
            yield Requirement(label.key, Operator.DOES_NOT_EXIST)
    elif values >> OTHER & 1:
        yield Requirement(label.key, Operator.EXISTS)
        if others:
            yield Requirement(label.key, Operator.NOT_IN, others)
    else:
        yield Requirement(label.key, Operator.IN, named)
