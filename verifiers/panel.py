"""Several questions at once within one deadline."""

import asyncio
from collections.abc import Sequence

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.verifier import Question, Verifier


async def ask_together(verifier: Verifier, questions: Sequence[Question], deadline: Deadline) -> tuple[Evidence, ...]:
    """The evidence of each question, in their order, when all have answered or `deadline` has passed.

    What is late by then is timeout evidence at once, even if its task ignores being cancelled; what raised, against the
    protocol, is an error. Raises nothing but its own cancellation, which also cancels every question.
    """
    if not questions:
        return ()
    if deadline.passed:
        return tuple(Evidence(question.register.name, "timeout") for question in questions)
    started = deadline.clock()
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(_ask(verifier, question, deadline)) for question in questions]
    # By hand: asyncio.wait does the same at three times the cost, for every wave.
    ended = loop.create_future()
    timer = loop.call_later(deadline.remaining(), _wake, ended)
    left = len(tasks)

    def landed(_: asyncio.Future[Evidence]) -> None:
        nonlocal left
        left -= 1
        if not left:
            _wake(ended)

    for task in tasks:
        task.add_done_callback(landed)
    try:
        await ended
    finally:
        timer.cancel()
        for task in tasks:
            if not task.done():
                task.add_done_callback(_forget)
                task.cancel()
    elapsed_ms = round((deadline.clock() - started) * 1000)
    return tuple(_evidence(question, task, elapsed_ms) for question, task in zip(questions, tasks, strict=True))


async def _ask(verifier: Verifier, question: Question, deadline: Deadline) -> Evidence:
    # A coroutine of our own, so that a verifier that raises before its first await raises inside a task too.
    return await verifier.ask(question, deadline)


def _evidence(question: Question, task: asyncio.Future[Evidence], elapsed_ms: int) -> Evidence:
    name = question.register.name
    if not task.done():
        return Evidence(name, "timeout", elapsed_ms=elapsed_ms)
    if task.cancelled() or task.exception() is not None:
        return Evidence(name, "error", elapsed_ms=elapsed_ms, fault="raised")
    return task.result()


def _wake(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)


def _forget(task: asyncio.Future[Evidence]) -> None:
    """Look at what came of a question that nobody waits for any more, so that asyncio does not complain of it."""
    if not task.cancelled():
        task.exception()
