"""A table out to an Excel workbook and back, in a process beside the pages; and what coming back would change."""

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from decision_service.policy.parts import Bilingual
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.tables.sheet import Cells
from decision_service.workbench.tables.understanding import Asked, known_table


class WorkbookError(RefusedError):
    """The table can't go out, or what came back is no table."""


def exported(asked: Asked) -> bytes:
    """The workbook of a table, as `miaopi table export` writes it. Raises WorkbookError."""
    from decision_service.tabular.excel import write_workbook

    found = known_table(asked)
    if found is None:
        raise WorkbookError(
            Bilingual("文件有问题，先改正再导出", "the file has problems; mend them before it goes out")
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_workbook(path, found.entry, found.table, found.policy, found.catalogue)
        return path.read_bytes()


def imported(content: bytes, table: str) -> tuple[Cells, ...]:
    """The cells of a workbook, the head first. Raises WorkbookError where it holds none, or another table."""
    from decision_service.tabular.trouble import TroubleError
    from decision_service.tabular.workbooks import read_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        path.write_bytes(content)
        try:
            entry = read_workbook(path)
        except TroubleError as error:
            zh = "；".join(f"{one.place} {one.zh}".strip() for one in error.troubles[:_MOST])
            en = "; ".join(f"{one.place} {one.en}".strip() for one in error.troubles[:_MOST])
            raise WorkbookError(Bilingual(zh, en)) from None
    if entry.name != table:
        raise WorkbookError(
            Bilingual(
                f"工作簿里是表 {entry.name}，不是 {table}", f"the workbook holds the table {entry.name}, not {table}"
            )
        )
    return entry.cells


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be otherwise: a row by its number in the table as it is (of a new row, of the one that it
    comes after), and the cells then and now; None where there is no such row."""

    row: int
    was: Cells | None
    now: Cells | None


def changes(before: Sequence[Cells], after: Sequence[Cells]) -> Iterator[Change]:
    """What would change, in the order of the table; the head is row 0."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, one, one_end, two, two_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(one_end - one, two_end - two)
        for at in range(pairs):
            yield Change(one + at, before[one + at], after[two + at])
        for at in range(one + pairs, one_end):
            yield Change(at, before[at], None)
        for at in range(two + pairs, two_end):
            yield Change(one_end - 1, None, after[at])


_MOST = 10
