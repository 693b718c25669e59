"""Text to syntax tree, with places. What a text may say is in grammar.lark; what it means is settled in check."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from decision_service.source import Problem, Span

Syntax: TypeAlias = Tree[Token]
Place: TypeAlias = Callable[[int, int], Span]
"""Offset and length in an expression's text -> the place in the file."""

MAX_LENGTH = 2000
MAX_DEPTH = 60
MAX_CHAIN = 100

_MOST_KEPT = 10_000


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["expression", "cell"], propagate_positions=True)


def parse(text: str, place: Place, start: Literal["expression", "cell"] = "expression") -> Syntax | Problem:
    """The syntax tree of an expression, or of a cell of a decision table; or what is wrong with it, at its place."""
    if len(text) > MAX_LENGTH:
        return Problem(
            "too_long",
            f"表达式超过{MAX_LENGTH}个字符",
            f"the expression has more than {MAX_LENGTH} characters",
            place(0, 1),
            "请用 let 拆成几个有名字的部分",
            "split it into named parts under `let`",
        )
    try:
        tree, widest, depth = _cell(text) if start == "cell" else _measured(text, start)
    except UnexpectedInput as error:
        return _syntax_problem(error, text, place)
    if widest > MAX_CHAIN:
        return Problem(
            "too_long",
            f"一个式子里连了超过{MAX_CHAIN}项",
            f"more than {MAX_CHAIN} parts are chained in one expression",
            place(0, 1),
            "请用 let 拆成几个有名字的部分",
            "split it into named parts under `let`",
        )
    if depth > MAX_DEPTH:
        return Problem(
            "too_deep",
            f"表达式嵌套超过{MAX_DEPTH}层",
            f"the expression is nested more than {MAX_DEPTH} deep",
            place(0, 1),
            "请用 let 拆成几个有名字的部分",
            "split it into named parts under `let`",
        )
    return tree


@lru_cache(_MOST_KEPT)
def _cell(text: str) -> tuple[Syntax, int, int]:
    """Cells say the same again and again, in a table and each time that it is read. Nobody changes a tree, and places
    come in only later."""
    return _measured(text, "cell")


def _measured(text: str, start: Literal["expression", "cell"]) -> tuple[Syntax, int, int]:
    """The tree, the most children of any node in it, and its depth. Raises UnexpectedInput."""
    tree = _parser().parse(text, start=start)
    return tree, _widest(tree), _depth(tree)


def _widest(tree: Syntax) -> int:
    """The most children of any node: a long chain of sums is a deep typed tree, which readings walk by recursion."""
    return max(len(node.children) for node in tree.iter_subtrees())


def _depth(tree: Syntax) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]
    return deepest


_TOKENS: dict[str, tuple[str, str]] = {
    "COMPARISON": ("= != < <= > >=", "= != < <= > >="),
    "NUMBER": ("数", "a number"),
    "TEXT": ('"文字"', 'a "text"'),
    "NAME": ("名称", "a name"),
    "_AND": ("and", "and"),
    "_OR": ("or", "or"),
    "THEN": ("then", "then"),
    "ELSE": ("else", "else"),
    "SATISFIES": ("satisfies", "satisfies"),
    "RIGHT_OPEN": (")", ")"),
    "RIGHT_CLOSED": ("]", "]"),
    "_IN": ("in", "in"),
}
"""What may stand somewhere, as people call it."""

_OPENERS = {"RIGHT_OPEN": "(", "RIGHT_CLOSED": "[", "THEN": "if", "ELSE": "if", "SATISFIES": "satisfies"}
"""What must stand before for the other to be expected."""

_QUOTES = ("文字用半角双引号", "use plain double quotes")
_BRACKETS = ("请用半角括号", "use plain brackets")
_COMMA = ("请用半角逗号", "use a plain comma")

