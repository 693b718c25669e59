"""What an answer costs the applicant: how many facts about a person, and how sensitive they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from verifiers.kinds import Kind
from verifiers.registers import Register

WEIGHTS: Mapping[str, int] = {
    "none": 0,
    "partly": 1,
    "identity": 2,
    "personal": 2,
    "credit": 3,
    "financial": 4,
    "medical": 4,
    "biometric": 4,
}
"""By `sensitive` of the catalogue. Biometric, medical and financial facts are sensitive personal information and weigh
most (Personal Information Protection Law art. 28); that they weigh twice an ordinary fact is a proposal of ours."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`fields`: facts about a person in an answer, 0 where the register holds none. `weight`: what each counts."""

    fields: int
    weight: int

    @property
    def points(self) -> int:
        """What two registers are compared by."""
        return self.fields * self.weight


def cost_of(register: Register) -> Cost:
    """The cost of one answer of `register`; what the catalogue calls by a name of its own weighs most."""
    weight = WEIGHTS.get(register.sensitive, max(WEIGHTS.values()))
    fields = sum(_leaves(kind) for kind in register.answers.values()) if weight else 0
    return Cost(fields, weight)


def _leaves(kind: Kind) -> int:
    """An entry of a list counts once: how many there are is not known beforehand."""
    if kind.name == "list" and kind.item is not None:
        return _leaves(kind.item)
    return sum(_leaves(one) for _, one in kind.fields) if kind.name == "record" else 1
