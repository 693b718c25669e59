"""A check before a release as a row of a page: what it came to, and a button that runs it."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.checks import CHECKS, Candidate, Name, run
from decision_service.workbench.changing.trying import once
from decision_service.workbench.going import going
from decision_service.workbench.parts import button, mark, text
from decision_service.workbench.visit import Visit

Said = dict[str, Any]


def check_row(
    visit: Visit, found: Candidate, name: Name, action: Action, said: Callable[[], Said | None],
    ran: Callable[[Said], None] = lambda _: None, *, is_repeatable: bool,
) -> None:  # fmt: skip
    """`said`: what it came to, None where it was not run; whoever may do `action` may run it then, and once more where
    it `is_repeatable`. `ran` is told what it comes to. The row renews itself alone, since others may be at work."""
    row = ui.element("div").classes("mp-row ch-check")

    def fill() -> None:
        row.clear()
        last = said()
        with row:
            text(visit.tell(CHECKS[name]), "span", "ch-what")
            result(visit, last)
            if visit.may(action) and (last is None or is_repeatable):
                _button(last)

    def _button(last: Said | None) -> None:
        words = visit.say("运行", "run") if last is None else visit.say("重新运行", "run again")
        start, place = button(words, "play_arrow"), ui.element("div")
        start.props["aria-label"] = f"{start.text} {visit.tell(CHECKS[name])}"

        async def start_it() -> None:
            by = visit.require(action)
            with place:
                ran(await going(visit, visit.tell(CHECKS[name]), lambda told: run(visit.bench, found, name, by, told)))
            if not row.is_deleted:  # something else may have been chosen meanwhile
                fill()

        start.on_click(once(start, acting(visit, action, start_it)))

    fill()


def result(visit: Visit, said: Said | None) -> None:
    """What a check came to: a mark, and its details."""
    if said is None:
        mark(visit.say("未运行", "not run"))
        return
    mark(visit.say(said["zh"], said["en"]), "good" if said["good"] else "bad")
    details = said.get("details") or []
    if details:
        with ui.element("ul").classes("ch-details"):
            for one in details:
                words = visit.say(one["zh"], one["en"])
                with text("", "li"):
                    if one.get("to"):
                        ui.link(words, one["to"])
                    else:
                        text(words, "span")
