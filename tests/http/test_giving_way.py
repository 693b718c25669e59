"""Long work beside an event loop gives way to it for as long as it lasts, and the interpreter is then as it was."""

import asyncio
import sys
import threading

import pytest

from decision_service.givingway import SWITCH_SECONDS, giving_way


class WrongRulesError(Exception):
    """Stands for what reading rules raises."""


def test_the_interpreter_is_given_back_quickly_until_the_last_of_them_is_done() -> None:
    usual, seen = sys.getswitchinterval(), list[float]()
    first_done, loop_thread = threading.Event(), threading.get_ident()

    def first() -> int:
        seen.append(sys.getswitchinterval())
        return threading.get_ident()

    def second() -> None:
        assert first_done.wait(30)
        seen.append(sys.getswitchinterval())
        raise WrongRulesError

    async def work() -> None:
        later = asyncio.create_task(giving_way(second))
        assert await giving_way(first) != loop_thread
        first_done.set()
        with pytest.raises(WrongRulesError):
            await later

    asyncio.run(work())
    assert seen == pytest.approx([SWITCH_SECONDS] * 2)
    assert sys.getswitchinterval() == pytest.approx(usual)
