"""What is told below the grid: the cell with the cursor, problems, gaps and overlaps, and what others saved."""

from collections.abc import Sequence

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.parts import Mood, button, heading, note, panel, text
from decision_service.workbench.tables.edits import ANY, Widened, mending
from decision_service.workbench.tables.grid import Grid
from decision_service.workbench.tables.proofs import Proved
from decision_service.workbench.tables.understanding import Beyond, Gap, Holes, Overlap, Understood, Wrong
from decision_service.workbench.visit import Visit, address


class Findings:
    """The panels below the grid."""

    def __init__(self, visit: Visit, grid: Grid, *, editable: bool) -> None:
        self.visit = visit
        self.grid = grid
        self.editable = editable
        self.news = ui.element("div").props('role="status"')
        with ui.element("div").classes("mp-columns no-print"):
            with panel():
                heading(visit.say("这一格", "This cell"))
                self.cell = ui.element("div").props('role="status"')
                with self.cell:
                    text(visit.say("点一格看它说什么。", "Choose a cell to see what it says."), "p", "mp-faint")
            with panel():
                heading(visit.say("检查", "Check"))
                self.problems = ui.element("div").props('role="status"')
        with panel("no-print"):
            heading(visit.say("缺漏和重叠", "Gaps and overlaps"))
            self.holes = ui.element("div")

    def tell_news(self, told: Bilingual) -> None:
        """What somebody else saved."""
        self.news.clear()
        with self.news:
            note(self.visit.tell(told), "warn")

    def working(self) -> None:
        """That the check is under way."""
        self.problems.clear()
        with self.problems, ui.element("div").classes("mp-row"):
            ui.spinner(size="1.2em")
            text(self.visit.say("正在检查……", "checking…"), "span")

    def show_not_checked(self, why: Bilingual | None) -> None:
        """That the check did not come to an end."""
        self.problems.clear()
        told = why or Bilingual(
            "检查没有完成；改动表格即再检查", "the check did not end; it runs again with the next change"
        )
        with self.problems:
            note(self.visit.tell(told), "bad")

    def show(self, found: Understood) -> None:
        """Problems in cells and elsewhere in the file."""
        self.problems.clear()
        self.holes.clear()
        visit = self.visit
        with self.problems:
            if not found.wrong and not found.beyond:
                text(visit.say("文件没有问题。", "The file has no problem."), "p")
                return
            with ui.element("ul").classes("mp-bullets"):
                for one in found.wrong[:_MOST]:
                    self._wrong(one)
                for other in found.beyond[:_MOST]:
                    self._beyond(other)
            left = len(found.wrong[_MOST:]) + len(found.beyond[_MOST:])
            if left:
                text(visit.say(f"还有{left}个", f"and {left} more"), "p", "mp-faint")
        with self.holes:
            text(visit.say("先改正上面的问题。", "Mend the problems above first."), "p", "mp-faint")

    def _wrong(self, one: Wrong) -> None:
        with ui.element("li"), ui.element("button").classes("mp-finding").props('type="button"') as leads:
            text(self._where(one.row, one.column), "strong")
            text(f" {self.visit.tell(one.text)}", "span")
        leads.on("click", lambda: self.grid.go(one.row, one.column))

    def _beyond(self, one: Beyond) -> None:
        visit = self.visit
        with ui.element("li"):
            if one.line:
                line = visit.say(f"文件第{one.line}行", f"line {one.line} of the file")
                ui.link(line, address("/edit", file=self.grid.opened.file, line=str(one.line)))
            text(f" {visit.tell(one.text)}", "span")

    def show_cell(self, row: int, column: int, said: Bilingual | None) -> None:
        """The cell with the cursor in plain words."""
        visit, sheet = self.visit, self.grid.opened.sheet
        self.cell.clear()
        with self.cell:
            cells = sheet.lines[row].cells
            cell = cells[column] if column < len(cells) else ""  # a row may be too short
            text(self._where(row, column), "strong")
            if sheet.cross and row and column >= sheet.split:
                number = (row - 1) * (len(sheet.lines[0].cells) - sheet.split) + column - sheet.split + 1
                text(visit.say(f"提示里叫第{number}行", f"messages call it row {number}"), "div", "mp-faint")
            text(cell or visit.say("（空）", "(empty)"), "div", "mp-mono")
            if said is not None:
                text(visit.tell(said), "div")
            found = self.grid.understood.wrong if self.grid.understood is not None else ()
            for one in found:
                if (one.row, one.column) == (row, column):
                    note(visit.tell(one.text), "bad")

    def show_holes(self, found: Holes | None) -> None:
        """Gaps with a row to add, overlaps, and rows that never count."""
        self.holes.clear()
        if found is None:
            return
        visit = self.visit
        with self.holes:
            if not found.gaps and not found.overlaps and not found.idle:
                done = visit.say(
                    "每种情形都恰好有行适用，没有重叠。", "Every case has its row, and no rows are at odds."
                )
                text(
                    done
                    if found.whole
                    else visit.say("表太大，没有找完。", "The table is too large to search it whole."),
                    "p",
                )
            with ui.element("div") as self.found:
                for gap in found.gaps:
                    self._gap(gap)
                for overlap in found.overlaps:
                    self._overlap(overlap)
            for row in found.idle:
                note(visit.say(f"{self._called(row)}永远轮不到。", f"This never counts: {self._called(row)}."), "warn")
            self.proved = ui.element("div").props('role="status"')
            if found.gaps or found.overlaps:
                with self.proved, ui.element("div").classes("mp-row"):
                    ui.spinner(size="1.2em")
                    words = (
                        "以上把各列当作互不相干。正在证明有没有申请人会碰到……",
                        "Columns were taken as independent of each other. Proving whether any applicant comes to this…",
                    )
                    text(visit.say(*words), "span")

    def show_proved(self, proved: Sequence[Proved]) -> None:
        """Whether any applicant comes to a gap or an overlap, and who."""
        visit = self.visit
        self.proved.clear()
        if all(one.verdict == "holds" for one in proved):
            self.found.clear()
        with self.proved:
            for one in proved:
                if one.verdict == "holds":
                    zh, en = "已证明，对任何申请都成立：", "Proved of every application: "
                    note(visit.say(zh, en) + visit.tell(one.claim), "good")
                elif one.verdict == "undecided":
                    note(visit.say("没有得出结论：", "Not decided: ") + visit.tell(one.claim), "warn")
                else:
                    self._broken(one)

    def _broken(self, one: Proved) -> None:
        visit = self.visit
        words = [visit.tell(one.problem), *(visit.tell(each) for each in one.differs)]
        note("\n".join(words), "bad")
        if one.given:
            try_it = address("/try", file=self.grid.opened.file, given=one.given)
            ui.link(visit.say("用这个申请人试一试", "open this applicant in Try it"), try_it)

    def show_not_proved(self, why: str) -> None:
        """That the proof did not come to an end."""
        self.proved.clear()
        with self.proved:
            note(self.visit.say(f"没有证明完：{why}", f"the proof did not come to an end: {why}"), "warn")

    def _gap(self, gap: Gap) -> None:
        visit = self.visit
        with ui.element("div").classes("mp-row"):
            self._note(self._missing(gap))
            found = mending(self.grid.opened.sheet, gap.tests)
            if not self.editable or found is None:
                return

            async def add() -> None:
                by = visit.require(Action.PROPOSE_RELEASE)
                made = mending(self.grid.opened.sheet, gap.tests)
                if made is not None:
                    edit, (row, column) = made
                    await self.grid.make(edit, by)
                    self.grid.go(row, column)

            is_column = isinstance(found[0], Widened)
            words = visit.say("加上这一列", "Add this column") if is_column else visit.say("加上这一行", "Add this row")
            button(words, "add").on_click(acting(visit, Action.PROPOSE_RELEASE, add))

    def _missing(self, gap: Gap) -> str:
        """In a cross table, which of the two inputs lacks values."""
        visit, sheet = self.visit, self.grid.opened.sheet
        if sheet.cross and ANY in gap.tests:
            at = 0 if gap.tests[1] == ANY else 1
            zh, en = ("缺一行", "No row") if at == 0 else ("缺一列", "No column")
            head, test = sheet.lines[0].cells[at], gap.tests[at]
            return visit.say(f"{zh}，{head}：{test}", f"{en} for {head}: {test}")
        return visit.say("缺一行：", "No row for: ") + " | ".join(gap.tests)

    def _overlap(self, overlap: Overlap) -> None:
        first, second = (self._called(row) for row in overlap.rows)
        self._note(
            self.visit.say(f"{first}和{second}同时适用：", f"Both fit, {first} and {second}: ")
            + " | ".join(overlap.tests)
        )

    def _called(self, number: int) -> str:
        """A row as messages number it; a value of a cross table by the row and the column that it stands in."""
        visit, sheet = self.visit, self.grid.opened.sheet
        if not sheet.cross:
            return visit.say(f"第{number}行", f"row {number}")
        values = sheet.lines[0].cells[sheet.split :]
        row, column = divmod(number - 1, len(values))
        return visit.say(f"第{row + 1}行“{values[column]}”列", f"row {row + 1} under {values[column]}")

    def _note(self, words: str, mood: Mood = "warn") -> None:
        note(words, mood)

    def _where(self, row: int, column: int) -> str:
        head = self.grid.opened.sheet.lines[0].cells
        name = head[column].removeprefix("=>").strip() if column < len(head) else str(column + 1)
        where = self.visit.say(f"第{row}行", f"row {row}") if row else self.visit.say("表头", "the head")
        return f"{where} · {name or column + 1}"


_MOST = 20
