"""Terms that are printed mean what their builders say, whatever is folded away: tried with every small value."""

from itertools import product

import pytest

from netverify.symbolic.terms import (
    FALSE,
    TRUE,
    Index,
    conjunction,
    disjunction,
    equivalence,
    implication,
    negation,
    runs,
)


def parsed(text):
    """``text`` as nested lists."""
    stack = [[]]
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word)
    (whole,) = stack[0]
    return whole


def value(term, known):
    """What ``term``, parsed, is where names are ``known``."""
    if isinstance(term, str):
        if term.startswith("#b"):
            return int(term.replace("#b", "0b"), 0)
        return {"true": True, "false": False}[term] if term in {"true", "false"} else known[term]
    operator, *parts = term
    some = [value(part, known) for part in parts]
    match operator:
        case "and" | "or":
            assert len(some) > 1
            return all(some) if operator == "and" else any(some)
        case "not":
            return not some[0]
        case "=>":
            return not some[0] or some[1]
        case "=":
            return some[0] == some[1]
        case "bvule":
            return some[0] <= some[1]
    raise AssertionError(operator)


PARTS = (TRUE, FALSE, "a", "b", "(not a)")
WORLDS = [dict(zip("ab", values, strict=True)) for values in product((True, False), repeat=2)]


def holds(text, world):
    return value(parsed(text), world)


@pytest.mark.parametrize("parts", [few for count in range(4) for few in product(PARTS, repeat=count)])
def test_all_and_any_of_parts_are_what_they_say(parts):
    for world in WORLDS:
        each = [holds(part, world) for part in parts]
        assert holds(conjunction(parts), world) is all(each)
        assert holds(disjunction(parts), world) is any(each)


@pytest.mark.parametrize("pair", list(product(PARTS, repeat=2)))
def test_not_implies_and_equals_are_what_they_say(pair):
    left, right = pair
    for world in WORLDS:
        one, other = (holds(part, world) for part in pair)
        assert holds(negation(left), world) is not one
        assert holds(implication(left, right), world) is (not one or other)
        assert holds(equivalence(left, right), world) is (one is other)


@pytest.mark.parametrize("part", PARTS)
def test_constants_are_folded_away(part):
    assert conjunction([part, TRUE]) == disjunction([part, FALSE]) == part
    assert conjunction([part, FALSE]) == FALSE
    assert disjunction([part, TRUE]) == TRUE
    assert implication(TRUE, part) == equivalence(TRUE, part) == equivalence(part, TRUE) == part
    assert equivalence(part, part) == TRUE
    assert conjunction([part, part]) == part
    assert negation(negation(part)) == part


SIZES = (1, 2, 3, 4, 5, 8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", [0, 4])
@pytest.mark.parametrize("is_fixed", [False, True])
def test_a_number_is_one_of_those_that_are_said(size, width, is_fixed):
    for number in range(size):
        index = Index("n", size, fixed=number if is_fixed else None, width=width)
        world = {"n": number}
        for first, last in product(range(size + 2), repeat=2):
            assert holds(index.within(first, last), world) is (first <= number <= last)
        for wanted in range(size):
            assert holds(index.equals(wanted), world) is (number == wanted)
            assert holds(index.one_of([wanted, 0, size - 1]), world) is (number in {wanted, 0, size - 1})
        assert holds(index.bounded(), world)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", [0, 4])
def test_a_number_is_kept_below_its_size(size, width):
    index = Index("n", size, width=width)
    if index.declaration() is None:
        assert size == 1
        assert index.bounded() == TRUE
        return
    assert index.declaration() == f"(declare-const n (_ BitVec {index.width}))"
    inside = [number for number in range(1 << index.width) if holds(index.bounded(), {"n": number})]
    assert inside == list(range(size))
    assert index.within(size, size + 3) == FALSE
    assert index.within(0, size - 1) == index.within(0, size + 5) == TRUE


def test_two_numbers_are_the_same_where_their_values_are():
    for one, other in product(range(3), repeat=2):
        for fixed in product((True, False), repeat=2):
            left = Index("l", 3, fixed=one if fixed[0] else None)
            right = Index("r", 3, fixed=other if fixed[1] else None)
            assert holds(left.same_as(right), {"l": one, "r": other}) is (one == other)


def test_neighbours_become_one_run():
    assert runs([5, 1, 2, 2, 3, 7]) == [(1, 3), (5, 5), (7, 7)]
    assert runs([]) == []
