"""A proposal as whoever decides on it sees it: its versions, what they change, what was run, what people say."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.control.switch import is_same
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.checklist import check_row
from decision_service.workbench.changing.checks import CHECKS, Name, candidate, known, pairs_of
from decision_service.workbench.changing.difference import Pair, draw
from decision_service.workbench.changing.keeping import KeptFiles, read_folder
from decision_service.workbench.changing.proposals import Proposal
from decision_service.workbench.changing.releasing import approve, proposals_of, send_back, whole_of
from decision_service.workbench.changing.sides import matters_of
from decision_service.workbench.changing.talking import talk
from decision_service.workbench.changing.trying import once, try_out, waiting
from decision_service.workbench.parts import button, heading, mark, note, panel, text
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.saying import moment
from decision_service.workbench.visit import Visit, address

Release = dict[str, Any]


async def waits(visit: Visit, known_ones: Sequence[Release], again: Callable[[], None]) -> None:
    """Everything about the newest release, which waits, and what can be done with it."""
    release = known_ones[0]
    number = str(release["release"])
    ours = next((one for one in proposals_of(visit.bench).in_state("proposed") if one.release == number), None)
    with panel("ch-waits"):
        with ui.element("div").classes("mp-row"):
            text(number, "strong")
            by, at = release["by"], moment(release["at"])
            mark(visit.say(f"{by} 于 {at} 提请", f"proposed by {by}, {at}"))
        if ours is not None and ours.note:
            text(ours.note, "blockquote", "mp-note ch-text")
        versions(visit, release, await asyncio.to_thread(matters_of, visit.bench))
        pairs = await asyncio.to_thread(_pairs, visit, ours, known_ones)
        if ours is not None:
            await _checks(visit, ours)
        for pair in pairs:
            _pair(visit, pair)
        names = {pair.new.name: pair.new.text for pair in pairs}
        if names:
            talk(visit, names)
        _decide(visit, release, ours, again)


CHANGES = {"new": ("新增", "new"), "changed": ("改动", "changed"), "gone": ("撤下", "gone")}


def versions(visit: Visit, release: Release, names: Mapping[str, Bilingual]) -> None:
    """The versions that come, change or go, with digest, day, assessment and reviewers. `names`: of matters."""
    say = visit.say
    heads = (say("变化", "change"), say("事项", "matter"), say("生效日", "first day"), say("影响评估", "assessment"),
             say("审核", "reviewers"), say("摘要值", "digest"))  # fmt: skip
    with ui.element("div").classes("mp-wide").props('tabindex="0"'), text("", "table", "mp-table"):
        with text("", "thead"), text("", "tr"):
            for one in heads:
                text(one, "th").props('scope="col"')
        with text("", "tbody"):
            for one in release["versions"]:
                with text("", "tr"):
                    text(say(*CHANGES[one["change"]]), "td")
                    name = names.get(one["matter"])
                    text(one["matter"] if name is None else visit.tell(name) + visit.aside(one["matter"]), "td")
                    text(one["effective_from"], "td", "ch-day")
                    text(one["assessment"]["id"] + visit.aside(one["assessment"]["on"]), "td")
                    text(visit.joined(one["reviewers"]), "td")
                    text(one["digest"].removeprefix("sha256:")[:16] + "…", "td", "mp-mono").tooltip(one["digest"])


def _pairs(visit: Visit, ours: Proposal | None, known: Sequence[Release]) -> list[Pair]:
    bench = visit.bench
    if ours is not None:
        return pairs_of(*whole_of(ours.parts, bench.rules), bench.rules)
    # Proposed by other means: beside what was approved last, if it was seen here.
    content = next((str(one["content"]) for one in known if one["state"] == "approved"), "")
    before = KeptFiles(bench.store).whole(content)
    return pairs_of(before, read_folder(bench.rules), bench.rules) if before else []


async def _checks(visit: Visit, ours: Proposal) -> None:
    heading(visit.say("检查和影子运行", "Checks and the shadow run"), 3)
    found = await asyncio.to_thread(candidate, visit.bench, ours.parts)

    for name in CHECKS:

        def said(name: Name = name) -> dict[str, Any] | None:
            return known(visit.bench, found, name) or ours.checks.get(name)

        ran = partial(proposals_of(visit.bench).ran, ours.number, name)
        check_row(visit, found, name, Action.READ_QUALITY, said, ran, is_repeatable=False)


def _pair(visit: Visit, pair: Pair) -> None:
    """One version: what is decided otherwise, and what it comes to, each found when it is asked for."""
    title = visit.say(f"{pair.new.name}：与现行规则比较", f"{pair.new.name}: compared with what is in force")
    with ui.expansion(title).classes("ch-pair") as opened:
        with ui.element("div").classes("mp-row"):
            text(f"{pair.old.name} → {pair.new.name}", "span", "mp-faint")
            matter = pair.new.name.partition("/")[0]
            line_by_line = address("/change", matter=matter, old=pair.old.key, new=pair.new.key)
            ui.link(visit.say("逐行对照、提意见", "line by line, to comment"), line_by_line)
        drawn = ui.element("div")

        async def first(*_: object) -> None:
            if drawn.default_slot.children or not opened.value:
                return
            with drawn:
                await draw(visit, pair)

        opened.on_value_change(acting(visit, Action.READ_CONTROL, first))
        try_out(visit, pair)


def _decide(visit: Visit, release: Release, ours: Proposal | None, again: Callable[[], None]) -> None:
    say = visit.say
    heading(say("批准或退回", "Approve, or send back"), 3)
    is_own, may = is_same(str(release["by"]), visit.person.name), visit.may(Action.APPROVE_RELEASE)
    if is_own:
        zh = "这是您自己提请的：须由另一人批准。您可以撤回。"
        note(say(zh, "You proposed this yourself: another person must approve it. You can take it back."), "")
    elif not may:
        note(say("批准须有审批角色。", "Approving takes the role of an approver."), "")
    with ui.element("div").classes("mp-row"):
        if may and not is_own:
            _approving(visit, release, again)
        if ours is not None and (may or is_own):
            _sending(visit, ours, again, is_own=is_own)
        elif ours is None:
            zh = "不是从这个工作台提请的：不能在这里退回。"
            text(say(zh, "It was not proposed from this workbench, and can't be sent back here."), "p", "mp-faint")


def _approving(visit: Visit, release: Release, again: Callable[[], None]) -> None:
    say, number = visit.say, str(release["release"])

    async def approving() -> None:
        by = visit.require(Action.APPROVE_RELEASE)
        zh = "正在批准：两个引擎逐一核对全部版本，通常几秒到一分钟……"
        en = "Approving: both engines are compared on every version; some seconds, up to a minute…"
        with place, waiting(visit, say(zh, en)):
            await approve(visit, number, release["digests"], by)
        ui.notify(say(f"{number} 已生效", f"{number} is in force"), type="positive")
        again()

    start = button(say("批准这些版本", "approve these versions"), "verified", strong=True)
    start.on_click(once(start, acting(visit, Action.APPROVE_RELEASE, approving)))
    place = ui.element("div")


def _sending(visit: Visit, ours: Proposal, again: Callable[[], None], *, is_own: bool) -> None:
    say = visit.say
    action = Action.PROPOSE_RELEASE if is_own else Action.APPROVE_RELEASE

    async def sending() -> None:
        by, why = visit.require(action), (remark.value or "").strip()
        if not is_own and not why:
            raise RefusedError(Bilingual("请写明退回的意见", "say why it is sent back"))
        left = visit.joined(await send_back(visit, ours.number, why, by))
        told = say("已退回，文件已恢复为草稿", "sent back; its files are drafts again")
        if left:
            told += say(f"；{left} 另有草稿或已被改动，未覆盖", f"; {left} not: changed, or another draft stands")
        ui.notify(told, type="positive")
        again()

    remark = ui.textarea(say("退回的意见", "why it is sent back"))
    remark.props("outlined dense autogrow maxlength=2000 debounce=0").classes("ch-words")
    back = button(say("撤回", "take back") if is_own else say("退回", "send back"), "undo")
    back.on_click(once(back, acting(visit, action, sending)))
