"""Several questions within one deadline: whatever the verifier does, each gets its evidence, in order and in time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.panel import ask_together
from verifiers.registers import Register
from verifiers.verifier import Question

FAR = 600.0
GENEROUS = 20.0

Act = Callable[[str], Awaitable[Evidence]]


async def answers(name: str) -> Evidence:
    return Evidence(name, "ok")


async def answers_in_a_while(name: str) -> Evidence:
    for _ in range(3):
        await asyncio.sleep(0)
    return Evidence(name, "ok")


async def never(name: str) -> Evidence:
    await asyncio.sleep(3600)
    return Evidence(name, "ok")


async def stubborn(name: str) -> Evidence:
    """Does not let itself be cancelled at once."""
    for _ in range(2):
        try:
            await asyncio.sleep(0.6)
        except asyncio.CancelledError:
            continue
    return Evidence(name, "ok")


async def raises(_name: str) -> Evidence:
    raise RuntimeError("a defect")


async def stubborn_and_raises(name: str) -> Evidence:
    await stubborn(name)
    raise RuntimeError("a defect")


def raises_at_once(_name: str) -> Awaitable[Evidence]:
    raise RuntimeError("a defect")


async def cancels_itself(_name: str) -> Evidence:
    raise asyncio.CancelledError


ACTS: dict[str, tuple[Act, str]] = {
    "answers": (answers, "ok"),
    "answers_in_a_while": (answers_in_a_while, "ok"),
    "never": (never, "timeout"),
    "stubborn": (stubborn, "timeout"),
    "raises": (raises, "error"),
    "stubborn_and_raises": (stubborn_and_raises, "timeout"),
    "raises_at_once": (raises_at_once, "error"),
    "cancels_itself": (cancels_itself, "error"),
}


class Actor:
    """Acts as the register's name says, and keeps count of the questions under way."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.deadlines: list[Deadline] = []
        self.under_way = 0
        self.most = 0
        self.three_asked = asyncio.Event()

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        self.deadlines.append(deadline)
        self.asked.append(question.register.name)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if len(self.asked) == 3:
            self.three_asked.set()
        try:
            return await ACTS[question.register.name][0](question.register.name)
        finally:
            self.under_way -= 1


def question(name: str) -> Question:
    return Question(Register(name, name, name, (), {}, 1000, 24), "m", "SB1", "eligibility", "s", {}, ())


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=6))
def test_each_question_gets_its_evidence_in_order(names: list[str]) -> None:
    complaints: list[dict[str, object]] = []

    async def run() -> tuple[Evidence, ...]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        async with asyncio.timeout(GENEROUS):
            evidence = await ask_together(Actor(), [question(name) for name in names], Deadline.after(0.3))
            left = asyncio.all_tasks() - {asyncio.current_task()}
            if left:  # let the stubborn ones end, to hear whether asyncio complains of them
                await asyncio.wait(left)
            return evidence

    evidence = asyncio.run(run())
    assert [one.register for one in evidence] == names
    assert [one.status for one in evidence] == [ACTS[name][1] for name in names]
    assert complaints == []


def test_all_are_under_way_at_once_and_no_longer_than_needed() -> None:
    actor, deadline = Actor(), Deadline.after(FAR)

    async def run() -> None:
        async with asyncio.timeout(GENEROUS):
            await ask_together(actor, [question("answers_in_a_while")] * 5, deadline)

    asyncio.run(run())
    assert actor.most == 5
    assert actor.deadlines == [deadline] * 5  # handed down as it is


def test_after_the_deadline_nobody_is_asked() -> None:
    actor = Actor()
    evidence = asyncio.run(ask_together(actor, [question("answers")] * 2, Deadline.after(0)))
    assert [one.status for one in evidence] == ["timeout", "timeout"]
    assert actor.asked == []


def test_what_was_late_is_cancelled() -> None:
    actor = Actor()

    async def run() -> None:
        await ask_together(actor, [question("never")] * 3, Deadline.after(0.05))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert actor.under_way == 0

    asyncio.run(run())
    assert len(actor.asked) == 3


def test_cancelling_the_caller_cancels_every_question() -> None:
    actor = Actor()

    async def run() -> None:
        waiting = asyncio.ensure_future(ask_together(actor, [question("never")] * 3, Deadline.after(FAR)))
        await actor.three_asked.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert actor.under_way == 0

    asyncio.run(run())
