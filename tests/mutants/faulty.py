"""Faults put into the real source of one module, and hunted by the agreement checks."""

import ast
import importlib
import importlib.util
import sys
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from generators.clusters import random_cluster
from generators.points import random_point
from generators.vocabulary import Dice
from mutants.bodies import live_objects, new_bodies
from oracles.direct_interpreter import allowed
from solved_goals import forget_goals

PACKAGE = Path(importlib.util.find_spec("netverify").origin).parent
RELOADED = ("netverify", "agreement", "cases")
"""What is imported anew around a fault; everything else, the solver above all, stays."""


def source_of(module):
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


SOLVING = ("budget", "interruption", "symbolic.libz3", "symbolic.solver", "symbolic.status")
"""What comes between the text of a goal and its answer."""


class Patched:
    """Finds one module with some of its text replaced; the text must be there exactly once."""

    def __init__(self, module, original, replacement):
        self.path = source_of(module)
        self.name = f"netverify.{module}"
        self.original = self.path.read_text()
        found = self.original.count(original)
        if found != 1:
            raise AssertionError(f"the text to replace is {found} times in {self.name}, not once: {original}")
        self.source = self.original.replace(original, replacement)

    def find_spec(self, name, path=None, target=None):
        del path, target
        return ModuleSpec(name, self, origin=str(self.path)) if name == self.name else None

    def create_module(self, spec):
        del spec

    def exec_module(self, module):
        module.__file__ = str(self.path)
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)  # noqa: S102 - the package's own text


def is_reloaded(name):
    return name.split(".")[0] in RELOADED


@contextmanager
def fault(module, original, replacement):
    """The package with one fault, as long as the context lasts.

    A fault in the bodies of functions alone is put into the functions that are there; any other one needs a fresh
    import of the package.
    """
    patched = Patched(module, original, replacement)
    bodies = new_bodies(importlib.import_module(patched.name), patched.original, patched.source, str(patched.path))
    with reloaded(patched) if bodies is None else replaced(bodies), solving_anew(module):
        yield


@contextmanager
def solving_anew(module):
    """What was solved without a fault counts with one, unless it is in what solves."""
    if module in SOLVING:
        forget_goals()
    try:
        yield
    finally:
        if module in SOLVING:
            forget_goals()


def fault_in(module, function, original, replacement):
    """As :func:`fault`, with text that is exactly once in ``function``, such as ``Class.method``, of the module."""
    text = source_of(module).read_text()
    nodes = ast.parse(text).body
    for name in function.split("."):
        (node,) = (one for one in nodes if getattr(one, "name", None) == name)
        nodes = node.body
    body = ast.get_source_segment(text, node)
    if body.count(original) != 1:
        raise AssertionError(f"the text to replace is {body.count(original)} times in {function}, not once: {original}")
    return fault(module, body, body.replace(original, replacement))


@contextmanager
def replaced(bodies):
    """Functions with other bodies; what the package and the checks remember is forgotten before and after."""
    kept = {function: function.__code__ for function in bodies}
    try:
        for function, body in bodies.items():
            function.__code__ = body
        forget()
        yield
    finally:
        for function, body in kept.items():
            function.__code__ = body
        forget()


def forget():
    """Empty the caches of the package and of the checks; the judges keep theirs."""
    for name, module in list(sys.modules.items()):
        for one in live_objects(module) if is_reloaded(name) else ():
            if hasattr(one, "cache_clear"):
                one.cache_clear()
    if "netverify.kinds.remembered" in sys.modules:
        sys.modules["netverify.kinds.remembered"].forget()


@contextmanager
def reloaded(finder):
    """A fresh import of the package, in which ``finder`` finds its module."""
    kept = {name: loaded for name, loaded in sys.modules.items() if is_reloaded(name)}
    for name in kept:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if is_reloaded(name)]:
            del sys.modules[name]
        sys.modules.update(kept)
        for name, loaded in kept.items():
            parent, _, child = name.rpartition(".")
            if parent in kept:
                setattr(kept[parent], child, loaded)


