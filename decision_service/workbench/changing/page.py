"""The page of a change: two versions beside each other, what differs, and what people say of it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.catalogue import FOLDER
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import beside, refusal
from decision_service.workbench.changing.difference import Pair, draw
from decision_service.workbench.changing.grounds import basis
from decision_service.workbench.changing.lines import folded, rows
from decision_service.workbench.changing.remarks import place
from decision_service.workbench.changing.sides import Side, chosen, matters_of, sides_of
from decision_service.workbench.changing.talking import remarks_of, talk
from decision_service.workbench.changing.trying import try_out
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import button, heading, note, rendered, text
from decision_service.workbench.visit import Visit, address


async def build(visit: Visit) -> None:
    """Everything about the change that the address names."""
    matters = await asyncio.to_thread(matters_of, visit.bench)
    matter = visit.asked("matter") or next(iter(matters), "")
    if matter not in matters:
        note(visit.say("没有这个事项，请另选", "there is no such matter; choose another"))
    _matters(visit, matters, matter)
    if matter not in matters:
        return
    sides = await asyncio.to_thread(sides_of, visit.bench, matter)
    found = chosen(sides, visit.asked("old"), visit.asked("new"))
    if found is None:
        note(visit.say(
            "这个事项只有一个版本，还没有可比较的。请在编辑页另存一个新版本（新的生效日），再回到这里。",
            "This matter has one version alone, so there is nothing to compare yet. Begin a new version (with its own "
            "first day) in the editor, and come back.",
        ))  # fmt: skip
        ui.link(visit.say("打开编辑页", "open the editor"), address("/edit", file=sides[0].name) if sides else "/")
        return
    await _compared(visit, matter, sides, *found)


def _matters(visit: Visit, matters: Mapping[str, Bilingual], matter: str) -> None:
    def go(event: object) -> None:
        ui.navigate.to(address("/change", matter=str(getattr(event, "value", ""))))

    names = {key: visit.tell(name) for key, name in matters.items()}
    with ui.element("div").classes("mp-row no-print"):
        chooser = ui.select(
            names, value=matter if matter in matters else None, label=visit.say("事项", "matter"), on_change=go
        )
        chooser.props("outlined dense").classes("ch-select")
    text(names.get(matter, ""), "p", "ch-printed mp-strong")


async def _compared(visit: Visit, matter: str, sides: list[Side], old: Side, new: Side) -> None:
    _choice(visit, matter, sides, old, new)
    _release(visit, new)
    whole = await asyncio.to_thread(visit.bench.drafts.whole)
    if any(name.startswith(f"{FOLDER}/") for name in visit.bench.drafts.standing()):
        note(
            visit.say(
                "共享目录有草稿：两边都按草稿中的目录来读。",
                "The shared catalogue has drafts: both sides are read with them.",
            ),
            "",
        )
    heading(visit.say("决定有什么不同", "What is decided otherwise"))
    drawn = ui.element("div")
    pair = Pair(old, new, whole)

    async def found() -> None:
        with drawn:
            try:
                await draw(visit, pair)
            except Exception as error:
                told = refusal(error)
                if told is None:
                    raise
                note(visit.tell(told), "bad")

    if old.text == new.text:
        with drawn:
            note(visit.say("两边的文字完全相同。", "Both texts are equal."), "good")
    else:
        beside(found(), f"difference {matter}")
    try_out(visit, pair)
    await _texts(visit, matter, old, new)
    await basis(visit, pair)
    names = {old.name: old.text} | {new.name: new.text}
    asked = visit.asked("line")
    talk(visit, names, (new.name, int(asked)) if asked.isascii() and asked.isdigit() else None)


def _release(visit: Visit, new: Side) -> None:
    """Where the way of a draft goes on."""
    if new.kind != "draft":
        return
    with ui.element("div").classes("mp-row no-print"):
        if visit.bench.service is None:
            zh = "发布须连接办理服务：启动工作台时加 --service 和 --staff。"
            text(
                visit.say(zh, "Releasing takes the service: start the workbench with --service and --staff."),
                "span",
                "mp-faint",
            )
        else:
            ui.link(visit.say("去提请发布", "go on and propose it"), "/releases")


def _choice(visit: Visit, matter: str, sides: list[Side], old: Side, new: Side) -> None:
    options = {one.key: visit.tell(one.told) for one in sides}
    picked = {"old": old.key, "new": new.key}

    def turned(which: str) -> None:
        def go(event: object) -> None:
            picked[which] = str(getattr(event, "value", ""))
            ui.navigate.to(address("/change", matter=matter, **picked))

        label = visit.say("旧版本", "old version") if which == "old" else visit.say("新版本", "new version")
        ui.select(options, value=picked[which], label=label, on_change=go).props("outlined dense").classes("ch-select")

    with ui.element("div").classes("mp-row no-print"):
        turned("old")
        text("→", "span", "mp-faint").props('aria-hidden="true"')
        turned("new")
        ui.link(visit.say("对调", "swap"), address("/change", matter=matter, old=new.key, new=old.key))
        button(visit.say("打印", "print"), "print").on_click(lambda: ui.run_javascript("window.print()"))
    text(f"{visit.tell(old.told)} → {visit.tell(new.told)}", "p", "ch-printed")


async def _texts(visit: Visit, matter: str, old: Side, new: Side) -> None:
    """Both texts side by side; a line of the new one leads to a form for a comment on it."""
    is_whole = visit.asked("all") == "yes"
    here = {"matter": matter, "old": old.key, "new": new.key}
    marks: dict[int, list[int]] = {}
    for one in remarks_of(visit).on([new.name]):
        at = place(one, new.text)
        if at is not None:
            marks.setdefault(at, []).append(one.said.number)
    all_rows = await asyncio.to_thread(rows, old.text, new.text)
    heading(visit.say("逐行对照", "Line by line"))
    with ui.element("div").classes("mp-row no-print"):
        if is_whole:
            ui.link(visit.say("只看改动", "changes alone"), address("/change", **here))
        else:
            ui.link(visit.say("看全文", "all lines"), address("/change", **here, all="yes"))
    values = {
        "is_zh": visit.language == "zh",
        "rows": list(all_rows) if is_whole else folded(all_rows, marks),
        "caption": visit.say(
            "左边旧版本，右边新版本；点右边的行号提意见",
            "old on the left, new on the right; choose a line number on the right to comment",
        ),
        "old_name": visit.tell(old.told),
        "new_name": visit.tell(new.told),
        "comment": address("/change", **here, **({"all": "yes"} if is_whole else {})),
        "say_comment": visit.say("评论第几行：", "comment on line"),
        "say_has": visit.say("看意见", "see comment"),
        "remarks": marks,
    }
    rendered("decision_service.workbench.changing", "lines.html", values)


CHANGE: Final = Page(
    "/change", Bilingual("改动与比较", "Change and compare"), frozenset({Action.READ_CONTROL}), build, icon="difference"
)
