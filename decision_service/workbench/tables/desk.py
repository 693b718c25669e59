"""One table on its page: tools above the grid, what a cell says and what is wrong below it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.editing.rulekeys import HITS
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import beside, refusal
from decision_service.workbench.drafts import NoSuchNameError
from decision_service.workbench.jobs import JobFailedError
from decision_service.workbench.parts import mark, text
from decision_service.workbench.saying import moment
from decision_service.workbench.tables.findings import Findings
from decision_service.workbench.tables.grid import Grid
from decision_service.workbench.tables.opened import News, Opened
from decision_service.workbench.tables.proofs import prove_table
from decision_service.workbench.tables.sheet import NoSheetError
from decision_service.workbench.tables.tools import Search, show_help, show_tools
from decision_service.workbench.tables.understanding import Asked, holes, said, understood
from decision_service.workbench.thorough import unless
from decision_service.workbench.visit import Visit, address

LOOK_SECONDS: Final = 2.0
"""How soon a change made elsewhere is seen."""


QUIET_SECONDS: Final = 2.0
"""How long a table is left alone before it is proved anew."""


class Desk:
    """The page of one open table; `tables` are those of the file."""

    def __init__(self, visit: Visit, opened: Opened, tables: Mapping[str, Bilingual]) -> None:
        self.visit = visit
        self.opened = opened
        self.tables = tables
        self.editable = visit.may(Action.PROPOSE_RELEASE)
        self.wanted = asyncio.Event()
        self.is_checked = False

    def build(self) -> None:
        """Puts the page together and begins to look after it."""
        self._about()
        if self.editable:
            show_tools(self.visit)
        search = Search(self.visit, editable=self.editable)
        self.grid = Grid(self.visit, self.opened, editable=self.editable)
        search.fill(self.grid)
        show_help(self.visit, editable=self.editable)
        self.findings = Findings(self.visit, self.grid, editable=self.editable)
        self.grid.moved = self._cell
        self.grid.kept = self._check
        self.wanted.set()
        beside(self._checking(), "check a table")
        ui.timer(LOOK_SECONDS, self._look)

    def _about(self) -> None:
        visit, sheet = self.visit, self.opened.sheet
        with ui.element("div").classes("mp-row"):
            text(visit.tell(sheet.label), "strong")
            text(f"{sheet.name} · {self.opened.file}", "code")
            known = dict(HITS.words).get(sheet.hit)
            mark(visit.say("命中策略", "hit policy") + f" {sheet.hit}: {visit.tell(known) if known else ''}")
            edit = address("/edit", file=self.opened.file, line=str(sheet.line_number))
            ui.link(visit.say("看文件里的写法", "see it in the file"), edit)
            for name, label in self.tables.items():
                if name != sheet.name:
                    ui.link(visit.tell(label), address("/table", file=self.opened.file, table=name))
        self.cited = ui.element("div").classes("mp-faint")

    def _asked(self) -> Asked:
        sheet = self.opened.sheet
        return Asked(str(self.visit.bench.rules), self.opened.file, sheet.text, sheet.name)

    async def _check(self) -> None:
        self.is_checked = False
        self.wanted.set()

    async def _checking(self) -> None:
        """Checks the newest text, again and again, as long as the page is open."""
        while True:
            await self.wanted.wait()
            self.wanted.clear()
            try:
                await self._checked()
            except Exception as error:
                told = refusal(error)
                self.findings.show_not_checked(told)
                if told is None:
                    with self.grid.element:  # the next change is checked again, while this failure goes to the log
                        beside(self._checking(), "check a table")
                    raise

    async def _checked(self) -> None:
        """One check, as far as the table stays the same."""
        elsewhere = self.visit.bench.elsewhere
        asked, self.is_checked = self._asked(), False
        self.findings.working()
        found = await elsewhere(understood, asked)
        if self.wanted.is_set():
            return
        self.grid.show_understood(found)
        self.findings.show(found)
        self._cite(found.basis)
        self.is_checked = not found.wrong and not found.beyond
        await unless(self.wanted, self._cell())
        if not self.is_checked:
            return
        holed = await unless(self.wanted, elsewhere(holes, asked))
        if self.wanted.is_set():
            return
        self.findings.show_holes(holed)
        if holed is not None and (holed.gaps or holed.overlaps):
            await self._prove()

    async def _prove(self) -> None:
        """What is proved of the gaps and overlaps, once the table has been left alone for a moment and unless it is
        changed meanwhile."""
        await unless(self.wanted, asyncio.sleep(QUIET_SECONDS))
        if self.wanted.is_set():
            return
        proving = prove_table(self.visit.bench, self.opened.file, self.opened.sheet.name)
        try:
            proved = await unless(self.wanted, proving)
        except JobFailedError as error:
            self.findings.show_not_proved(str(error))
            return
        if proved is not None:
            self.findings.show_proved(proved)

    def _cite(self, basis: tuple[Bilingual, ...]) -> None:
        if basis:
            self.cited.clear()
            with self.cited:
                text(
                    self.visit.say("依据：", "Legal basis: ") + "；".join(self.visit.tell(one) for one in basis), "span"
                )

    async def _cell(self) -> None:
        """The cell with the cursor; what it says in words only once its file has been checked, which would wait for
        that else."""
        place, sheet = self.grid.place, self.opened.sheet
        keys = [line.key for line in sheet.lines]
        if place is None or place.key not in keys or place.column >= len(sheet.lines[0].cells):
            return  # the row or the column with the cursor is gone
        row = keys.index(place.key)
        self.findings.show_cell(row, place.column, None)
        if self.is_checked and sheet.holds_test(row, place.column):
            words = await self.visit.bench.elsewhere(said, self._asked(), row, place.column)
            if self.grid.place == place and self.is_checked:
                self.findings.show_cell(row, place.column, words)

    async def _look(self) -> None:
        try:
            news = await self.grid.look()
        except (NoSheetError, NoSuchNameError) as error:
            told = error.told if isinstance(error, NoSheetError) else Bilingual("没有这个文件", "there is no such file")
            self.findings.tell_news(told)
            return
        if news is not None:
            self.findings.tell_news(_told(news))
            self.wanted.set()


def _told(news: News) -> Bilingual:
    by = news.by or "?"
    if not news.touches:
        return Bilingual(
            f"{by} 在 {moment(news.at)} 改了这个文件的别处；这张表没有变",
            f"{by} changed another part of this file at {moment(news.at)}; the table is the same",
        )
    return Bilingual(
        f"{by} 在 {moment(news.at)} 改了这张表；现在显示的是改后的",
        f"{by} changed this table at {moment(news.at)}; it is shown as it is now",
    )
