"""Which file: all matters to choose from, and the files beside the one that is open."""

import asyncio

from nicegui import ui

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.shelf import CASES
from decision_service.workbench.drafts import is_name
from decision_service.workbench.editor.beginning import begin_matter
from decision_service.workbench.editor.checking import called
from decision_service.workbench.editor.sheet import Sheet, matters_of, names_of
from decision_service.workbench.parts import heading, mark, named, panel, text
from decision_service.workbench.visit import Visit, address


async def choose(visit: Visit) -> None:
    """Every file of every matter."""
    drafts = visit.bench.drafts.standing()
    names = await visit.bench.elsewhere(called, await asyncio.to_thread(visit.bench.drafts.whole))
    with ui.element("div").classes("mp-row mp-bar"):
        begin_matter(visit)
    for matter in [*matters_of(visit), FOLDER]:
        with panel():
            if matter == FOLDER:
                heading(visit.say("各事项共用", "Shared by all matters"))
            else:
                heading(visit.tell(names[matter]) if matter in names else matter)
            text(matter, "code", "mp-faint")
            with ui.element("div").classes("mp-row"):
                for name in names_of(visit, matter):
                    _file(visit, name, is_draft=name in drafts, is_here=False)


def files_beside(sheet: Sheet) -> None:
    """The files of the same matter, and the way to all others."""
    visit, drafts = sheet.visit, sheet.visit.bench.drafts.standing()
    with named(ui.element("nav"), visit.say("本事项的文件", "files of this matter")).classes(
        "mp-row mp-files no-print"
    ):
        ui.link(visit.say("全部文件", "all files"), "/edit")
        text(sheet.matter, "span", "mp-mono mp-faint")
        for name in names_of(visit, sheet.matter):
            _file(visit, name, is_draft=name in drafts, is_here=name == sheet.name)


def _file(visit: Visit, name: str, *, is_draft: bool, is_here: bool) -> None:
    file = name.partition("/")[2]
    with ui.element("span").classes("mp-file mp-here" if is_here else "mp-file"):
        if not is_name(name):
            text(file, "span")
            mark(visit.say("文件名不能这样写，请改名", "no name for a rule file; rename it"), "bad")
            return
        link = ui.link(file, address("/edit", file=name))
        if is_here:
            link.props('aria-current="page"')
        if file.endswith(CASES):
            text(visit.say("案例", "cases"), "span", "mp-faint")
        if is_draft:
            mark(visit.say("草稿", "draft"), "warn")
