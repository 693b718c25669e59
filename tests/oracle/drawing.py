"""Random applications near the boundaries of the nine matters, drawn by hand from the domain's text."""

from collections.abc import Callable

from tests.oracle import days
from tests.oracle.hand import Hand

VENUES = ("barber", "beauty", "hotel", "cinema", "mall", "pool", "bath")
BY_PERSON: dict[str, object] = {"status_code": None, "name": None, "legal_rep_id": None, "scope": None, "address": None}


def elderly_allowance(hand: Hand) -> None:
    """Around 80, 90 and 100."""
    hand.common(hand.person(80, 90, 100, 85, 95))
    hand.form["pay_to"] = "social_security_card"
    hand.ok("deaths", hit=hand.odd(10), date=None, source=None)
    hand.ok("low_income", status_code=hand.one("dibao", "dibao_margin", "tekun", "none"), since=None)
    active = [
        {"benefit": hand.one("elderly_allowance", "elderly_allowance", "other"), "city": hand.one(hand.city, "210500")}
        for _ in range(hand.one(0, 0, 0, 1, 2))
    ]
    hand.ok("benefits", active=active)
    hand.ok("social_security_card", card="active", bank_function=hand.one(*["active"] * 7, "inactive"))


def senior_card(hand: Hand) -> None:
    """Around 60 and 70."""
    hand.common(hand.person(60, 70, 65))
    hand.form["delivery"] = hand.one("electronic", "electronic_and_post")
    for paper in ("residence_proof", "photo_upload"):
        if hand.odd(3):
            hand.form[paper] = hand.one("P-1.pdf", "", None)
    hand.ok("deaths", hit=hand.odd(10), date=None, source=None)
    city = hand.one(None, hand.division(), hand.city)
    hand.ok("residence", permit=hand.one("valid", "valid", "expired", "none"), city=city, since=None, valid_to=None)
    hand.ok("photo", available=not hand.odd(6))


def individual_business(hand: Hand) -> None:
    """Around 16 and 18, all kinds of premises and trades."""
    hand.common(hand.person(16, 18, 18, 30), "")
    kind = hand.one("owned", "rented", "platform")
    hand.form.update(
        business_name="沈阳市和平区示甲便利店", region=hand.city[:4] + "02", industry="零售", premises_type=kind,
        premises_commitment=not hand.odd(8),
    )  # fmt: skip
    kinds = [hand.one("general", "post_licence", "pre_licence") for _ in range(hand.one(1, 2))]
    hand.form |= {"face_token": "ok", "scope": [{"code": "F5213", "kind": one} for one in kinds]}
    if kind != "platform" or hand.odd(4):
        hand.form.update(premises_unit_no="U-001", premises_use=hand.one("commercial", "residential"))
        if hand.odd(2):
            hand.form["neighbour_consent"] = hand.one(True, True, False)
    if hand.odd(2):
        hand.form["pre_licence_no"] = "DEMO-PRE-0001"
    hand.ok("liveness", passed=not hand.odd(10), level=hand.one(*["L3"] * 8, "L2", "L1"))
    hand.ok("business_names", conflict=hand.odd(10), forbidden=hand.odd(12))
    until = hand.one(None, None, hand.around(0).isoformat(), hand.around(0).isoformat())
    hand.ok("enterprises", **BY_PERSON, roles=[], registration_bar_until=until)
    units = [
        {"unit_no": hand.one("U-001", "U-002"), "usage": "commercial", "sealed": hand.odd(3)}
        for _ in range(hand.one(0, 1, 2))
    ]
    hand.ok("property", properties=units)
    hand.ok("number_pool", body=f"DEMX{hand.random.randint(1000, 9999)}")


