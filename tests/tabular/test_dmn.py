"""DMN: what other tools write is taken over as it is meant, or refused by the id of its element."""

import re
from pathlib import Path

import pytest

from decision_service.editing.advice import Written
from decision_service.tabular import models
from decision_service.tabular.dmnreading import read_model
from decision_service.tabular.feel import HITS, Refused, input_cell, output_cell
from decision_service.tabular.modeltaking import take_model
from decision_service.tabular.trouble import TroubleError
from tests.cli.running import RULES
from tests.editing.commands import miaopi
from tests.tabular.tables import MUSEUM

VISITS = (Path(__file__).parent / "models" / "visits.dmn").read_text(encoding="utf-8")


def put(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "m.dmn"
    path.write_text(text, encoding="utf-8")
    return path


def taken_over(tmp_path: Path, text: str) -> Written:
    return take_model(put(tmp_path, text), MUSEUM)[0]


def test_a_model_of_another_tool_becomes_a_table(tmp_path: Path) -> None:
    after = taken_over(tmp_path, VISITS)
    table = after.policy.tables["Decision_1fm7kdr"]
    assert table.hit == "first"
    assert [name for name, _ in table.outputs] == ["days", "why"]
    text = after.source.text
    body = text[text.index("  Decision_1fm7kdr:") :]
    assert [[cell.strip() for cell in line.split("|")] for line in body.split("table: |\n")[1].splitlines()[:4]] == [
        ["delivery", "age", "=> days decimal", "why text"],
        ["post", "(60..70]", "7", '"by post"'],
        ["not(post) 其余", "< 18, >= 60", "1.5", '"at once"'],
        ["-", "-", "-1", "none"],
    ]
    assert "    hit: first\n" in body
    assert text.startswith(MUSEUM.source.text[:400])
    assert [case.name for case in after.policy.cases] == [case.name for case in MUSEUM.policy.cases]


@pytest.mark.parametrize("hit", HITS)
def test_every_hit_policy(hit: str, tmp_path: Path) -> None:
    policy, aggregation = HITS[hit]
    one = re.sub(r'<output id="Output_2".*?/>', "", VISITS)
    one = re.sub(r'<outputEntry id="LiteralExpression_.2">.*?</outputEntry>', "", one, flags=re.DOTALL)
    text = one.replace(
        'hitPolicy="FIRST"', f'hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    )
    if hit in ("priority", "output order"):
        listed = "<outputValues><text>7, 1.5, -1</text></outputValues>"
        values = f'<output id="Output_1" name="days" typeRef="number">{listed}</output>'
        text = re.sub(r'<output id="Output_1".*?/>', values, text)
    after = taken_over(tmp_path, text)
    assert after.policy.tables["Decision_1fm7kdr"].hit == hit


VERSIONS = ("http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL/",
            "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/")  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_dmn(version: str, tmp_path: Path) -> None:
    text = VISITS.replace("https://www.omg.org/spec/DMN/20191111/MODEL/", version)
    assert len(taken_over(tmp_path, text).policy.tables["Decision_1fm7kdr"].rows) == 3


ENTRY = '<inputEntry id="UnaryTests_12"'
DEFAULT = '<defaultOutputEntry id="d"><text>1</text></defaultOutputEntry>'
BLANK = '<inputEntry id="UnaryTests_31">\n          <text></text>\n        </inputEntry>'
REFUSED = {
    "a function": ("&gt;= 60</text>", "&gt;= max(60, 70)</text>", "UnaryTests_22"),
    "a name": ('<text>"post"</text>', "<text>delivery</text>", "UnaryTests_11"),
    "a comparison with the input": ('<text>"post"</text>', '<text>? = "post"</text>', "UnaryTests_11"),
    "an escape": ('<text>"post"</text>', '<text>"po\\u0073t"</text>', "UnaryTests_11"),
    "a bar": ('<text>"at once"</text>', '<text>"at|once"</text>', "LiteralExpression_22"),
    "a formula as output": ("<text>7</text>", "<text>3 + 4</text>", "LiteralExpression_11"),
    "a time": ("<text>7</text>", '<text>duration("P7D")</text>', "LiteralExpression_11"),
    "another language": (ENTRY, f'{ENTRY} expressionLanguage="javascript"', "UnaryTests_12"),
    "a default": ('typeRef="string" />', f'typeRef="string">{DEFAULT}</output>', "d"),
    "another hit policy": ('hitPolicy="FIRST"', 'hitPolicy="BEST"', "DecisionTable_0x7ww2c"),
    "another type": ('name="days" typeRef="number"', 'name="days" typeRef="tDays"', "Output_1"),
    "an input without expression": ("<text>delivery</text>", "<text></text>", "Input_1"),
    "an entry too few": (BLANK, "", "DecisionRule_3"),
    "a name the rules do not know": ("<text>delivery</text>", "<text>channel</text>", "Input_1"),
    "a number where a text is meant": ('<text>"post"</text>', "<text>210100</text>", "UnaryTests_11"),
    "a text where a number is meant": ("<text>]60..70]</text>", '<text>"60"</text>', "Input_2"),
    "a digit text for a number": ("<text>1.5</text>", '<text>"15"</text>', "Output_1"),
    "a value that never comes": ('<text>"post"</text>', '<text>"pigeon"</text>', "UnaryTests_11"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place"), REFUSED.values(), ids=REFUSED)
def test_what_a_rule_file_can_not_say_is_refused_by_its_element(old: str, new: str, place: str, tmp_path: Path) -> None:
    assert VISITS.count(old) >= 1
    with pytest.raises(TroubleError) as caught:
        taken_over(tmp_path, VISITS.replace(old, new, 1))
    assert place in [one.place for one in caught.value.troubles], caught.value.troubles
    assert all(one.zh and one.en for one in caught.value.troubles)


def test_digits_are_a_text_only_where_the_model_says_so(tmp_path: Path) -> None:
    city = VISITS.replace("<text>delivery</text>", "<text>city</text>").replace('not("post")', "-")
    assert taken_over(tmp_path, city.replace('"post"</text>', '"210100"</text>'))
    with pytest.raises(TroubleError) as caught:
        taken_over(tmp_path, city.replace('"post"</text>', "210100</text>"))
    assert [one.place for one in caught.value.troubles] == ["Input_1"]


def test_what_only_explains_is_named_as_left_behind(tmp_path: Path) -> None:
    assert read_model(put(tmp_path, VISITS), {}).left == ("inputValues", "description")


def test_several_tables_need_one_that_the_rules_know(tmp_path: Path) -> None:
    decision = VISITS[VISITS.index("  <decision ") : VISITS.index("  <dmndi:DMNDI>")]
    two = VISITS.replace(
        "  <dmndi:DMNDI>", decision.replace("Decision_1fm7kdr", "visits").replace("open_days", "v2") + "  <dmndi:DMNDI>"
    )
    assert read_model(put(tmp_path, two), MUSEUM.policy.tables).entry.name == "visits"
    with pytest.raises(TroubleError, match="Decision_1fm7kdr, visits"):
        read_model(put(tmp_path, two), {})


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "entities": BOMB + VISITS.split("?>", 1)[1].replace("开放日", "&b;"),
    "an outside entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + VISITS.split("?>", 1)[1],
    "depth": "<definitions>" + "<a>" * 2000,
    "no model": '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "no table": VISITS.replace("decisionTable", "literalExpression"),
    "nothing": "",
    "not closed": VISITS[:900],
    "an unknown encoding": VISITS.replace("UTF-8", "UTF-99"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(TroubleError) as caught:
        read_model(put(tmp_path, text), {})
    assert [one.code for one in caught.value.troubles] == ["wrong_model"]


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TroubleError):
        read_model(put(tmp_path, "<a>" + " " * models.MOST_BYTES), {})
    with pytest.raises(TroubleError):
        read_model(tmp_path / "none.dmn", {})


CELLS = {
    "-": "-",
    '"a"': "a",
    '"a b", "c"': '"a b", c',
    'not("a","b")': "not(a, b)",
    "[1..2]": "[1..2]",
    "]1 .. 2[": "(1..2)",
    "(1..2.5]": "(1..2.5]",
    '[date("2026-01-01")..date("2026-12-31")]': "[2026-01-01..2026-12-31]",
    '@"2026-01-01"': "2026-01-01",
    "< -3": "< -3",
    "true": "true",
    "null": "null",
    '"true"': '"true"',
    '"男职工"': '"男职工"',
    "not([1..2], >5)": "not([1..2], > 5)",
}


@pytest.mark.parametrize(("feel", "cell"), CELLS.items())
def test_cells(feel: str, cell: str) -> None:
    assert input_cell(feel).text == cell


@pytest.mark.parametrize(
    "feel", ["a", "1 + 1", "f(1)", '"a', "date(1)", "[1..", "1..2", "{a: 1}", "x in [1..2]", "1 1"]
)
def test_other_cells_are_refused(feel: str) -> None:
    try:
        text = input_cell(feel).text
    except Refused:
        return
    from decision_service.language.parse import parse
    from decision_service.source import Problem, Source, Span

    assert isinstance(parse(text, lambda at, size: Span(Source("x", text), at, at + size), "cell"), Problem)


@pytest.mark.parametrize("feel", ["", "-", "< 1", "1, 2", "not(1)", "a"])
def test_an_output_is_one_constant(feel: str) -> None:
    with pytest.raises(Refused):
        output_cell(feel)


def test_the_command(tmp_path: Path) -> None:
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / "housing_fund_rent", rules / "housing_fund_rent")
    file, model = rules / "housing_fund_rent" / "2026-01-01.yaml", tmp_path / "caps.dmn"
    before = file.read_bytes()
    assert miaopi("table", "export", "housing_fund_rent", "caps", model, "--rules", rules).code == 0
    text = model.read_text(encoding="utf-8")
    assert miaopi("table", "import", model, "--into", file).code == 0
    assert file.read_bytes() == before
    model.write_text(text.replace("1500", "1600"), encoding="utf-8")
    assert miaopi("table", "import", model, "--into", file).code == 0
    assert file.read_bytes() == before.replace(b"1500 |", b"1600 |")
    model.write_text(text.replace(">1500<", ">rent<"), encoding="utf-8")
    done = miaopi("table", "import", model, "--into", file)
    assert done.code == 1
    assert re.search(r"caps.dmn caps_rule1_out1: wrong_table: 从“rent”起.*\n  from `rent`", done.err)
