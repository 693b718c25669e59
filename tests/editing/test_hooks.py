"""The hooks of pre-commit: their commands run on the rule files, and their patterns name what they are about."""

import re
import shlex

import pytest
import yaml

from tests.cli.running import ROOT
from tests.editing.commands import miaopi
from tests.editing.editor import RULES, SHIPPED

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}


def test_there_is_one_for_each_command_that_judges_files() -> None:
    assert set(HOOKS) == {f"miaopi-{name}" for name in ("fmt", "check", "lint", "schema", "test")}
    assert {hook["language"] for hook in HOOKS.values()} == {"system"}


@pytest.mark.parametrize("name", HOOKS)
def test_its_command_runs(name: str) -> None:
    hook = HOOKS[name]
    program, *words = shlex.split(hook["entry"])
    files = [path.relative_to(ROOT) for path in SHIPPED] if hook.get("pass_filenames", True) else []
    assert program == "miaopi"
    done = miaopi(*words, *files)
    assert done.code == 0, done.err


@pytest.mark.parametrize("name", HOOKS)
def test_it_looks_at_rule_files(name: str) -> None:
    pattern = re.compile(HOOKS[name]["files"])
    assert all(pattern.search(path.relative_to(ROOT).as_posix()) for path in SHIPPED)
    assert bool(pattern.search("rules/catalogue/reasons.yaml")) == (name != "miaopi-fmt")
    assert not pattern.search("mkdocs.yml")
    assert RULES.name == "rules"
