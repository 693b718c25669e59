"""A table that came from elsewhere, put into a rule file and checked there; what is wrong is told by its own places."""

from collections.abc import Callable

from decision_service.editing.advice import Written
from decision_service.editing.linting import written
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.source import PolicyProblems, Problem, Source
from decision_service.tabular.entry import SECTIONS, TableEntry, cell_at, put_into
from decision_service.tabular.trouble import Trouble, TroubleError

Place = Callable[[int, int], str]
"""The name, in what it came from, of a cell by its row and column; the head is row 0."""


def taken(file: Written, entry: TableEntry, place: Place) -> Written:
    """The rule file with the table in it, checked. Raises TroubleError where the table is at fault, PolicyProblems
    where the file around it then is."""
    source = put_into(file, entry)
    try:
        return written(source, file.catalogue, file.others)
    except PolicyProblems as found:
        troubles = _troubles(found, source, entry.name, place)
        if troubles:
            raise TroubleError(troubles) from None
        raise


def _troubles(found: PolicyProblems, source: Source, name: str, place: Place) -> list[Trouble]:
    node, _ = read_nodes(source)
    parts = [node.get(section) for section in SECTIONS] if isinstance(node, MapNode) else []
    entries = [part.get(name) for part in parts if isinstance(part, MapNode)]
    table = next((one for one in entries if isinstance(one, MapNode)), None)
    return [told for problem in found.problems if table is not None and (told := _told(problem, table, place))]


def _told(problem: Problem, table: MapNode, place: Place) -> Trouble | None:
    at = None if problem.span is None else cell_at(problem.span, table)
    if at is None:
        return None
    return Trouble(problem.code, problem.zh, problem.en, place(*at), problem.hint_zh, problem.hint_en)
