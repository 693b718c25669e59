"""Individual business and hygiene permit, as the domain describes them."""

from datetime import timedelta

from tests.oracle import days
from tests.oracle.reading import Case, GapError, both


def individual_business(case: Case) -> None:
    """B1 to B7."""
    platform = case.need("premises_type") == "platform"
    case.rule(
        lambda: case.of("liveness", "passed") and case.of("liveness", "level") == "L3", "CORRECTION_REQUIRED", "C09"
    )
    try:
        age = case.age()
        if age < 18:
            case.tell("REFERRED", "R08" if age >= 16 else "R09")
    except GapError as gap:
        case.gap(gap.codes)
    case.rule(
        lambda: not case.of("business_names", "conflict") and not case.of("business_names", "forbidden"),
        "CORRECTION_REQUIRED", "C08",
    )  # fmt: skip
    case.rule(lambda: case.given("premises_commitment"), "CORRECTION_REQUIRED", "C05")
    case.rule(
        lambda: case.given("premises_use") != "residential" or case.given("neighbour_consent"),
        "CORRECTION_REQUIRED", "C05",
    )  # fmt: skip
    licensed = any(one["kind"] == "pre_licence" for one in case.need("scope"))
    case.rule(lambda: not licensed or case.given("pre_licence_no") is not None, "CORRECTION_REQUIRED", "C04")
    case.rule(
        lambda: (case.of("enterprises", "registration_bar_until") or "0000") < case.as_of.isoformat(), "REFERRED", "R11"
    )
    if not platform:
        case.rule(
            lambda: not any(
                one["unit_no"] == case.need("premises_unit_no") and one["sealed"]
                for one in case.of("property", "properties")
            ),
            "REFERRED", "R12",
        )  # fmt: skip


def grant_individual_business(case: Case) -> None:
    """The credit code and the founding date."""
    case.result["uscc"] = days.firm("92", case.need("region"), case.of("number_pool", "body"))
    case.result["established_on"] = case.as_of.isoformat()


def hygiene_permit(case: Case) -> None:
    """P1 to P8."""
    promised = case.need("use_commitment")
    case.rule(lambda: case.of("enterprises", "status_code") == "active", "REFERRED", "R11")
    case.rule(lambda: case.of("enterprises", "legal_rep_id") == case.need("id_no"), "REFERRED", "R05")
    case.rule(
        lambda: case.of("health_certificates", "valid_certificates") >= case.need("service_staff"),
        "CORRECTION_REQUIRED", "C06",
    )  # fmt: skip

    def clean() -> bool:
        return not case.unrepaired(("SERIOUS_ILLEGAL", "JUDGMENT_DEFAULTER"), false_commitments=True)

    if promised:
        risky = case.need("venue") in ("pool", "bath")
        case.rule(lambda: both(lambda: not risky, lambda: not case.need("central_air")), "REFERRED", "R10")
        case.rule(clean, "REFERRED", "R07", credit=True)
        case.rule(lambda: case.given("commitment_signed"), "CORRECTION_REQUIRED", "C05")
        case.tell("APPROVED_ON_COMMITMENT", "I04")
        return
    case.rule(lambda: case.given("test_report") is not None, "CORRECTION_REQUIRED", "C04")
    _ordinary(case)


def _ordinary(case: Case) -> None:
    """Complete files go to an officer; where only the plan is missing and credit is clean, it may follow."""
    if case.given("test_report") is None or case.given("floor_plan") is not None:
        case.tell("REFERRED", "R14")
        return
    try:
        if case.unrepaired(("SERIOUS_ILLEGAL", "JUDGMENT_DEFAULTER"), false_commitments=True):
            case.tell("REFERRED", "R14")
            return
    except GapError as gap:
        case.gap(gap.codes, credit=True)
        return
    due = days.working_days_later(case.as_of, 10)
    if due is None:
        case.gap({"R17"})
        return
    case.tell("ACCEPTED_TOLERANT", "T01")
    case.if_tolerant.update({"material": "floor_plan", "due_on": str(due)})


def grant_hygiene_permit(case: Case) -> None:
    """The permit's days and the day of the check."""
    case.result["valid_from"] = str(case.as_of)
    case.result["valid_to"] = str(days.in_months(case.as_of, 48) - timedelta(days=1))
    case.result["post_check_by"] = str(case.as_of + timedelta(days=30))
    case.notes.add("I04")
