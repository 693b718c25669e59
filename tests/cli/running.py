"""The command line as people run it: a process of its own."""

import atexit
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from select import select
from signal import SIGKILL
from tempfile import TemporaryDirectory
from threading import Lock

import pytest
from typer.testing import Result

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
CASES = ROOT / "fixtures" / "cases"
SECONDS = 120


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: bytes
    err: str


def miaopi(*arguments: object, cwd: Path = ROOT) -> Done:
    """Runs `miaopi` with these arguments; a command that does not end within two minutes is a failure."""
    with TemporaryDirectory(prefix="miaopi-run-") as folder, BUSY:
        out, err = Path(folder, "out"), Path(folder, "err")
        order = {"arguments": [*map(str, arguments)], "cwd": str(cwd), "out": str(out), "err": str(err)}
        process = started()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        if not select([process.stdout], [], [], SECONDS)[0]:
            stop(process)
            pytest.fail(f"miaopi {' '.join(order['arguments'])} did not end: {err.read_text()}")
        return Done(int(process.stdout.readline()), out.read_bytes(), err.read_text())


def told_of(ended: Result) -> list[float]:
    """How far a command said that it was, in percent, where `MIAOPI_PROGRESS=lines` asked for it."""
    lines = [json.loads(line)["progress"] for line in ended.stderr.splitlines() if line.startswith('{"progress"')]
    return [100 * done / of for done, of in lines]


BUSY = Lock()
"""One command at a time."""


@cache
def started() -> "subprocess.Popen[str]":
    """The process that has imported all commands, for as long as this one runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.forking"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"},
    )
    atexit.register(stop, process)
    return process


def stop(process: "subprocess.Popen[str]") -> None:
    """It and the command that it runs."""
    started.cache_clear()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, SIGKILL)
    process.communicate()
