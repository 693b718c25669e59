"""Each kind of advice has something that it finds, at its place; what is mechanical is put right; shipped files are
clean."""

import json
import re
from pathlib import Path

import pytest

from decision_service.editing.formatting import formatted
from decision_service.editing.linting import ALL, advise, put_right, written
from decision_service.editing.schema import POLICIES, first_line
from decision_service.source import PolicyProblems, Source
from tests.cli.running import RULES
from tests.editing.commands import miaopi
from tests.editing.editor import SHIPPED, catalogue
from tests.editing.test_schema import README
from tests.shipped import shelf

BASE = README.replace("  address:\n", "  address:  # L204: 邮寄时使用\n").replace(
    "visits: visits\n", "visits: visits  # L207: 示例而已\n"
)
BASE = formatted(Source("base", f"{first_line(POLICIES)}\n{BASE}"))

VISITS = "    basis: [1]\n    table: |\n"
DENIED = "not (hukou != city)"
DEEP = f"{'not (deaths.hit or ' * 8}true{')' * 8}"
AGAIN = (
    "  M0:\n    zh: 没有死亡\n    en: Alive\n    basis: [1]\n"
    "    must: not deaths.hit\n    else: REFERRED R13_DEATH_RECORD_HIT\n"
)
CASES: dict[str, tuple[str, str, str, str]] = {
    # what stands there, what is written instead, the place, and what --fix makes of it ("": nothing)
    "L101 a vague obligation": ("zh: 入馆时出示年票", "zh: 向有关部门出示年票", "有关部门", ""),
    "L101 a catch-all word where check does not look": ("zh: 每年次数", "zh: 合理次数", "合理", ""),
    "L102 a paper that a register replaces": (
        ", replaced_by: [population]}",
        "}",
        "{zh: 身份证、户口簿, en: ID card and household register}",
        "{zh: 身份证、户口簿, en: ID card and household register, replaced_by: [population]}",
    ),
    "L103 Chinese in English": ("en: minimum age", "en: 最低 age", "最低 age", ""),
    "L103 no Chinese": ("zh: 最低年龄", "zh: minimum", "minimum", ""),
    "L104 a long label": ("zh: 没有死亡登记", f"zh: {'没有死亡登记' * 8}", "没有死亡登记" * 8, ""),
    "L105 a comment": ("minimum_age:\n", "minimum_age:  # 待办：核对\n", "待办", ""),
    "L105 a text": ("zh: 最低年龄", "zh: 最低年龄TODO", "TODO", ""),
    "L201 a name": ("let:\n", "let:\n  idle_name: city\n", "idle_name", "let:\n  age:"),
    "L202 a parameter": (
        "parameters:\n",
        "parameters:\n  idle:  # kept\n    zh: 闲\n    en: idle\n    basis: [1]\n    value: 7\n",
        "idle",
        "parameters:\n  # kept\n  minimum_age:",
    ),
    "L203 a table": (
        "let:\n",
        f"tables:\n  idle:\n    zh: 闲\n    en: idle\n{VISITS}      delivery | => a whole\n      - | 1\nlet:\n",
        "idle",
        "12\n\nlet:",
    ),
    "L204 a field": ("delivery = \"post\"", "city = city", "delivery", ""),
    "L205 a legal basis": ("basis:\n  1:\n", "basis:\n  2: {zh: 条例, en: law, edition: 2019}\n  1:\n", "2", ""),
    "L206 a due day": ("code: CARRY_CARD\n", "code: CARRY_CARD\n    due: valid_till\n", "valid_till", ""),
    "L207 a result": ("  valid_to: as_of", "  valid_until: as_of", "valid_until", ""),
    "L301 a rule twice": ("rules:\n", f"rules:\n{AGAIN}", "M3", ""),
    "L302 too long": ("must: not deaths.hit", f"must: not deaths.hit{' or deaths.hit' * 20}", "", ""),
    "L302 too deep": ("must: not deaths.hit", f"must: not deaths.hit and {DEEP}", "", ""),
    "L303 a name": ("result:\n", "result:\n  x1: city\n", "x1", ""),
    "L304 compared with false": ("must: not deaths.hit", "must: deaths.hit = false", "", "not deaths.hit"),
    "L304 a comparison denied": ("must: hukou = city", f"must: {DENIED}", DENIED, "hukou = city"),
    "L401 a number": ("must: age >= minimum_age or", "must: age >= minimum_age or age > 65 or", "65", ""),
    "L401 arithmetic": ("must: age >= minimum_age or", "must: age + 5 >= minimum_age or", "5", ""),
    "L402 a city": ("must: not deaths.hit", 'must: not deaths.hit and hukou != "210200"', '"210200"', ""),
    "L403 a hurry": ("p50: 600 ms", "p50: 10 ms", "10 ms", ""),
    "L403 a deadline": ("p95: 1500 ms, deadline: 3000 ms", "p95: 700 ms, deadline: 800 ms", "800 ms", ""),
    "L404 no edition": ("illustrative: yes\n", "illustrative: no\n", "illustrative", ""),
    "L501 no case": ("    alone: M3\n", "", "M3", ""),
    "L601 no schema": (f"{first_line(POLICIES)}\n", "", "", f"{first_line(POLICIES)}\nmatter:"),
    "L602 another layout": ("en: Delivery\n", "en:   Delivery\n", "", "en: Delivery\n"),
    "L603 a reason for nothing": ("  hukou: pre", "  # L401: 没有这回事\n  hukou: pre", "L401", ""),
}  # fmt: skip


