"""The register, the people and the questions with which a kind of connection is tried. All fictitious."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from verifiers.connections.connection import Clocks
from verifiers.kinds import Kind, Value
from verifiers.registers import Register
from verifiers.verifier import Question

NOW: Final = datetime(2026, 3, 16, 4, tzinfo=UTC)
"""The time that it is for whoever judges: noon in China."""

CLOCKS: Final = Clocks(lambda: NOW, lambda: NOW)
DATA_AS_OF: Final = "2026-03-16"
OLD: Final = "2026-03-12"
FUTURE: Final = "2026-03-17"

REGISTER: Final = Register(
    name="conformance",
    zh="试接登记库",
    en="the register of the conformance suite",
    asked_with=("id_no",),
    answers={
        "active": Kind("boolean"),
        "months": Kind("whole", minimum=Decimal(0)),
        "balance": Kind("money"),
        "since": Kind("date", nullable=True),
        "status_code": Kind("text", values=("normal", "closed")),
    },
    timeout_ms=10_000,
    max_age_hours=72,
)
QUICK: Final = replace(REGISTER, timeout_ms=300)
"""The same with a limit that a silent register passes soon."""

PEOPLE: Final[Mapping[str, Mapping[str, object]]] = {
    "210100193505208826": {
        "active": True,
        "months": 13,
        "balance": "45.00",
        "since": "2020-02-29",
        "status_code": "normal",
    },
    "210100194603168850": {
        "active": False,
        "months": 0,
        "balance": "0.05",
        "since": None,
        "status_code": "closed",
    },
}
"""What the register holds, as JSON, by citizen ID."""

FACTS: Final[Mapping[str, Mapping[str, Value]]] = {
    "210100193505208826": {
        "active": True,
        "months": 13,
        "balance": Decimal("45.00"),
        "since": date(2020, 2, 29),
        "status_code": "normal",
    },
    "210100194603168850": {
        "active": False,
        "months": 0,
        "balance": Decimal("0.05"),
        "since": None,
        "status_code": "closed",
    },
}
"""The same as evidence gives it."""

FIRST, SECOND = PEOPLE
NOBODY: Final = "210100195001010010"

HOSTILE: Final = (
    "' OR '1'='1",
    "210100193505208826' --",
    '210100193505208826" UNION SELECT 1, 2, 3, 4, 5, 6, 7 --',
    "%",
    "210100193505208826\x00",
    "210100193505208826\r\nX-Injected: yes",
    "../../etc/passwd",
    "${jndi:ldap://127.0.0.1/a}",
    "２１０１００１９３５０５２０８８２６",
    "210100193505208826 ",
    "\ud800",
    "9" * 100_000,
)
"""Identifiers that nobody has and that somebody may send."""


def question(subject: str, register: Register = REGISTER) -> Question:
    """A question about one person."""
    return Question(register, "conformance", "CT1", "eligibility", subject, {"id_no": subject}, ("id_no",))
