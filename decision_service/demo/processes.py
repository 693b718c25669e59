"""Sandbox and service as processes of their own, started on free ports and stopped together."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from decision_service.access.actions import SCOPES, Role, Scope
from decision_service.access.keys import new_key
from decision_service.access.lines import entry_lines

LISTENS, CONTROL = " listening on http", " control plane on http"

START_SECONDS = 180
STOP_SECONDS = 30


class ProcessFailedError(Exception):
    """A process did not come up; says which and what it printed last."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is started: which rules, whose data, where the ledger lies, which day it is, how slow registers are (times
    their usual latency; 0: none), and whether faults below HTTP can be played, by a proxy in front of them."""

    rules: Path
    data: Path | None
    folder: Path
    day: str
    latency: float
    proxied: bool = False
    staff: tuple[Role, ...] = ()

    @property
    def ledger(self) -> Path:
        """The ledger file of the run."""
        return self.folder / f"ledger-{self.latency:g}.sqlite3"


@dataclass(frozen=True, slots=True)
class Running:
    """Where the two listen, the word that opens the sandbox's control routes, the platform's key to the service; the
    control plane ("" where there is no staff) and the keys of staff by name."""

    service: str
    sandbox: str
    control_token: str = field(repr=False)
    key: str = field(repr=False)
    control: str = ""
    staff_keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shows(self) -> dict[str, str]:
        """The header that tells the service who calls."""
        return {"Authorization": f"Bearer {self.key}"}


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
    slow = ["--latency", str(stage.latency), *(["--fault-seed", "0"] if stage.proxied else [])]
    access, key, staff_keys = _access_file(stage)
    environment |= {"MIAOPI_ACCESS": str(access), "MIAOPI_CONTROL_PORT": "0"}
    with _process("sandbox", ["sandbox", *rules, *data, *slow], environment) as (sandbox, _):
        ledger = ["--ledger", str(stage.ledger), "--registers-url", sandbox]
        with _process("service", ["serve", *rules, *ledger], environment) as (service, said):
            plane = _address("service", said, CONTROL) if stage.staff else ""
            yield Running(service, sandbox, control, key, plane, staff_keys)


def _access_file(stage: Stage) -> tuple[Path, str, dict[str, str]]:
    """The one platform of the run and its staff, listed as `miaopi access keys new` lists them, and their keys. The
    platform may ask as often as the service answers: the run shows how fast that is."""
    key, key_id, digest = new_key()
    tomorrow = date.today() + timedelta(days=2)  # noqa: DTZ011 - any day to come will do
    scopes: tuple[Scope, ...] = ("read", "decide", "review") if stage.staff else ("read", "decide")
    platform = entry_lines("platform", (), key_id, digest, scopes, tomorrow)
    lines = [platform.replace("\n\n", "\nper_second = 10000\nat_once = 10000\nper_person_a_day = 10000\n\n", 1)]
    staff_keys: dict[str, str] = {}
    for role in stage.staff:
        staff_keys[role], key_id, digest = new_key()
        lines.append(entry_lines(role, (role,), key_id, digest, SCOPES, tomorrow))
    path = stage.folder / f"access-{stage.latency:g}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path, key, staff_keys


@contextmanager
def _process(
    name: str, arguments: list[str], environment: dict[str, str]
) -> Iterator[tuple[str, "queue.Queue[str | None]"]]:
    """The process while the block runs: the address that it prints, and the lines that it prints afterwards."""
    command = [sys.executable, "-m", "decision_service", *arguments]
    # The command is this interpreter and our own command line.
    child = subprocess.Popen(  # noqa: S603 - see above
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child, lines), daemon=True)
    reader.start()
    try:
        yield _address(name, lines, LISTENS), lines
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


def _address(name: str, lines: "queue.Queue[str | None]", mark: str) -> str:
    """The address that the process prints after `mark` once it listens."""
    seen: list[str] = []
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            raise ProcessFailedError(f"the {name} did not start within {START_SECONDS} s") from None
        if line is None:
            raise ProcessFailedError(f"the {name} stopped: {' '.join(''.join(seen[-12:]).split())[:2000]}")
        seen.append(line)
        if mark in line:
            return line.rsplit(" ", 1)[1].strip()
