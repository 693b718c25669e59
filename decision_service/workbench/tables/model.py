"""A table out as a DMN model and back, in a process beside the pages: what `miaopi table` writes and takes over."""

import tempfile
from pathlib import Path

from decision_service.editing.linting import written
from decision_service.policy.parts import Bilingual
from decision_service.source import PolicyProblems, Source
from decision_service.tabular.trouble import TroubleError
from decision_service.workbench.tables.carried import (
    MOST_TOLD,
    Brought,
    NotCarriedError,
    Sent,
    brought,
    known,
    same_but_for_cells,
    troubled,
)
from decision_service.workbench.tables.sheet import read_sheet
from decision_service.workbench.tables.understanding import Asked, catalogue_of


def modelled(asked: Asked) -> Sent:
    """The model of a table, as `miaopi table export` writes it. Raises NotCarriedError."""
    from decision_service.tabular.dmnwriting import unsaid, write_model

    found = known(asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dmn"
        try:
            write_model(path, found.entry, found.table, found.policy)
        except TroubleError as error:
            raise troubled(error) from None
        return Sent(path.read_bytes(), tuple(unsaid(found.entry, found.table)))


def remodelled(content: bytes, asked: Asked) -> Brought:
    """The table of a model, as `miaopi table import` takes it over. Raises NotCarriedError where it holds none, another
    one, or what the file can't say."""
    from decision_service.tabular.dmnreading import LEFT
    from decision_service.tabular.modeltaking import take_model

    ours = known(asked)
    before = written(Source(asked.file, asked.text), catalogue_of(asked.folder))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dmn"
        path.write_bytes(content)
        try:
            _, model = take_model(path, before, asked.table)
        except TroubleError as error:
            raise troubled(error) from None
        except PolicyProblems as found:
            raise _at_odds(found) from None
    same_but_for_cells(ours.entry, model.entry)
    left = tuple(LEFT[name] for name in model.left)
    return brought(read_sheet(asked.text, asked.table).cells, model.entry.cells, left)


def _at_odds(found: PolicyProblems) -> NotCarriedError:
    """The table is right in itself, and the file around it is not with it."""
    shown = found.problems[:MOST_TOLD]
    return NotCarriedError(
        Bilingual(
            "读入这张表后，文件有错：" + "；".join(one.zh for one in shown),
            "with this table in it the file is wrong: " + "; ".join(one.en for one in shown),
        )
    )
