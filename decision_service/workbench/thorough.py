"""Thorough work, which gives way to whoever goes on typing."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def unless(changed: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` comes to; None where `changed` is set before it ends: that is looked at first. Raises what `work`
    raises."""
    working, changing = asyncio.ensure_future(work), asyncio.ensure_future(changed.wait())
    try:
        await asyncio.wait({working, changing}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        changing.cancel()
