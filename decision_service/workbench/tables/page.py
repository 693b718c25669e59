"""The page of one decision table."""

import asyncio
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.drafts import files_of, is_name
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import note, text
from decision_service.workbench.tables.desk import Desk
from decision_service.workbench.tables.opened import Opened
from decision_service.workbench.tables.sheet import NoSheetError, tables_in
from decision_service.workbench.visit import Visit, address


async def build(visit: Visit) -> None:
    """The table that the address names; else all that there are, to choose from."""
    file, name = visit.asked("file"), visit.asked("table")
    if not file:
        await _list(visit)
        return
    drafts = visit.bench.drafts
    found = await asyncio.to_thread(lambda: tables_in(drafts.read(file)[0]))
    if not found:
        note(visit.say(f"{file} 里没有决策表", f"{file} has no decision table"), "warn")
        ui.link(visit.say("在编辑器里打开", "open it in the editor"), address("/edit", file=file))
        return
    try:
        opened = await asyncio.to_thread(Opened, drafts, file, name or next(iter(found)))
    except NoSheetError as error:
        note(visit.tell(error.told), "bad")
        ui.link(visit.say("在编辑器里打开", "open it in the editor"), address("/edit", file=file))
        return
    Desk(visit, opened, found).build()


async def _list(visit: Visit) -> None:
    tables = await asyncio.to_thread(_all, visit)
    if not tables:
        note(visit.say("规则文件里没有决策表", "no rule file has a decision table"), "")
    for file, found in tables.items():
        text(file, "h2", "mp-h2")
        with ui.element("ul"):
            for name, label in found.items():
                with ui.element("li"):
                    ui.link(f"{visit.tell(label)} · {name}", address("/table", file=file, table=name))


def _all(visit: Visit) -> dict[str, dict[str, Bilingual]]:
    drafts = visit.bench.drafts
    names = {name for name in files_of(drafts.rules) if is_name(name)} | set(drafts.standing())
    found = {}
    for name in sorted(names):
        if not name.startswith("catalogue/") and not name.endswith(".cases.yaml"):
            tables = tables_in(drafts.read(name)[0])
            if tables:
                found[name] = tables
    return found


TABLES: Final = Page(
    "/table", Bilingual("决策表", "Decision tables"), frozenset({Action.READ_GUIDE}), build, icon="table_chart"
)
