"""Faults seeded into what becomes of objects that are not modelled, not rendered or not there: all must be found."""

import importlib
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from mutants.faulty import fault, first_that_fails

FAULTS = {
    "what is not rendered has no effect": (
        "sources.delivered_kinds",
        "        may_allow=True,\n        may_deny=True,",
        "        may_allow=False,\n        may_deny=False,",
    ),
    "a release changes its own namespace, wherever it goes": (
        "sources.delivered_kinds",
        "return _text(value, *path) or namespace",
        "return namespace",
    ),
    "a path goes to the namespace of its Kustomization": (
        "sources.delivered_kinds",
        "    del namespace\n    return _text(value, *path) or ANYWHERE\n",
        "    return _text(value, *path) or namespace\n",
    ),
    "files of an application go to its destination": (
        "sources.delivered_kinds",
        'if given and all(_text(one, "chart") for one in given):',
        "if given:",
    ),
    "one chart is enough for the destination": (
        "sources.delivered_kinds",
        'all(_text(one, "chart") for one in given)',
        'any(_text(one, "chart") for one in given)',
    ),
    "harmless without being asked": (
        "answers.doubts",
        "if not settings.unrendered_is_harmless:",
        "if settings.unrendered_is_harmless:",
    ),
    "a mutation of policies is one of pods": (
        "sources.mutation",
        "            return BOTH_ANYWHERE\n        if name in _WAYS:",
        "            return RELABELS_PODS\n        if name in _WAYS:",
    ),
    "a mutation of pods does nothing": (
        "sources.mutation",
        "            effect = both(effect, RELABELS_PODS)",
        "            effect = both(effect, NO_EFFECT_ALONE)",
    ),
    "every resource of every group is nothing": (
        "sources.mutation",
        'if group in {_EVERYTHING, "", "networking.k8s.io"} or not isinstance(group, str):',
        "if not isinstance(group, str):",
    ),
    "resources are not in the plural": ("sources.mutation", 'name.removesuffix("s") if not', "name if not"),
    "a changed label of a pod is not looked for": ("sources.mutation", 'r"label|', 'r"'),
    "any webhook is known": ("sources.mutation", "if name.endswith(_RULED_BY_OBJECTS):", "if name:"),
    "known webhooks may change policies": (
        "sources.mutation",
        "NO_EFFECT_ALONE if name.endswith(_LEAVE_LABELS) and not effect.may_allow else effect",
        "effect",
    ),
    "policies that are generated do not count": (
        "sources.mutation",
        "            effect = both(effect, BOTH_ANYWHERE)",
        "            pass",
    ),
    "relabelled pods leave proofs about them standing": (
        "answers.reachability",
        "*objects_that_relabel(inventory, fixed)",
        "",
    ),
    "relabelled pods shake every proof": (
        "answers.reachability",
        "return existing.difference(*(cast.namespaces for cast in casts))",
        "return existing",
    ),
    "what an operator is asked for does not count": (
        "sources.unmodelled",
        "return both(effect, asked_for(value)) if effect.makes_pods else effect",
        "return effect",
    ),
    "what is switched off counts": (
        "sources.unmodelled",
        'return bool(item) and item.get("enabled") is not False',
        "return bool(item)",
    ),
    "a policy inside a bundle does not count": (
        "sources.classification",
        '    if kind in {"NetworkPolicy", "Namespace"}:\n        return True\n',
        "",
    ),
    "pods of operators are not missing": (
        "answers.doubts",
        "if not makers or (places is not None and not places):",
        "if makers or not makers:",
    ),
    "a machine has no labels of its template": (
        "kinds.custom_pods",
        'return CustomPods(template_at(value, "spec", "template"), *_launcher(name), single=True)',
        "return CustomPods({}, *_launcher(name), single=True)",
    ),
    "a Rollout has the hash of a Deployment": (
        "kinds.custom_pods",
        '"rollouts-pod-template-hash"',
        '"pod-template-hash"',
    ),
    "two revisions with labels of their own are one": (
        "kinds.custom_pods",
        '        raise OddFieldError\n    return CustomPods(template_at(value, "spec", "template"), opened={"rollouts',
        '        pass\n    return CustomPods(template_at(value, "spec", "template"), opened={"rollouts',
    ),
    "an empty run is green": ("sources.emptiness", "if inventory.has_errors or not is_empty(inventory):", "if True:"),
    "a release is something": (
        "sources.emptiness",
        "one.is_known and not one.unrendered and _acts(one)",
        "one.is_known and _acts(one)",
    ),
    "an unknown kind is something": (
        "sources.emptiness",
        "one.is_known and not one.unrendered and _acts(one)",
        "not one.unrendered and _acts(one)",
    ),
}


FOUND = (AssertionError, ValueError, IndexError, pytest.fail.Exception)
"""How a case fails: what is there is not what it should be, or not there."""


def cases() -> Iterator[Callable[[], None]]:
    """The cases of this subject, without what only a program or a command line can show."""
    objects = importlib.import_module("cases.test_objects_not_modelled")
    rendered = importlib.import_module("cases.test_not_rendered")
    custom = importlib.import_module("cases.test_custom_pods")
    empty = importlib.import_module("cases.test_empty_inputs")
    for name in rendered.REACH:
        yield partial(rendered.test_a_proof_is_unknown_where_a_release_may_change_it, name)
    yield rendered.test_what_is_not_rendered_can_be_taken_to_be_harmless_and_the_answer_says_so
    for name in empty.EMPTY:
        yield partial(empty.test_the_library_refuses_what_holds_nothing_unless_it_is_allowed, name)
    for kind in custom.CONTROLLERS:
        yield partial(custom.test_a_template_and_the_labels_of_its_controller_are_the_pods, kind)
    for kind in custom.MACHINES:
        yield partial(custom.test_a_machine_is_a_pod_with_the_labels_of_its_template, kind)
    for name in custom.WITHOUT:
        yield partial(custom.test_pods_that_the_object_does_not_tell_are_missing, name)
    yield objects.test_the_pods_of_an_operator_are_missing_from_a_map_and_from_a_list
    for name in objects.OBJECTS:
        yield partial(objects.test_a_proof_is_unknown_where_such_an_object_may_change_it, name)


NUMBERS = range(len(list(cases())))


def test_without_a_fault_nothing_is_found() -> None:
    assert first_that_fails(cases, FOUND)(NUMBERS) is None


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_found(name: str, is_found) -> None:
    with fault(*FAULTS[name]):
        assert is_found(first_that_fails(cases, FOUND), NUMBERS)
