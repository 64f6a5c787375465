"""What a question asks, independent of how it was written."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum

from netverify.model.flow import End
from netverify.policy.predicate import All, Not, Predicate
from netverify.query.called import Called
from netverify.records import dataclass


class Form(StrEnum):
    """The three forms of a sentence.

    In order: ``can … reach …``, ``who can reach …``, ``what can … reach``.
    """

    CAN = "can"
    WHO = "who"
    WHAT = "what"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether policy allows a flow from ``source`` to ``destination`` with ``traffic``.

    The three predicates speak of the source, of the destination, and of protocol and port. A flow between a single pod
    and itself is never meant. ``text`` is the sentence as the user wrote it; ``source_text`` and ``destination_text``
    are its two ends in words, such as ``namespace a`` or ``b/pg[StatefulSet]``. In the forms ``WHO`` and ``WHAT`` the
    open end is any pod and any external address.

    ``called`` is the Service or the name that the destination goes by: how to get there is for routing to say, and
    ``traffic`` speaks of the Service's ports. ``from_outside``: the source is addresses, so that ways in count.
    ``services`` are called as well as what ``destination`` says: addresses of theirs are among those asked about, or
    one of them is a way to the workload of its name.
    ``beside`` are flows that do not count, each a predicate about both ends and the traffic. ``read_as`` says what is
    meant where ``text`` does not say it all.
    """

    form: Form
    text: str
    source: Predicate
    destination: Predicate
    traffic: Predicate
    source_text: str
    destination_text: str
    called: Called | None = None
    from_outside: bool = False
    beside: tuple[Predicate, ...] = ()
    services: tuple[Called, ...] = ()
    read_as: tuple[str, ...] = field(default=(), compare=False)

    @property
    def asked(self) -> tuple[Predicate, ...]:
        """What holds for every flow that the question is about."""
        return (self.source, self.destination, self.traffic, *map(Not, self.beside))

    @property
    def is_routed(self) -> bool:
        """Whether its traffic may pass a Service, or a way in from outside, before it arrives."""
        return self.called is not None or self.from_outside

    @property
    def open_end(self) -> End:
        """The end that a listing is about; of no meaning for ``CAN``."""
        return End.DESTINATION if self.form is Form.WHAT else End.SOURCE


def narrowed(question: Question, end: End, to: Predicate) -> Question:
    """``question`` about those alone who are ``to`` at ``end``."""
    if end is End.SOURCE:
        return replace(question, source=All((to, question.source)))
    return replace(question, destination=All((to, question.destination)))


def without(question: Question, *flows: Predicate) -> Question:
    """``question`` without those flows for which any of ``flows`` holds."""
    return replace(question, beside=(*question.beside, *flows))
