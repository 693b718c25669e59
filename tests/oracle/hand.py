"""A hand that draws applications: people around an age, days around today, registers that fail now and then."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle import days

CITIES = [f"21{number:02d}00" for number in range(1, 15)]
AS_OF = [
    date(2026, 3, 16),
    date(2026, 2, 28),
    date(2026, 12, 17),
    date(2026, 12, 18),
    date(2026, 10, 31),
    date(2026, 7, 1),
]
Form = dict[str, Any]
Facts = dict[str, dict[str, Any]]


class Hand:
    """Draws one application. `odd(n)`: true once in n times."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.as_of = random.choice(AS_OF)
        self.city = random.choice([*CITIES, "210100", "210200"])
        self.form: Form = {}
        self.facts: Facts = {}

    def odd(self, once_in: int) -> bool:
        """Whether the rare thing happens."""
        return self.random.randrange(once_in) == 0

    def one(self, *values: Any) -> Any:
        """One of these."""
        return self.random.choice(values)

    def around(self, *distances: int) -> date:
        """A day at, or one beside, one of these distances in days from today."""
        return self.as_of + timedelta(days=self.random.choice(distances) + self.random.choice((-1, 0, 0, 1)))

    def person(self, *ages: int) -> str:
        """Someone who has one of these ages, or is a day from it."""
        birth = days.in_months(self.as_of, -12 * self.random.choice(ages)) + timedelta(
            days=self.one(-1, 0, 0, 1, 1, 200)
        )
        return days.citizen("210100", min(birth, self.as_of), self.random.randint(800, 999))

    def division(self) -> str:
        """A division of this city, of another one, or of another province."""
        return str(self.one(*[self.city[:4] + "03"] * 8, "210304", "211402", "220102", "110101"))

    def common(self, number: str, city: str = "city") -> None:
        """The fields of every form, and the registers that every matter asks."""
        self.form.update(
            applicant_name="赵示甲一", id_type="111", id_no=number, notice_read=not self.odd(25),
            human_review=self.odd(25),
        )  # fmt: skip
        if city:
            self.form[city] = self.city
        self.ok(
            "population", match=not self.odd(30), status_code=self.one(*["normal"] * 30, "moved", "cancelled"),
            hukou_code=self.division(), hukou_type="family", father_hukou_code=self.one(None, "210103", "220102"),
        )  # fmt: skip
        self.credit()

    def ok(self, register: str, **answer: Any) -> None:
        """An answer of today."""
        self.facts[register] = {"status": "ok", "data_as_of": self.as_of.isoformat(), **answer}

    def credit(self) -> None:
        """A credit record: mostly clean; entries are repaired before, on, or after the day of listing."""
        lists, repaired = [], []
        for _ in range(self.one(0, 0, 0, 0, 1, 1, 2)):
            name = self.one("SERIOUS_ILLEGAL", "HPF_FRAUD", "JUDGMENT_DEFAULTER", "OTHER")
            lists.append({"list": name, "listed_on": "2025-05-05"})
            if self.odd(2):
                named = self.one(name, name, name, "OTHER")
                repaired.append({"list": named, "repaired_on": self.one("2025-05-04", "2025-05-05", "2025-05-06")})
        broken = [{"matter": "hygiene_permit", "date": "2025-01-01"}] if self.odd(12) else []
        self.ok(
            "credit", judgment_defaulter=self.odd(12), serious_lists=lists, false_commitments=broken, repaired=repaired
        )

    def unsettle(self) -> None:
        """Sometimes a register is late, faulty, old or empty; sometimes the document or a check character is wrong."""
        for name in self.facts:
            if self.odd(12):
                self._lose(name)
        if self.odd(40):
            self.form["id_type"] = "414"
        if self.odd(40):
            number = self.form["id_no"]
            self.form["id_no"] = number[:17] + ("0" if number[17] != "0" else "1")

    def _lose(self, name: str) -> None:
        old = self.facts[name]
        match self.random.randrange(6):
            case 0 | 1:
                self.facts[name] = {"status": self.one("timeout", "error")}
            case 2 | 3:
                self.facts[name] = {"status": "no_record"}
            case 4 if old["status"] == "ok":
                age = self.random.choice((1, 2, 3, 4, 7, 8, 30, 31, 365, 366))
                self.facts[name] = {**old, "data_as_of": (self.as_of - timedelta(days=age)).isoformat()}
            case _ if old["status"] == "ok":
                self.facts[name] = {**old, "data_as_of": (self.as_of + timedelta(days=1)).isoformat()}
