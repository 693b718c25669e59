"""Nonsense given to every command: one JSON value on standard output in every case, and the same answer everywhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from typer.core import TyperArgument, TyperCommand
from typer.testing import CliRunner

from decision_service.cli.app import build
from tests.cli.running import miaopi
from tests.docs.write_commands import every_command
from tests.wrong_files.make_wrong import FILE, Change, make_folder

COMMANDS = {
    name.removeprefix("miaopi "): command
    for name, command in every_command()
    if any("--json" in one.opts for one in command.params)
}
USUAL = {"matter": "demo", "old": "rules/demo", "table": "caps", "file": "out.xlsx", "into": f"rules/{FILE}"}
"""What stands for the arguments that have to be given; another word for those that are not here."""

FILES = {
    "binary.yaml": bytes(range(256)) * 40,
    "empty.yaml": b"",
    "huge.yaml": b"# " + b"x" * 20_000_000,
}
PLACES = ["nothing/here.yaml", "hollow", "rules/void", *FILES]
"""No such file, a folder with nothing in it, a matter's folder with nothing in it, and files that hold no rules."""

CHINESE = range(ord("一"), ord("龥"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a rules folder of one matter and nonsense beside it."""
    make_folder(Change(), tmp_path / "rules")
    for empty in ("hollow", "rules/void"):
        (tmp_path / empty).mkdir()
    (tmp_path / "empty.yaml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*words: str) -> tuple[int, Any]:
    """The exit code, and the one value on standard output."""
    result = CliRunner().invoke(build(), [*words, "--json"], prog_name="miaopi")
    assert isinstance(result.exception, SystemExit | None), (words, result.exception)
    assert "Traceback" not in result.output, words
    return result.exit_code, json.loads(result.stdout)


def is_misuse(words: tuple[str, ...], error: dict[str, str]) -> None:
    assert list(error) == ["zh", "en"], words
    assert any(ord(char) in CHINESE for char in error["zh"]), words


def paths_of(command: TyperCommand) -> Iterator[str]:
    """The parameters that name a file or folder, and arguments that may."""
    assert command.callback is not None
    for name, hint in get_type_hints(command.callback).items():
        kinds = {hint, *get_args(hint), *(part for one in get_args(hint) for part in get_args(one))}
        argument = any(one.name == name and isinstance(one, TyperArgument) for one in command.params)
        if Path in kinds or (argument and str in kinds):
            yield name


def call(name: str, given: dict[str, str]) -> tuple[str, ...]:
    """The command with these parameters, and with all that it has to be given."""
    words = name.split()
    for one in COMMANDS[name].params:
        if one.name in given or one.required:
            value = given.get(one.name or "", USUAL.get(one.name or "", "x"))
            words += [value] if isinstance(one, TyperArgument) else [one.opts[0], value]
    return tuple(words)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_call_that_is_no_call_is_told_as_json(name: str) -> None:
    calls = [(*name.split(), "--nonsense"), (*name.split(), "--json=3")]
    if any(one.required for one in COMMANDS[name].params):
        calls.append(tuple(name.split()))
    for words in calls:
        code, value = told(*words)
        assert code == 2, words
        is_misuse(words, value["error"])


STARTING = {"demo", "drill", "load"}
"""They begin with what takes time: only what is read before is nonsense here."""


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_a_path_leads_to_there_is_one_json_value(name: str, folder: Path) -> None:
    for file, content in FILES.items():
        (folder / file).write_bytes(content)
    for number, path in enumerate(paths_of(COMMANDS[name])):
        if name in STARTING and path not in ("cases", "data", "key_file"):
            continue
        for place in PLACES if number == 0 and name not in STARTING else PLACES[:1]:
            words = call(name, {path: place})
            code, value = told(*words)
            assert isinstance(value, dict), words
            if code == 2 and "error" in value:
                is_misuse(words, value["error"])
            elif code == 2:
                assert value["problems"], words
            else:
                assert code in (0, 1), words


READING = [name for name in COMMANDS if "rules" in list(paths_of(COMMANDS[name])) and name not in STARTING]

OVER_RULES = ("check", "lint", "fmt", "test", "coverage", "prove")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("place", ["nothing/here.yaml", "hollow", "rules/void"])
@pytest.mark.parametrize("name", OVER_RULES)
def test_where_there_is_no_rule_file_all_say_so(name: str, place: str) -> None:
    code, value = told(name, place)
    assert code == 2
    assert place in value["error"]["zh"]
    assert place in value["error"]["en"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["check", "lint", "test", "coverage"])  # prove takes a draft that lies anywhere
def test_a_file_outside_of_a_rules_folder_is_pointed_to_its_place(name: str) -> None:
    code, value = told(name, "empty.yaml")
    assert code == 2
    assert "rules/MATTER/DAY.yaml" in value["error"]["en"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("place", ["nothing", "hollow"])
def test_a_folder_without_a_catalogue_is_no_rules_folder(name: str, place: str) -> None:
    code, value = told(*call(name, {"rules": place}))
    assert code == 2
    assert name in ("replay", "archive") or place in value["error"]["zh"]


def test_a_process_says_the_same() -> None:
    done = miaopi("check", "--nonsens", "--json")
    assert done.code == 2
    error = json.loads(done.out)["error"]
    assert error["zh"].startswith("没有选项 --nonsens")
    assert done.err.splitlines() == [f"miaopi: {error['zh']}", f"  {error['en']}"]


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (["chekc"], "没有命令 chekc；是不是 check？"),
        (["check", "a", "b"], "多出了参数 b；"),
        (["coverage", "--at-least", "x"], "选项 --at-least 的值不对：应是数；"),
        (["coverage", "--at-least", "200"], "选项 --at-least 的值不对：不能大于 100；"),
        (["simulate", "a", "--make", "0"], "选项 --make 的值不对：不能小于 1；"),
        (["explain", "a", "--text", "fr"], "选项 --text 的值不对：可写 'zh', 'en'；"),
        (["test", "--cases"], "选项 --cases 后面要写值"),
        (["decide", "--case", "x"], "缺少参数 MATTER；"),
        (["table"], "没有选项 --json；"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_in_chinese(words: list[str], zh: str) -> None:
    code, value = told(*words) if words[-1] != "--cases" else told_last(*words)
    assert code == 2
    assert value["error"]["zh"].startswith(zh)


def told_last(*words: str) -> tuple[int, Any]:
    """As `told`, with `--json` before the option that lacks its value."""
    result = CliRunner().invoke(build(), [*words[:-1], "--json", words[-1]], prog_name="miaopi")
    return result.exit_code, json.loads(result.stdout)
