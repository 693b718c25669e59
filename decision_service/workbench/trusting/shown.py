"""Results of the long work, as parts of the page."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.shape import Bilingual
from decision_service.proving.questions import GROUPS
from decision_service.workbench.acting import acting
from decision_service.workbench.jobs import JobFailedError
from decision_service.workbench.kept import Kept
from decision_service.workbench.naming import outcome_names
from decision_service.workbench.parts import button, heading, mark, named, note, panel, rendered, text
from decision_service.workbench.trusting.taking_over import take_over
from decision_service.workbench.visit import Visit, address

PACKAGE: Final = "decision_service.workbench.trusting"
WORKING: Final = "decision_service.workbench.workingout"

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Where a result is shown: `folder` is the whole rules as they are now, `again` works the part out anew."""

    visit: Visit
    matter: str
    folder: Path
    again: Callable[[], Coroutine[Any, Any, object]]


def chooser(visit: Visit, matters: Mapping[str, Bilingual], matter: str) -> None:
    """Another matter."""
    with named(ui.element("select").classes("mp-input"), visit.say("事项", "matter")) as made:
        for one, words in matters.items():
            option = text(f"{visit.tell(words)}{visit.aside(one)}", "option")
            option.props["value"] = one
            if one == matter:
                option.props["selected"] = True
    made.on("change", lambda told: ui.navigate.to(address("/trust", matter=str(told.args))),
            js_handler="(event) => emit(event.target.value)")  # fmt: skip


def _problems(part: Part, said: Said) -> bool:
    """Whether nothing was worked out since the rule files have problems, which are told."""
    if "problems" not in said:
        return False
    visit = part.visit
    note(visit.say("规则或案例文件有错，先改正：", "rules or cases have problems; mend them first:"), "bad")
    with ui.element("ul").classes("mp-told"):
        for one in said["problems"][:10]:
            with ui.element("li"):
                if one["file"]:
                    _place(one)
                text(one[visit.language], "span")
    return True


def _place(one: Said) -> None:
    ui.link(f"{one['file']}:{one['line']}", address("/edit", file=one["file"], line=str(one["line"])))


def _version(said: Said, of: Said) -> None:
    """Which version it is about, where there are several."""
    if len(of["versions"]) > 1:
        heading(said["source"], 3)


def cases(part: Part, said: Said) -> None:
    """Red ones with what differs side by side, then the green ones."""
    if _problems(part, said):
        return
    visit = part.visit
    every = [one for version in said["versions"] for one in version["cases"]]
    red = [one for one in every if one["differences"]]
    with ui.element("div").classes("mp-row"):
        mark(visit.say(f"✓ {len(every) - len(red)} 例相符", f"✓ {len(every) - len(red)} as expected"), "good")
        mark(visit.say(f"✗ {len(red)} 例不符", f"✗ {len(red)} otherwise"), "bad" if red else "")
        text(visit.say(f"用时 {said['seconds']} 秒", f"{said['seconds']} s"), "span", "mp-faint")
    for one in red:
        _red(part, one, _source(said, one))
    for version in said["versions"]:
        _version(version, said)
        for one in version["bare"]:
            text(
                visit.say(
                    f"没有案例表明规则 {one['rule']} 单独起作用", f"no case shows rule {one['rule']} deciding alone"
                )
            )
        green = [one for one in version["cases"] if not one["differences"]]
        rendered(PACKAGE, "green.html", {
            "zh": visit.language == "zh", "try_it": address("/try", file=version["source"]), "cases": green,
            "edit": address("/edit"), "names": outcome_names(part.folder),
        })  # fmt: skip


def _source(said: Said, case: Said) -> str:
    return next(str(one["source"]) for one in said["versions"] if case in one["cases"])


_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "outcome": ("结果", "outcome"),
    "reasons": ("理由", "reasons"),
    "advice": ("另告", "told besides"),
    "notes": ("说明", "notes"),
    "obligations": ("义务", "obligations"),
    "alone": ("单独起作用的规则", "rule that decides alone"),
    "engines": ("两套引擎", "the two engines"),
    "reference": ("参照", "the reference"),
}
"""What can differ, but for what is granted or told, which goes by its own name."""


