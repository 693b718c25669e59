"""Sections of a file as auditors and officers see them: what was asked, found, decided and told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from nicegui import ui

from decision_service.workbench.following.words import MOODS, ORIGINS, STATES, STATUSES, Words
from decision_service.workbench.parts import WHOLE, heading, named, panel, rendered, text
from decision_service.workbench.visit import Visit

PACKAGE: Final = "decision_service.workbench.following"


@contextmanager
def section(name: str, title: str) -> Iterator[None]:
    """A part of the page that its own link leads to."""
    with panel().props(f"id={name}"):
        heading(title)
        yield


def waiting(visit: Visit) -> ui.element:
    """What is seen until the service has answered."""
    with ui.element("div").classes("mp-row").props('role="status"') as shown:
        ui.spinner(size="1.4em")
        text(visit.say("正在向办理服务取……", "asking the service…"))
    return shown


class Sections:
    """The parts of one file, made where they are called."""

    def __init__(self, visit: Visit, words: Words, file: Mapping[str, Any]) -> None:
        self._visit = visit
        self._file = file
        self._words = words
        self._values: dict[str, object] = {
            "file": file, "answer": file.get("answer"), "words": words, "say": visit.say, "tell": self._tell,
            "policy": words.policy(file["matter"]["code"], date.fromisoformat(file["as_of"])),
            "statuses": STATUSES, "origins": ORIGINS, "states": STATES, "moods": MOODS,
        }  # fmt: skip

    def anchors(self) -> dict[str, str]:
        """The sections of an audited decision, by the names that their links have."""
        say = self._visit.say
        return {
            "times": say("经过", "what happened"),
            "facts": say("申请与事实", "form and facts"),
            "rules": say("各条规则", "rules"),
            "engines": say("两个引擎", "both engines"),
            "outcome": say("结论与依据", "outcome and law"),
            "notice": say("告知书", "notice"),
            "receipt": say("回执核验", "receipt"),
            "readers": say("谁看过", "readers"),
        }

    def facts(self) -> None:
        """The form, and each fact with its source and age."""
        with section("facts", self._visit.say("申请与事实", "Form and facts")):
            rendered(PACKAGE, "facts.html", self._values)

    def rules(self) -> None:
        """Each rule, and how it stood."""
        with section("rules", self._visit.say("各条规则", "The rules")):
            rendered(PACKAGE, "rules.html", self._values)

    def outcome(self) -> None:
        """What came out, and by which law."""
        with section("outcome", self._visit.say("结论与依据", "Outcome and law")):
            rendered(PACKAGE, "outcome.html", self._values)

    def notice(self, pages: Mapping[str, str]) -> None:
        """The notice as the applicant reads it: a page of its own without scripts or links out."""
        say = self._visit.say
        with section("notice", say("告知书（申请人看到的）", "The notice, as the applicant reads it")):
            choice = None
            if len(pages) > 1:
                choice = ui.toggle({"zh": "中文", "en": "English"}, value=self._visit.language)
                choice.props("no-caps").classes("no-print")
            frame = ui.element("iframe").classes("fo-notice").props('sandbox="allow-same-origin"')
            frame.on("load", js_handler=WHOLE)
            named(frame, say("告知书", "notice"))
            if choice is not None:
                choice.on_value_change(lambda event: _shows(frame, pages[event.value]))
            _shows(frame, pages.get(self._visit.language) or next(iter(pages.values())))

    def _tell(self, both: Mapping[str, str]) -> str:
        return self._visit.say(both["zh"], both.get("en") or both["zh"])


def _shows(frame: ui.element, html: str) -> None:
    frame.props["srcdoc"] = html
    frame.update()
