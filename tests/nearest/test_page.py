"""docs/explaining.md: its commands run as they stand, its outputs come, its file is one that is read."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.policy.shelf import read_shelf

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explaining.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the rule files of the page and its example."""
    for name in ("catalogue", "elderly_allowance"):
        shutil.copytree(ROOT / "rules" / name, tmp_path / "rules" / name)
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_run_and_print_what_the_page_shows(folder: Path) -> None:
    printed = {}
    for command in blocks("sh"):
        program, *arguments = shlex.split(command)
        assert program == "miaopi"
        done = CliRunner().invoke(build(), arguments)
        assert done.exit_code == 0, done.output
        printed[" ".join(arguments[2:3])] = done.stdout
    assert printed["--text"].startswith("# 高龄津贴认定")
    assert (folder / "elderly_allowance.svg").read_text(encoding="utf-8").startswith("<svg")
    (shown,) = re.findall(r"^    最近的改变.*?(?=^\S)", PAGE, re.MULTILINE | re.DOTALL)
    assert "".join(shown.split()) in "".join(printed["--case"].split())


def test_its_file_of_changes_is_read_without_a_problem(folder: Path) -> None:
    (text,) = blocks("yaml")
    (folder / "rules" / "catalogue" / "changes.yaml").write_text(text, encoding="utf-8")
    changes = read_shelf(folder / "rules").catalogue.changes
    assert changes.fields == {"delivery", "marital"}
    assert changes.facts["housing_fund", "consecutive_months"].manner == "monthly"