_CURED: dict[str, tuple[str, str]] = {
    "==": ("相等写作一个等号 =", "equality is a single ="),
    "<>": ("不等写作 !=", "write `!=`"),
    "&&": ("“且”写作 and", "write `and`"),
    "||": ("“或”写作 or", "write `or`"),
    "&": ("“且”写作 and", "write `and`"),
    "|": ("“或”写作 or", "write `or`"),
    "!": ("“非”写作 not", "write `not`"),
    "！": ("“非”写作 not，“不等于”写作 !=", "write `not`, or `!=`"),
    "'": ("文字用双引号", "texts stand in double quotes"),
    "≥": ("写作 >=", "write `>=`"),
    "≤": ("写作 <=", "write `<=`"),
    "≠": ("写作 !=", "write `!=`"),
    "＝": ("请用半角 =", "use a plain ="),
    "＞": ("请用半角 >，大于等于写作 >=", "use a plain >, or >="),
    "＜": ("请用半角 <，小于等于写作 <=", "use a plain <, or <="),
    "×": ("乘写作 *", "write `*`"),
    "÷": ("除写作 /", "write `/`"),
    "＋": ("请用半角 +", "use a plain +"),
    "－": ("请用半角 -", "use a plain -"),
    "%": ("写作小数，如 0.8", "write a decimal such as 0.8"),
    "％": ("写作小数，如 0.8", "write a decimal such as 0.8"),
    "“": _QUOTES, "”": _QUOTES, "‘": _QUOTES, "’": _QUOTES, "「": _QUOTES,
    "（": _BRACKETS, "）": _BRACKETS, "【": _BRACKETS, "】": _BRACKETS,
    "，": _COMMA, "、": _COMMA,
    "。": ("句末不写标点", "no full stop is needed"),
    "；": ("句末不写标点；“且”写作 and", "no semicolon; write `and`"),
    "AND": ("写作小写 and", "write `and`"),
    "OR": ("写作小写 or", "write `or`"),
    "NOT": ("写作小写 not", "write `not`"),
    "IN": ("写作小写 in", "write `in`"),
    "is": ("相等写作 =", "write `=`"),
    "equals": ("相等写作 =", "write `=`"),
}  # fmt: skip
"""What analysts write for what the language says, and the way out."""


def _syntax_problem(error: UnexpectedInput, text: str, place: Place) -> Problem:
    if not text.strip():
        return Problem(
            "syntax",
            "这里缺少表达式",
            "an expression is missing here",
            place(0, 1),
            "如 age >= 80",
            "such as age >= 80",
        )
    at, length = _where(error, text)
    found = text[at : at + length]
    if _ends(error, text, at):
        return Problem(
            "syntax", "表达式没有写完", "the expression breaks off here", place(at, length), *_hint(error, text, at)
        )
    zh, en = _cure(text, at, length) or _hint(error, text, at)
    return Problem("syntax", f"这里不能写 `{found}`", f"`{found}` cannot stand here", place(at, length), zh, en)


_WORD = re.compile(r"[\u4e00-\u9fff]+")
"""A Chinese word or a sentence without its marks: shown whole, not by its first character."""


def _where(error: UnexpectedInput, text: str) -> tuple[int, int]:
    """The offset and the length of what cannot stand there."""
    at: int = getattr(error, "pos_in_stream", None) or 0
    length = 1
    if isinstance(error, UnexpectedToken):
        token = error.token
        at, length = (len(text), 1) if token.type == "$END" else (token.start_pos or 0, max(1, len(token)))
        if at > 0 and text[at - 1 : at + 1] in ("==", "<>"):
            at, length = at - 1, 2
    elif text[at : at + 2] in _CURED:
        length = 2
    elif word := _WORD.match(text, at):
        length = len(word[0])
    return min(max(at, 0), len(text) - 1), length


def _ends(error: UnexpectedInput, text: str, at: int) -> bool:
    return not text[at:].strip() or (isinstance(error, UnexpectedToken) and error.token.type == "$END")


def _cure(text: str, at: int, length: int) -> tuple[str, str] | None:
    for found in (text[at : at + length], text[at : at + 2], text[at]):
        if found in _CURED:
            return _CURED[found]
    if text.count('"') % 2:
        return "双引号没有成对", "a double quote has no counterpart"
    if text[at] in "<>=" and re.search(r"[<>]=?[^<>=]*$", text[:at]):
        return (
            "不能连写比较：写作 x in [80..90)，或用 and 连接",
            "comparisons cannot be chained: write x in [80..90), or join two by `and`",
        )
    if not text[at].isascii():
        if at and text[at - 1].isdigit():
            return "数后不写单位", "no unit stands after a number"
        return "名称用英文字母；文字放进双引号", "names are in English letters; texts stand in double quotes"
    return None


def _hint(error: UnexpectedInput, text: str, at: int) -> tuple[str, str]:
    names = sorted(name for name in _expected(error) if name in _TOKENS and _OPENERS.get(name, "") in text[:at])
    if not names:
        return "", ""
    zh, en = zip(*(_TOKENS[name] for name in names), strict=True)
    return "可以写：" + "、".join(zh), "expected " + ", ".join(en)


def _expected(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    if isinstance(error, UnexpectedCharacters):
        return set(error.allowed or ())
    return set()
