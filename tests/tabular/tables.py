"""Rule files with tables, and what comes of a table that leaves and returns."""

from pathlib import Path
from random import Random

from decision_service.editing.advice import Written
from decision_service.editing.formatting import formatted
from decision_service.editing.linting import written
from decision_service.policy.nodes import read_source
from decision_service.source import PolicyProblems, Source
from decision_service.tabular.dmnwriting import write_model
from decision_service.tabular.entry import entry_of
from decision_service.tabular.excel import write_workbook
from decision_service.tabular.modeltaking import take_model
from decision_service.tabular.taking import taken
from decision_service.tabular.workbooks import read_workbook
from tests.editing.editor import SHIPPED, catalogue
from tests.editing.test_schema import README
from tests.properties.policies import Writer

MUSEUM = written(Source("museum", formatted(Source("museum", README))), catalogue())


def shipped() -> list[tuple[Written, str]]:
    files = [read_source(path, f"{path.parent.name}/{path.name}") for path in SHIPPED]
    read = [written(one, catalogue()) for one in files if isinstance(one, Source)]
    return [(one, name) for one in read for name in one.policy.tables]


def made(random: Random) -> Written | None:
    """A random policy, laid out as its writer left it; None where that was none."""
    try:
        return written(Source("made", Writer(random, catalogue()).text()), catalogue())
    except PolicyProblems:
        return None


def through_excel(file: Written, name: str, folder: Path) -> Written:
    entry, table = entry_of(file, name)
    path = folder / "table.xlsx"
    write_workbook(path, entry, table, file.policy, file.catalogue)
    return taken(file, read_workbook(path), lambda row, place: f"{row},{place}")


def through_dmn(file: Written, name: str, folder: Path) -> Written:
    entry, table = entry_of(file, name)
    path = folder / "table.dmn"
    write_model(path, entry, table, file.policy)
    return take_model(path, file)[0]
