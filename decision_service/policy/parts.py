"""The parts that rules are made of: fields, papers, questions, tables, conditions and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from decision_service.language.tree import Expression
from decision_service.outcome import Outcome
from decision_service.source import Span
from verifiers.kinds import Kind
from verifiers.registers import Register


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Basis:
    """One entry of a matter's legal basis: instrument, article, and the edition it was read in."""

    number: int
    text: Bilingual
    edition: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form.

    `required` is an expression over the form (Literal true or false where it does not depend). A `confirmation` that
    is missing counts as false; an `upload` is asked for by a rule, never by the form. `identifier` says that a defect
    stops every question to a register. `type_name` is the type as the file writes it. `example` is JSON. `prefill` is
    what the field may be suggested with, from who the applicant is and from registers. `called` is what the parts of a
    list's entries and their values are called, by path as `Register.called` has them.
    """

    name: str
    type_name: str
    kind: Kind
    label: Bilingual
    help: Bilingual
    example: object
    required: Expression
    confirmation: bool = False
    upload: bool = False
    identifier: bool = False
    default: object = None
    values: Mapping[str, Bilingual] = field(default_factory=dict)
    called: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    common: bool = False
    prefill: Expression | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Material:
    """A paper of the published guide: what replaces it, the upload that may stand in, and whether it may follow."""

    label: Bilingual
    replaced_by: tuple[str, ...]
    fallback: str | None = None
    minor: bool = False
    tolerable_days: int | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """A register that the matter may ask. `parameters` maps what the register is asked with to fields of the form."""

    register: Register
    parameters: Mapping[str, tuple[str, ...]]
    fallback: str | None
    span: Span | None = field(default=None, compare=False)

    @property
    def asked_with(self) -> tuple[str, ...]:
        """The parameters that are sent."""
        return tuple(self.parameters)


@dataclass(frozen=True, slots=True)
class Fill:
    """What a placeholder of a reason's sentence is filled with.

    `text`: both languages as they stand. `field`, `register`: the label of it. `told`: the value that the consequence
    states under that name. `region`: the office of the division that it states under that name.
    """

    source: Literal["text", "field", "register", "told", "region"]
    name: str = ""
    text: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows when a rule does not hold (and `when` holds, where it is given)."""

    outcome: Outcome
    code: str
    when: Expression | None = None
    told: tuple[tuple[str, Expression], ...] = ()
    fills: Mapping[str, Fill] = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RefusalGate:
    """Why a machine may refuse by this rule (domain 2.3): the norm leaves no discretion, and how to apply again."""

    no_discretion: Bilingual
    apply_again: Bilingual


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition. `must` has to hold; else the first alternative whose `when` holds follows (the last has none).

    `item`: the rule settles that item only. `gate`: if it fails, it is the only finding told (RQ: identity).
    """

    id: str
    label: Bilingual
    basis: tuple[int, ...]
    must: Expression
    alternatives: tuple[Consequence, ...]
    item: str | None = None
    gate: bool = False
    refusal: RefusalGate | None = None
    standing: bool = False
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a decision table: a test for each input (None for `-`), and the outputs."""

    tests: tuple[Expression | None, ...]
    outputs: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False)


HitPolicy = Literal[
    "unique", "any", "first", "priority", "rule order", "output order",
    "collect", "collect sum", "collect min", "collect max", "collect count",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table (DMN). Unique unless it says otherwise: no row fitting, or two, is Unknown (Why.TABLE).

    `inputs` are the input expressions, `outputs` the names and kinds of the outputs; with one output the table's value
    is that output, with several a record. `priority` lists output values, strongest first, for the two hit policies
    that need an order. `varies`: it stands under `parameters`, so a city or a year may change it.
    """

    name: str
    inputs: tuple[Expression, ...]
    outputs: tuple[tuple[str, Kind], ...]
    rows: tuple[Row, ...]
    hit: HitPolicy
    kind: Kind
    basis: tuple[int, ...] = ()
    priority: tuple[Expression, ...] = ()
    cross: bool = False
    label: Bilingual | None = None
    span: Span | None = field(default=None, compare=False)
    varies: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared number or text that a city or a year may set, with its basis."""

    name: str
    value: Expression
    label: Bilingual
    basis: tuple[int, ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Let:
    """A name for an expression. Later ones may use earlier ones."""

    name: str
    value: Expression
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Result:
    """One value that an approval grants; left out where `when` does not hold."""

    name: str
    value: Expression
    when: Expression | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a matter that is granted or not by itself, and what it is worth."""

    name: str
    label: Bilingual
    amount: Expression


@dataclass(frozen=True, slots=True)
class Note:
    """An information code that applies when `when` holds; `on_approval`: with approvals only."""

    code: str
    when: Expression
    on_approval: bool
    fills: Mapping[str, Fill] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Obligation:
    """What the applicant owes, or is told to do, when `when` holds and `outcomes` names the outcome."""

    code: str
    text: Bilingual
    outcomes: frozenset[Outcome]
    due: str | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that must be true of every application.

    `never`: no outcome of these where `when` holds. `nondecreasing`: the result of that name never falls while the let
    `in_name` grows. `unchanged_by`: where `when` holds, another credit record leaves outcome and grant as they are; or
    two cities that change places everywhere do, but for what parameters set.
    """

    label: Bilingual
    never: frozenset[Outcome] = frozenset()
    when: Expression | None = None
    nondecreasing: str | None = None
    in_name: str | None = None
    span: Span | None = field(default=None, compare=False)
    unchanged_by: Literal["credit", "city"] | None = None
