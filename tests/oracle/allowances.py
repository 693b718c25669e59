"""Elderly allowance, disability allowances and senior card, as the domain describes them."""

from collections.abc import Mapping
from typing import Any

from tests.oracle import days
from tests.oracle.reading import Case, both, either

AMOUNTS = {
    "210100": (100, 200, 600), "210200": (120, 240, 1000), "210300": (60, 150, 500), "210400": (50, 120, 400),
    "210500": (50, 120, 400), "210600": (50, 100, 300), "210700": (50, 100, 300), "210800": (60, 120, 400),
    "210900": (50, 100, 300), "211000": (50, 100, 300), "211100": (80, 200, 600), "211200": (50, 100, 300),
    "211300": (50, 100, 300), "211400": (50, 100, 300),
}  # fmt: skip
LIVING = {"210100": 150, "210200": 160}
CARE = {"210100": (150, 120, 80), "210200": (170, 140, 90)}


def _local(case: Case) -> bool:
    return bool(case.of("population", "hukou_code")[:4] == case.need("city")[:4])


def _redirect(case: Case) -> None:
    if case.rule(lambda: _local(case), "NOT_ACCEPTED", "N01"):
        case.result["redirect_city"] = case.of("population", "hukou_code")[:4] + "00"


def _paid(case: Case, *, here: bool) -> bool:
    return any(
        one["benefit"] == "elderly_allowance" and (one["city"][:4] == case.need("city")[:4]) is here
        for one in case.of("benefits", "active")
    )


def elderly_allowance(case: Case) -> None:
    """E1 to E7."""
    _redirect(case)
    if case.rule(lambda: case.age() >= 80, "REJECTED", "J01"):
        case.result["can_apply_from"] = str(days.birthday(days.born(case.need("id_no")), 80))
    case.rule(lambda: not case.of("deaths", "hit"), "REFERRED", "R13")
    case.rule(
        lambda: not 80 <= case.age() <= 89
        or case.of("low_income", "status_code") in ("dibao", "dibao_margin", "tekun"),
        "REFERRED", "R11",
    )  # fmt: skip
    case.rule(lambda: not _paid(case, here=True), "REJECTED", "J02")
    case.rule(lambda: not _paid(case, here=False), "REFERRED", "R03")
    case.rule(lambda: case.of("social_security_card", "bank_function") == "active", "CORRECTION_REQUIRED", "C07")


def grant_elderly_allowance(case: Case) -> None:
    """Band, amount, first month."""
    age = case.age()
    place = 0 if age < 90 else 1 if age < 100 else 2
    case.result["band"] = ("80-89", "90-99", "100+")[place]
    case.result["monthly_amount"] = f"{AMOUNTS[case.need('city')][place]}.00"
    case.result["pay_from"] = days.next_month(case.as_of)


def senior_card(case: Case) -> None:
    """S1 to S4."""
    if case.rule(lambda: case.age() >= 60, "REJECTED", "J01"):
        case.result["can_apply_from"] = str(days.birthday(days.born(case.need("id_no")), 60))

    def resident() -> bool:
        permit = case.answer("residence")
        return bool(permit["permit"] == "valid" and (permit["city"] or "")[:4] == case.need("city")[:4])

    _or_paper(case, lambda: either(lambda: _local(case), resident), "residence_proof")
    case.rule(lambda: not case.of("deaths", "hit"), "REFERRED", "R13")
    _or_paper(case, lambda: case.of("photo", "available"), "photo_upload")


def _or_paper(case: Case, holds: Any, paper: str) -> None:
    """A paper of the guide: asked for with C04; once handed in, an officer reads it."""
    if case.given(paper) is None:
        case.rule(holds, "CORRECTION_REQUIRED", "C04")
    else:
        case.rule(holds, "REFERRED", "R08")


def grant_senior_card(case: Case) -> None:
    """A or B."""
    case.result["card"] = "A" if case.age() < 70 else "B"
    case.result["valid_to"] = "长期"


def disability_allowances(case: Case) -> None:
    """D1 to D8."""
    items = case.given("items") or []
    number = case.given("cert_no")

    def own() -> bool:
        return bool(case.need("cert_no")[:18] == case.need("id_no"))

    case.rule(
        lambda: both(
            own,
            lambda: int(case.need("cert_no")[18]) == case.of("disability", "category"),
            lambda: int(case.need("cert_no")[19]) == case.of("disability", "level"),
        ),
        "CORRECTION_REQUIRED", "C06",
    )  # fmt: skip
    assert number is not None
    case.rule(lambda: case.of("disability", "cert_status") == "valid", "REFERRED", "R11")
    _redirect(case)
    case.rule(lambda: not case.of("deaths", "hit"), "REFERRED", "R13")
    if "living" in items:
        case.rule(
            lambda: case.of("low_income", "status_code") in ("dibao", "dibao_margin"), "REFERRED", "R11", "living"
        )
    if "care" in items:
        case.rule(lambda: _severe(case.answer("disability")), "REJECTED", "J04", "care")
    case.rule(
        lambda: both(
            lambda: not any(one["benefit"] == "WORK_INJURY_CARE" for one in case.of("benefits", "active")),
            lambda: case.of("low_income", "status_code") != "tekun",
        ),
        "REFERRED", "R11",
    )  # fmt: skip
    case.rule(lambda: case.of("social_security_card", "bank_function") == "active", "CORRECTION_REQUIRED", "C07")


def _severe(register: Mapping[str, Any]) -> bool:
    return bool(register["level"] <= 2 or (register["level"] == 3 and register["category"] in (5, 6)))


def grant_disability_allowances(case: Case) -> None:
    """First month; amounts are looked at by item."""
    case.result["pay_from"] = days.next_month(case.as_of)


def amount(case: Case, item: str) -> str:
    """What an approved item is worth a month."""
    city = case.need("city")
    if item == "living":
        return f"{LIVING.get(city, 100)}.00"
    return f"{CARE.get(city, (110, 100, 60))[case.of('disability', 'level') - 1]}.00"
