"""A checked policy, whole. Each reading takes the parts that it reads; none changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from decision_service.policy.parts import (
    Ask,
    Basis,
    Bilingual,
    Claim,
    Consequence,
    Field,
    Fill,
    HitPolicy,
    Item,
    Let,
    Material,
    Note,
    Obligation,
    Parameter,
    RefusalGate,
    Result,
    Row,
    Rule,
    Table,
)
from decision_service.source import Span

__all__ = [
    "Ask",
    "Basis",
    "Bilingual",
    "Budget",
    "Claim",
    "Commitment",
    "Consequence",
    "Credit",
    "Field",
    "Fill",
    "HitPolicy",
    "Item",
    "Let",
    "Material",
    "Note",
    "Obligation",
    "Parameter",
    "Policy",
    "RefusalGate",
    "Result",
    "Row",
    "Rule",
    "Suitability",
    "Table",
    "WorkedCase",
]


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """An example with its expected decision: form and facts as JSON, `like`/`but` already laid over each other."""

    name: str
    as_of: date
    form: Mapping[str, object]
    facts: Mapping[str, object]
    expect: Mapping[str, object]
    alone: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Credit:
    """How the credit check acts: only recorded, closing the commitment route, or barring by statute."""

    policy: Literal["record_only", "bars_commitment", "bars_matter"]
    lists: tuple[str, ...]
    false_commitments: bool


@dataclass(frozen=True, slots=True)
class Budget:
    """Milliseconds: the median, the 95th percentile, and the hard deadline of one decision."""

    p50: int
    p95: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """The fixed text that an applicant signs where the matter is granted on commitment (告知承诺)."""

    text: Bilingual
    consequences: Bilingual


@dataclass(frozen=True, slots=True)
class Suitability:
    """Why the matter may be decided at once (RQ-F2), and its impact assessment (RQ-H3)."""

    no_discretion: Bilingual
    no_site_check: Bilingual
    no_third_party: Bilingual
    assessment_id: str
    assessed_on: date
    legal_reviewer: str
    technical_reviewer: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one matter's rules. `digest` names its checked content (sha256, hex)."""

    matter: str
    name: Bilingual
    effective_from: date
    digest: str
    illustrative: bool
    item_code: str
    item_type: str
    handle_type: str
    applicant: str
    office: str
    identity: Literal["real_name", "real_person"]
    credit: Credit
    budget: Budget
    weight: int
    suitability: Suitability
    basis: tuple[Basis, ...]
    fields: tuple[Field, ...]
    materials: tuple[Material, ...]
    asks: Mapping[str, Ask]
    parameters: tuple[Parameter, ...]
    tables: Mapping[str, Table]
    lets: tuple[Let, ...]
    rules: tuple[Rule, ...]
    items_field: str | None
    items: tuple[Item, ...]
    results: tuple[Result, ...]
    notes: tuple[Note, ...]
    obligations: tuple[Obligation, ...]
    commitment: Commitment | None
    claims: tuple[Claim, ...]
    cases: tuple[WorkedCase, ...]
    source: str = field(default="", compare=False)

    def field(self, name: str) -> Field:
        """The form field of that name; KeyError where there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)
