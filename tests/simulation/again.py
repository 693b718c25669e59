"""Runs in which cases that wait for registers are decided again, while officers take some up, matters are suspended,
the worker dies and comes back without its memory or its file, and a second process works beside it."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from decision_service.afterwards.cases import WaitingCases
from decision_service.afterwards.metrics import Metrics
from decision_service.afterwards.paces import Paces
from decision_service.afterwards.redecider import Redecider, Redeciding
from decision_service.afterwards.scanning import Reading, Scanner
from decision_service.afterwards.surroundings import Surroundings
from decision_service.afterwards.tables import open_file
from decision_service.archive import read_archive
from decision_service.clock import ServiceClock
from decision_service.desk import Desk
from decision_service.followups.turns import Turns
from decision_service.ledger.entry import DECISION, Contents, Entry, Recorded, canonical
from decision_service.resubmission import Late
from decision_service.telemetry import Telemetry
from tests import virtual_time
from tests.http.staging import publication
from tests.simulation.plan import Plan, plan_of
from tests.simulation.pool import Applicant, pool
from tests.simulation.registers import named
from tests.simulation.world import World

HOURS = 6
"""For how long a case is tried."""

AFTER_CALM = 3600.0
"""Faults are over, and this is longer than any case or gate waits then."""

KINDS = ("case_claim", "review_request", "officer_outcome", "complaint", "rating", "delivery")
USABLE = ("ok", "no_record")


@dataclass(frozen=True)
class People:
    """What happens besides: when the worker dies (and whether its file is lost with it), when officers look for a case
    to take up, when a matter is suspended and resumed, whether a second process works too."""

    crashes: tuple[tuple[float, bool], ...]
    looks: tuple[tuple[float, str], ...]
    suspensions: tuple[tuple[float, float, str], ...]
    twin: bool


def people_of(seed: int, plan: Plan) -> People:
    """The people of `seed`."""
    dice = random.Random(f"people {seed}")
    until = plan.calm_from + 120.0
    twin = dice.random() < 0.25
    matters = sorted(publication().versions)
    starts = [dice.uniform(0.0, until) for _ in range(dice.choice((0, 0, 1, 2)))]
    return People(
        crashes=tuple(sorted((dice.uniform(0.0, until), dice.random() < 0.3) for _ in range(dice.choice((0, 1, 5))))),
        # With two processes the ledger alone stands between an officer and the worker (docs/afterwards.md).
        looks=()
        if twin
        else tuple((dice.uniform(0.0, until), dice.choice(KINDS)) for _ in range(dice.choice((0, 3, 9)))),
        suspensions=tuple((start, start + dice.uniform(0.0, 60.0), dice.choice(matters)) for start in starts),
        twin=twin,
    )


@dataclass
class Again:
    """What was left in the end."""

    plan: Plan
    people: People
    entries: list[Entry] = field(default_factory=list)
    applicants: Mapping[str, Applicant] = field(default_factory=dict)
    heard: Sequence[tuple[float, Any]] = ()
    faulty: Mapping[str, str] = field(default_factory=dict)
    waiting: int = 0
    log: str = ""


class _InLine(Turns):
    """Turns whose look-ups block nobody, as nothing waits for threads on a virtual clock."""

    def __init__(self, late: Callable[[Sequence[Recorded]], Late]) -> None:
        super().__init__()
        self._of = late

    async def late_answers(self, earlier: Sequence[Recorded]) -> Late:
        return self._of(earlier)


async def _aside(function: Callable[..., Any], /, *arguments: Any) -> Any:
    return function(*arguments)


class _Process:
    """One worker with its desk."""

    def __init__(self, world: "AgainWorld", name: str) -> None:
        self.world = world
        self.path = world.folder / f"{name}.sqlite3"
        self.turns = _InLine(world.late)
        self.desk = Desk(world.services, self.turns)
        self.task: asyncio.Task[None] | None = None
        self.start()

    def start(self) -> None:
        world = self.world
        self.file = open_file(self.path)
        self.cases = WaitingCases(self.file)
        clock = ServiceClock(None, world.now, world.clock)
        telemetry = Telemetry(world.log)
        dice = random.Random(f"jitter {world.story.plan.seed} {self.path.stem}")
        self.around = Surroundings(clock, telemetry, Metrics(telemetry), dice.random, _aside)
        reading = Reading(world.record, publication, self.around.real_ms, telemetry.fault)
        self.scanner = Scanner(self.file, reading)
        paces = Paces(world.clock, dice.random)
        redeciding = Redeciding(self.cases, self.desk.decide_again, self.desk.is_deciding, HOURS * 3600.0)
        self.redecider = Redecider(self.around, paces, redeciding)
        self.task = asyncio.create_task(self.run())

    @property
    def lives(self) -> bool:
        return self.task is not None and not self.task.done()

    async def run(self) -> None:
        while True:
            while self.scanner.advance():
                pass
            seconds = await self.redecider.round()
            await asyncio.sleep(max(0.2, seconds))

    async def die(self, *, lost: bool) -> None:
        """At whatever it is at; its memory is gone, and its file perhaps."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        assert self.task.cancelled(), self.task.exception()
        self.file.close()
        if lost:
            self.path.unlink()


