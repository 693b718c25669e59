"""The schema says what the reader says, as far as an editor can see: the same keys, the shipped files right, most wrong
files wrong."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.editing import keys
from decision_service.editing.policykeys import POLICY
from decision_service.editing.schema import CASE_FILES, FILES, POLICIES, first_line, schema_text
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.nodes import ListNode, MapNode, Node, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.source import Problem, Source
from tests.editing.editor import RULES, SHIPPED, as_seen, catalogue, faults, validator
from tests.properties.policies import Writer
from tests.sizes import size
from tests.wrong_files.make_wrong import FILE, HERE, make_folder, read_change

README = "".join(re.findall(r"```yaml\n(.*?)```", (RULES / "README.md").read_text(encoding="utf-8"), re.DOTALL))
RIGHT = {path.parent.name: path.read_text(encoding="utf-8") for path in SHIPPED} | {"readme": README}

BEYOND_AN_EDITOR = {
    "missing_key_item": "an item is missing that a field of the form names",
    "unknown_word_alone": "the rules of the file",
    "unknown_word_claimed_result": "the results of the file",
    "unknown_word_fallback": "the fields of the file",
    "unknown_word_like": "the cases of the file",
    "unknown_word_parameter": "what a register is asked with",
    "unknown_word_replaced_by": "the fields of the file",
    "wrong_shape_no_such_day": "the calendar",
    "wrong_shape_office_hours": "a file of the catalogue",
    "wrong_table_cross_head": "the cells of a table",
    "wrong_table_empty_cell": "the cells of a table",
    "wrong_table_missing_cell": "the cells of a table",
    "wrong_table_output_without_kind": "the cells of a table",
    "wrong_table_second_column": "the cells of a table",
    "unknown_key_in_catalogue": "a file of the catalogue",
}
"""Wrong files whose fault an editor can't see, though others of that code are underlined; and what it would need."""

STRUCTURE = (
    "unknown_key",
    "missing_key",
    "wrong_shape",
    "unknown_word",
    "wrong_table",
    "credit_not_asked",
    "wrong_credit",
)


