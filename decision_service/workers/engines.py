"""The second engines of a worker: of the rules in force, and for a while of those before."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from decision_service.facts import FactSheet
from decision_service.readings.rete.process import EngineUnavailable, SecondEngine
from decision_service.verdict import Verdict

LINGER_SECONDS: Final = 10.0
"""How long the engine of superseded rules stays, for what was begun under them: longer than any matter's deadline."""


class Engines:
    """A `SecondJudge` that asks the engine which knows the version. Belongs to one event loop."""

    def __init__(self, first: SecondEngine) -> None:
        self._engines = [first]
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """See `SecondJudge.ready`."""
        return self._engines[0].ready

    async def judge(self, digest: str, sheet: FactSheet, timeout: float) -> Verdict:  # noqa: ASYNC109 - see SecondJudge.judge
        """See `SecondJudge.judge`."""
        knows = next((one for one in self._engines if digest in one.digests), self._engines[0])
        return await knows.judge(digest, sheet, timeout)

    def take_over(self, engine: SecondEngine) -> None:
        """From now on `engine` judges what it knows; those before it end when nothing can wait for them any more."""
        leaving, self._engines = self._engines, [engine, *self._engines]
        for one in leaving:
            task = asyncio.create_task(self._leave(one), name="second engine: of superseded rules")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End all of them."""
        for task in self._leaving:
            task.cancel()
        for one in self._engines:
            await one.close()

    async def _leave(self, engine: SecondEngine) -> None:
        await asyncio.sleep(LINGER_SECONDS)
        if engine in self._engines[1:]:
            self._engines.remove(engine)
            await engine.close()


async def started(rules: Path) -> SecondEngine:
    """A second engine; one that does not start yet starts when it is first asked."""
    engine = SecondEngine(rules)
    with suppress(EngineUnavailable):
        await engine.start()
    return engine
