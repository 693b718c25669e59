"""How fast registers are asked afterwards: a few a second each, and one careful try at a time in trouble."""

from collections.abc import Collection, Mapping
from typing import Final

from decision_service.followups.schedule import Gate, Jitter
from verifiers.deadline import Clock

APART_SECONDS: Final = 0.2
"""Between two cases that are put to one register: five a second, however many waited for it to come back."""


class Paces:
    """When a case may be put to a register. Its gate shuts while it fails, and lets one try through in a while."""

    def __init__(self, monotonic: Clock, jitter: Jitter) -> None:
        self._monotonic = monotonic
        self._jitter = jitter
        self._gates: dict[str, Gate] = {}
        self._next_at: dict[str, float] = {}

    def opens_in(self, registers: Collection[str]) -> float:
        """Seconds until a case that waits for all of these may be put to them; 0 for now."""
        now = self._monotonic()
        return max([0.0, *(max(self._gate(name).opens_in, self._next_at.get(name, now) - now) for name in registers)])

    def start(self, registers: Collection[str]) -> None:
        """A case is put to these registers now."""
        now = self._monotonic()
        self._next_at.update(dict.fromkeys(registers, now + APART_SECONDS))

    def note(self, answered: Mapping[str, bool]) -> None:
        """For the registers that were asked: whether anything came back. What goes wrong while a gate is shut already
        is the same trouble, and does not shut it for longer."""
        for name, came in answered.items():
            if came or not self._gate(name).opens_in:
                self._gate(name).note(answered=came)

    def _gate(self, name: str) -> Gate:
        if name not in self._gates:
            self._gates[name] = Gate(self._monotonic, self._jitter)
        return self._gates[name]
