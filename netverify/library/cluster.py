"""A cluster as its manifests describe it: what can be asked, mapped and asserted about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from netverify.answers.settings import Settings
from netverify.diagnostics import Diagnostic
from netverify.library.connections import Map, checked_map
from netverify.library.errors import FailedAssertionError
from netverify.library.intricacy import told_in_full
from netverify.model import cluster as model
from netverify.query.exclusion import others_reach, reaches_others
from netverify.query.outcome import Answer, Listing, Scope, Verdict
from netverify.query.quantifiers import refuse_all
from netverify.query.question import Form, Question
from netverify.query.sentence_error import SentenceError
from netverify.report.diagnostics import render_sentence_error
from netverify.report.document_text import lines_of
from netverify.report.query_text import document_of
from netverify.report.terminal import paint
from netverify.sources.coverage import Coverage, Inventory
from netverify.verify import Verifier, Wanted
from netverify.visible import visible

_Excluding: TypeAlias = Callable[[str, Sequence[str], model.Cluster, str | None], Question]


class Cluster:
    """Answers about one snapshot of manifests; made by :func:`netverify.read`, and never changed.

    *Existing* pods are those of the manifests; *possible* pods are all that could be created. The ``assert_*`` methods
    raise :class:`FailedAssertionError` unless they hold for certain: also when the answer is unknown, or when a
    question is about nobody. Whatever takes a sentence or an endpoint raises :class:`SentenceError` when it cannot be
    read or names what the manifests do not know.
    """

    def __init__(self, inventory: Inventory, settings: Settings) -> None:
        self._inventory = inventory
        self._verifier = Verifier(inventory, settings)

    @property
    def coverage(self) -> Coverage:
        """What became of every input."""
        return self._inventory.coverage

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found in the inputs, in the order of places."""
        return self._inventory.diagnostics

    def ask(self, sentence: str) -> Answer | Listing:
        """The answer to a sentence: an ``Answer`` to ``can``, a ``Listing`` to ``who`` and ``what``.

        Raises :class:`InDoubtError` for a listing of which too much is left open to be told in full.
        """
        with _pointed_at(), told_in_full():
            return self._verifier.ask(sentence)

    def text(self, outcome: Answer | Listing) -> str:
        """``outcome`` of this cluster as the command line prints it, without colour."""
        return paint(lines_of(document_of(outcome, self._inventory, self._verifier.settings.cni)), coloured=False)

    def map(  # noqa: PLR0913 one argument for each way to narrow a map
        self,
        *,
        source: str | None = None,
        destination: str | None = None,
        focus: str | None = None,
        ports: str | Iterable[str] = (),
        pods_only: bool = False,
        allow_doubt: bool = False,
    ) -> Map:
        """Who may open which connections to whom, among existing workloads and ranges of addresses outside.

        ``source`` and ``destination`` are endpoints to narrow it to, ``focus`` one that is at either end; ``ports`` are
        ``PORT[/PROTOCOL]``; ``pods_only`` leaves external addresses out. Raises :class:`InDoubtError` when connections
        may be missing or not exist, because of inputs that could not be read or objects that are not modelled, or when
        a narrowing endpoint is nobody; unless ``allow_doubt``, where the map says so itself. Raises it in any case
        where too much is left open to be told in full.
        """
        wanted = Wanted(source, destination, focus, _texts(ports), pods_only)
        with _pointed_at(), told_in_full():
            return checked_map(self._verifier.map(wanted), allow_doubt=allow_doubt)

    def assert_reachable(self, sentence: str, *, possible: bool = False) -> None:
        """Some flow that ``sentence`` (``can SOURCE reach TARGET``) asks about is allowed between existing pods.

        With ``possible`` a flow of a pod that could be created suffices. A flow that only some CNI plugins let through
        counts, unless ``cni`` or ``assume`` was given to ``read`` and rules it out. Raises :class:`SentenceError` for
        ``all pods``, of which some would suffice.
        """
        __tracebackhide__ = True
        question = self._can(sentence)
        with _pointed_at():
            refuse_all(sentence)
        answer = self._answer(question)
        suffices = possible or answer.scope is Scope.EXISTING
        self._judge(answer, "reachable" if possible else "reachable by existing pods", Verdict.REACHABLE, also=suffices)

    def assert_unreachable(self, sentence: str) -> None:
        """No flow that ``sentence`` (``can SOURCE reach TARGET``) asks about is allowed: proved.

        For existing and for possible pods, and whatever CNI plugins may do either way unless that was given.
        """
        __tracebackhide__ = True
        self._judge(self._answer(self._can(sentence)), "unreachable", Verdict.UNREACHABLE)

    def assert_only_reachable_from(self, target: str, *sources: str) -> None:
        """Nobody but ``sources`` can reach ``target``: proved for existing and possible pods, and addresses outside.

        Directly, and by every way in: a port of a node, a load balancer, a controller of Ingresses; whoever comes
        through pods that are among ``sources`` counts as these.

        ``target`` is an endpoint with or without a port, each of ``sources`` an endpoint; without any, nobody at all.
        The port of a Service is its own, and stands for the ports of the pods behind it; a Service without a port is
        every port of these pods. A
        workload as a source is its existing pods: write ``pods LABELS in namespace NS`` to let in pods that could be
        created too. That the sources do reach it is not asserted.
        """
        __tracebackhide__ = True
        question = self._excluding(others_reach, target, sources)
        self._judge(self._verifier.answer_of_anyone(question), "unreachable", Verdict.UNREACHABLE)

    def assert_only_reaches(self, source: str, *targets: str) -> None:
        """``source`` can reach nobody but ``targets``, on any port: proved for existing and possible pods, and outside.

        All are endpoints; without ``targets``, nobody at all. That it does reach them is not asserted.
        """
        __tracebackhide__ = True
        question = self._excluding(reaches_others, source, targets)
        self._judge(self._answer(question), "unreachable", Verdict.UNREACHABLE)

    def assert_isolated(self, endpoint: str) -> None:
        """Nobody else reaches ``endpoint``, and it reaches nobody else: proved, as by the two assertions before.

        What it is made of may talk among itself: ``namespace a`` is isolated iff nothing crosses its border.
        """
        __tracebackhide__ = True
        self.assert_only_reachable_from(endpoint, endpoint)
        self.assert_only_reaches(endpoint, endpoint)

    def _can(self, sentence: str) -> Question:
        with _pointed_at():
            question = self._verifier.question(sentence)
            if question.form is Form.CAN:
                return question
            first = len(sentence) - len(sentence.lstrip())
            message = "only `can SOURCE reach TARGET` can be asserted"
            advice = "assert who and what with `assert_only_reachable_from` and `assert_only_reaches`"
            raise SentenceError("NV401", message, sentence, first, first + len(question.form), advice)

    def _excluding(self, about: _Excluding, endpoint: str, others: tuple[str, ...]) -> Question:
        with _pointed_at():
            return about(endpoint, others, self._inventory.cluster, self._default_namespace)

    @property
    def _default_namespace(self) -> str | None:
        return self._verifier.settings.default_namespace

    def _answer(self, question: Question) -> Answer:
        return self._verifier.answer(question)

    def _judge(self, answer: Answer, expected: str, verdict: Verdict, *, also: bool = True) -> None:
        """Raises unless ``answer`` has the ``verdict`` and ``also`` holds."""
        __tracebackhide__ = True
        if answer.verdict is not verdict or not also:
            text = f"expected {expected}: {visible(answer.question)}\n{self.text(answer)}"
            raise FailedAssertionError(text.rstrip("\n"), answer)


@contextmanager
def _pointed_at() -> Iterator[None]:
    """Notes beside an error in a sentence where in it that is, as the command line shows it."""
    try:
        yield
    except SentenceError as error:
        error.add_note(paint(render_sentence_error(error), coloured=False).rstrip("\n"))
        raise


def _texts(texts: str | Iterable[str]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)
