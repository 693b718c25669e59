"""What a comparison found, as plain data: made once, then said as text, as JSON or as a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from decision_service.differing.cells import Grid
from decision_service.differing.changes import Change
from decision_service.differing.sides import Sides
from decision_service.language.tree import Expression
from decision_service.outcome import FAVOURABLE, RANK, Outcome
from decision_service.policy.shape import Bilingual

Kind = Literal["outcome", "reasons", "values", "advice"]
"""What changes in a region: the outcome; the reasons of the same outcome; only values, notes or obligations; only what
is told besides."""

Effect = Literal["gains", "loses", "moves", "stays"]
"""For the applicants of a region: an approval is gained or lost, they come to another outcome, or to the same one."""


def effect_of(old: Outcome, new: Outcome) -> Effect:
    """What it means to come to the new outcome instead of the old one."""
    if old is new:
        return "stays"
    if old not in FAVOURABLE and new not in FAVOURABLE:
        return "moves"
    return "gains" if RANK[new] > RANK[old] else "loses"


@dataclass(frozen=True, slots=True)
class Said:
    """What one side tells of something: a code or a value, and words for it where there are any."""

    code: str
    words: Bilingual | None = None

    def __str__(self) -> str:
        return self.code if self.words is None else f"{self.code} {self.words.zh} · {self.words.en}"

    @property
    def text(self) -> Bilingual:
        """In either language."""
        if self.words is None:
            return Bilingual(self.code, self.code)
        return Bilingual(f"{self.code} {self.words.zh}", f"{self.code} {self.words.en}")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that both sides tell otherwise of an application: what it is, and what each says."""

    what: Bilingual
    old: Said
    new: Said


@dataclass(frozen=True, slots=True)
class Side:
    """One version's decision of the example: the answer as the decision API gives it, and its explanation."""

    answer: Mapping[str, object]
    explanation: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Given:
    """One value of the example as people read it. `unlike` says that it differs from the worked case that the example
    is nearest to; `usual` is that case's value."""

    name: str
    label: Bilingual
    value: str
    usual: str
    unlike: bool


@dataclass(frozen=True, slots=True)
class Example:
    """An application out of a region, decided by both versions. `case` is the text to keep it as a worked case of the
    new version, `like` the case that it is near."""

    as_of: str
    form: Mapping[str, object]
    facts: Mapping[str, object]
    old: Side
    new: Side
    told: tuple[Told, ...]
    given: tuple[Given, ...]
    like: str | None
    case: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition that every application of a region meets: an expression as one side (0 old, 1 new) writes it; or
    that rules, which are the same on both sides, are `met` or not; or whether an `item` was applied for; or that a
    `register` could not be reached. `bounds` are those of a number, as (least, most), where it is one; `subject` is
    then what they bound."""

    text: Bilingual
    node: Expression | None = None
    side: int = 1
    rules: tuple[str, ...] = ()
    item: str = ""
    register: str = ""
    met: bool = True
    subject: str = ""
    bounds: tuple[str | None, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A rule that stands otherwise in a region, old and new as people read it."""

    rule: str
    label: Bilingual
    old: Bilingual
    new: Bilingual


@dataclass(frozen=True, slots=True)
class Amount:
    """A value that differs in a region. `least` and `most` bound new minus old where it is a number, else None."""

    name: str
    label: Bilingual
    least: str | None = None
    most: str | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Applications that change in the same way. `outcomes` are the pairs of old and new outcome that occur, one where
    the outcome changes. `exact`: the clauses describe these applications and no others; else all of them meet the
    clauses, and so may others. Not `complete`: in each of them some register that is asked does not answer."""

    number: int
    kind: Kind
    outcomes: tuple[tuple[Outcome, Outcome], ...]
    clauses: tuple[Clause, ...]
    exact: bool
    complete: bool
    moved: tuple[Moved, ...]
    amounts: tuple[Amount, ...]
    example: Example

    @property
    def effect(self) -> Effect:
        """Who gains and who loses."""
        return effect_of(*self.outcomes[0])


@dataclass(frozen=True, slots=True)
class Scale:
    """A number or a day that the changed parts compare with constants, those of each side. `whole`: it has no values
    between one number and the next."""

    subject: Bilingual
    whole: bool
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many parts of both versions were encoded."""

    what: str
    encoded: int
    of: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found. `counts` say what the proof covers, `bounds` how far it looks; `seconds` is how long it
    took."""

    sides: Sides
    regions: tuple[Region, ...]
    changes: tuple[Change, ...]
    grids: tuple[Grid, ...]
    scales: tuple[Scale, ...]
    counts: tuple[Count, ...]
    bounds: tuple[Bilingual, ...]
    seconds: float

    @property
    def form(self) -> tuple[Change, ...]:
        """How the form itself changes: what may, or must, be filled in."""
        return tuple(one for one in self.changes if one.section == "form" and one.weight == "meaning")

    @property
    def same(self) -> bool:
        """Proved: no decision changes."""
        return not self.regions and not self.form
