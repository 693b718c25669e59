"""What happened with one decision, in the order of time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from decision_service.workbench.following.words import EVENTS, PURPOSES, STATUSES, WAYS, Words
from decision_service.workbench.visit import Visit


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at an instant; `link` is another decision that it leads to, "" for none."""

    at: str
    text: str
    link: str = ""


def told_in_order(visit: Visit, words: Words, file: Mapping[str, Any]) -> list[Moment]:
    """The registers' answers, the decision, and then what came after, with the other decisions on the application."""
    asked = sorted(_asked(visit, words, file), key=lambda one: one.at)
    answer, outcome = file["answer"], words.outcome(file["answer"]["outcome"])
    decided = visit.say(f"系统作出决定：{outcome}", f"the system decided: {outcome}")
    after = sorted(_after(visit, words, file), key=lambda one: one.at)
    return [*asked, Moment(answer["decided_at"], decided), *after]


def _asked(visit: Visit, words: Words, file: Mapping[str, Any]) -> Iterator[Moment]:
    for one in file["facts"]:
        status, name = words.of(STATUSES, one["status"]), visit.say(one["zh"], one["en"])
        yield Moment(one["asked_at"], visit.say(f"查询{name}：{status}", f"asked {name}: {status}"))


def _after(visit: Visit, words: Words, file: Mapping[str, Any]) -> Iterator[Moment]:
    say, answer = visit.say, file["answer"]
    for one in file["history"]:
        yield Moment(one["at"], _event(visit, words, one))
    for one in file.get("decisions", ()):
        if one["decision_id"] != answer["decision_id"]:
            other = words.outcome(one["outcome"])
            told = say(f"同一办件的另一决定：{other}", f"another decision on the application: {other}")
            yield Moment(one["decided_at"], told, one["decision_id"])


def _event(visit: Visit, words: Words, one: Mapping[str, Any]) -> str:
    says = one["says"]
    kind = words.of(EVENTS, one["kind"])
    head = visit.say(f"{kind}（{one['by']}）", f"{kind} ({one['by']})")
    if not isinstance(says, Mapping):
        return head
    parts = [words.outcome(says["outcome"])] if "outcome" in says else []
    parts += [str(says["text"])] if isinstance(says.get("text"), str) else []
    parts += list(_reasons(visit, says.get("reasons") or ()))
    parts += [visit.say(says["zh"], says.get("en") or says["zh"])] if isinstance(says.get("zh"), str) else []
    return visit.say(f"{head}：{'；'.join(parts)}", f"{head}: {'; '.join(parts)}") if parts else head


def _reasons(visit: Visit, reasons: Iterable[object]) -> Iterator[str]:
    for one in reasons:
        if isinstance(one, Mapping) and isinstance(one.get("zh"), str):
            yield visit.say(one["zh"], one.get("en") or one["zh"])


def purpose_in_words(visit: Visit, words: Words, purpose: str) -> str:
    """What somebody read a decision for, as the journal has it: a purpose of staff, or the route or command."""
    head, _, code = purpose.partition(": ")
    if head == "staff" and code in PURPOSES:
        return visit.say(f"工作人员：{words.of(PURPOSES, code)}", f"staff: {words.of(PURPOSES, code)}")
    if purpose.startswith("miaopi "):
        return visit.say(f"命令 {purpose}", f"the command {purpose}")
    return words.of(WAYS, purpose)
