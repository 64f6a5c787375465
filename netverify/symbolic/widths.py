"""How much one goal speaks of. Answers do not depend on these numbers, only the time does.

Each is about where a goal over all of it begins to take longer than a few smaller ones, on clusters of 1,000 to 20,000
workloads. Tests set them to the least there is. Read them as attributes of this module.
"""

NARROW = 8
"""Up to so many namespaces at an end, all their policies are in the first goal."""

FASTER = 4
"""So many times more namespaces are added each time that a model depends on policies that were left out.

A cluster of 10,000 namespaces is whole after eight goals.
"""

NAMED_AT_ONCE = 10
"""Up to so many existing pods, one goal names them all; beyond, possible pods stand for them first."""

EXISTING_AT_ONCE = 60
"""How many existing pods of a wide end one goal speaks of."""

CUT = 4
"""An end with more namespaces than that is cut by namespaces where all classes of flows are looked for."""

SUBJECTS_AT_ONCE = 16
"""So many namespaces of subjects are in one goal of a comparison."""
