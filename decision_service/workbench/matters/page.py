"""The page of all matters."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.pages.frame import templates
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import beside
from decision_service.workbench.figures import paces, read_figures
from decision_service.workbench.matters.searching import Hit, find, read_texts
from decision_service.workbench.matters.showing import Live, card
from decision_service.workbench.matters.working import Matter, Overview
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import named, note, panel, text
from decision_service.workbench.saying import counted
from decision_service.workbench.service import ServiceError
from decision_service.workbench.visit import Visit, address

LOOK_SECONDS: Final = 5.0
"""How soon a draft that somebody saved is seen."""

_ALLOWED: Final = 0.05
"""Of the decisions that may take longer than the p95 of their budget."""

_HERE: Final = "decision_service.workbench.matters"


async def build(visit: Visit) -> None:
    """Every matter of the rules folder, drafts in place, and a search through all of their files."""
    overview = Overview(visit.bench)
    await asyncio.to_thread(overview.read)
    _Matters(visit, overview, await _live(visit)).build()


class _Matters:
    def __init__(self, visit: Visit, overview: Overview, live: Mapping[str, Live]) -> None:
        self.visit = visit
        self.overview = overview
        self.live = live
        self.cards: dict[str, ui.html] = {}
        self.texts: tuple[Path, dict[str, str]] | None = None
        self.card = templates(_HERE).get_template("matter.html")
        self.hit_list = templates(_HERE).get_template("hits.html")

    def build(self) -> None:
        """The search above, the list below."""
        visit = self.visit
        zh = "在全部规则文件里找：名称、代码、规则、理由、登记库、依据……"
        en = "Search all rule files: names, codes, rules, reasons, registers, law…"
        self.search = ui.input(visit.say(zh, en))
        self.search.props('dense outlined clearable debounce="250" type="search"').classes("mp-search no-print")
        self.search.on_value_change(self._search)
        self.hits = ui.element("div").props('role="status"')
        self.list = named(ui.element("div"), visit.say("事项", "matters")).classes("mp-matters")
        self._lay()
        if visit.asked("q"):
            self.search.value = visit.asked("q")
        beside(self._work(), "work out matters")

    def _lay(self) -> None:
        self.list.clear()
        self.cards = {}
        with self.list:
            if not self.overview.matters:
                zh = "规则文件夹里还没有事项；在“规则文件”里新建一个。"
                en = "The rules folder holds no matter yet; begin one under Rule files."
                note(self.visit.say(zh, en), "")
            for name, matter in self.overview.matters.items():
                shown = ui.html(self._rendered(matter), sanitize=False, tag="section")
                self.cards[name] = shown.classes("mp-panel mp-matter")

    def _rendered(self, matter: Matter) -> str:
        """The card; the template escapes each value."""
        return self.card.render(card(self.visit, matter, self.live.get(matter.name)))

    def _told(self, matter: Matter) -> None:
        shown = self.cards.get(matter.name)
        if shown is not None:
            shown.set_content(self._rendered(matter))

    async def _work(self) -> None:
        while True:
            try:
                await self.overview.fill(self._told)
                await asyncio.sleep(LOOK_SECONDS)
                if await asyncio.to_thread(self.overview.read):
                    self._lay()
            except Exception:
                await asyncio.sleep(LOOK_SECONDS)
                with self.list:  # it is looked at again, while this failure goes to the log
                    beside(self._work(), "work out matters")
                raise

    async def _search(self) -> None:
        words = str(self.search.value or "")
        folder = self.overview.folder
        if self.texts is None or self.texts[0] != folder:
            self.texts = (folder, await asyncio.to_thread(read_texts, folder))
        found = await asyncio.to_thread(find, self.texts[1], words)
        if words != str(self.search.value or ""):
            return
        self.hits.clear()
        within = {file.partition("/")[0] for file in found.files}
        for name, shown in self.cards.items():
            shown.set_visibility(not words.strip() or name in within)
        if not words.strip():
            return
        with self.hits, panel():
            count = self.visit.say(
                f"{len(found.files)}个文件里有{found.lines}处",
                f"{counted(found.lines, 'place')} in {counted(len(found.files), 'file')}",
            )
            text(count, "p", "mp-faint")
            values = [_hit(one, words) for one in found.hits]
            ui.html(self.hit_list.render({"hits": values}), sanitize=False)
            if found.lines > len(found.hits):
                text(self.visit.say("没有全部列出；多写几个字。", "Not all are listed; write more."), "p", "mp-faint")


def _hit(hit: Hit, words: str) -> Mapping[str, object]:
    pattern = "|".join(re.escape(word) for word in sorted(words.split(), key=len, reverse=True))
    pieces = re.split(f"({pattern})", hit.text, flags=re.IGNORECASE)
    return {
        "href": address("/edit", file=hit.file, line=str(hit.line)),
        "where": f"{hit.file}:{hit.line}",
        "pieces": [(bool(at % 2), piece) for at, piece in enumerate(pieces)],
    }


async def _live(visit: Visit) -> Mapping[str, Live]:
    """What the running service counts, for those who may read it."""
    if visit.bench.service is None or not visit.may(Action.READ_METRICS):
        return {}
    try:
        figures = read_figures(str(await visit.get("public", "/metrics")))
    except (ServiceError, ValueError):
        note(visit.say("现在读不到运行情况", "how it runs can't be read just now"), "warn")
        return {}
    found = {}
    for one in paces(figures):
        at_once = figures.by("course", "miaopi_share", matter=one.matter).get("instant")
        is_known = at_once is not None and at_once == at_once and one.decided  # noqa: PLR0124 - NaN: none was counted
        found[one.matter] = Live(at_once if is_known else None, None if one.slow is None else one.slow / _ALLOWED)
    return found


MATTERS: Final = Page("/", Bilingual("事项", "Matters"), frozenset({Action.READ_GUIDE}), build, icon="list_alt")
