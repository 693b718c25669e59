"""An application at work on a page: decided again at every change."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from nicegui import background_tasks, ui

from decision_service.access.actions import Action
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.parts import Bilingual
from decision_service.policy.shape import WorkedCase
from decision_service.source import PolicyProblems
from decision_service.workbench.acting import acting
from decision_service.workbench.kept import Kept, NotKeptError, read_given
from decision_service.workbench.parts import button, note, panel, text
from decision_service.workbench.trying import shown
from decision_service.workbench.trying.form import Filled, Form, load
from decision_service.workbench.trying.saving import save_dialog
from decision_service.workbench.trying.seeking import sought
from decision_service.workbench.trying.subjects import TRIALS, NoSuchVersionError, Subject, subject_of
from decision_service.workbench.trying.telling import Tried, tried
from decision_service.workbench.visit import Visit, address

QUIET_SECONDS: Final = 0.25
"""Nothing is decided while somebody types."""

SEEKING_SECONDS: Final = 0.6
"""How long it stays quiet before the nearest change is looked for, which takes a process of its own."""


class Desk:
    """The open page of one version: what is put in, and what it comes to."""

    def __init__(self, visit: Visit, name: str, subject: Subject) -> None:
        self.visit = visit
        self.name = name
        self.subject = subject
        self.chosen = ""
        self.looks: dict[str, str] = {}
        self.is_unread = False
        self.filled = Filled.of(subject, self._start())
        self.form = Form(visit, self.filled, self.changed)
        self.latest: Tried | None = None
        self.waiting: asyncio.Task[None] | None = None
        self.seeking: asyncio.Task[None] | None = None

    def _start(self) -> Kept:
        """What the address holds, else the case that it names, else the matter's sample."""
        given, case = self.visit.asked("given"), self.visit.asked("case")
        if given:
            try:
                return read_given(given, self.visit.bench.now().date())
            except NotKeptError:
                self.is_unread = True
        return self._case(case or self.subject.sample.name)

    def _case(self, name: str) -> Kept:
        found: WorkedCase = next((one for one in self.subject.cases if one.name == name), self.subject.sample)
        self.chosen = found.name
        return Kept(found.as_of, found.form, found.facts)

    def build(self) -> None:
        """Puts the page together, and decides for the first time."""
        visit = self.visit
        note(
            visit.say(
                "试算不作决定、不留记录。只用虚构的人：填写的内容会写进本页地址，分享链接时一并送出。",
                "Nothing is decided or recorded here. Use made-up people only: what is filled in stands in this page's "
                "address and goes along when the link is shared.",
            )
        )
        if self.is_unread:
            note(
                visit.say("地址中的内容读不出，改用样例", "what the address holds can't be read; a sample is shown"),
                "bad",
            )
        self.warning = ui.element("div")
        with ui.element("div").classes("mp-columns mp-try"):
            with ui.element("div"):
                self.left = ui.element("div")
                with self.left:
                    self._controls()
            with ui.element("div").classes("mp-results"):
                self._results()
        ui.context.client.on_delete(self._leave)
        self.client = ui.context.client
        self._again(0.0)

    def _controls(self) -> None:
        load(self.visit, self.subject, self.chosen, self._load)
        self.form.build()

    def _results(self) -> None:
        visit = self.visit
        with ui.element("div").classes("mp-row no-print"):
            save = button(visit.say("存为案例", "save as a case"), icon="bookmark_add", strong=True)
            save.on_click(acting(visit, Action.PROPOSE_RELEASE, self._save))
            button(visit.say("复制链接", "copy the link"), icon="link").on_click(self._copy)
        self.saved = ui.element("div")
        with panel("mp-came").props('aria-live="polite"') as self.place:
            self.outcome = ui.element("div")
        self.places = {
            "nearest": shown.section(visit, Bilingual("最近的改变", "The nearest change")),
            "rules": shown.section(visit, Bilingual("规则", "Rules")),
            "why_not": shown.section(visit, Bilingual("为什么不是别的结果", "Why not another outcome")),
            "plan": shown.section(visit, Bilingual("会查询谁", "Who would be asked")),
            "notice": shown.section(visit, Bilingual("申请人收到的文书", "The notice that the applicant gets")),
        }
        with ui.expansion(visit.say("办事指南怎样写", "What the guide says")).classes("mp-guide") as guide:
            place = ui.element("div")
        guide.on_value_change(lambda event: self._guide(place) if event.value else place.clear())

    def _guide(self, place: ui.element) -> None:
        with place:
            shown.published_guide(self.visit, self.subject)

    def changed(self) -> None:
        """Something was put in: it is decided once it is quiet."""
        self.chosen = ""
        self._again(QUIET_SECONDS)

    def _again(self, after: float) -> None:
        self._stop()
        self.waiting = background_tasks.create(self._decide(after), name="try")

    def _stop(self) -> None:
        for task in (self.waiting, self.seeking):
            if task is not None:
                task.cancel()

    def _leave(self) -> None:
        self._stop()

    async def _decide(self, after: float) -> None:
        await asyncio.sleep(after)
        with self.client:
            try:
                await self._decided()
            except PolicyProblems as problems:
                self._spoiled(problems)
            except NoSuchVersionError:
                self._spoiled(PolicyProblems(()))
            except Exception:
                self.place.classes(add="mp-stale")  # what stands there is not of what is filled in
                ui.notify(self.visit.say("出错了，没有试算完", "this failed; it was not decided"), type="negative")
                raise

    async def _decided(self) -> None:
        """Decides what is filled in, and shows it. Raises PolicyProblems, NoSuchVersionError."""
        await self._refreshed()
        kept, subject = self.filled.kept(), self.subject
        one = await TRIALS.with_deciders(subject.policy, lambda by: tried(subject.policy, subject.catalogue, kept, by))
        self._show(one)
        self._note_address(kept)
        if one.decided.outcome not in APPROVALS - {Outcome.PARTIALLY_APPROVED}:
            self.seeking = background_tasks.create(self._seek(one), name="nearest change")

    async def _refreshed(self) -> None:
        """The rules as they are drafted now, if somebody has changed them meanwhile. Raises PolicyProblems."""
        folder = await asyncio.to_thread(self.visit.bench.drafts.whole)
        if folder != self.subject.folder:
            self.subject = await asyncio.to_thread(subject_of, folder, self.name)
            self.filled = Filled.of(self.subject, self.filled.kept())
            self._rebuild()

    def _spoiled(self, problems: PolicyProblems) -> None:
        """The last good result stays, greyed."""
        self.warning.clear()
        with self.warning:
            shown.problems(self.visit, problems.problems)
        self.place.classes(add="mp-stale")

    def _show(self, one: Tried) -> None:
        visit = self.visit
        self.latest = one
        self.warning.clear()
        self.place.classes(remove="mp-stale")
        self.form.show(one.faults)
        self.outcome.clear()
        with self.outcome:
            shown.outcome(visit, one)
        for name, fill in (
            ("rules", shown.rules),
            ("why_not", partial(shown.why_not, looks=self.looks)),
            ("plan", shown.plan),
            ("notice", partial(shown.notice, looks=self.looks)),
        ):
            self.places[name].clear()
            with self.places[name]:
                fill(visit, one)
        self.places["nearest"].clear()
        with self.places["nearest"]:
            text(visit.say("已经准予", "it is granted already"), "span", "mp-faint")

    def _note_address(self, kept: Kept) -> None:
        """What is filled in stays through a reload."""
        ui.navigate.history.replace(self._address(kept))

    def _address(self, kept: Kept) -> str:
        if self.chosen:
            return address("/try", file=self.name, case=self.chosen)
        given = kept.as_given()
        return address("/try", file=self.name, given=given) if given else address("/try", file=self.name)

    async def _seek(self, one: Tried) -> None:
        visit, place = self.visit, self.places["nearest"]
        with self.client, place:
            place.clear()
            with ui.element("div").classes("mp-row").props('role="status"'):
                ui.spinner(size="1.2em")
                text(visit.say("正在寻找……", "looking for it …"), "span")
            await asyncio.sleep(SEEKING_SECONDS)
            try:
                outcome = one.decided.outcome
                told = await visit.bench.elsewhere(sought, self.subject.folder, self.name, one.kept, outcome)
            except Exception:
                place.clear()
                text(visit.say("没有找完", "the search did not come to an end"), "span", "mp-faint")
                raise
            place.clear()
            shown.nearest(visit, told, self.subject.catalogue.outcomes, lambda number: self._apply(told, number))

    def _apply(self, told: Mapping[str, Any], number: int) -> None:
        self.chosen = ""
        self._put(told["kept"][number])

    def _load(self, name: str) -> None:
        if name:
            self._put(self._case(name))

    def _put(self, kept: Kept) -> None:
        self.filled = Filled.of(self.subject, kept)
        self._rebuild()
        self._again(0.0)

    def _rebuild(self) -> None:
        self.form = Form(self.visit, self.filled, self.changed)
        self.left.clear()
        with self.left:
            self._controls()

    async def _save(self) -> None:
        if self.latest is not None:
            save_dialog(self.visit, self.subject, self.latest, self.saved)

    def _copy(self) -> None:
        visit = self.visit
        if not self.chosen and not self.filled.kept().as_given():
            ui.notify(visit.say("内容太长，放不进链接", "it is too long for a link"), type="warning")
            return
        ui.run_javascript("navigator.clipboard && navigator.clipboard.writeText(location.href)")
        ui.notify(
            visit.say(
                "链接已复制；其中有填写的全部内容，只能是虚构的",
                "copied; it holds all that is filled in, which must be made up",
            ),
            type="positive",
        )
