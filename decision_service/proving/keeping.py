"""An application as a worked case to keep: the case that it is most like and what differs, ready to paste."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from decision_service.policy.cases import ABSENT, NOT_ASKED, STATES
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy, WorkedCase

WORDS = {status: word for word, status in STATES.items()}

_PLAIN = re.compile(r"[\w./+-]*[\w]", re.ASCII)
_CHINESE = re.compile(r"[\u4e00-\u9fff\w]+")
_NOT_TEXT = frozenset({"null", "Null", "NULL", ABSENT, *STATES})

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kept:
    """The name of the worked case that an application is most like, and what differs, in the words of `but`."""

    like: str
    but: tuple[tuple[str, str], ...]
    as_of: date | None

    @property
    def size(self) -> int:
        """In how many things it differs."""
        return len(self.but) + (self.as_of is not None)


def kept(policy: Policy, catalogue: Catalogue, as_of: date, form: Facts, facts: Facts) -> Kept:
    """The application by the nearest worked case. The policy has cases, for every file must have one."""
    return min(differences(policy, catalogue, as_of, form, facts), key=lambda one: one.size)


def differences(policy: Policy, catalogue: Catalogue, as_of: date, form: Facts, facts: Facts) -> list[Kept]:
    """In what the application differs from each worked case."""
    return [_differing(policy, catalogue, case, as_of, form, facts) for case in policy.cases]


def as_yaml(name: str, one: Kept, expect: tuple[str, Sequence[str]]) -> str:
    """The lines of the case under `cases:`. `expect`: the outcome and the reasons that it comes to now."""
    outcome, reasons = expect
    told = f", reasons: [{', '.join(reasons)}]" if reasons else ""
    lines = [f"  {_text(name)}:", f"    like: {_text(one.like)}"]
    if one.as_of is not None:
        lines.append(f"    as_of: {one.as_of}")
    if one.but:
        lines += ["    but:", *(f"      {key}: {value}" for key, value in one.but)]
    lines.append(f"    expect: {{outcome: {outcome}{told}}}")
    return "\n".join(lines) + "\n"


def _differing(policy: Policy, catalogue: Catalogue, case: WorkedCase, as_of: date, form: Facts, facts: Facts) -> Kept:
    but: list[tuple[str, str]] = []
    for name in dict.fromkeys((*case.form, *form)):
        if name not in form:
            but.append((name, ABSENT))
        elif name not in case.form or case.form[name] != form[name]:
            but.append((name, _value(form[name])))
    for name in policy.asks:
        example = catalogue.examples[name]
        was, now = cast("Facts | None", case.facts.get(name)), cast("Facts | None", facts.get(name))
        but += _register(name, was, now, (case.as_of, as_of), example)
    return Kept(case.name, tuple(but), as_of if as_of != case.as_of else None)


def _register(
    name: str, was: Facts | None, now: Facts | None, days: tuple[date, date], example: Facts
) -> Iterator[tuple[str, str]]:
    if now is None:
        if was is not None:
            yield name, NOT_ASKED
        return
    if now["status"] != "ok":
        if was is None or was["status"] != now["status"]:
            yield name, WORDS[str(now["status"])]
        return
    good = was if was is not None and was["status"] == "ok" else None
    base = example if good is None else good
    changed = [key for key in now if key not in ("status", "data_as_of") and base.get(key) != now[key]]
    if good is None and not changed:
        changed = [next(key for key in now if key not in ("status", "data_as_of"))]
    yield from ((f"{name}.{key}", _value(now[key])) for key in changed)
    stated = good is not None and good.get("data_as_of") != str(days[0])
    expected = good.get("data_as_of") if good is not None and stated else str(days[1])
    if now.get("data_as_of") != expected:
        yield f"{name}.data_as_of", _value(now.get("data_as_of"))


def _value(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case list() | tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case Mapping():
            return f"{{{', '.join(f'{key}: {_value(one)}' for key, one in value.items())}}}"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    """Bare where YAML leaves it as it is, else in double quotes, which YAML shares with JSON."""
    if text not in _NOT_TEXT and (_PLAIN.fullmatch(text) or _CHINESE.fullmatch(text)):
        return text
    return json.dumps(text, ensure_ascii=False)
