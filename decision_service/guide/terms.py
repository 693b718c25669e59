"""The terms on which a register is asked, as the guide publishes them: how long, what is kept, what failure means."""

from decision_service.facts import PAPER_CODE, REFERRALS, Why
from decision_service.guide.form import pair
from decision_service.policy.shape import Ask, Bilingual, Policy
from decision_service.telling import DEFERRED
from verifiers.registers import Register

_NOT_KEPT = Bilingual("不保存，每次重新查询", "nothing is kept; it is asked anew each time")
_ONCE = Bilingual("每件申请只查询一次，不保存", "asked once for an application, and not kept")
_STATED = Bilingual("没有记录本身就是答案", "that there is no record is itself the answer")
_LATER = Bilingual("不影响结果，事后补查", "it does not change the result, and is asked again later")
_OFFICER = Bilingual("转工作人员办理", "an officer continues")
_PAPER = Bilingual("请补交指南列明的材料", "the paper that this guide lists is asked for")
_WHYS = (
    ("late", Why.LATE, Bilingual("超时", "late")),
    ("faulty", Why.FAULTY, Bilingual("出错", "faulty")),
    ("stale", Why.STALE, Bilingual("数据过期", "too old")),
    ("no_record", Why.NO_RECORD, Bilingual("没有记录", "no record")),
)


def terms(ask: Ask, policy: Policy) -> dict[str, object]:
    """How long the register is waited for, what of its answers is kept, and what follows when it fails, by code."""
    register = ask.register
    return {
        "within_ms": register.timeout_ms,
        "kept": {
            "seconds": register.cache_seconds,
            "only_asked_with": list(register.cached_when_asked_with),
            **pair(_kept(register)),
        },
        "failures": [
            {"when": when, "when_text": pair(said), **_failure(why, ask, policy)} for when, why, said in _WHYS
        ],
    }


def _kept(register: Register) -> Bilingual:
    if register.asked_once:
        return _ONCE
    if not register.cache_seconds:
        return _NOT_KEPT
    minutes = register.cache_seconds // 60
    zh, en = f"最多保存{minutes}分钟", f"kept for at most {minutes} minutes"
    if register.cached_when_asked_with:
        names = ", ".join(register.cached_when_asked_with)
        zh, en = f"{zh}，仅限按{names}查询的公开信息", f"{en}, only what is public: asked with {names}"
    return Bilingual(zh, en)


def _failure(why: Why, ask: Ask, policy: Policy) -> dict[str, object]:
    if why is Why.NO_RECORD and ask.register.no_record is not None:
        return {"code": None, **pair(_STATED)}
    if ask.register.name == "credit" and policy.credit.policy == "record_only":
        return {"code": DEFERRED, **pair(_LATER)}
    if why is Why.NO_RECORD and ask.fallback is not None:
        return {"code": PAPER_CODE, **pair(_PAPER)}
    return {"code": REFERRALS[why], **pair(_OFFICER)}
