"""What a load run sends: the applications of the matters in force, known to registers, and the stages they come in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from math import ceil
from pathlib import Path

import orjson

from decision_service.load.applications import Candidate, from_cases, from_rules
from decision_service.load.arrivals import SORTS
from decision_service.load.people import Town
from decision_service.load.stages import BROKEN_SHARE, Stage
from decision_service.load.truth import Truth
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from verifiers.sandbox.answering import Registrars
from verifiers.sandbox.config import SandboxConfig, built_in_data
from verifiers.sandbox.loading import load_people

MOST_PEOPLE = 6000
"""How many people are made up at most, beyond one for each application of the rule files."""


@dataclass(frozen=True, slots=True)
class Known:
    """An application of the run. `template` is the same for those that differ in who applies alone; `facts` by
    register are what the registers hold."""

    one: Candidate
    template: int
    facts: Mapping[str, Mapping[str, object]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """All applications of a run; `left_out` of the rule files' ones are not in it, since registers can't hold what they
    were made with. `data` is the folder of people that the sandbox is to know besides its own."""

    policies: Mapping[str, Policy]
    applications: tuple[Known, ...]
    truth: Truth
    left_out: int
    data: Path | None

    def by_sort(self, matter: str) -> dict[str, list[int]]:
        """The numbers of a matter's applications by sort."""
        found: dict[str, list[int]] = {}
        for number, known in enumerate(self.applications):
            if known.one.policy.matter == matter:
                found.setdefault(known.one.sort, []).append(number)
        return found

    @property
    def weights(self) -> dict[str, int]:
        """The weights of the matters that have applications."""
        matters = {known.one.policy.matter for known in self.applications}
        return {matter: policy.weight for matter, policy in self.policies.items() if matter in matters}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a pool is made from."""

    policies: Mapping[str, Policy]
    catalogue: Catalogue
    day: date
    cases: Path

    def shared(self, data: Path | None) -> Pool:
        """Applications of the people that a sandbox already has: the shared cases', and what the rule files' cases
        and boundaries have of the same people. `data` is the folder that was laid over its own people."""
        found = [*from_cases(self.cases, self.policies)]
        for policy in self.policies.values():
            found += from_rules(policy, self.catalogue, self.day)
        return self._pool([(one, at) for at, one in enumerate(found)], data)

    def made(self, folder: Path, wanted: Mapping[str, float]) -> Pool:
        """The rule files' applications, each as one of people made up for it and written into `folder`, so many of each
        matter as `wanted` says if that is not too many; and the shared cases'."""
        numbers = count()
        found = [(one, next(numbers)) for one in from_cases(self.cases, self.policies)]
        people = load_people(self.catalogue.registers, built_in_data(), None)
        town, scale = Town(self.catalogue, people, self.day), min(1.0, MOST_PEOPLE / max(1.0, sum(wanted.values())))
        for policy in self.policies.values():
            templates = [(next(numbers), one) for one in from_rules(policy, self.catalogue, self.day)]
            for sort in SORTS:
                own = [(at, one) for at, one in templates if one.sort == sort]
                many = ceil(wanted.get(policy.matter, 0.0) * scale * SORTS[sort])
                for place in range(max(len(own), many) if own else 0):
                    at, one = own[place % len(own)]
                    settled = town.settle(one)
                    if settled is not None:
                        found.append((settled, at))
        town.write(folder)
        return self._pool(found, folder)

    def _pool(self, found: Sequence[tuple[Candidate, int]], data: Path | None) -> Pool:
        config = SandboxConfig(self.catalogue.registers, {}, data=data, as_of=self.day)
        truth = Truth(self.catalogue, Registrars(config), self.day)
        kept = [(one, at) for one, at in found if truth.is_held(one)]
        known = tuple(Known(one, at, truth.facts(one)) for one, at in kept)
        return Pool(self.policies, known, truth, len(found) - len(kept), data)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run. `rate` is the base rate, applications a second; `seconds` how long a stage is that does not say so
    itself. `key` is what the service is shown, "" if it asks for none."""

    url: str
    pool: Pool
    stages: tuple[Stage, ...]
    rate: float
    seconds: float
    seed: int
    senders: int = 1
    key: str = field(default="", repr=False)

    def seconds_of(self, stage: Stage) -> float:
        """How long a stage is."""
        return stage.seconds or self.seconds

    def rates(self, stage: Stage) -> dict[str, float]:
        """Applications a second of each matter."""
        return stage.rates(self.rate, self.pool.weights)

    def as_json(self) -> bytes:
        """For the processes that send it."""
        return orjson.dumps(
            {
                "url": self.url,
                "key": self.key,
                "seed": self.seed,
                "senders": self.senders,
                "pools": {matter: self.pool.by_sort(matter) for matter in self.pool.weights},
                "forms": [orjson.dumps(dict(known.one.form)).decode() for known in self.pool.applications],
                "stages": [
                    {
                        "name": stage.name,
                        "seconds": self.seconds_of(stage),
                        "traffic": stage.traffic,
                        "broken": BROKEN_SHARE[stage.traffic],
                        "rates": self.rates(stage),
                    }
                    for stage in self.stages
                ],
            }
        )


def arrivals_of(stages: Sequence[Stage], rate: float, seconds: float, weights: Mapping[str, int]) -> dict[str, float]:
    """How many applications of each matter are to be expected in all stages together."""
    found: dict[str, float] = dict.fromkeys(weights, 0.0)
    for stage in stages:
        for matter, own in stage.rates(rate, weights).items():
            found[matter] += own * (stage.seconds or seconds)
    return found


def busiest(stages: Sequence[Stage], rate: float, weights: Mapping[str, int]) -> float:
    """The highest rate of a stage, applications a second."""
    return max(sum(stage.rates(rate, weights).values()) for stage in stages)


def boundaries(pool: Pool) -> Iterator[str]:
    """The boundaries of the policies that the pool has an application beside, each once."""
    beside = [
        f"{known.one.policy.matter}: {known.one.about}" for known in pool.applications if known.one.sort == "near"
    ]
    yield from dict.fromkeys(beside)
