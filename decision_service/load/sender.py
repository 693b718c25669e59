"""A process that sends load, with Locust: `python -m decision_service.load.sender PLAN NUMBER`, told stages on standard
input, telling samples on standard output.

Its users are made from the rule files: one for each matter, coming as often as the matter's weight has it. Arrivals are
open-loop: a user holds a clock and spawns each request at the instant it is due, whether or not earlier ones have come
back, and each response time counts from that instant. A service that stands still is charged with all who would have
come meanwhile; a closed loop would only ever see the one that waits.
"""

import gc
import hashlib
import os
import sys
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import orjson
from gevent.event import Event
from gevent.fileobject import FileObjectPosix
from gevent.pool import Pool
from locust import FastHttpUser, constant, task
from locust.env import Environment

from decision_service.load.arrivals import Arrival, Stream
from decision_service.load.broken import BROKEN, Request
from decision_service.load.samples import Part, Sample, Told, told

MOST_IN_FLIGHT = 4000
"""Beyond it arrivals wait for a place, and the wait counts."""

ANSWER_SECONDS = 30.0
"""Longer than any deadline: an answer that has not come by then does not come."""

COPIES = 6
"""Of one application at once, in a storm of duplicates."""

LATER_SECONDS = 0.5

_PULSE_SECONDS = 0.5
_A_WRITE = 10
_LOOK_SECONDS = 0.01
_CHANNELS = (b"mobile", b"pc", b"counter", b"self_service")
_JSON = {"Content-Type": "application/json"}


@dataclass
class Desk:
    """What the users of one process share: the plan, the stage that is on, and the way to tell samples."""

    plan: Mapping[str, Any]
    sender: int
    stage: int = -1
    start: float = 0.0
    begun: Event = field(default_factory=Event)
    working: int = 0
    sent: int = 0
    in_flight: int = 0
    waiting: deque["Line"] = field(default_factory=deque)

    def stream(self, matter: str) -> Stream:
        """The arrivals of a matter in the stage that is on."""
        stage = self.plan["stages"][self.stage]
        seed = f"{self.plan['seed']}/{stage['name']}/{matter}"
        broken = (float(stage["broken"]), tuple(BROKEN))
        return Stream(seed, stage["rates"][matter], stage["seconds"], self.plan["pools"][matter], broken)

    def tell(self, word: str, *values: object) -> None:
        """A line for the parent, written with the next pulse."""
        self.waiting.append(lambda: orjson.dumps([word, *values]))

    def pulse(self) -> None:
        """Write what there is to tell, for as long as the process lives."""
        while True:
            self.tell("pulse", self.sender, self.sent, self.in_flight)
            while self.waiting:
                some = [self.waiting.popleft()() for _ in range(min(_A_WRITE, len(self.waiting)))]
                pipe.write(b"\n".join([*some, b""]))
                pipe.flush()
                gevent.sleep(0)  # between two writes requests are sent and answers taken
            gevent.sleep(_PULSE_SECONDS)


Line = Callable[[], bytes]
"""What is told the parent, worked out when it is written: reading an answer must not hold up the next request."""

pipe: Any = None
"""Standard output, once it is known to be the parent's pipe."""


