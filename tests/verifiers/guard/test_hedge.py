"""The second call: every combination of two calls' times and ends against a table, and the budget against counting."""

import asyncio
import gc
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import virtual_time
from tests.verifiers.guard.acting import Act, settled
from verifiers.evidence import Evidence
from verifiers.guard.hedge import Budget, HedgeRules, first_answer

TIMES = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.55, 0.7, 1.3])
ENDS = st.sampled_from(["ok", "no_record", "stale", "error", "timeout"])
ACTS = st.builds(Act, TIMES, ENDS)


def expected(first: Act, second: Act, after: float, allowed: bool) -> tuple[str, bool, float, int]:
    """Status, whether by the second, when, and how many calls: told in terms of the ends of both alone."""
    if first.seconds <= after or not allowed:
        return first.status, False, first.seconds, 1
    word = ("ok", "no_record", "stale")
    ends = [(first.seconds, False, first), (after + second.seconds, True, second)]
    good = sorted((at, late) for at, late, act in ends if act.status in word)
    if good:
        at, late = good[0]
        return (second if late else first).status, late, at, 2
    return first.status, False, max(at for at, _, _ in ends), 2


@settings(max_examples=300, deadline=None)
@given(ACTS, ACTS, st.sampled_from([0.0, 0.2, 0.5]), st.booleans())
def test_the_first_answer_wins_and_the_other_is_dropped(first: Act, second: Act, after: float, allowed: bool) -> None:
    complaints: list[dict] = []

    async def main(clock: object) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        begun: list[str] = []
        under_way = 0

        async def call(name: str, act: Act) -> Evidence:
            nonlocal under_way
            begun.append(name)
            under_way += 1
            try:
                await asyncio.sleep(act.seconds)
            finally:
                under_way -= 1
            return Evidence("deaths", act.status, request_id=name)

        evidence, by_second = await first_answer(
            lambda: call("first", first), lambda: call("second", second), after, lambda: allowed
        )
        status, late, at, calls = expected(first, second, after, allowed)
        assert (evidence.status, by_second, len(begun)) == (status, late, calls)
        assert evidence.request_id == ("second" if late else "first")
        assert abs(clock() - at) < 1e-6
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0  # nobody cancelled this task; the interruption is over
        await settled()
        assert under_way == 0

    virtual_time.run(main)
    assert complaints == []


@pytest.mark.parametrize("cancelled", [None, 0.75])
def test_a_first_call_that_cannot_be_interrupted_has_its_say(cancelled: float | None) -> None:
    async def main(_: object) -> None:
        async def first() -> Evidence:
            for _ in range(3):
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(1.0)
            return Evidence("deaths", "ok", request_id="first")

        async def second() -> Evidence:
            await asyncio.sleep(0.25)
            return Evidence("deaths", "ok", request_id="second")

        async def whole() -> str | None:
            evidence, by_second = await first_answer(first, second, 0.5, lambda: True)
            assert not by_second
            current = asyncio.current_task()
            assert current is not None
            assert current.cancelling() == (cancelled is not None)  # the interruption is no cancellation
            return evidence.request_id

        task = asyncio.ensure_future(whole())
        if cancelled is not None:
            asyncio.get_running_loop().call_at(cancelled, task.cancel)
        assert await task == "first"

    virtual_time.run(main)


def test_cancelled_in_the_moment_of_an_answer_it_is_cancelled() -> None:
    async def main(_: object) -> None:
        async def never() -> Evidence:
            await asyncio.sleep(3600)
            raise AssertionError

        async def second() -> Evidence:
            asyncio.get_running_loop().call_soon(waiting.cancel)  # in the turn in which the answer interrupts
            return Evidence("deaths", "ok")

        waiting = asyncio.ensure_future(first_answer(never, second, 0.5, lambda: True))
        await asyncio.wait((waiting,))
        assert waiting.cancelled()
        await settled()

    virtual_time.run(main)


@given(st.sampled_from([0.1, 0.3, 0.6, 1.2]))
def test_cancelled_it_cancels_both_and_nothing_is_left_unheard(cut: float) -> None:
    complaints: list[dict] = []

    async def main(_: object) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        ended: list[str] = []

        async def stubborn() -> Evidence:
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("second")
                raise RuntimeError("against the protocol, and when nobody listens any more")

        async def silent() -> Evidence:
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("first")
            raise AssertionError

        waiting = asyncio.ensure_future(first_answer(silent, stubborn, 0.5, lambda: True))
        await asyncio.sleep(cut)
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert waiting.cancelled()
        await settled()
        assert len(ended) == (1 if cut < 0.5 else 2)
        gc.collect()  # asyncio complains when a task goes

    virtual_time.run(main)
    assert complaints == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), min_size=80, max_size=200), st.sampled_from([(0.05, 5), (0.1, 1), (0.25, 3)]))
def test_no_more_than_the_share_is_ever_spent_nor_more_than_the_burst_at_once(
    wishes: list[bool], figures: tuple[float, int]
) -> None:
    share, burst = figures
    budget = Budget(HedgeRules(share, burst))
    exact = Fraction(0)
    extra = 0
    for calls, wish in enumerate(wishes, 1):
        budget.earn()
        exact = min(exact + Fraction(str(share)), Fraction(burst))
        assert budget.has_one == (exact >= 1)
        if wish and budget.has_one:
            budget.spend()
            extra, exact = extra + 1, exact - 1
        assert extra <= Fraction(str(share)) * calls
