"""What stands above the grid: what can be done with rows and columns, finding, filtering, hiding, other tools."""

import json
from typing import Final

from nicegui import ui

from decision_service.policy.parts import Bilingual
from decision_service.workbench.parts import button, named, rendered, text
from decision_service.workbench.tables.exchange import TOOLS, Exchange
from decision_service.workbench.tables.grid import Grid
from decision_service.workbench.visit import Visit

_TOOLS: Final = (
    ("undo", "undo", Bilingual("撤销", "Undo")),
    ("redo", "redo", Bilingual("重做", "Redo")),
    ("add", "add", Bilingual("加一行", "Add row")),
    ("copy", "content_copy", Bilingual("复制行", "Copy rows")),
    ("remove", "delete", Bilingual("删除行", "Delete rows")),
    ("up", "arrow_upward", Bilingual("上移", "Up")),
    ("down", "arrow_downward", Bilingual("下移", "Down")),
    ("widen", "playlist_add", Bilingual("右边加一列", "Add column")),
    ("narrow", "remove", Bilingual("去掉这一列", "Remove column")),
)
"""What is told to the grid, the icon, and the words."""


def show_tools(visit: Visit) -> None:
    """The bar of what changes the table."""
    bar = named(ui.element("div"), visit.say("改表格", "change the table"))
    with bar.classes("mp-tools no-print").props('role="toolbar"'):
        for kind, icon, label in _TOOLS:
            # The browser tells the click together with the cells that are chosen at that moment.
            button(visit.tell(label), icon).on("click", js_handler="() => window.mpTable.act(" + json.dumps(kind) + ")")


class Search:
    """The bar of what changes nothing: find, filter, hide, and out to other tools (and back, where `editable`)."""

    def __init__(self, visit: Visit, *, editable: bool) -> None:
        self.visit = visit
        self.editable = editable
        self.bar = ui.element("div").classes("mp-tools no-print")
        self.paper = ui.element("div").classes("mp-printed")
        self.hidden: set[int] = set()

    def fill(self, grid: Grid) -> None:
        """Puts in what works on that grid."""
        visit = self.visit
        with self.bar:
            words = ui.input(visit.say("查找（Ctrl+F）", "Find (Ctrl+F)"))
            words.props("dense outlined clearable").classes("mp-find")
            words.on_value_change(lambda event: grid.find(event.value or "", 0))
            words.on("keydown.enter", js_handler="(e) => window.mpTable.find(e.target.value, e.shiftKey ? -1 : 1)")
            back = button(visit.say("上一个", "Previous"), "expand_less")
            back.on_click(lambda: grid.find(words.value or "", -1))
            button(visit.say("下一个", "Next"), "expand_more").on_click(lambda: grid.find(words.value or "", 1))
            text("", "span", "mp-find-count").props('role="status"')
            button(visit.say("筛选", "Filter"), "filter_alt").on("click", js_handler="() => window.mpTable.filters()")
            with button(visit.say("显示的列", "Columns"), "view_column"), ui.menu() as menu:
                pass
            menu.on("before-show", lambda: self._columns(menu, grid))
            for tool in TOOLS:
                Exchange(visit, grid, tool, editable=self.editable)
            printing = button(visit.say("打印", "Print"), "print").classes("mp-print-table")
            printing.on_click(lambda: _print(visit, grid, self.paper))
        # A grid holds only what is in sight, of which paper would show a part: it is never printed.
        grid.element.classes("no-print")
        with self.paper:
            zh, en = (
                "请用页面上的“打印”按钮：打印出来的是整张表。",
                "Use the button “Print” of the page: it prints the whole table.",
            )
            text(visit.say(zh, en), "p")

    def _columns(self, menu: ui.menu, grid: Grid) -> None:
        menu.clear()
        heads = grid.opened.sheet.lines[0].cells
        self.hidden &= set(range(len(heads)))

        def chosen(at: int, *, shown: bool) -> None:
            (self.hidden.discard if shown else self.hidden.add)(at)
            grid.hide(sorted(self.hidden))

        with menu:
            for at, head in enumerate(heads):
                box = ui.checkbox(head or "…", value=at not in self.hidden).classes("q-px-md")
                box.on_value_change(lambda event, at=at: chosen(at, shown=event.value))


def _print(visit: Visit, grid: Grid, paper: ui.element) -> None:
    """The table whole, as a plain one."""
    sheet = grid.opened.sheet
    cited = grid.understood.basis if grid.understood is not None else ()
    values = {
        "name": visit.tell(sheet.label),
        "basis": visit.say("；", "; ").join(visit.tell(one) for one in cited),
        "row_word": visit.say("行", "row"),
        "heads": grid.heads(),
        "rows": [line.cells for line in sheet.lines[1:]],
    }
    paper.clear()
    with paper:
        rendered("decision_service.workbench.tables", "printed.html", values)
    ui.run_javascript("window.print()")


def show_help(visit: Visit, *, editable: bool) -> None:
    """How the keys work."""
    zh = "方向键移动，Shift+方向键选一片，Ctrl+C 复制，Ctrl+F 查找，Esc 离开表格。"
    en = "Arrows move, with Shift they choose several; Ctrl+C copies, Ctrl+F finds, Esc leaves the grid. "
    if editable:
        zh += "直接输入或按 F2 改，Enter 向下，Delete 清空，Ctrl+V 贴入 Excel 的格子，Ctrl+Z 撤销；每一步随时存入草稿。"
        en += (
            "Type or press F2 to change, Enter goes down, Delete clears, Ctrl+V takes cells from Excel, Ctrl+Z undoes; "
        )
        en += "each step is kept in the draft."
    text(visit.say(zh, en), "p", "mp-faint no-print")