def changed(old: str, new: str) -> str:
    assert BASE.count(old) == 1 or old.startswith(("    alone", "en: ", "zh: ", "basis")), old
    return BASE.replace(old, new, 1)


def found_in(text: str) -> list[tuple[str, str]]:
    return [(one.advice.code, one.found.span.text) for one in advise(written(Source("base", text), catalogue()))]


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=CASES)
def test_each_kind_of_advice(name: str, case: tuple[str, str, str, str]) -> None:
    old, new, place, fixed = case
    text = changed(old, new)
    found = found_in(text)
    there = [span for code, span in found if code == name[:4]]
    assert there, found
    assert not place or place in there
    better = put_right(written(Source("base", text), catalogue()))
    codes = {one.advice.code for one in advise(better)}
    assert (name[:4] in codes) == (not fixed), better.source.text
    assert fixed in better.source.text


def test_the_sample_of_the_language_is_clean() -> None:
    assert found_in(BASE) == []


def test_every_kind_is_shown() -> None:
    assert {name[:4] for name in CASES} == {one.code for one in ALL}
    assert {name[:4] for name, case in CASES.items() if case[3]} == {one.code for one in ALL if one.fixes}
    assert len({one.code for one in ALL}) == len(ALL)


def test_an_edition_is_old_where_another_matter_cites_a_newer_one() -> None:
    text = BASE.replace("zh: 博物馆免费开放办法（示例）", "zh: 老年人权益保障法第三条").replace(
        "edition: illustrative", "edition: 2009"
    )
    others = list(shelf().policies())
    found = [one for one in advise(written(Source("base", text), catalogue(), others)) if one.advice.code == "L404"]
    assert [one.found.span.text for one in found] == ["2009"]
    assert "2018" in found[0].found.text.en


@pytest.mark.parametrize("where", ["  # L401: 门槛见办法第三条", "\n    # L401: 门槛见办法第三条"])
def test_a_reason_beside_it_settles_it(where: str) -> None:
    text = changed("must: age >= minimum_age or", "must: age > 65 or age >= minimum_age or")
    line = next(one for one in text.splitlines() if "65" in one)
    excused = text.replace(line, line + where if where.startswith("  ") else f"    # L401: 门槛见办法第三条\n{line}")
    assert ("L401", "65") in found_in(text)
    assert "L401" not in [code for code, _ in found_in(excused)]
    assert "L603" not in [code for code, _ in found_in(excused)]
    without_reason = text.replace(line, f"{line}  # L401")
    assert ("L401", "65") in found_in(without_reason)


def test_fixes_keep_every_comment_and_lead_to_one_another() -> None:
    text = changed("let:\n", "let:\n  # of one\n  one: city  # behind one\n  two_of: one\n")
    assert [code for code, _ in found_in(text)] == ["L602", "L201"]
    better = put_right(written(Source("base", text), catalogue())).source.text
    assert "two_of" not in better
    assert "  one:" not in better
    assert "  # of one\n  # behind one\n" in better


def test_a_wrong_file_gets_problems_and_no_advice() -> None:
    with pytest.raises(PolicyProblems):
        written(Source("base", BASE.replace("must: hukou = city", "must: hukou == city")), catalogue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    import shutil

    shutil.copytree(RULES / "catalogue", tmp_path / "rules" / "catalogue")
    (tmp_path / "rules" / "museum_pass").mkdir()
    return tmp_path / "rules"


def test_shipped_files_are_clean() -> None:
    done = miaopi("lint", RULES, "--json")
    assert json.loads(done.out) == {"fixed": [], "findings": []}
    assert done.code == 0
    assert len(SHIPPED) == 9


def test_the_command_tells_and_fixes(folder: Path) -> None:
    file = folder / "museum_pass" / "2026-01-01.yaml"
    file.write_text(changed("must: not deaths.hit", "must: deaths.hit = false"), encoding="utf-8")
    done = miaopi("lint", file)
    assert done.code == 1
    assert re.search(
        r"museum_pass/2026-01-01.yaml:\d+:11: L304: .*\n.*\n  \|     must: deaths.hit = false\n  \|  +\^{18}\n",
        done.err,
    )
    told = json.loads(miaopi("lint", folder, "--json").out)["findings"][0]
    assert (told["code"], told["fix"], told["place"]["column"]) == ("L304", True, 11)
    assert miaopi("lint", folder, "--fix").code == 0
    assert file.read_text(encoding="utf-8") == BASE
    file.write_text(BASE.replace("must: hukou = city", "must: hukou == city"), encoding="utf-8")
    assert "syntax" in miaopi("lint", folder, "--fix").err
    assert "hukou == city" in file.read_text(encoding="utf-8")
    assert miaopi("lint", folder / "none").code == 2