@cache
def judged_points(seed):
    """A random cluster with connections through it, and what the direct interpreter says to each."""
    rng = Dice(seed)
    cluster = random_cluster(rng)
    points = [random_point(rng, cluster) for _ in range(20)]
    return cluster, [
        (p, allowed(cluster, p["source"], p["destination"], p["protocol"], p["port"], p["behaviours"])) for p in points
    ]


def first_disagreement_on_points(seeds):
    """The first seed at which the reference reading decides a connection differently; None when it never does."""
    readings = importlib.import_module("agreement.readings")
    for seed in seeds:
        cluster, judged = judged_points(seed)
        answer = readings.reference(cluster)
        if any(answer(point) is not verdict for point, verdict in judged):
            return seed
    return None


def first_disagreement_on_questions(seeds, bounds=({},)):
    """The first seed at which a whole question is answered differently; None when none is.

    Each question is asked under each of the ``bounds`` of the search, so that small clusters are taken for wide ones.
    A witness that the reference reading refuses counts: the package stops there by itself.
    """
    return next((seed for seed in seeds if any(is_answered_differently(seed, each) for each in bounds)), None)


def is_answered_differently(seed, bounds):
    questions = importlib.import_module("agreement.questions")
    refused = importlib.import_module("netverify.answers.explain").ReplayError
    with pytest.MonkeyPatch.context() as patch:
        for name, value in bounds.items():
            patch.setattr(importlib.import_module("netverify.symbolic.widths"), name, value)
        try:
            return questions.disagreement(seed) is not None
        except refused:
            return True


@cache
def judged_pairs(seed, *, of_tables):
    """All pairs of a random case as the judge of every world sees them, in words."""
    pairs, cases = (importlib.import_module(f"agreement.{name}") for name in ("pairs", "pair_cases"))
    return pairs.judged(cases.pair_case(seed, of_tables=of_tables))


def first_disagreement_on_pairs(seeds):
    """The first seed at which all pairs are mapped differently from what every world says; None when none is.

    Faults must be in the all-pairs reading alone: the judge stands on the other readings' ground.
    """
    pairs, cases = (importlib.import_module(f"agreement.{name}") for name in ("pairs", "pair_cases"))
    for seed in seeds:
        for of_tables in (True, False):
            if pairs.mapped(cases.pair_case(seed, of_tables=of_tables)) != judged_pairs(seed, of_tables=of_tables):
                return seed
    return None


def first_disagreement_on_descriptions(seeds):
    """The first seed at which possible pods are described wrongly; None when they never are.

    A description that the solver contradicts counts: the package stops there by itself.
    """
    descriptions = importlib.import_module("agreement.test_agreement_possible_pods")
    refused = importlib.import_module("netverify.answers.possible").DescriptionError
    for seed in seeds:
        try:
            descriptions.described_in_case(seed)
            if descriptions.disagreement("who", seed) is not None:
                return seed
        except (refused, AssertionError, KeyError):
            return seed
    return None


def first_disagreement_on_witnesses(seeds):
    """The first seed at which a pair is shown by a flow that cannot be, or by none; None when none is.

    A choice that turns out impossible counts: the package stops there by itself.
    """
    witnesses = importlib.import_module("agreement.pair_witnesses")
    for seed in seeds:
        for of_tables in (True, False):
            try:
                if witnesses.wrong_witnesses(seed, of_tables=of_tables):
                    return seed
            except (AssertionError, StopIteration):
                return seed
    return None


def first_that_fails(cases, failures):
    """A search for the first of ``cases``, by its number, that ends in one of the ``failures``; None when all pass.

    ``cases`` gives them anew for each search, since a fault may have their modules imported again.
    """

    def run(numbers):
        given = list(cases())
        for number in numbers:
            try:
                given[number]()
            except failures:
                return number
        return None

    return run
