"""Buttons that send a table out as a workbook and take it back, once who sits there has seen what that changes."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from nicegui import ui
from nicegui.events import UploadEventArguments

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.parts import button, heading, note, text
from decision_service.workbench.tables.edits import Replaced
from decision_service.workbench.tables.grid import Grid
from decision_service.workbench.tables.sheet import Cells
from decision_service.workbench.tables.understanding import Asked
from decision_service.workbench.tables.workbook import Change, changes, exported, imported
from decision_service.workbench.visit import Visit

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_SHOWN: Final = 60
"""Changes that are listed one by one; the rest is counted."""


class Exchange:
    """The two buttons."""

    def __init__(self, visit: Visit, grid: Grid, *, editable: bool) -> None:
        self.visit = visit
        self.grid = grid
        out = button(visit.say("导出 Excel", "Export to Excel"), "download")
        out.on_click(acting(visit, Action.READ_GUIDE, self._out))
        if editable:
            self.upload = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_upload=acting(
                visit, Action.PROPOSE_RELEASE, self._in
            )).props("accept=.xlsx").classes("mp-hidden").props('aria-hidden="true"')  # fmt: skip
            back = button(visit.say("从 Excel 导入", "Import from Excel"), "upload")
            back.on_click(lambda: self.upload.run_method("pickFiles"))

    async def _out(self) -> None:
        sheet = self.grid.opened.sheet
        asked = Asked(str(self.visit.bench.rules), self.grid.opened.file, sheet.text, sheet.name)
        content = await self.visit.bench.elsewhere(exported, asked)
        matter, _, day = self.grid.opened.file.removesuffix(".yaml").partition("/")
        ui.download.content(content, f"{matter}-{sheet.name}-{day}.xlsx")

    async def _in(self, event: UploadEventArguments) -> None:
        content = await event.file.read()
        self.upload.reset()
        sheet = self.grid.opened.sheet
        cells = await self.visit.bench.elsewhere(imported, content, sheet.name)
        found = list(changes(sheet.cells, cells))
        if not found:
            ui.notify(self.visit.say("工作簿与现在的表相同", "the workbook holds the table as it is"))
            return
        self._ask(found, cells)

    def _ask(self, found: Sequence[Change], cells: tuple[Cells, ...]) -> None:
        visit = self.visit
        with ui.dialog(value=True) as dialog, ui.card().classes("mp-dialog"):
            heading(visit.say("导入会改这些", "What the import would change"))
            with ui.element("div").classes("mp-wide"), ui.element("ul").classes("mp-bullets"):
                for one in islice(found, MOST_SHOWN):
                    text(self._words(one), "li", "mp-mono")
            if len(found) > MOST_SHOWN:
                left = len(found) - MOST_SHOWN
                text(visit.say(f"还有{left}行", f"and {left} more rows"), "p", "mp-faint")
            note(visit.say("收下是一步，可以撤销。", "Taking it over is one step, which can be undone."), "")

            async def keep() -> None:
                dialog.close()
                await self.grid.make(Replaced(cells), visit.require(Action.PROPOSE_RELEASE))

            with ui.element("div").classes("mp-row"):
                keeping = button(visit.say("收下", "Take it over"), strong=True)
                keeping.on_click(acting(visit, Action.PROPOSE_RELEASE, keep))
                button(visit.say("不要", "Leave it")).on_click(dialog.close)

    def _words(self, one: Change) -> str:
        visit = self.visit
        row = visit.say(f"第{one.row}行", f"row {one.row}") if one.row else visit.say("表头", "the head")
        if one.was is None:
            return visit.say(f"{row}之后加上：", f"after {row}, new: ") + " | ".join(one.now or ())
        if one.now is None:
            return visit.say(f"{row}删去：", f"{row} is gone: ") + " | ".join(one.was)
        if len(one.was) != len(one.now):
            return f"{row}: {' | '.join(one.was)} → {' | '.join(one.now)}"
        heads = self.grid.opened.sheet.lines[0].cells
        parts = [
            f"{head.removeprefix('=>').strip()}: {was or '∅'} → {now or '∅'}"
            for head, was, now in zip(heads, one.was, one.now, strict=True)
            if was != now
        ]
        return f"{row}: {'; '.join(parts)}"
