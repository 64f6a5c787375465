"""The flags that commands that read manifests share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import click

from netverify.cli.assumed import ApiServerPlace, Assumption, CniName
from netverify.cli.budget_flags import COMMAND_BUDGET, SOLVER_BUDGET
from netverify.cli.outputs import OutputName, formats_help

Command: TypeAlias = Callable[..., Any]


_NAMED = (
    click.option(
        "-f",
        "--filename",
        "filenames",
        metavar="PATH",
        multiple=True,
        type=click.Path(allow_dash=True),
        help="File, directory (read recursively), glob, or - for standard input; repeatable.  [default: the sources of "
        "netverify.yaml, else .]",
    ),
    click.option(
        "-k",
        "--kustomize",
        metavar="DIR",
        multiple=True,
        type=click.Path(),
        help="Build a kustomize overlay and read the result; repeatable.",
    ),
    click.option(
        "--helm",
        metavar="CHART",
        multiple=True,
        type=click.Path(),
        help="Render a Helm chart and read the result; repeatable.",
    ),
    click.option(
        "--flux",
        metavar="PATH",
        multiple=True,
        type=click.Path(),
        help="Read what Flux applies, starting from a folder; repeatable.",
    ),
    click.option(
        "--argocd",
        metavar="PATH",
        multiple=True,
        type=click.Path(),
        help="Read what Argo CD applies for the Applications in a folder; repeatable.",
    ),
    click.option(
        "--values",
        metavar="FILE",
        multiple=True,
        type=click.Path(),
        help="Values file for every chart; repeatable.",
    ),
    click.option("--set", "sets", metavar="K=V", multiple=True, help="Value for every chart; repeatable."),
)
_PLACED = (
    click.option(
        "-n", "--namespace", metavar="NS", help="Namespace of objects and of names that give none.  [default: default]"
    ),
    click.option("--allow-empty", is_flag=True, help="Accept inputs without any relevant object."),
    click.option(
        "--allow-outside",
        "outside",
        metavar="PATH",
        multiple=True,
        type=click.Path(),
        help="Allow intent files, links and kustomizations to name this path outside the checkout; repeatable.",
    ),
    click.option("--allow-network", is_flag=True, help="Allow renderers to fetch what overlays and charts name."),
    click.option("--strict", is_flag=True, help="Treat notes as errors, such as unrendered templates."),
)
_INPUTS = (*_NAMED, *_PLACED)
_JOBS = (
    click.option(
        "--jobs",
        metavar="N",
        type=click.IntRange(1, 256),
        envvar="NETVERIFY_JOBS",
        help="Maximum number of processes that read large inputs.  [default: one for each processor]",
    ),
)
_CACHE = (
    click.option(
        "--no-cache",
        is_flag=True,
        help="Do not use the cache; as NETVERIFY_NO_CACHE=1. NETVERIFY_CACHE_DIR moves the cache.",
    ),
)
_MODEL = (
    click.option(
        "--cni",
        metavar="NAME",
        type=CniName(),
        help="Assume this network plugin. Without it, proofs hold for every plugin.",
    ),
    click.option(
        "--assume",
        "assumptions",
        metavar="KEY=VALUE",
        multiple=True,
        type=Assumption(),
        help="Assume one fact: BEHAVIOUR=true|false, pod-cidr=CIDR, node-cidr=CIDR, named-ports=declared|free, "
        "unrendered=harmless.",
    ),
    click.option(
        "--node-cidr",
        "node_cidrs",
        metavar="CIDR",
        multiple=True,
        help="Range where only nodes and pods have addresses; repeatable. The same as --assume node-cidr=CIDR.",
    ),
)
_GOALS = (
    click.option(
        "--emit-smt2",
        "smt2_folder",
        metavar="DIR",
        type=click.Path(file_okay=False),
        help="Write the formulas that were solved as SMT-LIB files.",
    ),
)
_ROUTING = (
    click.option(
        "--cluster-domain",
        metavar="DOMAIN",
        show_default="cluster.local",
        help="DNS zone of the cluster.",
    ),
    click.option("--node-local-dns", is_flag=True, help="NodeLocal DNSCache answers on every node."),
    click.option(
        "--api-server",
        "api_servers",
        metavar="ADDRESS:PORT",
        multiple=True,
        type=ApiServerPlace(),
        help="Where the API server listens; repeatable.",
    ),
    click.option(
        "--ingress-controller",
        "controller",
        metavar="ENDPOINT",
        help="Pods that serve every Ingress, Gateway and Route, written as in a question.",
    ),
)
_COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    envvar="NETVERIFY_COLOR",
    help="Colours; with auto, NO_COLOR and FORCE_COLOR count.",
)


quiet_flag = click.option(
    "-q", "--quiet", is_flag=True, help="No warnings and no progress on standard error, only errors."
)
_HOW_MUCH = (
    click.option(
        "--summary", is_flag=True, help="Of text print the result, doubts and what was read, without the details."
    ),
    click.option("-v", "--verbose", is_flag=True, help="Print every result in full, and all that makes it so."),
    quiet_flag,
)


def _output(formats: tuple[str, ...]) -> Command:
    return click.option(
        "-o",
        "--output",
        "outputs",
        metavar="FORMAT[=FILE]",
        multiple=True,
        type=OutputName(formats),
        help=formats_help(formats),
    )


_PATHS = click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(allow_dash=True))


def paths_argument(command: Command) -> Command:
    """Gives a command paths at the end of the line, which are read as those of ``-f``."""
    return _PATHS(command)


def common_flags(formats: tuple[str, ...], *, solving: bool) -> Callable[[Command], Command]:
    """Gives a command the common flags, in the order of this file; those of the solver iff it is ``solving``.

    ``formats`` are those of its output, the default first.
    """
    of_solver = (*SOLVER_BUDGET, *_GOALS) if solving else ()
    options = (*_INPUTS, *_JOBS, *_CACHE, *COMMAND_BUDGET, *_MODEL, *of_solver, _output(formats), *_HOW_MUCH, _COLOR)

    def with_flags(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return with_flags


def fleet_flags(formats: tuple[str, ...]) -> Callable[[Command], Command]:
    """As :func:`common_flags` for a command whose inputs are named in a file, and whose jobs are its own."""
    options = (*_PLACED, *_CACHE, *COMMAND_BUDGET, *_MODEL, *SOLVER_BUDGET, _output(formats), *_HOW_MUCH, _COLOR)

    def with_flags(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return with_flags


def output_flags(formats: tuple[str, ...]) -> Callable[[Command], Command]:
    """Gives a command that reads no manifests the flags that say what is printed, in one of ``formats``."""
    return lambda command: _output(formats)(_COLOR(command))


def reading_flags(command: Command) -> Command:
    """Gives a command those of the common flags that do not say what is printed and in which form."""
    for option in reversed((*_INPUTS, *_JOBS, *_CACHE, *COMMAND_BUDGET, *_MODEL, *SOLVER_BUDGET, _COLOR)):
        command = option(command)
    return command


def routing_flags(command: Command) -> Command:
    """Gives a command the flags that say what manifests do not tell about how traffic is routed."""
    for option in reversed(_ROUTING):
        command = option(command)
    return command
