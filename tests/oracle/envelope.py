"""What stands in front of every matter: identity, document, notice, officer on request, identifiers, credit notes."""

from collections.abc import Callable
from typing import Any

from tests.oracle import days
from tests.oracle.reading import GRANTS, Case, Expected, GapError, concluded, settle, strongest

Rules = Callable[[Case], None]
COUNTING: dict[str, tuple[str, ...] | None] = {
    "hygiene_permit": ("SERIOUS_ILLEGAL", "JUDGMENT_DEFAULTER"), "housing_fund_rent": ("HPF_FRAUD",),
}  # fmt: skip


def checks(number: Any) -> bool:
    """Whether the check character of a citizen ID fits."""
    return isinstance(number, str) and days.citizen(number[:6], days.born(number), int(number[14:17])) == number[:18]


def expected(matter: str, case: Case, rules: Rules, grant: Rules, *, required: dict[str, bool]) -> Expected:
    """The whole of a decision: the form, what is common, the matter's own rules, then what would be granted."""
    defects(case, required)
    try:
        population = case.answer("population")
        if not (population["match"] and population["status_code"] == "normal"):
            return Expected(
                "REFERRED", {"R05"}, set(), set(), dict.fromkeys(case.form.get("items") or [], "REFERRED"), {}
            )
    except GapError as gap:
        case.gap(gap.codes)
    if case.other_document:
        case.tell("REFERRED", "R14")
    if not case.given("notice_read"):
        case.tell("CORRECTION_REQUIRED", "C05")
    if case.given("human_review"):
        case.tell("REFERRED", "R06")
    rules(case)
    items = [item for item in ("living", "care") if item in (case.form.get("items") or [])]
    if settle(case, items)[0] in GRANTS:
        try:
            grant(case)
        except GapError as gap:
            case.gap(gap.codes)
            case.result.clear()
            case.notes.clear()
    credit_notes(matter, case)
    return concluded(case, items)


def defects(case: Case, required: dict[str, bool]) -> None:
    """C01 and C03: here the form has no other faults; those of an identifier stop every question."""
    for name in case.identifiers:
        number = case.form.get(name)
        if name == "id_no" and case.other_document:
            continue
        if number is None and required.get(name, name == "id_no"):
            case.stopped = True
            case.tell("CORRECTION_REQUIRED", "C01")
        elif number is not None and not checks(number):
            case.stopped = True
            case.defective.add(name)
            case.tell("CORRECTION_REQUIRED", "C03")
    for name, must in required.items():
        if must and name not in case.identifiers and case.form.get(name) is None:
            case.tell("CORRECTION_REQUIRED", "C01")


def credit_notes(matter: str, case: Case) -> None:
    """I01, I02, and I05 where credit is not known and has moved nothing."""
    lists = COUNTING.get(matter)
    try:
        counts = case.unrepaired(lists, false_commitments=matter != "housing_fund_rent")
        if counts and lists is None:
            case.notes.add("I01")
        if not counts and case.answer("credit")["repaired"]:
            case.notes.add("I02")
    except GapError as gap:
        outcomes = [outcome for _, outcome, _ in case.found]
        others = [outcome for place, outcome in enumerate(outcomes) if place not in case.by_credit]
        if gap.codes != {"FORM"} and (not case.by_credit or strongest(outcomes) == strongest(others)):
            case.notes.add("I05")