def _red(part: Part, one: Said, source: str) -> None:
    visit = part.visit
    with panel("mp-red"):
        with ui.element("div").classes("mp-row"):
            mark(visit.say("✗ 不符", "✗ otherwise"), "bad")
            text(one["name"], "strong")
            if one["file"]:
                _place(one)
        values = {"zh": visit.language == "zh", "differences": one["differences"], "names": _NAMES}
        values["outcomes"] = outcome_names(part.folder)
        rendered(PACKAGE, "differences.html", values)
        with ui.element("div").classes("mp-row no-print"):
            ui.link(visit.say("打开试一试", "open in Try it"), address("/try", file=source, case=one["name"]))

            async def taken() -> None:
                take_over(visit, one, part.again)

            if one["file"] and any(each["what"] not in {"engines", "reference"} for each in one["differences"]):
                over = button(visit.say("以新结果为预期……", "expect the new result …"))
                over.on_click(acting(visit, Action.PROPOSE_RELEASE, taken))


def coverage(part: Part, said: Said) -> None:
    """Shares, what is missing, and the file with what is shown and what is not."""
    if _problems(part, said):
        return
    visit = part.visit
    for version in said["versions"]:
        _version(version, said)
        rendered(PACKAGE, "measures.html", {"zh": visit.language == "zh", "one": version})
        for goal in version["missing"]:
            _missing(part, version["source"], goal)
        with ui.expansion(visit.say("规则文件上的覆盖", "over the rule file")).classes("mp-guide").props("dense"):
            edit = address("/edit", file=version["source"])
            rendered(PACKAGE, "overlay.html", {"zh": visit.language == "zh", "lines": version["lines"], "edit": edit})


def _missing(part: Part, source: str, goal: Said) -> None:
    visit = part.visit
    with ui.element("div").classes("mp-row mp-missing"):
        mark(goal[f"kind_{visit.language}"], "bad")
        text(goal[visit.language], "span", "mp-grow")
        ui.link(
            visit.say(f"第{goal['line']}行", f"line {goal['line']}"),
            address("/edit", file=source, line=str(goal["line"])),
        )
        made = button(visit.say("写一例", "make a case"))
        named(made, visit.say(f"写一例：{goal['zh']}", f"make a case: {goal['en']}"))
        far = text("", "span", "mp-faint").props('role="status"')

        async def make() -> None:
            far.set_text(visit.say("正在寻找……", "looking for one …"))
            given = {
                "task": "case_for", "folder": str(part.folder), "matter": part.matter, "source": source,
                "number": goal["number"],
            }  # fmt: skip
            try:
                found = await visit.bench.jobs.work(WORKING, given)
            except JobFailedError:
                found = {"given": "", "is_impossible": False}
            if found.get("given"):
                ui.navigate.to(address("/try", file=source, given=found["given"]))
            elif found.get("is_impossible"):
                far.set_text(visit.say("到不了（已证明）", "cannot be reached (proved)"))
            else:
                far.set_text(visit.say("没有得出结论", "left undecided"))

        made.on_click(acting(visit, Action.READ_CONTROL, make))


def mutation(part: Part, said: Said) -> None:
    """Changes that no case would notice."""
    if _problems(part, said):
        return
    visit = part.visit
    for version in said["versions"]:
        _version(version, said)
        if version["is_red"]:
            note(visit.say("案例有不符的，先改好再算", "mend the cases that fail first"))
            continue
        with ui.element("div").classes("mp-row"):
            lost = len(version["survivors"])
            mark(f"{version['percent']} %", "good" if not lost else "warn")
            zh = f"改错 {version['counted']} 处，{version['killed']} 处会被案例发现；{version['equal']} 处改了等于没改"
            en = f"{version['killed']} of {version['counted']} changes noticed; {version['equal']} more change nothing"
            text(visit.say(zh, en))
        for one in version["survivors"]:
            _survivor(visit, version["source"], one)


