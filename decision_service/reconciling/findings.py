"""What reconciliation finds: differences that nothing explains, and what it counts as explained, by which rule."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

MOST_KEPT: Final = 10_000
"""Differences listed; more are counted only."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not match. Only numbers of applications, decisions and calls, and a register's name."""

    kind: str
    application_id: str
    decision_id: str | None = None
    register: str | None = None
    call_id: str | None = None

    def as_json(self) -> dict[str, object]:
        """Its shape in reports, with what it means."""
        zh, en = DIFFERENCES[self.kind]
        return {
            "kind": self.kind,
            "zh": zh,
            "en": en,
            "application_id": self.application_id,
            "decision_id": self.decision_id,
            "register": self.register,
            "call_id": self.call_id,
        }


DIFFERENCES: Final[dict[str, tuple[str, str]]] = {
    "lost_call": ("决定所用的答复没有调用记录", "the decision uses an answer of which the journal has no call"),
    "anothers_answer": (
        "决定所用的答复属于另一办件的调用",
        "the decision uses the answer to another application's call",
    ),
    "digest_differs": ("答复摘要与调用记录不一致", "the answer's digest is not that of the call"),
    "status_differs": ("答复状态与调用记录不一致", "the answer's status is not that of the call"),
    "params_differ": ("所报参数与调用记录不一致", "other parameters were sent than the decision says"),
    "time_differs": ("答复时间与调用时间不符", "the call does not lie within the time of the decision"),
    "answer_altered": ("留存的原始答复与其摘要不符", "the raw answer kept does not have its digest any more"),
    "doubled_decision": ("同一办件未经补正重复决定", "decided again without a correction in between"),
    "request_id_reused": ("同一答复编号用于不同办件", "calls of several applications got the same request id"),
    "asked_again": ("只应查询一次的数据源被查询多次", "a register that is asked once per application was called again"),
    "called_too_often": ("同一查询调用超过两次", "one question was put more than twice"),
    "unused_call": ("已答复的调用未见于决定", "a call was answered that the decision does not mention"),
    "call_after_decision": ("办结后仍有调用", "a call was made after the application had been decided"),
    "not_listed": ("调用了事项未列明的数据源", "a call to a register that the matter does not list"),
    "no_purpose": ("调用未写明用途", "a call without a purpose"),
    "credit_missing": ("未做信用查询", "decided without a credit check"),
    "deferred_missing": ("信用查询逾期未补做", "a credit check that was put off was not made within 24 hours"),
    "deferred_late": (
        "信用查询超过24小时才补做",
        "a credit check that was put off was made later than within 24 hours",
    ),
    "not_in_journal": ("交换平台有调用，本方无记录", "the exchange logged a call that the journal lacks"),
    "not_at_exchange": (
        "本方有答复，交换平台无调用",
        "the journal has an answer to a call that the exchange never logged",
    ),
}
"""Each kind of difference, in Chinese and English."""

EXPLAINED: Final[dict[str, tuple[str, str]]] = {
    "asked": ("自行查询的答复", "answers of calls of their own"),
    "kept": ("补正前已得的答复", "answers kept from an earlier submission of the application"),
    "shared": ("与他件同时查询共用的答复", "answers shared with a call under way for another application"),
    "cached": ("目录允许暂存的答复", "answers kept from an earlier call, as the catalogue allows"),
    "credential": ("以电子证照代替", "a credential stood for the register"),
    "unanswered": ("查询未得答复", "calls without an answer, told as such by the decision"),
    "not_put": (
        "未发出的查询（熔断、满载、时限已到）",
        "questions not put: the breaker was open, no place, no time left",
    ),
    "hedged": ("同一查询的备份调用", "second calls for one question, of which the first answer counts"),
    "cancelled": ("不再等待而取消的调用", "calls cut off when nobody waited for them any more"),
    "unfinished": ("进程中断、结果不明的调用", "calls whose process ended before they did"),
    "deferred": ("决定后补做的信用查询", "credit checks made after the decision"),
    "again": (
        "数据源恢复之前再次核验未果的调用",
        "calls to decide a case again, made before the late register had answered",
    ),
    "post_check": ("批准之后核对的调用", "calls of checks after a grant"),
    "checked": ("批准后核对所用的答复", "answers that checks after a grant on record rest on"),
    "prefill": ("填表提示的查询，不属于任何决定", "calls for suggestions to a form, which belong to no decision"),
    "interrupted": ("中途转人工，调用未及使用", "calls of decisions that were broken off and referred"),
    "without_decision": (
        "未形成决定的调用（中断、503）",
        "calls of attempts that ended without a decision (503, a crash)",
    ),
    "did_not_arrive": ("未到达交换平台的调用", "calls that never reached the exchange"),
    "no_credit_check": ("无从做信用查询的办件", "decisions on applications whose credit can't be asked"),
}
"""Each rule that explains a call or an answer, in Chinese and English."""


@dataclass(slots=True)
class Tally:
    """What was found so far. `due`: credit checks put off whose 24 hours are not over."""

    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    due: int = 0
    decisions: int = 0
    answers: int = 0
    calls: int = 0

    def differ(self, difference: Difference) -> None:
        """Something does not match."""
        self.counts[difference.kind] += 1
        if len(self.differences) < MOST_KEPT:
            self.differences.append(difference)

    def explain(self, rule: str) -> None:
        """An answer or a call is as it should be, by `rule`."""
        self.explained[rule] += 1
