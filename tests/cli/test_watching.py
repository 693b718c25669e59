"""`--watch --json` as a process: a line of JSON for each run, and Ctrl-C ends it well."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import ROOT, SECONDS
from tests.wrong_files.make_wrong import FILE, Change, make_folder

STARTED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from decision_service.cli.app import main
sys.argv[0] = "miaopi"
main()
"""
"""The console script, which heeds Ctrl-C also where whoever started the tests has it ignored: that is inherited."""


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`miaopi test rules --watch --json` in a folder with one matter."""
    make_folder(Change(), tmp_path / "rules")
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED, "test", "rules", "--watch", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PATH": os.defpath},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def save(path: Path, text: str) -> None:
    """The file with another text, at once: half of it is never read."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def test_each_run_is_a_line_of_json(watching: subprocess.Popen[bytes], tmp_path: Path) -> None:
    out = watching.stdout
    assert out is not None
    first = json.loads(out.readline())
    assert first["cases"] > 0
    path = tmp_path / "rules" / FILE
    right = path.read_text(encoding="utf-8")
    save(path, right.replace("must: hukou = city", "must: hukou == city"))
    (problem,) = json.loads(out.readline())["problems"]
    assert problem["code"] == "syntax"
    save(path, right)
    assert json.loads(out.readline()) == first
    watching.send_signal(signal.SIGINT)
    rest, told = watching.communicate(timeout=SECONDS)
    assert (watching.returncode, rest) == (0, b"")
    assert "改动 changed: 2026-01-01.yaml" in told.decode()
