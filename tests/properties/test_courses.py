"""The courses of an evaluation that is asked lazily say what asking about every world says."""

import random
from itertools import product

import pytest

from agreement.apart import differences
from agreement.courses import Choices, OpenNumber

DOMAINS = {"a": (False, True), "b": (False, True), "port": (1, 5, 9), ("x", "key"): ("p", "q", None)}


def random_formula(rng, depth=4):
    """A formula over the domains, as nested tuples."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([("a",), ("b",), ("port>=", rng.choice([1, 4, 5, 9])), ("label", rng.choice("pqr"))])
    if rng.random() < 0.2:
        return ("not", random_formula(rng, depth - 1))
    return (rng.choice(["and", "or"]), random_formula(rng, depth - 1), random_formula(rng, depth - 1))


def value_of(formula, course):
    """What a formula says; ``course`` is asked for no more than is needed."""
    match formula:
        case ("not", part):
            return not value_of(part, course)
        case ("and", one, other):
            return value_of(one, course) and value_of(other, course)
        case ("or", one, other):
            return value_of(one, course) or value_of(other, course)
        case ("port>=", number):
            return OpenNumber(course, "port", "port", lambda port: port) >= number
        case ("label", value):
            return course.value(("x", "key")) == value
        case (name,):
            return course.holds(name, "truth", bool)
    raise AssertionError(formula)


class World:
    """One choice of all values, asked like a course."""

    def __init__(self, values):
        self.values = values

    def holds(self, name, key, test):
        del key
        return test(self.values[name])

    def value(self, name):
        return self.values[name]


def worlds():
    for values in product(*DOMAINS.values()):
        yield dict(zip(DOMAINS, values, strict=True))


@pytest.mark.parametrize("seed", range(100))
def test_each_world_is_in_one_course_and_has_its_outcome(seed):
    formula = random_formula(random.Random(seed))
    courses = list(Choices(DOMAINS).courses(lambda course: value_of(formula, course)))
    for world in worlds():
        (outcome,) = [
            outcome
            for box, outcome in courses
            if all(box[name] >> DOMAINS[name].index(value) & 1 for name, value in world.items())
        ]
        assert outcome == value_of(formula, World(world))


@pytest.mark.parametrize("seed", range(100))
def test_what_makes_a_difference_is_what_two_worlds_differ_by(seed):
    formula = random_formula(random.Random(seed))
    courses = list(Choices({**DOMAINS, "place": (0,)}).courses(lambda course: value_of(formula, course)))
    expected = set()
    for one, other in product(worlds(), repeat=2):
        apart = [name for name in DOMAINS if one[name] != other[name]]
        if len(apart) == 1 and apart != ["port"] and value_of(formula, World(one)) != value_of(formula, World(other)):
            expected.add("namespace-labels" if isinstance(apart[0], tuple) else apart[0])
    assert differences(courses, ((0, 0, False),)) == expected
