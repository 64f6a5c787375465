"""Alternatives that differ in addresses alone are one, and mean what they meant; sets of numbers as bits are exact."""

import ipaddress
import random

from hypothesis import given
from hypothesis import strategies as st

from netverify.model.addresses import AddressRange, cidrs, is_cidr
from netverify.model.flow import End
from netverify.model.intervals import Intervals
from netverify.pairs.address_unions import united
from netverify.pairs.bits import bits_of, ones
from netverify.policy.predicate import AddressIn, All, IsPod, Not, OnHostNetwork


def test_ranges_are_written_as_the_standard_library_writes_them():
    dice = random.Random(7)
    for _ in range(60):
        family, width, kind = dice.choice([(4, 32, ipaddress.IPv4Address), (6, 128, ipaddress.IPv6Address)])
        shift = dice.randrange(width)
        first = dice.getrandbits(width) >> shift << dice.choice([0, shift])
        last = min(first + dice.choice([(1 << shift) - 1, dice.getrandbits(dice.randrange(1, width))]), 2**width - 1)
        whole = AddressRange(family, first, last)
        networks = [str(one) for one in ipaddress.summarize_address_range(kind(first), kind(last))]
        assert [*cidrs(whole)] == networks
        assert is_cidr(whole) == (len(networks) == 1)
        assert str(whole) == (str(kind(first)) if first == last else f"{kind(first)}-{kind(last)}")


CONDITIONS = (IsPod(End.SOURCE), Not(IsPod(End.SOURCE)), OnHostNetwork(End.SOURCE))


def block(dice):
    first = dice.randrange(40)
    return AddressRange(dice.choice([4, 6]), first, first + dice.randrange(9))


def part(dice):
    addresses = AddressIn(dice.choice(list(End)), tuple(block(dice) for _ in range(dice.randrange(1, 3))))
    rest = tuple(dice.sample(CONDITIONS, dice.randrange(3)))
    return dice.choice([addresses, All((addresses, *rest)), All((*rest, addresses)), dice.choice(CONDITIONS)])


def holds(predicate, address, facts):
    match predicate:
        case All(parts):
            return all(holds(one, address, facts) for one in parts)
        case Not(inner):
            return not holds(inner, address, facts)
        case AddressIn(end, ranges):
            family, value = address[end]
            return any(one.family == family and one.first <= value <= one.last for one in ranges)
        case _:
            return facts[predicate]


@given(st.integers(0, 2**32))
def test_what_is_united_holds_where_one_of_the_parts_did(seed):
    dice = random.Random(seed)
    parts = [part(dice) for _ in range(dice.randrange(8))]
    found = united(parts)
    assert len(found) <= len(parts)
    for _ in range(40):
        address = {end: (dice.choice([4, 6]), dice.randrange(50)) for end in End}
        facts = {IsPod(End.SOURCE): dice.random() < 0.5, OnHostNetwork(End.SOURCE): dice.random() < 0.5}
        assert any(holds(one, address, facts) for one in parts) == any(holds(one, address, facts) for one in found)


def test_thousands_of_blocks_are_one_set():
    blocks = [All((AddressIn(End.SOURCE, (AddressRange(4, n, n),)), CONDITIONS[0])) for n in range(3000)]
    assert len(united([*blocks, CONDITIONS[2]])) == 2


@given(st.sets(st.integers(0, 500)))
def test_numbers_come_out_of_bits_as_they_went_in(numbers):
    assert list(ones(bits_of(sorted(numbers)))) == sorted(numbers)


@given(st.integers(0, 2**32))
def test_the_bits_of_ranges_are_the_intervals_that_they_cover(seed):
    dice = random.Random(seed)
    ranges = [block(dice) for _ in range(dice.randrange(9))]
    intervals = Intervals(ranges)
    chosen = [one for one in ranges if dice.random() < 0.7]
    assert list(ones(intervals.bits_of(chosen))) == sorted(set(intervals.covered_by(chosen)))
