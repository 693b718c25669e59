"""The grid in the page: what is done in the browser becomes edits of the draft, and what the draft says is shown."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from nicegui import ui
from nicegui.events import GenericEventArguments

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.tables.edits import (
    Edit,
    Inserted,
    Moved,
    Narrowed,
    Removed,
    Typed,
    Widened,
    blank_row,
)
from decision_service.workbench.tables.marking import remarked
from decision_service.workbench.tables.opened import Lines, News, Opened, difference
from decision_service.workbench.tables.pasting import pasted, read_clipboard
from decision_service.workbench.tables.sheet import NotTakenError
from decision_service.workbench.tables.understanding import Understood
from decision_service.workbench.visit import NotAllowedError, SignedOutError, Visit

LOCALE: Final = {
    "contains": "包含", "notContains": "不包含", "equals": "等于", "notEqual": "不等于", "startsWith": "开头是",
    "endsWith": "结尾是", "blank": "空", "notBlank": "非空", "andCondition": "且", "orCondition": "或",
    "filterOoo": "筛选…", "noRowsToShow": "没有行", "noMatchingRows": "没有符合筛选的行",
    "ariaFilterInput": "筛选", "ariaFilterValue": "筛选值", "ariaFilteringOperator": "筛选方式",
    "ariaFilterColumn": "按 Ctrl+Enter 打开筛选", "ariaFilterMenuOpen": "打开筛选",
    "ariaFilterList": "筛选", "ariaInputEditor": "改这一格", "ariaSortableColumn": "",
    "ariaDefaultListName": "列表", "ariaMenuColumn": "按 Alt+下箭头打开菜单",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is in the table: the line and column with the cursor, and all that are chosen."""

    key: int
    column: int
    keys: tuple[int, ...]
    columns: tuple[int, ...]


