"""Saving a draft, its history, and what happens where somebody else has saved meanwhile."""

import asyncio
import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments

from decision_service.access.actions import Action
from decision_service.editing.formatting import FormattingError
from decision_service.source import PolicyProblems
from decision_service.workbench.acting import acting
from decision_service.workbench.drafts import ChangedMeanwhileError, Save
from decision_service.workbench.editor.checking import laid_out
from decision_service.workbench.editor.elements import RuleText
from decision_service.workbench.editor.sheet import Sheet, mended
from decision_service.workbench.parts import button, heading, named, panel, text
from decision_service.workbench.saying import moment


@dataclass(slots=True)
class Saving:
    """What the buttons above the text do. `conflict` is where a conflict is shown."""

    sheet: Sheet
    editor: RuleText
    say_state: Callable[[], None]
    conflict: ui.element
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def begin(self) -> None:
        """Listens to the text."""
        self.editor.on("save", acting(self.sheet.visit, Action.PROPOSE_RELEASE, self._save))

    async def lay_out(self, *_: object) -> None:
        """The text as `miaopi fmt` lays it out; where it can't be, why."""
        visit, sheet = self.sheet.visit, self.sheet
        try:
            better = await visit.bench.elsewhere(laid_out, sheet.name, sheet.text)
        except PolicyProblems:
            ui.notify(visit.say("文字有错，先改正才能排版", "mend the problems first, then it can be laid out"))
            return
        except FormattingError:
            ui.notify(visit.say("排版会改变含义，文字保持不变", "it would change what is said; left as it is"))
            return
        if better == sheet.text:
            ui.notify(visit.say("已经排好，没有改动", "laid out already; nothing changed"))
        else:
            self.editor.run_method("replaceAll", better)
            ui.notify(visit.say("已排版；可以撤销", "laid out; it can be undone"))

    async def _save(self, event: GenericEventArguments) -> None:
        self.sheet.take(str(event.args["text"]), int(event.args["revision"]))
        async with self.turn:  # saved twice at once, the second would find that somebody was quicker
            if self.sheet.text == self.sheet.saved:
                ui.notify(self.sheet.visit.say("没有改动", "nothing has changed"))
            else:
                await self._save_after(self.sheet.after)

    async def _save_mine(self, after: int, *_: object) -> None:
        async with self.turn:
            await self._save_after(after)

    async def _save_after(self, after: int) -> None:
        sheet, visit = self.sheet, self.sheet.visit
        written, revision = sheet.text, sheet.revision
        by = visit.require(Action.PROPOSE_RELEASE)
        try:
            save = await asyncio.to_thread(visit.bench.drafts.save, sheet.name, written, by, after)
        except ChangedMeanwhileError as meanwhile:
            await self._met(meanwhile.last)
            return
        await self._saved(save, revision)
        ui.notify(visit.say("已保存为草稿", "saved as a draft"), type="positive")

    async def _met(self, last: Save) -> None:
        """Somebody else was quicker; where a release has put the draft away, its text is in the folder now."""
        await asyncio.to_thread(self.sheet.look_at_folder)
        self.show_conflict(last)
        self.say_state()

    async def _saved(self, save: Save, revision: int) -> None:
        sheet = self.sheet
        await asyncio.to_thread(sheet.look_at_folder)
        sheet.after = save.number
        sheet.saved = sheet.on_disk if save.text is None else save.text
        sheet.drop_kept()
        self.editor.run_method("based", save.number, revision)
        self.conflict.clear()
        self.say_state()
        sheet.changed.set()

    def show_conflict(self, last: Save) -> None:
        """What somebody else saved beside what is here, and the choice between them."""
        visit, sheet = self.sheet.visit, self.sheet
        say = visit.say
        theirs = sheet.on_disk if last.text is None else last.text
        self.conflict.clear()
        with self.conflict, panel("mp-conflict"):
            heading(say("别人先保存了这个文件", "Somebody saved this file before you"))
            text(say(f"{last.by} 于 {moment(last.at)} 保存。", f"Saved by {last.by} at {moment(last.at)}. ")
                 + say("红色是对方的，绿色是您的。", "Red is theirs, green is yours."), "p")  # fmt: skip
            self._difference(_differing(theirs, sheet.text))
            with ui.element("div").classes("mp-row"):
                button(say("用我的，保存在后", "Save mine after it"), strong=True).on_click(
                    acting(visit, Action.PROPOSE_RELEASE, partial(self._save_mine, last.number))
                )
                button(say("用对方的（可撤销）", "Take theirs (can be undone)")).on_click(
                    acting(visit, Action.PROPOSE_RELEASE, partial(self._take, last, theirs))
                )

    async def _take(self, last: Save, theirs: str, *_: object) -> None:
        self.sheet.give_up(theirs, last.number)
        self.conflict.clear()
        self.editor.run_method("based", last.number, self.sheet.revision)
        self.editor.run_method("replaceAll", theirs)

    async def show_history(self, *_: object) -> None:
        """Every save of the file, the newest first."""
        visit, sheet = self.sheet.visit, self.sheet
        saves = await asyncio.to_thread(visit.bench.drafts.history, sheet.name)
        with ui.dialog(value=True) as dialog, ui.card().classes("mp-dialog"):
            dialog.on("hide", dialog.delete)
            heading(visit.say("保存的历史", "Every save"))
            if not saves:
                text(visit.say("还没有保存过", "never saved yet"), "p", "mp-faint")
            for save in saves:
                self._entry(dialog, save)
            button(visit.say("关闭", "Close")).on_click(dialog.close)

    def _entry(self, dialog: ui.dialog, save: Save) -> None:
        visit, sheet, say = self.sheet.visit, self.sheet, self.sheet.visit.say
        with panel():
            with ui.element("div").classes("mp-row"):
                text(f"{moment(save.at)} · {save.by}", "strong")
                if save.text is None:
                    text(say("放弃了草稿", "put the draft away"), "span", "mp-faint")
                elif not sheet.is_readonly:
                    restore = button(say("恢复到这一次", "Take this one back"))
                    restore.on_click(acting(visit, Action.PROPOSE_RELEASE, partial(self._restore, dialog, save.text)))
            if save.text is not None:
                with ui.expansion(say("与现在的文字相比", "compared with the text now")).classes("mp-wide") as compared:
                    compared.on_value_change(
                        acting(visit, Action.READ_GUIDE, partial(self._compare, ui.element("div"), save.text))
                    )

    async def _compare(self, place: ui.element, earlier: str, event: ValueChangeEventArguments[bool]) -> None:
        """When it is opened: of a long history nobody waits for what nobody looks at."""
        place.clear()
        if event.value:
            lines = await asyncio.to_thread(_differing, earlier, self.sheet.text)
            with place:
                self._difference(lines)

    async def _restore(self, dialog: ui.dialog, earlier: str, *_: object) -> None:
        dialog.close()
        self.editor.run_method("replaceAll", mended(earlier))
        ui.notify(self.sheet.visit.say("已取回，保存后生效；可以撤销", "taken back; save to keep it, or undo"))

    def _difference(self, lines: Sequence[str]) -> None:
        """What differs, marked by sign and colour."""
        say = self.sheet.visit.say
        if not lines:
            text(say("没有不同", "no difference"), "p", "mp-faint")
            return
        with named(ui.element("div"), say("不同之处", "what differs")) as shown:
            for line in lines:
                text(line, "div", {"-": "mp-gone", "+": "mp-come", "@": "mp-faint"}.get(line[:1], ""))
        shown.classes("mp-difference mp-mono").props('tabindex="0" role="region"')

    async def ask_to_put_away(self, *_: object) -> None:
        """Whether the draft is really to go."""
        visit = self.sheet.visit
        say = visit.say
        with ui.dialog(value=True) as dialog, ui.card().classes("mp-dialog"):
            dialog.on("hide", dialog.delete)
            heading(say("放弃草稿？", "Put the draft away?"))
            text(
                say(
                    "文字回到规则文件夹里的那一份；历史里仍可取回已保存的。",
                    "The text goes back to what the rules folder has; what was saved stays in the history.",
                ),
                "p",
            )
            with ui.element("div").classes("mp-row"):
                button(say("放弃草稿", "Put it away"), strong=True).on_click(
                    acting(visit, Action.PROPOSE_RELEASE, partial(self._put_away, dialog))
                )
                button(say("不放弃", "Keep it")).on_click(dialog.close)

    async def _put_away(self, dialog: ui.dialog, *_: object) -> None:
        dialog.close()
        async with self.turn:
            await self._put_draft_away()

    async def _put_draft_away(self) -> None:
        sheet, visit = self.sheet, self.sheet.visit
        by = visit.require(Action.PROPOSE_RELEASE)
        if sheet.name in visit.bench.drafts.standing():
            try:
                save = await asyncio.to_thread(visit.bench.drafts.save, sheet.name, None, by, sheet.after)
            except ChangedMeanwhileError as meanwhile:
                await self._met(meanwhile.last)
                return
            await self._saved(save, sheet.revision)
            after = save.number
        else:
            await asyncio.to_thread(sheet.look_at_folder)
            after = (await asyncio.to_thread(visit.bench.drafts.read, sheet.name))[1]
            self.editor.run_method("based", after, sheet.revision)
        sheet.give_up(sheet.on_disk, after)
        self.say_state()
        if sheet.on_disk:
            self.editor.run_method("replaceAll", sheet.on_disk)
        else:
            ui.navigate.to("/edit")


def _differing(before: str, after: str) -> list[str]:
    """Two texts line by line, some lines around each change."""
    return list(difflib.unified_diff(before.split("\n"), after.split("\n"), n=2, lineterm=""))[2:]
