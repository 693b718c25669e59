"""Sending a plan: processes that send it, stage by stage, the registers made to fail meanwhile, and what comes back."""

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import orjson

from decision_service.load.plan import Plan
from decision_service.load.samples import Sample
from decision_service.load.stages import Stage

LEAD_SECONDS = 0.3
"""Between the word to begin a stage and its first instant, so that every process has heard it."""

READY_SECONDS = 60
QUIET_SECONDS = 60
"""How long after a stage's last arrival all must be answered or given up."""


class SendersFailedError(Exception):
    """A process that sends load ended before its time; says what it printed last."""


class Watcher(Protocol):
    """Who watches a run."""

    def begun(self, place: int) -> None:
        """A stage begins."""

    def came(self, sample: Sample) -> None:
        """A request was answered or given up."""

    def pulse(self, sent: int, in_flight: int) -> None:
        """How many requests were sent up to now, and how many are under way."""

    def ended(self, place: int) -> None:
        """Everything of a stage is answered or given up."""


@dataclass(slots=True)
class Senders:
    """The processes that send a plan."""

    watcher: Watcher
    children: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    heard: "queue.Queue[list[Any] | None]" = field(default_factory=queue.Queue)
    samples: list[Sample] = field(default_factory=list)
    pulses: dict[int, tuple[int, int]] = field(default_factory=dict)

    def play(self, place: int, seconds: float) -> float:
        """Send one stage of so many seconds to its end; the instant (monotonic) at which it began. Raises
        SendersFailedError."""
        start = time.monotonic() + LEAD_SECONDS
        self.watcher.begun(place)
        for child in self.children:
            if child.stdin is not None:
                child.stdin.write(orjson.dumps([place, start]) + b"\n")
                child.stdin.flush()
        self._await("done", LEAD_SECONDS + seconds + QUIET_SECONDS)
        self.watcher.ended(place)
        return start

    def await_ready(self) -> None:
        """Return once every process can begin. Raises SendersFailedError."""
        self._await("ready", READY_SECONDS)

    def _await(self, word: str, seconds: float) -> None:
        left, until = len(self.children), time.monotonic() + seconds
        while left:
            try:
                told = self.heard.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise SendersFailedError(f"no `{word}` within {seconds:.0f} s") from None
            if told is None:
                raise SendersFailedError("a sending process ended before its time")
            match told:
                case ["sample", row]:
                    sample = Sample.of_row(row)
                    self.samples.append(sample)
                    self.watcher.came(sample)
                case ["pulse", sender, sent, in_flight]:
                    self.pulses[sender] = (sent, in_flight)
                    self.watcher.pulse(*map(sum, zip(*self.pulses.values(), strict=True)))
                case [said, *_]:
                    left -= said == word
                case _:
                    pass


@contextmanager
def senders(plan: bytes, count: int, watcher: Watcher) -> Iterator[Senders]:
    """So many processes that send a plan (its JSON), for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="miaopi-load-") as folder:
        path, errors = Path(folder) / "plan.json", Path(folder) / "errors"
        # The plan holds the key that the service is shown.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(plan)
        found = Senders(watcher)
        with errors.open("wb") as said:
            try:
                for number in range(count):
                    found.children.append(_started(path, number, said.fileno(), found.heard))
                try:
                    yield found
                except SendersFailedError as error:
                    tail = errors.read_text("utf-8", "replace").strip().splitlines()[-3:]
                    raise SendersFailedError(f"{error}: {' / '.join(tail)}" if tail else str(error)) from None
            finally:
                for child in found.children:
                    _stopped(child)


def _started(path: Path, number: int, errors: int, heard: "queue.Queue[list[Any] | None]") -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "decision_service.load.sender", str(path), str(number)]
    # The command is this interpreter and our own module.
    child = subprocess.Popen(  # noqa: S603 - see above
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
    )
    threading.Thread(target=_read, args=(child, heard), daemon=True).start()
    return child


def _read(child: "subprocess.Popen[bytes]", heard: "queue.Queue[list[Any] | None]") -> None:
    if child.stdout is not None:
        with child.stdout as said:
            for line in said:
                heard.put(orjson.loads(line))
    heard.put(None)


def _stopped(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


Failing = Callable[[Stage], None]
"""Makes a register fail as a stage has it, or (a stage without a fault) well again."""


def send(plan: Plan, watcher: Watcher, failing: Failing, between: Callable[[], None]) -> Sequence[Sample]:
    """Send a whole plan; every request. `between` is called before each stage, to let the service come to rest. Raises
    SendersFailedError."""
    with senders(plan.as_json(), plan.senders, watcher) as found:
        found.await_ready()
        for place, stage in enumerate(plan.stages):
            between()
            failing(stage)
            try:
                found.play(place, plan.seconds_of(stage))
            finally:
                failing(Stage("", stage.title))
        return found.samples
