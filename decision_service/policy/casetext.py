"""A worked case as it is written in a rule file: `like` another one, `but` with what differs."""

import json
import re
from collections.abc import Iterator, Mapping

from decision_service.policy.cases import ABSENT, NOT_ASKED, STATES
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import WorkedCase

_PLAIN = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff]([0-9A-Za-z_.\u4e00-\u9fff-]*[0-9A-Za-z_\u4e00-\u9fff])?")
_RESERVED = frozenset({"null", "Null", "NULL", ABSENT, NOT_ASKED, *STATES})
_STATED = {status: word for word, status in STATES.items()}
_USUAL_FORM: Mapping[str, object] = {"id_type": "111", "notice_read": True, "human_review": False}
_LONGEST = 100
"""Columns up to which `but` is written on one line."""


def case_text(case: WorkedCase, catalogue: Catalogue, like: WorkedCase | None = None) -> str:
    """The lines of `case` under `cases:`, two blanks deep, with a line feed at the end; as the reader reads them, they
    are that case again. `like` must be a case of the same file that stands before it."""
    but = dict(_differing(case, catalogue, like))
    lines = [f"  {_scalar(case.name)}:"]
    if like is not None:
        lines.append(f"    like: {_scalar(like.name)}")
    if like is None or like.as_of != case.as_of:
        lines.append(f"    as_of: {case.as_of}")
    if case.alone is not None:
        lines.append(f"    alone: {case.alone}")
    if like is None:
        given = [
            f"      {name}: {_value(value)}" for name, value in case.form.items() if _USUAL_FORM.get(name) != value
        ]
        lines += ["    form:", *given]
        but = {name: value for name, value in but.items() if name not in case.form}
    lines += _but(but)
    lines.append(f"    expect: {expect_text(case.expect)}")
    return "\n".join(lines) + "\n"


def expect_text(expect: Mapping[str, object]) -> str:
    """What stands behind `expect:`, on one line."""
    return _value(expect)


def _but(but: Mapping[str, str]) -> list[str]:
    flow = "{" + ", ".join(f"{name}: {value}" for name, value in but.items()) + "}"
    if not but:
        return []
    if len(flow) <= _LONGEST:
        return [f"    but: {flow}"]
    return ["    but:", *(f"      {name}: {value}" for name, value in but.items())]


def _differing(case: WorkedCase, catalogue: Catalogue, like: WorkedCase | None) -> Iterator[tuple[str, str]]:
    form = _USUAL_FORM if like is None else like.form
    for name in {**form, **case.form}:
        if name not in case.form:
            yield name, ABSENT
        elif name not in form or form[name] != case.form[name]:
            yield name, _value(case.form[name])
    before = {name: {"status": "ok", **one} for name, one in catalogue.examples.items()} if like is None else like.facts
    names = dict.fromkeys([*before, *case.facts] if like is not None else case.facts)
    for name in names:
        yield from _register(name, before.get(name), case.facts.get(name), catalogue)
        yield from _day(name, case, like)


def _day(name: str, case: WorkedCase, like: WorkedCase | None) -> Iterator[tuple[str, str]]:
    """The day of an answer, where it is not the one that it has without being stated."""
    wanted = _stated_on(case.facts.get(name))
    known = None if like is None else _stated_on(like.facts.get(name))
    usual = str(case.as_of) if like is None or known in (None, str(like.as_of)) else known
    if wanted is not None and wanted != usual:
        yield f"{name}.data_as_of", wanted


def _stated_on(answer: object) -> str | None:
    return str(answer["data_as_of"]) if isinstance(answer, Mapping) and "data_as_of" in answer else None


def _register(name: str, old: object, new: object, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    if not isinstance(new, Mapping):
        if old is not None:
            yield name, NOT_ASKED
        return
    status = str(new.get("status"))
    if status != "ok":
        if not isinstance(old, Mapping) or old.get("status") != status:
            yield name, _STATED[status]
        return
    known = old if isinstance(old, Mapping) and old.get("status") == "ok" else None
    base: Mapping[str, object] = catalogue.examples[name] if known is None else known
    changed = {
        key: value for key, value in new.items() if key not in ("status", "data_as_of") and base.get(key, ...) != value
    }
    if known is None and not changed:
        changed = {key: value for key, value in new.items() if key not in ("status", "data_as_of")}
    for key, value in changed.items():
        yield f"{name}.{key}", _value(value)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            return "{" + ", ".join(f"{_scalar(str(key))}: {_value(one)}" for key, one in value.items()) + "}"
        case int():
            return str(value)
        case _:
            return _scalar(str(value))


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) is not None and text not in _RESERVED
    return text if plain else json.dumps(text, ensure_ascii=False)
