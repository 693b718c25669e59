"""Cells between rule files and S-FEEL as other tools write it: the same tests, with texts in quotes and `date("…")`.

What S-FEEL can say and a rule file can't (functions, names, arithmetic) is refused with a reason, never changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from decision_service.language.tree import Compare, Expression, Literal, Not, OneOf, Or, Within

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
"""DMN 1.3."""

HITS: dict[str, tuple[str, str]] = {
    "unique": ("UNIQUE", ""),
    "any": ("ANY", ""),
    "first": ("FIRST", ""),
    "priority": ("PRIORITY", ""),
    "rule order": ("RULE ORDER", ""),
    "output order": ("OUTPUT ORDER", ""),
    "collect": ("COLLECT", ""),
    "collect sum": ("COLLECT", "SUM"),
    "collect min": ("COLLECT", "MIN"),
    "collect max": ("COLLECT", "MAX"),
    "collect count": ("COLLECT", "COUNT"),
}
"""Hit policies: as a rule file names them, and as DMN does, with the aggregation."""

TYPES = {
    "boolean": "boolean",
    "whole": "number",
    "decimal": "number",
    "money": "number",
    "date": "date",
}
"""Kinds of values by the type that DMN gives them; all others are strings there."""

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"[^"\\]*")|(?P<day>(?:date\s*\(\s*"(?P<one>\d{4}-\d{2}-\d{2})"\s*\)|@"(?P<two>\d{4}-\d{2}-\d{2})"))'
    r"|(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)(?!\w)(?!\.\d))|(?P<word>true|false|null)(?!\w)|(?P<not>not)\s*(?=\()"
    r"|(?P<sign><=|>=|!=|<|>|=)|(?P<dots>\.\.)|(?P<mark>[\[\](),]))"
)
_CONSTANTS = frozenset({"string", "day", "number", "word"})
_SIMPLE = re.compile(r"[A-Za-z0-9_]+")
_KEYWORDS = frozenset({"true", "false", "null", "not", "and", "or", "in", "between"})


class Refused(ValueError):  # noqa: N818 - what a cell is, not a failure of the program
    """The cell says what a rule file can't, or the other way round."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a rule file writes it, and of what families its constants are (number, string, boolean, date)."""

    text: str
    families: frozenset[str] = frozenset()


def test_text(test: Expression | None) -> str:
    """The test of a table's row as S-FEEL."""
    match test:
        case None:
            return "-"
        case Compare(op="=", right=Literal() as right):
            return value_text(right)
        case Compare(op="!=", right=Literal() as right):
            return f"not({value_text(right)})"
        case Compare(op=op, right=Literal() as right):
            return f"{op} {value_text(right)}"
        case Within(low=Literal() as low, high=Literal() as high):
            left, right_sign = "[" if test.low_closed else "(", "]" if test.high_closed else ")"
            return f"{left}{value_text(low)}..{value_text(high)}{right_sign}"
        case OneOf():
            return ", ".join(value_text(one) for one in test.options if isinstance(one, Literal))
        case Or():
            return ", ".join(test_text(one) for one in test.items)
        case Not():
            return f"not({test_text(test.item)})"
        case _:
            raise Refused("这样的条件写不成 S-FEEL", "such a test cannot be written in S-FEEL")


def value_text(literal: Literal) -> str:
    """A constant as FEEL."""
    match literal.value:
        case None:
            return "null"
        case bool():
            return "true" if literal.value else "false"
        case int() | Decimal():
            return str(literal.value)
        case date():
            return f'date("{literal.value.isoformat()}")'
        case str() if '"' not in literal.value and "\\" not in literal.value:
            return f'"{literal.value}"'
        case _:
            raise Refused("这样的值写不成 S-FEEL", "such a value cannot be written in S-FEEL")


def input_cell(feel: str) -> Cell:
    """An input entry of DMN as a rule file writes it. Raises Refused."""
    if feel.strip() in ("", "-"):
        return Cell("-")
    tokens = list(_tokens(feel))
    out: list[str] = []
    families: set[str] = set()
    for place, (kind, text) in enumerate(tokens):
        before, after = (tokens[at] if 0 <= at < len(tokens) else ("", "") for at in (place - 1, place + 1))
        match kind:
            case "string" | "day" | "number" | "word" if before[0] in _CONSTANTS:
                raise Refused("两个常数之间缺少逗号", "a comma is missing between two constants")
            case "string" | "day" | "number" | "word":
                families.add({"string": "string", "day": "date", "number": "number"}.get(kind, _of_word(text)))
                out.append(_constant(kind, text))
            case "mark" if text == "," and before[0] and after[0]:
                out.append(", ")
            case "mark" if text == "]" and after[0] in _CONSTANTS:
                out.append("(")  # `]a..b[` is DMN's other way to leave an end out
            case "mark" if text == "[" and before[0] in _CONSTANTS:
                out.append(")")
            case "sign":
                out.append(f"{text} ")
            case _:
                out.append(text)
    families.discard("null")
    return Cell("".join(out), frozenset(families))


def output_cell(feel: str) -> Cell:
    """An output entry of DMN as a rule file writes it: one constant. Raises Refused."""
    tokens = list(_tokens(feel))
    if len(tokens) != 1 or tokens[0][0] not in _CONSTANTS:
        raise Refused("输出只能是一个常数", "an output is one constant")
    kind, text = tokens[0]
    family = {"string": "string", "day": "date", "number": "number"}.get(kind, _of_word(text))
    return Cell(_constant(kind, text), frozenset({family} - {"null"}))


def constants(feel: str) -> tuple[str, ...]:
    """The constants of a list such as `"a", "b"`, as a rule file writes them. Raises Refused."""
    return tuple(_constant(kind, text) for kind, text in _tokens(feel) if kind != "mark")


def _of_word(text: str) -> str:
    return "null" if text == "null" else "boolean"


def _constant(kind: str, text: str) -> str:
    if kind != "string":
        return text
    inside = text[1:-1]
    return inside if _SIMPLE.fullmatch(inside) and inside not in _KEYWORDS else text


def _tokens(feel: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = feel.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            shown = text[at : at + 20].strip()
            raise Refused(
                f"从“{shown}”起不是常数的条件，不支持",
                f"from `{shown}` on this is no test by constants, which is all that is supported",
            )
        kind = found.lastgroup or ""
        kind = "day" if kind in ("one", "two") else kind
        word = found["one"] or found["two"] if kind == "day" else found[kind].strip()
        if "|" in word or "\n" in word:
            raise Refused("文字里不能有竖线和换行", "a text can hold neither a bar nor a line end")
        yield kind, "0" + word if word.startswith(".") and kind == "number" else word
        at = found.end()
