"""``netverify query``: one run from the flags to the exit status."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netverify.answers.settings import Settings
from netverify.budget import OutOfBudgetError
from netverify.cli.exit_status import exit_status
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intricacy import told_in_full
from netverify.cli.outputs import write_whole
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import QueryRequest, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about
from netverify.cli.unread import misasked, unread
from netverify.cli.watchdog import watchdog
from netverify.late import late
from netverify.query.outcome import Answer, Listing, Verdict
from netverify.query.quantifiers import refuse_all
from netverify.query.remarks import Remarks
from netverify.query.sentence import OPENERS
from netverify.query.sentence_error import SentenceError
from netverify.report.diagnostics import render_refusal
from netverify.report.query_text import document_of
from netverify.report.report import Report
from netverify.sources.coverage import Inventory
from netverify.verify import ask

if TYPE_CHECKING:
    from netverify.cli import evidence
    from netverify.report import counterexample, query_json
else:
    (evidence,) = late("netverify.cli", "evidence")
    counterexample, query_json = late("netverify.report", "counterexample", "query_json")


def run(words: tuple[str, ...], **flags: Any) -> int:
    """Does what the flags ask for."""
    sentence, paths = _question_and_paths(words)
    flags["filenames"] = (*flags["filenames"], *paths)
    request = QueryRequest(
        sentence=sentence,
        expected=Verdict(flags["expect"]) if flags["expect"] else None,
        counterexample=Path(flags["counterexample"]) if flags["counterexample"] else None,
        **solving_of(flags),
    )
    return answer_request(request)


def _question_and_paths(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The question in ``words``, and the paths beside it, which there are where the question is one argument.

    Raises :class:`Refusal` for several questions. No word of a question without quotes is taken for a path, since a
    folder may be called as a workload is.
    """
    if not "".join(words).strip():
        advice = 'write it in quotes: `netverify query "who can reach shop/db" manifests/`'
        raise Refusal("NV420", "there is no question", advice)
    quoted = [one for one in words if len(one.split()) > 1 and one.split()[0].lower() in OPENERS]
    if len(quoted) > 1:
        raise Refusal("NV420", f"{len(quoted)} questions are asked at once", "ask one after the other")
    if not quoted:
        return " ".join(words), ()
    at = words.index(quoted[0])
    return quoted[0], (*words[:at], *words[at + 1 :])


def _with_advice_on_paths(error: SentenceError, sentence: str) -> SentenceError:
    """``error``, with what to do where a word of ``sentence`` that is too much is a path."""
    rest = sentence[error.start :].split()
    if error.code == "NV402" and rest and any(Path(one).exists() for one in rest):
        error.help = "put the question in quotes to name paths after it, or name them with `-f`"
    return error


def answer_request(request: QueryRequest) -> ExitStatus:
    """Reads, asks, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    emptied(request.smt2_folder)
    inventory, settings = unread(request.sources), Settings()
    try:
        with watchdog(request.budget), told_in_full():
            with progress("reading manifests ..."):
                inventory = read_sources(request.sources)
            complain_about(inventory.diagnostics, request.color)
            settings = solving_settings(request, inventory.cluster)
            if request.expected is Verdict.REACHABLE:
                refuse_all(request.sentence)
            outcome = ask(request.sentence, inventory, settings)
            request.budget.checkpoint()
    except OutOfBudgetError as spent:
        outcome = _undecided(request.sentence, spent)
    except SentenceError as error:
        return misasked(_with_advice_on_paths(error, request.sentence), inventory, request.color)
    answered = _answered(outcome, request.expected)
    status = exit_status(answered, expected=request.expected, input_refused=inventory.has_errors)
    status = reported(
        request,
        lambda output: rendered(_report(outcome, inventory, settings), output, request.color, lambda: this_run(status)),
        status,
        lambda: _write_shown(outcome, inventory, request, settings),
    )
    if request.expected not in (None, answered):
        only_one = "" if answered is outcome.verdict else " by one of the two ways to read the port"
        complain(render_refusal(f"expected {request.expected}, but the answer is {answered}{only_one}"), request.color)
    return status


def _answered(outcome: Answer | Listing, expected: Verdict | None) -> Verdict:
    """The verdict that an expectation is held against: what is to be reachable has to be so however a port is read."""
    ways = outcome.each_way if isinstance(outcome, Answer) and expected is Verdict.REACHABLE else ()
    return next((one for one in ways if one is not Verdict.REACHABLE), outcome.verdict)


def _undecided(sentence: str, spent: OutOfBudgetError) -> Answer | Listing:
    """The answer to ``sentence`` where none was found in time."""
    is_listing = sentence.lower().split()[:1] in (["who"], ["what"], ["which"])
    kind = Listing if is_listing else Answer
    return kind(sentence, Verdict.UNKNOWN, remarks=Remarks((spent.undecided,)))


def _report(outcome: Answer | Listing, inventory: Inventory, settings: Settings) -> Report:
    def json() -> Iterable[str]:
        if isinstance(outcome, Listing):
            return (query_json.render_listing_json(outcome, inventory),)
        return (query_json.render_answer_json(outcome, inventory),)

    return Report(lambda: document_of(outcome, inventory, settings.cni), json, beside=inventory.diagnostics)


def _write_shown(outcome: Answer | Listing, inventory: Inventory, request: QueryRequest, settings: Settings) -> None:
    """The counterexample and the goals that the user wants, of an answer. Raises :class:`Refusal` for a list."""
    if isinstance(outcome, Answer):
        if request.counterexample:
            write_whole(request.counterexample, (counterexample.render_counterexample(outcome, inventory.cluster),))
        shown = (outcome.question, outcome.verdict, outcome.smt2, outcome.derivation)
        write_goals(
            lambda: evidence.evidence_about(evidence.one_question("query", *shown), [inventory], settings),
            request.smt2_folder,
        )
    elif request.counterexample or request.smt2_folder:
        flag = "--counterexample" if request.counterexample else "--emit-smt2"
        advice = "name one of the listed endpoints instead of asking for all"
        raise Refusal("NV420", f"`{flag}` writes what a question with `can` found, not a list", advice)
