"""One row of benchmarks/hotpath.py in a process of its own: `python -P inside.py KIND FOLDER`, with the tree that it is
to run and that tree's rig in PYTHONPATH.

The application of server.py (KIND is one of its kinds) is called as uvicorn would call it, without any socket, by 32
callers at a time. For each line `COUNT` on its input it decides so many applications and prints JSON: CPU microseconds
a decision of this process, of its thread with the event loop, of the second engine's process. `sample COUNT` prints
instead where the event loop's thread was: shares of CPU by place in the code, each with what it called and without.
"""

import asyncio
import gc
import json
import os
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Self

import uvloop
from server import constant, service
from starlette.types import ASGIApp

CALLERS = 32
EVERY_SECONDS = 0.001
"""Of CPU, between two looks at where the event loop's thread is."""

SHED_SECONDS = 0.01
"""Before an application that was turned away is sent again."""

TICK = os.sysconf("SC_CLK_TCK")
HEADERS = [(b"host", b"bench"), (b"content-type", b"application/json")]


class Callers:
    """Who asks: applications under ids and keys of their own, all of one person."""

    def __init__(self, app: ASGIApp, case: dict[str, Any]) -> None:
        self._app = app
        body = {"application_id": "@" * 32, "matter": case["matter"], "channel": "mobile", "form": case["form"]}
        self._before, self._after = json.dumps(body).encode().split(b"@" * 32)
        self._wanted = f'"outcome":"{case["outcome"]}"'.encode()
        self._headers = [*HEADERS, *([(b"authorization", f"Bearer {case['key']}".encode())] if "key" in case else [])]
        self._left = 0

    async def decide(self, count: int) -> None:
        """So many decisions."""
        self._left = count
        await asyncio.gather(*(self._caller() for _ in range(CALLERS)))

    async def _caller(self) -> None:
        while self._left > 0:
            self._left -= 1
            decided = False
            while not decided:
                decided = await self._is_decided()
                if not decided:
                    await asyncio.sleep(SHED_SECONDS)

    async def _is_decided(self) -> bool:
        """One application; False where it is turned away, as a service does whose processor others take."""
        name = uuid.uuid4().hex.encode()
        body = self._before + name + self._after
        headers = [*self._headers, (b"content-length", str(len(body)).encode()), (b"idempotency-key", name)]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/v1/decisions", "raw_path": b"/v1/decisions", "query_string": b"", "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "state": {},
        }  # fmt: skip
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        await self._app(scope, receive, send)
        answer = b"".join(one.get("body", b"") for one in told)
        if told[0]["status"] == 503:
            return False
        if told[0]["status"] != 200 or self._wanted not in answer:
            raise SystemExit(f"an answer was not the expected one: {told[0]['status']} {answer[:300]!r}")
        return True


class Looks:
    """Where the event loop's thread is, every millisecond of its CPU."""

    def __init__(self) -> None:
        self.count = 0
        self.own: Counter[str] = Counter()
        self.all: Counter[str] = Counter()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.count += 1
        seen = set()
        place = frame
        while place is not None:
            seen.add(_name(place))
            place = place.f_back
        self.all.update(seen)
        if frame is not None:
            self.own[_name(frame)] += 1

    def told(self) -> dict[str, object]:
        """Shares, the largest first."""
        return {
            name: [[place, round(count / max(self.count, 1), 4)] for place, count in found.most_common(60)]
            for name, found in (("own", self.own), ("all", self.all))
        }


def _name(frame: FrameType) -> str:
    code = frame.f_code
    return f"{'/'.join(code.co_filename.rsplit('/', 2)[-2:])}:{code.co_qualname}"


def beside() -> float:
    """CPU seconds of the processes that this one started."""
    total = 0.0
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


async def timed(callers: Callers, count: int) -> dict[str, float]:
    """CPU microseconds a decision."""
    before = (time.process_time(), time.thread_time(), beside(), time.perf_counter())
    await callers.decide(count)
    after = (time.process_time(), time.thread_time(), beside(), time.perf_counter())
    names = ("process", "loop", "second", "wall")
    return {name: (end - start) / count * 1e6 for name, start, end in zip(names, before, after, strict=True)}


def settled() -> None:
    """Memory as the tree leaves it once it serves."""
    try:
        from decision_service.http.listening import settle_memory
    except ImportError:  # a tree of before there was any such thing
        gc.collect()
        gc.freeze()
    else:
        settle_memory()


async def main(kind: str, folder: Path) -> None:
    """Serves the lines of its input."""
    case = json.loads((folder / "case.json").read_bytes())
    async with AsyncExitStack() as stack:
        known = folder / "answer.json"
        app = constant(known.read_bytes()) if kind == "constant" else await service(kind, folder, stack)
        callers = Callers(app, case)
        await callers.decide(200)
        settled()
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        while words := (await loop.run_in_executor(None, sys.stdin.readline)).split():
            await _serve(callers, words)


async def _serve(callers: Callers, words: Sequence[str]) -> None:
    if words[0] == "sample":
        with Looks() as looks:
            await callers.decide(int(words[1]))
        print(json.dumps(looks.told()), flush=True)
    else:
        print(json.dumps(await timed(callers, int(words[0]))), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))
