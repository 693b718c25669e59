"""The rule files on disk: a folder a matter, a file a starting day; which version is in force on a day."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from decision_service.policy.catalogue import FILES_READ, FOLDER, Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes, read_source
from decision_service.policy.reader import read_policy
from decision_service.policy.shape import Policy
from decision_service.source import PolicyProblems, Problem, Source

CASES = ".cases.yaml"
"""How the name of a file ends that lies beside the versions of a matter and holds nothing but worked cases."""


def called(path: Path) -> str:
    """What a file or folder is called, in letters: "�" stands for whatever of its name is no UTF-8."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def rule_files(matter: Path) -> list[Path]:
    """The files of a matter's folder that are versions of it, oldest first."""
    return sorted(path for path in matter.glob("*.yaml") if not path.name.endswith(CASES))


@dataclass(frozen=True, slots=True)
class Shelf:
    """All versions of all matters, checked. `versions` are by matter, oldest first. `marks`: the SHA-256 of the text of
    each file that they and the catalogue were read from, by its path as people know it."""

    catalogue: Catalogue
    versions: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    marks: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def in_force(self, matter: str, day: date) -> Policy | None:
        """The version of `matter` in force on `day`, None where there is none."""
        started = [policy for policy in self.versions.get(matter, ()) if policy.effective_from <= day]
        return started[-1] if started else None

    def policies(self) -> Iterator[Policy]:
        """Every version of every matter."""
        for versions in self.versions.values():
            yield from versions


def read_shelf(
    folder: Path,
    progress: Callable[[str], None] = lambda _: None,
    only: Path | None = None,
    before: Shelf | None = None,
) -> Shelf:
    """Every rule file under `folder`, or those within `only`. What says the same as when `before` was read, under the
    same catalogue, is taken from there. Raises PolicyProblems with all problems of all files."""
    complaints = Complaints()
    if not folder.is_dir():
        raise PolicyProblems(
            [Problem("no_rules", f"没有规则文件夹 {folder}", f"there is no rules folder {folder}", None)]
        )
    catalogue, marks = _read_catalogue(folder, complaints, before)
    known = _Known.of(before) if before is not None and catalogue is before.catalogue else _Known()
    versions: dict[str, tuple[Policy, ...]] = {}
    if catalogue is not None:
        for matter in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != FOLDER):
            found = []
            for path in rule_files(matter):
                if only is not None and only not in (path.resolve(), *path.resolve().parents):
                    continue
                progress(f"{called(matter)}/{called(path)}")
                policy = _read_file(path, catalogue, complaints, known, marks)
                if policy is not None:
                    found.append(policy)
            versions[called(matter)] = tuple(found)
    if complaints.problems:
        raise PolicyProblems(complaints.problems)
    if catalogue is None:
        raise PolicyProblems([Problem("no_rules", "共享目录读不出", "the catalogue could not be read", None)])
    return Shelf(catalogue, {name: found for name, found in versions.items() if found}, marks)


@dataclass(frozen=True, slots=True)
class _Known:
    """Versions that were read under the very catalogue of now, by the paths of their files; and the marks of those."""

    policies: Mapping[str, Policy] = field(default_factory=dict)
    marks: Mapping[str, bytes] = field(default_factory=dict)

    @staticmethod
    def of(shelf: Shelf) -> "_Known":
        """What is on a shelf. A file is called after its matter and its first day, or it is not on it."""
        policies = {f"{one.matter}/{one.effective_from}.yaml": one for one in shelf.policies()}
        return _Known(policies, shelf.marks)

    def take(self, shown: str, mark: bytes) -> Policy | None:
        """The version of that file, if it is one that says just this."""
        return self.policies.get(shown) if self.marks.get(shown) == mark else None


def _read_catalogue(
    folder: Path, complaints: Complaints, before: Shelf | None
) -> tuple[Catalogue | None, dict[str, bytes]]:
    """The catalogue, that of `before` where its files say the same; and their marks, none where they moved while they
    were read."""
    marks = _catalogue_marks(folder)
    if before is not None and marks:
        then = {name: mark for name, mark in before.marks.items() if name.startswith(f"{FOLDER}/")}
        if marks == then:
            return before.catalogue, marks
    catalogue = read_catalogue(folder, complaints)
    return catalogue, marks if _catalogue_marks(folder) == marks else {}


