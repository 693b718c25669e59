"""What a child of the second engine says that is no answer costs what it was asked, and the next one judges."""

import sys
from itertools import islice
from pathlib import Path

import pytest

from decision_service.facts import FactSheet
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.readings.rete import process as processes
from decision_service.readings.rete.process import EngineUnavailable, SecondEngine
from decision_service.readings.samples import sample_sheets
from tests.readings.rete_policies import RULES, shelf
from tests.readings.second_engine import LONG, replaced, run


@pytest.fixture(scope="module")
def policy() -> Policy:
    return next(shelf().policies())


@pytest.fixture(scope="module")
def sheets(policy: Policy) -> list[FactSheet]:
    return list(islice(sample_sheets(policy, shelf().catalogue.calendar, 3), 1))


JUNK = {
    "garbage instead of an answer": "say(pack('x')[:-1] + b'{')",
    "an endless frame": "say(b'\\xff' * 99)",
    "answers to nobody": "say(pack([['judged', 1]] * 9))",
    "no verdict": "say(pack([['judged', {}]]))",
    "lists without end": """body = b'[["judged",["APPROVED",[],[],' + b'[' * 900 + b']' * 900 + b',[]]]]'
say(len(body).to_bytes(4, 'big') + body)""",
    "death": "os._exit(3)",
}
PRELUDE = """
import os, sys
from decision_service.readings.rete.frames import pack
def say(frame):
    sys.stdout.buffer.write(frame)
    sys.stdout.buffer.flush()
say(pack(sys.argv[1:]))
sys.stdin.buffer.read(4)
"""


@pytest.mark.parametrize("what", JUNK)
def test_garbage_is_never_an_answer(what: str, policy: Policy, sheets: list[FactSheet]) -> None:
    command = (sys.executable, "-c", f"{PRELUDE}{JUNK[what]}\nsys.stdin.buffer.read()", policy.digest)

    async def work() -> None:
        engine = SecondEngine(Path(), command=command)
        await engine.start()
        with pytest.raises(EngineUnavailable, match=r"garbage|lost"):
            await engine.judge(policy.digest, sheets[0], LONG)
        await engine.close()

    run(work())


def test_whatever_a_child_has_made_of_its_keeper_there_is_a_next_one(
    monkeypatch: pytest.MonkeyPatch, policy: Policy, sheets: list[FactSheet]
) -> None:
    def spoilt(*_: object) -> None:
        raise RuntimeError

    async def work() -> None:
        engine = SecondEngine(RULES)
        await engine.start()
        pid = engine.pid
        assert pid is not None
        with monkeypatch.context() as patched:
            patched.setattr(processes, "_settle", spoilt)
            with pytest.raises(EngineUnavailable):
                await engine.judge(policy.digest, sheets[0], 1.0)
            await replaced(engine, pid)
        assert engine.last_fault == "RuntimeError"
        assert await engine.judge(policy.digest, sheets[0], LONG) == judge(policy, sheets[0])
        await engine.close()

    run(work())
