"""The page of those who run the service."""

import asyncio
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import Shelf
from decision_service.workbench.acting import refusal
from decision_service.workbench.figures import Figures, read_figures
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import heading, mark, note, panel, text
from decision_service.workbench.running.signs import signs
from decision_service.workbench.running.switch import Switch
from decision_service.workbench.running.tables import show_outcomes, show_owed, show_paces, show_registers
from decision_service.workbench.shelves import shelf_of
from decision_service.workbench.visit import Visit

SECONDS: Final = 5.0
"""Between two looks at the figures."""


async def build(visit: Visit) -> None:
    """Signs, the kill switch, then figures for whoever may read them."""
    shelf = await asyncio.to_thread(shelf_of, visit.bench.rules)
    names = {matter: visit.tell(versions[-1].name) for matter, versions in shelf.versions.items()}
    if not visit.may(Action.READ_METRICS):
        await Switch(visit, names).show()
        text(visit.say("指标由运维和审计人员查看。", "Figures are for operators and auditors."), classes="mp-faint")
        return
    board = _Board(visit, shelf, names)
    await board.refresh()
    await board.switch.show()
    ui.timer(SECONDS, board.refresh, immediate=False)


class _Board:
    """The figures, drawn anew at each look; the kill switch is read again when its figure changes."""

    def __init__(self, visit: Visit, shelf: Shelf, names: dict[str, str]) -> None:
        self._visit = visit
        self._shelf = shelf
        self._names = names
        self._suspended: dict[str, float] | None = None
        with panel():
            heading(visit.say("是否正常", "Is it well?"))
            self._signs = ui.element("div").classes("mp-row").props('role="status"')
        self.switch = Switch(visit, names)
        self._tables = ui.element("div")

    async def refresh(self) -> None:
        """One look."""
        try:
            figures = read_figures(await self._visit.get("public", "/metrics"))
        except Exception as error:
            told = refusal(error)
            if told is None:
                raise
            self._signs.clear()
            with self._signs:
                note(self._visit.tell(told), "bad")
            return
        self._draw(figures)
        suspended = figures.by("matter", "miaopi_suspended")
        if self._suspended is not None and suspended != self._suspended:
            await self.switch.show()
        self._suspended = suspended

    def _draw(self, figures: Figures) -> None:
        visit = self._visit
        self._signs.clear()
        with self._signs:
            for one in signs(figures):
                with ui.element("span").classes("mp-sign"):
                    text(visit.tell(one.what), "span")
                    mark(visit.tell(one.said), one.mood)
        self._tables.clear()
        with self._tables:
            show_outcomes(visit, figures, self._names)
            show_paces(visit, figures, self._names)
            show_registers(visit, figures, self._shelf.catalogue)
            show_owed(visit, figures)


RUN: Final = Page(
    "/run", Bilingual("运行", "Operations"), frozenset({Action.READ_CONTROL}), build, icon="monitor_heart",
    needs_service=True,
)  # fmt: skip
