"""Beginning a file: a coming version of a matter, or a new matter."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.editing.edits import applied, instead
from decision_service.editing.matterkeys import ITEM_TYPES
from decision_service.editing.starting import Start, first_file
from decision_service.policy.catalogue import FOLDER, Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.source import PolicyProblems, Source
from decision_service.workbench.acting import acting
from decision_service.workbench.drafts import NoSuchNameError, checked, is_name
from decision_service.workbench.editor.checking import is_version
from decision_service.workbench.editor.sheet import Sheet, matters_of, names_of
from decision_service.workbench.parts import button, heading, note, text
from decision_service.workbench.visit import Visit, address


def begin_version(sheet: Sheet) -> None:
    """A button that asks for the first day of a coming version."""
    visit = sheet.visit
    button(visit.say("新版本", "New version"), "note_add").on_click(
        acting(visit, Action.PROPOSE_RELEASE, partial(_ask_for_day, sheet))
    )


async def _ask_for_day(sheet: Sheet, *_: object) -> None:
    visit = sheet.visit
    with ui.dialog(value=True) as dialog, ui.card().classes("mp-dialog"):
        dialog.on("hide", dialog.delete)
        heading(visit.say("新版本", "A new version"))
        text(
            visit.say(
                "复制最近一个版本，从所选的日子起施行；在那之前仍按现行版本办理。",
                "A copy of the last version, in force from the day you choose; until then the present one decides.",
            ),
            "p",
        )
        day = _day(visit, _first_of_next_month(visit))
        wrong = ui.element("div")

        async def make(*_: object) -> None:
            await _begin(wrong, visit, f"{sheet.matter}/{day.value}.yaml", partial(_copied, visit, sheet.matter))

        _buttons(visit, dialog, make)


def begin_matter(visit: Visit) -> None:
    """A button that asks for what a new matter is called; for who may write."""
    if visit.may(Action.PROPOSE_RELEASE):
        button(visit.say("新事项", "New matter"), "add").on_click(
            acting(visit, Action.PROPOSE_RELEASE, partial(_ask_for_matter, visit))
        )


async def _ask_for_matter(visit: Visit, *_: object) -> None:
    say = visit.say
    with ui.dialog(value=True) as dialog, ui.card().classes("mp-dialog"):
        dialog.on("hide", dialog.delete)
        heading(say("新事项", "A new matter"))
        text(
            say(
                "先得到一个小而完整的文件，检查和案例都能通过；待定之处写着 TODO。",
                "You get a small whole file that passes check and test; what is to be settled is marked TODO.",
            ),
            "p",
        )
        code = ui.input(say("代号（小写英文和下划线）", "code (small letters and underscores)")).classes("mp-field")
        zh = ui.input(say("中文名称", "name in Chinese")).classes("mp-field")
        en = ui.input(say("英文名称", "name in English")).classes("mp-field")
        types = {word: f"{word} {visit.tell(label)}" for word, label in ITEM_TYPES.words}
        kind = ui.select(types, value="20", label=say("事项类型", "type of item")).classes("mp-field")
        day = _day(visit, _first_of_next_month(visit))
        wrong = ui.element("div")

        async def make(*_: object) -> None:
            matter = code.value.strip()
            names = (zh.value.strip() or f"{matter}（名称待定）", en.value.strip() or _title(matter))
            wrong.clear()
            if matter in {*matters_of(visit), FOLDER}:
                with wrong:
                    note(say("这个代号已经有了", "that code is taken"), "bad")
                return
            await _begin(wrong, visit, f"{matter}/{day.value}.yaml", partial(_first, visit, names, str(kind.value)))

        _buttons(visit, dialog, make)


def _title(matter: str) -> str:
    return matter.replace("_", " ").capitalize()


def _buttons(visit: Visit, dialog: ui.dialog, make: Callable[..., Awaitable[None]]) -> None:
    with ui.element("div").classes("mp-row"):
        button(visit.say("建立草稿", "Make the draft"), strong=True).on_click(
            acting(visit, Action.PROPOSE_RELEASE, make)
        )
        button(visit.say("取消", "Cancel")).on_click(dialog.close)


def _day(visit: Visit, first: date) -> ui.input:
    label = visit.say("生效日", "first day")
    return ui.input(label, value=first.isoformat()).props('type="date" stack-label').classes("mp-field")


def _first_of_next_month(visit: Visit) -> date:
    return (visit.bench.now().date().replace(day=28) + timedelta(days=4)).replace(day=1)


async def _begin(wrong: ui.element, visit: Visit, name: str, made: Callable[[str], str]) -> None:
    """Makes the file as a draft and goes there; says so where it can't be."""
    wrong.clear()
    try:
        await asyncio.to_thread(_write, visit, name, made)
    except (NoSuchNameError, ValueError):
        with wrong:
            note(visit.say("请填写代号和日期", "fill in the code and the day"), "bad")
    except FileExistsError:
        with wrong:
            note(visit.say("从这一天起已经有一个版本了", "there is a version from that day already"), "bad")
    else:
        ui.navigate.to(address("/edit", file=name))


def _write(visit: Visit, name: str, made: Callable[[str], str]) -> None:
    drafts = visit.bench.drafts
    matter, _, file = checked(name).partition("/")
    date.fromisoformat(file.removesuffix(".yaml"))
    if name in names_of(visit, matter):
        raise FileExistsError(name)
    _, after = drafts.read(name)
    drafts.save(name, made(name), visit.require(Action.PROPOSE_RELEASE), after)


def _copied(visit: Visit, matter: str, name: str) -> str:
    """The last version before that day (the first one, where there is none), with its first day changed."""
    versions = [one for one in names_of(visit, matter) if is_version(one) and is_name(one)]
    source = Source(name, visit.bench.drafts.read(max((one for one in versions if one < name), default=versions[0]))[0])
    node, _ = read_nodes(source)
    day = node.get("in_force") if isinstance(node, MapNode) else None
    file = name.partition("/")[2]
    return source.text if day is None else applied(source, [instead(day.span, file.removesuffix(".yaml"))])


def _first(visit: Visit, names: tuple[str, str], kind: str, name: str) -> str:
    matter, _, file = name.partition("/")
    start = Start(matter, *names, kind, date.fromisoformat(file.removesuffix(".yaml")), visit.bench.now().date())
    return first_file(start, _catalogue(visit))


def _catalogue(visit: Visit) -> Catalogue:
    complaints = Complaints()
    catalogue = read_catalogue(visit.bench.drafts.whole(), complaints)
    if catalogue is None or complaints.problems:
        raise PolicyProblems(complaints.problems)
    return catalogue
