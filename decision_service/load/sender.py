"""The child process that sends the load, with Locust: `python -m decision_service.load.sender PLAN RESULT`.

Arrivals are open-loop: one user holds a clock and spawns each request at the instant it is due, whether or not earlier
ones have come back, and each response time counts from that instant. A service that stands still is charged with all
who would have come meanwhile; a closed loop would only ever see the one that waits.
"""

import json
import random
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gevent
from gevent.pool import Pool
from locust import FastHttpUser, constant, task
from locust.env import Environment

MOST_IN_FLIGHT = 4000


class Stream:
    """Applications at the instants when they are due: matters by weight, Poisson arrivals, all from one seed."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.rate, self.seconds = float(plan["rate"]), float(plan["seconds"])
        self.weights: dict[str, int] = plan["weights"]
        self.chance = random.Random(plan["seed"])  # noqa: S311 - a workload that repeats, not a secret
        self.applications: dict[str, list[Sent]] = {}
        for one in plan["applications"]:
            self.applications.setdefault(one[0], []).append(Sent(*one))

    def due(self) -> Iterator[tuple[float, "Sent"]]:
        """Each application with the instant (perf_counter) at which it is due; returns when the time is over."""
        started = due = time.perf_counter()
        while due < started + self.seconds:
            due += self.chance.expovariate(self.rate)
            matter = self.chance.choices(list(self.weights), list(self.weights.values()))[0]
            yield due, self.chance.choice(self.applications[matter])


class Sent(NamedTuple):
    """One application of the mix and what must come of it."""

    matter: str
    form: dict[str, Any]
    outcome: str
    reasons: list[str]


def user_of(plan: dict[str, Any], samples: list[list[object]]) -> type[FastHttpUser]:
    """A Locust user that sends the plan and notes [matter, ms, status, outcome, correct] of each request."""

    class Applicant(FastHttpUser):
        wait_time = constant(0)
        host = plan["url"]
        concurrency = MOST_IN_FLIGHT

        def one(self, due: float, sent: Sent) -> None:
            body = {"application_id": uuid.uuid4().hex, "matter": sent.matter, "channel": "mobile", "form": sent.form}
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            post = self.client.post
            with post("/v1/decisions", json=body, headers=headers, name=sent.matter, catch_response=True) as reply:
                elapsed = (time.perf_counter() - due) * 1000
                reply.request_meta["response_time"] = elapsed
                answer = reply.json() if reply.status_code == 200 else {}
                correct = judged(answer, sent.outcome, sent.reasons) if answer else "error"
                if correct in ("right", "late"):
                    reply.success()
                else:
                    reply.failure(f"{reply.status_code} {correct}")
                samples.append([sent.matter, elapsed, reply.status_code, answer.get("outcome"), correct])

        @task
        def arrivals(self) -> None:
            pool = Pool(MOST_IN_FLIGHT)
            for due, sent in Stream(plan).due():
                gevent.sleep(max(0.0, due - time.perf_counter()))
                pool.spawn(self.one, due, sent)
            pool.join(timeout=30)
            self.environment.runner.quit()

    return Applicant


def judged(answer: dict[str, Any], outcome: str, reasons: list[str]) -> str:
    """right; late: referred since a register did not answer in time, as it must be; else wrong."""
    codes = sorted(str(one["code"]) for one in answer["reasons"])
    if answer["outcome"] == outcome and codes == sorted(reasons):
        return "right"
    statuses = {one["status"] for one in answer["verifications"]}
    if statuses & {"timeout", "error"} and "R01_VERIFIER_UNAVAILABLE" in json.dumps(answer):
        return "late"
    return "wrong"


def main(plan_path: Path, result_path: Path) -> None:
    """Sends the plan and writes the samples as JSON."""
    plan = json.loads(plan_path.read_bytes())
    samples: list[list[object]] = []
    environment = Environment(user_classes=[user_of(plan, samples)])
    runner = environment.create_local_runner()
    runner.start(1, spawn_rate=1)
    runner.greenlet.join()
    result_path.write_bytes(json.dumps(samples).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
