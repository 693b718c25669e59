"""A table that somebody has open: its lines as the draft has them, what was undone, and how a change is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from decision_service.policy.parts import Bilingual
from decision_service.workbench.drafts import ChangedMeanwhileError, Drafts
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.saying import moment
from decision_service.workbench.tables.edits import Edit, edited
from decision_service.workbench.tables.sheet import Line, NotTakenError, Sheet, read_sheet, rekeyed

MOST_STEPS: Final = 200
"""That can be undone."""

Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What somebody else saved: who and when ("" where the file itself was changed), and whether the table is another
    one by it."""

    by: str
    at: str
    touches: bool


class ElsewhereError(RefusedError):
    """The table was changed elsewhere meanwhile, and is now shown so; the change was not made."""

    def __init__(self, news: News) -> None:
        zh, en = (f"{news.by} 在 {moment(news.at)} ", f" by {news.by} at {moment(news.at)}") if news.by else ("", "")
        super().__init__(
            Bilingual(
                f"这张表刚才{zh}在别处改了，现在显示的是改后的；您的这一步没有做，请看过再做",
                f"this table was changed elsewhere{en} and is shown as it is now; your step was not made"
                f": look, and do it again",
            )
        )


class Opened:
    """One open page's table. Its methods read and write the store, so they belong in a thread, one at a time."""

    def __init__(self, drafts: Drafts, file: str, name: str) -> None:
        """Raises NoSuchNameError, NoSheetError."""
        self._drafts = drafts
        self.file = file
        text, self._number = drafts.read(file)
        self.sheet = read_sheet(text, name)
        self._next = len(self.sheet.lines) + 1
        self._done: list[Lines] = []
        self._undone: list[Lines] = []

    def do(self, edit: Edit, by: str) -> None:
        """Makes an edit and keeps it in the draft. Raises NotTakenError, ElsewhereError, NoSheetError; nothing is
        changed then."""
        before = self.sheet.lines
        self._keep(lambda: edited(self.sheet, edit, self._next), by)
        if self.sheet.lines != before:
            self._done = [*self._done[-MOST_STEPS + 1 :], before]
            self._undone = []

    def undo(self, by: str) -> None:
        """Takes the last step back, to the letter. Raises as `do`."""
        self._turn_back(self._done, self._undone, by)

    def redo(self, by: str) -> None:
        """Does again what was taken back last. Raises as `do`."""
        self._turn_back(self._undone, self._done, by)

    def look(self) -> News | None:
        """Takes over what the file holds now; None where it holds nothing new. Raises NoSheetError."""
        text, number = self._drafts.read(self.file)
        if number == self._number and text == self.sheet.text:
            return None
        last = next(iter(self._drafts.history(self.file)), None) if number != self._number else None
        found = rekeyed(read_sheet(text, self.sheet.name), self.sheet.lines, self._next)
        touches = found.lines != self.sheet.lines
        self._number, self.sheet = number, found
        self._next += len(found.lines)
        if touches:
            self._done, self._undone = [], []
        return News("" if last is None else last.by, "" if last is None else last.at, touches)

    def _turn_back(self, one: list[Lines], other: list[Lines], by: str) -> None:
        if not one:
            return
        before, lines = self.sheet.lines, one[-1]
        self._keep(lambda: replace(self.sheet, lines=lines), by)
        one.pop()
        other.append(before)

    def _keep(self, make: Callable[[], Sheet], by: str) -> None:
        """Saves what `make` makes of the table; where the file was changed meanwhile but not this table, on top of
        that."""
        while True:
            news = self.look()
            if news is not None and news.touches:
                raise ElsewhereError(news)
            made = make()
            try:
                if made.text != self.sheet.text:
                    self._number = self._drafts.save(self.file, made.text, by, self._number).number
            except ChangedMeanwhileError:
                continue
            except ValueError as error:
                raise NotTakenError(
                    Bilingual("文件太大，没有改动", "the file is too large; nothing was changed")
                ) from error
            self._next += len(made.lines)
            self.sheet = made
            return


def difference(before: Sequence[Line], after: Sequence[Line]) -> dict[str, object]:
    """What a grid that shows `before` needs to show `after`: `rows` by key whose cells are others, and `order`, all
    keys, where rows came, went or moved. The head is the first of them."""
    known = {line.key: line.cells for line in before}
    rows = {str(line.key): list(line.cells) for line in after if known.get(line.key) != line.cells}
    order = [line.key for line in after]
    return {"rows": rows} if order == [line.key for line in before] else {"rows": rows, "order": order}
