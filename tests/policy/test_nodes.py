"""Rule files as nodes: the text as PyYAML's BaseLoader reads it, places that are exact, hostile files refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from decision_service.policy.nodes import MOST_BYTES, ListNode, MapNode, Node, TextNode, read_nodes, read_source
from decision_service.source import Problem, Source

YAMLISH = st.text(alphabet="ab李: -\n{}[],|>'\"#&*!%?<~\\0\t", max_size=80)
WRITTEN = st.text(alphabet=st.sampled_from("ab 李四0.:-#'\"\\,{}[]\n>|&*!%@~é😀"), max_size=60)
LINES = st.lists(st.text(alphabet="ab 李四.:#>", max_size=12), min_size=1, max_size=6)


def scalars(node: Node | None) -> Iterator[TextNode]:
    match node:
        case TextNode():
            yield node
        case ListNode():
            for item in node.items:
                yield from scalars(item)
        case MapNode():
            for key, value in node.entries:
                yield key
                yield from scalars(value)


def plain_data(node: Node | None) -> object:
    match node:
        case TextNode():
            return node.text
        case ListNode():
            return [plain_data(item) for item in node.items]
        case MapNode():
            return {key.text: plain_data(value) for key, value in node.entries}
    return None


def codes(text: str) -> list[str]:
    return [problem.code for problem in read_nodes(Source("x.yaml", text))[1]]


def the_value(text: str) -> TextNode:
    node, problems = read_nodes(Source("x.yaml", text))
    assert problems == ()
    assert isinstance(node, MapNode)
    value = node.entries[0][1]
    assert isinstance(value, TextNode)
    return value


def exactly_placed(node: TextNode) -> None:
    """Each character that is neither blank nor escaped stands in the file where `place` says."""
    for index, char in enumerate(node.text):
        if char not in " \n" and not (node.style == "double" and "\\" in node.span.text):
            assert node.place(index, 1).text == char
    for length in (0, len(node.text)):
        span = node.place(0, length)
        assert node.span.start <= span.start <= span.end


@given(st.one_of(st.text(max_size=60), YAMLISH))
def test_any_text_yields_nodes_or_problems_with_places_inside_it(text: str) -> None:
    node, problems = read_nodes(Source("x.yaml", text))
    assert node is not None or problems
    for problem in problems:
        assert problem.span is not None
        assert problem.code
        assert problem.zh
        assert problem.en
    for scalar in scalars(node):
        if not problems:
            exactly_placed(scalar)
        if scalar.style == "plain" and scalar.text and "\n" not in scalar.span.text and not problems:
            assert scalar.span.text == scalar.text


@given(YAMLISH)
def test_what_is_accepted_reads_as_the_base_loader_reads_it(text: str) -> None:
    node, problems = read_nodes(Source("x.yaml", text))
    if not problems:
        emptied = [
            scalar for scalar in scalars(node) if scalar.style == "plain" and not scalar.text and scalar.span.text
        ]
        if not emptied:
            assert plain_data(node) == as_the_base_loader(text)


def as_the_base_loader(text: str) -> object:
    """The oracle. A few texts, such as `>#`, are taken by the scanner in C and not by the one in Python."""
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only
    except yaml.YAMLError:
        return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - CBaseLoader makes text only


DOCUMENTS = st.recursive(
    WRITTEN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WRITTEN.filter(bool), inner, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS, st.booleans() | st.none(), st.sampled_from([None, "'", '"', "|", ">"]), st.integers(20, 80))
def test_generated_documents_read_as_they_were_meant(
    document: object, flow: bool | None, style: str | None, width: int
) -> None:
    dumped = yaml.dump(document, default_flow_style=flow, default_style=style, width=width, allow_unicode=True)
    if "? " in dumped or "!" in dumped:
        return  # the emitter chose a form that rule files may not have
    node, problems = read_nodes(Source("x.yaml", dumped))
    wanted = yaml.load(dumped, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only
    if not problems:
        assert plain_data(node) == wanted
        for scalar in scalars(node):
            exactly_placed(scalar)
    else:
        assert {problem.code for problem in problems} <= {"key_not_text", "invisible_character"}


@given(LINES, st.sampled_from(["|", ">", "|-", ">-", "|+", ">+", "|2", ">2-"]), st.integers(1, 3))
def test_block_scalars_point_into_the_file(lines: list[str], header: str, nested: int) -> None:
    indent = "  " if "2" in header else " " * nested
    text = f"k: {header}\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in lines) + "after: x\n"
    node, problems = read_nodes(Source("x.yaml", text))
    if problems:
        return  # leading blanks that YAML cannot tell from indentation
    block = next(scalar for scalar in scalars(node) if scalar.block)
    exactly_placed(block)
    if header[0] == "|":
        for at, char in enumerate(block.text.rstrip("\n ")):
            assert block.place(at, 1).text == char


@given(LINES, st.sampled_from(["", "'", '"']))
def test_scalars_over_several_lines_point_into_the_file(lines: list[str], quote: str) -> None:
    text = f"k: {quote}x" + "\n  ".join(["", *lines]) + f"{quote}\n"
    for scalar in scalars(read_nodes(Source("x.yaml", text))[0]):
        exactly_placed(scalar)


@pytest.mark.parametrize(
    ("text", "word", "line", "column"),
    [
        ("k: one\n   and two\n", "two", 2, 8),
        ("k: 'it''s two'\n", "two", 1, 11),
        ('k: "\\u4e8c two"\n', "two", 1, 12),
        ("k: |\n  李\n\n    two 三\n", "two", 4, 5),
        ("k: >-\n  one\n  two\n\n  x\n", "two", 3, 3),
        ("k: {a: two}\n", "two", 1, 8),
    ],
)
def test_a_word_is_found_where_it_stands(text: str, word: str, line: int, column: int) -> None:
    node = next(s for s in scalars(read_nodes(Source("x.yaml", text))[0]) if word in s.text)
    span = node.place(node.text.index(word), len(word))
    assert (span.text, span.line, span.column) == (word, line, column)


def test_a_folded_line_end_stands_where_the_line_ends() -> None:
    assert (the_value("k: one\n   two\n").place(3, 1).line, the_value("k: one\n   two\n").place(3, 1).column) == (1, 7)
    node = the_value("k: one\n\n\n  two\n")
    assert node.text == "one\n\ntwo"
    assert [node.place(at, 1).line for at in range(len(node.text))] == [1, 1, 1, 2, 3, 4, 4, 4]


def test_text_is_never_typed_and_nothing_is_the_empty_text() -> None:
    for written in ("012", "yes", "1.50", "2026-01-01", "0x1F", "1e3", "=", "true"):
        assert the_value(f"k: {written}\n").text == written
    for nothing in ("null", "~", "", "Null"):
        assert the_value(f"k: {nothing}\n").text == ""
    assert the_value("k: 'null'\n").text == "null"
    assert [the_value(f"k: {s}").style for s in ("a", "'a'", '"a"', "|\n a", ">\n a")] == [
        "plain",
        "single",
        "double",
        "literal",
        "folded",
    ]
    assert not the_value("k: a").in_flow
    assert the_value("{k: a}").in_flow


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", 3, 1),
        ("a: 1\n'a': 3\n", "duplicate_key", 2, 1),
        ("a: &x 1\n", "anchor", 1, 4),
        ("a: &x [1]\n", "anchor", 1, 4),
        ("a: *x\n", "alias", 1, 4),
        ("a: !!str 1\n", "tag", 1, 4),
        ("a: !thing {b: 1}\n", "tag", 1, 4),
        ("<<: {b: 1}\n", "merge_key", 1, 1),
        ("a: 1\n---\nb: 1\n", "second_document", 2, 1),
        ("a: 1\n---\n", "second_document", 2, 1),
        ("%YAML 1.1\n---\na: 1\n", "directive", 1, 1),
        ("%TAG ! tag:x\n---\na: 1\n", "directive", 1, 1),
        ("? [a]\n: 1\n", "key_not_text", 1, 3),
        ("? |\n  a\n: 1\n", "key_not_text", 1, 3),
        ("~: 1\n", "key_not_text", 1, 1),
        ("a:\n\t- 1\n", "tab", 2, 1),
        ("a: b\tc\n", "tab", 1, 5),
        ('a: "\\t"\n', "tab", 1, 4),
        ("\ufeffa: 1\n", "byte_order_mark", 1, 1),
        ("a: 1\r", "carriage_return", 1, 5),
        ("a: x\x1b[2J\n", "invisible_character", 1, 5),
        ("a: x\u202ey\n", "invisible_character", 1, 5),
        ("a: x\u2028y\n", "invisible_character", 1, 5),
        ("a: x\ud800\n", "invisible_character", 1, 5),
        ('a: "\\a"\n', "invisible_character", 1, 4),
        ("", "empty_file", 1, 1),
        ("# nothing\n", "empty_file", 1, 1),
        ("a: [1, 2\nb: 3\n", "yaml", 1, 4),
        ("a: 'b\n", "yaml", 1, 4),
        ("a: b: c\n", "yaml", 1, 5),
        ("a: >= 5\n", "yaml", 1, 5),
        ("a: @b\n", "yaml", 1, 4),
        ("a: 1\nlone\n", "yaml", 2, 1),
        ("- " * 30 + "a\n", "too_deep", 1, 49),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str, code: str, line: int, column: int) -> None:
    problem = read_nodes(Source("x.yaml", text))[1][0]
    assert problem.span is not None
    assert (problem.code, problem.span.line, problem.span.column) == (code, line, column)
    assert "this is not YAML" not in problem.en


def test_every_duplicate_is_named_and_the_first_entry_stands() -> None:
    node, problems = read_nodes(Source("x.yaml", "a: 1\na: 2\nb: {c: 1, c: 2}\n"))
    assert plain_data(node) == {"a": "1", "b": {"c": "1"}}
    assert [problem.code for problem in problems] == ["duplicate_key"] * 2
    assert problems[1].hint_en == "the first is on line 3"


def test_a_file_on_disk_becomes_a_source_or_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes("a: 李\r\nb: 1\r\n".encode())
    source = read_source(file, "name.yaml")
    assert source == Source("name.yaml", "a: 李\nb: 1\n")
    file.write_bytes(b"a: 1\r\nb: \xff\xfe\n")
    bad = read_source(file, "name.yaml")
    assert isinstance(bad, Problem)
    assert bad.span is not None
    assert (bad.code, bad.span.line, bad.span.column) == ("not_utf8", 2, 4)
    file.write_bytes(b"#" * (MOST_BYTES + 1))
    for path, code in ((file, "file_too_large"), (tmp_path, "unreadable_file"), (tmp_path / "no", "unreadable_file")):
        found = read_source(path, "name.yaml")
        assert isinstance(found, Problem)
        assert found.code == code
        assert str(tmp_path) not in found.en


@given(st.binary(max_size=60))
def test_any_bytes_become_a_source_or_a_problem(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(data)
    found = read_source(file, "any.yaml")
    if isinstance(found, Source):
        assert found.text.encode() == data.replace(b"\r\n", b"\n")
        read_nodes(found)
    else:
        assert found.code == "not_utf8"