def housing_fund_rent(hand: Hand) -> None:
    """Around three months, the caps, the balance, and a month since the last withdrawal."""
    hand.common(hand.person(30, 40))
    spouse = hand.person(33)
    marital = hand.one("single", "married", "married", "divorced", "widowed")
    hand.form.update(marital=marital, months=hand.one(1, 2, 6, 11, 12))
    if marital == "married" or hand.odd(10):
        hand.form.update(spouse_id=hand.one(spouse, spouse, spouse, hand.person(35)), spouse_consent=not hand.odd(6))
    if hand.odd(30):
        hand.form.pop("spouse_id", None)
    registered = hand.one(*[marital] * 8, "single", "married")
    hand.ok("marriage", marital=registered, spouse_id=spouse if registered == "married" else None)
    last = min(hand.around(-30, -31, -62, -400, -28, -120), hand.as_of).isoformat()
    hand.ok(
        "housing_fund", account=hand.one(*["normal"] * 9, "sealed", "frozen"), loan_open=hand.odd(12),
        balance=hand.one("18000.00", "17999.99", "36250.40", "100.55", "0.99", "60000"),
        consecutive_months=hand.one(2, 3, 4, 11, 12, 40), last_rent_withdrawal=hand.one(None, None, last),
    )  # fmt: skip
    hand.facts["rental_contracts"] = {"status": "no_record"}
    if hand.odd(2):
        start, end = hand.around(0, -100).isoformat(), hand.around(0, 200).isoformat()
        rent = hand.one("1233.35", "1300.00", "1300.01", "2000.00", "2000.01", "2400", "999.99")
        hand.ok("rental_contracts", filed=not hand.odd(8), monthly_rent=rent)
        hand.facts["rental_contracts"].update({"from": start, "to": end})
    homes = [{"unit_no": "U-1", "usage": hand.one("residential", "commercial"), "sealed": False}] if hand.odd(4) else []
    hand.ok("property", properties=homes)


def unemployment_registration(hand: Hand) -> None:
    """Around 16 and around the retirement dates of the three categories."""
    number = hand.person(16, 40, 50, 51, 55, 56, 60, 61)
    category = hand.one("M60", "W55", "W50")
    hand.common(number)
    hand.form.update(
        end_reason=hand.one("contract_expired", "employer_terminated", "resigned", "business_closed", "never_employed"),
        wants_work=not hand.odd(10), ended_on=hand.one(None, "2026-02-01"),
        last_employer_uscc=hand.one(None, days.firm("91", "210102", "DEMX1301")),
    )  # fmt: skip
    if hand.odd(3):
        hand.form["termination_proof"] = "T-1.pdf"
    hand.ok(
        "social_insurance", employee_insured_now=hand.odd(6), last_paid_month=hand.one(None, "2026-02"),
        unemployment_months=hand.one(0, 11, 12, 59, 60, 119, 120, 300), pension_in_payment=hand.odd(10),
        retire_category=category,
    )  # fmt: skip
    roles = (
        [{"uscc": "x", "role": "operator", "status_code": hand.one("active", "cancelled", "revoked")}]
        if hand.odd(4)
        else []
    )
    hand.ok("enterprises", **BY_PERSON, roles=roles, registration_bar_until=None)


def disability_allowances(hand: Hand) -> None:
    """Every category and level, one or two items."""
    number = hand.person(20, 50, 80)
    hand.common(number)
    category, level = hand.random.randint(1, 7), hand.random.randint(1, 4)
    owner = number if not hand.odd(10) else hand.person(44)
    stated = f"{category if not hand.odd(15) else 2}{level if not hand.odd(15) else 1}"
    hand.form.update(
        cert_no=owner + stated, items=hand.one(["living"], ["care"], ["living", "care"], ["care", "living"]),
        pay_to="social_security_card",
    )  # fmt: skip
    hand.ok("disability", cert_status=hand.one(*["valid"] * 9, "expired", "frozen"), category=category, level=level,
            valid_to="2029-12-31")  # fmt: skip
    hand.ok("deaths", hit=hand.odd(12), date=None, source=None)
    hand.ok("low_income", status_code=hand.one("dibao", "dibao", "dibao_margin", "none", "tekun"), since=None)
    active = [{"benefit": hand.one("WORK_INJURY_CARE", "other"), "city": "210100"}] if hand.odd(4) else []
    hand.ok("benefits", active=active)
    hand.ok("social_security_card", card="active", bank_function=hand.one(*["active"] * 9, "inactive"))


