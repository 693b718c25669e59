"""The page of one decision: opened for a purpose that is recorded first, then told whole."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.following.proving import Proof
from decision_service.workbench.following.search import PATH
from decision_service.workbench.following.sections import PACKAGE, Sections, section, waiting
from decision_service.workbench.following.telling import purpose_in_words, told_in_order
from decision_service.workbench.following.words import ENGINES, PURPOSES, STATES, Words, read_words
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import button, mark, note, panel, rendered, text
from decision_service.workbench.service import below
from decision_service.workbench.visit import Visit

_AUDIT: Final = "audit"


async def build(visit: Visit) -> None:
    """What is asked before anything is shown."""
    decision_id = visit.asked("id")
    if not decision_id:
        note(visit.say("没有指明哪一个决定。", "The address names no decision."))
        ui.link(visit.say("查找决定", "find a decision"), "/decisions")
        return
    words = await asyncio.to_thread(read_words, visit, visit.bench.rules)
    _Story(visit, words, decision_id).ask()


class _Story:
    """One decision before one reader. What it says is in this page alone."""

    def __init__(self, visit: Visit, words: Words, decision_id: str) -> None:
        self._visit = visit
        self._words = words
        self._path = below(PATH, decision_id)
        self._decision_id = decision_id
        self._place = ui.element("div")

    def ask(self) -> None:
        """What for?"""
        say = self._visit.say
        self._place.clear()
        with self._place, panel():
            text(self._decision_id, "code", "fo-hash")
            note(
                say(
                    "打开后会看到申请人的个人信息。谁、何时、为何打开，先登记入调用日志，再显示。",
                    "Opening shows personal data. Who opens it, when and what for is recorded before it is shown.",
                )
            )
            with ui.element("div").classes("mp-row"):
                options = {_AUDIT: self._words.of(PURPOSES, _AUDIT)}
                purpose = ui.select(options, label=say("调阅目的", "what for"), value=_AUDIT).props("outlined dense")
                purpose.classes("fo-field")
                opening = button(say("登记并打开", "record it and open"), "folder_open", strong=True)

            async def opened(*_: object) -> None:
                await self._open(str(purpose.value))

            opening.on("click", acting(self._visit, Action.AUDIT_CASE, opened))

    async def _open(self, purpose: str) -> None:
        with self._place:
            wait = waiting(self._visit)
        try:
            file = await self._visit.get("staff", f"{self._path}/file", {"purpose": purpose})
        finally:
            wait.delete()
        self._place.clear()
        with self._place:
            self._show(file)

    def _show(self, file: Mapping[str, Any]) -> None:
        say, words, visit = self._visit.say, self._words, self._visit
        shown = Sections(visit, words, file)
        self._head(file, shown.anchors())
        with section("times", say("经过", "What happened")):
            rendered(PACKAGE, "times.html", {"times": told_in_order(visit, words, file), "words": words, "say": say})
        shown.facts()
        shown.rules()
        with section("engines", say("两个引擎", "Both engines")):
            self._engines(file)
        shown.outcome()
        shown.notice(file["notice"])
        with section("receipt", say("回执核验", "The receipt, checked")):
            Proof(visit, f"{self._path}/receipt", file["answer"]).begin()
        with section("readers", say("谁看过", "Who has read it")):
            values = {"accesses": file["accesses"], "words": words, "say": say}
            values["purpose"] = lambda one: purpose_in_words(visit, words, one)
            rendered(PACKAGE, "readers.html", values)

    def _head(self, file: Mapping[str, Any], anchors: Mapping[str, str]) -> None:
        say, words, answer = self._visit.say, self._words, file["answer"]
        with panel():
            with ui.element("div").classes("mp-row"):
                text(self._visit.say(file["matter"]["zh"], file["matter"]["en"]), "strong")
                mark(words.outcome(answer["outcome"]), words.mood(answer["outcome"]))
                agree = answer["engines"]["agree"]
                mark(
                    say("当时两个引擎一致", "both engines agreed") if agree else say("当时未取得一致", "no agreement"),
                    "good" if agree else "warn",
                )
                ui.space()
                printing = button(say("打印", "print"), "print").classes("no-print")
                printing.on("click", lambda: ui.run_javascript("window.print()"))
            policy = answer["policy"]
            lines = {
                say("决定编号", "decision"): answer["decision_id"],
                say("办件编号", "application"): file["application_id"],
                say("决定时间（北京时间）", "decided at (China time)"): words.instant(answer["decided_at"]),
                say("渠道", "channel"): words.channel(file["channel"]),
                say("规则版本", "rules"): f"{policy['effective_from']} {policy['digest']}",
            }
            rendered(PACKAGE, "lines.html", {"lines": lines})
            rendered(PACKAGE, "anchors.html", {"anchors": anchors, "label": say("本页各节", "sections of this page")})

    def _engines(self, file: Mapping[str, Any]) -> None:
        say, visit = self._visit.say, self._visit
        text(
            say(
                "两个独立写成的引擎说的完全一样，系统才会自动决定。点击后，由两个引擎按记录重新判断一遍。",
                "The system decides only where two engines, written apart, say the same. Let both judge it again.",
            ),
            "p",
        )
        again = button(say("按记录重算", "make it again from the record"), "replay", strong=True).classes("no-print")
        place = ui.element("div").props('aria-live="polite"')

        async def replayed(*_: object) -> None:
            place.clear()
            with place:
                wait = waiting(visit)
            try:
                got = await visit.get("staff", f"{self._path}/replay")
            finally:
                wait.delete()
            with place:
                rendered(PACKAGE, "engines.html", self._side_by_side(got, file))

        again.on("click", acting(visit, Action.AUDIT_CASE, replayed))

    def _side_by_side(self, again: Mapping[str, Any], file: Mapping[str, Any]) -> dict[str, object]:
        labels = {one["rule"]: self._visit.say(one["zh"], one["en"]) for one in file["explanation"]["rules"]}
        states = [{one["rule"]: one["state"] for one in engine["rules"]} for engine in again["engines"]]
        names = list(dict.fromkeys(name for one in states for name in one))
        rows = [(name, labels.get(name, ""), [one.get(name, "—") for one in states]) for name in names]
        return {
            "again": again, "rows": rows, "same": lambda found: len(set(found)) == 1,
            "words": self._words, "say": self._visit.say, "engines": ENGINES, "states": STATES,
        }  # fmt: skip


STORY: Final = Page(
    "/decision", Bilingual("一个决定", "A decision"), frozenset({Action.AUDIT_CASE}), build, needs_service=True
)
