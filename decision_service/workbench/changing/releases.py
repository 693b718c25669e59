"""The page of releases: what waits for a second person, what an analyst proposes, and all that was."""

import asyncio
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.control.candidate import content_of
from decision_service.policy.parts import Bilingual
from decision_service.workbench.changing.deciding import waits
from decision_service.workbench.changing.history import history
from decision_service.workbench.changing.keeping import KeptFiles, read_folder
from decision_service.workbench.changing.proposing import Proposing
from decision_service.workbench.changing.releasing import proposals_of, releases, settle
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import heading, note, text
from decision_service.workbench.visit import Visit


async def build(visit: Visit) -> None:
    """The whole page, from what the service has on record and what is kept here."""
    await settle(visit)
    known = await releases(visit)
    content = await asyncio.to_thread(content_of, visit.bench.rules)
    _folder(visit, known, content)
    waiting = [one for one in known[:1] if one["state"] == "proposed" and one["content"] == content]
    heading(visit.say("等待批准", "Waiting for approval"))
    if not waiting:
        text(visit.say("没有等待批准的提请。", "Nothing waits for approval."), "p")
    else:
        await waits(visit, known, _again)
    if visit.may(Action.PROPOSE_RELEASE) and not waiting:
        await Proposing(visit, _again).build()
    history(visit, known, content, _again)


def _again() -> None:
    ui.navigate.reload()


def _folder(visit: Visit, known: list[dict[str, Any]], content: str) -> None:
    """Keeps what is in force, and says so where the folder holds something else."""
    approved = next((one for one in known if one["state"] == "approved"), None)
    if approved is None:
        return
    if approved["content"] == content:
        if not KeptFiles(visit.bench.store).whole(content):
            at = visit.bench.now().isoformat(timespec="seconds")
            KeptFiles(visit.bench.store).keep(content, read_folder(visit.bench.rules), at)
    elif not proposals_of(visit.bench).in_state("proposed") and known[0]["content"] != content:
        note(visit.say(
            f"规则文件夹与最近批准的 {approved['release']} 不同：有人在工作台之外改了文件。生效的仍是批准的内容。",
            f"The rules folder is not what {approved['release']} approved last: somebody has changed files outside the "
            "workbench. What was approved decides.",
        ))  # fmt: skip


RELEASES: Final = Page(
    "/releases",
    Bilingual("发布", "Releases"),
    frozenset({Action.READ_CONTROL}),
    build,
    icon="published_with_changes",
    needs_service=True,
)
