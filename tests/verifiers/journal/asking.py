"""A real process that makes calls and says which are on disk, for the test that kills it.

Run as `python -m tests.verifiers.journal.asking PATH`. Before a call goes out its application is said with "out"; once
the journal was flushed, with "done": that is the acknowledgement.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from tests.verifiers.journal.making import Register1, question
from verifiers.deadline import Deadline
from verifiers.journal.journal import Journal
from verifiers.journal.journaling import Asker, JournalingVerifier
from verifiers.journal.marks import Marks
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore

CALLS = 4


async def main(path: Path) -> None:
    journal = Journal(JournalStore(path, Retention()))
    asker = Asker("platform", str(os.getpid()))
    verifier = JournalingVerifier(Register1(), journal, Marks(b"k" * 32), asker, lambda: datetime.now(UTC), str)
    numbers = count()

    async def decide() -> None:
        while True:
            application = f"{os.getpid()}-{next(numbers)}"
            say("out", application)
            for _ in range(CALLS):
                await verifier.ask(question(application), Deadline.after(5))
            await journal.flush()
            say("done", application)

    await asyncio.gather(*(decide() for _ in range(8)))


def say(*words: str) -> None:
    os.write(1, (" ".join(words) + "\n").encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
