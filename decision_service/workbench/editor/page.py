"""The page of one rule file."""

import asyncio
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.editor.beginning import begin_version
from decision_service.workbench.editor.checking import is_version
from decision_service.workbench.editor.choosing import choose, files_beside
from decision_service.workbench.editor.desk import Desk
from decision_service.workbench.editor.elements import Opened, RuleGraph, RuleText
from decision_service.workbench.editor.findings import Findings
from decision_service.workbench.editor.prose import show_prose
from decision_service.workbench.editor.saving import Saving
from decision_service.workbench.editor.sheet import Sheet, opened
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import button, note, text
from decision_service.workbench.visit import Visit, address


async def build(visit: Visit) -> None:
    """The file that the address names, or all of them to choose from."""
    name = visit.asked("file")
    if not name:
        await choose(visit)
        return
    sheet = await asyncio.to_thread(opened, visit, name)
    if sheet is None:
        note(visit.say("没有这个文件", "there is no such file"), "bad")
        await choose(visit)
    elif visit.asked("view") == "prose" and is_version(name):
        await show_prose(sheet)
    else:
        await _Editor(sheet).build()


class _Editor:
    """The page, put together: above the text what can be done with it, below it what is wrong, beside it the graph."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.visit = sheet.visit
        self.say = sheet.visit.say

    async def build(self) -> None:
        """Makes the elements and lets them work."""
        files_beside(self.sheet)
        bar = ui.element("div").classes("mp-row no-print mp-bar")
        if self.sheet.kept_at:
            at = self.sheet.kept_at.replace("T", " ")[:16]
            note(self.say(f"这是您在 {at} 写的、还没有保存的文字", f"what you had written by {at} and not saved yet"))
        if not self.sheet.is_legible:
            zh = "规则文件夹里的这个文件不是 UTF-8，读不出的字显示为 �。先用原来的程序另存为 UTF-8，再在这里改。"
            en = (
                "In the rules folder this file is no UTF-8: � stands for what can't be read. Save it as UTF-8 where it "
                "was written before you change it here."
            )
            note(self.say(zh, en), "bad")
        conflict = ui.element("div")
        with ui.element("div").classes("mp-editing") as columns:
            with ui.element("div").classes("mp-editing-text"):
                editor = self._text()
                text(self._keys(), "p", "mp-faint mp-keys no-print")
            with ui.element("div").classes("mp-editing-graph") as beside:
                graph = RuleGraph(self.visit)
        beside.set_visibility(False)
        with bar:
            self.state = text("", "span", "mp-mark").props('role="status"')
        desk = Desk(self.sheet, editor, graph, Findings(self.sheet, editor), self.say_state)
        saving = Saving(self.sheet, editor, self.say_state, conflict)
        with bar:
            self._actions(editor, saving)
            if is_version(self.sheet.name):
                await self._switch(desk, columns, beside)
                self._ways()
        self.say_state()
        if self.sheet.meanwhile is not None:
            saving.show_conflict(self.sheet.meanwhile)
        saving.begin()
        desk.begin()

    def say_state(self) -> None:
        """Whether the text is saved, and whether it is what the rules folder has."""
        words, mood = {
            "in_force": (self.say("与规则文件夹一致", "as in the rules folder"), "good"),
            "draft": (self.say("草稿，已保存", "draft, saved"), "warn"),
            "unsaved": (self.say("未保存", "not saved"), "bad"),
        }[self.sheet.state]
        self.state.classes(remove="good warn bad", add=mood)
        self.state.set_text(words)

    def _text(self) -> RuleText:
        visit, sheet = self.visit, self.sheet
        line = visit.asked("line")
        keep = f"miaopi {visit.person.name} {sheet.name}"
        at = int(line) if line.isascii() and line.isdigit() and len(line) < 7 else 0
        return RuleText(visit, Opened(sheet.text, sheet.after, keep, at, sheet.is_readonly))

    def _keys(self) -> str:
        if self.sheet.is_readonly:
            return self.say(
                "Ctrl+I 这是什么 · F12 到定义处 · F8 下一处问题 · Ctrl+F 查找",
                "Ctrl+I what is this · F12 to its definition · F8 next problem · Ctrl+F find",
            )
        return self.say(
            "Ctrl+S 保存 · Ctrl+空格 可填内容 · Ctrl+I 这是什么 · F12 到定义处 · F8 下一处问题 · "
            "Ctrl+F 查找 · Ctrl+Z 撤销 · 按 Esc 再按 Tab 离开文字",
            "Ctrl+S save · Ctrl+Space what may come · Ctrl+I what is this · F12 to its definition · F8 next problem · "
            "Ctrl+F find · Ctrl+Z undo · Esc, then Tab leaves the text",
        )

    def _actions(self, editor: RuleText, saving: Saving) -> None:
        visit, say, name = self.visit, self.say, self.sheet.name
        history = acting(visit, Action.READ_GUIDE, saving.show_history)
        if self.sheet.is_readonly:
            text(say("只能查看", "read only"), "span", "mp-faint")
            button(say("历史", "History"), "history").on_click(history)
            return
        # In the browser: by way of the server it would save what is typed in between too.
        keep = f"() => runMethod({editor.id}, 'save', [])"
        button(say("保存", "Save"), "save", strong=True).on("click", js_handler=keep)
        lay_out = acting(visit, Action.PROPOSE_RELEASE, saving.lay_out)
        button(say("排版", "Lay out"), "format_align_left").on_click(lay_out)
        button(say("历史", "History"), "history").on_click(history)
        put_away = acting(visit, Action.PROPOSE_RELEASE, saving.ask_to_put_away)
        button(say("放弃草稿", "Put draft away"), "delete_outline").on_click(put_away)
        if is_version(name):
            begin_version(self.sheet)

    async def _switch(self, desk: Desk, columns: ui.element, beside: ui.element) -> None:
        async def turned(*_: object) -> None:
            desk.has_graph = not desk.has_graph
            beside.set_visibility(desk.has_graph)
            columns.classes(toggle="mp-beside")
            switch.props["aria-pressed"] = "true" if desk.has_graph else "false"
            await desk.draw()

        switch = button(self.say("图", "Graph"), "account_tree").props('aria-pressed="false"')
        switch.on_click(acting(self.visit, Action.READ_GUIDE, turned))
        if self.visit.asked("view") == "graph":
            await turned()

    def _ways(self) -> None:
        for zh, en, path, query in (
            ("通读", "Read as prose", "/edit", {"file": self.sheet.name, "view": "prose"}),
            ("试一试", "Try it", "/try", {"file": self.sheet.name}),
            ("案例与证明", "Cases and proofs", "/trust", {"matter": self.sheet.matter}),
            ("改动与比较", "Change and compare", "/change", {"matter": self.sheet.matter}),
        ):
            ui.link(self.say(zh, en), address(path, **query))


EDITOR: Final = Page(
    "/edit", Bilingual("规则文件", "Rule files"), frozenset({Action.READ_CONTROL}), build, icon="edit_note"
)
