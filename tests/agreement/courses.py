"""Every course that an evaluation may take when it asks for things that are left open, and for what each course holds.

An evaluation is given a :class:`Course` to ask. What it does not ask for makes no difference to it, so that far fewer
courses are run than there are worlds.
"""


class Choices:
    """What is left open: under each name the values that it may have, at least one; any value goes with any other."""

    def __init__(self, domains):
        self.domains = {name: tuple(values) for name, values in domains.items()}
        self.everything = {name: (1 << len(values)) - 1 for name, values in self.domains.items()}
        self._tests = {}

    def courses(self, evaluate):
        """``(box, outcome)`` for every course of ``evaluate(course)``.

        A box holds, under each name, the values for which the course is taken, as a bit for each. The boxes are
        disjoint, and each choice of values is in one.
        """
        script = []
        while True:
            course = Course(self, script)
            outcome = bool(evaluate(course))
            yield course.box, outcome
            while script and not script[-1]:
                script.pop()
            if not script:
                return
            script[-1] = False

    def passing(self, name, key, test):
        """The values under ``name`` that pass ``test``, which is remembered as ``key``."""
        remembered = self._tests.get((name, key))
        if remembered is None:
            values = self.domains[name]
            remembered = self._tests[name, key] = sum(1 << i for i, value in enumerate(values) if test(value))
        return remembered


class Course:
    """One course: each test that some values pass and some do not is answered by the script, first ``True``."""

    def __init__(self, choices, script):
        self.box = dict(choices.everything)
        self._choices, self._script, self._asked = choices, script, 0

    def holds(self, name, key, test):
        """Whether the value under ``name`` passes ``test``; ``key`` tells tests of one name apart."""
        left = self.box[name]
        passing = left & self._choices.passing(name, key, test)
        if passing in {0, left}:
            return passing == left
        if self._asked == len(self._script):
            self._script.append(True)
        answer = self._script[self._asked]
        self._asked += 1
        self.box[name] = passing if answer else left ^ passing
        return answer

    def value(self, name):
        """The value under ``name``."""
        *others, last = self._choices.domains[name]
        return next((one for one in others if self.holds(name, ("is", one), lambda value, one=one: value == one)), last)


class OpenNumber:
    """A number that is a part of what is under ``name``, and tells no more than it is asked."""

    __hash__ = None

    def __init__(self, course, name, part, of):
        self._course, self._name, self._part, self._of = course, name, part, of

    def _is(self, word, other, test):
        return self._course.holds(self._name, (self._part, word, other), lambda value: test(self._of(value)))

    def __eq__(self, other):
        return self._is("=", other, lambda own: own == other)

    def __ge__(self, other):
        return self._is(">=", other, lambda own: own >= other)

    def __le__(self, other):
        return self._is("<=", other, lambda own: own <= other)


class OpenTruth:
    """A truth value that is a part of what is under ``name``."""

    def __init__(self, course, name, of):
        self._course, self._name, self._of = course, name, of

    def __bool__(self):
        return self._course.holds(self._name, "truth", self._of)


class OpenLabels:
    """Labels of which some are open: those under ``(who, key)``, where None is a label that is not there."""

    def __init__(self, course, who, known, keys):
        self._course, self._who, self._known, self._keys = course, who, known, keys

    def get(self, key):
        """The value of the label ``key``, None when there is none."""
        return self._course.value((self._who, key)) if key in self._keys else self._known.get(key)


class OpenBehaviours:
    """Behaviours, each under its own name."""

    def __init__(self, course):
        self._course = course

    def __getitem__(self, behaviour):
        return self._course.holds(behaviour, "truth", bool)