def _catalogue_marks(folder: Path) -> dict[str, bytes]:
    """None at all where any of its files can't be read."""
    found = {}
    for shown in (f"{FOLDER}/{name}.yaml" for name in FILES_READ):
        if (folder / shown).exists():
            source = read_source(folder / shown, shown)
            if isinstance(source, Problem):
                return {}
            found[shown] = _mark(source)
    return found


def _mark(source: Source) -> bytes:
    return hashlib.sha256(source.text.encode()).digest()


def read_version(path: Path, shown: str, catalogue: Catalogue, complaints: Complaints) -> Policy | None:
    """One rule file, wherever it lies and whatever it is called; None where anything in it is wrong (and complained
    of). `shown` is the path as people know it."""
    node = read_mapping(path, shown, complaints)
    return None if node is None else read_policy(node, catalogue, complaints, shown)


def read_drafts(path: Path, folder: Path) -> Shelf:
    """A rule file, or those of a folder, that lie in no rules folder, with the catalogue of `folder`. Raises
    PolicyProblems with all problems of all of them."""
    complaints = Complaints()
    catalogue = read_catalogue(folder, complaints)
    versions: dict[str, tuple[Policy, ...]] = {}
    for one in rule_files(path) if path.is_dir() else [path]:
        policy = None if catalogue is None else read_version(one, str(one), catalogue, complaints)
        if policy is not None:
            versions[policy.matter] = (*versions.get(policy.matter, ()), policy)
    if catalogue is None or complaints.problems:
        raise PolicyProblems(complaints.problems)
    return Shelf(catalogue, versions)


def read_mapping(path: Path, shown: str, complaints: Complaints) -> MapNode | None:
    """The keys and values of a file, wherever it lies; None where it can't be read whole (and complained of)."""
    source = read_source(path, shown)
    if isinstance(source, Problem):
        complaints.problems.append(source)
        return None
    return _mapping(source, complaints)


def _mapping(source: Source, complaints: Complaints) -> MapNode | None:
    node, problems = read_nodes(source)
    complaints.problems += problems
    if problems or node is None:
        return None
    if not isinstance(node, MapNode):
        complaints.add("wrong_shape", "文件应是若干“键: 值”", "the file must be a mapping of keys to values", node.span)
        return None
    return node


def _read_file(
    path: Path, catalogue: Catalogue, complaints: Complaints, known: _Known, marks: dict[str, bytes]
) -> Policy | None:
    """The version in a file, taken from what is `known` where it says the same; its mark is put among `marks`."""
    shown = f"{called(path.parent)}/{called(path)}"
    source = read_source(path, shown)
    if isinstance(source, Problem):
        complaints.problems.append(source)
        return None
    marks[shown] = _mark(source)
    return known.take(shown, marks[shown]) or read_text(source, catalogue, complaints)


def read_text(source: Source, catalogue: Catalogue, complaints: Complaints) -> Policy | None:
    """One rule file by its text, as `read_shelf` reads it; the source has the name by which the file lies in a rules
    folder (elderly_allowance/2026-01-01.yaml). None where it can't be read whole; what is wrong is complained of."""
    node = _mapping(source, complaints)
    policy = None if node is None else read_policy(node, catalogue, complaints, source.name)
    if policy is not None and node is not None:
        _check_names(policy, source.name, node, complaints)
    return policy


def _check_names(policy: Policy, name: str, node: MapNode, complaints: Complaints) -> None:
    matter, _, file = name.partition("/")
    if policy.matter != matter:
        complaints.add(
            "wrong_folder",
            f"文件夹是 {matter}，文件写的是 {policy.matter}",
            f"the folder is {matter}, the file says {policy.matter}",
            node.span,
            ("改 matter，或把文件移到那个文件夹", "change `matter`, or move the file to that folder"),
        )
    if file.removesuffix(".yaml") != str(policy.effective_from):
        complaints.add(
            "wrong_file_name",
            f"文件名应是生效日 {policy.effective_from}.yaml",
            f"the file must be named after its first day: {policy.effective_from}.yaml",
            node.span,
            ("改文件名，或改 in_force", "rename the file, or change `in_force`"),
        )
