"""Who changes, one by one: some of each kind open in Try it, all rows can be fetched. Not of the record, of which
counts alone are told."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.difference import Pair, try_address
from decision_service.workbench.changing.impact import source_of
from decision_service.workbench.changing.populations import Population
from decision_service.workbench.going import going
from decision_service.workbench.jobs import Hears
from decision_service.workbench.parts import button, text
from decision_service.workbench.visit import Bench, Visit

FLIPPING: Final = "decision_service.workbench.changing.flipping"


def who(visit: Visit, pair: Pair, population: Population, names: Mapping[str, str]) -> None:
    """A button, and what it finds. `names`: what outcomes are called, by their codes."""
    say = visit.say
    with ui.element("div").classes("no-print"):
        with ui.element("div").classes("mp-row"):
            start = button(say("逐件看谁变了", "see who changes, one by one"), "person_search")
        place = ui.element("div")

    async def find() -> None:
        place.clear()
        with place:
            what = say("找出变化的各件", "Finding each that changes")
            found = await going(visit, what, lambda told: _found(visit.bench, pair, population, told))
            start.delete()
            _shown(visit, pair, found, names)

    start.on_click(acting(visit, Action.READ_QUALITY, find))


async def _found(bench: Bench, pair: Pair, population: Population, told: Hears) -> Mapping[str, Any]:
    # Nothing of it is kept: it holds applications.
    old, new = pair.arguments(bench)
    _, on = await source_of(bench, pair, population, told)
    given = {"old": old, "new": new, "rules": str(pair.whole), "on": on}
    found: Mapping[str, Any] = await bench.jobs.work(FLIPPING, given, told)
    return found


def _shown(visit: Visit, pair: Pair, found: Mapping[str, Any], names: Mapping[str, str]) -> None:
    say = visit.say
    zh = "每种变化的前几件，可在“试一试”里用两个版本打开，看每条规则为什么。"
    text(say(zh, "The first of each kind; each opens in Try it with either version, to see why."), "p", "mp-faint")
    heads = (
        say("行", "row"),
        say("旧结果", "old outcome"),
        say("新结果", "new outcome"),
        say("打开试一试", "in Try it"),
    )
    with ui.element("div").classes("mp-wide").props('tabindex="0"'), text("", "table", "mp-table"):
        with text("", "thead"), text("", "tr"):
            for one in heads:
                text(one, "th").props('scope="col"')
        with text("", "tbody"):
            for one in found["some"]:
                with text("", "tr"):
                    _row(visit, pair, one, (str(one["row"]), names[one["old"]], names[one["new"]]))
    name = f"{pair.matter}-changes.csv"
    fetch = button(say("下载变化的各行（CSV）", "download the rows that change (CSV)"), "download")
    fetch.on_click(lambda: ui.download.content(found["csv"], name, "text/csv"))


def _row(visit: Visit, pair: Pair, one: Mapping[str, Any], words: Sequence[str]) -> None:
    for word in words:
        text(word, "td")
    with text("", "td"):
        sides = ((pair.old, visit.say("旧版本", "old version")), (pair.new, visit.say("新版本", "new version")))
        for side, said in sides:
            to = try_address(side, one)
            if to:
                ui.link(said, to).classes("mp-open").props["aria-label"] = f"{said} {words[0]}"
                text(" ", "span")
