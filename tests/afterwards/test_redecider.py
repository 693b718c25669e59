"""When cases are tried: gently while a register is down, however many wait for it, one by one when it is back, and not
for ever."""

import asyncio
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from decision_service.afterwards.cases import Waiting, WaitingCases
from decision_service.afterwards.metrics import Metrics
from decision_service.afterwards.paces import APART_SECONDS, Paces
from decision_service.afterwards.redecider import Redecider, Redeciding
from decision_service.afterwards.surroundings import Surroundings
from decision_service.afterwards.tables import open_file
from decision_service.clock import ServiceClock
from decision_service.followups.schedule import LONGEST_SECONDS, SHUT_SECONDS
from decision_service.lateness import Retried
from decision_service.resubmission import Answers
from decision_service.telemetry import Telemetry
from tests import virtual_time

START = datetime(2026, 3, 16, 1, tzinfo=UTC)
HOUR = 3600.0


async def aside(function: Callable[..., Any], /, *arguments: Any) -> Any:
    return function(*arguments)


@dataclass
class Desk:
    """Decides what it is given once its registers are up; `tried`: when, and for which decision."""

    clock: Callable[[], float]
    up_at: dict[str, float]
    registers: dict[str, tuple[str, ...]]
    tried: list[tuple[float, str]] = field(default_factory=list)
    remembered: dict[str, Answers] = field(default_factory=dict)

    async def decide_again(self, decision_id: str, remembered: Answers) -> Retried:
        self.tried.append((self.clock(), decision_id))
        self.remembered[decision_id] = remembered
        came = {name: self.clock() >= self.up_at[name] for name in self.registers[decision_id]}
        if all(came.values()):
            return Retried("decided", "APPROVED", came)
        answers = {name: {"status": "ok"} for name, here in came.items() if here}
        return Retried("waits", came=came, answers=answers)


@dataclass
class Run:
    desk: Desk
    left: int
    events: Counter[str]


def run(
    folder: Path, waiting: dict[str, tuple[str, ...]], up_at: dict[str, float], until: float, hours: float = 24
) -> Run:
    """Cases by decision id with the registers that each waits for, tried until then (seconds)."""

    async def live(clock: Callable[[], float]) -> Run:
        log, file = io.StringIO(), open_file(folder / "afterwards.sqlite3")
        telemetry = Telemetry(log)
        now = ServiceClock(None, lambda: START + timedelta(seconds=clock()), clock)
        around = Surroundings(now, telemetry, Metrics(telemetry), lambda: 1.0, aside)
        cases, desk = WaitingCases(file), Desk(clock, up_at, waiting)
        since = int(START.timestamp() * 1000)
        with file.writing() as connection:
            for name, registers in waiting.items():
                cases.put(connection, Waiting("platform", f"A-{name}", name, "matter", registers, since), since)
        redeciding = Redeciding(cases, desk.decide_again, lambda _: False, hours * HOUR)
        redecider = Redecider(around, Paces(clock, lambda: 1.0), redeciding)
        while (left := until - clock()) > 0:
            seconds = await redecider.round()
            await asyncio.sleep(max(0.001, min(seconds, left)))
        waits = cases.count()
        file.close()
        return Run(desk, waits, Counter(json.loads(line)["event"] for line in log.getvalue().splitlines()))

    return virtual_time.run(live)


def test_a_register_that_is_down_is_tried_now_and_then_however_many_wait_for_it(tmp_path: Path) -> None:
    cases = {f"D{number:03d}": ("deaths",) for number in range(300)}
    found = run(tmp_path, cases, {"deaths": HOUR}, 3 * HOUR)
    down = [at for at, _ in found.desk.tried if at < HOUR]
    assert len(down) <= 12 + HOUR / SHUT_SECONDS
    # When it is back that is seen within two minutes, and then they come one by one.
    up = [at for at, _ in found.desk.tried if at >= HOUR]
    assert up[0] - HOUR <= SHUT_SECONDS
    assert all(later - earlier >= APART_SECONDS - 1e-6 for earlier, later in pairwise(up))
    assert (found.left, found.events["case_decided_again"]) == (0, 300)
    assert found.desk.tried[-1][0] <= HOUR + SHUT_SECONDS + max(LONGEST_SECONDS, 300 * APART_SECONDS * 2)


def test_one_register_that_is_down_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    cases = {f"D{number}": ("deaths",) for number in range(50)}
    cases |= {f"P{number}": ("population",) for number in range(50)}
    found = run(tmp_path, cases, {"deaths": 100 * HOUR, "population": 0.0}, 120.0)
    assert found.left == 50
    assert max(at for at, name in found.desk.tried if name.startswith("P")) < 50 * APART_SECONDS * 2


def test_what_was_answered_to_a_try_in_vain_is_given_to_the_next(tmp_path: Path) -> None:
    found = run(tmp_path, {"D": ("deaths", "population")}, {"deaths": 60.0, "population": 0.0}, 600.0)
    assert found.left == 0
    assert found.desk.remembered["D"] == {"population": {"status": "ok"}}


def test_after_its_time_a_case_is_the_officers_alone(tmp_path: Path) -> None:
    found = run(tmp_path, {"D": ("deaths",)}, {"deaths": 2.5 * HOUR}, 4 * HOUR, hours=2)
    assert (found.left, found.events["case_given_up"], found.events["case_decided_again"]) == (0, 1, 0)
    assert max(at for at, _ in found.desk.tried) <= 2 * HOUR


def test_with_no_time_nothing_is_tried(tmp_path: Path) -> None:
    found = run(tmp_path, {"D": ("deaths",)}, {"deaths": 0.0}, 60.0, hours=0)
    assert (found.left, found.desk.tried) == (0, [])