class Grid:
    """The grid of one open table. `moved` is told where the cursor is, `kept` that the table is another one now."""

    def __init__(self, visit: Visit, opened: Opened, *, editable: bool) -> None:
        self.visit = visit
        self.opened = opened
        self.editable = editable
        self.place: Place | None = None
        self.understood: Understood | None = None
        self.moved: Callable[[], Awaitable[None]] = _nothing
        self.kept: Callable[[], Awaitable[None]] = _nothing
        self._turn = asyncio.Lock()
        self._shown: Lines = opened.sheet.lines
        self._marked: Lines = opened.sheet.lines
        self._client = ui.context.client
        self.element = self._made()
        ui.on("table", acting(visit, Action.READ_GUIDE, self._told))

    def _made(self) -> ui.aggrid:
        zh = self.visit.language == "zh"
        few = len(self.opened.sheet.lines) <= _FEW
        options: dict[str, Any] = {
            "columnDefs": [],
            "rowData": [],
            "defaultColDef": {"sortable": False, "suppressMovable": True, "resizable": True},
            "domLayout": "autoHeight" if few else "normal",
            "enterNavigatesVertically": True,
            "enterNavigatesVerticallyAfterEdit": True,
            "stopEditingWhenCellsLoseFocus": True,
            "tooltipShowDelay": 300,
            "animateRows": False,
            "localeText": LOCALE if zh else {},
            ":getRowId": "p => String(p.data.key)",
        }
        made = ui.aggrid(options, theme="balham", auto_size_columns=False)
        made.classes("mp-grid mp-grid-few" if few else "mp-grid")
        made.on("gridReady", self._begin, args=[])
        return made

    def _begin(self) -> None:
        sheet = self.opened.sheet
        self._shown = sheet.lines
        given = {
            "words": {"row": self._say("行", "row"), "head": self._say("表头", "head"),
                      "tests": self._say("条件", "Tests"), "results": self._say("结果", "Results")},
            "editable": self.editable, "columns": self._columns(),
            "head": sheet.lines[0].key, **_whole(sheet.lines),
        }  # fmt: skip
        self._client.run_javascript(
            f"window.mpOpening = import('/own/tables.js').then(m => {{ m.open({self.element.id}, {json.dumps(given)}); "
            f"window.mpTable.problems({json.dumps(self._problems())}); }})"
        )

    def show_understood(self, found: Understood) -> None:
        """Marks what is wrong, and names the columns if they are known anew."""
        before, known = self._columns(), self.understood
        if known is not None and not found.columns:
            # A problem hides what columns are called, and what they are, which their heads alone change.
            same = self._marked[0].cells == self._shown[0].cells
            inputs, outputs = (known.inputs, known.outputs) if same else ((), ())
            found = replace(found, columns=known.columns, inputs=inputs, outputs=outputs)
        self.understood, self._marked = found, self._shown
        if self._columns() != before:
            self._run("relabel", self._columns())
        self._run("problems", self._problems())

    def find(self, words: str, step: int) -> None:
        """Goes to the next cell (or the one before) that holds the words."""
        self._run("find", words, step)

    def hide(self, columns: list[int]) -> None:
        """Shows all columns but these."""
        self._run("hide", columns)

    def go(self, row: int, column: int) -> None:
        """Puts the cursor on a cell, by its row (the head is 0)."""
        lines = self.opened.sheet.lines
        self._run("go", lines[min(row, len(lines) - 1)].key, column)

    async def make(self, edit: Edit, by: str, go: tuple[int, int] | None = None) -> None:
        """Makes an edit; shows it. Raises NotTakenError, ElsewhereError, NoSheetError."""
        await self._change(lambda: self.opened.do(edit, by), go)

    async def look(self) -> News | None:
        """Takes over what was saved elsewhere, and shows it."""
        async with self._turn:
            news = await asyncio.to_thread(self.opened.look)
            if news is not None:
                self._show(None)
        return news

    async def _change(self, work: Callable[[], None], go: tuple[int, int] | None = None) -> None:
        async with self._turn:
            try:
                await asyncio.to_thread(work)
            except Exception:
                self._restore()
                raise
            self._show(go)
        await self.kept()
        await self._mark()

    def _restore(self) -> None:
        """The browser has shown the edit already: all cells as they are."""
        sheet = self.opened.sheet
        self._shown = sheet.lines
        self._run("recolumn", self._columns(), _whole(sheet.lines)["rows"], _whole(sheet.lines)["order"])

    def _show(self, go: tuple[int, int] | None) -> None:
        before, self._shown = self._shown, self.opened.sheet.lines
        if len(before[0].cells) != len(self._shown[0].cells) or before[0].cells != self._shown[0].cells:
            self._restore()
        else:
            self._run("update", difference(before, self._shown))
        if go is not None:
            self._run("go", *go)

    async def _mark(self) -> None:
        """Marks what is wrong in itself in cells that are others now; the check of the file says the rest later."""
        known, shown = self.understood, self._shown
        found = None if known is None else await asyncio.to_thread(remarked, known, self._marked, shown)
        if found is not None and self.understood is known:
            self.understood, self._marked = found, shown
            self._run("problems", self._problems())

    async def _told(self, event: GenericEventArguments) -> None:
        try:
            await self._do(event.args)
        except (SignedOutError, NotAllowedError):
            self._restore()
            raise

    async def _do(self, given: Mapping[str, Any]) -> None:
        kind = given["kind"]
        if kind == "typed":
            cells = {(int(given["key"]), int(given["column"])): str(given["text"]).replace("\n", " ")}
            await self.make(Typed(cells), self._by())
            return
        self.place = _place(given)
        if kind == "at":
            await self.moved()
        elif kind in ("undo", "redo"):
            by, step = self._by(), self.opened.undo if kind == "undo" else self.opened.redo
            await self._change(lambda: step(by))
        elif kind == "paste":
            await self.make(self._pasted(given, self.place), self._by())
        else:
            await self.make(self._edit(kind, self.place), self._by())

    def _by(self) -> str:
        return self.visit.require(Action.PROPOSE_RELEASE)

    def _pasted(self, given: Mapping[str, Any], place: Place) -> Typed:
        cells = read_clipboard(str(given["text"]))
        if len(cells) == 1 and len(cells[0]) == 1:
            return pasted(cells, place.keys, place.columns, fills=True)
        return pasted(cells, [int(one) for one in given["below"]], [int(one) for one in given["beside"]], fills=False)

    def _edit(self, kind: str, place: Place) -> Edit:
        sheet = self.opened.sheet
        last = place.keys[-1] if place.keys else sheet.lines[-1].key
        match kind:
            case "clear":
                blank = blank_row(sheet)
                return Typed({(key, at): blank[at] for key in place.keys for at in place.columns})
            case "add":
                return Inserted(last, (blank_row(sheet),))
            case "copy":
                chosen = [line.cells for line in sheet.lines[1:] if line.key in place.keys]
                return Inserted(last, tuple(chosen))
            case "remove":
                return Removed(frozenset(place.keys))
            case "up" | "down":
                return Moved(frozenset(place.keys), -1 if kind == "up" else 1)
            case "widen":
                return Widened(place.column + 1, self._new_head(place.column))
            case "narrow":
                return Narrowed(place.column)
            case _:
                raise NotTakenError(Bilingual("没有这个操作", "there is no such thing to do"))

    def _new_head(self, column: int) -> str:
        """What a new column is headed by until its writer says what it is: what its neighbour is."""
        sheet = self.opened.sheet
        head = sheet.lines[0].cells[column]
        if sheet.cross or column < sheet.split:
            return head
        name, _, kind = head.removeprefix("=>").strip().partition(" ")
        return f"{name}_2 {kind}".strip()

    def heads(self) -> list[str]:
        """What the columns are called."""
        return [str(one["label"]) for one in self._columns()]

    def _columns(self) -> list[dict[str, object]]:
        heads, split = self.opened.sheet.lines[0].cells, self.opened.sheet.split
        known = self.understood.columns if self.understood is not None else ()
        if len(known) != len(heads):
            return [{"label": head or "…", "told": head, "output": at >= split} for at, head in enumerate(heads)]
        found = []
        for head, one in zip(heads, known, strict=True):
            label = head if self.opened.sheet.cross and one.output else self.visit.tell(one.label)
            kind = self.visit.tell(one.kind_name)
            found.append({"label": f"{label}（{kind}）" if self.visit.language == "zh" else f"{label} ({kind})",
                          "told": head, "output": one.output})  # fmt: skip
        return found

    def _problems(self) -> list[tuple[int, int, str]]:
        found = self.understood.wrong if self.understood is not None else ()
        return [(one.row, one.column, self.visit.tell(one.text)) for one in found]

    def _say(self, zh: str, en: str) -> str:
        return self.visit.say(zh, en)

    def _run(self, what: str, *given: object) -> None:
        # What is to be done before the grid has been laid out waits for it; before that it is laid out with it.
        self._client.run_javascript(f"window.mpOpening?.then(() => window.mpTable.{what}(...{json.dumps(given)}))")


_FEW: Final = 26


async def _nothing() -> None:
    """Until somebody wants to know."""


def _whole(lines: Lines) -> dict[str, object]:
    return {"rows": {str(line.key): list(line.cells) for line in lines}, "order": [line.key for line in lines]}


def _place(given: Mapping[str, Any]) -> Place:
    keys, columns = (tuple(int(one) for one in given[name]) for name in ("keys", "columns"))
    return Place(int(given["key"]), int(given["column"]), keys, columns)
