"""Actions of AWS load balancers: what an annotation of the Ingress says in the place of a Service.

Source: AWS Load Balancer Controller, "Ingress annotations" (``actions.${action-name}``, ``use-annotation``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from netverify.model.ingress import Ingress, ServiceBackend
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.targets import Target, read_port, service_behind

USE_ANNOTATION = "use-annotation"
"""The port of a backend that is no Service, but an action."""

_ACTIONS = "alb.ingress.kubernetes.io/actions."
_ENDS = ("redirect", "fixed-response")


def action_targets(
    ingress: Ingress, backend: ServiceBackend, index: RoutingIndex, options: RoutingOptions
) -> Iterator[Target | str]:
    """The targets of the action that ``backend`` names, or in words why one is not known; nothing if it ends there."""
    annotation = f"{_ACTIONS}{backend.service}"
    try:
        action = json.loads(ingress.annotations[annotation])
    except KeyError:
        yield Target(problem=f"there is no annotation {annotation}")
        return
    except ValueError:
        action = None
    if not isinstance(action, dict):
        yield f"annotation {annotation} is not a JSON object"
        return
    kind = _of(action, "type")
    if kind in _ENDS:
        return
    if kind != "forward":
        yield f"annotation {annotation} has an action of a type that is not modelled"
        return
    config = _of(action, "forwardConfig")
    groups = _of(config, "targetGroups") if isinstance(config, dict) else None
    for group in groups if isinstance(groups, list) and groups else [action]:
        name, port = (_of(group, "serviceName"), _of(group, "servicePort")) if isinstance(group, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(port, str | int):
            yield f"annotation {annotation} forwards to a target group that is in no manifest"
        elif _of(group, "weight") != 0:
            yield service_behind(ingress.namespace, ServiceBackend(name, read_port(str(port))), index, options)


def _of(value: dict[str, Any], name: str) -> Any:
    """The field ``name``, whose case the controller ignores."""
    return next((item for key, item in value.items() if key.lower() == name.lower()), None)