def _survivor(visit: Visit, source: str, one: Said) -> None:
    with panel():
        with ui.element("div").classes("mp-row"):
            mark(one[f"kind_{visit.language}"], "warn")
            _place(one)
        text(one["written"], "code", "mp-must")
        text(one[visit.language])
        if one["given"]:
            words = visit.say("打开会发现它的案例，核对后存下", "open a case that would notice it, to check and save")
            ui.link(words, address("/try", file=source, given=one["given"]))


def proofs(part: Part, said: Said) -> None:
    """Claims by kind, and of each that does not hold the smallest applicant."""
    if _problems(part, said):
        return
    visit = part.visit
    for version in said["versions"]:
        _version(version, said)
        if "nothing" in version:
            note(
                visit.say(
                    "什么也没有证明：不能编码，或者求解与引擎不一致",
                    "nothing is proved: no encoding, or solver and engines differ",
                ),
                "bad",
            )
            text(version["nothing"], "div", "mp-faint")
            continue
        values = {"zh": visit.language == "zh", "kinds": version["kinds"], "groups": GROUPS}
        rendered(PACKAGE, "kinds.html", values)
        for claim in version["claims"]:
            if claim["verdict"] != "holds" and not claim.get("follows"):
                _claim(part, version["source"], claim)
        if version["certificate"] is not None:
            content = orjson.dumps(version["certificate"], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            fetch = button(visit.say("下载证明书", "download the certificate"), icon="download")
            fetch.on_click(lambda content=content, name=version["file"]: ui.download.content(content, name))


def _claim(part: Part, source: str, claim: Said) -> None:
    visit, problem = part.visit, claim["problem"]
    is_open = claim["verdict"] == "undecided"
    with panel("mp-claim"):
        with ui.element("div").classes("mp-row"):
            words = visit.say("? 没有结论", "? undecided") if is_open else visit.say("✗ 不成立", "✗ does not hold")
            mark(words, "warn" if is_open or claim["advice"] else "bad")
            text(claim["claim"][visit.language], "strong")
            if claim["advice"]:
                mark(visit.say("供参考", "worth knowing"))
        text(problem["message"][visit.language])
        text(problem["hint"][visit.language], "div", "mp-faint")
        place = problem["place"]
        if place is not None:
            _place({"file": source, "line": place["line"]})
        for number, one in enumerate(claim.get("applicants", ())):
            _applicant(part, source, one, claim["witnesses"][number])
        code, _, name = claim["name"].partition(":")
        if code in _OF_TABLES and name:
            table = name.partition(":")[0]
            ui.link(visit.say("在表格里看", "see it in the table"), address("/table", file=source, table=table))


_OF_TABLES: Final = frozenset({"table_gap", "table_overlap", "row_dead", "table_idle"})


def _applicant(part: Part, source: str, one: Said, witness: Said) -> None:
    visit, name = part.visit, outcome_names(part.folder).get(one["outcome"])
    like = visit.say(
        f"最小的申请人，与案例“{one['like']}”相同，只是：",
        f"the smallest applicant, like the case “{one['like']}”, but:",
    )
    text(like if one["differs"] else visit.say(f"就是案例“{one['like']}”", f"the case “{one['like']}” itself"))
    with ui.element("ul").classes("mp-told"):
        for each in one["differs"]:
            text(each[visit.language], "li")
    came = [*([] if name is None else [visit.tell(name)]), one["outcome"], ", ".join(one["reasons"])]
    text(visit.say("结果：", "outcome: ") + " ".join(came))
    given = Kept.of_json(witness).as_given()
    with ui.element("div").classes("mp-row"):
        ui.link(visit.say("打开试一试", "open in Try it"), address("/try", file=source, given=given)).classes("mp-open")


SHOWN: Final[Mapping[str, Callable[[Part, Said], None]]] = {
    "cases": cases,
    "coverage": coverage,
    "mutation": mutation,
    "proofs": proofs,
}
"""How each task's result is shown."""
