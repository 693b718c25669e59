"""docs/reference: its regions are those of the source, and nothing of the source is missing from them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.policy.formfields import TYPES
from decision_service.policy.rules import _FIELDS, _REGISTERS, _TEXTS, AUTOMATIC
from tests.docs.page import DOCS, ROOT, regions, rewritten, section
from tests.docs.sample import ground
from tests.docs.write_commands import every_command
from tests.docs.writers import WRITERS, pages
from tests.wrong_files.test_wrong_files import ELSEWHERE, MARKER, codes_in_source

MESSAGES = (DOCS / "reference" / "messages.md").read_text(encoding="utf-8")
KEYS = (DOCS / "reference" / "rule-file.md").read_text(encoding="utf-8")
AGAIN = "`make reference` writes it anew"

READ_BY = frozenset({"text", "choice", "yes", "whole", "day", "words", "inner", "each", "need", "get", "bilingual",
                     "both", "_bound"})  # fmt: skip
"""What reads a key of a mapping that is named by a constant."""
RULE_FILE = (
    "asks",
    "beside",
    "cases",
    "credit",
    "formfields",
    "grants",
    "names",
    "preamble",
    "reader",
    "rules",
    "tables",
)
"""The modules of the policy room that read rule files, and not the catalogue."""
ELSEWHERE_READ = {"gate", "can_apply_from", "due_on", "post_check_by"}
"""Words in the reader that are no keys of a rule file: a key of the standing rules, and names under `tell`."""


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_the_regions_are_those_of_the_source(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert page == rewritten(page, WRITERS), f"{path.name} is behind the source: {AGAIN}"


def heads(page: str, level: str = "## ") -> list[str]:
    return [line.removeprefix(level) for line in page.splitlines() if line.startswith(level)]


def test_every_message_is_told_and_no_other() -> None:
    told = heads(MESSAGES)
    assert told == sorted(told)
    assert set(told) == set(codes_in_source()) - MARKER


def test_every_message_has_words_in_both_languages_and_an_example() -> None:
    shown = {words for name, words in regions(MESSAGES) if name == "message"}
    for one in MESSAGES.split("\n## ")[1:]:
        code, _, rest = one.partition("\n")
        zh, en = rest.strip().splitlines()[:2]
        assert any("\u4e00" <= char <= "\u9fff" for char in zh), code
        assert en.isascii() or "≤" in en or "“" in en, code
        assert (code in shown) == (code not in ELSEWHERE), code
        assert code == "form_schema" or "```text\n" in rest or "```console\n" in rest, code


def test_every_command_has_a_section() -> None:
    assert heads((DOCS / "reference" / "commands.md").read_text(encoding="utf-8")) == [
        one for one, _ in every_command()
    ]


def test_every_key_of_a_rule_file_is_told_and_no_other() -> None:
    told = {cells[1].strip().strip("`") for cells in (line.split("|") for line in KEYS.splitlines()) if len(cells) == 6}
    assert told - {"键 key", "---"} == set(keys_of_the_reader()) - ELSEWHERE_READ


def test_every_brace_of_a_reason_is_told() -> None:
    rows = [line for line in section(KEYS, "fill").splitlines() if line.startswith("| `{")]
    told = [set(re.findall(r"\{(\w+)\}", row.split("|")[1])) for row in rows]
    assert told[:3] == [_FIELDS, _REGISTERS, _TEXTS]
    assert told[-1] == AUTOMATIC
    used = {name for text in ground()[1].reasons.values() for name in re.findall(r"\{(\w+)\}", text.zh + text.en)}
    assert set().union(*told) >= used


def test_every_type_of_field_is_told() -> None:
    assert re.findall(r"^\| `(\w+)` \|", section(KEYS, "Types of fields"), re.MULTILINE) == list(TYPES)


def keys_of_the_reader() -> Iterator[str]:
    for module in RULE_FILE:
        tree = ast.parse((ROOT / "decision_service" / "policy" / f"{module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from _read_here(node)
            if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Tuple):
                yield from _constants(node.iter.elts)


def _read_here(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "bilingual" and not node.args:
        yield from ("zh", "en")
    elif name in READ_BY:
        yield from _constants(node.args[:2] if name in ("bilingual", "_bound") else node.args[:1])


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_every_writer_has_its_region() -> None:
    """A region that swallowed its neighbour would be missed here."""
    there = {name for path in pages() for name, _ in regions(path.read_text(encoding="utf-8"))}
    assert there == set(WRITERS)
    for path in pages():
        page = path.read_text(encoding="utf-8")
        assert page.count("<!-- written: ") == page.count("<!-- /written -->") == len(regions(page)), path.name
