"""The text of a rule file and the drawing of it, as elements of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from nicegui import ui

from decision_service.workbench.editor.checking import Flaw, Tip
from decision_service.workbench.editor.offsets import Units
from decision_service.workbench.parts import STATIC
from decision_service.workbench.visit import Visit, address

PHRASES: Final = {
    "Find": "查找", "Replace": "替换为", "next": "下一处", "previous": "上一处", "all": "全部选中",
    "match case": "区分大小写", "regexp": "正则", "by word": "整词", "replace": "替换", "replace all": "全部替换",
    "close": "关闭", "Completions": "可填内容", "Go to line": "转到行", "go": "转到", "current match": "当前",
    "on line": "在第几行", "replaced match on line $": "已替换第$行", "replaced $ matches": "已替换$处",
    "Fold line": "折叠", "Unfold line": "展开", "folded code": "已折叠", "unfold": "展开", "to": "至",
    "Selection deleted": "已删除所选",
}  # fmt: skip
"""What the editor itself says, in Chinese."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a text is opened with: the text, the number of the save that it builds on, where unsent text is kept in the
    browser, the line to begin at, and whether it can be changed."""

    text: str
    after: int
    keep: str
    line: int
    is_readonly: bool


class RuleText(ui.element, component=STATIC / "rule_text.js"):
    """The text. Its events: `typed` (text, revision) after each pause, `save` (the same), `moved` (line), `asked`
    (number, kind, line, unit), `found` (after) where the browser had kept what the server never got."""

    def __init__(self, visit: Visit, opened: Opened) -> None:
        super().__init__()
        self._props["value"] = opened.text
        self._props["after"] = opened.after
        self._props["keep"] = opened.keep
        self._props["line"] = opened.line
        self._props["readonly"] = opened.is_readonly
        self._props["label"] = visit.say("规则文件的文字", "text of the rule file")
        self._props["phrases"] = PHRASES if visit.language == "zh" else {}

    def underline(self, visit: Visit, shown: tuple[str, str, int], flaws: Sequence[Flaw], tips: Sequence[Tip]) -> None:
        """Underlines what is wrong, and fainter what could be better. `shown`: the file, its text, and that text's
        revision."""
        name, text, revision = shown
        units = Units(text)
        marks: list[dict[str, Any]] = []
        for flaw, mood in [*((one, "bad") for one in flaws), *((one.flaw, "tip") for one in tips)]:
            if flaw.place is not None and flaw.place.file == name:
                begin, end = units.unit(flaw.place.start), units.unit(flaw.place.end)
                words, hint = visit.tell(flaw.said), visit.tell(flaw.hint)
                marks.append({"from": begin, "to": end, "mood": mood, "words": words, "hint": hint})
        self.run_method("mark", revision, marks)

    def link(self, visit: Visit, revision: int, name: str, tables: Sequence[tuple[str, int]]) -> None:
        """Puts a way to its grid behind the name of each table; the second of each is where, in units."""
        words = visit.say("用表格改", "open as a grid")
        links = [{"at": at, "href": address("/table", file=name, table=table), "words": words} for table, at in tables]
        self.run_method("link", revision, links)

    def lead(self, line: int, column: int = 0) -> None:
        """Puts the cursor there and shows it; line from 1, column in units from 0."""
        self.run_method("lead", line, column)


class RuleGraph(ui.element, component=STATIC / "rule_graph.js"):
    """The drawing. Its event: `chosen` (key), where somebody chose a box."""

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self._props["drawing"] = ""
        self._props["leads"] = {}
        self._props["label"] = visit.say("事实、规则和结果的图", "graph of facts, rules and outcomes")
        wrong = visit.say("文字没有问题时才画得出图", "it is drawn when the text has no problem")
        self._words = {"wrong": wrong, "busy": visit.say("正在画图……", "drawing…")}
        self._props["note"] = self._words["busy"]

    def say_wrong(self) -> None:
        """Says that the text can't be drawn as it is now."""
        self._props["note"] = self._words["wrong"]
        self.update()

    def show(self, drawing: str, leads: dict[str, int]) -> None:
        """Draws another one."""
        self._props["note"] = ""
        self._props["leads"] = leads
        self._props["drawing"] = drawing
        self.update()

    def light(self, key: str) -> None:
        """Lights up one box, or none."""
        self.run_method("light", key)
