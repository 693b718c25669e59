"""Tasks: what somebody has to look into after a decision. A task never changes a decision; only an officer's outcome
does, and an adverse one only after the person was heard (许可法 art. 36, 69)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from decision_service.casework.records import Doing, Kind, record
from decision_service.casework.working_days import STATUTORY_DAYS
from decision_service.ledger.entry import Entry
from decision_service.policy.shape import Bilingual


class TaskType(StrEnum):
    """Why a task is there."""

    SUPERVISE_COMMITMENT = "supervise_commitment"
    CHANGED_AFTER_GRANT = "changed_after_grant"
    WRONG_APPROVAL = "wrong_approval"
    BAD_RATING = "bad_rating"
    COMPLAINT = "complaint"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class About:
    """What a type of task is, the working days that it may take where nothing else is said (terms of our own but the
    statutory one), and the steps that an officer takes in their order."""

    text: Bilingual
    days: int
    steps: tuple[Bilingual, ...]


_LOOK: Final = Bilingual("调阅全案，核实情况", "open the file and find out what is so")
_HEAR: Final = Bilingual(
    "拟作不利处理的，先告知事实、理由和依据，听取陈述申辩；撤销准予的，依许可法第六十九条保护信赖利益",
    "before anything adverse: tell the person facts, reasons and law, and hear what is said to them; where a grant is "
    "to be taken back, reliance on it is protected (Administrative Licensing Law, art. 69)",
)
_DECIDE: Final = Bilingual("另行作出人工决定，或说明不作改变的理由", "decide as an officer, or say why nothing changes")
_REPLY: Final = Bilingual("核实情况，作出答复", "look into it, and reply")
_DELIVER: Final = Bilingual(
    "通过其他渠道送达，并登记送达日期；期限自送达之日起算",
    "deliver it another way, and have the day acknowledged: periods run from it",
)

TASKS: Final[Mapping[TaskType, About]] = {
    TaskType.SUPERVISE_COMMITMENT: About(
        Bilingual("告知承诺准予后的核查", "check after a grant on commitment"),
        STATUTORY_DAYS,
        (_LOOK, _HEAR, _DECIDE),
    ),
    TaskType.CHANGED_AFTER_GRANT: About(
        Bilingual("准予后情况可能变化", "something may have changed after a grant"),
        STATUTORY_DAYS,
        (_LOOK, _HEAR, _DECIDE),
    ),
    TaskType.WRONG_APPROVAL: About(
        Bilingual("准予可能有误", "an approval may have been wrong"), STATUTORY_DAYS, (_LOOK, _HEAR, _DECIDE)
    ),
    TaskType.BAD_RATING: About(Bilingual("差评整改反馈", "answer to a bad rating"), 5, (_REPLY,)),
    TaskType.COMPLAINT: About(Bilingual("投诉处理答复", "reply to a complaint"), 15, (_REPLY,)),
    TaskType.UNDELIVERED: About(Bilingual("不利文书未送达", "an adverse notice did not arrive"), 5, (_DELIVER,)),
}


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to open on the case of a decision. `occasion` tells apart tasks of one type on one case (a day, a
    number): the same is opened once, however often it is asked for. `due_on`: None for the type's usual term.
    `reason` names nobody, as events may carry it."""

    type: TaskType
    reason: Bilingual
    occasion: str = ""
    due_on: date | None = None


def task_id(type_: TaskType, decision_id: str, occasion: str = "") -> str:
    """The id of a task, which is that of the record that opens it where it has one of its own."""
    return ":".join(("task", type_, decision_id, *([occasion] if occasion else [])))


def task_entry(new: NewTask, about: Entry, doing: Doing) -> Entry:
    """The record that opens a task on the case of `about`, a decision: to be appended to the ledger as it is."""
    name = task_id(new.type, about.decision_id, new.occasion)
    told = {
        "task_id": name,
        "type": new.type,
        "reason": {"zh": new.reason.zh, "en": new.reason.en},
        "due_on": None if new.due_on is None else new.due_on.isoformat(),
    }
    return record(Kind.TASK, name, about, doing, told)
