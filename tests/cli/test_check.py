"""`miaopi check` as a process: exit codes, all problems of all files, JSON, hostile files in bounded time."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.running import RULES, miaopi
from tests.wrong_files.make_wrong import FILE, HERE, Change, make_folder, read_change


def wrong(name: str, target: Path) -> Path:
    return make_folder(read_change(HERE / name / "change.txt"), target)


def test_the_rule_files_are_right() -> None:
    done = miaopi("check", RULES)
    assert done.code == 0
    assert "9 rule file(s) checked, no problem" in done.err
    assert done.out == b""


def test_json_names_each_version_and_its_digest() -> None:
    done = miaopi("check", RULES, "--json")
    answer = json.loads(done.out)
    assert done.code == 0
    assert answer["problems"] == []
    assert len({one["digest"] for one in answer["policies"]}) == len(answer["policies"]) == 9
    assert {"matter", "version", "digest"} == set(answer["policies"][0])


def test_a_part_is_checked_by_itself(tmp_path: Path) -> None:
    folder = wrong("syntax_double_equals", tmp_path / "rules")
    (folder / "good").mkdir()
    good = (HERE / "base.yaml").read_text(encoding="utf-8").replace("matter: demo", "matter: good")
    (folder / "good" / "2026-01-01.yaml").write_text(good, encoding="utf-8")
    assert miaopi("check", folder / "good").code == 0
    assert miaopi("check", folder / "good" / "2026-01-01.yaml").code == 0
    assert miaopi("check", folder).code == 1


def test_problems_are_shown_with_carets_and_exit_code_1(tmp_path: Path) -> None:
    done = miaopi("check", wrong("syntax_full_width_comma", tmp_path / "rules"))
    expected = (HERE / "syntax_full_width_comma" / "expected.txt").read_text(encoding="utf-8")
    assert done.code == 1
    assert done.err.startswith(expected)
    assert "1 problem(s)" in done.err


def test_line_100_is_no_picture(tmp_path: Path) -> None:
    folder = wrong("syntax_double_equals", tmp_path / "rules")
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    above = text[: text.index("hukou ==")].count("\n")
    path.write_text("# 空\n" * (99 - above) + text, encoding="utf-8")
    assert f"{FILE}:100:17: syntax: " in miaopi("check", folder).err


def test_problems_as_json_name_line_and_column(tmp_path: Path) -> None:
    done = miaopi("check", wrong("unknown_value", tmp_path / "rules"), "--json")
    (problem,) = json.loads(done.out)["problems"]
    assert done.code == 1
    assert set(problem) == {"code", "message", "hint", "place"}
    assert problem["code"] == "unknown_value"
    assert problem["place"] == {"file": FILE, "line": 113, "column": 47, "end_line": 113, "end_column": 59}
    assert set(problem["message"]) == set(problem["hint"]) == {"zh", "en"}


def test_a_file_whose_name_is_no_utf8_is_told_of(tmp_path: Path) -> None:
    folder = make_folder(Change(), tmp_path / "rules")
    name = Path(os.fsdecode("副本".encode("gb18030") + b".yaml"))
    (folder / "demo" / name).write_bytes((folder / FILE).read_bytes())
    (problem,) = json.loads(miaopi("check", folder, "--json").out)["problems"]
    assert (problem["code"], problem["place"]["file"]) == ("wrong_file_name", "demo/\ufffd\ufffd\ufffd\ufffd.yaml")


@pytest.mark.parametrize(
    ("command", "name"),
    [("check", "nothing"), ("check", "rules/dema"), ("test", "rules/demo/2027-01-01.yaml"), ("coverage", "loop")],
)
def test_a_path_that_is_not_there_is_misuse(tmp_path: Path, command: str, name: str) -> None:
    make_folder(Change(), tmp_path / "rules")
    (tmp_path / "loop").symlink_to("loop")
    done = miaopi(command, tmp_path / name, "--json")
    assert done.code == 2
    assert name in json.loads(done.out)["error"]["en"]


def test_a_file_elsewhere_is_no_rules_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.yaml").write_text("matter: demo\n")
    done = miaopi("check", tmp_path / "notes.yaml", "--json")
    assert done.code == 2
    assert "notes.yaml 不在带共享目录（catalogue）的规则文件夹里" in json.loads(done.out)["error"]["zh"]


DEEP = "(" * 900
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
HOSTILE = {
    "huge": b"# " + b"x" * (64 * 1024 * 1024),
    "deep_flow": b"a: " + b"[" * 200_000,
    "deep_block": b"".join(b" " * depth + b"a:\n" for depth in range(700)),
    "many": b"a: [" + b"x," * 200_000 + b"x]\n",
    "laughs": LAUGHS.encode(),
    "long_key": b"k" * 400_000 + b": 1\n",
    "zeros": b"\0" * 400_000,
    "half_a_letter": "matter: 示".encode()[:-1],
    "utf16": "matter: demo\n".encode("utf-16"),
    "quotes": b'a: "' + b"\\" * 400_000,
    "tags": b"a: !!python/object/apply:os.system ['true']\n",
}
EXPRESSIONS = {
    "brackets": DEEP + "age" + ")" * 900,
    "nots": "not " * 480 + "paid",
    "minus": "-" * 1900 + "1 > 0",
    "sum": "1" + " + 1" * 490 + " > 0",
    "digits": "9" * 1990 + " > 0",
    "product": "9" * 900 + " * " + "9" * 900 + " > 0",
    "ifs": "if paid then true else " * 80 + "false",
    "quantifiers": "some x in benefits.active satisfies " * 50 + "true",
    "text": 'hukou = "' + "x" * 1900,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_in_problems(name: str, tmp_path: Path) -> None:
    folder = make_folder(Change(), tmp_path / "rules")
    (folder / FILE).write_bytes(HOSTILE[name])
    done = miaopi("check", folder, "--json")
    assert done.code == 1, done.err
    assert json.loads(done.out)["problems"]
    assert len(done.out) < 200_000
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_hostile_expressions_are_right_or_end_in_problems(name: str, tmp_path: Path) -> None:
    old = "    must: age >= minimum_age"
    change = Change(blocks=[(old, f"    must: >-\n      age >= minimum_age or ({EXPRESSIONS[name]})")])
    done = miaopi("check", make_folder(change, tmp_path / "rules"), "--json")
    assert done.code in (0, 1), done.err
    assert "Traceback" not in done.err
    json.loads(done.out)
