"""A table out to an Excel workbook and back, in a process beside the pages."""

import tempfile
from pathlib import Path

from decision_service.policy.parts import Bilingual
from decision_service.workbench.tables.carried import (
    Brought,
    NotCarriedError,
    Sent,
    brought,
    known,
    same_but_for_cells,
    troubled,
)
from decision_service.workbench.tables.sheet import read_sheet
from decision_service.workbench.tables.understanding import Asked, known_table


def exported(asked: Asked) -> Sent:
    """The workbook of a table, as `miaopi table export` writes it. Raises NotCarriedError."""
    from decision_service.tabular.excel import write_workbook

    found = known(asked)
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
    ours = known_table(asked)
    if ours is not None:  # else the workbook may be what mends the file
        same_but_for_cells(ours.entry, entry)
    return brought(read_sheet(asked.text, asked.table).cells, entry.cells)
