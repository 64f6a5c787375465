"""Labels that Cilium ignores by default, as its documentation has them; judges share no code with the package.

Source: "Limiting Identity-Relevant Labels".
"""

import re
from functools import cache

PATTERNS = (
    r"io\.kubernetes",
    r"kubernetes\.io",
    r"statefulset\.kubernetes\.io/pod-name",
    r"apps\.kubernetes\.io/pod-index",
    r"batch\.kubernetes\.io/job-completion-index",
    r"batch\.kubernetes\.io/controller-uid",
    r".*beta\.kubernetes\.io",
    r"k8s\.io",
    r"pod-template-generation",
    r"pod-template-hash",
    r"controller-revision-hash",
    r"annotation.*",
    r"controller-uid",
    r"etcd_node",
    r"topology\.kubernetes\.io",
)


ANY = re.compile("|".join(f"(?:{pattern})" for pattern in PATTERNS))


@cache
def is_unseen(key):
    """Whether policies do not see labels with ``key``."""
    return ANY.match(key) is not None
