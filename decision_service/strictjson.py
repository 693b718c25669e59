"""JSON without surprises: duplicate keys, NaN, huge numbers, deep nesting, lone surrogates and excess are refused.

Reasons never hold a value out of the text, so they may be shown to anybody.
"""

import json
import math
import re
from typing import NoReturn

MAX_DEPTH = 32
MAX_INTEGER = 2**53
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""UTF-8 holds no surrogate, so one can only come from such an escape."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonRefusedError(ValueError):
    """The text is no JSON that is taken here. `code` is a stable word, `zh` and `en` say what is wrong."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def loads(content: bytes, max_bytes: int) -> object:
    """The value of UTF-8 JSON `content`. Raises JsonRefusedError, and nothing else, for whatever is not taken."""
    if len(content) > max_bytes:
        raise JsonRefusedError("too_large", f"超过{max_bytes}字节", f"it has more than {max_bytes} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefusedError("not_utf8", "不是UTF-8文本", "it is not UTF-8 text") from None
    if _too_deep(text):
        raise JsonRefusedError("too_deep", f"嵌套超过{MAX_DEPTH}层", f"it is nested more than {MAX_DEPTH} deep")
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        zh, en = (
            f"第{error.lineno}行第{error.colno}列不是JSON",
            f"it is no JSON at line {error.lineno}, column {error.colno}",
        )
        raise JsonRefusedError("not_json", zh, en) from None
    if _ESCAPED_SURROGATE.search(text) and _has_surrogate(value):
        raise JsonRefusedError("lone_surrogate", "含有不成对的代理字符", "it holds a lone surrogate")
    return value


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False  # nearly every text: no need to look at each character
    depth, in_text, escaped = 0, False, False
    for char in text:
        if in_text:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_text = False
        elif char == '"':
            in_text = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif char in "]}":
            depth -= 1
    return False


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonRefusedError("duplicate_key", "同一个键出现了两次", "a key stands twice in one object")
    return found


def _constant(_: str) -> NoReturn:
    raise JsonRefusedError("not_a_number", "不接受 NaN 和 Infinity", "NaN and Infinity are not JSON")


def _integer(digits: str) -> int:
    if len(digits) > len(str(-MAX_INTEGER)) or abs(int(digits)) > MAX_INTEGER:
        raise JsonRefusedError("number_too_large", "整数过大", "a whole number is beyond 2^53")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= 40 else math.inf
    if abs(number) > MAX_INTEGER:
        raise JsonRefusedError("number_too_large", "数过大", "a number is beyond 2^53, or has more than 40 digits")
    return number


def _has_surrogate(value: object) -> bool:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if not one.isascii() and _SURROGATE.search(one):
                return True
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
    return False


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float)
