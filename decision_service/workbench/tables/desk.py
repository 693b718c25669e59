"""One table on its page: tools above the grid, what a cell says and what is wrong below it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.editing.rulekeys import HITS
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import beside
from decision_service.workbench.drafts import NoSuchNameError
from decision_service.workbench.parts import button, mark, named, text
from decision_service.workbench.tables.findings import Findings
from decision_service.workbench.tables.grid import Grid
from decision_service.workbench.tables.opened import News, Opened
from decision_service.workbench.tables.sheet import NoSheetError
from decision_service.workbench.tables.understanding import Asked, holes, said, understood
from decision_service.workbench.visit import Visit, address

LOOK_SECONDS: Final = 2.0
"""How soon a change made elsewhere is seen."""

_ROWS: Final = (
    ("add", "add", Bilingual("加一行", "Add row")),
    ("copy", "content_copy", Bilingual("复制行", "Copy rows")),
    ("remove", "delete", Bilingual("删除行", "Delete rows")),
    ("up", "arrow_upward", Bilingual("上移", "Up")),
    ("down", "arrow_downward", Bilingual("下移", "Down")),
    ("widen", "playlist_add", Bilingual("右边加一列", "Add column")),
    ("narrow", "remove", Bilingual("去掉这一列", "Remove column")),
)


class Desk:
    """The page of one open table; `tables` are those of the file."""

    def __init__(self, visit: Visit, opened: Opened, tables: Mapping[str, Bilingual]) -> None:
        self.visit = visit
        self.opened = opened
        self.tables = tables
        self.editable = visit.may(Action.PROPOSE_RELEASE)
        self.wanted = asyncio.Event()

    def build(self) -> None:
        """Puts the page together and begins to look after it."""
        self._about()
        if self.editable:
            self._tools()
        self._search()
        self.grid = Grid(self.visit, self.opened, editable=self.editable)
        self._help()
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

    def _tools(self) -> None:
        with (
            named(ui.element("div"), self.visit.say("改表格", "change the table"))
            .classes("mp-tools no-print")
            .props('role="toolbar"')
        ):
            for kind, icon, label in (
                ("undo", "undo", Bilingual("撤销", "Undo")), ("redo", "redo", Bilingual("重做", "Redo")), *_ROWS
            ):  # fmt: skip
                # The click is told by the browser together with the cells that are chosen at that moment.
                button(self.visit.tell(label), icon).on(
                    "click", js_handler=f"() => window.mpTable.act({json.dumps(kind)})"
                )

    def _search(self) -> None:
        visit = self.visit
        with ui.element("div").classes("mp-tools no-print"):
            words = (
                ui.input(visit.say("查找（Ctrl+F）", "Find (Ctrl+F)"))
                .props("dense outlined clearable")
                .classes("mp-find")
            )
            words.on_value_change(lambda event: self.grid.find(event.value or "", 0))
            words.on("keydown.enter", js_handler="(e) => window.mpTable.find(e.target.value, e.shiftKey ? -1 : 1)")
            button(visit.say("上一个", "Previous"), "expand_less").on_click(
                lambda: self.grid.find(words.value or "", -1)
            )
            button(visit.say("下一个", "Next"), "expand_more").on_click(lambda: self.grid.find(words.value or "", 1))
            text("", "span", "mp-find-count").props('role="status"')
            button(visit.say("筛选", "Filter"), "filter_alt").on("click", js_handler="() => window.mpTable.filters()")
            with button(visit.say("显示的列", "Columns"), "view_column"), ui.menu():
                self._columns()

    def _columns(self) -> None:
        hidden: set[int] = set()

        def chosen(at: int, *, shown: bool) -> None:
            (hidden.discard if shown else hidden.add)(at)
            self.grid.hide(sorted(hidden))

        for at, head in enumerate(self.opened.sheet.lines[0].cells):
            box = ui.checkbox(head or "…", value=True).classes("q-px-md")
            box.on_value_change(lambda event, at=at: chosen(at, shown=event.value))

    def _help(self) -> None:
        text(
            self.visit.say(
                "方向键移动，直接输入或按 F2 改，Enter 向下，Shift+方向键选一片；"
                "Ctrl+C、Ctrl+V 与 Excel 互贴，Ctrl+Z 撤销，Esc 离开表格。改动随时存入草稿。",
                "Arrows move; type or press F2 to change; Enter goes down; Shift with arrows chooses several; "
                "Ctrl+C and Ctrl+V go to and from Excel; Ctrl+Z undoes; Esc leaves the grid. "
                "Each change is kept in the draft.",
            ),
            "p",
            "mp-faint no-print",
        )

    def _asked(self) -> Asked:
        sheet = self.opened.sheet
        return Asked(str(self.visit.bench.rules), self.opened.file, sheet.text, sheet.name)

    async def _check(self) -> None:
        self.wanted.set()

    async def _checking(self) -> None:
        """Checks the newest text, again and again, as long as the page is open."""
        elsewhere = self.visit.bench.elsewhere
        while True:
            await self.wanted.wait()
            self.wanted.clear()
            asked = self._asked()
            self.findings.working()
            found = await elsewhere(understood, asked)
            if self.wanted.is_set():
                continue
            self.grid.show_understood(found)
            self.findings.show(found)
            self._cite(found.basis)
            if not found.wrong and not found.beyond:
                self.findings.show_holes(await elsewhere(holes, asked))

    def _cite(self, basis: tuple[Bilingual, ...]) -> None:
        if basis:
            self.cited.clear()
            with self.cited:
                text(
                    self.visit.say("依据：", "Legal basis: ") + "；".join(self.visit.tell(one) for one in basis), "span"
                )

    async def _cell(self) -> None:
        place = self.grid.place
        if place is None:
            return
        keys = [line.key for line in self.opened.sheet.lines]
        if place.key not in keys:
            return
        row = keys.index(place.key)
        words = await self.visit.bench.elsewhere(said, self._asked(), row, place.column)
        if self.grid.place == place:
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
            f"{by} 在 {news.at} 改了这个文件的别处；这张表没有变",
            f"{by} changed another part of this file at {news.at}; the table is the same",
        )
    return Bilingual(
        f"{by} 在 {news.at} 改了这张表；现在显示的是改后的",
        f"{by} changed this table at {news.at}; it is shown as it is now",
    )
