"""Single flight against a model that works out from the times alone who waits for which call and what he gets."""

import asyncio
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import virtual_time
from tests.sizes import size
from tests.verifiers.guard.acting import PLAIN, Act, Player, question, settled
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.guard.flight import Flights

LIMIT = PLAIN.timeout_ms / 1000


@dataclass(frozen=True)
class Asker:
    """Comes at `at`, may wait for `has` seconds, and is cancelled at `cancelled`, if at all."""

    at: float
    has: float
    cancelled: float | None


@dataclass
class Call:
    """A call of the model: what comes of it and when, how long it may take, and until when anybody waits for it."""

    number: int
    ends: float
    status: str
    limit: float
    cut: bool
    wanted: float


SECONDS = st.integers(1, 30).map(lambda tenths: tenths / 10)
ASKERS = st.lists(st.tuples(SECONDS, SECONDS, st.none() | SECONDS), min_size=1, max_size=8)
ACTS = st.lists(
    st.builds(Act, st.sampled_from([0.05, 0.45, 0.95, 5.0]), st.sampled_from(["ok", "error", "raises"])),
    min_size=1,
    max_size=4,
)


def arranged(drawn: list[tuple[float, float, float | None]]) -> list[Asker]:
    """In order of arrival, no two of all the moments the same."""
    found = []
    for number, (at, has, cancelled) in enumerate(sorted(drawn, key=lambda one: one[0])):
        begin = at + number * 0.001
        found.append(Asker(begin, has + 0.0101 * (number + 1), cancelled and begin + cancelled + 0.0203))
    return found


def model(askers: list[Asker], acts: list[Act]) -> tuple[list[tuple[str, bool, int | None]], int]:
    """For each who is not cancelled: status, whether shared, the number of the call (None: he got no answer of it)."""
    calls: list[Call] = []
    told: list[tuple[str, bool, int | None]] = []
    for asker in askers:
        patience = asker.at + asker.has
        call = calls[-1] if calls else None
        joins = call is not None and asker.at < call.wanted and (not call.cut or patience <= call.limit)
        if call is None or not joins:
            act, number = acts[min(len(calls), len(acts) - 1)], len(calls)
            limit = min(patience, asker.at + LIMIT)
            ends = min(asker.at + act.seconds, limit)
            status = "timeout" if asker.at + act.seconds >= limit else act.status
            call = Call(number, ends, status, limit, asker.has < LIMIT, 0.0)
            calls.append(call)
        leaves = min(call.ends, patience, asker.cancelled or 99.0)
        call.wanted = max(call.wanted, leaves)
        if asker.cancelled is not None and asker.cancelled == leaves:
            told.append(("cancelled", joins, None))
        elif patience < call.ends:
            told.append(("timeout", joins, None))
        else:
            told.append((call.status, joins, call.number if call.status in ("ok", "error") else None))
    return told, len(calls)


@settings(max_examples=size("flight", quick=250, full=50_000), deadline=None)
@given(ASKERS, ACTS)
def test_each_gets_what_the_call_he_waits_for_says_in_his_own_time(drawn: list, acts: list[Act]) -> None:
    askers, complaints = arranged(drawn), []

    async def main(clock: object) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        player, flights = Player(acts, clock), Flights()

        async def ask(asker: Asker) -> Evidence:
            deadline, put = Deadline.after(asker.has, clock), question()
            evidence = await flights.ask(b"mark", put, deadline, lambda: player.ask(put, deadline.at_most(LIMIT)))
            assert clock() <= asker.at + asker.has + 1e-9
            return evidence

        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Task[Evidence]] = []
        for asker in askers:
            await asyncio.sleep(asker.at - clock())
            tasks.append(asyncio.ensure_future(ask(asker)))
            if asker.cancelled is not None:
                loop.call_at(asker.cancelled, tasks[-1].cancel)
        await asyncio.wait(tasks)
        await settled()
        assert (len(flights), player.out) == (0, 0)
        told, calls = model(askers, acts)
        assert len(player.asked) == calls
        for task, (status, shared, number) in zip(tasks, told, strict=True):
            assert task.cancelled() == (status == "cancelled")
            if not task.cancelled():
                compare(task.result(), status, shared, number)

    virtual_time.run(main)
    assert complaints == []


def compare(evidence: Evidence, status: str, shared: bool, number: int | None) -> None:
    assert evidence.status == ("error" if status == "raises" else status)
    assert (evidence.origin == "shared") == shared
    assert evidence.wire is None or not shared
    if number is not None:
        assert evidence.request_id == f"r-{number}"


def test_who_comes_in_the_moment_in_which_the_last_one_goes_makes_a_call_of_his_own() -> None:
    async def main(clock: object) -> None:
        player, flights = Player([Act(0.5)], clock), Flights()

        async def ask() -> Evidence:
            put, deadline = question(), Deadline.after(3, clock)
            return await flights.ask(b"mark", put, deadline, lambda: player.ask(put, deadline))

        first = asyncio.ensure_future(ask())
        await asyncio.sleep(0.1)
        first.cancel()
        second = asyncio.ensure_future(ask())  # runs in the turn in which the first goes, before the call is gone
        assert (await second).status == "ok"
        assert first.cancelled()
        assert (len(player.asked), player.cancelled) == (2, 1)

    virtual_time.run(main)


def test_a_register_described_anew_is_asked_anew() -> None:
    async def main(clock: object) -> None:
        player, flights = Player([Act(0.5)], clock), Flights()

        async def ask(register: object) -> Evidence:
            put, deadline = question(register), Deadline.after(3, clock)
            return await flights.ask(b"mark", put, deadline, lambda: player.ask(put, deadline))

        found = await asyncio.gather(ask(PLAIN), ask(replace(PLAIN, max_age_hours=1)), ask(replace(PLAIN)))
        # The third is described as the first, but the second's call is the latest.
        assert [one.origin for one in found] == ["asked", "asked", "asked"]

    virtual_time.run(main)
