"""What makes a difference: by which one thing two worlds differ that are not both allowed.

The courses of an evaluation are boxes of worlds. An allowed and a denied box hold two worlds that differ in one thing
alone iff they meet in everything else.
"""

from netverify.model.flow import End


def differences(courses, places):
    """The things by which alone some allowed and some denied world differ, on one port."""
    asked = [name for name in courses[0][0] if len({box[name] for box, _ in courses}) > 1]
    fields = Fields(asked, courses)
    allowed, denied = (
        Bunch.of([Bunch(fields.packed(box), box=box) for box, outcome in courses if outcome is wanted])
        for wanted in (True, False)
    )
    found = set()
    if allowed and denied:
        meet(allowed, denied, fields, places, found)
    return found


def meet(one, other, fields, places, found):
    """Add to ``found`` what keeps a box of ``one`` and a box of ``other`` apart, where that is one thing."""
    apart = fields.apart(one.hull, other.hull)
    if apart is None or apart in found or (apart == "place" and found >= OF_PLACES):
        return
    if not (one.halves or other.halves):
        found |= {apart} if apart != "place" else differences_of_place(one.box["place"], other.box["place"], places)
        return
    for half in one.halves or (one,):
        for other_half in other.halves or (other,):
            meet(half, other_half, fields, places, found)


class Bunch:
    """One box, or the two halves of a list of them; ``hull`` holds everything that is in one of them, packed."""

    def __init__(self, hull, box=None, halves=()):
        self.hull, self.box, self.halves = hull, box, halves

    @classmethod
    def of(cls, bunches):
        """The bunch of all ``bunches``; None without any."""
        while len(bunches) > 1:
            pairs = [bunches[i : i + 2] for i in range(0, len(bunches), 2)]
            bunches = [cls(p[0].hull | p[1].hull, halves=tuple(p)) if len(p) == 2 else p[0] for p in pairs]
        return bunches[0] if bunches else None


class Fields:
    """Boxes packed into one number each, a field for every name and a bit above it, so that many are compared fast."""

    def __init__(self, names, courses):
        self._at, self._tops, self._full, position = {}, {}, 0, 0
        for name in names:
            width = max(box[name] for box, _ in courses).bit_length()
            self._at[name] = position
            self._tops[name] = 1 << (position + width)
            self._full |= ((1 << width) - 1) << position
            position += width + 1
        self._every_top = sum(self._tops.values())
        self._said = {}

    def packed(self, box):
        """``box`` as one number."""
        return sum(box[name] << position for name, position in self._at.items())

    def apart(self, one, other):
        """The one thing that keeps two boxes apart, empty where nothing does; None where several do, or the port."""
        disjoint = ~((one & other) + self._full) & self._every_top
        if disjoint not in self._said:
            things = {thing_of(name) for name, top in self._tops.items() if disjoint & top}
            self._said[disjoint] = None if len(things) > 1 or "port" in things else "".join(things)
        return self._said[disjoint]


ACCOUNT = "(service account)"
"""What stands in the place of a label's key for the service account of an end."""
OF_PLACES = {"pod-address", "same-node"}


def thing_of(name):
    """What the all-pairs reading calls that which is under ``name``."""
    if isinstance(name, tuple) and name[1] == ACCOUNT:
        return "service-account"
    if isinstance(name, tuple):
        return "pod-labels" if isinstance(name[0], End) else "namespace-labels"
    return str(name)  # a behaviour; or the place, which is two things, or the port, which is none


def differences_of_place(one, other, places):
    """By which of addresses and nodes alone two disjoint sets of places differ."""
    ours, theirs = ([place for i, place in enumerate(places) if mask >> i & 1] for mask in (one, other))
    found = set()
    if {place[2] for place in ours} & {place[2] for place in theirs}:
        found.add("pod-address")
    if {place[:2] for place in ours} & {place[:2] for place in theirs}:
        found.add("same-node")
    return found
