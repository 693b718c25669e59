"""Rules folders of random versions, and what people do to them: right, wrong, and to no effect."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.properties.policies import written
from tests.shipped import RULES, shelf

NAMES = ("one", "two", "three")
DAYS = ("2026-01-01", "2026-05-01")


def folder_in(place: Path, random: Random) -> Path:
    """Two random versions of a matter, and one of another."""
    shutil.copytree(RULES / "catalogue", place / "catalogue")
    for name, day in (("one", DAYS[0]), ("one", DAYS[1]), ("two", DAYS[0])):
        put(place / name / f"{day}.yaml", random)
    return place


def put(path: Path, random: Random) -> None:
    """A random version, right for its place."""
    text, _ = written(lambda: shelf().catalogue, random)
    text = text.replace("matter: made_up\n", f"matter: {path.parent.name}\n", 1)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("in_force: 2026-01-01\n", f"in_force: {path.stem}\n", 1), encoding="utf-8")


def any_place(folder: Path, random: Random) -> Path:
    return folder / random.choice(NAMES) / f"{random.choice(DAYS)}.yaml"


def there(folder: Path, random: Random) -> Path | None:
    found = sorted(path for name in NAMES for path in (folder / name).glob("*.yaml"))
    return random.choice(found) if found else None


def written_anew(folder: Path, random: Random) -> None:
    put(any_place(folder, random), random)


def removed(folder: Path, random: Random) -> None:
    path = there(folder, random)
    if path is not None:
        path.unlink()


def renamed(folder: Path, random: Random) -> None:
    """As people do who forget what is said inside; which is wrong."""
    path, to = there(folder, random), any_place(folder, random)
    if path is not None:
        to.parent.mkdir(exist_ok=True)
        path.rename(to)


def moved(folder: Path, random: Random) -> None:
    """To another matter, inside too."""
    path, to = there(folder, random), any_place(folder, random)
    if path is not None:
        text = path.read_text(encoding="utf-8")
        text = text.replace(f"matter: {path.parent.name}\n", f"matter: {to.parent.name}\n", 1)
        path.unlink()
        to.parent.mkdir(exist_ok=True)
        to.write_text(text.replace(f"in_force: {path.stem}\n", f"in_force: {to.stem}\n", 1), encoding="utf-8")


def noted(folder: Path, random: Random) -> None:
    """With a remark that changes no meaning, and every place behind it."""
    path = there(folder, random)
    if path is not None:
        path.write_text(f"# 备注 {random.random()}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


def broken(folder: Path, random: Random) -> None:
    path = there(folder, random)
    if path is not None:
        path.write_bytes(path.read_bytes()[: random.randrange(400)])


def catalogue_said_otherwise(folder: Path, random: Random) -> None:
    """Words that are part of a version's digest, or a calendar that is, or words that are no part of it."""
    name, old, new = random.choice(
        (
            ("calendar", "holidays: []", "holidays: [2026-01-05]"),
            ("calendar", "holidays: [2026-01-05]", "holidays: []"),
            ("reasons", "It is too early", "It is much too early"),
            ("words", "status of the household record", "state of the household record"),
        )
    )
    path = folder / "catalogue" / f"{name}.yaml"
    if path.exists():
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def catalogue_without_words(folder: Path, random: Random) -> None:  # noqa: ARG001 - the same as the others
    (folder / "catalogue" / "words.yaml").unlink(missing_ok=True)


def catalogue_broken(folder: Path, random: Random) -> None:
    path = folder / "catalogue" / random.choice(("reasons.yaml", "words.yaml", "afterwards.yaml"))
    if path.exists():
        path.write_bytes(path.read_bytes() + b"\n: {\n")


Edit = Callable[[Path, Random], None]
EDITS: tuple[Edit, ...] = (
    written_anew, removed, renamed, moved, noted, broken,
    catalogue_said_otherwise, catalogue_without_words, catalogue_broken,
)  # fmt: skip
