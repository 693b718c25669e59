"""What browsers tell the pages, read whatever it holds: half a character (a lone surrogate, which JavaScript lets
through) is no reason not to hear the rest."""

import json as plain_json
from typing import Any, Final

import orjson
from nicegui import json

_STRICT: Final = json.loads


def hear_halves() -> None:
    """Has the framework read what comes from browsers so, from the next message on."""
    json.loads = _heard


def _heard(value: str) -> Any:
    try:
        return _STRICT(value)
    except orjson.JSONDecodeError:
        return _whole(plain_json.loads(value))


def _whole(value: Any) -> Any:
    """The same with "�" for each half of a character, which no file, no record and no answer can hold."""
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(name): _whole(one) for name, one in value.items()}
        case _:
            return value
