"""A ledger, the worker beside it, and a credit centre that does as it is told: what the tests of follow-ups share."""

import asyncio
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from decision_service.archive import Archive, answer_to_json
from decision_service.clock import ServiceClock
from decision_service.decision import Occasion
from decision_service.followups.alone import Alone
from decision_service.followups.checks import Checks
from decision_service.followups.file import FollowupFile
from decision_service.followups.scanning import Reading, Scanner
from decision_service.followups.ticketbox import TicketBox
from decision_service.followups.turns import Key, Turns
from decision_service.followups.worker import Tools, Worker
from decision_service.inquiry import Answered
from decision_service.ledger.entry import DECISION, Contents, Entry, canonical
from decision_service.ledger.opening import LedgerFiles, writing
from decision_service.telemetry import Telemetry
from tests.http.staging import BY_ID, DAY, publication
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.freshness import CHINA
from verifiers.verifier import Question

START = datetime(2026, 3, 16, 9, tzinfo=CHINA)
CALLER = "platform"
CLEAN = {"judgment_defaulter": False, "serious_lists": (), "false_commitments": (), "repaired": ()}

Credit = Literal["answered", "late", "fault", "not asked", "wrong number"]
"""What a decision says of credit. not asked: a fault kept it from asking. wrong number: nobody to ask about."""


@dataclass(slots=True)
class Centre:
    """The credit centre. `mode`: what becomes of a question; a hanging one never comes back. `seconds`: how long an
    answer takes, so that questions that are put together are seen to be under way together."""

    mode: Literal["up", "down", "hanging"] = "up"
    asked: list[Question] = field(default_factory=list)
    answered: Counter = field(default_factory=Counter)
    under_way: Counter = field(default_factory=Counter)
    most: int = 0
    seconds: float = 0.0
    fault: str = "refused"
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    meanwhile: Callable[[], object] = lambda: None
    """What happens while it is asked."""

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:  # noqa: ARG002 - the protocol's
        self.asked.append(question)
        self.under_way[question.application_id] += 1
        assert self.under_way[question.application_id] == 1, "two questions for one application at once"
        self.most = max(self.most, self.under_way.total())
        try:
            self.meanwhile()
            await asyncio.sleep(self.seconds)
            if self.mode == "hanging":
                self.hanging.set()
                await asyncio.Event().wait()
            if self.mode == "down":
                return Evidence("credit", "error", fault=self.fault)
            self.answered[question.application_id, question.subject] += 1
            number = f"R{self.answered.total()}"
            return Evidence("credit", "ok", CLEAN, str(DAY), number, "d" * 64)
        finally:
            self.under_way[question.application_id] -= 1


class Office:
    """The ledger stays; the worker with all it knows may be thrown away (`crash`) and started anew."""

    def __init__(self, folder: Path, numbers: str = "D") -> None:
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.elapsed = 0.0
        self.ahead = 0.0  # seconds by which the machine's clock is wrong
        self.clock = ServiceClock(
            None, lambda: START + timedelta(seconds=self.elapsed + self.ahead), lambda: self.elapsed
        )
        self.centre = Centre()
        self.rules = publication()
        self.deciding: set[Key] = set()
        self.log = io.StringIO()
        self._number = 0
        self._numbers = numbers
        self._record = writing(LedgerFiles.beside(folder / "ledger.sqlite3"), "test", Telemetry(self.log).fault)
        record = self._record.__enter__()
        self.ledger, self.ring = record.ledger, record.ring
        self.subject = b""
        self._open()

    def _open(self) -> None:
        path = FollowupFile.beside(self.folder / "ledger.sqlite3")
        self.file = FollowupFile(path)
        self.alone = Alone(path.with_suffix(".lock"))
        self.checks, self.tickets = Checks(self.file), TicketBox(self.file)
        self.telemetry = Telemetry(self.log)
        reading = Reading(self.ledger, lambda: self.rules, lambda: self.now_ms, self.telemetry.fault)
        self.scanner = Scanner(self.file, reading)
        self.turns = Turns(self.checks.answers)
        self.worker = Worker(self._tools())

    def _tools(self) -> Tools:
        async def taken_down() -> None:
            pass

        return Tools(
            ledger=self.ledger,
            checks=self.checks,
            tickets=self.tickets,
            scanner=self.scanner,
            alone=self.alone,
            turns=self.turns,
            taken_down=taken_down,
            is_deciding=lambda key: key in self.deciding,
            verifier=self.centre,
            publication=lambda: self.rules,
            clock=self.clock,
            telemetry=self.telemetry,
            jitter=lambda: 1.0,
        )

    @property
    def now_ms(self) -> int:
        return int((START.timestamp() + self.elapsed + self.ahead) * 1000)

    def decide(self, application: str, credit: Credit, case: str = "ELD-1") -> str:
        """A decision on record that says this of credit; its id."""
        self._number += 1
        decision_id = f"{self._numbers}{self._number:06d}"
        found = BY_ID[case]
        published = publication().in_force(found["matter"], DAY)
        assert published is not None
        policy = published.policy
        form = {**found["form"], **({"id_no": "210100193505208820"} if credit == "wrong number" else {})}
        at = self.clock.now().isoformat(timespec="milliseconds")
        answers = {}
        if credit in ("answered", "late", "fault"):
            status = {"answered": "ok", "late": "timeout", "fault": "error"}[credit]
            evidence = Evidence("credit", status, CLEAN if status == "ok" else {})  # type: ignore[arg-type]  # one of three
            params = {"id_no": form["id_no"]}
            answers["credit"] = answer_to_json(policy.asks["credit"], Answered(evidence, params, at))
        occasion = Occasion(decision_id, application, "mobile", at, "HR-1")
        archive = Archive(form, DAY, policy.digest, occasion, None, answers)
        told = {"decision_id": decision_id, "outcome": "CORRECTION_REQUIRED", "reasons": [], "advice": []}
        self.ledger.append_blocking(
            Entry(
                kind=DECISION,
                record_id=decision_id,
                decision_id=decision_id,
                application_id=application,
                matter=policy.matter,
                caller=CALLER,
                key=f"key-{decision_id}",
                at=at,
                policy_digest=policy.digest,
                subject=self.subject,
                contents=Contents("0" * 64, canonical({**told, "verifications": []}), archive.to_bytes()),
            )
        )
        return decision_id

    def pass_time(self, seconds: float) -> None:
        """Time goes by; nothing else happens."""
        self.elapsed += seconds

    def round(self) -> None:
        """The worker does all that can be done now."""
        self.loop.run_until_complete(self.worker.round())

    def crash(self) -> None:
        """The process dies in the middle of a round, and another one starts."""

        self.centre.hanging.clear()

        async def cut() -> None:
            task = asyncio.ensure_future(self.worker.round())
            hanging = asyncio.ensure_future(self.centre.hanging.wait())
            await asyncio.wait([task, hanging], return_when=asyncio.FIRST_COMPLETED)
            hanging.cancel()
            task.cancel()
            await asyncio.wait([task])

        self.loop.run_until_complete(cut())
        self._close()
        self._open()

    def _close(self) -> None:
        self.alone.close()
        self.file.close()

    def close(self) -> None:
        """Everything is closed."""
        self._close()
        self._record.__exit__(None, None, None)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
