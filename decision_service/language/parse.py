"""Text to syntax tree, with places. What a text may say is in grammar.lark; what it means is settled in check."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from decision_service.source import Problem, Span

Syntax: TypeAlias = Tree[Token]
Place: TypeAlias = Callable[[int, int], Span]
"""Offset and length in an expression's text -> the place in the file."""

MAX_LENGTH = 2000
MAX_DEPTH = 60


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
        tree = _parser().parse(text, start=start)
    except UnexpectedInput as error:
        return _syntax_problem(error, text, place)
    if _depth(tree) > MAX_DEPTH:
        return Problem(
            "too_deep",
            f"表达式嵌套超过{MAX_DEPTH}层",
            f"the expression is nested more than {MAX_DEPTH} deep",
            place(0, 1),
            "请用 let 拆成几个有名字的部分",
            "split it into named parts under `let`",
        )
    return tree


def _depth(tree: Syntax) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]
    return deepest


_TOKENS = {
    "CMP": "= != < <= > >=",
    "COMPARISON": "= < > …",
    "NUMBER": "80",
    "TEXT": '"…"',
    "NAME": "name",
    "_AND": "and",
    "_OR": "or",
    "THEN": "then",
    "ELSE": "else",
    "SATISFIES": "satisfies",
    "RIGHT_OPEN": ")",
    "RIGHT_CLOSED": "]",
    "_IN": "in",
}

_CURED = {
    "==": ("=", "相等写作一个等号", "equality is a single ="),
    "&&": ("and", "“且”写作 and", "write `and`"),
    "||": ("or", "“或”写作 or", "write `or`"),
    "!": ("not", "“非”写作 not", "write `not`"),
    "'": ('"', "文字用双引号", "texts stand in double quotes"),
    "≥": (">=", "写作 >=", "write `>=`"),
    "≤": ("<=", "写作 <=", "write `<=`"),
    "“": ('"', "文字用半角双引号", "use plain double quotes"),
    "（": ("(", "请用半角括号", "use plain brackets"),
    "，": (",", "请用半角逗号", "use a plain comma"),
}


def _syntax_problem(error: UnexpectedInput, text: str, place: Place) -> Problem:
    at = error.pos_in_stream
    length = 1
    if isinstance(error, UnexpectedToken):
        token = error.token
        at, length = (len(text), 1) if token.type == "$END" else (token.start_pos or 0, max(1, len(token)))
        if at > 0 and text[at - 1 : at + 1] == "==":
            at, length = at - 1, 2
    at = min(max(at, 0), max(len(text) - 1, 0))
    found = text[at : at + max(length, 1)]
    cure = _CURED.get(text[at : at + 2]) or _CURED.get(text[at : at + 1])
    if cure:
        return Problem(
            "syntax", f"这里不能写 `{found}`", f"`{found}` cannot stand here", place(at, length), cure[1], cure[2]
        )
    expected = sorted(_TOKENS[name] for name in _expected(error) if name in _TOKENS)
    hint = ("可以写：" + " ".join(expected), "expected " + ", ".join(expected)) if expected else ("", "")
    if not text[at:].strip() or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return Problem("syntax", "表达式没有写完", "the expression breaks off here", place(at, length), *hint)
    return Problem("syntax", f"这里不能写 `{found}`", f"`{found}` cannot stand here", place(at, length), *hint)


def _expected(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    if isinstance(error, UnexpectedCharacters):
        return set(error.allowed or ())
    return set()
