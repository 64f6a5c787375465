"""What an answer owes to rules that are not taken as they are."""

from __future__ import annotations

from dataclasses import replace

from netverify.policy.predicate import Bias, Unspecified
from netverify.query.outcome import Witness
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Inexact:
    """``approximations`` are those that a flow rests on as they are written, ``doubts`` those that it needs otherwise.

    With ``doubts`` the flow is none for sure.
    """

    approximations: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def inexact(witness: Witness | None) -> Inexact:
    """What the flow of ``witness`` rests on; a proof rests on none, since it holds whatever is left out."""
    if witness is None:
        return Inexact()
    needed = [(one, value) for one, value in witness.needs if isinstance(one, Unspecified) and one.bias is not None]
    return Inexact(
        tuple(_words(one) for one, value in needed if value is one.as_written),
        tuple(f"{_words(one)}; the answer may depend on that" for one, value in needed if value is not one.as_written),
    )


def without_approximations(witness: Witness) -> Witness:
    """``witness`` with what it needs of a CNI, and of what policy leaves open, alone."""
    kept = {
        one: value
        for one, value in witness.behaviours.items()
        if not isinstance(one, Unspecified) or one.bias is None or value is not one.as_written
    }
    return witness if len(kept) == len(witness.behaviours) else replace(witness, behaviours=kept)


def _words(free: Unspecified) -> str:
    more = "more" if free.bias is Bias.OVER else "less"
    return f"{free.source} is modelled as allowing {more} than it says: {free.meaning}"
