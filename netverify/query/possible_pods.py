"""Descriptions of pods that could be created: which labels, in which namespaces."""

from __future__ import annotations

from netverify.model.behaviours import name_of
from netverify.model.flow import End
from netverify.model.labels import EVERYTHING, LabelSelector
from netverify.policy.predicate import All, AnyOf, InNamespace, IsPod, NamespaceMatches, Not, PodMatches, Predicate
from netverify.query.selector_grammar import selector_text
from netverify.records import dataclass

_NAMED = 6


@dataclass(frozen=True, slots=True)
class PossiblePods:
    """Pods with labels that ``pods`` matches.

    They are in the namespaces called ``names`` or, without names, in any that is not called one of ``excluded``; the
    labels of the namespace match ``namespaces``. ``depends_on``: they are what is asked about only in some
    circumstances, which these decide; empty when always.
    """

    pods: LabelSelector
    namespaces: LabelSelector = EVERYTHING
    names: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()

    def predicate(self, end: End) -> Predicate:
        """A pod at ``end`` is one of them, whatever the circumstances."""
        parts: list[Predicate] = [IsPod(end)]
        if self.names:
            parts.append(AnyOf(tuple(InNamespace(end, name) for name in self.names)))
        parts += [Not(InNamespace(end, name)) for name in self.excluded]
        if self.namespaces != EVERYTHING:
            parts.append(NamespaceMatches(end, self.namespaces))
        if self.pods != EVERYTHING:
            parts.append(PodMatches(end, self.pods))
        return All(tuple(parts))

    def __str__(self) -> str:
        who = "any pod" if self.pods == EVERYTHING else f"pods {selector_text(self.pods)}"
        suffix = f" [depends on {', '.join(map(name_of, self.depends_on))}]" if self.depends_on else ""
        return f"{who}{self._where()}{suffix}"

    def _where(self) -> str:
        labelled = "" if self.namespaces == EVERYTHING else selector_text(self.namespaces)
        if self.names:
            where = f" in namespace {_listed(self.names, 'or')}"
            return f"{where} if labelled {labelled}" if labelled else where
        where = f" in namespaces {labelled}" if labelled else ""
        if self.excluded:
            where += f" other than {_listed(self.excluded, 'and')}" if where else f" outside {_outside(self.excluded)}"
        return where


def _outside(names: tuple[str, ...]) -> str:
    return f"namespace{'s' if names[1:] else ''} {_listed(names, 'and')}"


def _listed(names: tuple[str, ...], word: str) -> str:
    """``a``, ``a or b``, ``a, b or 3 more``."""
    shown, further = list(names[:_NAMED]), len(names) - _NAMED
    if further > 0:
        shown.append(f"{further} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"
