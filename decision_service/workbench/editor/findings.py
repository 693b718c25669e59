"""Below the text: what is wrong with it, and fainter what could be better; each leads to its place."""

from collections.abc import Sequence
from functools import partial

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.editor.checking import Flaw, Thorough, Tip, mended
from decision_service.workbench.editor.elements import RuleText
from decision_service.workbench.editor.offsets import Units
from decision_service.workbench.editor.sheet import Sheet
from decision_service.workbench.parts import button, heading, text
from decision_service.workbench.visit import address


class Findings:
    """The two lists, made where this is made."""

    def __init__(self, sheet: Sheet, editor: RuleText) -> None:
        self.sheet = sheet
        self.visit = sheet.visit
        self.editor = editor
        self._shown: tuple[str, Thorough, bool] | None = None
        say = self.visit.say
        self._title = heading(say("问题", "Problems"))
        self._state = text(say("正在检查……", "checking…"), "p", "mp-faint").props('role="status"')
        self._flaws = ui.element("ol").classes("mp-findings")
        self._advice = ui.element("section")
        with self._advice:
            heading(say("建议", "Advice"))
            self._all = ui.element("div")
            self._tips = ui.element("ol").classes("mp-findings mp-faint")
        self._advice.set_visibility(False)

    def say_broken(self) -> None:
        """The check itself did not come to an end."""
        say = self.visit.say
        self._state.set_text(
            say("检查没有完成；改动文字即再检查", "the check did not end; it runs again with the next change")
        )

    def show(self, shown: str, found: Thorough, *, is_last: bool) -> None:
        """Lists what was found in the text `shown`. The quick check knows no advice; what was advised before stays
        until the thorough one (`is_last`) has its say."""
        say = self.visit.say
        count = len(found.flaws)
        if count:
            self._state.set_text(say(f"{count}处", f"{count} found"))
        else:
            self._state.set_text(say("没有问题", "no problem") if is_last else say("正在检查……", "checking…"))
        self._flaws.clear()
        with self._flaws:
            for flaw in found.flaws:
                self._flaw(shown, flaw)
        if is_last or count:
            self._tips.clear()
            self._advice.set_visibility(bool(found.tips))
            with self._tips:
                self._list_tips(shown, found.tips)

    def _list_tips(self, shown: str, tips: Sequence[Tip]) -> None:
        say, may = self.visit.say, not self.sheet.is_readonly
        self._all.clear()
        if may and sum(1 for one in tips if one.edits) > 1:
            with self._all:
                button(say("能自动改的全部改掉", "Do all that can be done for you"), "auto_fix_high").on_click(
                    acting(self.visit, Action.PROPOSE_RELEASE, partial(self._follow, shown, None))
                )
        for one in tips:
            with self._flaw(shown, one.flaw):
                text(self.visit.tell(one.why), "div")
                if one.edits and may:
                    button(say("照此改", "do it"), "auto_fix_high").on_click(
                        acting(self.visit, Action.PROPOSE_RELEASE, partial(self._follow, shown, one))
                    )

    async def _follow(self, shown: str, tip: Tip | None, *_: object) -> None:
        """Does what one piece of advice says, or all that a machine can do; not to a text that has changed since."""
        sheet, bench = self.sheet, self.visit.bench
        if sheet.text != shown:
            ui.notify(self.visit.say("文字已改动，请等检查完再点", "the text has changed; wait for its check"))
            return
        edits = () if tip is None else tip.edits
        better = await bench.elsewhere(mended, bench.drafts.whole(), sheet.name, shown, edits)
        self.editor.run_method("replaceAll", better)

    def _flaw(self, shown: str, flaw: Flaw) -> ui.element:
        place, tell = flaw.place, self.visit.tell
        with ui.element("li") as entry:
            if place is None:
                text(tell(flaw.said), "strong")
            elif place.file != self.sheet.name:
                ui.link(
                    f"{place.file} {self._line(place.line)}", address("/edit", file=place.file, line=str(place.line))
                )
                text(tell(flaw.said), "strong")
            else:
                with ui.element("button").props('type="button"').classes("mp-finding") as leads:
                    text(self._line(place.line), "span", "mp-faint mp-line-number")
                    text(tell(flaw.said), "strong")
                line = shown.split("\n", place.line)[place.line - 1]
                leads.on("click", partial(self.editor.lead, place.line, Units(line).unit(place.column - 1)))
            if tell(flaw.hint):
                text(tell(flaw.hint), "div", "mp-hint")
        return entry

    def _line(self, line: int) -> str:
        return self.visit.say(f"第{line}行", f"line {line}")
