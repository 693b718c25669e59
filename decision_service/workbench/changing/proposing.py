"""The part of the releases page on which an analyst puts a release together."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.begun import begun
from decision_service.workbench.changing.checklist import check_row
from decision_service.workbench.changing.checks import CHECKS, Candidate, candidate, known, run
from decision_service.workbench.changing.releasing import Chosen, parts_of, proposals_of, propose
from decision_service.workbench.changing.talking import remarks_of
from decision_service.workbench.changing.trying import once, waiting
from decision_service.workbench.parts import button, heading, mark, note, panel, text
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.saying import counted, moment
from decision_service.workbench.visit import Visit, address


class Proposing:
    """What an analyst has chosen on this page, and the elements that show it."""

    def __init__(self, visit: Visit, again: Callable[[], None]) -> None:
        """`again` has the page built anew, once something was proposed."""
        self.visit = visit
        self.again = again
        self.saves = visit.bench.drafts.standing()
        self.drafts = dict.fromkeys(self.saves, True)
        self.away = dict.fromkeys(proposals_of(visit.bench).withdrawn(), True)
        self.is_sure = False
        self.looking = object()

    async def build(self) -> None:
        """The whole part."""
        say = self.visit.say
        heading(say("提请发布", "Propose a release"))
        if not self.drafts and not self.away:
            zh = "没有草稿。先在编辑页改规则并保存草稿，再到这里提请。"
            text(say(zh, "There are no drafts. Change rules in the editor, save a draft, then come back."), "p")
            return
        with panel():
            text(say("1. 选择要发布的内容", "1. Choose what is released"), "h3", "mp-h3")
            for name in self.drafts:
                self._draft(name)
            for name in self.away:
                self._away(name)
            text(say("2. 发布前检查", "2. Before it is released"), "h3", "mp-h3")
            await self._checklist()
            text(say("3. 写给审批人", "3. To the approver"), "h3", "mp-h3")
            self.note = ui.textarea(say("改了什么、为什么", "what changes, and why"))
            self.note.props("outlined dense autogrow maxlength=2000 debounce=0")
            self._late()
            with ui.element("div").classes("mp-row ch-check"):
                start = button(say("提请发布", "propose"), "send", strong=True)
            start.on_click(once(start, acting(self.visit, Action.PROPOSE_RELEASE, self._propose)))
            zh = "提请后文件进入规则文件夹，由另一人批准才生效；未获批准前一直按现行规则办理。"
            en = (
                "The files go into the rules folder and take effect once another person approves; until then the rules "
                "in force decide."
            )
            text(say(zh, en), "p", "mp-faint")

    def _draft(self, name: str) -> None:
        visit, save = self.visit, self.saves[name]
        with ui.element("div").classes("mp-row"):
            _tick(name, lambda is_on: self._turn(self.drafts, name, is_on=is_on), is_on=True)
            text(f"{save.by} {moment(save.at)}", "span", "mp-faint")
            matter, day = name.partition("/")[0], Path(name).stem
            ui.link(visit.say("编辑", "edit"), address("/edit", file=name))
            if not name.endswith(".cases.yaml") and matter != "catalogue":
                ui.link(visit.say("比较", "compare"), address("/change", matter=matter, new=f"draft:{day}"))
                text(visit.say(f"生效日 {day}", f"first day {day}"), "span", "mp-mark")
            open_ones = sum(one.settled is None for one in remarks_of(visit).on([name]))
            if open_ones:
                mark(visit.say(f"{open_ones}条意见未解决", counted(open_ones, "open comment")), "warn")

    def _away(self, name: str) -> None:
        visit = self.visit
        with ui.element("div").classes("mp-row"):
            label = visit.say(f"撤下 {name}", f"take away {name}")
            _tick(label, lambda is_on: self._turn(self.away, name, is_on=is_on), is_on=True)

            async def keep() -> None:
                proposals_of(visit.bench).keep_after_all(name)
                self.again()

            button(visit.say("不撤了", "keep it after all")).on_click(acting(visit, Action.PROPOSE_RELEASE, keep))

    def _turn(self, which: dict[str, bool], name: str, *, is_on: bool) -> None:
        which[name] = is_on
        self._checklist.refresh()
        self._late.refresh()

    def _picked(self) -> tuple[list[str], list[str]]:
        return [one for one, on in self.drafts.items() if on], [one for one, on in self.away.items() if on]

    async def _candidate(self) -> Candidate | None:
        parts = await asyncio.to_thread(parts_of, self.visit.bench, *self._picked())
        return await asyncio.to_thread(candidate, self.visit.bench, parts) if parts else None

    @ui.refreshable_method
    async def _checklist(self) -> None:
        self.looking = looking = object()
        found = await self._candidate()
        if looking is not self.looking:  # something else was chosen meanwhile, and its list is on its way
            return
        if found is None:
            text(self.visit.say("没有选择任何内容。", "Nothing is chosen."))
            return
        for name in CHECKS:
            said = partial(known, self.visit.bench, found, name)
            check_row(self.visit, found, name, Action.PROPOSE_RELEASE, said, is_repeatable=True)

    @ui.refreshable_method
    def _late(self) -> None:
        self.is_sure = False
        late = begun(parts_of(self.visit.bench, *self._picked()), self.visit.bench.now().date().isoformat())
        if late:
            names = self.visit.joined(one.change.name for one in late)
            zh = f"{names} 的生效日已到：批准后立即生效。正式规则不能这样发布，示例规则须确认。"
            en = (
                f"the first day of {names} has come: it decides as soon as it is approved. Rules that are not "
                "illustrative can't be released so."
            )
            note(self.visit.say(zh, en))
            sure = self.visit.say("我知道，仍要提请", "I know, and propose it")
            _tick(sure, lambda is_on: setattr(self, "is_sure", is_on), is_on=False)

    async def _propose(self) -> None:
        visit, by = self.visit, self.visit.require(Action.PROPOSE_RELEASE)
        found = await self._candidate()
        if found is None:
            raise RefusedError(Bilingual("没有选择任何内容", "nothing is chosen"))
        with waiting(visit, visit.say("先检查规则文件，再提请……", "Checking the rule files, then proposing…")):
            checked = known(visit.bench, found, "check") or await run(visit.bench, found, "check", by)
            if not checked["good"]:
                self._checklist.refresh()
                raise RefusedError(
                    Bilingual(
                        f"规则文件检查没有通过：{checked['zh']}",
                        f"the rule files do not pass their check: {checked['en']}",
                    )
                )
            checks: dict[str, Any] = {}
            for name in CHECKS:
                said = known(visit.bench, found, name)
                if said is not None:
                    checks[name] = said
            names, away = self._picked()
            drafts = {name: self.saves[name].number for name in names}
            release = await propose(visit, Chosen(drafts, away, self.note.value or "", checks, self.is_sure), by)
        ui.notify(
            visit.say(f"已提请 {release}", f"proposed as {release}")
            if release
            else visit.say("案例已放入规则文件夹", "the worked cases are in the rules folder"),
            type="positive",
        )
        self.again()


def _tick(words: str, put: Callable[[bool], None], *, is_on: bool) -> None:
    """A box to tick, the browser's own: who clicks twice before the server has answered has changed it twice."""
    with ui.element("label").classes("mp-row"):
        box = ui.element("input").props('type="checkbox"')
        box.props["defaultChecked"] = is_on
        ticked = "(event) => emit(String(event.target.checked))"
        box.on("change", lambda told: put(told.args == "true"), js_handler=ticked)
        text(words, "span")
