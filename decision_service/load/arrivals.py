"""When what comes: Poisson arrivals of each matter, the same from the same seed, however many processes send them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

SORTS: Mapping[str, float] = {"valid": 0.5, "near": 0.4, "defective": 0.1}
"""Of the applications that can be decided on, which share is of which sort."""


class Arrival(NamedTuple):
    """One application that comes: `at` seconds after its stage began, the `number`th of its matter in that stage (from
    0), which application it is, and in what way its request is broken ("" for not at all)."""

    at: float
    number: int
    application: int
    broken: str


@dataclass(frozen=True, slots=True)
class Stream:
    """The arrivals of one matter in one stage, `rate` a second for `seconds`. `pools` are its applications by sort,
    taken in turn so that people come again as late as can be; `broken` the share of broken requests and their kinds."""

    seed: str
    rate: float
    seconds: float
    pools: Mapping[str, Sequence[int]]
    broken: tuple[float, Sequence[str]] = (0.0, ())

    def arrivals(self) -> Iterator[Arrival]:
        """All of them, in order."""
        chance = random.Random(self.seed)  # noqa: S311 - a workload that repeats, not a secret
        sorts = [sort for sort in SORTS if self.pools.get(sort)]
        weights = [SORTS[sort] for sort in sorts]
        taken = {sort: chance.randrange(len(self.pools[sort])) for sort in sorts}
        share, kinds = self.broken
        at, number = chance.expovariate(self.rate), 0
        while at < self.seconds:
            sort = chance.choices(sorts, weights)[0]
            is_broken = chance.random() < share
            application = self.pools[sort][taken[sort] % len(self.pools[sort])]
            taken[sort] += 1
            yield Arrival(at, number, application, chance.choice(kinds) if is_broken else "")
            at += chance.expovariate(self.rate)
            number += 1

    def of(self, sender: int, senders: int) -> Iterator[Arrival]:
        """Those that one of several processes sends: every `senders`th of them, from the `sender`th on."""
        return (one for one in self.arrivals() if one.number % senders == sender)
