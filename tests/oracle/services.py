"""Housing fund, unemployment, road freight and birth registration, as the domain describes them."""

from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from tests.oracle import days
from tests.oracle.reading import Case, both, either

CAPS = {"210100": (1500, 2000), "210200": (1800, 2400)}
RETIREMENT = {"M60": (60, (1965, 1), 4, 36), "W55": (55, (1970, 1), 4, 36), "W50": (50, (1975, 1), 2, 60)}


def _available(case: Case) -> int:
    last = case.of("housing_fund", "last_rent_withdrawal")
    if last is None:
        return int(case.of("housing_fund", "consecutive_months"))
    return days.full_months(date.fromisoformat(last), case.as_of)


def housing_fund_rent(case: Case) -> None:
    """H1 to H7, and no month left."""
    case.rule(lambda: case.of("housing_fund", "account") == "normal", "REFERRED", "R12")
    case.rule(lambda: case.of("housing_fund", "consecutive_months") >= 3, "REJECTED", "J06")
    case.rule(
        lambda: both(
            lambda: case.need("marital") == case.of("marriage", "marital"),
            lambda: case.need("marital") != "married" or case.need("spouse_id") == case.of("marriage", "spouse_id"),
        ),
        "CORRECTION_REQUIRED", "C06",
    )  # fmt: skip
    case.rule(lambda: case.need("marital") != "married" or case.given("spouse_consent"), "CORRECTION_REQUIRED", "C05")
    case.rule(
        lambda: not any(one["usage"] == "residential" for one in case.of("property", "properties")), "REFERRED", "R11"
    )
    case.rule(lambda: not case.of("housing_fund", "loan_open"), "REFERRED", "R08")
    case.rule(lambda: not case.unrepaired(("HPF_FRAUD",), false_commitments=False), "REFERRED", "R11", credit=True)
    withdrawn = case.facts["housing_fund"].get("last_rent_withdrawal") is not None
    if withdrawn or case.facts["housing_fund"]["status"] != "ok":
        case.rule(lambda: _available(case) >= 1, "REJECTED", "J06")


def grant_housing_fund_rent(case: Case) -> None:
    """Months, limit, amount, and what set it."""
    months = min(case.need("months"), 12, _available(case))
    without, most = CAPS.get(case.need("city"), (1000, 1300))
    contract = case.answer("rental_contracts")
    today = case.as_of.isoformat()
    counts = contract["filed"] and contract["from"] <= today <= contract["to"]
    limit = min(Decimal(contract["monthly_rent"]), Decimal(most)) if counts else Decimal(without)
    balance = Decimal(case.of("housing_fund", "balance"))
    case.result["months_allowed"] = months
    case.result["monthly_limit"] = f"{limit:.2f}"
    case.result["amount"] = f"{min(limit * months, balance).to_integral_value(ROUND_FLOOR):.2f}"
    capped = not counts or Decimal(contract["monthly_rent"]) > most
    if capped or balance < limit * months:
        case.notes.add("I06")


