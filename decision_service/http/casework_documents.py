"""What the OpenAPI description says of the routes of casework."""

from typing import Any, Final

from decision_service.access.actions import Action
from decision_service.http.casework_wire import (
    AnswerIn,
    ComplaintIn,
    ComplaintKeyIn,
    DoubtIn,
    HearingIn,
    OutcomeIn,
    RatingIn,
)
from decision_service.http.documents import KEY, document

Schema = dict[str, Any]

_ANY: Final[Schema] = {"type": "object"}
_LIST: Final[Schema] = {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": _ANY}},
}
_OF_CASE: Final = ("unknown_decision", "not_ready")
_KEPT: Final = ("not_recorded", "key_missing", "key_malformed", "key_reused")
_OF_ITEM: Final = (
    "unknown_item", "item_not_open", "item_not_claimed", "case_moved_on", "erased", "not_ready", "rules_missing",
)  # fmt: skip


def query(name: str, description: str, schema: Schema, *, required: bool = False) -> Schema:
    """A parameter of an address."""
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


PURPOSES: Final = ("decide", "review", "blind_sample", "task", "complaint", "audit")
"""What a case may be read for."""

MOST_LISTED: Final = 200

MOST_CHARACTERS: Final = 256
_TEXT: Final[Schema] = {"type": "string", "maxLength": MOST_CHARACTERS}
_PURPOSE: Final = query(
    "purpose", "what the file is read for 调阅目的", {"type": "string", "enum": list(PURPOSES)}, required=True
)

CASE: Final = document(_ANY, _OF_CASE, action=Action.READ_OWN)
CASE_RECEIPT: Final = document(_ANY, (*_OF_CASE, "case_not_closed"), action=Action.READ_OWN)
RATE: Final = document(
    _ANY,
    (*_OF_CASE, "not_recorded", "feedback_key_wrong", "case_not_closed", "rated_before"),
    RatingIn,
    {"satisfied": {"rating_key": "RT-0123456789ABCDEF", "level": 2, "comment": ""}},
    action=Action.RATE,
)
COMPLAIN: Final = document(
    _ANY,
    (*_OF_CASE, *_KEPT, "feedback_key_wrong", "complaint_open"),
    ComplaintIn,
    {"slow": {"complaint_key": "CP-0123456789ABCDEF0123456789ABCDEF-0123456789ABCDEF", "text": "等了很久"}},
    action=Action.COMPLAIN,
    parameters=(KEY,),
)
QUEUE: Final = document(
    _LIST,
    ("envelope", "not_ready"),
    action=Action.READ_CASE,
    parameters=(
        query("matter", "only of this matter 事项", _TEXT),
        query(
            "kind", "only of this kind 类别", {"type": "string", "enum": ["referral", "review", "blind_sample", "task"]}
        ),
        query("city", "only of this city 城市", _TEXT),
        query("mine", "only what I have taken 我承办的", {"type": "string", "enum": ["yes"]}),
        query("overdue", "only what is overdue 已超期", {"type": "string", "enum": ["yes"]}),
        query("after", "where the last page ended (its `next`) 上一页的 next", _TEXT),
        query(
            "limit", "at most so many, 50 if not said 条数", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED}
        ),
    ),
)
CLAIM: Final = document(_ANY, (*_OF_ITEM, "item_claimed", "same_officer", "not_recorded"), action=Action.CLOSE_TASK)
RELEASE: Final = document(_ANY, (*_OF_ITEM, "not_recorded"), action=Action.CLOSE_TASK)
FILE: Final = document(_ANY, (*_OF_ITEM, "purpose_missing"), action=Action.READ_CASE, parameters=(_PURPOSE,))
OUTCOME: Final = document(
    _ANY,
    (*_OF_ITEM, *_KEPT, "same_officer", "not_heard", "wrong_kind_of_item", "case_not_closed"),
    OutcomeIn,
    {"approved": {"outcome": "APPROVED", "reasons_zh": "经核实，符合条件", "basis": [1], "result": {}}},
    action=Action.RECORD_OUTCOME,
    parameters=(KEY,),
)
FINDING: Final = document(
    _ANY,
    (*_OF_ITEM, *_KEPT, "wrong_kind_of_item"),
    OutcomeIn,
    {"approved": {"outcome": "APPROVED", "reasons_zh": "符合条件", "basis": [1], "result": {}}},
    action=Action.RECORD_OUTCOME,
    parameters=(KEY,),
)
HEARING: Final = document(
    _ANY,
    (*_OF_ITEM, *_KEPT, "hearing_out_of_order", "wrong_kind_of_item"),
    HearingIn,
    {"told": {"step": "told", "text": "拟撤销准予，理由和依据如下", "respond_by": "2026-04-01"}},
    action=Action.CLOSE_TASK,
    parameters=(KEY,),
)
ANSWER: Final = document(
    _ANY,
    (*_OF_ITEM, *_KEPT, "wrong_kind_of_item"),
    AnswerIn,
    {"reply": {"zh": "已核实并整改", "en": "looked into and put right"}},
    action=Action.CLOSE_TASK,
    parameters=(KEY,),
)
DOUBT: Final = document(
    _ANY,
    (*_OF_CASE, *_KEPT, "not_granted", "erased", "case_moved_on"),
    DoubtIn,
    {"doubt": {"zh": "登记库事后更正", "en": "a register was corrected afterwards"}},
    action=Action.CLOSE_TASK,
    parameters=(KEY,),
)
FIND: Final = document(
    _ANY,
    ("unknown_complaint", "not_ready"),
    ComplaintKeyIn,
    {"key": {"complaint_key": "CP-0123456789ABCDEF0123456789ABCDEF-0123456789ABCDEF"}},
    action=Action.READ_CASE,
)
QUALITY: Final = document(_ANY, ("not_ready",), action=Action.READ_QUALITY)
