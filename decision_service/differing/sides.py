"""What is compared: two versions of one matter, from the rules folder or from files that lie anywhere."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from decision_service.policy.catalogue import FOLDER, Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf, read_version, rule_files
from decision_service.source import PolicyProblems, nearest

_VERSION = re.compile(r"([a-z][a-z0-9_]*)@(\d{4}-\d{2}-\d{2})", re.ASCII)


class SidesError(ValueError):
    """What was named can't be compared; says why and what to do, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True, slots=True)
class Sides:
    """Two versions of one matter and the catalogue that both are read with. `names` are what people called them."""

    old: Policy
    new: Policy
    catalogue: Catalogue
    names: tuple[str, str]

    @property
    def since(self) -> date:
        """From which day they are compared: when both have begun."""
        return max(self.old.effective_from, self.new.effective_from)


def read_sides(old: str, new: str, rules: Path | None) -> Sides:
    """Reads both. Each is a file, the folder of a matter (its newest version) or MATTER@DAY (what is in force then).
    `rules` is the rules folder; None: the one around the first of the files, else `rules`. Raises SidesError, and
    PolicyProblems where a file has any."""
    folder = rules or _folder_around(old, new)
    complaints = Complaints()
    catalogue = read_catalogue(folder, complaints) if (folder / FOLDER).is_dir() else None
    if complaints.problems:
        raise PolicyProblems(complaints.problems)
    if catalogue is None:
        raise SidesError(
            f"there is no rules folder {folder} with a catalogue; name it with --rules",
            f"{folder} 不是带共享目录的规则文件夹；请用 --rules 指明",
        )
    first, second = (_read(one, folder, catalogue) for one in (old, new))
    if first.matter != second.matter:
        raise SidesError(
            f"`{first.matter}` and `{second.matter}` are two matters; only versions of one can be compared",
            f"{first.matter} 和 {second.matter} 是两个事项，只能比较同一事项的两个版本",
        )
    return Sides(first, second, catalogue, (old, new))


def _folder_around(*names: str) -> Path:
    for name in names:
        for folder in Path(name).resolve().parents if Path(name).exists() else ():
            if (folder / FOLDER).is_dir():
                return folder
    return Path("rules")


def _read(name: str, folder: Path, catalogue: Catalogue) -> Policy:
    path = Path(name)
    if path.is_dir():
        files = rule_files(path)
        if not files:
            raise SidesError(f"the folder {name} holds no rule file", f"文件夹 {name} 里没有规则文件")
        return _draft(files[-1], catalogue)
    version = _VERSION.fullmatch(name)
    if path.exists() or version is None:
        return _draft(path, catalogue)
    return _in_force(version[1], version[2], folder)


def _draft(path: Path, catalogue: Catalogue) -> Policy:
    if not path.is_file():
        raise SidesError(
            f"`{path}` is no rule file; name a file, or a version such as elderly_allowance@2026-01-01",
            f"没有规则文件 {path}；请写文件路径，或版本，如 elderly_allowance@2026-01-01",
        )
    complaints = Complaints()
    policy = read_version(path, str(path), catalogue, complaints)
    if policy is None or complaints.problems:
        raise PolicyProblems(complaints.problems)
    return policy


def _in_force(matter: str, day: str, folder: Path) -> Policy:
    matters = [path.name for path in folder.iterdir() if path.is_dir() and path.name != FOLDER]
    if matter not in matters:
        meant = nearest(matter, matters)
        hint = f"did you mean {meant}?" if meant else f"there are {', '.join(sorted(matters))}"
        raise SidesError(f"there is no matter `{matter[:60]}`; {hint}", f"没有事项 {matter[:60]}")
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise SidesError(f"there is no day {day}", f"没有 {day} 这一天") from None
    policy = read_shelf(folder, only=(folder / matter).resolve()).in_force(matter, when)
    if policy is None:
        raise SidesError(f"no version of {matter} is in force on {day}", f"{day} 没有生效的 {matter} 版本")
    return policy