class Applicant(FastHttpUser):
    """The applicants of one matter."""

    abstract = True
    fixed_count = 1
    wait_time = constant(0)
    concurrency = MOST_IN_FLIGHT
    connection_timeout = network_timeout = ANSWER_SECONDS
    insecure = False
    """Locust would take any certificate, and the key goes along."""

    desk: Desk
    matter: str
    played = -1

    @task
    def arrivals(self) -> None:
        """One stage: each application at the instant it is due."""
        desk = self.desk
        desk.begun.wait()
        if self.played == desk.stage:
            gevent.sleep(_LOOK_SECONDS)
            return
        self.played = desk.stage
        pool = Pool(MOST_IN_FLIGHT)
        many = desk.plan["stages"][desk.stage]["traffic"] == "duplicates"
        for one in desk.stream(self.matter).of(desk.sender, desk.plan["senders"]):
            gevent.sleep(max(0.0, desk.start + one.at - time.monotonic()))
            pool.spawn(self.storm if many else self.once, one)
        pool.join()
        desk.working -= 1
        if desk.working == 0:
            desk.begun.clear()
            desk.tell("done", desk.stage)

    def once(self, one: Arrival) -> None:
        """A request that is sent once, whole or broken."""
        request = self.request(one)
        if one.broken:
            request = BROKEN[one.broken][0](request)
        self.send(one, "once", request)

    def storm(self, one: Arrival) -> None:
        """The same request several times at once, again once these are answered, then its key with another body."""
        request = self.request(one)
        gevent.joinall([gevent.spawn(self.send, one, "copy", request) for _ in range(COPIES)])
        gevent.sleep(LATER_SECONDS)
        self.send(one, "later", request, time.monotonic())
        other = Request(self.request(one).body, request.headers)
        self.send(one, "other", other, time.monotonic())

    def request(self, one: Arrival) -> Request:
        """A new application, under a key of its own."""
        form = self.desk.plan["forms"][one.application]
        start = b'{"application_id":"%s","matter":"%s","channel":"%s","form":' % (
            uuid.uuid4().hex.encode(), self.matter.encode(), _CHANNELS[one.number % len(_CHANNELS)],
        )  # fmt: skip
        key = self.desk.plan["key"]
        shown = {"Authorization": f"Bearer {key}"} if key else {}
        return Request(start + form.encode() + b"}", {**_JSON, **shown, "Idempotency-Key": uuid.uuid4().hex})

    def send(self, one: Arrival, part: Part, request: Request, due: float | None = None) -> None:
        """Send it and tell what came of it. `due`: when it was, where that is not the arrival's own instant."""
        desk = self.desk
        due = desk.start + one.at if due is None else due
        began = time.monotonic()
        desk.sent += 1
        desk.in_flight += 1
        came: tuple[int, Mapping[str, str], bytes] = (0, {}, b"")
        ended = 0.0
        try:
            with self.client.post(
                "/v1/decisions",
                data=request.body,  # type: ignore[arg-type]  # bytes go out as they are
                headers=dict(request.headers),
                name=self.matter,
                catch_response=True,
            ) as reply:
                content = reply.content or b""
                ended = time.monotonic()
                reply.success()
            came = (reply.status_code, reply.headers or {}, content)
        finally:
            ended = ended or time.monotonic()
            desk.in_flight -= 1
            which = (desk.stage, self.matter, one.number, one.application, one.broken, part, due - desk.start)
            times = ((began - due) * 1000, (ended - due) * 1000)
            desk.waiting.append(lambda: _line(which, times, came))


def _line(
    which: tuple[int, str, int, int, str, Part, float],
    times: tuple[float, float],
    came: tuple[int, Mapping[str, str], bytes],
) -> bytes:
    lag, ms = times
    status, problem, retry, answer = _read(*came)
    return orjson.dumps(["sample", Sample(*which, lag, ms, status, problem, retry, answer).as_row()])


def _read(status: int, headers: Mapping[str, str], content: bytes) -> tuple[int, str, bool, Told | None]:
    """An answer's status, the code of its problem, whether it says when to try again, and its decision; none of these
    where it is not what it should be."""
    answer, code = None, ""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        if status == 200:
            answer = told(orjson.loads(content), hashlib.sha256(content).hexdigest())
        elif str(headers.get("Content-Type", "")).startswith("application/problem+json"):
            code = str(orjson.loads(content)["type"]).rpartition(":")[2]
    return status, code, "Retry-After" in headers, answer


def users_of(desk: Desk) -> list[type[Applicant]]:
    """A class of users for each matter of the plan."""
    host = desk.plan["url"]
    return [
        type(f"Applicant_{matter}", (Applicant,), {"desk": desk, "matter": matter, "host": host, "abstract": False})
        for matter in desk.plan["pools"]
    ]


def serve(desk: Desk) -> None:
    """Play the stages that standard input names, `[place, instant]` a line, until it ends."""
    environment = Environment(user_classes=users_of(desk))  # type: ignore[arg-type]  # classes of users, made here
    runner = environment.create_local_runner()
    runner.start(len(desk.plan["pools"]), spawn_rate=1000)
    gevent.spawn(desk.pulse)
    desk.tell("ready", desk.sender)
    for line in FileObjectPosix(sys.stdin.fileno(), "rb"):
        stage, start = orjson.loads(line)
        desk.start, desk.working = float(start), len(desk.plan["pools"])
        desk.stage = int(stage)
        desk.begun.set()
    runner.quit()


def main(plan_path: Path, sender: int) -> None:
    """Send one process's part of a plan."""
    global pipe  # noqa: PLW0603 - the one pipe of the process
    pipe = FileObjectPosix(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no sample
    desk = Desk(orjson.loads(plan_path.read_bytes()), sender)
    gc.freeze()  # what is there by now stays: looking through it would only make requests late
    serve(desk)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
