"""What a load run sends, and against which budgets it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson

from decision_service.demo.cases import registers_fail
from decision_service.policy.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Application:
    """One application of the mix. `outcome` and `reasons` are what the registers' own data lead to."""

    matter: str
    form: Mapping[str, object]
    outcome: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A steady stream of `rate` applications a second for `seconds` seconds, matters drawn by their weight.

    `key` is what the service is shown, "" if it asks for none.
    """

    url: str
    rate: float
    seconds: float
    seed: int
    weights: Mapping[str, int]
    budgets: Mapping[str, tuple[int, int, int]]
    applications: tuple[Application, ...]
    key: str = field(default="", repr=False)

    def as_json(self) -> bytes:
        """For the child process that sends it."""
        return orjson.dumps(
            {
                "url": self.url,
                "key": self.key,
                "rate": self.rate,
                "seconds": self.seconds,
                "seed": self.seed,
                "weights": dict(self.weights),
                "applications": [[one.matter, dict(one.form), one.outcome, one.reasons] for one in self.applications],
            }
        )


def read_applications(folder: Path) -> tuple[Application, ...]:
    """The cases of a folder that the registers' own data answer: the first of each person, and all of their form.

    Later cases of the same person vary the answers of registers, which a load run does not do.
    """
    applications: list[Application] = []
    seen: set[object] = set()
    for path in sorted(folder.glob("*.json")):
        for case in orjson.loads(path.read_bytes()):
            person = case["form"].get("id_no")
            if person in seen or registers_fail(case["facts"]):
                continue
            seen.add(person)
            expect = case["expect"]
            reasons = tuple(expect.get("reasons", ()))
            applications.append(Application(case["matter"], case["form"], expect["outcome"], reasons))
    return tuple(applications)


def make_plan(shelf: Shelf, cases: Path, url: str, rate: float, seconds: float, seed: int, day: date) -> Plan:
    """The plan for the matters in force on `day`."""
    applications = read_applications(cases)
    weights, budgets = {}, {}
    for matter in sorted({one.matter for one in applications}):
        policy = shelf.in_force(matter, day)
        if policy is not None:
            weights[matter] = policy.weight
            budgets[matter] = (policy.budget.p50, policy.budget.p95, policy.budget.deadline)
    chosen = tuple(one for one in applications if one.matter in weights)
    return Plan(url, rate, seconds, seed, weights, budgets, chosen)
