"""The pipeline on one page: inputs to inventory, sentence to question, question to answer."""

from __future__ import annotations

from netverify.answers.context import make_context, with_namespaces_of
from netverify.answers.listing import listing
from netverify.answers.reachability import answer
from netverify.answers.settings import Settings
from netverify.manifests.coverage import Inventory
from netverify.queries.outcome import Answer, Listing
from netverify.queries.question import Form
from netverify.queries.sentence import parse_sentence


class Verifier:
    """Answers questions about one inventory; what they share is computed once."""

    def __init__(self, inventory: Inventory, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._context = make_context(inventory, self.settings)

    def ask(self, sentence: str) -> Answer | Listing:
        """Answer ``sentence``: an ``Answer`` to ``can``, a ``Listing`` to ``who`` and ``what``.

        Raises :class:`netverify.queries.sentence_error.SentenceError` when the sentence cannot be read or names what
        does not exist.
        """
        cluster = self._context.inventory.cluster
        question = parse_sentence(sentence, cluster, default_namespace=self.settings.default_namespace)
        context = with_namespaces_of(question, self._context)
        if question.form is Form.CAN:
            return answer(question, context)
        return listing(question, context)


def ask(sentence: str, inventory: Inventory, settings: Settings | None = None) -> Answer | Listing:
    """Answer one question; see :meth:`Verifier.ask`, which is cheaper for many."""
    return Verifier(inventory, settings).ask(sentence)


__all__ = ["Settings", "Verifier", "ask"]
