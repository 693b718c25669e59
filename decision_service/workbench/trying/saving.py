"""A trial saved as a case: named, with what it expects, as a draft of a file of cases."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.covering.simplifying import nearest
from decision_service.policy.beside import read_beside
from decision_service.policy.casetext import expect_text
from decision_service.policy.shape import Bilingual, WorkedCase
from decision_service.policy.shelf import CASES, read_shelf
from decision_service.source import PolicyProblems, Source, render
from decision_service.trials import as_case, told_by, unexpected
from decision_service.workbench.acting import Handler, acting
from decision_service.workbench.casewriting import NotWritableError, with_case
from decision_service.workbench.parts import button, dialog, text
from decision_service.workbench.trying.controls import select, typed
from decision_service.workbench.trying.subjects import Subject
from decision_service.workbench.trying.telling import Tried
from decision_service.workbench.visit import Visit, address

NEW = f"tried{CASES}"
"""The file of cases that is begun where a matter has none."""


def files(subject: Subject) -> list[str]:
    """The files that a case may be put into, the first being the usual one."""
    matter = subject.policy.matter
    beside = sorted(one.name for one in (subject.folder / matter).glob(f"*{CASES}"))
    return [f"{matter}/{name}" for name in (*(beside or [NEW]), f"{subject.policy.effective_from}.yaml")]


def expectation(one: Tried) -> dict[str, object]:
    """All that a case may expect of this: the outcome, the reasons, what is granted or told."""
    reasons = sorted({reason["code"] for reason in one.told["reasons"]})
    result = {name: value for name, value in one.told["result"].items() if value is not None}
    return {"outcome": one.told["outcome"], **({"reasons": reasons} if reasons else {}), **result}


def alone(one: Tried) -> str | None:
    """The one rule of the policy that is told, where it is one."""
    told = told_by(one.decided, one.told)
    own = [rule.id for rule in one.decided.policy.rules if not rule.standing]
    return next(iter(told)) if len(told) == 1 and told <= set(own) else None


def drafted(subject: Subject, case: WorkedCase, name: str, text_now: str) -> str:
    """The text of the file `name` with the case. Raises NotWritableError."""
    if case.name in {each.name for each in subject.cases}:
        raise NotWritableError(Bilingual("已有同名的案例", "there is a case of that name already"))
    own = {subject.policy.source, name}
    models = [each for each in subject.cases if each.span is not None and each.span.source.name in own]
    models = models if name != subject.policy.source else list(subject.policy.cases)
    like = None
    if models:
        near = nearest(as_case(subject.policy, case), [as_case(subject.policy, each) for each in models])
        like = next(each for each in models if each.name == near.name)
    return with_case(Source(name, text_now), case, subject.catalogue, like)


def held(subject: Subject, one: Tried, case: WorkedCase, folder: Path) -> None:
    """Reads the rules with the draft in place: the case must be there as it was tried. Raises NotWritableError."""
    try:
        shelf = read_shelf(folder, only=(folder / subject.policy.matter).resolve())
        beside = read_beside(folder, shelf)
    except PolicyProblems as problems:
        first = problems.problems[0]
        raise NotWritableError(Bilingual(render(first, "zh"), render(first, "en"))) from None
    own = [(policy, each) for policy in shelf.policies() for each in policy.cases]
    found = next(
        ((policy, each) for policy, each in (*own, *((b.policy, b.case) for b in beside)) if each.name == case.name),
        None,
    )
    if found is None or found[0].effective_from != subject.policy.effective_from:
        raise NotWritableError(
            Bilingual(
                "决定之日不在这个版本之内，请存入版本文件",
                "its day is not of this version; save it into the version's file",
            )
        )
    policy, read = found
    is_same = (read.as_of, read.form, read.facts) == (case.as_of, case.form, case.facts)
    if not is_same or unexpected(replace(one.decided, policy=policy), as_case(policy, read)):
        raise NotWritableError(Bilingual("这样的内容案例文件写不出来", "a file of cases can't hold what was filled in"))


def save_dialog(visit: Visit, subject: Subject, one: Tried, place: ui.element) -> None:
    """Asks for the name and what is expected, and saves; `place` is where that is said."""
    names = files(subject)
    wanted: dict[str, Any] = {"name": "", "file": names[0], "expect": set(expectation(one)), "alone": alone(one)}

    def put(key: str) -> Callable[[str], None]:
        return lambda value: wanted.__setitem__(key, value.strip())

    async def save() -> None:
        wrong.set_text("")
        try:
            await _saved(visit, subject, one, wanted)
        except NotWritableError as error:
            wrong.set_text(visit.tell(error.told))
            return
        shown.close()
        place.clear()
        with place, ui.element("div").classes("mp-note good").props('role="status"'):
            text(visit.say(f"已存为草稿：{wanted['file']}", f"saved as a draft: {wanted['file']}"))
            ui.link(
                visit.say("到“案例与证明”运行全部案例", "run all cases"),
                address("/trust", matter=subject.policy.matter),
            )

    handle = acting(visit, Action.PROPOSE_RELEASE, save)
    with dialog(visit.say("存为案例", "Save as a case")) as shown:
        _asked(visit.say("案例名称（中文）", "name of the case (in Chinese)"), lambda: _name(put("name"), handle))
        _asked(visit.say("存入", "into"), lambda: select({name: name for name in names}, names[0], put("file")))
        _expected(visit, expectation(one), wanted["expect"])
        wrong = text("", "div", "mp-fault").props('role="alert"')
        with ui.element("div").classes("mp-row"):
            keep = button(visit.say("存为草稿", "save as a draft"), strong=True)
            keep.on_click(handle)
            button(visit.say("取消", "cancel")).on_click(shown.close)
    shown.open()


def _name(put: Callable[[str], None], done: Handler) -> ui.element:
    return typed("text", "", "", put).on("keyup.enter", done).props("autofocus")


def _expected(visit: Visit, found: Mapping[str, object], chosen: set[str]) -> None:
    """What the case is to expect: all that came, less what is unticked."""
    words = visit.say(
        "预期（规则现在的结果，请对照法律核对）", "expected (what the rules do now: check it against the law)"
    )
    text(words, "h3", "mp-h3")
    for key, value in found.items():
        _ticked(expect_text({key: value})[1:-1], key, chosen, is_fixed=key == "outcome")


def _asked(words: str, make: Callable[[], ui.element]) -> None:
    with ui.element("div").classes("mp-field"):
        label = text(words, "label", "mp-label")
        label.props["for"] = make().html_id


def _ticked(words: str, key: str, chosen: set[str], *, is_fixed: bool) -> None:
    with ui.element("label").classes("mp-row"):
        box = ui.element("input").props('type="checkbox"')
        box.props["defaultChecked"] = True
        box.props["disabled"] = is_fixed
        box.on(
            "change",
            lambda told: (chosen.add if told.args == "true" else chosen.discard)(key),
            js_handler="(event) => emit(String(event.target.checked))",
        )
        text(words, "span")


async def _saved(visit: Visit, subject: Subject, one: Tried, wanted: dict[str, Any]) -> None:
    """Raises NotWritableError, ChangedMeanwhileError."""
    if not wanted["name"]:
        raise NotWritableError(Bilingual("请写名称", "give it a name"))
    expect = {key: value for key, value in expectation(one).items() if key in wanted["expect"]}
    kept = one.kept
    case = WorkedCase(wanted["name"], kept.as_of, kept.form, kept.facts, expect, wanted["alone"])
    drafts = visit.bench.drafts
    text_now, number = drafts.read(wanted["file"])

    def made() -> str:
        new = drafted(subject, case, wanted["file"], text_now)
        held(subject, one, case, drafts.whole({wanted["file"]: new}))
        return new

    new = await asyncio.to_thread(made)
    drafts.save(wanted["file"], new, visit.require(Action.PROPOSE_RELEASE), number)
