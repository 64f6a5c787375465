"""One YAML document read from libyaml's event stream, either built into a value or only checked.

PyYAML's own constructors are never used: they follow YAML 1.1 where Kubernetes does not, and they recurse.
"""

from __future__ import annotations

from collections import Counter

from yaml import MarkedYAMLError, YAMLError
from yaml._yaml import CParser

from netverify.documents.builder import Builder
from netverify.documents.document import Value
from netverify.documents.early import IsIrrelevant
from netverify.documents.limits import Limits
from netverify.documents.positions import Offsets
from netverify.documents.reasons import too_deep
from netverify.documents.refusal import Mark, Refusal
from netverify.documents.scalars import Memory
from netverify.records import dataclass

_TOO_DEEP_FOR_LIBYAML = "exceeded maximum nesting depth"
"""How libyaml from 0.2.6 on begins to say that it stops before our own limit is reached."""


@dataclass(frozen=True, slots=True)
class Built:
    """A value, the offset of each of its nodes, and the entries of ``items`` that were left out, counted by kind.

    ``deferred`` is a reason to refuse the document unless its kind turns out to be irrelevant.
    """

    value: Value
    offsets: Offsets
    dropped: Counter[str]
    deferred: Refusal | None


def build(chunk: bytes, limits: Limits, memory: Memory, is_irrelevant: IsIrrelevant) -> Built:
    """The value of the one document in ``chunk``.

    Entries of a top-level ``items`` whose kind is irrelevant are left out. Raises ``Refusal`` with the place in the
    chunk.
    """
    builder = Builder(chunk, limits, memory, is_irrelevant)
    try:
        builder.run(CParser(chunk).get_event)
    except YAMLError as error:
        raise _not_yaml(error) from None
    value = builder.root[0] if builder.root else None
    return Built(value, builder.offsets, builder.dropped, builder.deferred)


def check_syntax(chunk: bytes) -> None:
    """Raise ``Refusal`` (NV101) iff ``chunk`` is not YAML; builds nothing, five times as fast as :func:`build`."""
    try:
        CParser(chunk).raw_parse()
    except YAMLError as error:
        raise _not_yaml(error) from None


def _not_yaml(error: YAMLError) -> Refusal:
    if not isinstance(error, MarkedYAMLError):
        return Refusal("NV101", "this is not YAML: unreadable text", mark=Mark(0, 0))
    mark = error.problem_mark or error.context_mark
    place = Mark(mark.line, mark.column) if mark else Mark(0, 0)
    if error.problem and error.problem.startswith(_TOO_DEEP_FOR_LIBYAML):
        deep = too_deep()
        deep.mark = place
        return deep
    context = f" {error.context}" if error.context else ""
    return Refusal(
        "NV101",
        f"this is not YAML: {error.problem}{context}",
        help="check the indentation and the quotes up to this place",
        mark=place,
    )
