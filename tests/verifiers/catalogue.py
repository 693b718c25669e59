"""The registers of the nine matters as the sandbox's tests describe them: kinds written out, apart from any file."""

from dataclasses import replace

from verifiers.kinds import Kind
from verifiers.registers import Register

FLAG, WHOLE, TEXT = Kind("boolean"), Kind("whole"), Kind("text")
DAY, CITIZEN, REGION = Kind("date"), Kind("citizen_id"), Kind("region")


def _one_of(*values: str) -> Kind:
    return Kind("text", values=values)


def _maybe(name: str) -> Kind:
    return Kind(name, nullable=True)


def _each(**fields: Kind) -> Kind:
    return Kind("list", item=Kind("record", fields=tuple(fields.items())))


def _register(name: str, asked: str, latency: tuple[int, int] = (200, 1500), **answers: Kind) -> Register:
    return Register(name, name, name, tuple(asked.split()), answers, 1000, 24, latency_ms=latency)


_ROLE = {"uscc": TEXT, "role": TEXT, "status_code": TEXT}

REGISTERS = {
    register.name: register
    for register in (
        Register(
            "population",
            "人口库",
            "the population register",
            ("name", "id_no"),
            {
                "match": FLAG,
                "status_code": _one_of("normal", "cancelled", "moved"),
                "hukou_code": REGION,
                "hukou_type": _one_of("family", "collective"),
                "father_hukou_code": _maybe("region"),
            },
            800,
            24,
            optional_parameters=("father_id",),
            latency_ms=(80, 800),
        ),
        Register(
            "enterprises",
            "市场主体登记库",
            "the register of enterprises",
            ("uscc",),
            {
                "status_code": _one_of("active", "revoked", "cancelled"),
                "name": TEXT,
                "legal_rep_id": CITIZEN,
                "scope": Kind("list", item=TEXT),
                "address": TEXT,
                "roles": _each(**_ROLE),
                "registration_bar_until": _maybe("date"),
            },
            800,
            24,
            alternatives=(("id_no",),),
            nullable_when_asked_with={"id_no": ("status_code", "name", "legal_rep_id", "scope", "address")},
            latency_ms=(100, 900),
        ),
        Register(
            "number_pool",
            "赋码池",
            "the pool",
            ("region",),
            {"body": TEXT},
            800,
            1,
            allocator=True,
            latency_ms=(60, 300),
        ),
        Register(
            "credit",
            "公共信用",
            "the credit centre",
            ("id_no",),
            {
                "judgment_defaulter": FLAG,
                "serious_lists": _each(list=TEXT, listed_on=DAY),
                "false_commitments": _each(matter=TEXT, date=DAY),
                "repaired": _each(list=TEXT, repaired_on=DAY),
            },
            800,
            24,
            alternatives=(("uscc",),),
            latency_ms=(120, 900),
        ),
        _register("liveness", "id_no face_token", (600, 2500), passed=FLAG, level=_one_of("L1", "L2", "L3")),
        _register("deaths", "id_no", (150, 1200), hit=FLAG, date=_maybe("date"), source=_maybe("text")),
        _register(
            "social_security_card",
            "id_no",
            card=_one_of("active", "lost", "none"),
            bank_function=_one_of("active", "inactive"),
        ),
        _register("benefits", "id_no", active=_each(benefit=TEXT, city=REGION, since=DAY)),
        _register(
            "low_income",
            "id_no",
            status_code=_one_of("dibao", "dibao_margin", "tekun", "none"),
            since=_maybe("date"),
        ),
        _register(
            "residence",
            "id_no city",
            permit=_one_of("valid", "expired", "none"),
            city=_maybe("region"),
            since=_maybe("date"),
            valid_to=_maybe("date"),
        ),
        _register("photo", "id_no", available=FLAG),
        _register("business_names", "name region industry", conflict=FLAG, forbidden=FLAG),
        _register(
            "property",
            "persons region",
            (400, 3000),
            properties=_each(
                unit_no=TEXT,
                usage=_one_of("residential", "commercial"),
                sealed=FLAG,
                share=replace(TEXT, optional=True),
                mortgage=replace(FLAG, optional=True),
                owner_id=replace(CITIZEN, optional=True),
            ),
        ),
        _register(
            "housing_fund",
            "id_no city",
            account=_one_of("normal", "sealed", "frozen", "none"),
            balance=Kind("money"),
            consecutive_months=WHOLE,
            last_rent_withdrawal=_maybe("date"),
            loan_open=FLAG,
        ),
        _register(
            "marriage",
            "id_no",
            marital=_one_of("single", "married", "divorced", "widowed"),
            spouse_id=_maybe("citizen_id"),
        ),
        _register("rental_contracts", "id_no city", filed=FLAG, monthly_rent=Kind("money"), **{"from": DAY, "to": DAY}),
        _register(
            "social_insurance",
            "id_no",
            employee_insured_now=FLAG,
            last_paid_month=_maybe("month"),
            unemployment_months=WHOLE,
            pension_in_payment=FLAG,
            retire_category=_one_of("M60", "W55", "W50"),
        ),
        _register(
            "disability",
            "id_no cert_no",
            cert_status=_one_of("valid", "cancelled", "expired", "frozen"),
            category=WHOLE,
            level=WHOLE,
            valid_to=DAY,
        ),
        _register(
            "transport_certificates",
            "id_no cert_no",
            cert_status=_one_of("valid", "revoked", "cancelled"),
            category=TEXT,
            valid_to=DAY,
            education_done=FLAG,
            grade=_one_of("AAA", "AA", "A", "B"),
        ),
        _register(
            "driving_licences",
            "id_no",
            status_code=_one_of("normal", "points_full", "suspended", "expired", "revoked"),
            classes=Kind("list", item=TEXT),
            valid_to=DAY,
        ),
        _register(
            "penalties",
            "uscc persons",
            revocations=_each(licence=TEXT, subject=TEXT, date=DAY),
            penalties=_each(type=TEXT, date=DAY, publicised=FLAG),
        ),
        _register("health_certificates", "uscc", (150, 1200), valid_certificates=WHOLE),
    )
}
