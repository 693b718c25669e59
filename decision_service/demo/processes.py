"""Sandbox and service as processes of their own, started on free ports and stopped together."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 180
STOP_SECONDS = 30


class ProcessFailedError(Exception):
    """A process did not come up; says which and what it printed last."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is started: which rules, whose data, where the ledger lies, which day it is, and how slow registers are
    (times their usual latency; 0: none)."""

    rules: Path
    data: Path | None
    folder: Path
    day: str
    latency: float

    @property
    def ledger(self) -> Path:
        """The ledger file of the run."""
        return self.folder / f"ledger-{self.latency:g}.sqlite3"


@dataclass(frozen=True, slots=True)
class Running:
    """Where the two listen, and the word that opens the sandbox's control routes."""

    service: str
    sandbox: str
    control_token: str


@contextmanager
def staged(stage: Stage) -> Iterator[Running]:
    """Both processes, for as long as the block runs. Raises ProcessFailedError."""
    import secrets

    control = secrets.token_hex(16)
    environment = {
        **os.environ,
        "MIAOPI_REGISTERS_SECRET": secrets.token_hex(32),
        "MIAOPI_CONTROL_SECRET": control,
    }
    rules = ["--rules", str(stage.rules), "--as-of", stage.day, "--port", "0"]
    data = ["--data", str(stage.data)] if stage.data is not None else []
    slow = ["--latency", str(stage.latency)]
    with _process("sandbox", ["sandbox", *rules, *data, *slow], environment) as sandbox:
        ledger = ["--ledger", str(stage.ledger), "--registers-url", sandbox]
        with _process("service", ["serve", *rules, *ledger], environment) as service:
            yield Running(service, sandbox, control)


@contextmanager
def _process(name: str, arguments: list[str], environment: dict[str, str]) -> Iterator[str]:
    command = [sys.executable, "-m", "decision_service", *arguments]
    # The command is this interpreter and our own command line.
    child = subprocess.Popen(  # noqa: S603 - see above
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child, lines), daemon=True)
    reader.start()
    try:
        yield _address(name, lines)
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        reader.join(STOP_SECONDS)
        if child.stdout is not None:
            child.stdout.close()


def _read(child: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    if child.stdout is not None:
        with child.stdout as said:
            for line in said:
                lines.put(line)
    lines.put(None)


def _address(name: str, lines: "queue.Queue[str | None]") -> str:
    """The address that the process prints once it listens."""
    seen: list[str] = []
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            raise ProcessFailedError(f"the {name} did not start within {START_SECONDS} s") from None
        if line is None:
            raise ProcessFailedError(f"the {name} stopped: {' '.join(''.join(seen[-12:]).split())[:2000]}")
        seen.append(line)
        if " listening on http" in line:
            return line.rsplit(" ", 1)[1].strip()
