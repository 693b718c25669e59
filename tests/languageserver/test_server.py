"""The server as an editor meets it, in a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.languageserver.places import spot_at
from tests.editing.editor import RULES
from tests.languageserver.client import Editor

FILE = RULES / "elderly_allowance" / "2026-01-01.yaml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    one = Editor()
    assert one.open(FILE, TEXT) == []
    yield one
    one.close()


def place(text: str, after: int = 0) -> tuple[int, int]:
    """The line and column of the first place where the text stands, and as many characters into it."""
    at = TEXT.index(text) + after
    return TEXT.count("\n", 0, at), at - TEXT.rfind("\n", 0, at) - 1


def hovered(editor: Editor, text: str, after: int = 0) -> str:
    found = editor.at("hover", FILE, *place(text, after))
    return found["contents"]["value"] if found else ""


def offered(editor: Editor, text: str, line: int, column: int) -> list[str]:
    editor.change(FILE, text, 2)
    found = [one["label"] for one in editor.at("completion", FILE, line, column)]
    editor.change(FILE, TEXT, 3)
    return found


def test_it_says_what_it_can(editor: Editor) -> None:
    for one in ("hoverProvider", "completionProvider", "definitionProvider", "documentFormattingProvider"):
        assert editor.capabilities[one]


def test_what_is_wrong_is_underlined_in_units_of_the_protocol(editor: Editor) -> None:
    wrong = TEXT.replace("zh: 户籍在申请发放的市", "zh: 户籍𠮷在申请发放的市").replace(
        "must: hukou = city", "must: hukou == city"
    )
    (told,) = editor.change(FILE, wrong, 2)
    line, column = place("must: hukou = city", len("must: hukou "))
    assert told["range"] == {
        "start": {"line": line, "character": column},
        "end": {"line": line, "character": column + 2},
    }
    assert (told["code"], told["severity"], told["source"]) == ("syntax", 1, "miaopi")
    assert "等号" in told["message"]
    assert "equality is a single =" in told["message"]
    assert editor.change(FILE, TEXT, 3) == []


def test_a_character_of_two_units_moves_what_follows(editor: Editor) -> None:
    (told,) = editor.change(FILE, TEXT.replace("zh: 户籍在申请发放的市", "zh: 户籍𠮷有关部门"), 2)
    assert told["code"] == "L101"
    assert [told["range"][end]["character"] for end in ("start", "end")] == [12, 16]
    assert editor.change(FILE, TEXT, 3) == []


def test_advice_is_told_where_nothing_is_wrong(editor: Editor) -> None:
    told = editor.change(FILE, TEXT.replace("   # L401: 年龄段的名称，不是界限 names of bands", ""), 2)
    assert {(one["code"], one["severity"]) for one in told} == {("L401", 3)}
    assert editor.change(FILE, TEXT, 3) == []


def test_hovers(editor: Editor) -> None:
    assert hovered(editor, "must: hukou").startswith("必须成立的条件\n\n")
    assert hovered(editor, "    edition: 2018", 5).startswith("所依据的版本")
    assert "社会保障卡库" in hovered(editor, "social_security_card.bank_function", 25)
    assert "active, inactive" in hovered(editor, "social_security_card.bank_function", 25)
    assert hovered(editor, "J01_UNDER_AGE", 3)
    assert hovered(editor, "years_between(", 3).startswith("`years_between(date, date)`")
    assert hovered(editor, "must: hukou = city", 7) == "`prefecture(population.hukou_code)`"
    assert "最低年龄" in hovered(editor, "age >= minimum_age", 9)
    assert hovered(editor, "# 金额", 2) == ""


def test_completion(editor: Editor) -> None:
    line, _ = place("    must: hukou = city")
    start = TEXT.index("    must: hukou = city")
    for typed, wanted in (
        ("    must: pop", "population.hukou_code"),
        ("    must: years_b", "years_between"),
        ("    must: minimum", "minimum_age"),
        ("    must: deaths.", "deaths.hit"),
        ("    else: REFERRED R1", "REFERRED R13_DEATH_RECORD_HIT"),
        ("    ref", "refusal"),
    ):
        text = TEXT[:start] + typed + TEXT[start + len("    must: hukou = city") :]
        assert wanted in offered(editor, text, line, len(typed)), typed
    assert "basis" not in offered(editor, TEXT[:start] + "    ref\n" + TEXT[start:], line, 7)


def test_names_are_found_where_they_are_given(editor: Editor) -> None:
    for text, after, given in (
        ("must: hukou", 7, "  hukou: "),
        ("age >= minimum_age", 9, "  minimum_age:"),
        ("= city\n", 3, "  city:\n"),
    ):
        found = editor.at("definition", FILE, *place(text, after))
        assert found["range"]["start"]["line"] == place(given)[0], text
    assert editor.at("definition", FILE, 0, 0) is None


def test_layout(editor: Editor) -> None:
    asked = {"textDocument": {"uri": FILE.as_uri()}, "options": {"tabSize": 2, "insertSpaces": True}}
    assert editor.ask("textDocument/formatting", asked) == []
    editor.change(FILE, TEXT.replace("weight: 20", "weight:    20"), 2)
    (edit,) = editor.ask("textDocument/formatting", asked)
    assert edit["newText"] == TEXT
    editor.change(FILE, "a: [\n", 3)
    assert editor.ask("textDocument/formatting", asked) == []
    assert editor.change(FILE, TEXT, 4) == []


def test_a_file_outside_of_a_rules_folder_is_still_read(editor: Editor, tmp_path: Path) -> None:
    assert [one["code"] for one in editor.open(tmp_path / "x.yaml", "a: [\n")] == ["yaml"]


PLACES = {
    "rules:\n  E1:\n    mu¦st: a": (("rules", "E1", "must"), True),
    "rules:\n  E1:\n    must: a¦": (("rules", "E1", "must"), False),
    "rules:\n  E1:\n    must: a\n    ¦": (("rules", "E1"), True),
    "rules:\n  E1:\n    else:\n      - when: x\n        the¦n: y": (("rules", "E1", "else", "-", "then"), True),
    "notes:\n  - no¦te: x": (("notes", "-", "note"), True),
    "a:\n  b: 1\nc¦": ((), True),
    "a:\n  # b:\n  c: d¦": (("a", "c"), False),
}


@pytest.mark.parametrize(("text", "spot"), PLACES.items())
def test_places(text: str, spot: tuple[tuple[str, ...], bool]) -> None:
    at = text.index("¦")
    found = spot_at(text.replace("¦", ""), text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1)
    assert (found.path, found.on_key) == spot
