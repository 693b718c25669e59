"""The page on which an application is tried."""

import asyncio
from pathlib import Path
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.source import PolicyProblems
from decision_service.workbench.naming import matter_names, versions
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import note, text
from decision_service.workbench.trying import shown
from decision_service.workbench.trying.controls import select
from decision_service.workbench.trying.desk import Desk
from decision_service.workbench.trying.subjects import NoSuchVersionError, subject_of
from decision_service.workbench.visit import Visit, address


async def build(visit: Visit) -> None:
    """Controls on the left; on the right what they come to."""
    name = await asyncio.to_thread(_file, visit)
    if not name:
        note(visit.say("还没有规则可试", "there are no rules to try yet"))
        return
    try:
        subject = await asyncio.to_thread(subject_of, visit.bench.drafts.whole(), name)
    except PolicyProblems as problems:
        shown.problems(visit, problems.problems)
        return
    except NoSuchVersionError:
        note(visit.say("没有这个规则文件", "there is no such rule file"), "bad")
        return
    _chooser(visit, name, subject.folder)
    Desk(visit, name, subject).build()


def _file(visit: Visit) -> str:
    """The file that the address names; else the newest version of its matter, or of the first one."""
    folder = visit.bench.drafts.whole()
    matter = visit.asked("matter") or next(iter(matter_names(folder)), "")
    return visit.asked("file") or next(iter(versions(folder, matter)), "")


def _chooser(visit: Visit, name: str, folder: Path) -> None:
    """Another version, of this matter or of another one."""
    names = matter_names(folder)
    choices = {
        one: f"{visit.tell(words)} {one.partition('/')[2].removesuffix('.yaml')}"
        for matter, words in names.items()
        for one in versions(folder, matter)
    }
    with ui.element("div").classes("mp-row no-print"):
        label = text(visit.say("规则", "rules"), "label", "mp-label")
        chosen = select({name: name, **choices}, name, lambda one: ui.navigate.to(address("/try", file=one)))
        label.props["for"] = chosen.html_id
        ui.link(visit.say("编辑", "edit"), address("/edit", file=name))


TRY: Final = Page(
    "/try",
    Bilingual("试一试", "Try it"),
    frozenset({Action.PROPOSE_RELEASE, Action.APPROVE_RELEASE, Action.READ_QUALITY, Action.RECORD_OUTCOME}),
    build,
    icon="science",
)
