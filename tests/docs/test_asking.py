"""docs/asking.md names the figures that hold."""

import inspect
import re
from pathlib import Path
from typing import get_args

from decision_service.telemetry import BREAKER_STATES
from verifiers.guard.breaker import BreakerRules
from verifiers.guard.cache import NEGATIVE_SECONDS
from verifiers.guard.guarded import GuardedVerifier
from verifiers.guard.line import OURS, SLOW_SHARE, Event, LineRules
from verifiers.guard.pace import KEEP_CALLS, KEEP_SECONDS, LEAST_CALLS
from verifiers.transport import Transport

PAGE = (Path(__file__).parents[2] / "docs" / "asking.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("| part |")[2].partition("\n\n")[0]


def default(of: type, name: str) -> object:
    return inspect.signature(of).parameters[name].default


def test_the_table_holds_the_figures_in_use() -> None:
    told = [row.rsplit("|", 2)[1].strip() for row in TABLE.splitlines()[2:]]
    breaker, line = BreakerRules(), LineRules()
    assert told == [
        "",
        f"{breaker.window_calls} in {breaker.window_seconds:g} s",
        f"{breaker.least_failures}, {breaker.failure_share:.0%}".replace("%", " %"),
        f"{breaker.least_slow}, {breaker.slow_share:.0%}".replace("%", " %"),
        f"{breaker.open_seconds:g} s, {breaker.open_seconds_most:g} s",
        f"{breaker.probes}, {breaker.good_probes}",
        f"{line.most_in_flight}",
        f"{line.wait_seconds * 1000:g} ms",
        f"{line.hedge.share:.0%}, {line.hedge.burst:g}".replace("%", " %"),
        f"{line.hedge.least_seconds * 1000:g} ms",
        f"{KEEP_CALLS}, {KEEP_SECONDS:g} s, {LEAST_CALLS}",
        f"{NEGATIVE_SECONDS:g} s",
        f"{default(GuardedVerifier, 'most_kept')}",
    ]
    assert f"slow ({SLOW_SHARE:.0%} of the limit)".replace("%", " %") in TABLE
    assert f"of {default(Transport, 'max_connections')} connections" in TABLE


def test_every_event_and_every_fault_of_our_own_is_named() -> None:
    states, events = set(BREAKER_STATES), {one for union in get_args(Event) for one in get_args(union) or (union,)}
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert states < events
    assert events - states <= named
    assert named >= OURS
