"""What is left open about a connection, as the variables of decision diagrams.

Their order is the order in which diagrams ask: what the CNI does first, addresses last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from netverify.model.behaviours import Behaviour
from netverify.model.flow import End
from netverify.pairs.outcome import (
    NAMESPACE_LABELS,
    POD_ADDRESS,
    POD_LABELS,
    PORT_NAMES,
    SAME_NODE,
    SERVICE_ACCOUNT,
)
from netverify.pairs.population import ACCOUNT
from netverify.policy.predicate import Choice, NamedPort, Unspecified
from netverify.records import dataclass

_BEHAVIOURS = {behaviour: number for number, behaviour in enumerate(Behaviour)}
_BY_NUMBER = {number: behaviour for behaviour, number in _BEHAVIOURS.items()}
_SAME_NODE = len(_BEHAVIOURS)
_FIRST_LABEL = _SAME_NODE + 1
_FIRST_UNSPECIFIED = 1 << 38
_FIRST_PORT_NAME = 1 << 39
_ADDRESS = {End.SOURCE: 1 << 40, End.DESTINATION: (1 << 40) + 1}
_FALSE_OR_TRUE = 0b11
TRUE = 0b10
"""As values of a Boolean variable: it holds."""

OTHER, ABSENT = 0, 1
"""The values of a label before the named ones: a value that nobody names, and no such label."""
_NAMED = 2


@dataclass(slots=True)
class LabelVariable:
    """One label whose value is open: of the pod at ``end`` or of ``namespace``; ``values`` numbers the named values."""

    number: int
    key: str
    values: Mapping[str, int]
    end: End | None = None
    namespace: str | None = None

    def one_of(self, names: Iterable[str]) -> int:
        """The label has one of ``names``, as bits; all of them must be named values."""
        bits = 0
        for name in names:
            bits |= 1 << self.values[name]
        return bits

    @property
    def present(self) -> int:
        """The label is there, with any value."""
        return self.everything & ~(1 << ABSENT)

    @property
    def everything(self) -> int:
        """All values."""
        return (1 << (_NAMED + len(self.values))) - 1


@dataclass(slots=True)
class Variables:
    """The variables of one cluster, made as they are asked for; ``domains`` gives the values of each.

    ``pod_values`` and ``namespace_values`` are the values that selectors name, by key; ``intervals`` is the number of
    intervals of addresses.
    """

    pod_values: Mapping[str, Iterable[str]]
    namespace_values: Mapping[str, Iterable[str]]
    intervals: int
    domains: dict[int, int] = field(default_factory=dict)
    _pod_labels: dict[tuple[End, str], LabelVariable] = field(default_factory=dict)
    _namespace_labels: dict[tuple[str, str], LabelVariable] = field(default_factory=dict)
    _port_names: dict[NamedPort, int] = field(default_factory=dict)
    _unspecified: dict[Unspecified, int] = field(default_factory=dict)
    _groups: dict[int, str] = field(default_factory=dict)

    def behaviour(self, behaviour: Behaviour) -> int:
        """Whether the CNI shows ``behaviour``."""
        return self._known(_BEHAVIOURS[behaviour], _FALSE_OR_TRUE, str(behaviour))

    def unspecified(self, one: Unspecified) -> int:
        """Whether ``one`` holds."""
        number = self._unspecified.setdefault(one, _FIRST_UNSPECIFIED + len(self._unspecified))
        return self._known(number, _FALSE_OR_TRUE, str(one))

    def same_node(self) -> int:
        """Whether both ends are on one node."""
        return self._known(_SAME_NODE, _FALSE_OR_TRUE, SAME_NODE)

    def address(self, end: End) -> int:
        """The interval that the address of ``end`` lies in."""
        return self._known(_ADDRESS[end], (1 << self.intervals) - 1, POD_ADDRESS)

    def pod_label(self, end: End, key: str) -> LabelVariable:
        """The label of the pod at ``end`` whose value is open; on a pod that could be created it may be absent.

        Under the key ``ACCOUNT`` it is the service account: an absent one is another one that nobody names.
        """
        label = self._pod_labels.get((end, key))
        if label is None:
            label = self._pod_labels[end, key] = replace(self._label(key, self.pod_values[key]), end=end)
            self._known(label.number, label.everything, SERVICE_ACCOUNT if key == ACCOUNT else POD_LABELS)
        return label

    def namespace_label(self, namespace: str, key: str) -> LabelVariable:
        """The label of a namespace whose labels are not told; one for both ends."""
        label = self._namespace_labels.get((namespace, key))
        if label is None:
            label = self._namespace_labels[namespace, key] = replace(
                self._label(key, self.namespace_values[key]), namespace=namespace
            )
            self._known(label.number, label.everything, NAMESPACE_LABELS)
        return label

    def port_name(self, wanted: NamedPort) -> int:
        """Whether a destination that could be created declares the name."""
        number = self._port_names.setdefault(wanted, _FIRST_PORT_NAME + len(self._port_names))
        return self._known(number, _FALSE_OR_TRUE, PORT_NAMES)

    def port_name_variables(self) -> Iterable[int]:
        """The variables of port names that pods may declare."""
        return self._port_names.values()

    def choice_of(self, variable: int) -> Choice | None:
        """What a variable stands for that is left open by the CNI or by policy, if it does."""
        if _FIRST_UNSPECIFIED <= variable < _FIRST_PORT_NAME:
            return next(one for one, number in self._unspecified.items() if number == variable)
        return _BY_NUMBER.get(variable)

    def port_name_of(self, variable: int) -> NamedPort | None:
        """The port name that a variable stands for, if it does."""
        return next((wanted for wanted, number in self._port_names.items() if number == variable), None)

    def group(self, variable: int) -> str:
        """What ``Access.on`` calls it."""
        return self._groups[variable]

    def labels(self) -> Mapping[int, LabelVariable]:
        """Every label whose value is open, by its variable."""
        return {label.number: label for label in (*self._pod_labels.values(), *self._namespace_labels.values())}

    def _label(self, key: str, values: Iterable[str]) -> LabelVariable:
        number = _FIRST_LABEL + len(self._pod_labels) + len(self._namespace_labels)
        numbered = {value: at for at, value in enumerate(sorted(values), start=_NAMED)}
        return LabelVariable(number, key, numbered)

    def _known(self, variable: int, values: int, group: str) -> int:
        if variable not in self.domains:
            self.domains[variable] = values
            self._groups[variable] = group
        return variable