def shipped_name(path: Path) -> str:
    return path.parent.name


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_right_files_are_right_in_an_editor(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("path", SHIPPED, ids=shipped_name)
def test_each_shipped_file_names_its_schema(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(first_line(POLICIES) + "\n")
    assert (path.parent / ".." / POLICIES).resolve().is_file()


@pytest.mark.parametrize("file", FILES)
def test_the_committed_schema_is_the_one_that_is_made(file: str) -> None:
    assert (RULES / file).read_text(encoding="utf-8") == schema_text(file, catalogue())
    jsonschema.Draft7Validator.check_schema(validator(file).schema)


@settings(max_examples=size("schema_policies", quick=6, full=500), deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_the_reader_takes_is_right_in_an_editor(random) -> None:
    text = Writer(random, catalogue()).text()
    assert faults(text) == []


def test_a_file_of_cases_is_judged_by_its_own_schema() -> None:
    text = first_line(CASE_FILES) + "\nversion: 2026-01-01\ncases:\n  一:\n    like: 二\n    but: {deaths: late}\n"
    right = text + "    expect: {outcome: REFERRED, reasons: [R01_VERIFIER_UNAVAILABLE]}\n"
    assert faults(right, CASE_FILES) == []
    for wrong in (
        text,
        right.replace("late", "later"),
        right.replace("like:", "liek:"),
        right.replace("version", "vers"),
    ):
        assert faults(wrong, CASE_FILES)


def mappings(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[MapNode, tuple[str, ...]]]:
    match node:
        case MapNode():
            yield node, path
            for key, value in node.entries:
                yield from mappings(value, (*path, key.text))
        case ListNode():
            for item in node.items:
                yield from mappings(item, (*path, "-"))


def described(shape: keys.Shape, path: tuple[str, ...]) -> Iterator[keys.Shape]:
    """The shapes at a path: walked here once more, without the code that hovers use."""
    if isinstance(shape, keys.Either):
        for option in shape.options:
            yield from described(option, path)
    elif not path:
        yield shape
    elif isinstance(shape, keys.Mapping) and shape.key(path[0]):
        yield from described(shape.key(path[0]).shape, path[1:])
    elif isinstance(shape, keys.Named):
        own = {one.name: one.shape for one in shape.also}
        yield from described(own.get(path[0], shape.of), path[1:])
    elif isinstance(shape, keys.Several) and path[0] == "-":
        yield from described(shape.of, path[1:])


@pytest.fixture(scope="module")
def asked() -> Mapping[int, tuple[str, set[str], set[str]]]:
    """For each description of a mapping: where it was met, what the reader asked for there, and what stood there."""
    found: dict[int, tuple[str, set[str], set[str]]] = {}
    done = Entries.done
    seen: dict[int, set[str]] = {}

    def watching(self: Entries, *more: str) -> None:
        if self.node is not None:
            seen.setdefault(id(self.node), set()).update(self.asked, more)
        done(self, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Entries, "done", watching)
        for name, text in [*RIGHT.items(), ("all of it", ALL_OF_IT), *MADE.items()]:
            seen.clear()
            complaints = Complaints()
            node, problems = read_nodes(Source(name, text))
            assert isinstance(node, MapNode)
            assert not problems
            read_policy(node, catalogue(), complaints, name)
            assert name in MADE or not complaints.problems, complaints.problems
            for inner, path in mappings(node):
                for shape in described(POLICY, path):
                    if isinstance(shape, keys.Mapping) and id(inner) in seen:
                        _, wanted, there = found.setdefault(id(shape), ("/".join(path), set(), set()))
                        wanted |= seen[id(inner)]
                        there |= {key.text for key, _ in inner.entries}
    return found


ALL_OF_IT = README.replace(
    "    help_en: if you go to school\n    example: 示例中学\n",
    """    help_en: if you go to school
    example: 示例中学
    at_most: 9
    pattern: "[^0-9]+"
  team: {type: text, required: no, default: 没有, zh: 队, en: team, help_zh: 填, help_en: fill it in, example: 红}
  weight_kg: {type: decimal, from: 1, to: 9, required: no, zh: 重, en: weight, help_zh: 填, help_en: kg, example: "1.5"}
  proof: {type: upload, zh: 证明, en: proof, help_zh: 上传, help_en: upload it, example: p.pdf}
  visits_made:
    type: records
    required: no
    each:
      day: {type: date, zh: 日, en: day, help_zh: 哪一日, help_en: which day}
      why: {type: choice, one_of: {fun: 玩 / for fun}}
      money: {type: money, from: 1, to: 9}
      words: {type: text, at_most: 3, pattern: "[a-z]*"}
    zh: 参观
    en: visits
    help_zh: 去过的
    help_en: those made
    example: [{day: 2026-01-01, why: fun, money: "1.00", words: abc}]
""",
).replace(
    "replaced_by: [population]}\n",
    "replaced_by: [population]}\n"
    "  - {zh: 照片, en: photo, minor: yes, may_follow_in: 10 working days, upload: proof, fallback: proof}\n",
)
ALL_OF_IT = ALL_OF_IT.replace(
    "\ncases:\n", "\n  - {zh: 与信用无关, en: credit plays no part, unchanged_by: credit}\n\ncases:\n"
)
MADE = {f"made {number}": Writer(Random(number), catalogue()).text() for number in range(16)}


def test_the_reader_asks_for_no_key_that_is_not_described(asked) -> None:
    for shape in every_mapping(POLICY):
        where, wanted, _ = asked.get(id(shape), ("", set(), set()))
        assert wanted <= {key.name for key in shape.keys}, where


def test_every_key_that_is_described_is_read(asked) -> None:
    for shape in every_mapping(POLICY):
        where, wanted, there = asked.get(id(shape), ("never met", set(), set()))
        assert {key.name for key in shape.keys} <= wanted | there, where


def every_mapping(shape: keys.Shape) -> Iterator[keys.Mapping]:
    match shape:
        case keys.Mapping():
            yield shape
            for key in shape.keys:
                yield from every_mapping(key.shape)
        case keys.Named():
            yield from every_mapping(shape.of)
            for key in shape.also:
                yield from every_mapping(key.shape)
        case keys.Several():
            yield from every_mapping(shape.of)
        case keys.Either():
            for option in shape.options:
                yield from every_mapping(option)
        case _:
            pass


def test_a_key_that_nobody_knows_is_underlined_wherever_the_reader_complains_of_it() -> None:
    whole = as_seen((RULES / "disability_allowances" / "2026-01-01.yaml").read_text(encoding="utf-8"))
    facts = [id(inner) for inner in plain_mappings(whole["cases"])]  # what a register may answer is known to no reader
    for inner in list(plain_mappings(whole))[::7]:
        inner["nobody_knows_this"] = "x"
        wrong = list(validator().iter_errors(whole))
        problems = complaints_of(whole)
        del inner["nobody_knows_this"]
        unknown = any(one.code == "unknown_key" and "nobody_knows_this" in one.en for one in problems)
        assert wrong or not unknown, list(inner)[:4]
        assert problems or not wrong or id(inner) in facts, list(inner)[:4]


def plain_mappings(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from plain_mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from plain_mappings(inner)


def complaints_of(whole: object) -> list[Problem]:
    node, _ = read_nodes(Source("changed", yaml.dump(whole, allow_unicode=True, sort_keys=False, width=10_000)))
    complaints = Complaints()
    assert isinstance(node, MapNode)
    read_policy(node, catalogue(), complaints, "changed")
    return complaints.problems


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in HERE.glob("*/change.txt")), ids=lambda path: path.name
)
def test_wrong_files_of_a_kind_that_an_editor_can_see_are_underlined(folder: Path, tmp_path: Path) -> None:
    if not folder.name.startswith(STRUCTURE) or folder.name in BEYOND_AN_EDITOR:
        return
    assert faults((make_folder(read_change(folder / "change.txt"), tmp_path) / FILE).read_text(encoding="utf-8"))


def test_what_is_beyond_an_editor_still_is(tmp_path: Path) -> None:
    for number, name in enumerate(sorted(BEYOND_AN_EDITOR)):
        if (HERE / name).is_dir():
            text = (make_folder(read_change(HERE / name / "change.txt"), tmp_path / str(number)) / FILE).read_text()
            assert faults(text) == [], name
