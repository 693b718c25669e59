"""A check whose record or task can't be written, or whose process dies there, is made once all the same."""

import asyncio
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from decision_service.afterwards.checker import Checker, Checking
from decision_service.afterwards.duties import Duties, Duty
from decision_service.afterwards.looking import Looking
from decision_service.afterwards.metrics import Metrics
from decision_service.afterwards.paces import Paces
from decision_service.afterwards.scanning import Reading, Scanner
from decision_service.afterwards.surroundings import Surroundings
from decision_service.afterwards.tables import open_file
from decision_service.clock import ServiceClock
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.opening import LedgerFiles, writing
from decision_service.ledger.store import About, Query
from decision_service.ledger.writer import Ledger
from decision_service.telemetry import Telemetry
from tests.afterwards.test_again import facts
from tests.http.staging import Reference, application, publication, sandbox_config, staged
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.sandbox.running import running
from verifiers.verifier import Question

DEAD = {"hit": True, "date": date(2026, 4, 2), "source": "funeral"}
HOME = {
    "match": True,
    "status_code": "normal",
    "hukou_code": "210105",
    "hukou_type": "family",
    "father_hukou_code": None,
}
SAID = {"deaths": DEAD, "population": HOME}


@dataclass
class Registers:
    """What they say now; the calls so far."""

    said: dict[str, dict] = field(default_factory=lambda: dict(SAID))
    asked: list[str] = field(default_factory=list)

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:  # noqa: ARG002 - the protocol's
        name = question.register.name
        self.asked.append(name)
        if name not in self.said:
            return Evidence(name, "timeout")
        return Evidence(name, "ok", self.said[name], "2026-04-16", f"r-{len(self.asked)}", "d" * 64)


@dataclass
class Failing:
    """A ledger whose `fails`-th append fails, after it was written or before."""

    ledger: Ledger
    fails: int
    written: bool
    appends: int = 0

    async def append(self, entry: Entry) -> Recorded:
        self.appends += 1
        if self.appends == self.fails and not self.written:
            raise LedgerFaultError("planned")
        recorded = await self.ledger.append(entry)
        if self.appends == self.fails:
            raise LedgerFaultError("planned")
        return recorded

    def find(self, query: Query) -> tuple[Recorded, ...]:
        return self.ledger.find(query)

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        return self.ledger.read(start, count)


@pytest.fixture(scope="module")
def granted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("service")
    with running(sandbox_config()) as registers, staged(folder, registers) as stage:
        sent = application("ELD-1")
        stage.play(sent["application_id"], facts("ELD-1"))
        return folder, stage.decide(sent).json["decision_id"]


class Office:
    """The checker on a ledger, with a file of its own that is new each time, a given time after the grant."""

    def __init__(self, ledger: Failing, registers: Registers, folder: Path, day: date) -> None:
        self.log = io.StringIO()
        telemetry, clock = (
            Telemetry(self.log),
            ServiceClock(None, lambda: datetime.combine(day, datetime.min.time(), UTC)),
        )
        around = Surroundings(clock, telemetry, Metrics(telemetry), lambda: 0.0)
        self.file = open_file(folder / f"{uuid4().hex}.sqlite3")
        self.duties = Duties(self.file)
        reading = Reading(ledger, publication, around.real_ms, telemetry.fault)  # type: ignore[arg-type]  # all of it that is used
        scanner = Scanner(self.file, reading)
        while scanner.advance():
            pass
        second = Reference(publication())
        looking = Looking(registers, second, publication, clock.now, clock.monotonic, telemetry)

        async def at_once() -> None:
            pass

        checking = Checking(ledger, self.duties, publication, looking, at_once)  # type: ignore[arg-type]  # see above
        self.checker = Checker(around, Paces(clock.monotonic, lambda: 0.0), checking)

    def round(self) -> tuple[Duty, ...]:
        """All that can be done now; what then stands for later."""
        asyncio.run(self.checker.round())
        return self.duties.all()


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("fails", [1, 2, 3])
def test_one_record_and_one_task_whichever_write_fails(
    granted: tuple[Path, str], tmp_path: Path, fails: int, written: bool
) -> None:
    folder, decision_id = granted
    files = copied(folder, tmp_path)
    registers = Registers()
    with writing(files, "miaopi", lambda *_: None) as record:
        for attempt in range(3):
            ledger = Failing(record.ledger, fails if not attempt else 0, written)
            office = Office(ledger, registers, tmp_path, date(2026, 4, 16))
            office.round()
            office.file.close()
        kinds = [one.entry.kind for one in record.ledger.find(About(decision_id))]
    assert kinds == ["decision", "post_check", "task"]
    # What is on record is not asked for again.
    assert registers.asked.count("deaths") == (2 if (fails, written) == (1, False) else 1)


def test_each_month_has_its_check_and_silence_is_waited_for(granted: tuple[Path, str], tmp_path: Path) -> None:
    folder, decision_id = granted
    files = copied(folder, tmp_path)
    registers = Registers({"deaths": {"hit": False, "date": None, "source": None}, "population": HOME})
    with writing(files, "miaopi", lambda *_: None) as record:

        def on(day: date) -> tuple[list[str], date, str | None]:
            office = Office(Failing(record.ledger, 0, written=False), registers, tmp_path, day)
            (duty,) = office.round()
            office.file.close()
            checks = [one.entry.record_id[-10:] for one in record.ledger.find(About(decision_id))[1:]]
            return checks, duty.due_on, duty.status

        assert on(date(2026, 4, 15)) == ([], date(2026, 4, 16), None)
        assert on(date(2026, 4, 16)) == (["2026-04-16"], date(2026, 5, 16), None)
        assert on(date(2026, 4, 17)) == (["2026-04-16"], date(2026, 5, 16), None)
        silent = registers.said.pop("deaths")
        assert on(date(2026, 5, 16)) == (["2026-04-16"], date(2026, 5, 16), "silent")
        registers.said["deaths"] = silent
        # The service was down for two months: one check, and the next on the day of the month.
        assert on(date(2026, 8, 3)) == (["2026-04-16", "2026-05-16"], date(2026, 8, 16), None)


def copied(folder: Path, to: Path) -> LedgerFiles:
    """The files of a ledger with the grant in it, to be written to."""
    for one in folder.glob("ledger*"):
        if one.is_file() and "lock" not in one.name:
            (to / one.name).write_bytes(one.read_bytes())
            (to / one.name).chmod(0o600)
    return LedgerFiles.beside(to / "ledger.sqlite3")
