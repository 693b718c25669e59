"""The page on which a matter is seen to be right: its cases, what they show, which slips they would miss, what is
proved."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting, beside, refusal
from decision_service.workbench.going import StoppedError, going
from decision_service.workbench.jobs import JobFailedError
from decision_service.workbench.naming import matter_names
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import button, heading, mark, named, note, text
from decision_service.workbench.results import Result, Results, digest_of
from decision_service.workbench.saying import moment
from decision_service.workbench.trusting import shown
from decision_service.workbench.visit import Visit, address

_WORKING: Final = "decision_service.workbench.workingout"

TASKS: Final[dict[str, tuple[Bilingual, Bilingual]]] = {
    "cases": (
        Bilingual("案例", "Cases"),
        Bilingual("两套引擎和参照逐例决定，与预期比对", "each decided by both engines and the reference, and compared"),
    ),
    "coverage": (
        Bilingual("覆盖", "Coverage"),
        Bilingual("规则的哪些部分有案例表明，哪些没有", "what of the rules some case shows, and what none does"),
    ),
    "mutation": (
        Bilingual("故意改错", "Wrong on purpose"),
        Bilingual("规则逐处改错，看哪些没有案例发现", "rules changed one by one: which changes no case would notice"),
    ),
    "proofs": (
        Bilingual("证明", "Proofs"),
        Bilingual("对任何申请都成立的事；不成立的，有反例", "what holds of every application, and who shows where not"),
    ),
}
"""What is worked out here, in order: its name, and what it is."""


async def build(visit: Visit) -> None:
    """The four parts, each as it was worked out last."""
    matters = await asyncio.to_thread(lambda: matter_names(visit.bench.drafts.whole()))
    matter = visit.asked("matter") or visit.asked("file").partition("/")[0] or next(iter(matters), "")
    if matter not in matters:
        note(visit.say("没有这个事项", "there is no such matter"), "bad")
        return
    parts = [_Part(visit, matter, task) for task in TASKS]

    async def all_again() -> None:
        for one in parts:
            if not await one.work():
                break

    with ui.element("div").classes("mp-row no-print"):
        shown.chooser(visit, matters, matter)
        again = button(visit.say("全部重算", "work all out again"), icon="refresh", strong=True)
        again.on_click(acting(visit, Action.READ_CONTROL, _going_on(all_again)))
        ui.link(visit.say("编辑规则", "edit the rules"), address("/edit", matter=matter))
    for one in parts:
        await one.build()
    if not parts[0].is_current:
        beside(parts[0].work(), "cases")


def _going_on(work: Callable[[], Any]) -> Callable[[], Awaitable[None]]:
    """Started by a click, and ended when the page is left."""

    async def started() -> None:
        beside(work(), "trust")

    return started


class _Part:
    """One part of the page: a task, its last result, and how far it is."""

    def __init__(self, visit: Visit, matter: str, task: str) -> None:
        self.visit = visit
        self.matter = matter
        self.task = task
        self.results = Results(visit.bench.store)
        self.is_current = False
        self.turn = asyncio.Lock()

    async def build(self) -> None:
        """Puts it on the page as it was worked out last."""
        visit, (title, about) = self.visit, TASKS[self.task]
        with ui.element("section").classes("mp-part"):
            heading(visit.tell(title))
            with ui.element("div").classes("mp-row"):
                text(visit.tell(about), "span", "mp-faint")
                self.state = mark("")
                again = button(visit.say("重算", "again"), icon="refresh")
                named(again, visit.say(f"重算：{title.zh}", f"again: {title.en}"))
                again.on_click(acting(visit, Action.READ_CONTROL, _going_on(self.work)))
                again.classes("no-print")
            self.going = ui.element("div")
            self.place = ui.element("div")
        self.client = ui.context.client
        folder = await asyncio.to_thread(visit.bench.drafts.whole)
        digest = await asyncio.to_thread(digest_of, folder, self.matter)
        known = self.results.of(self.task, self.matter, digest) or self.results.last(self.task, self.matter)
        self._show(known, digest, folder)

    async def work(self) -> bool:
        """Works it out anew, tells how far it is, and keeps what it comes to. False where the reader has stopped it."""
        async with self.turn:
            with self.client:
                try:
                    await self._work()
                except StoppedError as error:
                    self.state.classes(remove="good").classes("warn").set_text(self.visit.tell(error.told))
                    return False
                except Exception as error:
                    told = refusal(error) or Bilingual("出错了，没有算完；请重试", "this failed; try again")
                    self.state.classes(remove="good").classes("warn").set_text(self.visit.tell(told)[:200])
                    if not isinstance(error, JobFailedError):
                        raise
        return True

    async def _work(self) -> None:
        visit = self.visit
        folder = await asyncio.to_thread(visit.bench.drafts.whole)
        digest = await asyncio.to_thread(digest_of, folder, self.matter)
        given = {"task": self.task, "folder": str(folder), "matter": self.matter}
        with self.going:
            what = visit.tell(TASKS[self.task][0])
            said = await going(visit, what, lambda told: visit.bench.jobs.work(_WORKING, given, told))
        result = Result(digest, visit.bench.now().isoformat(timespec="seconds"), said)
        if "problems" not in said:
            await asyncio.to_thread(self.results.keep, self.task, self.matter, result)
        self._show(result, digest, folder)

    def _show(self, result: Result | None, digest: str, folder: Path) -> None:
        visit = self.visit
        self.is_current = result is not None and result.digest == digest
        self.place.clear()
        if result is None:
            self.state.set_text(visit.say("还没有算过", "not worked out yet"))
            return
        at = moment(result.at)
        self.state.classes(remove="warn good").classes("good" if self.is_current else "warn")
        self.state.set_text(
            visit.say(f"算于 {at}", f"worked out {at}")
            if self.is_current
            else visit.say(f"算于 {at}，规则或案例后来改过", f"worked out {at}; rules or cases have changed since")
        )
        with self.place:
            shown.SHOWN[self.task](shown.Part(visit, self.matter, folder, self.work), result.said)


TRUST: Final = Page(
    "/trust",
    Bilingual("案例与证明", "Cases and proofs"),
    frozenset({Action.PROPOSE_RELEASE, Action.APPROVE_RELEASE, Action.READ_QUALITY}),
    build,
    icon="verified",
)
