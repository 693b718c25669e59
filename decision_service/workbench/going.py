"""Long work on a page: what it is, how far it is, for how long, and the way to stop it."""

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

from nicegui import ui

from decision_service.policy.parts import Bilingual
from decision_service.workbench.jobs import Hears, Progress
from decision_service.workbench.parts import button, named, text
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.visit import Visit

_T = TypeVar("_T")


class StoppedError(RefusedError):
    """Whoever reads the page has stopped the work."""

    def __init__(self) -> None:
        super().__init__(Bilingual("已停止，没有算完", "stopped; it did not come to an end"))


async def going(visit: Visit, what: str, work: Callable[[Hears], Coroutine[Any, Any, _T]]) -> _T:
    """What `work` comes to, which is given whom to tell how far it is; shown meanwhile as `what`. It ends when the page
    is left. Raises StoppedError, and whatever `work` raises."""
    shown, is_stopped = _Shown(visit, what), False
    task = asyncio.create_task(work(shown.tell))

    def stop() -> None:
        nonlocal is_stopped
        is_stopped = True
        task.cancel()

    shown.stop.on_click(stop)
    ui.context.client.on_delete(task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        if is_stopped:
            raise StoppedError from None
        raise
    finally:
        task.cancel()
        shown.delete()


class _Shown:
    """A bar under its name. It says itself to screen readers how far it is; figures that change all the time don't."""

    def __init__(self, visit: Visit, what: str) -> None:
        self._visit = visit
        self._began = monotonic()
        self._far = Progress(0, 0)
        with ui.element("div").classes("mp-row mp-going no-print") as self._row:
            text(what, "span").props('role="status"')
            self._bar = named(ui.element("progress"), what).classes("mp-progress")
            self._words = text("", "span", "mp-faint").props('aria-hidden="true"')
            self.stop = button(visit.say("停止", "stop"), "stop")
            named(self.stop, f"{self.stop.text} {what}")
            self._timer = ui.timer(1.0, self._say)

    def tell(self, far: Progress) -> None:
        """How far it is now."""
        if self._row.is_deleted:
            return
        if far.of > 0 and far.percent != self._far.percent:
            self._bar.props["value"], self._bar.props["max"] = far.percent, 100
            self._bar.update()
        self._far = far
        self._say()

    def delete(self) -> None:
        """Away with it."""
        self._timer.cancel()
        if not self._row.is_deleted:  # the page may be gone
            self._row.delete()

    def _say(self) -> None:
        seconds = f"{monotonic() - self._began:.0f} {self._visit.say('秒', 's')}"
        self._words.set_text(f"{self._far.percent} % · {seconds}" if self._far.of > 0 else seconds)
