"""What a reader does who follows a page: files are written, lines are changed, commands are run, in the page's order.

- a block with a title writes the file of that name; with a title that ends in `接着写 continued` it adds to it;
- with one that ends in `现在是 is now`, it is compared with that file; in `其中 part`, it stands in that file once;
- a `diff` with a title replaces its ` ` and `-` lines, which stand in the file once, by its ` ` and `+` lines;
- a `console` block runs each line after `$ `, and shows what comes out.

What differs from run to run is masked (VOLATILE); a line `[…]` of the page stands for any lines.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from decision_service.cli.app import build
from tests.docs.page import ROOT, Block, blocks

CONTINUED = "接着写 continued"
COMPARED = "现在是 is now"
QUOTED = "其中 part"
CUT = "[…]"
COLUMNS = "100"

VOLATILE = [
    (re.compile(r"sha256:[0-9a-f]{8,}"), "sha256:…"),
    (re.compile(r" +\d+\.\d+ s\b"), " … s"),
    (re.compile(r'"digest": "[0-9a-f]{64}"'), '"digest": "…"'),
]
"""What is no two times the same, and how the page writes it."""


class WrongPageError(AssertionError):
    """A page that can't be followed: says where and why."""


def followed(page: str, folder: Path) -> str:
    """The page after it was followed in an empty folder: the same, unless a command said something else."""
    shutil.copytree(ROOT / "rules", folder / "rules")
    lines = page.split("\n")
    shift = 0
    with chdir(folder), patch.dict(os.environ, {"COLUMNS": COLUMNS}):
        for block in blocks(page):
            if block.language == "console":
                told = list(_played(block))
                first = block.line - 1 + shift
                size = block.text.count("\n")
                lines[first : first + size] = told
                shift += len(told) - size
            elif block.title:
                _written(block)
    return "\n".join(lines)


def _written(block: Block) -> None:
    name, _, rest = block.title.partition(" ")
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if block.language == "diff":
        path.write_text(_changed(block, path.read_text(encoding="utf-8")), encoding="utf-8")
    elif rest == CONTINUED:
        path.write_text(path.read_text(encoding="utf-8") + block.text, encoding="utf-8")
    elif rest in (COMPARED, QUOTED):
        text = path.read_text(encoding="utf-8")
        if text.count(block.text) != 1 or (rest == COMPARED and text != block.text):
            raise WrongPageError(f"line {block.line}: {path} is another by now")
    else:
        path.write_text(block.text, encoding="utf-8")


def _changed(block: Block, text: str) -> str:
    lines = block.text.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " -")
    new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " +")
    if f"\n{text}".count(f"\n{old}") != 1:
        raise WrongPageError(f"line {block.line}: these lines do not stand once in {block.title}:\n{old}")
    return f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]


def _played(block: Block) -> Iterator[str]:
    """The block with what each command says; what the page has for it where that fits."""
    commands = re.split(r"^(?=\$ )", block.text, flags=re.MULTILINE)
    for one in commands:
        if not one:
            continue
        command, _, expected = one.partition("\n")
        told = _masked(run(command.removeprefix("$ "))).rstrip()
        yield command
        yield from (expected if fits(expected.rstrip(), told) else told).rstrip().splitlines()
        if expected.endswith("\n\n"):
            yield ""


def _masked(text: str) -> str:
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def fits(expected: str, told: str) -> bool:
    """Whether what is expected, with `[…]` for any lines, is what was told."""
    parts = [re.escape(part) for part in f"\n{expected}\n".split(f"\n{CUT}\n")]
    return re.fullmatch("(?:\n.*)*\n".join(parts), f"\n{told}\n") is not None


def run(command: str) -> str:
    """What a command says to both streams. `miaopi` runs in this process."""
    words = shlex.split(command, comments=True)
    if words[0] != "miaopi":
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return done.stdout
    with patch.object(sys, "argv", words):
        result = CliRunner().invoke(build(), words[1:])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise WrongPageError(f"`{command}` ended in {result.exception!r}") from result.exception
    return result.output
