"""How much a caller may ask, and how often about the same person: token buckets, in memory, of bounded number.

The second limit is against probing for thresholds: who asks about one person again and again, each time with a little
changed, by prechecks, prefills or new applications, maps the rules upon that person's records (OWASP API6). Persons are
known by a mark under a key of this process alone; nothing here is written down, and a restart begins anew.
"""

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from decision_service.access.principal import Principal, Rate

MOST_BUCKETS: Final = 100_000
"""Persons remembered at once, about 20 MB; the one asked about longest ago is forgotten first."""

_ONE: Final = 1 - 1e-6
"""A token, give or take what sums of fractions lose: after the seconds that were told, it is there."""

What = Literal["caller", "subject"]


class LimitReached(Exception):  # noqa: N818 - nothing has failed; somebody has to wait
    """Come back in `seconds`. `what`: the caller's own limit, or that of one person; `rate` is that limit."""

    def __init__(self, what: What, rate: Rate, seconds: int) -> None:
        super().__init__(f"the limit of the {what} is reached; come back in {seconds} s")
        self.what: What = what
        self.rate = rate
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """As HTTP tells it (RFC 9110, 10.2.3; draft-ietf-httpapi-ratelimit-headers-10)."""
        window = math.ceil(self.rate.at_once / self.rate.per_second)
        return {
            "Retry-After": str(self.seconds),
            "RateLimit-Policy": f'"{self.what}";q={self.rate.at_once};w={window}',
            "RateLimit": f'"{self.what}";r=0;t={self.seconds}',
        }


Taken = Callable[[What, bytes, Rate, int], None]
"""Hears what was taken out of which bucket."""


class Buckets:
    """A bucket of tokens for each mark. It starts full, and one that has been forgotten is full again."""

    def __init__(self, clock: Callable[[], float], most: int = MOST_BUCKETS) -> None:
        """`clock` gives seconds that only grow."""
        self._clock = clock
        self._most = most
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def wait(self, mark: bytes, rate: Rate) -> int:
        """Seconds until a token is there, 0 if one is."""
        tokens = self._tokens(mark, rate)
        return 0 if tokens >= _ONE else math.ceil((1 - tokens) / rate.per_second)

    def take(self, mark: bytes, rate: Rate, count: int = 1) -> None:
        """Take tokens, or put back where `count` is negative. What is taken too much is owed."""
        tokens = min(float(rate.at_once), self._tokens(mark, rate) - count)
        self._left[mark] = (tokens, self._clock())
        self._left.move_to_end(mark)
        if len(self._left) > self._most:
            self._left.popitem(last=False)

    def _tokens(self, mark: bytes, rate: Rate) -> float:
        tokens, at = self._left.get(mark, (float(rate.at_once), 0.0))
        return min(float(rate.at_once), tokens + (self._clock() - at) * rate.per_second)


class Limits:
    """The limits of one process. An anonymous trial has none."""

    def __init__(self, clock: Callable[[], float], key: bytes | None = None, taken: Taken | None = None) -> None:
        """`clock` gives seconds that only grow. Where several processes share the limits they have one `key`, and each
        tells by `taken` what the others are to hear (`hear`)."""
        self._callers = Buckets(clock)
        self._subjects = Buckets(clock)
        self._key = key or secrets.token_bytes(32)
        self._taken = taken

    def hear(self, what: What, mark: bytes, rate: Rate, count: int) -> None:
        """So much was taken elsewhere; beyond what was there it is owed."""
        self._of(what).take(mark, rate, count)

    def request(self, principal: Principal, count: int = 1) -> None:
        """`principal` asks for so much: a batch for as much as it has items, if there is room for one. Raises
        LimitReached."""
        if principal.allowance is not None:
            rate = principal.allowance.requests
            mark = principal.name.encode()
            self._require("caller", self._callers, [mark], rate)
            self.take("caller", mark, rate, count)

    def probe(self, principal: Principal, matter: str, persons: Iterable[str]) -> "Probe":
        """Something is asked about these persons (their numbers) in one matter. Raises LimitReached."""
        if principal.allowance is None:
            return Probe(self, [], None)
        rate = principal.allowance.per_person
        marks = [self._mark(principal.name, matter, one) for one in set(persons)]
        self._require("subject", self._subjects, marks, rate)
        for mark in marks:
            self.take("subject", mark, rate, 1)
        return Probe(self, marks, rate)

    def take(self, what: What, mark: bytes, rate: Rate, count: int) -> None:
        """Take tokens of a bucket, or put back where `count` is negative."""
        self._of(what).take(mark, rate, count)
        if self._taken is not None:
            self._taken(what, mark, rate, count)

    def _of(self, what: What) -> Buckets:
        return self._callers if what == "caller" else self._subjects

    def _mark(self, *words: str) -> bytes:
        text = "\x00".join(words).upper().encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)[:16]

    def _require(self, what: What, buckets: Buckets, marks: Iterable[bytes], rate: Rate) -> None:
        seconds = max((buckets.wait(mark, rate) for mark in marks), default=0)
        if seconds:
            raise LimitReached(what, rate, seconds)


@dataclass(frozen=True, slots=True)
class Probe:
    """What was asked about persons, as it counts."""

    limits: Limits
    marks: list[bytes]
    rate: Rate | None

    def take_back(self) -> None:
        """It comes to nothing: the answer was there before, or none was given."""
        for mark in self.marks:
            if self.rate is not None:
                self.limits.take("subject", mark, self.rate, -1)
