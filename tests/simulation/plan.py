"""From a seed to everything that will happen: who applies when, which registers misbehave, how, and how often."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

FAULTS = (
    "late",
    "slow",
    "network",
    "http_status",
    "cut_off",
    "not_json",
    "twice_named",
    "other_subject",
    "other_purpose",
    "other_nonce",
    "replayed",
    "stale",
    "future",
    "wrong_kind",
    "field_missing",
    "contradiction",
    "unsigned",
    "wrong_key",
    "changed_after_signing",
    "raises",
)
"""How a register misbehaves. `slow` is in time; all others must come to evidence that says so."""

Habits = Mapping[str, float]
"""How often (0 to 1) a register shows each fault."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An application comes in at `at` virtual seconds: case number `case` of the pool. `gives_up` after so many
    seconds the client hangs up, and comes back with the same key a second later; `twice`: it sends everything at once
    a second time."""

    at: float
    case: int
    gives_up: float | None
    twice: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. Registers without habits behave. Faults stop at `calm_from` seconds; `latency` times the usual
    latencies; `record_fails` is how often the record's disk fails while faults last."""

    seed: int
    arrivals: tuple[Arrival, ...]
    habits: Mapping[str, Habits]
    calm_from: float
    latency: float
    record_fails: float


FEW, MANY = 6, 80


def plan_of(seed: int, registers: tuple[str, ...], pool: int) -> Plan:
    """The plan of `seed`; now and then a crowd comes, so that the guard learns how quick the registers are."""
    dice = random.Random(f"plan {seed}")
    span = dice.choice((0.0, 2.0, 20.0, 90.0))
    applications, fans = (MANY, 0.8) if dice.random() < 0.05 else (FEW, 0.3)
    habits = {name: _habits(dice) for name in registers if dice.random() < 0.6}
    arrivals = []
    favourite = dice.randrange(pool)
    for _ in range(applications):
        # Several apply for the same, so that equal questions meet.
        case = favourite if dice.random() < fans else dice.randrange(pool)
        gives_up = dice.uniform(0.0, 3.0) if dice.random() < 0.1 else None
        arrivals.append(Arrival(dice.uniform(0.0, span), case, gives_up, dice.random() < 0.15))
    return Plan(
        seed=seed,
        arrivals=tuple(sorted(arrivals, key=lambda one: one.at)),
        habits=habits,
        calm_from=span + 5.0,
        latency=dice.choice((0.0, 0.3, 1.0, 2.0)),
        record_fails=dice.choice((0.0, 0.0, 0.2)),
    )


def _habits(dice: random.Random) -> Habits:
    if dice.random() < 0.3:  # out of order altogether
        return {dice.choice(FAULTS): 1.0}
    chosen = dice.sample(FAULTS, dice.randint(1, 4))
    return {name: dice.choice((0.05, 0.2, 0.5)) / len(chosen) for name in chosen}
