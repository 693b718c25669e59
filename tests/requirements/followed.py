"""What the tests of follow-ups ask of a running service: its registers, its files, its commands."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.followups.checks import Checks
from decision_service.followups.file import FollowupFile
from tests.http.staging import TOKEN, Stage

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
