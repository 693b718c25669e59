"""Cases as a file of cases writes them: like another, but for what differs."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from decision_service.trials import Case

PLAIN = re.compile(r"[\w.+/-][\w.+/ -]*(?<! )", re.UNICODE)
"""Texts that YAML takes as they are."""

WORDS = frozenset({"absent", "null", "~", "late", "faulty", "no record", "not asked", "-"})
"""Texts that mean something in a case, and stand in quotes where they are meant as texts."""

STATES = {"timeout": "late", "error": "faulty", "no_record": "no record"}
UNTOLD = frozenset({"status", "data_as_of", "source", "request_id"})


def written(case: Case, like: Case, remarks: Iterable[str]) -> str:
    """The entry under `cases` of a case that is like another."""
    lines = [f"    # {remark}" for remark in remarks]
    lines = [f"  {key(case.name)}:", *lines, f"    like: {value(like.name)}"]
    if case.as_of != like.as_of:
        lines.append(f"    as_of: {case.as_of}")
    if case.alone is not None:
        lines.append(f"    alone: {case.alone}")
    but = dict(_differences(case, like))
    if but:
        lines.append(f"    but: {value(but)}")
    lines.append(f"    expect: {value(case.expect)}")
    return "\n".join(lines) + "\n"


def _differences(case: Case, like: Case) -> Iterator[tuple[str, object]]:
    for name in (*like.form, *(one for one in case.form if one not in like.form)):
        if name not in case.form:
            yield name, Word("absent")
        elif case.form[name] != like.form.get(name, Word("absent")):
            yield name, case.form[name]
    for register in (*like.facts, *(one for one in case.facts if one not in like.facts)):
        yield from _answer(register, _mapping(case.facts.get(register)), _mapping(like.facts.get(register)), case)


def _mapping(answer: object) -> Mapping[str, object] | None:
    return answer if isinstance(answer, Mapping) else None


def _answer(
    register: str, now: Mapping[str, object] | None, then: Mapping[str, object] | None, case: Case
) -> Iterator[tuple[str, object]]:
    if now is None:
        if then is not None:
            yield register, Word("not asked")
        return
    status = str(now["status"])
    if status in STATES:
        if then is None or then["status"] != status:
            yield register, Word(STATES[status])
        return
    usable = then is not None and then["status"] == "ok"
    for name, fact in now.items():
        if name not in UNTOLD and (then is None or not usable or then.get(name) != fact):
            yield f"{register}.{name}", fact
    if "data_as_of" in now and now["data_as_of"] != str(case.as_of):
        yield f"{register}.data_as_of", now["data_as_of"]


class Word(str):
    """A word of the language of cases, which stands without quotes."""

    __slots__ = ()


def key(text: str) -> str:
    """A name as the key of an entry."""
    return text if PLAIN.fullmatch(text.replace("，", "").replace("“", "").replace("”", "")) else quoted(text)


def value(found: object) -> str:
    """A value in braces and brackets, on one line."""
    match found:
        case None:
            return "null"
        case bool():
            return "true" if found else "false"
        case Word():
            return str(found)
        case str():
            return found if PLAIN.fullmatch(found) and found not in WORDS else quoted(found)
        case Mapping():
            return "{" + ", ".join(f"{key(str(name))}: {value(one)}" for name, one in found.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(value(one) for one in found) + "]"
        case _:
            return str(found)


def quoted(text: str) -> str:
    """A text in double quotes, as YAML and JSON have them alike."""
    return json.dumps(text, ensure_ascii=False)
