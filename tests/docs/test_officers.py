"""The page of officers: its routes, kinds, tasks and purposes are those there are, and its example is taken."""

import json
import re
from pathlib import Path

from decision_service.casework.items import ItemKind
from decision_service.casework.tasks import TaskType
from decision_service.http.casework_documents import PURPOSES
from decision_service.http.control import STAFF
from tests.casework.conftest import bureau
from tests.casework.office import OFFICER, Office
from tests.http.conftest import registers

__all__ = ["bureau", "registers"]

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "officers.md").read_text(encoding="utf-8")


def first_column(heading: str) -> set[str]:
    part = TEXT[TEXT.index(f"## {heading}") :].split("\n## ")[0] + "\n"
    return set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))


def test_kinds_tasks_and_purposes_are_all_named() -> None:
    assert first_column("The queue") == set(ItemKind)
    assert first_column("Tasks") == set(TaskType)
    assert all(f"`{one}`" in TEXT for one in PURPOSES)


def test_every_route_of_casework_is_named_and_every_named_one_is_there() -> None:
    served = {route.path for router in STAFF.routers for route in router.routes if "/staff/" in route.path}
    named = {one.rstrip("`.,;") for one in re.findall(r"/staff/v1/[\w/{}:]*", TEXT)}
    assert named <= served
    for path in served:
        assert path in named or f"…/{path.split('/staff/v1/')[1]}" in TEXT or f"`…/{path.rsplit('/', 1)[1]}`" in TEXT


def test_the_example_of_an_outcome_is_taken(bureau: Office) -> None:
    example = json.loads(re.findall(r"```json outcome\n(.*?)```", TEXT, re.DOTALL)[0])
    got = bureau.act(OFFICER, bureau.claim(bureau.decide()), "outcome", example)
    assert got.status == 200, got.body
