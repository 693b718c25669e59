"""The standing sentences of a notice, in Chinese and English."""

from collections.abc import Mapping
from typing import Final

from decision_service.outcome import Outcome
from decision_service.policy.shape import Bilingual

DECIDED: Final[dict[Outcome, Bilingual]] = {
    Outcome.APPROVED: Bilingual(
        "经审查，您的申请符合规定的条件，决定准予。", "The application meets the conditions of the law and is granted."
    ),
    Outcome.APPROVED_ON_COMMITMENT: Bilingual(
        "您已作出告知承诺，决定准予；所承诺的条件将在决定之后核查。",
        "On your written commitment the application is granted; what you committed to is checked afterwards.",
    ),
    Outcome.PARTIALLY_APPROVED: Bilingual(
        "经审查，决定准予申请的一部分；其余部分的结果和理由见下。",
        "The application is granted in part; the outcome of every other part, with its reasons, stands below.",
    ),
    Outcome.ACCEPTED_TOLERANT: Bilingual(
        "您的申请已容缺受理，尚未作出决定；请在期限内补交下列材料。",
        "The application is accepted and not yet decided; the minor material named below may follow by the day given.",
    ),
    Outcome.CORRECTION_REQUIRED: Bilingual(
        "申请尚需补正。需要补正的内容在此一次告知完毕；补正后可以继续办理，已填写的其他内容不必重填。",
        "The application needs corrections. This is the complete list; once they are made it continues, and nothing "
        "else has to be filled in again.",
    ),
    Outcome.REFERRED: Bilingual(
        "您的申请已经收到，转由工作人员办理；这不是决定，您无需重复提交。",
        "The application has been received and goes to an officer. This is no decision, and nothing needs to be sent "
        "again.",
    ),
    Outcome.NOT_ACCEPTED: Bilingual(
        "经审查，决定不予受理，理由见下。", "The application is not accepted, for these reasons."
    ),
    Outcome.REJECTED: Bilingual("经审查，决定不予批准，理由见下。", "The application is refused, for these reasons."),
}
"""What the decision comes to, in a sentence."""

AUTOMATIC: Final = Bilingual(
    "本决定由自动化决策作出，没有工作人员参与，特此告知（个人信息保护法第二十四条）；两套独立的规则引擎得出相同结果。",
    "You are told, as the Personal Information Protection Law art. 24 wants it, that automated means decided this "
    "without a person; two independent engines came to the same result.",
)

BY_OFFICER: Final = Bilingual(
    "本决定由工作人员作出，不是由系统自动作出。", "An officer made this decision, not the system."
)

OFFICER_DECIDED: Final[Mapping[Outcome, Bilingual]] = DECIDED | {
    Outcome.PARTIALLY_APPROVED: Bilingual(
        "经审查，决定准予申请的一部分，理由见下。", "The application is granted in part, for these reasons."
    ),
}
"""The same of an officer's outcome, whose parts stand in its reasons."""

IN_REASONS: Final = Bilingual("认定的事实见理由。", "The facts found stand in the reasons.")

NOT_DECIDED: Final = Bilingual(
    "系统没有作出决定：凡有疑问或者依法应当由人判断的，都由工作人员办理。",
    "The system has decided nothing: whatever is in doubt, or a person's to judge by law, goes to an officer.",
)

NO_FINDINGS: Final = Bilingual("系统未作认定。", "The system made no findings.")

ANSWERS: Final[Mapping[str, Bilingual]] = {
    "ok": Bilingual("已核验", "answered"),
    "no_record": Bilingual("无记录", "no record"),
    "timeout": Bilingual("未及时答复", "did not answer in time"),
    "error": Bilingual("答复不可用", "gave no usable answer"),
    "stale": Bilingual("数据过期", "data too old"),
    "not_asked": Bilingual("未查询", "not asked"),
}
"""How a register answered."""

APPLIES: Final = Bilingual("适用", "applies")
"""How a rule stands that opens a route, and did."""

FORM: Final = Bilingual("申请表", "application form")
NOT_GIVEN: Final = Bilingual("（未填写）", "(not given)")
LONG_TERM: Final = Bilingual("长期", "no end date")
TEST_SEAL: Final = Bilingual("测试印章 · 无法律效力", "TEST SEAL · NOT A LEGAL SEAL")
LICENCE_MARK: Final = Bilingual(
    "证照类型代码为示例编制；校验码按 GB/T 36904-2018 计算",
    "The type code is illustrative; the check character is that of GB/T 36904-2018",
)

NO_NUMBER: Final = Bilingual("试算，不编号", "a trial, without a number")
TRIAL: Final = Bilingual(
    "试算：没有作出任何决定，也没有记录。", "A trial: nothing was decided, and nothing is on record."
)
"""What a page carries that shows what a notice would say."""
