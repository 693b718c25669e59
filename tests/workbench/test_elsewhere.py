"""Short work goes to the process that did its like last, and past one that is still at something."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from decision_service.workbench.elsewhere import Elsewhere


async def _asked(pipe: Path) -> None:
    elsewhere = Elsewhere()
    try:
        first = await elsewhere(os.getpid)
        assert await elsewhere(os.getpid) == first
        reading = asyncio.ensure_future(elsewhere(pipe.read_text))
        await asyncio.sleep(0)
        other = await elsewhere(os.getpid)
        assert other != first
        # Nobody waits for it any longer, and it goes on all the same.
        reading.cancel()
        await asyncio.sleep(0)
        assert await elsewhere(os.getpid) == other
    finally:
        os.close(os.open(pipe, os.O_WRONLY))
        elsewhere.close()


def test_what_is_quick_waits_for_nothing_that_is_slow(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:  # beside a browser of these tests no other loop may run in its thread
        pool.submit(asyncio.run, _asked(pipe)).result()
