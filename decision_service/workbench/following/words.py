"""What things are called on the pages of decisions, in the reader's language."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from decision_service.outcome import APPROVALS, PRECEDENCE, Outcome
from decision_service.policy.parts import Bilingual
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from decision_service.workbench.parts import Mood
from decision_service.workbench.shelves import shelf_of
from decision_service.workbench.visit import Visit

STATUSES: Final[Mapping[str, Bilingual]] = {
    "ok": Bilingual("已答复", "answered"),
    "no_record": Bilingual("查无记录", "no record"),
    "timeout": Bilingual("超时未答", "did not answer in time"),
    "error": Bilingual("出错", "failed"),
    "stale": Bilingual("数据过旧", "too old"),
    "not_asked": Bilingual("未查询", "not asked"),
}
ORIGINS: Final[Mapping[str, Bilingual]] = {
    "asked": Bilingual("为本件查询", "asked for this application"),
    "shared": Bilingual("与同时在办的一件合并查询", "asked together with another application under way"),
    "cached": Bilingual("此前的答复，仍在有效期", "an earlier answer that was still fresh"),
    "credential": Bilingual("申请人出示的可验证凭证", "shown by the applicant as a credential"),
}
EVENTS: Final[Mapping[str, Bilingual]] = {
    "review_request": Bilingual("申请人要求人工复核", "the applicant asks for a review"),
    "case_claim": Bilingual("工作人员承办", "taken by an officer"),
    "case_release": Bilingual("工作人员放回", "put back by an officer"),
    "hearing": Bilingual("听取陈述申辩", "hearing of the person"),
    "officer_outcome": Bilingual("工作人员作出决定", "decided by an officer"),
    "task": Bilingual("产生待办任务", "a task was opened"),
    "task_answer": Bilingual("任务办结", "a task was answered"),
    "rating": Bilingual("好差评", "rated"),
    "complaint": Bilingual("投诉", "complaint"),
    "complaint_reply": Bilingual("投诉已答复", "complaint answered"),
    "sample": Bilingual("抽中盲审", "drawn for a blind look"),
    "blind_finding": Bilingual("盲审意见", "finding of a blind look"),
    "overdue_alarm": Bilingual("超期提醒", "overdue"),
    "delivery": Bilingual("送达", "delivered"),
}
KINDS: Final[Mapping[str, Bilingual]] = {
    "referral": Bilingual("转人工", "left to an officer"),
    "review": Bilingual("申请复核", "review asked for"),
    "blind_sample": Bilingual("盲审", "blind look"),
    "task": Bilingual("任务", "task"),
}
PURPOSES: Final[Mapping[str, Bilingual]] = {
    "decide": Bilingual("办理决定", "to decide"),
    "review": Bilingual("复核", "to review"),
    "blind_sample": Bilingual("盲审", "for a blind look"),
    "task": Bilingual("办理任务", "for a task"),
    "complaint": Bilingual("处理投诉", "for a complaint"),
    "audit": Bilingual("审计核验", "to audit"),
}
WAYS: Final[Mapping[str, Bilingual]] = {
    "GET /staff/v1/decisions/{decision_id}/replay": Bilingual("按记录重算", "made it again from the record"),
    "GET /staff/v1/decisions/{decision_id}/receipt": Bilingual("取回执", "fetched the receipt"),
    "POST /staff/v1/complaints:find": Bilingual("凭投诉凭证查找", "looked it up by a complaint key"),
}
"""Ways by which a decision is read without a purpose being asked for, as the journal has them."""

ENGINES: Final[Mapping[str, Bilingual]] = {
    "compiled": Bilingual("甲引擎（编译）", "engine A (compiled)"),
    "rete": Bilingual("乙引擎（规则网络）", "engine B (rule network)"),
}
STATES: Final[Mapping[str, Bilingual]] = {
    "holds": Bilingual("符合", "met"),
    "fails": Bilingual("不符合", "not met"),
    "unknown": Bilingual("未能核实", "could not be checked"),
    "silent": Bilingual("未涉及", "did not matter"),
    "not_judged": Bilingual("留给工作人员判断", "left to an officer"),
}
MOODS: Final[Mapping[str, Mood]] = {"holds": "good", "fails": "bad", "unknown": "warn"}


CHANNELS: Final[Mapping[str, Bilingual]] = {
    "counter": Bilingual("窗口", "counter"),
    "pc": Bilingual("网页", "web"),
    "mobile": Bilingual("手机", "mobile"),
    "self_service": Bilingual("自助机", "self-service machine"),
}

_PLACE: Final = re.compile(r"\{\w+\}")
"""What a sentence of a reason is filled with."""


class Words:
    """What the rule files call things, for one reader."""

    def __init__(self, visit: Visit, shelf: Shelf) -> None:
        self._visit = visit
        self._shelf = shelf
        self.matters = {matter: visit.tell(versions[-1].name) for matter, versions in shelf.versions.items()}
        self.outcomes = {one.value: self._outcome(one) for one in PRECEDENCE}
        self.cities = {code: visit.tell(name) for code, name in shelf.catalogue.prefectures.items()}

    def matter(self, code: str) -> str:
        """Of a matter."""
        return self.matters.get(code, code)

    def outcome(self, code: str | None) -> str:
        """Of an outcome; where the facts were erased, that."""
        return self._visit.say("内容已删除", "erased") if code is None else self.outcomes.get(code, code)

    def mood(self, code: str | None) -> Mood:
        """How an outcome looks."""
        if code in APPROVALS:
            return "good"
        return "bad" if code in (Outcome.REJECTED, Outcome.NOT_ACCEPTED) else "warn" if code else ""

    def policy(self, matter: str, day: date) -> Policy | None:
        """The rules of a matter that are in force on `day`, None where the folder has none."""
        return self._shelf.in_force(matter, day)

    def city(self, code: str) -> str:
        """Of a city."""
        return self.cities.get(code, code)

    def of_register(self, register: str) -> Callable[[str], str]:
        """Of what a register states, by path as `Register.called`: "" where it has no word."""
        found = self._shelf.catalogue.registers.get(register)
        return self._looked_up({} if found is None else found.called)

    def of_form(self, policy: Policy | None) -> Callable[[str], str]:
        """Of the parts of a form's lists, by path as `Field.called`: "" where it has no word."""
        fields = () if policy is None else policy.fields
        return self._looked_up({path: words for one in fields for path, words in one.called.items()})

    def _looked_up(self, called: Mapping[str, tuple[str, str]]) -> Callable[[str], str]:
        return lambda path: self._visit.say(*called.get(path, ("", "")))

    def reason(self, code: str) -> str:
        """Of a reason; what its sentence is filled with in each case is left open."""
        found = self._shelf.catalogue.reasons.get(code)
        return "" if found is None else _PLACE.sub("…", self._visit.tell(found))

    def value(self, name: str) -> str:
        """Of a value that an outcome states."""
        found = self._shelf.catalogue.results.get(name)
        return name if found is None else self._visit.tell(found)

    def channel(self, code: str | None) -> str:
        """By which way an application came."""
        return "—" if not code else self.of(CHANNELS, code)

    def of(self, words: Mapping[str, Bilingual], code: str) -> str:
        """Of a code of one of the tables here."""
        found = words.get(code)
        return code if found is None else self._visit.tell(found)

    def age(self, seconds: int | None) -> str:
        """Of how old something was."""
        if seconds is None:
            return "—"
        whole = timedelta(seconds=seconds)
        if whole.days >= 2:
            return self._visit.say(f"{whole.days} 天", f"{whole.days} days")
        hours = int(whole.total_seconds() // 3600)
        if hours:
            return self._visit.say(f"{hours} 小时", f"{hours} h")
        return self._visit.say(f"{seconds // 60} 分钟", f"{seconds // 60} min")

    def instant(self, text: str) -> str:
        """Of an instant (RFC 3339, in China's time)."""
        return text[:19].replace("T", " ")

    def _outcome(self, outcome: Outcome) -> str:
        found = self._shelf.catalogue.outcomes.get(outcome)
        return outcome.value if found is None else self._visit.tell(found)


def read_words(visit: Visit, rules: Path) -> Words:
    """The words of the rules folder. The first time takes a moment: not for the event loop. Raises PolicyProblems."""
    return Words(visit, shelf_of(rules))
