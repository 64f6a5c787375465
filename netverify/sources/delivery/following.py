"""From a folder that a user names to all that a controller applies from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from netverify.diagnostics import Origin
from netverify.sources.delivery.argo import Argo
from netverify.sources.delivery.checkout import Checkout, checkout_of
from netverify.sources.delivery.delivered import Delivered
from netverify.sources.delivery.flux import Flux
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, leaves
from netverify.sources.tree import exists, is_folder


def follow_flux(argument: str, permissions: Permissions = NOTHING_ALLOWED, *, strict: bool) -> Delivered:
    """What Flux applies that is bootstrapped on the folder ``argument``."""
    return _follow(
        argument,
        permissions,
        lambda checkout, delivered, folder: Flux(checkout, delivered).follow(folder),
        strict=strict,
    )


def follow_argo(argument: str, permissions: Permissions = NOTHING_ALLOWED, *, strict: bool) -> Delivered:
    """What Argo CD applies for the Applications in ``argument``."""
    return _follow(
        argument,
        permissions,
        lambda checkout, delivered, folder: Argo(checkout, delivered).follow(folder),
        strict=strict,
    )


def _follow(
    argument: str, permissions: Permissions, follow: Callable[[Checkout, Delivered, Path], None], *, strict: bool
) -> Delivered:
    delivered = Delivered(strict)
    path = Path(argument)
    if not argument or not exists(path):
        advice = "check the path; it is taken relative to the current folder"
        delivered.refuse("NV131", "no such file or folder", Origin(argument), advice)
    elif not is_folder(path):
        delivered.refuse("NV132", "not a folder", Origin(argument), "name the folder that the controller applies")
    elif not permissions.lets_named(path):
        delivered.diagnostics.append(leaves(argument, Origin(argument)))
    else:
        follow(checkout_of(path, argument, permissions), delivered, path.resolve())
    return delivered
