"""The page of all matters."""

import asyncio
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import read_shelf
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import panel, text
from decision_service.workbench.visit import Visit, address


async def build(visit: Visit) -> None:
    """Every matter of the rules folder, drafts in place."""
    shelf = await asyncio.to_thread(read_shelf, visit.bench.drafts.whole())
    for matter, versions in shelf.versions.items():
        with panel():
            ui.link(
                visit.tell(versions[-1].name), address("/edit", file=f"{matter}/{versions[-1].effective_from}.yaml")
            )
            text(matter, "code")


MATTERS: Final = Page("/", Bilingual("事项", "Matters"), frozenset({Action.READ_GUIDE}), build, icon="list_alt")
