"""The elderly allowance written by hand, as a good programmer would write it for known facts: every reason, no engine.

`decide` answers a plain tuple, `decide_whole` the same verdict as the engines. Kept apart from the engines on purpose:
it is the yardstick of benchmarks/engines.py, which holds it equal to them before it times anything.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from decision_service.facts import FactSheet
from decision_service.outcome import Outcome
from decision_service.verdict import Finding, State, Verdict

NOT_ACCEPTED, CORRECTION, REFERRED, REJECTED, APPROVED = (
    Outcome.NOT_ACCEPTED, Outcome.CORRECTION_REQUIRED, Outcome.REFERRED, Outcome.REJECTED, Outcome.APPROVED,
)  # fmt: skip

Answer = tuple[Outcome, tuple[str, ...], Mapping[str, object], Mapping[str, object], tuple[str, ...]]
"""Outcome, the rules that fail, what they tell, what is granted, the notes."""

AMOUNTS = {
    city: tuple(map(Decimal, amounts))
    for city, amounts in {
        "210100": (100, 200, 600), "210200": (120, 240, 1000), "210300": (60, 150, 500), "210400": (50, 120, 400),
        "210500": (50, 120, 400), "210600": (50, 100, 300), "210700": (50, 100, 300), "210800": (60, 120, 400),
        "210900": (50, 100, 300), "211000": (50, 100, 300), "211100": (80, 200, 600), "211200": (50, 100, 300),
        "211300": (50, 100, 300), "211400": (50, 100, 300),
    }.items()
}  # fmt: skip
LOW_INCOME = ("dibao", "dibao_margin", "tekun")
RULES = ("IDENTITY", "ID_TYPE", "NOTICE", "HUMAN", "E1", "E2", "E3", "E4", "E5", "E6", "E7")
OUTCOMES = {
    "IDENTITY": REFERRED, "ID_TYPE": REFERRED, "NOTICE": CORRECTION, "HUMAN": REFERRED, "E1": NOT_ACCEPTED,
    "E2": REJECTED, "E3": REFERRED, "E4": REFERRED, "E5": REJECTED, "E6": REFERRED, "E7": CORRECTION,
}  # fmt: skip
ORDER = {NOT_ACCEPTED: 0, CORRECTION: 1, REFERRED: 2, REJECTED: 3}


def decide(sheet: FactSheet) -> Answer:  # noqa: C901 - one condition after the other is the point of it
    """The decision on a sheet whose facts are all known.

    In one piece on purpose: it is the yardstick, and calls to parts of it made it about 4 % slower.
    """
    form, registers = sheet.form, sheet.registers
    population, credit = registers["population"], registers["credit"]
    if not (population["match"] and population["status_code"] == "normal"):
        return REFERRED, ("IDENTITY",), {}, {}, ()
    failing, told = [], {}
    if form["id_type"] != "111":
        failing.append("ID_TYPE")
    if not form["notice_read"]:
        failing.append("NOTICE")
    if form["human_review"]:
        failing.append("HUMAN")
    city = form["city"]
    hukou = population["hukou_code"][:4] + "00"
    if hukou != city:
        failing.append("E1")
        told["redirect_city"] = hukou
    today = sheet.as_of
    number = form["id_no"]
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    age = today.year - born.year - ((today.month, today.day) < _anniversary(born, today.year))
    if age < 80:
        failing.append("E2")
        told["can_apply_from"] = date(born.year + 80, *_anniversary(born, born.year + 80))
    if registers["deaths"]["hit"]:
        failing.append("E3")
    if 80 <= age < 90 and registers["low_income"]["status_code"] not in LOW_INCOME:
        failing.append("E4")
    here = elsewhere = False
    for one in registers["benefits"]["active"]:
        if one["benefit"] == "elderly_allowance":
            if one["city"][:4] + "00" == city:
                here = True
            else:
                elsewhere = True
    if here:
        failing.append("E5")
    if elsewhere:
        failing.append("E6")
    if registers["social_security_card"]["bank_function"] != "active":
        failing.append("E7")
    repaired = credit["repaired"]
    counts = credit["false_commitments"] or _listed(credit, repaired)
    notes = ("I01_CREDIT_RECORDED_NO_EFFECT",) if counts else ("I02_CREDIT_REPAIRED_IGNORED",) if repaired else ()
    if failing:
        outcome = min([OUTCOMES[rule] for rule in failing], key=ORDER.__getitem__)
        return outcome, tuple(failing), told, {}, notes
    band = 0 if age < 90 else 1 if age < 100 else 2
    month = today.month % 12 + 1
    granted = {
        "band": ("80-89", "90-99", "100+")[band],
        "monthly_amount": AMOUNTS[city][band],
        "pay_from": f"{today.year + (month == 1)}-{month:02}",
    }
    return APPROVED, (), told, granted, notes


def _anniversary(born: date, year: int) -> tuple[int, int]:
    if born.month == 2 and born.day == 29 and (year % 4 or (year % 100 == 0 and year % 400)):
        return 2, 28
    return born.month, born.day


def _listed(credit: Mapping[str, object], repaired: tuple[Mapping[str, object], ...]) -> bool:
    for entry in credit["serious_lists"]:
        for repair in repaired:
            if repair["list"] == entry["list"] and repair["repaired_on"] >= entry["listed_on"]:
                break
        else:
            return True
    return credit["judgment_defaulter"] and not any(repair["list"] == "JUDGMENT_DEFAULTER" for repair in repaired)


TELLS = {"E1": "redirect_city", "E2": "can_apply_from"}
HOLDS = {rule: Finding(rule, State.HOLDS) for rule in RULES}
SILENT = {rule: Finding(rule, State.SILENT) for rule in RULES}
FAILS = {rule: Finding(rule, State.FAILS, outcome, 0) for rule, outcome in OUTCOMES.items()}
ALL_HOLD = tuple(HOLDS.values())


def decide_whole(sheet: FactSheet) -> Verdict:
    """The same as the engines' verdict, each rule with its finding."""
    outcome, failing, told, granted, notes = decide(sheet)
    if not failing:
        return Verdict(outcome, ALL_HOLD, (), granted, notes)
    others = SILENT if failing == ("IDENTITY",) else HOLDS
    findings = dict(others)
    for rule in failing:
        name = TELLS.get(rule)
        findings[rule] = (
            FAILS[rule]
            if name is None
            else Finding(rule, State.FAILS, OUTCOMES[rule], 0, frozenset(), {name: told[name]})
        )
    return Verdict(outcome, tuple(findings.values()), (), granted, notes)
