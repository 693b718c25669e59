"""A day of the service over real HTTP, its files, and copies of them in which something is missing or wrong."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from decision_service.cli.reconcile import catalogued
from decision_service.clock import ServiceClock
from decision_service.ledger.opening import LedgerFiles, reading, writing
from decision_service.reconciling import Report, Sources, reconcile
from tests.http.staging import CASES, DAY, TOKEN, Got, Stage, application
from tests.requirements.deciding import shelf


@dataclass(frozen=True)
class Files:
    """The files of a service, in a folder."""

    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite3"

    @property
    def journal(self) -> Path:
        return self.folder / "ledger-calls.sqlite3"

    @property
    def log(self) -> Path:
        return self.folder / "exchange.jsonl"

    def copied(self, to: Path) -> "Files":
        shutil.copytree(self.folder, to)
        return Files(to)

    @contextmanager
    def tampering(self, path: Path | None = None) -> Iterator[sqlite3.Connection]:
        """A connection of someone whom no trigger stops; the journal's unless another file is named."""
        connection = sqlite3.connect(path or self.journal, isolation_level=None)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        try:
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            yield connection
            for _, sql in triggers:
                connection.execute(sql)
        finally:
            connection.close()

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def write_lines(self, lines: list[dict]) -> None:
        self.log.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def decide_again(self, decision_id: str, **changed: str) -> None:
        """Writes a decision into the ledger once more, soundly chained and signed, with some of its fields changed."""
        with reading(LedgerFiles.beside(self.ledger)) as reader:
            (found,) = reader.decisions(decision_id)
        again = {"key": "another", "record_id": "another", "decision_id": "another", **changed}
        with writing(LedgerFiles.beside(self.ledger), "miaopi", print) as record:
            record.ledger.append_blocking(replace(found.entry, **again))


def now() -> datetime:
    """The instant at which the service of the tests lives: its pinned day, the real time of day."""
    return ServiceClock(DAY).now()


def reconciled(files: Files, *, log: bool = True, later: timedelta = timedelta(0)) -> Report:
    """The report on the day of the tests."""
    sources = Sources(files.ledger, files.journal, files.log if log else None)
    return reconcile(sources, DAY, catalogued(shelf(), DAY), now() + later, lambda *_: None)


def live_a_day(stage: Stage, folder: Path) -> dict[str, Got]:
    """All kinds of applications: every shared case of the day, the same one by several at once, a correction sent in
    again, a key sent again. The first answer by case."""
    answers = {}
    for case in CASES:
        if case["as_of"] == str(DAY):
            sent = application(case)
            stage.play(sent["application_id"], case["facts"])
            answers[case["id"]] = stage.decide(sent, f"day-{case['id']}")
            assert answers[case["id"]].status == 200
    again = application("HYG-1")
    with ThreadPoolExecutor(6) as pool:
        crowd = [{**again, "application_id": f"crowd-{number}"} for number in range(6)]
        assert {got.status for got in pool.map(stage.decide, crowd)} == {200}
    first = application("ELD-1", pay_to=None)
    assert stage.decide(first).json["outcome"] == "CORRECTION_REQUIRED"
    assert stage.decide({**first, "form": {"pay_to": "social_security_card"}}).status == 200
    sent = application("ELD-1")
    assert stage.decide(sent, "twice").body == stage.decide(sent, "twice").body
    asked = stage.send("GET", "/control/questions", headers={"Miaopi-Control": TOKEN}, url=stage.sandbox).json
    Files(folder).write_lines(asked["questions"])
    return answers
