"""The regions of docs/reference/messages.md: wrong files, what each is told, and the right lines."""

import re
from collections.abc import Iterator

from tests.wrong_files.make_wrong import FILE, HERE, Change, read_change
from tests.wrong_files.test_wrong_files import FOLDERS

MOST_LINES = 14
"""Longer answers are cut here; `[…]` stands for the rest."""
MOST_COLUMNS = 110

_CODE = re.compile(r"(?:\S+:\d+:\d+: )?(\w+): ")


def message(code: str) -> str:
    """Every wrong file that is told `code` and is named after it."""
    names = [folder.name for folder in FOLDERS if owner(folder.name) == code]
    return "\n\n".join(_example(name) for name in names)


def owner(name: str) -> str:
    """The code that a wrong file is about: the longest of those told that begins its name."""
    told = {found[1] for line in _told(name).split("\n") if (found := _CODE.match(line))}
    return max((code for code in told if name == code or name.startswith(f"{code}_")), key=len)


def _told(name: str) -> str:
    return (HERE / name / "expected.txt").read_text(encoding="utf-8").rstrip("\n")


def _example(name: str) -> str:
    folder = HERE / name
    change = read_change(folder / "change.txt")
    written = list(_turned((folder / "change.txt").read_text(encoding="utf-8").splitlines(), change))
    parts = [*_directives(change)]
    if written:
        parts.append("\n".join(["```diff", *written, "```"]))
    parts.append("\n".join(["```text", *_cut(_told(name).split("\n")), "```"]))
    return "\n\n".join(parts)


def _turned(lines: list[str], change: Change) -> Iterator[str]:
    """change.txt the other way round: first what is wrong and goes (`-`), then what is right and comes (`+`)."""
    right: list[str] = []
    wrong: list[str] = []
    for line in [*lines, "- "]:
        if line.startswith("+"):
            wrong.append(_short(line[1:]) + (f"   [× {change.times}]" if change.times > 1 else ""))
        elif line.startswith("-"):
            if wrong:
                yield from _marked([] if change.instead else right, wrong)
                right, wrong = [], []
            right.append(_short(line[1:]))


def _marked(right: list[str], wrong: list[str]) -> Iterator[str]:
    """The lines of both sides; those that both begin or end with are told once, without a mark."""
    shorter = min(len(right), len(wrong))
    head = next((place for place in range(shorter) if right[place] != wrong[place]), shorter)
    tail = next((place for place in range(shorter - head) if right[-1 - place] != wrong[-1 - place]), shorter - head)
    yield from (f" {line}" for line in right[:head])
    yield from (f"-{line}" for line in wrong[head : len(wrong) - tail])
    yield from (f"+{line}" for line in right[head : len(right) - tail])
    yield from (f" {line}" for line in right[len(right) - tail :])


def _short(text: str) -> str:
    return text if len(text) <= MOST_COLUMNS else f"{text[:MOST_COLUMNS]} […]"


def _directives(change: Change) -> list[str]:
    if change.encoding != "utf-8":
        return [f"文件存为 {change.encoding} 编码。 The file is saved as {change.encoding}."]
    if change.folder:
        return [f"`{FILE}` 是一个文件夹。 `{FILE}` is a folder."]
    if change.kept_as:
        return [f"内容正确的文件存为 `{change.kept_as}`。 The right file is saved as `{change.kept_as}`."]
    if change.path != FILE:
        return [f"在 `{change.path}` 里： In `{change.path}`:"]
    if change.instead:
        return ["整个文件是： The whole file is:"]
    return []


def _cut(lines: list[str]) -> list[str]:
    kept = lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "[…]"]
    return [line.rstrip() for line in kept]
