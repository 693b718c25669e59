"""The text at work: checked at each pause, kept, drawn, and asked about."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nicegui.events import GenericEventArguments

from decision_service.access.actions import Action
from decision_service.source import PolicyProblems
from decision_service.workbench.acting import acting, beside
from decision_service.workbench.editor.checking import Thorough, checked_alone, checked_among, is_version
from decision_service.workbench.editor.elements import RuleGraph, RuleText
from decision_service.workbench.editor.findings import Findings
from decision_service.workbench.editor.hints import At, coming_at, defined_at, tables_at, told_at
from decision_service.workbench.editor.picture import Picture, drawn
from decision_service.workbench.editor.sheet import Sheet
from decision_service.workbench.thorough import unless

QUIET: Final = 1.0
"""Seconds without a change after which the text is kept, checked among the files around it, and drawn anew."""


@dataclass(slots=True)
class Desk:
    """What goes on around the text while the page is open. `has_graph`: the graph stands beside it."""

    sheet: Sheet
    editor: RuleText
    graph: RuleGraph
    findings: Findings
    say_state: Callable[[], None]
    has_graph: bool = False
    picture: Picture | None = None
    line: int = 1

    def begin(self) -> None:
        """Listens to the text, and checks it at once."""
        visit = self.sheet.visit
        self.editor.on("typed", acting(visit, Action.READ_GUIDE, self._typed))
        self.editor.on("asked", acting(visit, Action.READ_GUIDE, self._asked))
        self.editor.on("moved", acting(visit, Action.READ_GUIDE, self._moved))
        self.editor.on("found", acting(visit, Action.PROPOSE_RELEASE, self._found))
        self.graph.on("chosen", acting(visit, Action.READ_GUIDE, self._chosen))
        self.sheet.changed.set()
        beside(self._watch(), f"checking {self.sheet.name}")

    async def draw(self) -> None:
        """Draws the text, where the graph is shown and the text is right."""
        sheet = self.sheet
        if not self.has_graph or not is_version(sheet.name):
            return
        folder = await self._folder()
        try:
            self.picture = await sheet.visit.bench.elsewhere(drawn, folder, sheet.name, sheet.text)
        except PolicyProblems:
            self.graph.say_wrong()  # the last one stays until the text is right again
            return
        self.graph.show(self.picture.drawing, self.picture.leads)
        self.graph.light(self.picture.at(self.line))

    async def _typed(self, event: GenericEventArguments) -> None:
        self.sheet.take(str(event.args["text"]), int(event.args["revision"]))
        self.say_state()

    async def _found(self, event: GenericEventArguments) -> None:
        self.sheet.after = int(event.args["after"])

    async def _moved(self, event: GenericEventArguments) -> None:
        self.line = int(event.args["line"])
        if self.has_graph and self.picture is not None:
            self.graph.light(self.picture.at(self.line))

    async def _chosen(self, event: GenericEventArguments) -> None:
        line = None if self.picture is None else self.picture.leads.get(str(event.args["key"]))
        if line is not None:
            self.editor.lead(line)

    async def _asked(self, event: GenericEventArguments) -> None:
        number, kind = int(event.args["number"]), event.args["kind"]
        at = At(
            await self._folder(), self.sheet.name, self.sheet.text, int(event.args["line"]), int(event.args["unit"])
        )
        self.editor.run_method("answer", number, await self._answer(str(kind), at))

    async def _answer(self, kind: str, at: At) -> dict[str, Any] | None:
        visit, elsewhere = self.sheet.visit, self.sheet.visit.bench.elsewhere
        match kind:
            case "tell":
                return {"words": await elsewhere(told_at, at)}
            case "complete":
                found = await elsewhere(coming_at, at)
                options = [{"label": word, "detail": visit.tell(what)} for word, what in found.words]
                return {"so_far": found.so_far, "options": options}
            case "define":
                place = await elsewhere(defined_at, at)
                return None if place is None else {"line": place[0], "unit": place[1]}
            case _:
                return None

    async def _folder(self) -> Path:
        return await asyncio.to_thread(self.sheet.visit.bench.drafts.whole)

    async def _watch(self) -> None:
        """Checks what was typed last, over and over; what is typed meanwhile comes next."""
        while True:
            await self.sheet.changed.wait()
            self.sheet.changed.clear()
            try:
                await self._check()
            except Exception:
                self.findings.say_broken()
                with self.editor:  # the next change is checked again, while this failure goes to the log
                    beside(self._watch(), f"checking {self.sheet.name}")
                raise

    async def _check(self) -> None:
        sheet, elsewhere = self.sheet, self.sheet.visit.bench.elsewhere
        text, revision = sheet.text, sheet.revision
        folder = await self._folder()
        self._show(text, revision, Thorough(await elsewhere(checked_alone, folder, sheet.name, text)), is_last=False)
        if revision and await self._is_disturbed():  # what was opened, and not typed, is checked whole at once
            return
        if not sheet.is_readonly:
            await asyncio.to_thread(sheet.keep)
            self.editor.run_method("keptUpTo", revision)
        self.editor.link(sheet.visit, revision, sheet.name, await elsewhere(tables_at, sheet.name, text))
        folder = await self._folder()
        found = await unless(sheet.changed, elsewhere(checked_among, folder, sheet.name, text))
        if found is not None:
            self._show(text, revision, found, is_last=True)
            await self.draw()

    async def _is_disturbed(self) -> bool:
        """Whether something is typed before the text has been quiet for long enough."""
        try:
            await asyncio.wait_for(self.sheet.changed.wait(), QUIET)
        except TimeoutError:
            return False
        return True

    def _show(self, text: str, revision: int, found: Thorough, *, is_last: bool) -> None:
        self.editor.underline(self.sheet.visit, (self.sheet.name, text, revision), found.flaws, found.tips)
        self.findings.show(text, found, is_last=is_last)
