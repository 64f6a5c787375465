"""Aliases become copies of what their anchor names, never a second reference to it, and only under a budget."""

from __future__ import annotations

from typing import Final

from netverify.documents.document import Value
from netverify.documents.positions import Offsets
from netverify.documents.reasons import too_deep
from netverify.documents.refusal import Refusal, shown
from netverify.records import dataclass

_ADVICE: Final = "write the value out; anchors do not reach from one document into another"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A finished node with an anchor: its value, the offsets of its nodes, and its text if it is a scalar."""

    value: Value
    offsets: Offsets
    text: str = ""


@dataclass(slots=True)
class Anchors:
    """The anchors of one document so far; a later anchor of the same name replaces an earlier one, as in go-yaml.

    ``nodes_left`` is what all aliases of the document may still expand to.
    """

    nodes_left: int
    named: dict[str, Anchor | None]

    def open(self, name: str) -> None:
        """The node named ``name`` has begun: an alias to it from within would contain itself."""
        self.named[name] = None

    def close(self, name: str, anchor: Anchor) -> None:
        """The node named ``name`` is complete."""
        self.named[name] = anchor

    def resolve(self, name: str) -> Anchor:
        """The node that an alias to ``name`` stands for; its nodes are charged to the budget.

        Raises ``Refusal``: NV107 if there is none or it would contain itself, NV108 if the budget is spent.
        """
        if name not in self.named:
            raise Refusal(
                "NV107", f"the alias {shown('*' + name)} has no anchor before it in this document", help=_ADVICE
            )
        anchor = self.named[name]
        if anchor is None:
            raise Refusal("NV107", f"the alias {shown('*' + name)} is inside its own anchor", help=_ADVICE)
        self.nodes_left -= len(anchor.offsets)
        if self.nodes_left < 0:
            raise Refusal(
                "NV108",
                "the aliases of this document expand to more values than netverify reads",
                help="write the values out, or split the document",
            )
        return anchor


def copy_within(value: Value, levels: int) -> Value:
    """A deep copy of ``value``; raises ``Refusal`` (NV116) if it nests deeper than ``levels``."""
    if not isinstance(value, (dict, list)):
        return value
    if levels == 0:
        raise too_deep()
    if isinstance(value, dict):
        return {key: copy_within(child, levels - 1) for key, child in value.items()}
    return [copy_within(child, levels - 1) for child in value]
