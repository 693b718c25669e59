"""What the tests of follow-ups ask of a running service: its registers, its files, its commands."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.followups.checks import Checks
from decision_service.followups.file import FollowupFile
from tests.http.staging import DAY, ROOT, SECRET, TOKEN, Stage

PATIENCE_SECONDS = 60.0


def until(holds: Callable[[], bool], what: str) -> None:
    """Returns when it holds. Fails after a minute: what it waits for takes seconds."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends, f"still waiting: {what}"
        time.sleep(0.05)


def questions(stage: Stage, application_id: str, register: str = "credit") -> list[dict]:
    """What the register was asked for an application, oldest first."""
    path = f"/control/questions?application_id={application_id}"
    got = stage.send("GET", path, headers={"Miaopi-Control": TOKEN}, url=stage.sandbox)
    return [one for one in got.json["questions"] if one["register"] == register]


def miaopi(*arguments: str) -> tuple[int, dict]:
    """A command with --json, in this process: its exit code and what it printed."""
    done = CliRunner().invoke(build(), [*arguments, "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def on_file(ledger: Path) -> dict[str, list[dict]]:
    """The checks that are owed and made, as the service has them on file."""
    path = FollowupFile.beside(ledger)
    if not path.exists():
        return {"owed": [], "done": []}
    file = FollowupFile(path)
    try:
        store = Checks(file)
        return {"owed": [asdict(one) for one in store.owed()], "done": [asdict(one) for one in store.done(10_000)]}
    finally:
        file.close()


def tickets(ledger: Path, *arguments: str) -> list[dict]:
    """What `miaopi followups tickets` says."""
    return miaopi("followups", "tickets", "--ledger", str(ledger), *arguments)[1]["tickets"]


@contextmanager
def served(registers: str, rules: Path, ledger: Path) -> Iterator[tuple[Stage, "subprocess.Popen[str]"]]:
    """`miaopi serve` as a process of its own, killed at the end if it still runs."""
    options: Mapping[str, object] = {
        "port": 0, "rules": rules, "ledger": ledger, "registers-url": registers, "as-of": DAY
    }  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MIAOPI_")}
    more = {
        "MIAOPI_REGISTERS_SECRET": SECRET,
        "MIAOPI_GATE_CASES": "5",
        "MIAOPI_CERTIFICATES": str(ledger.with_name("gate")),
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    child = subprocess.Popen(
        [sys.executable, "-m", "decision_service", "serve", *arguments],
        env={**clean, **more},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    try:
        line = child.stdout.readline()
        assert " listening on http" in line, line
        yield Stage(line.rsplit(" ", 1)[1].strip(), registers, None, None), child  # type: ignore[arg-type]  # another process
    finally:
        child.kill()
        child.wait(30)
        child.stdout.close()
