"""`miaopi serve` as a process of its own, for tests that kill it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path

from decision_service.gate import pass_gate
from tests.http.staging import DAY, ROOT, SECRET, Stage
from tests.shipped import RULES, shelf

GATE = "TESTS_GATE"
"""The variable of the environment that names the folder of certificates; set where the tests begin (conftest.py)."""
GATE_CASES = 5
COMMAND = [sys.executable, "-m", "decision_service"]


def environment(**more: str) -> dict[str, str]:
    """That of this process with no setting of Miaopi's but the secret, a quick gate, no records of samples and cases
    decided again between those that tests count, and `more`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MIAOPI_")}
    quiet = {"MIAOPI_SAMPLE_RATE": "0", "MIAOPI_DECIDE_AGAIN_HOURS": "0"}
    return {**clean, "MIAOPI_REGISTERS_SECRET": SECRET, "MIAOPI_GATE_CASES": str(GATE_CASES), **quiet, **more}


@cache
def certificates() -> str:
    """A folder for all services that these tests start, in whichever worker of theirs, with the certificates of the
    shipped rules in it: what passed the gate once need not again. A start without it costs five times the processor
    time."""
    folder = Path(os.environ[GATE])
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        pass_gate(RULES, shelf().policies(), folder, cases=GATE_CASES)
    return str(folder)


@contextmanager
def serving(
    registers: str,
    rules: Path,
    ledger: Path | None,
    *,
    pinned: bool = True,
    log: Path | None = None,
    folder: Path = ROOT,
    **more: str,
) -> Iterator[tuple[Stage, "subprocess.Popen[str]"]]:
    """The service on a free port, and its process, which is killed at the end if it still runs. Unless `pinned` to the
    day of the cases it decides by the clock; its log goes to `log`, `more` into its environment, which says where the
    ledger is if `ledger` doesn't. With an access file it must name staff, for whom the control plane listens."""
    options = {"port": 0, "rules": rules, "registers-url": registers}
    if ledger is not None:
        options["ledger"] = ledger
    more.setdefault("MIAOPI_CERTIFICATES", certificates())
    if pinned:
        options["as-of"] = DAY
    err = (log or Path(os.devnull)).open("ab")
    child = subprocess.Popen(
        [*COMMAND, "serve", *(str(part) for name, value in options.items() for part in (f"--{name}", value))],
        env=environment(**more),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=err,
        text=True,
    )
    assert child.stdout is not None
    try:
        line = child.stdout.readline()
        assert " listening on http" in line, line
        control = child.stdout.readline().rsplit(" ", 1)[1].strip() if "MIAOPI_ACCESS" in more else ""
        yield Stage(line.rsplit(" ", 1)[1].strip(), registers, None, None, control), child  # type: ignore[arg-type]  # another process
    finally:
        child.kill()
        child.wait(30)
        child.stdout.close()
        err.close()
