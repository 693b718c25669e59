"""All releases, the newest first, and the way back to an earlier one."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.catalogue import FOLDER
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.deciding import versions
from decision_service.workbench.changing.keeping import KeptFiles, read_folder
from decision_service.workbench.changing.proposals import Proposal
from decision_service.workbench.changing.releasing import proposals_of
from decision_service.workbench.changing.returning import back_to, bring_back
from decision_service.workbench.changing.sides import matters_of
from decision_service.workbench.parts import button, heading, mark, note, panel, text
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.saying import moment
from decision_service.workbench.visit import Visit, address

Release = dict[str, Any]


def history(visit: Visit, known: Sequence[Release], content: str, again: Callable[[], None]) -> None:
    """Who released what and when; what was sent back here; and coming versions that can be stopped."""
    _coming(visit, again)
    heading(visit.say("历史", "History"))
    ours = {one.release: one for one in proposals_of(visit.bench).all() if one.release}
    names = matters_of(visit.bench)
    if not known:
        text(visit.say("还没有发布过。", "Nothing was released yet."), "p")
    is_whole = visit.asked("all") == "yes"
    for release in known if is_whole else known[:_FIRST]:
        _one(visit, release, ours.get(str(release["release"])), content, names, again)

    if not is_whole and len(known) > _FIRST:
        ui.link(visit.say("更早的", "older ones"), address("/releases", all="yes"))


_FIRST: Final = 20


def _one(
    visit: Visit, release: Release, ours: Proposal | None, content: str, names: Mapping[str, Bilingual],
    again: Callable[[], None],
) -> None:  # fmt: skip
    say, number = visit.say, str(release["release"])
    is_approved = release["state"] == "approved"
    with panel().props(f'id="{number}"'):
        with ui.element("div").classes("mp-row"):
            text(number, "strong")
            by, at = release["by"], moment(release["at"])
            text(say(f"{by} 于 {at} 提请", f"proposed by {by}, {at}"), "span")
            if is_approved:
                chief, when = release["approved_by"], moment(release["approved_at"])
                mark(say(f"{chief} 于 {when} 批准", f"approved by {chief}, {when}"), "good")
            elif ours is not None and ours.state == "returned":
                mark(say(f"{ours.ended_by} 退回", f"sent back by {ours.ended_by}"), "bad")
            elif release["content"] == content:
                mark(say("等待批准", "waiting"), "warn")
            else:
                mark(say("未批准，已被后来的代替", "not approved, followed by another"))
        if ours is not None and ours.note:
            text(ours.note, "p", "ch-text")
        if ours is not None and ours.state == "returned" and ours.remark:
            note(say(f"退回意见：{ours.remark}", f"why: {ours.remark}"))
        versions(visit, release, names)
        if is_approved and visit.may(Action.PROPOSE_RELEASE) and release["content"] != content:
            _back(visit, release, again)


def _back(visit: Visit, release: Release, again: Callable[[], None]) -> None:
    say = visit.say
    whole = KeptFiles(visit.bench.store).whole(str(release["content"]))
    if not whole:
        zh = "这次发布的文件不在这里（不是从这个工作台提请的）。请到规则文件夹的备份或版本库中找。"
        en = (
            "The files of this release are not here, as it was not proposed from this workbench. Look in the backups "
            "of the rules folder, or in its repository."
        )
        text(say(zh, en), "p", "mp-faint")
        return
    with ui.expansion(say("退回到这次发布", "roll back to this release")).classes("no-print"):
        today = visit.bench.now().date()
        zh = "现在的文件不变，先成为草稿；再照常提请，由另一人批准才生效。"
        en = (
            "Files stay as they are; what is needed becomes drafts, which are proposed and approved by another person "
            "like any other."
        )
        text(say(zh, en), "p")
        ways = {
            "later": say(
                "已生效的规则：按当时的内容另立新版本，从以下日期起",
                "what has begun: as a new version with that content, from the day below",
            ),
            "letter": say("逐字恢复当时的文件（示例规则）", "the files to the letter (illustrative rules)"),
        }
        way = ui.radio(ways, value="later")
        day = ui.input(say("新版本的生效日", "first day of the new version"), value=str(today + timedelta(days=1)))
        day.props('outlined dense type="date"').bind_visibility_from(way, "value", value="later")

        async def bring() -> None:
            wanted = str(day.value) if way.value == "later" else ""
            await _brought(visit, whole, wanted)
            again()

        button(say("准备退回", "prepare it"), "history").on_click(acting(visit, Action.PROPOSE_RELEASE, bring))


async def _brought(visit: Visit, whole: Mapping[str, str], day: str) -> None:
    by, today = visit.require(Action.PROPOSE_RELEASE), str(visit.bench.now().date())
    now = await asyncio.to_thread(read_folder, visit.bench.rules)
    left = bring_back(visit.bench, back_to(now, whole, day, today), by)
    if left:
        raise RefusedError(
            Bilingual(
                f"{'、'.join(left)} 已有草稿，未覆盖；请先处理这些草稿",
                f"{', '.join(left)}: a draft stands there and was kept; settle it first",
            )
        )
    ui.notify(visit.say("已成为草稿，请提请发布", "they are drafts now; propose them"), type="positive")


def _coming(visit: Visit, again: Callable[[], None]) -> None:
    """Versions whose day has not come: each can be taken away again, by two people like everything else."""
    if not visit.may(Action.PROPOSE_RELEASE):
        return
    today, say = str(visit.bench.now().date()), visit.say
    away = proposals_of(visit.bench).withdrawn()
    coming = [
        name
        for name in read_folder(visit.bench.rules)
        if not name.startswith(f"{FOLDER}/") and Path(name).stem > today and name not in away
    ]
    if not coming:
        return
    heading(say("将要生效的版本", "Versions to come"))
    for name in coming:
        with ui.element("div").classes("mp-row"):
            text(name, "code")

            async def stop(name: str = name) -> None:
                proposals_of(visit.bench).withdraw(name, visit.require(Action.PROPOSE_RELEASE))
                again()

            made = button(say("停止它生效", "stop it"), "block")
            made.props["aria-label"] = f"{made.text} {name}"
            made.on_click(acting(visit, Action.PROPOSE_RELEASE, lambda _, stop=stop: stop()))
