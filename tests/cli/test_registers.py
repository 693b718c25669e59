"""`miaopi registers check` against the sandbox and against nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, RULES
from tests.http.conftest import registers
from tests.http.staging import DAY, SECRET

__all__ = ["registers"]

SAMPLE = ROOT / "fixtures" / "registers_check.toml"


def run(folder: Path, *arguments: object, secret: str = SECRET, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "decision_service", "registers", "check", "--rules", RULES, *arguments]
    environment = {
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "PATH": os.environ["PATH"],
        "COLUMNS": "200",
        "MIAOPI_AS_OF": str(DAY),
        **({"MIAOPI_REGISTERS_SECRET": secret} if secret else {}),
        **more,
    }
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_sandbox_conforms(registers: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--sample", SAMPLE, "--registers-url", registers, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["findings"]
    assert {one["result"] for one in found if one["check"] != "nobody"} == {"passed"}
    assert len({one["register"] for one in found}) >= 12


def test_a_wrong_secret_is_found_in_both_languages(registers: str, tmp_path: Path) -> None:
    done = run(tmp_path, "deaths", "--sample", SAMPLE, "--registers-url", registers, secret="another secret")  # noqa: S106 - of servers on loopback
    assert done.returncode == 1
    assert "deaths" in done.stderr
    assert "登记的人" in done.stderr
    assert "known" in done.stderr
    assert "210100193505208826" not in done.stderr


def test_by_a_connection_file(registers: str, tmp_path: Path) -> None:
    file = tmp_path / "connections.toml"
    file.write_text(
        'default = "sandbox"\n[connections.sandbox]\nadapter = "signed"\nallow_private = true\napp = "miaopi"\n'
        f'base_url = "{registers}"\nsecret_env = "EXCHANGE_SECRET"\n'
    )
    options = ("deaths", "--sample", SAMPLE, "--connections", file, "--json")
    assert run(tmp_path, *options, secret="", EXCHANGE_SECRET=SECRET).returncode == 0
    done = run(tmp_path, *options, secret="")
    assert done.returncode == 2
    assert "connections.sandbox.secret_env" in json.loads(done.stdout)["error"]["en"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[deaths", "no TOML"),
        ("[nowhere]\nsubject = 'x'\nparams = {id_no = 'x'}", "nowhere: is no register"),
        ("[deaths]\nsubject = 'x'\nparams = {id_no = 'x'}\nnobody = 3", "deaths: write subject"),
        (None, "name a file"),
    ],
)
def test_a_sample_that_cannot_be_used(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "sample.toml"
    if text is not None:
        file.write_text(text)
    done = run(tmp_path, "deaths", "--sample", file, "--registers-url", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert told in done.stderr


def test_a_register_that_is_not_there_passes_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "deaths", "--sample", SAMPLE, "--registers-url", "http://127.0.0.1:9", "--json")
    assert done.returncode == 1
    assert [one["check"] for one in json.loads(done.stdout)["findings"] if one["result"] == "passed"] == []


def test_a_narrow_terminal_cuts_nothing_off(tmp_path: Path) -> None:
    done = run(tmp_path, "deaths", "--sample", SAMPLE, "--registers-url", "http://127.0.0.1:9", COLUMNS="80")
    assert done.returncode == 1
    assert "…" not in done.stderr
