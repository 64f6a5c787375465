"""``netverify diff``: the flags, and their way into a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from netverify.cli.common_flags import common_flags, solving_of
from netverify.cli.refusal import Refusal

if TYPE_CHECKING:
    from netverify.cli.request import Sources

_EPILOG = """\b
Verdicts, each of them a proof over every pod that is or could be created:
  equivalent       the same connections are allowed
  more permissive  some are new, and none are lost
  less permissive  some are lost, and none are new
  incomparable     some are new, and some are lost
  unknown          neither proved nor refuted

\b
Examples:
  netverify diff old/ new/
  netverify diff --base origin/main -f manifests/ --fail-on new-access
  netverify diff --base HEAD~1 -k overlays/prod -o markdown=comment.md
  netverify diff -k overlays/staging -k overlays/prod

\b
Exit status: 0 compared; 1 what --fail-on names; 2 misuse; 3 unknown;
  4 an input could not be read; 5 internal error.
"""
_TWO = "name two: `netverify diff OLD NEW`, or a revision: `netverify diff --base REV -f PATH`"


@click.command("diff", epilog=_EPILOG)
@click.argument("paths", metavar="[OLD NEW]", nargs=-1, type=click.Path())
@common_flags(("text", "json", "markdown", "sarif", "junit", "github", "gitlab"), solving=True)
@click.option("--base", metavar="REV", help="Compare with the same inputs at a git revision: REV is OLD, here is NEW.")
@click.option(
    "--fail-on",
    type=click.Choice(["new-access", "lost-access", "any", "never"]),
    default="never",
    show_default=True,
    help="End with status 1 when there is such a difference.",
)
def diff(paths: tuple[str, ...], base: str | None, fail_on: str, **flags: Any) -> int:
    """Compare two sets of manifests: which connections appear and disappear, or a proof that none do."""
    from netverify.cli.request import DiffRequest  # noqa: PLC0415 help does not need it

    named = bool(flags["filenames"] or flags["kustomize"] or flags["helm"])
    solving = solving_of(
        {**flags, "cluster_domain": "cluster.local", "node_local_dns": False, "controller": None, "api_servers": ()}
    )
    old, new = _both(paths, base, solving["sources"], named=named)
    request = DiffRequest(**{**solving, "sources": new}, old=old, base=base, fail_on=fail_on)
    from netverify.cli.comparing import diff_request  # noqa: PLC0415 it imports the solver; help must not wait for it

    return diff_request(request)


def _both(paths: tuple[str, ...], base: str | None, sources: Sources, *, named: bool) -> tuple[Sources, Sources]:
    """The sources of the old and of the new side. Raises :class:`Refusal` unless there are just two."""
    if base is not None:
        if paths:
            raise Refusal("NV420", "`--base` compares with a revision, and not with a path", "name paths with `-f`")
        return sources, sources
    if len(paths) == 2 and not named:
        named_by = replace(sources, by_default=False)
        return replace(named_by, filenames=(paths[0],)), replace(named_by, filenames=(paths[1],))
    if not paths and len(sources.kustomize) == 2 and not sources.filenames and not sources.helm:
        old, new = sources.kustomize
        return replace(sources, kustomize=(old,)), replace(sources, kustomize=(new,))
    given = f"{len(paths)} {'path' if len(paths) == 1 else 'paths'}"
    raise Refusal("NV420", f"two sets of manifests are compared, and {given} given", _TWO)
