"""A rules folder with one thing wrong in it, made from base.yaml and a folder's change.txt.

change.txt: a block of `-` lines stands in the file once and is replaced by the `+` lines after it. Before the blocks:
`@ in PATH` changes another file of the rules folder; `@ as PATH` keeps the changed file under another name;
`@ in encoding X` writes it in that encoding; `@ times N` repeats each `+` block; `@ instead` leaves nothing of the old
text; `@ folder` makes a folder of the file. `\\uXXXX` in a `+` line is that character.
"""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CATALOGUE = HERE.parents[1] / "rules" / "catalogue"
FILE = "demo/2026-01-01.yaml"


@dataclass
class Change:
    """What change.txt says."""

    path: str = FILE
    kept_as: str = ""
    encoding: str = "utf-8"
    times: int = 1
    instead: bool = False
    folder: bool = False
    blocks: list[tuple[str, str]] = field(default_factory=list)


def read_change(path: Path) -> Change:
    """The change that a change.txt describes."""
    change, old, new = Change(), list[str](), list[str]()
    for line in [*path.read_text(encoding="utf-8").splitlines(), "- "]:
        if line.startswith("@ "):
            _directive(line[2:], change)
        elif line.startswith("+"):
            new.append(re.sub(r"\\u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), line[2:]))
        else:
            if new:
                change.blocks.append(("\n".join(old), "\n".join(new * change.times)))
                old, new = [], []
            old.append(line[2:])
    return change


def _directive(words: str, change: Change) -> None:
    name, _, rest = words.partition(" ")
    match name:
        case "in":
            change.path = rest
        case "as":
            change.kept_as = rest
        case "encoding":
            change.encoding = rest
        case "times":
            change.times = int(rest)
        case "instead":
            change.instead = True
        case "folder":
            change.folder = True
        case _:
            raise ValueError(words)


def make_folder(change: Change, target: Path) -> Path:
    """A rules folder under `target` with the change made."""
    shutil.copytree(CATALOGUE, target / "catalogue")
    (target / "demo").mkdir()
    shutil.copyfile(HERE / "base.yaml", target / FILE)
    path = target / change.path
    text = path.read_text(encoding="utf-8")
    for old, new in change.blocks:
        if change.instead:
            text = new
        else:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
            text = text.replace(old, new)
    path.unlink()
    kept = target / (change.kept_as or change.path)
    kept.parent.mkdir(exist_ok=True)
    if change.folder:
        kept.mkdir()
    else:
        kept.write_bytes(text.encode(change.encoding))
    return target