def road_freight_renewal(hand: Hand) -> None:
    """Around 4500 kg, 90 days before, 180 days after, and 61 years."""
    hand.common(hand.person(40, 60, 61, 61, 55), "")
    hand.form.update(
        cert_no="210100198408089776", delivery="electronic",
        vehicle_max_mass_kg=hand.one(4499, 4500, 4501, 18000, 18000, 18000),
    )  # fmt: skip
    end = hand.one(hand.around(90), hand.around(-180), hand.around(0), hand.around(45), hand.around(-1))
    hand.ok(
        "transport_certificates", cert_status=hand.one(*["valid"] * 9, "revoked"), category="货运",
        valid_to=end.isoformat(), education_done=not hand.odd(8), grade=hand.one("AAA", "AA", "A", "A", "B"),
    )  # fmt: skip
    hand.ok(
        "driving_licences", status_code=hand.one(*["normal"] * 8, "suspended"), classes=["B2"], valid_to="2030-01-01"
    )


def birth_registration(hand: Hand) -> None:
    """Around 18 and the fourth child; parents and strangers; registers in and out of the province."""
    mother, father = hand.person(18, 18, 30), hand.person(30)
    hand.common(hand.one(mother, mother, mother, father, hand.person(40)))
    hand.form.update(
        mother_id=mother, father_id=hand.one(father, father, None), birth_order=hand.one(1, 2, 3, 3, 4, 9),
        expected_on="2026-07-20",
    )  # fmt: skip
    if hand.odd(25):
        hand.form["father_id"] = father[:17] + ("0" if father[17] != "0" else "1")
    hand.facts["population"]["hukou_code"] = hand.one("210102", "220102", "220102")
    permit, city = hand.one("valid", "expired", "none"), hand.one(None, "210102", "220102")
    hand.ok("residence", permit=permit, city=city, since=None, valid_to=None)


def hygiene_permit(hand: Hand) -> None:
    """Both routes, every venue, staff around the number of certificates."""
    number = hand.person(30, 50)
    hand.common(number, "")
    promised = not hand.odd(3)
    staff = hand.one(1, 3, 6)
    hand.form.update(
        uscc=days.firm("92", "210102", "DEMX3001"), venue=hand.one(*VENUES),
        area_m2="45.0", central_air=hand.odd(6), service_staff=staff, use_commitment=promised,
    )  # fmt: skip
    if promised or hand.odd(3):
        hand.form["commitment_signed"] = not hand.odd(6)
    for paper in ("floor_plan", "test_report"):
        if hand.odd(2):
            hand.form[paper] = f"{paper}.ofd"
    hand.ok(
        "enterprises", status_code=hand.one(*["active"] * 9, "revoked", "cancelled"), name="示例", scope=[],
        address="示例", legal_rep_id=number if not hand.odd(10) else hand.person(50), roles=[],
        registration_bar_until=None,
    )  # fmt: skip
    hand.ok("health_certificates", valid_certificates=staff + hand.one(-1, 0, 0, 0, 1))


DRAW: dict[str, Callable[[Hand], None]] = {
    "elderly_allowance": elderly_allowance, "senior_card": senior_card, "individual_business": individual_business,
    "housing_fund_rent": housing_fund_rent, "unemployment_registration": unemployment_registration,
    "disability_allowances": disability_allowances, "road_freight_renewal": road_freight_renewal,
    "birth_registration": birth_registration, "hygiene_permit": hygiene_permit,
}  # fmt: skip
