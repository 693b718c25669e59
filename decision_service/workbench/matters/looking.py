"""What a matter is, read from its files in a process beside the pages: names, versions, what is wrong."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from decision_service.policy.beside import read_beside
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.source import PolicyProblems, Problem

_MOST = 20


@dataclass(frozen=True, slots=True)
class Version:
    """A version that can be read: the day from which it holds (ISO), its file, names, code, and how much is in it."""

    day: str
    file: str
    zh: str
    en: str
    item: str
    rules: int
    cases: int
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem, as `miaopi check` tells it; `line` 0 where it has no place."""

    file: str
    line: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Look:
    """A matter at a glance: the versions that can be read, oldest first, and the problems of all its files (the first
    ones; `problems` counts them)."""

    versions: tuple[Version, ...]
    wrong: tuple[Wrong, ...]
    problems: int

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        return asdict(self)

    @staticmethod
    def of_json(said: dict[str, Any]) -> "Look":
        """What was kept."""
        versions = tuple(Version(**{**one, "tables": tuple(one["tables"])}) for one in said["versions"])
        return Look(versions, tuple(Wrong(**one) for one in said["wrong"]), said["problems"])


def look(folder: str, matter: str) -> Look:
    """Reads the files of a matter, each by itself, so that a fault in one hides none of the others."""
    rules = Path(folder)
    versions: list[Version] = []
    wrong: list[Wrong] = []
    shelves: list[Shelf] = []
    for path in sorted((rules / matter).glob("*.yaml")):
        if path.name.endswith(".cases.yaml"):
            continue
        try:
            shelf = read_shelf(rules, only=path.resolve())
        except PolicyProblems as found:
            wrong += [_wrong(one, f"{matter}/{path.name}") for one in found.problems]
            continue
        shelves.append(shelf)
        versions += [_version(policy, f"{matter}/{path.name}") for policy in shelf.policies()]
    beside: dict[str, int] = {}
    if shelves and not wrong:
        whole = Shelf(shelves[0].catalogue, {matter: tuple(one for shelf in shelves for one in shelf.policies())})
        try:
            for case in read_beside(rules, whole, (rules / matter).resolve()):
                beside[case.policy.source] = beside.get(case.policy.source, 0) + 1
        except PolicyProblems as found:
            wrong += [_wrong(one, matter) for one in found.problems]
    counted = tuple(
        Version(**{**asdict(one), "cases": one.cases + beside.get(one.file, 0)}) if beside else one for one in versions
    )
    return Look(counted, tuple(wrong[:_MOST]), len(wrong))


def _version(policy: Policy, file: str) -> Version:
    return Version(
        str(policy.effective_from), file, policy.name.zh, policy.name.en, policy.item_code, len(policy.rules),
        len(policy.cases), tuple(policy.tables),
    )  # fmt: skip


def _wrong(problem: Problem, file: str) -> Wrong:
    span = problem.span
    return Wrong(file if span is None else span.source.name, 0 if span is None else span.line, problem.zh, problem.en)
