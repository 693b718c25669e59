"""The command line as people run it: a process of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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
    command = [sys.executable, "-m", "decision_service", *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin:/bin"},
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())
