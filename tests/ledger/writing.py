"""A real process that writes a ledger, for tests that kill it or fail its disk.

Run as `python -m tests.ledger.writing PATH TASKS`. Standard input names keys, one a line. Each is appended, again
after a fault, with a decision made up anew every time, so a decision made twice would show. A line goes out when an
append has returned: that is the acknowledgement.
"""

import asyncio
import hashlib
import os
import secrets
import sys
from pathlib import Path

from decision_service.ledger.entry import canonical
from decision_service.ledger.errors import LedgerError, LedgerFaultError
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.writer import Ledger
from tests.ledger.making import entry, sqlite_store

ATTEMPTS = 6


async def write(ledger: Ledger, key: str) -> None:
    for _ in range(ATTEMPTS):
        decision_id = secrets.token_hex(8)
        answer = canonical({"decision_id": decision_id, "dice": secrets.token_hex(300)})
        try:
            recorded = await ledger.append(entry(key, key=key, record_id=decision_id, answer=answer))
        except LedgerFaultError:
            say("fault", key)
            continue
        digest = hashlib.sha256(full_answer(recorded)).hexdigest()
        say("ok", key, str(recorded.index), recorded.leaf.hex(), digest)
        return


def say(*words: str) -> None:
    os.write(1, ("\t".join(words) + "\n").encode())


async def write_all(path: Path, tasks: int) -> None:
    keys = iter(sys.stdin.read().split("\n"))
    try:
        ledger = Ledger(sqlite_store(path))
    except LedgerError:
        say("refused")
        return
    say("ready")

    async def work() -> None:
        for key in keys:
            await write(ledger, key)

    await asyncio.gather(*(work() for _ in range(tasks)))
    ledger.close()


if __name__ == "__main__":
    asyncio.run(write_all(Path(sys.argv[1]), int(sys.argv[2])))
