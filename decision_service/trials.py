"""Cases with their expected decision, tried on the engines: what was expected, what came, and what no case shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

from decision_service.decision import Decided
from decision_service.offline import Engines, decide, offline_answer
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.readings.reference import judge
from decision_service.source import Span
from decision_service.strictjson import JsonRefusedError, loads

MOST_BYTES = 8 * 1024 * 1024
CODES = ("reasons", "notes", "advice", "obligations")


class CaseFileError(ValueError):
    """A file of shared cases can't be read; `zh` and `en` say which and why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Case:
    """A form, facts and a day, and what they must come to. `alone`: the only rule that may be told. `span`: where it is
    written, None for a case of a JSON file."""

    matter: str
    name: str
    as_of: date
    form: Mapping[str, object]
    facts: Mapping[str, object]
    expect: Mapping[str, object]
    alone: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise than expected."""

    what: str
    expected: object
    came: object


@dataclass(frozen=True, slots=True)
class Trial:
    """A case that was tried; it passed if nothing differs."""

    case: Case
    differences: tuple[Difference, ...]


def worked(policy: Policy) -> Iterator[Case]:
    """The cases that the rule file itself holds."""
    for one in policy.cases:
        yield as_case(policy, one)


def as_case(policy: Policy, one: WorkedCase) -> Case:
    """A worked case of that version, to be tried."""
    return Case(policy.matter, one.name, one.as_of, one.form, one.facts, one.expect, one.alone, one.span)


def shared(path: Path) -> Iterator[Case]:
    """The cases of a JSON file: a list of {id, title, matter, as_of, form, facts, expect}. Raises CaseFileError."""
    try:
        content = loads(path.read_bytes(), MOST_BYTES)
        for entry in cast("list[dict[str, object]]", content):
            name = f"{entry['id']} {entry.get('title', '')}".strip()
            form, facts, expect = (cast("dict[str, object]", entry[key]) for key in ("form", "facts", "expect"))
            day = date.fromisoformat(str(entry["as_of"]))
            yield Case(str(entry["matter"]), name, day, form, facts, {**expect, **_flat(expect)})
    except JsonRefusedError as error:
        raise CaseFileError(f"{path}：{error.zh}", f"{path}: {error.en}") from None
    except OSError as error:
        raise CaseFileError(
            f"{path}：读不出（{error.strerror}）", f"{path}: cannot be read ({error.strerror})"
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wanted = "{id, title, matter, as_of, form, facts, expect}"
        what = type(error).__name__
        raise CaseFileError(
            f"{path}：应是由 {wanted} 组成的列表（{what}）", f"{path}: a list of {wanted} is needed ({what})"
        ) from None


def _flat(expect: Mapping[str, object]) -> Mapping[str, object]:
    result = expect.get("result")
    return result if isinstance(result, dict) else {}


def uncovered(policy: Policy, cases: Iterable[Case]) -> tuple[str, ...]:
    """The policy's own rules that none of its cases shows to decide alone."""
    shown = {case.alone for case in cases}
    return tuple(rule.id for rule in policy.rules if not rule.standing and rule.id not in shown)


def attempt(policy: Policy, catalogue: Catalogue, engines: Engines, case: Case) -> Trial:
    """Decides the case with both engines and the reference, and compares with what is expected."""
    decided = decide(policy, catalogue, engines, case.form, case.facts, case.as_of)
    return Trial(case, (*_engines(decided), *unexpected(decided, case)))


def unexpected(decided: Decided, case: Case) -> tuple[Difference, ...]:
    """What of a decision of the case is not as the case expects."""
    answer = offline_answer(decided, case.form, case.facts)
    differences = list(_compared(answer, case.expect))
    if case.alone is not None:
        told = sorted(told_by(decided, answer))
        if told != [case.alone]:
            differences.append(Difference("alone", [case.alone], told))
    return tuple(differences)


def told_by(decided: Decided, answer: Mapping[str, object]) -> set[str]:
    """The rules that the reasons come from, those of items included; without reasons, those that gave the outcome."""
    lists = [answer["reasons"], *(item["reasons"] for item in cast("list[dict[str, object]]", answer["items"]))]
    told = {cast("str", one["rule"]) for found in lists for one in cast("list[dict[str, object]]", found)}
    return told or {one.rule for one in decided.verdict.findings if one.outcome is decided.outcome}


def _engines(decided: Decided) -> Iterator[Difference]:
    if decided.referred_by is not None:
        yield Difference("engines", "agree", "differ")
    reference = judge(decided.policy, decided.sheet)
    if reference != decided.verdict:
        yield Difference("reference", reference.outcome.value, decided.verdict.outcome.value)


def _compared(answer: Mapping[str, object], expect: Mapping[str, object]) -> Iterator[Difference]:
    result = cast("Mapping[str, object]", answer["result"])
    for name, wanted in expect.items():
        if name == "result":
            continue
        if name == "outcome":
            came: object = answer["outcome"]
        elif name in CODES:
            yield from _codes(name, cast("list[str]", wanted), answer)
            continue
        else:
            came = result.get(name)
        if _plain(came) != _plain(wanted):
            yield Difference(name, wanted, came)


def _codes(name: str, wanted: list[str], answer: Mapping[str, object]) -> Iterator[Difference]:
    """Reasons and obligations must be exactly those expected; of notes and advice at least those, and none where none
    is expected."""
    found = sorted({cast("str", one["code"]) for one in cast("list[dict[str, object]]", answer[name])})
    lacking = set(wanted) - set(found)
    exact = name in ("reasons", "obligations") or not wanted
    if lacking or (exact and set(found) != set(wanted)):
        yield Difference(name, sorted(wanted), found)


def _plain(value: object) -> object:
    """Rule files write expected values as bare text: `60` is the number 60, `200.00` the amount "200.00"."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Outcome():
            return str(value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case _:
            return value
