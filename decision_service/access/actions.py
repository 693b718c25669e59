"""Who may do what: the one table of role and action (docs/access.md, tests/http/test_role_matrix.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, get_args

Role = Literal["platform", "analyst", "approver", "auditor", "operator", "officer"]
"""What a caller (platform) or a member of staff (the others) is. Nobody's role follows from another one."""

Column = Literal["anybody", "trial", "platform", "analyst", "approver", "auditor", "operator", "officer"]
"""A column of the table: a role, or `anybody` who shows nothing, or the one anonymous caller of a trial on loopback."""

Scope = Literal["read", "decide", "review", "rate", "rules", "switch", "cases", "audit", "erase"]
"""What a key is good for at most, within the roles of its owner."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
STAFF_ROLES: Final = frozenset(ROLES) - {"platform"}
COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)


class Action(StrEnum):
    """What can be done at a door. Each route names exactly one."""

    PROBE = "probe"
    READ_GUIDE = "read_guide"
    PRECHECK = "precheck"
    PREFILL = "prefill"
    DECIDE = "decide"
    READ_OWN = "read_own"
    REVIEW = "review"
    COMPLAIN = "complain"
    RATE = "rate"
    DELIVER = "deliver"
    READ_METRICS = "read_metrics"
    READ_CONTROL = "read_control"
    SUSPEND = "suspend"
    RESUME_REQUEST = "resume_request"
    RESUME_CONFIRM = "resume_confirm"
    PROPOSE_RELEASE = "propose_release"
    APPROVE_RELEASE = "approve_release"
    READ_CASE = "read_case"
    AUDIT_CASE = "audit_case"
    RECORD_OUTCOME = "record_outcome"
    CLOSE_TASK = "close_task"
    READ_QUALITY = "read_quality"
    ERASE_REQUEST = "erase_request"
    ERASE_APPROVE = "erase_approve"


@dataclass(frozen=True, slots=True)
class Row:
    """An action: the scope that a key needs for it, what it is, and whose it is."""

    scope: Scope
    zh: str
    en: str
    whose: frozenset[Column]


def _row(scope: Scope, zh: str, en: str, *whose: Column) -> Row:
    return Row(scope, zh, en, frozenset(whose))


_STAFF: Final[tuple[Column, ...]] = ("analyst", "approver", "auditor", "operator", "officer")

TABLE: Final[Mapping[Action, Row]] = {
    Action.PROBE: _row("read", "探测与接口说明", "probes, description", "anybody"),
    Action.READ_GUIDE: _row("read", "查看办事指南", "read the guides", "trial", "platform", *_STAFF),
    Action.PRECHECK: _row("decide", "预检表单", "precheck a form", "trial", "platform"),
    Action.PREFILL: _row("decide", "辅助填报", "prefill a form", "trial", "platform"),
    Action.DECIDE: _row("decide", "提交申请", "submit an application", "trial", "platform"),
    Action.READ_OWN: _row("read", "查看本平台的决定", "read its own decisions", "trial", "platform"),
    Action.REVIEW: _row("review", "申请人工复核", "ask for an officer", "trial", "platform"),
    Action.COMPLAIN: _row("review", "投诉", "complain", "trial", "platform"),
    Action.RATE: _row("rate", "好差评", "rate a case", "trial", "platform"),
    Action.DELIVER: _row("review", "确认送达", "acknowledge delivery", "trial", "platform"),
    Action.READ_METRICS: _row("read", "查看指标", "read metrics", "trial", "auditor", "operator"),
    Action.READ_CONTROL: _row("read", "查看暂停与发布", "see suspensions and releases", *_STAFF),
    Action.SUSPEND: _row("switch", "暂停自动办理", "suspend machine decisions", "operator"),
    Action.RESUME_REQUEST: _row("switch", "申请恢复", "ask to resume", "operator"),
    Action.RESUME_CONFIRM: _row("switch", "确认恢复", "confirm to resume", "operator", "approver"),
    Action.PROPOSE_RELEASE: _row("rules", "提请发布规则", "propose a release", "analyst"),
    Action.APPROVE_RELEASE: _row("rules", "批准发布规则", "approve a release", "approver"),
    Action.READ_CASE: _row("cases", "调阅办件", "read a case", "officer", "auditor"),
    Action.AUDIT_CASE: _row("audit", "查找、核验决定", "search and check decisions", "auditor"),
    Action.RECORD_OUTCOME: _row("cases", "登记人工结论", "record an officer's outcome", "officer"),
    Action.CLOSE_TASK: _row("cases", "办结任务", "work on a task", "officer"),
    Action.READ_QUALITY: _row("audit", "查看质量", "see quality", "analyst", "approver", "auditor", "operator"),
    Action.ERASE_REQUEST: _row("erase", "申请删除个人信息", "ask to erase a person", "officer"),
    Action.ERASE_APPROVE: _row("erase", "批准删除个人信息", "approve to erase a person", "approver"),
}


def is_open(action: Action) -> bool:
    """Whether it needs no proof of who one is."""
    return "anybody" in TABLE[action].whose
