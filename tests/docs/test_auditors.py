"""docs/auditors.md: its commands run on a service's files, its settings and differences are those of the source."""

import re
import shlex
from pathlib import Path

import pytest

from decision_service.reconciling import DIFFERENCES
from decision_service.settings import Settings
from tests.cli.running import miaopi
from tests.http.staging import DAY, RULES, TOKEN, application, sandbox_config, staged
from tests.requirements.reconciling import Files
from verifiers.journal.retention import LEAST_CREDIT_DAYS, LEAST_LOG_DAYS
from verifiers.sandbox.running import running

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "auditors.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a service has run, with the files where commands look for them."""
    folder = tmp_path_factory.mktemp("hall")
    (folder / "rules").symlink_to(RULES)
    (folder / "var").mkdir()
    with running(sandbox_config()) as registers, staged(folder / "var", registers) as stage:
        got = stage.decide({**application("ELD-1"), "application_id": "SY20260316000001"})
        assert got.status == 200
        asked = stage.send("GET", "/control/questions", headers={"Miaopi-Control": TOKEN}, url=stage.sandbox).json
    Files(folder / "var").write_lines(asked["questions"])
    (folder / "var" / "exchange.jsonl").rename(folder / "exchange.jsonl")
    return folder


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 4
    assert all(command.startswith("miaopi ") for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(place: Path, command: str) -> None:
    done = miaopi(*shlex.split(command)[1:], cwd=place)
    assert done.code == 0, done.err
    said = done.err + done.out.decode()
    assert "credit" in said if "accesses" in command else "clean" in said
    assert str(DAY) in said


def test_each_difference_is_explained() -> None:
    part = TEXT[TEXT.index("| difference |") :]
    assert set(re.findall(r"`([a-z_]+)`", part)) == set(DIFFERENCES)


def test_the_settings_are_told_as_they_are() -> None:
    told = {
        name: (int(days), int(least))
        for name, days, least in re.findall(r"^\| `MIAOPI_(KEEP_\w+)` \|[^|]*\| (\d+) \| (\d+)", TEXT, re.MULTILINE)
    }
    least = {"KEEP_ANSWERS_DAYS": 1, "KEEP_LOGS_DAYS": LEAST_LOG_DAYS, "KEEP_CREDIT_DAYS": LEAST_CREDIT_DAYS}
    assert told == {name: (Settings.model_fields[name.lower()].default, days) for name, days in least.items()}
