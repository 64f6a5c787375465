"""A scope in words: who an entry is, how it is connected, and what carries a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.answers.scope import Connected, Path, Scope, Step
from netverify.model.addresses import AddressRange
from netverify.model.behaviours import name_of
from netverify.query.outcome import Effect
from netverify.query.traffic_text import traffic_text
from netverify.report.address_text import address_words, joined
from netverify.report.quantities import counted
from netverify.report.trace_text import decision_text, place_text


class ScopeWords:
    """Says who the endpoints of one scope are."""

    def __init__(self, scope: Scope) -> None:
        self._endpoints = scope.connectivity.endpoints
        self._outside = tuple(one.block for one in self._endpoints if one.block is not None)
        self._groups = {n: one.members for one in scope.entries for n in one.members}

    def of(self, members: Sequence[int]) -> str:
        """``shop/web[Deployment]``, or addresses outside in the fewest words."""
        first = self._endpoints[members[0]]
        if first.workload is not None:
            return first.id
        return ", ".join(address_words(self.addresses(members), self._outside))

    def lines(self, members: Sequence[int], *also: str) -> Iterator[str]:
        """The same in a narrow column, with what is ``also`` said: ``shop/web``, and ``Deployment`` below it."""
        key = self._endpoints[members[0]].workload
        yield f"{key.namespace}/{key.name}" if key is not None else self.of(members)
        if below := ", ".join((*([key.kind] if key is not None else []), *also)):
            yield below

    def addresses(self, members: Sequence[int]) -> tuple[AddressRange, ...]:
        """The addresses outside among ``members``, as the fewest ranges."""
        return joined(block for n in members if (block := self._endpoints[n].block) is not None)

    def one(self, number: int) -> str:
        """The endpoint ``number``, with those addresses outside that the scope does not tell apart."""
        return self.of(self._groups.get(number, (number,)))


def direction_of(entry: Connected) -> str:
    """``both``, ``reaches`` or ``reached``: what ``entry`` does with the places, or they with it."""
    if entry.into is not None and entry.out is not None:
        return "both"
    return "reaches" if entry.into is not None else "reached"


def hops_text(path: Path) -> str:
    """``2 hops``; ``perhaps 2 hops`` where it depends on something."""
    text = counted(path.hops, "hop")
    if not path.is_sure:
        return f"perhaps {text}"
    return text if path.sooner is None else f"{text}, perhaps {path.sooner}"


def ports_text(step: Step) -> str:
    """The ports of ``step``: those that are allowed in any case, where there are any."""
    return traffic_text(step.access.allowed) if step.is_sure else f"perhaps {traffic_text(step.access.depends)}"


def carriers(step: Step) -> Iterator[str]:
    """The rules that allow ``step``, with their places, or why nothing stops it; then what it depends on."""
    for reason in step.because:
        place = place_text(reason.place)
        if reason.effect is Effect.NOT_ISOLATED:
            yield f"{reason.direction} {decision_text(reason)}: {reason.detail}"
        else:
            rule = decision_text(reason).removeprefix("allowed by ")
            yield f"{reason.direction} by {rule}" + (f" ({place})" if place else "")
    if not step.is_sure and step.access.on:
        yield f"depending on {', '.join(map(name_of, step.access.on))}"
