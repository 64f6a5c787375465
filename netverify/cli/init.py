"""``netverify init``: one run from the flags to the exit status."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from netverify.cli.assumed import assumed
from netverify.cli.budget_flags import budget_of
from netverify.cli.ci_files import CiFile, ci_file
from netverify.cli.exit_status import map_status
from netverify.cli.frameworks import drafted_from, framework_named
from netverify.cli.intended import sources_with
from netverify.cli.outputs import write_whole
from netverify.cli.progress import counted, progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.request import InitRequest, RoutingGiven, Sources, assumptions_of, sources_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about, is_quiet, print_out
from netverify.cli.watchdog import within
from netverify.diagnostics import NOWHERE, Severity
from netverify.gate.draft.detecting import Detected, detected
from netverify.gate.draft.outline import Draft
from netverify.gate.intent import FILE_NAMES as INTENT_FILES
from netverify.gate.intent.schema import SCHEMA_FILE, SCHEMA_ID, schema_text
from netverify.gate.intent.spec import SourceKind, SourceText, Spec
from netverify.report.coverage_text import coverage_text
from netverify.report.document_text import lines_of
from netverify.report.draft_yaml import render_draft
from netverify.report.incomplete import incomplete, limits_text
from netverify.report.quantities import counted as number_of
from netverify.report.terminal import Line, line
from netverify.sources.coverage import Inventory
from netverify.sources.plugin_signs import PluginSign, plugin_sign
from netverify.sources.renderings import ArgoPath, FluxPath
from netverify.verify import Verifier


def run(**flags: Any) -> int:
    """Does what the flags ask for."""
    if "-" in (*flags["filenames"], *flags["paths"]):
        raise Refusal("NV420", "an intent file cannot name standard input as a source", "name files or folders")
    request = InitRequest(
        sources=sources_of(flags),
        assumed=assumed(flags["cni"], assumptions_of(flags)),
        routing=RoutingGiven(),
        color=flags["color"],
        budget=budget_of(flags),
        given=assumptions_of(flags),
        output=None if flags["output"] == "-" else Path(flags["output"]),
        ci=flags["ci"],
        force=flags["force"],
        frameworks=flags["frameworks"],
    )
    return init_request(request)


_LISTED = 3
"""How many inputs that were not read are named."""


def init_request(request: InitRequest) -> ExitStatus:
    """Reads, drafts, writes, and says what to do next. Raises :class:`Refusal` when a file is there already."""
    folder = request.output.parent if request.output is not None else Path()
    ci = ci_file(request.ci, folder, request.output)
    _check_free(request, ci)
    found = detected(Path()) if request.sources.by_default else _given(request.sources)
    if request.frameworks:
        return _init_frameworks(request, found, ci)
    with within(request.budget, "the intent was drafted"):
        inventory = _read(request, found)
        sign = plugin_sign(inventory) if request.assumed.cni is None else None
        if sign is not None:
            request = replace(request, assumed=assumed(sign.plugin, request.given))
        verifier = Verifier(inventory, solving_settings(request, inventory.cluster))
        with counted("drafting assertions") as tell:
            drafted = verifier.draft(date.today(), tell)  # noqa: DTZ011 - the day where it runs
        request.budget.checkpoint()
    limits = limits_text(request.budget.gave_up)
    remarks = (
        *((f"INCOMPLETE: {limits}: what says `not decided` below may hold or not.",) if limits else ()),
        *(("Some inputs could not be read: nothing here is about them.",) if inventory.has_errors else ()),
        *((f"`cni` is what the manifests look like ({sign.what}): confirm or change it.",) if sign is not None else ()),
    )
    draft = _with_given(replace(drafted, remarks=remarks), request, found)
    _write(request, render_draft(draft, SCHEMA_FILE), ci)
    draft_lacks = incomplete(request.budget.gave_up, "the draft says what was not decided")
    complain(lines_of(draft_lacks), request.color)
    if not is_quiet():
        complain(_what_was_read(found, inventory), request.color)
        complain(_reservations(inventory, request, sign), request.color)
        complain(_next_steps(draft, request, ci), request.color)
    return map_status(fails=False, in_doubt=bool(limits), input_refused=inventory.has_errors)


def _with_given(draft: Draft, request: InitRequest, found: Detected) -> Draft:
    """``draft`` with the sources that were ``found``, and with what the user takes as given."""
    folder = request.output.parent if request.output is not None else Path()
    return replace(
        draft,
        sources=tuple(_seen_from(folder, one) for one in found.sources),
        alternatives=tuple(_seen_from(folder, one) for one in found.alternatives),
        namespace=request.sources.namespace,
        cni=request.assumed.cni,
        assumptions=request.given,
    )


def _read(request: InitRequest, found: Detected) -> Inventory:
    """What the manifests hold. Raises :class:`Refusal` where one of them is not there: the file would name it."""
    with progress("reading manifests ..."):
        inventory = read_sources(_placed(request.sources, found))
    complain_about(inventory.diagnostics, request.color)
    if any(one.code == "NV131" for one in inventory.diagnostics):
        message, advice = "nothing was written: the intent file would name what is not there", "name what is there"
        raise Refusal("NV420", message, advice, ExitStatus.INPUT)
    return inventory


def _init_frameworks(request: InitRequest, found: Detected, ci: CiFile | None) -> ExitStatus:
    """Writes what frameworks need proved, with their zones to bind. Of the manifests it names the namespaces alone."""
    frameworks = framework_named(*request.frameworks)
    with within(request.budget, "the namespaces were read"):
        inventory = _read(request, found)
    draft = _with_given(drafted_from(frameworks, inventory.cluster), request, found)
    _write(request, render_draft(draft, SCHEMA_FILE), ci)
    if not is_quiet():
        where = f"wrote {request.output} and {SCHEMA_FILE}: " if request.output else ""
        counts = f"{number_of(len(draft.zones), 'zone')} to bind, {number_of(len(draft.entries), 'assertion')}"
        names = " ".join(f"--framework {name}" for name in request.frameworks)
        complain([line(f"{where}{counts}")], request.color)
        steps = f"next: replace each TO BIND, approve the flows, then run `netverify report {names}`"
        complain([line(steps)], request.color)
    return map_status(fails=False, in_doubt=False, input_refused=inventory.has_errors)


def _check_free(request: InitRequest, ci: CiFile | None) -> None:
    """Raises :class:`Refusal` where a file would be overwritten that nobody allows to."""
    if request.force:
        return
    if request.output is not None:
        name_another = "name another file with `--output FILE`, or overwrite it with `--force`"
        _check_absent(request.output, name_another)
        schema = request.output.parent / SCHEMA_FILE
        if schema.exists() and not _is_ours(schema):
            raise Refusal("NV420", f"`{schema}` is there already, and is another one", "overwrite it with `--force`")
    if ci is not None:
        _check_absent(ci.path, "add to it what `netverify init` says without `--ci`, or overwrite it with `--force`")


def _check_absent(path: Path, advice: str) -> None:
    if path.exists():
        raise Refusal("NV420", f"`{path}` is there already", advice)


def _is_ours(schema: Path) -> bool:
    """Whether ``schema`` is one that this program wrote, perhaps another release of it."""
    try:
        return f'"$id": "{SCHEMA_ID}"' in schema.read_text("utf-8")
    except (OSError, ValueError):
        return False


def _given(sources: Sources) -> Detected:
    """What the user named."""

    def source(kind: SourceKind, path: str) -> SourceText:
        is_chart = kind is SourceKind.HELM
        return SourceText(kind, path, NOWHERE, *((sources.values, sources.sets) if is_chart else ()))

    named = [
        *((SourceKind.MANIFESTS, path) for path in sources.filenames),
        *((SourceKind.KUSTOMIZE, path) for path in sources.kustomize),
        *((SourceKind.HELM, path) for path in sources.helm),
        *((SourceKind.FLUX, one.path) for one in sources.renderings if isinstance(one, FluxPath)),
        *((SourceKind.ARGOCD, one.path) for one in sources.renderings if isinstance(one, ArgoPath)),
    ]
    return Detected(tuple(source(kind, path) for kind, path in named))


def _seen_from(folder: Path, source: SourceText) -> SourceText:
    """``source`` as an intent file in ``folder`` names it: paths from there."""

    def seen(path: str) -> str:
        return path if Path(path).is_absolute() else os.path.relpath(path, folder)

    return replace(source, path=seen(source.path), values=tuple(map(seen, source.values)))


def _placed(sources: Sources, found: Detected) -> Sources:
    """``sources``, or what was ``found`` here where the user names none."""
    if not sources.by_default:
        return sources
    return sources_with(sources, Spec((), sources=found.sources))


def _write(request: InitRequest, text: str, ci: CiFile | None) -> None:
    if request.output is None:
        print_out((text,))
    else:
        write_whole(request.output, (text,))
        write_whole(request.output.parent / SCHEMA_FILE, (schema_text(),))
    if ci is not None:
        with suppress(OSError):  # writing says what is wrong
            ci.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(ci.path, (ci.text,))


def _what_was_read(found: Detected, inventory: Inventory) -> Iterator[Line]:
    named = [f"{one.kind} {one.path}" for one in found.sources]
    yield line(f"read {', '.join(named[:_LISTED])}{', ...' if named[_LISTED:] else ''}:")
    yield from (line(f"  {text}") for text in coverage_text(inventory))


def _next_steps(draft: Draft, request: InitRequest, ci: CiFile | None) -> Iterator[Line]:
    holding = sum(one.holds for one in draft.entries)
    words = f"{number_of(holding, 'assertion')}, {len(draft.entries) - holding} more as comments for later"
    where = f"wrote {request.output} and {SCHEMA_FILE}: " if request.output else ""
    yield line(f"{where}{words}")
    if not holding:
        yield line("no assertion holds yet, and `netverify check` refuses a file without any: take one of the comments")
    named = "" if request.output is None or request.output.name in INTENT_FILES else f" --spec {request.output}"
    yield line(f"next: confirm or close each flow marked TO CONFIRM, then run `netverify check{named}`")
    if ci is not None:
        yield line(f"wrote {ci.path}: replace {ci.replace} in it")
    elif request.ci is None:
        shown = ci_file("github", Path(), request.output)
        assert shown is not None
        yield line(f"then have it checked, as by {shown.path} (`--ci github`, `gitlab` or `pre-commit` writes it):")
        yield from (line(f"  {one}") for one in shown.text.splitlines())


def _reservations(inventory: Inventory, request: InitRequest, sign: PluginSign | None) -> Iterator[Line]:
    """What the draft does not know for sure: which plugin enforces policy, and inputs that were not read."""
    if request.assumed.cni is None:
        yield line("no CNI plugin named: flows include what some plugins might allow; run again with --cni NAME")
    if sign is not None:
        yield line(f"the manifests look like {sign.plugin} ({sign.what}), so the file says `cni: {sign.plugin}`")
    if inventory.has_errors:
        errors = (one.origin for one in inventory.diagnostics if one.severity is Severity.ERROR)
        unread = sorted({origin.path for origin in (*inventory.coverage.unread, *errors)})
        inputs, it = ("1 input was", "it is") if len(unread) == 1 else (f"{len(unread)} inputs were", "they are")
        shown = ", ".join(unread[:_LISTED]) + (", ..." if unread[_LISTED:] else "")
        yield line(f"{inputs} not read ({shown}): the file will not pass until {it}")
