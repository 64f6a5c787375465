"""The program: its commands, and how it ends."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from netverify.cli.check import check
from netverify.cli.completing import COMPLETE_VARIABLE, completion
from netverify.cli.diff import diff
from netverify.cli.explaining import explain
from netverify.cli.exposed import exposed
from netverify.cli.init import init
from netverify.cli.lint import lint
from netverify.cli.map import map_command
from netverify.cli.query import query
from netverify.cli.refusal import Refusal, refusal_of
from netverify.cli.resolve import resolve
from netverify.cli.schema import schema
from netverify.cli.statuses import ExitStatus
from netverify.cli.versioning import version_command, version_of
from netverify.diagnostics import DiagnosedError

INTERRUPTED = 130
BROKEN_PIPE = 141


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"netverify {version_of('netverify')}")
        ctx.exit()


class _ReaderLeftError(Exception):
    """Nobody reads standard output any more."""


class _Program(click.Group):
    """A group that tells a broken pipe from other ends; click makes it an exit with 1, which means another thing."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        """As click does, but a broken pipe under help raises :class:`_ReaderLeftError`."""
        try:
            return super().make_context(*arguments, **extra)
        except BrokenPipeError:
            raise _ReaderLeftError from None

    def invoke(self, ctx: click.Context) -> Any:
        """As click does, but a broken pipe under a command raises :class:`_ReaderLeftError`."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ReaderLeftError from None


@click.group(
    cls=_Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  netverify check --spec netverify.yaml -f manifests/
  netverify query "can namespace a reach b/pg:5432" -f manifests/
  netverify map -f manifests/
  netverify diff --base origin/main -f manifests/
  netverify exposed -f manifests/
  netverify resolve db.shop --from shop/web -f manifests/
  netverify lint -f manifests/
""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def program(ctx: click.Context) -> int:
    """Prove what Kubernetes network policy lets through, for every pod that is and every pod that could be."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return ExitStatus.USAGE
    return ExitStatus.ANSWERED


for command in (
    init,
    check,
    diff,
    lint,
    query,
    map_command,
    exposed,
    resolve,
    schema,
    explain,
    completion,
    version_command,
):
    program.add_command(command)


def _program_name(argument: str) -> str:
    """What help calls the program: kubectl runs its plugins as ``kubectl netverify``."""
    name = Path(argument).name
    if name.startswith(("kubectl-", "kubectl_")):
        return "kubectl netverify"
    return "python -m netverify" if name == "__main__.py" else "netverify"


def _complain(refusal: Refusal) -> None:
    from netverify.cli.streams import complain_of  # noqa: PLC0415 help does not need it

    complain_of(refusal, "auto")


def _complain_in_full(error: DiagnosedError) -> None:
    from netverify.cli.streams import complain  # noqa: PLC0415 help does not need it
    from netverify.report.diagnostics import render_diagnostics  # noqa: PLC0415 as above

    complain(render_diagnostics(error.diagnostics), "auto")


def _internal_error(error: BaseException) -> Refusal:
    import traceback  # noqa: PLC0415 help does not need it

    if os.environ.get("NETVERIFY_DEBUG"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    return Refusal(
        "NV499",
        f"netverify failed at {place}; the question is not answered",
        "set NETVERIFY_DEBUG=1 for the details, and report them",
        ExitStatus.INTERNAL,
    )


def main(arguments: Sequence[str], program_name: str) -> int:
    """Runs one command line and gives its exit status; every way to end has one message and never a traceback."""
    try:
        status = program.main(
            list(arguments), prog_name=program_name, complete_var=COMPLETE_VARIABLE, standalone_mode=False
        )
        sys.stdout.flush()
    except (Refusal, click.ClickException) as error:
        refusal = error if isinstance(error, Refusal) else refusal_of(error, program_name)
        _complain(refusal)
        return refusal.status
    except DiagnosedError as error:
        _complain_in_full(error)
        return ExitStatus.USAGE
    except (KeyboardInterrupt, click.Abort):
        _complain(Refusal("", "interrupted"))
        return INTERRUPTED
    except (BrokenPipeError, _ReaderLeftError):
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 whatever it is, it must not look like an answer
        _complain(_internal_error(error))
        return ExitStatus.INTERNAL
    return int(status or 0)


def _silence_broken_pipes() -> None:
    """Keeps the interpreter from complaining when it flushes streams that nobody reads any more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _stand_in_for_closed_streams() -> None:
    """Puts streams that cannot be written in the place of those that were closed before the start.

    What goes to standard output then fails as it does on a full disk: an answer that nobody gets is none.
    """
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def run() -> NoReturn:
    """The console entry. The cyclic garbage collector stays off: a run is short, and it would cost most of the time."""
    gc.disable()
    _stand_in_for_closed_streams()
    status = main(sys.argv[1:], _program_name(sys.argv[0]))
    _silence_broken_pipes()
    sys.exit(status)
