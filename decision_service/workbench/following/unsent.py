"""What an officer has written on a form and not sent. His browser holds it, for the one tab, sealed under a key that is
in the memory of the workbench and gone with his session: it is there again after a reload, and nobody else's, ever."""

import json
from typing import Any, Final

from nicegui import ui

from decision_service.workbench.visit import Visit

_FRONT: Final = "miaopi-unsent "

_ASKS: Final = "window.onbeforeunload = (event) => { event.preventDefault(); return ''; };"
"""The browser asks before it leaves a page on which something was written and not sent."""

_SECONDS: Final = 10.0


class Unsent:
    """What was written on the form of one `place`, the path under which it would go on record."""

    def __init__(self, visit: Visit, place: str) -> None:
        self._visit = visit
        self._place = place

    def keep(self, written: dict[str, object]) -> None:
        """Has the browser hold it, instead of what it held before."""
        session = self._visit.used()  # who writes is at work, however long it takes him
        if session is not None:
            sealed = session.sealed(json.dumps(written), self._place)
            ui.run_javascript(f"{_ASKS} sessionStorage.setItem({_text(_FRONT + self._place)}, {_text(sealed)})")

    async def recall(self) -> dict[str, Any]:
        """What the browser holds of it; nothing where that is none of this session's."""
        try:
            held = await ui.run_javascript(
                f"return sessionStorage.getItem({_text(_FRONT + self._place)})", timeout=_SECONDS
            )
        except TimeoutError:
            return {}
        session = self._visit.current()
        words = session.unsealed(held, self._place) if session is not None and isinstance(held, str) else None
        return {} if words is None else dict(json.loads(words))


def forget(place: str) -> None:
    """Away with what was written for `place`, or for whatever lies under it: it was sent, or is of no use."""
    ui.run_javascript(
        f"""window.onbeforeunload = null;
        for (const key of Object.keys(sessionStorage)) {{
          if (key.startsWith({_text(_FRONT + place)})) sessionStorage.removeItem(key);
        }}"""
    )


def _text(words: str) -> str:
    """As a text of JavaScript."""
    return json.dumps(words)
