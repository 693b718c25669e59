"""Worked cases in files of their own beside the versions of a matter: tried like a version's own, and no part of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from decision_service.policy.cases import CaseReader, Draft
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.nodes import MapNode
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.policy.shelf import CASES, Shelf, called, read_mapping
from decision_service.source import PolicyProblems

USUAL_DAY = date(2026, 3, 16)
"""The day of a case that states none, as in the rule files themselves."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A case that lies beside its policy, and the version that it tries."""

    policy: Policy
    case: WorkedCase


def read_beside(folder: Path, shelf: Shelf, only: Path | None = None) -> tuple[Beside, ...]:
    """The cases of every file beside the versions of the shelf, or of those within `only`. The shelf must hold all
    versions of the matters that it holds. Raises PolicyProblems with all problems of all files."""
    complaints = Complaints()
    found: list[Beside] = []
    for matter, versions in shelf.versions.items():
        for path in sorted((folder / matter).glob(f"*{CASES}")):
            if only is None or only in (path.resolve(), *path.resolve().parents):
                found += _Beside(folder, shelf, versions, complaints).read(path, f"{matter}/{called(path)}")
    if complaints.problems:
        raise PolicyProblems(complaints.problems)
    return tuple(found)


class _Beside:
    """Reads one file. Each version that its cases try has a reader, which knows the cases of that version's file."""

    def __init__(self, folder: Path, shelf: Shelf, versions: tuple[Policy, ...], complaints: Complaints) -> None:
        self.folder = folder
        self.shelf = shelf
        self.versions = versions
        self.complaints = complaints
        self.readers: dict[str, CaseReader] = {}
        self.drafts: dict[str, Draft] = {}
        self.days: dict[str, date] = {}

    def read(self, path: Path, shown: str) -> Iterator[Beside]:
        """The cases of the file at `path`; what is wrong with it is complained of."""
        node = read_mapping(path, shown, self.complaints)
        if node is None:
            return
        entries = Entries(node, self.complaints, ("案例文件", "a file of cases"))
        fixed = self._stated(entries)
        cases = entries.inner("cases", needed=True)
        for name in cases.names():
            yield from self._case(name, cases, fixed)
        entries.done()

    def _stated(self, entries: Entries) -> Policy | None:
        """The version that the whole file is about, where it says so."""
        written = entries.text("version", "")
        by_day = {str(policy.effective_from): policy for policy in self.versions}
        if written and written not in by_day:
            entries.wrong_word(written, list(by_day), entries.nodes["version"][1].span)
        return by_day.get(written)

    def _case(self, name: str, cases: Entries, fixed: Policy | None) -> Iterator[Beside]:
        entries = cases.inner(name)
        like = entries.text("like", "")
        day = entries.day("as_of", self._day(like))
        policy = fixed or self.shelf.in_force(self.versions[0].matter, day)
        if policy is None:
            self.complaints.add(
                "no_version",
                f"案例“{name}”在{day}没有生效的版本",
                f"no version was in force on {day}, the day of the case `{name}`",
                cases.key_span(name),
                ("改 as_of，或写 `version: …`", "change `as_of`, or state `version: …`"),
            )
            return
        if name in (one.name for one in policy.cases):
            self.complaints.add(
                "duplicate_name",
                f"`{policy.source}` 已有案例“{name}”",
                f"`{policy.source}` has a case `{name}` already",
                cases.key_span(name),
                ("换一个名称", "choose another name"),
            )
            return
        case = self._reader(policy).read(name, entries)
        if case is not None:
            self.days[name] = case.as_of
            self.drafts[name] = self._reader(policy).drafts[name]
            for reader in self.readers.values():
                reader.drafts[name] = self.drafts[name]
            yield Beside(policy, case)

    def _day(self, like: str) -> date:
        """The day of the case that is taken over: of this file, else of the newest version that has it."""
        if like in self.days:
            return self.days[like]
        named = (case.as_of for policy in reversed(self.versions) for case in policy.cases if case.name == like)
        return next(named, USUAL_DAY)

    def _reader(self, policy: Policy) -> CaseReader:
        if policy.digest not in self.readers:
            rules = [rule.id for rule in policy.rules]
            reader = CaseReader(policy, self.shelf.catalogue, self.complaints, rules)
            own = read_mapping(self.folder / policy.source, policy.source, self.complaints)
            for name, node in _entries(own).items():
                reader.read(name, Entries(node, Complaints(), ("案例", "the case")))
            reader.drafts |= self.drafts
            self.readers[policy.digest] = reader
        return self.readers[policy.digest]


def _entries(own: MapNode | None) -> Mapping[str, MapNode]:
    """The cases of a rule file as they are written."""
    cases = None if own is None else own.get("cases")
    if not isinstance(cases, MapNode):
        return {}
    return {key.text: value for key, value in cases.entries if isinstance(value, MapNode)}
