"""``--cni`` and ``--assume``: what the user takes as given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal
from netverify.late import late
from netverify.model.api_server import ApiServer
from netverify.model.behaviours import CNI_PROFILES, MEANING, Behaviour, name_of
from netverify.query import assumed as checked
from netverify.query.assumed import KEYS, AssumptionError, api_server_at, cni_named

if TYPE_CHECKING:
    from click import shell_completion
else:
    (shell_completion,) = late("click", "shell_completion")


class CniName(Parameter):
    """The name of a profile."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """``value`` in lower case. Raises :class:`Refusal` for a name that has no profile."""
        del param, ctx
        try:
            return cni_named(value)
        except AssumptionError as error:
            raise _refused(error) from None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[shell_completion.CompletionItem]:
        """The names that begin like ``incomplete``."""
        del ctx, param
        return [shell_completion.CompletionItem(name) for name in CNI_PROFILES if name.startswith(incomplete.lower())]


class ApiServerPlace(Parameter):
    """``ADDRESS:PORT``."""

    name = "address:port"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> ApiServer:
        """Where the API server listens. Raises :class:`Refusal` for anything else."""
        del param, ctx
        try:
            return api_server_at(value)
        except AssumptionError as error:
            raise _refused(error) from None


class Assumption(Parameter):
    """``KEY=VALUE``; checked as a whole by :func:`assumed`."""

    name = "key=value"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[shell_completion.CompletionItem]:
        """The keys with their values that begin like ``incomplete``."""
        del ctx, param
        return [
            shell_completion.CompletionItem(
                f"{name_of(key)}={value}", help=MEANING[Behaviour(key)] if key in list(Behaviour) else None
            )
            for key, values in KEYS.items()
            for value in (values or ("",))
            if f"{name_of(key)}={value}".startswith(incomplete)
        ]


def assumed(cni: str | None, assumptions: Sequence[str]) -> checked.Assumed:
    """What ``--cni`` and ``--assume`` fix together; a single assumption goes before a profile.

    Raises :class:`Refusal` for an unknown key, a value that the key cannot have, or two values for one key.
    """
    try:
        return checked.assumed(cni, assumptions)
    except AssumptionError as error:
        raise _refused(error) from None


def _refused(error: AssumptionError) -> Refusal:
    return Refusal("NV420", error.message, error.help)
