"""Clients that do what platforms are told to do: the same application under the same key, until it is answered."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.http.staging import BY_ID, Got, Stage, application

CASES = ("ELD-1", "CARD-1", "UNE-2", "ROAD-1")
THREADS = 12
PATIENCE_SECONDS = 120.0
REPEATED = 0.1
"""Of the answered ones so many are sent again at once."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One application with its key and the outcome that it comes to."""

    key: str
    body: dict
    outcome: str


@dataclass
class Clients:
    """`count` applications, each sent until it is answered. `answers`: the first answer under each key; `wrong`: what
    was otherwise than promised; `broken_off`: requests that were cut off under way."""

    count: int
    answers: dict[str, bytes] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    broken_off: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.count)
        self.stage: Stage | None = None
        cases = [BY_ID[CASES[number % len(CASES)]] for number in range(self.count)]
        self.sent = [
            Sent(f"persist-{number}", application(case), case["expect"]["outcome"]) for number, case in enumerate(cases)
        ]
        self.waiting: Iterator[Sent] = iter(self.sent)
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)]

    def begin(self) -> None:
        for thread in self.threads:
            thread.start()

    @property
    def are_done(self) -> bool:
        return not any(thread.is_alive() for thread in self.threads)

    def up(self, stage: Stage) -> None:
        """The service is there, at this address."""
        with self.changed:
            self.stage = stage
            self.changed.notify_all()

    def wait_for_more(self, count: int) -> None:
        """Until so many more are answered, or all."""
        wanted = min(self.count, len(self.answers) + count)
        ends = time.monotonic() + PATIENCE_SECONDS
        while len(self.answers) < wanted and not self.are_done:
            assert time.monotonic() < ends, f"{len(self.answers)} answered, and no more"
            time.sleep(0.005)

    def _work(self) -> None:
        while True:
            with self.changed:
                one = next(self.waiting, None)
            if one is None:
                return
            got = self.until_answered(one)
            self.answers[one.key] = got.body
            if self.dice.random() < REPEATED and self.until_answered(one).body != got.body:
                self.wrong.append(f"another answer at once: {one.key}")

    def until_answered(self, one: Sent) -> Got:
        """The answer, however often it has to be asked for."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            with self.changed:
                assert self.changed.wait_for(lambda: self.stage is not None, PATIENCE_SECONDS)
                stage = self.stage
            got = None
            try:
                got = stage.decide(one.body, one.key)
            except ConnectionRefusedError:
                with self.changed:  # nobody is there yet, or any more
                    self.changed.wait_for(lambda stage=stage: self.stage is not stage, 0.5)
            except (OSError, HTTPException):
                self.broken_off += 1
            if got is not None and got.status == 200:
                if got.json["outcome"] not in (one.outcome, "REFERRED"):
                    self.wrong.append(f"{one.key}: {got.json['outcome']}")
                return got
            if got is not None and got.status not in (409, 429, 503):
                self.wrong.append(f"{one.key}: {got.status}")
            time.sleep(0.02)
        self.wrong.append(f"{one.key}: never answered")
        raise AssertionError(one.key)
