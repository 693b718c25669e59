"""The versions of a matter that can be compared: files of the rules folder, drafts, earlier saves, earlier releases."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import CASES, called, rule_files
from decision_service.workbench.changing.keeping import KeptFiles
from decision_service.workbench.copies import kept_copy
from decision_service.workbench.naming import matter_names
from decision_service.workbench.saying import moment
from decision_service.workbench.visit import Bench

Kind = Literal["file", "draft", "save", "kept"]


@dataclass(frozen=True, slots=True)
class Side:
    """One text that can be compared. `key` names it in addresses; `name` is the file that it is, or would be."""

    key: str
    kind: Kind
    name: str
    text: str
    told: Bilingual

    @property
    def day(self) -> str:
        """From which day it decides, as its file is named."""
        return Path(self.name).stem

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the text."""
        return digest_of(self.text)


def digest_of(*texts: str) -> str:
    """SHA-256 (hex) of texts, each with its length."""
    found = hashlib.sha256()
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()


def matters_of(bench: Bench) -> Mapping[str, Bilingual]:
    """Matters that have a version or the draft of one, in order, and what the newest calls them."""
    return matter_names(bench.drafts.whole())


def _is_version(name: str) -> bool:
    return not name.endswith(CASES) and not name.startswith(f"{FOLDER}/")


def sides_of(bench: Bench, matter: str) -> list[Side]:
    """What of `matter` can be compared: files and drafts by their days, then earlier saves and releases, the newest
    first."""
    today = bench.now().date().isoformat()
    files = {called(path): path for path in rule_files(bench.rules / matter)}
    days = [Path(name).stem for name in files]
    in_force = max((day for day in days if day <= today), default="")
    found = [
        Side(
            f"file:{day}", "file", f"{matter}/{name}", path.read_text("utf-8", "replace"), _state(day, today, in_force)
        )
        for day, (name, path) in zip(days, files.items(), strict=True)
    ]
    for name, save in bench.drafts.standing().items():
        if name.startswith(f"{matter}/") and _is_version(name):
            told = Bilingual(f"{Path(name).stem} 草稿（{save.by}）", f"{Path(name).stem} draft ({save.by})")
            found.append(Side(f"draft:{Path(name).stem}", "draft", name, save.text or "", told))
    found.sort(key=lambda one: (one.day, one.kind == "draft"))
    return [*found, *_saves(bench, found), *_released(bench, matter, {one.digest for one in found})]


def _state(day: str, today: str, in_force: str) -> Bilingual:
    if day > today:
        return Bilingual(f"{day} 将生效", f"{day} coming")
    if day == in_force:
        return Bilingual(f"{day} 生效中", f"{day} in force")
    return Bilingual(f"{day} 已被取代", f"{day} followed by another")


def _saves(bench: Bench, there: Sequence[Side]) -> Iterator[Side]:
    standing = {save.number for save in bench.drafts.standing().values()}
    for name in dict.fromkeys(one.name for one in there):
        for save in bench.drafts.history(name)[:_MOST_SAVES]:
            if save.text is not None and save.number not in standing:
                at = moment(save.at)
                told = Bilingual(
                    f"{Path(name).stem} {at} 保存（{save.by}）", f"{Path(name).stem} saved {at} ({save.by})"
                )
                yield Side(f"save:{save.number}", "save", name, save.text, told)


_MOST_SAVES = 20


def _released(bench: Bench, matter: str, shown: set[str]) -> Iterator[Side]:
    for one in KeptFiles(bench.store).of_matter(matter):
        if digest_of(one.text) not in shown:
            shown.add(digest_of(one.text))
            day = Path(one.name).stem
            told = Bilingual(f"{day} 曾在规则文件夹（{one.at[:10]}）", f"{day} as the folder held it on {one.at[:10]}")
            yield Side(f"kept:{one.digest[:16]}:{day}", "kept", one.name, one.text, told)


def chosen(sides: Sequence[Side], old: str, new: str) -> tuple[Side, Side] | None:
    """The two that an address asks for; where it asks for none, a draft and what it would change, else the two newest
    versions. None where there are not two."""
    by_key = {one.key: one for one in sides}
    second = by_key.get(new) or _newest(sides)
    if second is None:
        return None
    first = by_key.get(old) or _before(sides, second)
    return None if first is None else (first, second)


def _newest(sides: Sequence[Side]) -> Side | None:
    drafts = [one for one in sides if one.kind == "draft"]
    files = [one for one in sides if one.kind == "file"]
    return next(reversed(drafts or files), None)


def _before(sides: Sequence[Side], second: Side) -> Side | None:
    """What `second` takes the place of: the file of its name, else the one before it."""
    files = [one for one in sides if one.kind == "file" and one.key != second.key]
    same = [one for one in files if one.name == second.name]
    earlier = [one for one in files if one.day < second.day]
    return next(iter(same or earlier[-1:] or files), None)


def catalogue_digest(whole: Path) -> str:
    """Of what all matters of a rules folder share."""
    return digest_of(
        *(f"{one.name}\n{one.read_text('utf-8', 'surrogateescape')}" for one in sorted((whole / FOLDER).glob("*.yaml")))
    )


def written(bench: Bench, side: Side) -> Path:
    """The text as a file that our commands can read; the same one for the same text."""

    def fill(making: Path) -> None:
        path = making / side.name
        path.parent.mkdir()
        path.write_text(side.text, encoding="utf-8", newline="")

    return kept_copy(bench.data / "sides" / digest_of(side.name, side.text), fill, _MOST_WRITTEN) / side.name


_MOST_WRITTEN = 200
