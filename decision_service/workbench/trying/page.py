"""The page on which an application is tried."""

import asyncio
from typing import Final

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import CASES
from decision_service.source import PolicyProblems
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import note
from decision_service.workbench.trying import shown
from decision_service.workbench.trying.desk import Desk
from decision_service.workbench.trying.subjects import NoSuchVersionError, subject_of
from decision_service.workbench.visit import Visit


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
    Desk(visit, name, subject).build()


def _file(visit: Visit) -> str:
    """The file that the address names; else the newest version of its matter, or of the first one."""
    asked = visit.asked("file")
    if asked:
        return asked
    folder = visit.bench.drafts.whole()
    found = sorted(folder.glob(f"{visit.asked('matter') or '*'}/*.yaml"))
    versions = [one for one in found if not one.name.endswith(CASES) and one.parent.name != "catalogue"]
    matters = {one.parent.name: one for one in reversed(versions)}
    return min(
        (f"{matter}/{max(v.name for v in versions if v.parent.name == matter)}" for matter in matters), default=""
    )


TRY: Final = Page(
    "/try",
    Bilingual("试一试", "Try it"),
    frozenset({Action.PROPOSE_RELEASE, Action.APPROVE_RELEASE, Action.READ_QUALITY, Action.RECORD_OUTCOME}),
    build,
    icon="science",
)
