"""What the domain's text says of every matter: known and unknown, who wins, what is told. Written from it alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.oracle import days

PRECEDENCE = (
    "NOT_ACCEPTED", "CORRECTION_REQUIRED", "REFERRED", "REJECTED", "PARTIALLY_APPROVED", "ACCEPTED_TOLERANT",
    "APPROVED_ON_COMMITMENT", "APPROVED",
)  # fmt: skip
GRANTS = ("PARTIALLY_APPROVED", "APPROVED_ON_COMMITMENT", "APPROVED")
HOURS = {
    "population": 24, "liveness": 1, "deaths": 72, "social_security_card": 24, "benefits": 24, "low_income": 720,
    "residence": 72, "photo": 8760, "enterprises": 24, "business_names": 1, "property": 24, "housing_fund": 24,
    "marriage": 72, "rental_contracts": 72, "social_insurance": 72, "disability": 168, "transport_certificates": 72,
    "driving_licences": 24, "health_certificates": 168, "credit": 24, "number_pool": 1,
}  # fmt: skip
CLEAN = {"judgment_defaulter": False, "serious_lists": [], "false_commitments": [], "repaired": []}
NO_RECORD_IS_AN_ANSWER: dict[str, dict[str, Any]] = {
    "rental_contracts": {"filed": False, "monthly_rent": None, "from": None, "to": None},
    "credit": CLEAN,
}

Test = Callable[[], Any]


class GapError(Exception):
    """Something is not known: the codes that say so. FORM: the form is to blame, which is told as such."""

    def __init__(self, codes: set[str]) -> None:
        super().__init__(str(codes))
        self.codes = codes


def either(*tests: Test) -> bool:
    """One is enough, whatever is not known of the others."""
    return _joined(tests, enough=True)


def both(*tests: Test) -> bool:
    """One that fails is enough to fail."""
    return not _joined(tuple(lambda test=test: not test() for test in tests), enough=True)  # type: ignore[misc]  # mypy can't infer a lambda's default


def _joined(tests: tuple[Test, ...], *, enough: bool) -> bool:
    gaps: set[str] = set()
    for test in tests:
        try:
            if bool(test()) is enough:
                return enough
        except GapError as gap:
            gaps |= gap.codes
    if gaps:
        raise GapError(gaps)
    return not enough


@dataclass(slots=True)
class Case:
    """One application, and what becomes of it while a matter's rules are read over it."""

    form: Mapping[str, Any]
    facts: Mapping[str, Any]
    as_of: date
    papers: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ("id_no",)
    found: list[tuple[str | None, str, set[str]]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    stopped: bool = False
    defective: set[str] = field(default_factory=set)
    by_credit: list[int] = field(default_factory=list)
    if_tolerant: dict[str, Any] = field(default_factory=dict)

    def given(self, name: str) -> Any:
        """A form field: None where blank."""
        return self.form.get(name)

    def need(self, name: str) -> Any:
        """A form field that must be there: C01 has been told where it is not, and what reads it is silent."""
        if name in self.defective:
            raise GapError({"FORM"})
        if name == "id_no" and self.other_document:
            raise GapError({"FORM"})
        if self.form.get(name) is None:
            raise GapError({"FORM"})
        return self.form[name]

    @property
    def other_document(self) -> bool:
        """Another document than the resident card: only credit is asked."""
        return bool(self.form["id_type"] != "111")

    def of(self, register: str, name: str) -> Any:
        """A fact, or the gap that stands in its place."""
        return self.answer(register)[name]

    def answer(self, register: str) -> Mapping[str, Any]:
        """All that a register answered."""
        if self.stopped or (self.other_document and register != "credit"):
            raise GapError({"FORM"})
        found = self.facts.get(register)
        if found is None or found["status"] in ("timeout", "error"):
            raise GapError({"R01"})
        if found["status"] == "no_record":
            if register in NO_RECORD_IS_AN_ANSWER:
                return NO_RECORD_IS_AN_ANSWER[register]
            if register in self.papers:
                raise GapError({"C04" if self.given(self.papers[register]) is None else "R08"})
            raise GapError({"R04"})
        age = self.as_of - date.fromisoformat(found["data_as_of"])
        if age < timedelta(0):
            raise GapError({"R01"})
        if age > timedelta(hours=HOURS[register]):
            raise GapError({"R02"})
        return dict(found)

    def tell(self, outcome: str, code: str, item: str | None = None) -> None:
        """One finding."""
        self.found.append((item, outcome, {code}))

    def rule(self, holds: Test, outcome: str, code: str, item: str | None = None, *, credit: bool = False) -> bool:
        """A condition and what follows where it fails; an unknown one is a referral. Whether it is known to fail."""
        try:
            if bool(holds()):
                return False
        except GapError as gap:
            self.gap(gap.codes, item, credit=credit)
            return False
        self.tell(outcome, code, item)
        return True

    def gap(self, codes: set[str], item: str | None = None, *, credit: bool = False) -> None:
        """What an unknown rule comes to: a paper is asked for only where nothing else is lacking."""
        if "FORM" in codes:
            return
        outcome = "CORRECTION_REQUIRED" if codes == {"C04"} else "REFERRED"
        self.by_credit += [len(self.found)] if credit else []
        self.found.append((item, outcome, codes if outcome == "CORRECTION_REQUIRED" else codes - {"C04"}))

    def age(self, name: str = "id_no") -> int:
        """The age of whoever has that number."""
        return days.age(days.born(self.need(name)), self.as_of)

    def unrepaired(self, lists: tuple[str, ...] | None, *, false_commitments: bool) -> bool:
        """Whether an entry stands that counts; with None, every list does."""
        credit = self.answer("credit")
        mended = [(one["list"], one["repaired_on"]) for one in credit["repaired"]]
        standing = [
            entry["list"]
            for entry in credit["serious_lists"]
            if not any(name == entry["list"] and day >= entry["listed_on"] for name, day in mended)
        ]
        if credit["judgment_defaulter"] and not any(name == "JUDGMENT_DEFAULTER" for name, _ in mended):
            standing.append("JUDGMENT_DEFAULTER")
        counts = any(lists is None or name in lists for name in standing)
        return counts or (false_commitments and bool(credit["false_commitments"]))


@dataclass(frozen=True, slots=True)
class Expected:
    """What the domain's text leads to. `result` are values that must be among those told."""

    outcome: str
    reasons: set[str]
    advice: set[str]
    notes: set[str]
    items: dict[str, str]
    result: Mapping[str, Any]


def strongest(outcomes: list[str]) -> str:
    """The first in the order of precedence."""
    return min(outcomes, key=PRECEDENCE.index, default="APPROVED")


def settle(case: Case, items: list[str]) -> tuple[str, dict[str, str]]:
    """What all findings come to: for the whole, and for each item."""
    whole = strongest([outcome for item, outcome, _ in case.found if item is None])
    if not items or whole not in GRANTS:
        each = {item: _of_item(case, item, whole) for item in items}
        return whole, each
    each = {item: _of_item(case, item, whole) for item in items}
    granted = [outcome in GRANTS for outcome in each.values()]
    if any(granted) and not all(granted):
        return "PARTIALLY_APPROVED", each
    return strongest(list(each.values())), each


def _of_item(case: Case, item: str, whole: str) -> str:
    return strongest([whole, *(outcome for name, outcome, _ in case.found if name == item)])


def concluded(case: Case, items: list[str]) -> Expected:
    """Reasons are the codes of what decides; everything else that was found is advice."""
    outcome, each = settle(case, items)
    reasons: set[str] = set()
    advice: set[str] = set()
    for item, follows, codes in case.found:
        if follows == "APPROVED_ON_COMMITMENT":
            continue
        partly = outcome == "PARTIALLY_APPROVED" and item is not None and each.get(item) == follows
        (reasons if follows == outcome or partly else advice).update(codes)
    result = case.result | (case.if_tolerant if outcome == "ACCEPTED_TOLERANT" else {})
    return Expected(outcome, reasons, advice, case.notes, each, result)
