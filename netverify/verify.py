"""The pipeline on one page: inputs to inventory, sentence to question, question to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netverify.answers.context import make_context
from netverify.answers.listing import listing
from netverify.answers.reachability import answer
from netverify.manifests.coverage import Inventory
from netverify.model.behaviours import FIXED_BY_DEFAULT, Behaviour
from netverify.queries.outcome import Answer, Listing
from netverify.queries.question import Form
from netverify.queries.sentence import parse_sentence
from netverify.symbolic.obligations import Latitude
from netverify.symbolic.solver import Budget


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user fixed. ``behaviours`` come from ``--cni`` and ``--assume``; what is missing stays free.

    ``pod_cidrs`` are CIDRs that every pod address lies in (empty: unknown). ``free_named_ports``: possible pods may
    call any port by any name, instead of following the declarations of existing pods of their namespace. ``timeout_s``
    bounds one solver call, in seconds; ``seed`` goes to the solver. ``default_namespace`` is where bare names are
    looked up
    first. ``keep_goals``: answers carry the texts that were solved, for ``--emit-smt2``.
    """

    behaviours: Mapping[Behaviour, bool] = field(default_factory=dict)
    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False
    timeout_s: float = 30.0
    seed: int = 0
    default_namespace: str | None = None
    keep_goals: bool = False


class Verifier:
    """Answers questions about one inventory; what they share is computed once."""

    def __init__(self, inventory: Inventory, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._context = make_context(
            inventory,
            {**FIXED_BY_DEFAULT, **self.settings.behaviours},
            Latitude(self.settings.pod_cidrs, self.settings.free_named_ports),
            Budget(self.settings.timeout_s, self.settings.seed),
            keep_goals=self.settings.keep_goals,
        )

    def ask(self, sentence: str) -> Answer | Listing:
        """Answer ``sentence``: an ``Answer`` to ``can``, a ``Listing`` to ``who`` and ``what``.

        Raises :class:`netverify.queries.sentence_error.SentenceError` when the sentence cannot be read or names what
        does not exist.
        """
        cluster = self._context.inventory.cluster
        question = parse_sentence(sentence, cluster, default_namespace=self.settings.default_namespace)
        if question.form is Form.CAN:
            return answer(question, self._context)
        return listing(question, self._context)


def ask(sentence: str, inventory: Inventory, settings: Settings | None = None) -> Answer | Listing:
    """Answer one question; see :meth:`Verifier.ask`, which is cheaper for many."""
    return Verifier(inventory, settings).ask(sentence)
