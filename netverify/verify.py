"""The pipeline on one page: inputs to inventory, sentence to question, question to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netverify.manifests.coverage import Inventory
from netverify.model.behaviours import Behaviour
from netverify.queries.outcome import Answer, Listing


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user fixed. ``behaviours`` come from ``--cni`` and ``--assume``; what is missing stays free.

    ``pod_cidrs`` are CIDRs that every pod address lies in (empty: unknown). ``free_named_ports``: possible pods may call any port
    by any name, instead of following the declarations of existing pods of their namespace. ``timeout_s`` bounds one solver
    call, in seconds; ``seed`` goes to the solver.
    """

    behaviours: Mapping[Behaviour, bool] = field(default_factory=dict)
    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False
    timeout_s: float = 30.0
    seed: int = 0


def ask(sentence: str, inventory: Inventory, settings: Settings) -> Answer | Listing:
    """Answer ``sentence`` about ``inventory``; an ``Answer`` to ``can``, a ``Listing`` to ``who`` and ``what``.

    Raises :class:`netverify.queries.sentence.SentenceError` when the sentence cannot be read or names what does not exist.
    """
    raise NotImplementedError
