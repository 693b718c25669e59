"""Applications that keep coming in, from several threads, while something is broken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.http.staging import BY_ID, Got, Stage, application

CASES = ("ELD-1", "CARD-1", "UNE-2", "ROAD-1")
THREADS = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """One application with its key, and what came back: None where the connection broke."""

    case: str
    key: str
    application: dict
    got: Got | None

    @property
    def expected(self) -> str:
        """The outcome with sound engines."""
        return BY_ID[self.case]["expect"]["outcome"]


@dataclass(slots=True)
class Load:
    """What was sent so far: how many, and each one; of a `brief` load only those that did not come out as expected."""

    brief: bool = False
    count: int = 0
    sent: list[Sent] = field(default_factory=list)
    more: threading.Condition = field(default_factory=threading.Condition)

    def note(self, one: Sent) -> None:
        with self.more:
            self.count += 1
            if not self.brief or one.got is None or one.got.status != 200 or one.got.json["outcome"] != one.expected:
                self.sent.append(one)
            self.more.notify_all()

    def wait_for(self, count: int) -> None:
        """Until so many more came back."""
        with self.more:
            wanted = self.count + count
            while self.count < wanted:
                assert self.more.wait(timeout=120), "the load has stopped"


@contextmanager
def load_on(stage: Stage, name: str, *, brief: bool = False) -> Iterator[Load]:
    """Load as long as the block runs; a thread ends when the service is gone. `name` makes keys unique."""
    load, stop = Load(brief), threading.Event()

    def submit(thread: int) -> None:
        number = 0
        while not stop.is_set():
            case = CASES[(thread + number) % len(CASES)]
            one, key = application(case), f"{name}-{thread}-{number}"
            got = None
            with suppress(OSError, HTTPException):
                got = stage.decide(one, key)
            load.note(Sent(case, key, one, got))
            if got is None:
                return
            number += 1

    threads = [threading.Thread(target=submit, args=(thread,), daemon=True) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
