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
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

import gevent
from gevent.pool import Pool
from locust import FastHttpUser, constant, task
from locust.env import Environment

from decision_service.load.report import Sample, judged

MOST_IN_FLIGHT = 4000
"""Beyond it arrivals wait for a place, and the wait counts."""

ANSWER_SECONDS = 30.0
"""Longer than any deadline: an answer that has not come by then does not come."""


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


def user_of(plan: dict[str, Any], samples: list[Sample]) -> type[FastHttpUser]:
    """A Locust user that sends the plan and appends a sample of each request, those without an answer included."""

    shown = {"Authorization": f"Bearer {plan['key']}"} if plan.get("key") else {}

    class Applicant(FastHttpUser):
        wait_time = constant(0)
        host = plan["url"]
        concurrency = MOST_IN_FLIGHT
        connection_timeout = network_timeout = ANSWER_SECONDS

        def one(self, due: float, sent: Sent) -> None:
            began = time.perf_counter()
            status, outcome, verdict = 0, None, "error"
            try:
                status, answer = self._post(sent)
                if status == 200:
                    outcome, verdict = str(answer["outcome"]), judged(answer, sent.outcome, sent.reasons)
            finally:
                ended = time.perf_counter()
                lag = (began - due) * 1000
                samples.append(Sample(sent.matter, (ended - due) * 1000, status, outcome, verdict, lag))

        def _post(self, sent: Sent) -> tuple[int, dict[str, Any]]:
            body = {"application_id": uuid.uuid4().hex, "matter": sent.matter, "channel": "mobile", "form": sent.form}
            headers = {"Idempotency-Key": uuid.uuid4().hex, **shown}
            with self.client.post("/v1/decisions", json=body, headers=headers, name=sent.matter) as reply:
                return reply.status_code, reply.json() if reply.status_code == 200 else {}

        @task
        def arrivals(self) -> None:
            pool = Pool(MOST_IN_FLIGHT)
            for due, sent in Stream(plan).due():
                gevent.sleep(max(0.0, due - time.perf_counter()))
                pool.spawn(self.one, due, sent)
            pool.join()
            self.environment.runner.quit()

    return Applicant


def main(plan_path: Path, result_path: Path) -> None:
    """Sends the plan and writes the samples as JSON."""
    plan = json.loads(plan_path.read_bytes())
    samples: list[Sample] = []
    environment = Environment(user_classes=[user_of(plan, samples)])
    runner = environment.create_local_runner()
    runner.start(1, spawn_rate=1)
    runner.greenlet.join()
    result_path.write_bytes(json.dumps([astuple(one) for one in samples]).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