def retires(birth: date, category: str) -> date:
    """The statutory retirement date of a category."""
    base, (year, month), step, most = RETIREMENT[category]
    since = (birth.year - year) * 12 + birth.month - month
    delay = 0 if since < 0 else min(most, since // step + 1)
    return days.in_months(birth, base * 12 + delay)


def unemployment_registration(case: Case) -> None:
    """U1 to U6."""
    if case.rule(lambda: case.age() >= 16, "REJECTED", "J01"):
        case.result["can_apply_from"] = str(days.birthday(days.born(case.need("id_no")), 16))
    case.rule(
        lambda: case.as_of < retires(days.born(case.need("id_no")), case.of("social_insurance", "retire_category")),
        "REJECTED", "J03",
    )  # fmt: skip
    uploaded = case.given("termination_proof") is not None
    outcome, code = ("REFERRED", "R08") if uploaded else ("CORRECTION_REQUIRED", "C04")
    case.rule(lambda: not case.of("social_insurance", "employee_insured_now"), outcome, code)
    case.rule(lambda: not case.of("social_insurance", "pension_in_payment"), "REJECTED", "J07")
    case.rule(
        lambda: not any(role["status_code"] == "active" for role in case.of("enterprises", "roles")), "REFERRED", "R08"
    )
    case.rule(lambda: case.given("wants_work"), "CORRECTION_REQUIRED", "C05")


def grant_unemployment_registration(case: Case) -> None:
    """The day, and a hint at the benefit."""
    case.result["registered_on"] = case.as_of.isoformat()
    months = case.of("social_insurance", "unemployment_months")
    if case.need("end_reason") not in ("resigned", "never_employed"):
        case.result["benefit_hint_months"] = 24 if months >= 120 else 18 if months >= 60 else 12 if months >= 12 else 0


def _old_end(case: Case) -> date:
    return date.fromisoformat(case.of("transport_certificates", "valid_to"))


def _renewed(case: Case) -> tuple[date, date]:
    end = _old_end(case)
    start = end + timedelta(days=1) if case.as_of <= end else case.as_of
    last = days.birthday(days.born(case.need("id_no")), 61) - timedelta(days=1)
    return start, min(days.in_months(start, 72) - timedelta(days=1), last)


def road_freight_renewal(case: Case) -> None:
    """R1 to R7, and a certificate that would end before it begins."""
    case.rule(lambda: case.need("vehicle_max_mass_kg") > 4500, "NOT_ACCEPTED", "N02")
    if case.rule(lambda: (_old_end(case) - case.as_of).days <= 90, "NOT_ACCEPTED", "N03"):
        case.result["can_apply_from"] = str(_old_end(case) - timedelta(days=90))
    case.rule(lambda: (case.as_of - _old_end(case)).days <= 180, "REJECTED", "J05")
    case.rule(lambda: case.age() < 61, "REJECTED", "J03")
    case.rule(lambda: case.of("transport_certificates", "cert_status") == "valid", "REFERRED", "R11")
    case.rule(lambda: case.of("driving_licences", "status_code") == "normal", "REFERRED", "R11")
    case.rule(
        lambda: case.of("transport_certificates", "education_done")
        and case.of("transport_certificates", "grade") != "B",
        "CORRECTION_REQUIRED", "C10",
    )  # fmt: skip
    case.rule(lambda: case.age() >= 61 or _renewed(case)[0] <= _renewed(case)[1], "REFERRED", "R08")


def grant_road_freight_renewal(case: Case) -> None:
    """The new certificate's days."""
    start, end = _renewed(case)
    case.result["valid_from"], case.result["valid_to"] = str(start), str(end)
    if case.as_of > _old_end(case):
        case.notes.add("I03")


def birth_registration(case: Case) -> None:
    """L1 to L3, and that the applicant is a parent."""

    def parent() -> bool:
        return either(
            lambda: case.need("id_no") == case.need("mother_id"),
            lambda: case.given("father_id") is not None and case.need("id_no") == case.need("father_id"),
        )

    def lives_here() -> bool:
        permit = case.answer("residence")
        return permit["permit"] == "valid" and (permit["city"] or "")[:2] == "21"

    case.rule(parent, "REFERRED", "R05")
    if case.rule(
        lambda: either(
            lambda: not parent(),
            lambda: case.of("population", "hukou_code")[:2] == "21",
            lambda: (case.of("population", "father_hukou_code") or "")[:2] == "21",
            lives_here,
        ),
        "NOT_ACCEPTED", "N01",
    ):  # fmt: skip
        case.result["redirect_city"] = case.of("population", "hukou_code")[:4] + "00"
    case.rule(lambda: case.need("birth_order") <= 3, "REFERRED", "R08")
    case.rule(lambda: case.age("mother_id") >= 18, "REFERRED", "R09")


def grant_birth_registration(case: Case) -> None:
    """The day."""
    case.result["registered_on"] = case.as_of.isoformat()
