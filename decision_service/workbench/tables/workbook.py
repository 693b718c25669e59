"""A table out to an Excel workbook and back, in a process beside the pages."""

import tempfile
from pathlib import Path

from decision_service.policy.parts import Bilingual
from decision_service.workbench.tables.carried import (
    Brought,
    NotCarriedError,
    Sent,
    brought,
    same_but_for_cells,
    troubled,
)
from decision_service.workbench.tables.sheet import read_sheet
from decision_service.workbench.tables.understanding import Asked, known_table


def exported(asked: Asked) -> Sent:
    """The workbook of a table, as `miaopi table export` writes it. Raises NotCarriedError."""
    from decision_service.tabular.excel import write_workbook

    found = known_table(asked)
    if found is None:
        raise NotCarriedError(
            Bilingual("文件有问题，先改正再导出", "the file has problems; mend them before it goes out")
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_workbook(path, found.entry, found.table, found.policy, found.catalogue)
        return Sent(path.read_bytes())


def imported(content: bytes, asked: Asked) -> Brought:
    """The table of a workbook. Raises NotCarriedError where it holds none, another one, or another hit policy."""
    from decision_service.tabular.trouble import TroubleError
    from decision_service.tabular.workbooks import read_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        path.write_bytes(content)
        try:
            entry = read_workbook(path)
        except TroubleError as error:
            raise troubled(error) from None
    if entry.name != asked.table:
        raise NotCarriedError(
            Bilingual(
                f"工作簿里是表 {entry.name}，不是 {asked.table}",
                f"the workbook holds the table {entry.name}, not {asked.table}",
            )
        )
    known = known_table(asked)
    if known is not None:
        same_but_for_cells(known.entry, entry)
    return brought(read_sheet(asked.text, asked.table).cells, entry.cells)
