"""docs/quality.md: its table of faults is that of the code, its commands can be read, and its routes are there."""

import re
from pathlib import Path

from typer.testing import CliRunner

from decision_service.cli.app import build
from verifiers.sandbox.faults.plan import FaultPlan, read_switch
from verifiers.sandbox.faults.table import FAULTS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
PLAYED = {"before the first byte": "connection", "on the bytes": "stream", "in the answer": "answer"}
TAKEN = "**taken**"


def told() -> list[tuple[str, str, str, list[tuple[str, str, str | None]]]]:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", TEXT, re.MULTILINE)
    found = []
    for name, words, played, variants in rows:
        each = re.findall(r"`(\w+)` (\*\*taken\*\*|timeout|stale|error)(?: `(\w+)`)?", variants)
        assert len(each) == variants.count(" · ") + 1
        outcomes = [(one, "ok" if status == TAKEN else status, word or None) for one, status, word in each]
        found.append((name, words, PLAYED[played], outcomes))
    return found


def test_the_table_of_faults_is_that_of_the_code() -> None:
    assert told() == [
        (
            fault.name,
            f"{fault.zh} {fault.en}",
            fault.layer,
            [(one.name, one.comes_to, one.word) for one in fault.variants],
        )
        for fault in FAULTS
    ]


def test_its_commands_have_the_options_that_it_names() -> None:
    section = TEXT.split("## Faults of registers")[1]
    for line in re.findall(r"^miaopi (\w+) ?(.*?)(?:  +#.*)?$", section, re.MULTILINE):
        command, arguments = line
        shown = CliRunner().invoke(build(), [command, "--help"], env={"COLUMNS": "200"}).output
        for option in re.findall(r"--[a-z-]+", arguments):
            assert option in shown, (command, option)


def test_the_switches_that_it_shows_can_be_set() -> None:
    switches = re.findall(r"--fault (\w+=\S+)", TEXT)
    assert len(switches) == 2
    plan = FaultPlan(("deaths", "credit"), proxied=True)
    for written in switches:
        plan.put(read_switch(written))
    assert len(plan.switches()) == 2
