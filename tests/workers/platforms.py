"""Who sends applications while something happens to the workers."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException

from decision_service.ledger.store import ByApplication
from decision_service.ledger.verify import verify_ledger
from tests.http.staging import Got, Stage, application
from tests.workers.crewing import Crewed

THREADS = 6


@dataclass
class Platforms:
    """Who sends applications and, where the connection broke or the service was busy, the same again under its key."""

    stage: Stage
    name: str
    answers: dict[str, bytes] = field(default_factory=dict)
    sent: dict[str, dict] = field(default_factory=dict)
    broken_off: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def submit(self, thread: int) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            key, one = f"{self.name}-{thread}-{number}", application("ELD-1" if number % 2 else "CARD-1")
            self.sent[key] = one
            got = self.until_answered(key, one)
            if got is not None:
                self.answers[key] = got.body

    def until_answered(self, key: str, one: dict) -> Got | None:
        for _ in range(2000):
            if self.stop.is_set() and self.broken_off > 100:
                return None  # the service is gone for good
            with suppress(OSError, HTTPException):
                got = self.stage.decide(one, key)
                if got.status == 200:
                    return got
                if got.status not in (409, 429, 503):
                    self.wrong.append(f"{key}: {got.status} {got.body[:100]!r}")
                    return None
                self.stop.wait(0.01)
                continue
            self.broken_off += 1
            self.stop.wait(0.02)
        self.wrong.append(f"{key}: never answered")
        return None


@contextmanager
def platforms(stage: Stage, name: str) -> Iterator[Platforms]:
    """Platforms that keep sending for as long as the block runs; afterwards all that they sent is answered."""
    found = Platforms(stage, name)
    threads = [threading.Thread(target=found.submit, args=(one,), daemon=True) for one in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        found.stop.set()
        for thread in threads:
            thread.join(120)


def require_whole(crew: Crewed, found: Platforms) -> None:
    """Each application is on record once, as it was answered; the ledger is sound."""
    assert found.wrong == []
    assert found.answers.keys() == found.sent.keys()
    for key, one in found.sent.items():
        assert on_record(crew, one) == [key]
        again = crew.stage.decide(one, key)
        assert again.body == found.answers[key]
    report = verify_ledger(crew.ledger)
    assert report.is_sound, report.first


def on_record(crew: Crewed, application: dict) -> list[str]:
    """The keys of the decisions on an application."""
    records = crew.up.state.services.ledger.find(ByApplication("hall", application["application_id"]))
    return [one.entry.key for one in records]


@contextmanager
def submitting(stage: Stage, sent: Mapping[str, dict], got: dict[str, Got | None]) -> Iterator[None]:
    """Each application of `sent` under its key, at once, beside the block; at its end each was answered (into `got`) or
    its connection broke (None)."""

    def submit(key: str) -> None:
        got[key] = None
        with suppress(OSError, HTTPException):
            got[key] = stage.decide(sent[key], key)

    threads = [threading.Thread(target=submit, args=(key,), daemon=True) for key in sent]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(60)
