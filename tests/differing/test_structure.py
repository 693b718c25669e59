"""What is written otherwise, part by part: found, weighed, and shown at its place; nothing here asks a solver."""

from decision_service.differing.cells import grids
from decision_service.differing.changes import Change, changes_between
from decision_service.differing.pairing import RulePair, pair_rules
from decision_service.differing.sides import Sides
from decision_service.differing.spelling import Numbers, Spelling
from tests.differing.changing import changed, sides, text_of

ELDERLY = text_of("elderly_allowance")


def spelled(both: Sides) -> tuple[Spelling, Spelling]:
    numbers: Numbers = {}
    return Spelling(both.old, numbers), Spelling(both.new, numbers)


def pairs_of(*edits: tuple[str, str]) -> tuple[RulePair, ...]:
    both = sides(ELDERLY, changed(ELDERLY, *edits))
    return pair_rules(both.old, both.new, spelled(both))


def changes(*edits: tuple[str, str]) -> dict[str, Change]:
    both = sides(ELDERLY, changed(ELDERLY, *edits))
    spelling = spelled(both)
    found = changes_between(both, spelling, pair_rules(both.old, both.new, spelling))
    return {f"{one.section} {one.name}".strip(): one for one in found}


def test_a_changed_parameter_is_shown_with_everything_that_uses_it() -> None:
    found = changes(("    value: 80", "    value: 79"))
    assert {name: (one.what, one.weight, one.through) for name, one in found.items()} == {
        "parameters minimum_age": ("changed", "meaning", ()),
        "rules E2": ("changed", "meaning", ("minimum_age",)),
        "rules E4": ("changed", "meaning", ("minimum_age",)),
    }
    before, after = found["parameters minimum_age"].before, found["parameters minimum_age"].after
    assert before is not None
    assert after is not None
    marked = [
        [(line.number, piece.text) for line in one.lines for piece in line.pieces if piece.mark == "changed"]
        for one in (before, after)
    ]
    line = ELDERLY[: ELDERLY.index("    value: 80")].count("\n") + 1
    assert marked == [[(line, "80")], [(line, "79")]]
    assert before.place.endswith(f":{before.lines[0].number}:3")


def test_every_line_of_an_excerpt_is_the_line_of_the_file() -> None:
    lines = ELDERLY.split("\n")
    for one in changes(
        ("    value: 80", "    value: 79"), ("must: not paid_here", "must: not paid_here and age < 99")
    ).values():
        assert one.before is not None
        for line in one.before.lines:
            assert "".join(piece.text for piece in line.pieces) == lines[line.number - 1]


def test_rules_are_found_again_by_what_they_say_then_by_name_then_by_label() -> None:
    swapped = pairs_of(
        ("  E5:\n", "  EX:\n"), ("  E6:\n", "  E5:\n"), ("  EX:\n", "  E6:\n"), ("alone: E5", "alone: E6")
    )
    assert all(pair.same for pair in swapped)
    assert {pair.name for pair in swapped} >= {"E5→E6", "E6→E5"}
    (renamed,) = [
        one
        for one in pairs_of(
            ("  E7:\n", "  CARD:\n"),
            ('bank_function = "active"', 'bank_function != "inactive"'),
            ("alone: E7", "alone: CARD"),
        )
        if not one.same
    ]
    assert renamed.name == "E7→CARD"
    gone = [one.name for one in pairs_of(("must: not paid_else", "must: not paid_else and age < 130")) if not one.same]
    assert gone == ["E6"]


def test_names_are_looked_through() -> None:
    found = changes(
        ("  hukou:     prefecture", "  home:      prefecture"),
        ("must: hukou", "must: home"),
        ("redirect_city: hukou", "redirect_city: home"),
    )
    assert {name: one.weight for name, one in found.items()} == {"let hukou→home": "rewritten", "rules E1": "rewritten"}
    bound = changes(
        ("some b in benefits.active satisfies b.benefit", "some x in benefits.active satisfies x.benefit"),
        ("prefecture(b.city) = city", "prefecture(x.city) = city"),
    )
    assert [one.weight for one in bound.values()] == ["rewritten"]


def test_words_law_and_how_a_matter_is_run_are_told_apart() -> None:
    found = changes(
        ("zh: 没有死亡登记", "zh: 未查到死亡登记"), ("edition: 2018", "edition: 2026"), ("p50: 600 ms", "p50: 500 ms"),
        ("help_zh: 选择户口所在的市", "help_zh: 选择市"), ("zh: 每年以数据比对", "zh: 每年都以数据比对"),
        ("prefill: prefecture(population.hukou_code)", "prefill: prefecture(population.hukou_code) # 提示"),
    )  # fmt: skip
    assert {name: one.weight for name, one in found.items()} == {
        "rules E3": "wording", "basis": "wording", "budget": "process", "form city": "wording",
        "obligations YEARLY_CHECK": "wording",
    }  # fmt: skip


def test_comments_cases_and_the_first_day_are_no_change() -> None:
    renamed = ("like: 九十岁，沈阳，无特殊情况", "like: 九十岁")
    assert not changes(
        ("# 只问这些", "# 仅查询这些"), ("in_force: 2026-01-01", "in_force: 2026-07-01"),
        ("  九十岁，沈阳，无特殊情况:", "  九十岁:"), *[renamed] * ELDERLY.count(renamed[0]),
    )  # fmt: skip


NOTE = """\
  note:
    type: text
    at_most: 20
    required: no
    zh: 备注
    en: Note
    help_zh: 备注
    help_en: a note
    example: 无
"""


def test_what_the_form_takes_is_a_change_of_meaning() -> None:
    last = "    example: social_security_card\n"
    found = changes(("    type: choice\n", "    type: choice\n    required: no\n"), (last, last + NOTE))
    assert {name: (one.what, one.weight) for name, one in found.items()} == {
        "form pay_to": ("changed", "meaning"), "form note": ("added", "meaning"),
    }  # fmt: skip


def test_tables_are_laid_over_each_other_cell_by_cell() -> None:
    both = sides(
        ELDERLY,
        changed(
            ELDERLY,
            ("|      120 |       240", "|      150 |       240"),
            ("      211400 葫芦岛市 |     |       50 |       100 |    300\n", ""),
        ),
    )
    (grid,) = grids(both, spelled(both))
    assert grid.heads == ("city", "age")
    assert grid.across == ("[80..90)", "[90..100)", ">= 100")
    found = {
        (down[0].split()[0], across): (cell.old, cell.new)
        for down, row in zip(grid.down, grid.cells, strict=True)
        for across, cell in zip(grid.across, row, strict=True)
        if cell is not None and cell.changed
    }
    assert found == {
        ("210200", "[80..90)"): ("120.00", "150.00"),
        ("211400", "[80..90)"): ("50.00", None),
        ("211400", "[90..100)"): ("100.00", None),
        ("211400", ">= 100"): ("300.00", None),
    }
    assert grid.changed == 4
