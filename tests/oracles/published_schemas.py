"""The schemas that Kubernetes publishes, each read once: the library reads megabytes anew for each object."""

from functools import cache

import kubernetes_validate
from kubernetes_validate import utils

VERSION = kubernetes_validate.latest_version()
utils.schema_contents = cache(utils.schema_contents)


def validate(manifest):
    """Raises where ``manifest`` has not the shape of its kind, or fields that it does not know."""
    kubernetes_validate.validate(manifest, VERSION, strict=True)
