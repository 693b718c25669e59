"""Buttons that send a table out to another tool and take it back, once who sits there has seen what that changes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from nicegui import ui
from nicegui.events import UploadEventArguments

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.parts import button, heading, note, text
from decision_service.workbench.tables.carried import Brought, Change, NotCarriedError, Sent
from decision_service.workbench.tables.edits import Replaced
from decision_service.workbench.tables.grid import Grid
from decision_service.workbench.tables.model import modelled, remodelled
from decision_service.workbench.tables.sheet import Cells
from decision_service.workbench.tables.understanding import Asked
from decision_service.workbench.tables.workbook import exported, imported
from decision_service.workbench.visit import Visit

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_SHOWN: Final = 60
"""Changes that are listed one by one; the rest is counted."""

_TOO_LARGE: Final = Bilingual("文件超过8 MB，没有读入", "the file is larger than 8 MB; nothing was taken over")


@dataclass(frozen=True, slots=True)
class Tool:
    """What a table goes to and comes back from: its name, how its files end (the first is ours), and what is done
    there and back in a process beside the pages."""

    name: str
    suffixes: tuple[str, ...]
    send: Callable[[Asked], Sent]
    bring: Callable[[bytes, Asked], Brought]


TOOLS: Final = (
    Tool("Excel", (".xlsx",), exported, imported),
    Tool("DMN", (".dmn", ".xml"), modelled, remodelled),
)


class Exchange:
    """The two buttons of one tool."""

    def __init__(self, visit: Visit, grid: Grid, tool: Tool, *, editable: bool) -> None:
        self.visit = visit
        self.grid = grid
        self.tool = tool
        out = button(visit.say(f"导出 {tool.name}", f"Export to {tool.name}"), "download")
        out.on_click(acting(visit, Action.READ_GUIDE, self._out))
        if editable:
            accepted = ",".join(tool.suffixes)
            self.upload = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_rejected=self._tell_rejected)
            self.upload.on_upload(acting(visit, Action.PROPOSE_RELEASE, self._in))
            self.upload.props(f'accept="{accepted}" aria-hidden="true"')
            self.upload.classes(f"mp-hidden mp-from-{tool.name.lower()}")
            back = button(visit.say(f"从 {tool.name} 导入", f"Import from {tool.name}"), "upload")
            back.on_click(lambda: self.upload.run_method("pickFiles"))

    def _tell_rejected(self) -> None:
        listed = " ".join(self.tool.suffixes)
        zh, en = f"只收8 MB以内的文件（{listed}）", f"only files up to 8 MB ({listed}); nothing was taken over"
        ui.notify(self.visit.say(zh, en), type="negative")

    def _asked(self) -> Asked:
        sheet = self.grid.opened.sheet
        return Asked(str(self.visit.bench.rules), self.grid.opened.file, sheet.text, sheet.name)

    async def _out(self) -> None:
        asked = self._asked()
        sent = await self.visit.bench.elsewhere(self.tool.send, asked)
        matter, _, day = asked.file.removesuffix(".yaml").partition("/")
        ui.download.content(sent.content, f"{matter}-{asked.table}-{day}{self.tool.suffixes[0]}")
        if sent.left:
            zh, en = f"{self.tool.name} 文件装不下：", f"What the {self.tool.name} file does not carry: "
            said = self.visit.say("；", "; ").join(self.visit.tell(one) for one in sent.left)
            after = self.visit.say("。读回来时以这里的文件为准。", ". When it comes back, the file here has it still.")
            words = self.visit.say(zh, en) + said + after
            ui.notify(words, multi_line=True, timeout=15_000, close_button="×")

    async def _in(self, event: UploadEventArguments) -> None:
        self.upload.reset()
        if event.file.size() > MOST_BYTES:  # the browser's own bound is no bound
            raise NotCarriedError(_TOO_LARGE)
        content = await event.file.read()
        before = self.grid.opened.sheet.cells
        try:
            found = await self.visit.bench.elsewhere(self.tool.bring, content, self._asked())
        except NotCarriedError as error:
            raise NotCarriedError(
                Bilingual(f"没有导入。{error.told.zh}", f"Nothing was taken over: {error.told.en}")
            ) from error
        if found.changes:
            self._ask(found, before)
        else:
            ui.notify(self.visit.say("文件里的表与现在的相同", "the file holds the table as it is"))

    def _ask(self, found: Brought, before: tuple[Cells, ...]) -> None:
        visit = self.visit
        with ui.dialog(value=True) as dialog, ui.card().classes("mp-dialog"):
            heading(visit.say("导入会改这些", "What the import would change"))
            with ui.element("div").classes("mp-wide"), ui.element("ul").classes("mp-bullets"):
                for one in islice(found.changes, MOST_SHOWN):
                    text(self._words(one), "li", "mp-mono")
            more = len(found.changes) - MOST_SHOWN
            if more > 0:
                text(visit.say(f"还有{more}行", f"and {more} more rows"), "p", "mp-faint")
            if found.left:
                left = visit.say("、", ", ").join(visit.tell(one) for one in found.left)
                zh, en = f"只作说明，不读入：{left}。", f"Left behind, since it only explains: {left}."
                note(visit.say(zh, en), "warn")
            note(visit.say("收下是一步，可以撤销。", "Taking it over is one step, which can be undone."), "")

            async def keep() -> None:
                dialog.close()
                await self.grid.make(Replaced(found.cells, before), visit.require(Action.PROPOSE_RELEASE))

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