class AgainWorld(World):
    """The world with a worker in it, or two."""

    def __init__(self, plan: Plan, people: People, clock: Callable[[], float], folder: Path) -> None:
        super().__init__(plan, clock)
        self.people = people
        self.folder = folder
        self.services = self.desk.services
        self.dice = random.Random(f"officers {plan.seed}")
        self.numbers = 0
        self._post = self.registers.post
        self.registers.post = self._meddled  # type: ignore[method-assign]  # somebody is at the wire

    async def live_again(self) -> Again:
        """Everything that happens."""
        plan, people = self.story.plan, self.people
        first = _Process(self, "one")
        processes = [first, _Process(self, "other")] if people.twin else [first]
        self.desk = first.desk
        await asyncio.gather(
            *(self._arrive(*one) for one in self.coming),
            *(self._crash(first, *one) for one in people.crashes),
            *(self._look(*one) for one in people.looks),
            *(self._suspend(*one) for one in people.suspensions),
        )
        await asyncio.sleep(max(0.0, plan.calm_from - self.clock()) + AFTER_CALM)
        waiting = first.cases.count()
        for process in processes:
            if process.lives:
                await process.die(lost=True)
        entries, heard, faulty = self.record.entries, self.registers.heard, self.registers.faulty
        return Again(plan, people, entries, self.story.applicants, heard, faulty, waiting, self.log.getvalue())

    def late(self, earlier: Sequence[Recorded]) -> Late:
        """What whoever makes late credit checks has found by now, if the centre is back."""
        if self.clock() < self.story.plan.calm_from:
            return {}
        found = {}
        for one in earlier:
            answer = read_archive(one.entry.archive).answers.get("credit")
            if answer is not None and answer["status"] not in USABLE:
                found[one.entry.decision_id] = self._credit(one.entry.application_id, answer)
        return found

    def _credit(self, number: str, answer: Mapping[str, Any]) -> dict[str, Any]:
        truth = self.story.applicants[number].truth
        held = next(
            one for (name, _, params), one in truth.items() if name == "credit" and params == named(answer["params"])
        )
        facts = {name: value for name, value in held.items() if name not in ("status", "data_as_of")}
        status, dated = held.get("status", "ok"), held.get("data_as_of")
        at = self.now().isoformat(timespec="milliseconds")
        said = {"status": status, "facts": facts, "data_as_of": dated, "request_id": f"late-{number}", "fault": None}
        return {**answer, **said, "asked_at": at}

    async def _crash(self, process: _Process, at: float, lost: bool) -> None:
        await asyncio.sleep(at)
        if process.lives:
            await process.die(lost=lost)
            await asyncio.sleep(1.0)
            process.start()

    async def _look(self, at: float, kind: str) -> None:
        """An officer takes up a case, or somebody says something to it."""
        await asyncio.sleep(at)
        cases = [one for one in self.record.entries if one.kind == DECISION]
        referred = [one for one in cases if json.loads(one.answer)["outcome"] == "REFERRED"]
        if not referred:
            return
        self._take_up(self.dice.choice(referred), kind)

    async def _meddled(self, *call: Any) -> Any:
        """A register's answer, while which somebody may take the case up for which it is asked."""
        answer = await self._post(*call)
        asked = self.registers.heard[-1][1]
        if asked.purpose.endswith(":again") and self.people.looks and self.dice.random() < 0.2:
            case = next(one for one in self.record.entries if one.application_id == asked.application_id)
            self._take_up(case, self.dice.choice(KINDS))
        return answer

    def _take_up(self, case: Entry, kind: str) -> None:
        self.numbers += 1
        name = f"{kind} {self.numbers}"
        told = Contents("0" * 64, canonical({"item_id": "one", "outcome": "REJECTED"}), b"{}")
        ids = (case.decision_id, case.application_id, case.matter)
        self.record.entries.append(Entry(kind, name, *ids, "officer", name, self.now().isoformat(), "", b"", told))

    async def _suspend(self, start: float, end: float, matter: str) -> None:
        await asyncio.sleep(start)
        self.services.in_force.suspend(matter)
        await asyncio.sleep(end - start)
        self.services.in_force.resume(matter)


def again_of(seed: int, folder: Path) -> Again:
    """Everything that happens under `seed`; the same each time."""
    plan = plan_of(seed, tuple(publication().catalogue.registers), len(pool()))
    people = people_of(seed, plan)
    return virtual_time.run(lambda clock: AgainWorld(plan, people, clock, folder).live_again())
