"""The problems of casework: what may not be done to a case now, and why."""

from collections.abc import Mapping

from decision_service.http.said import Said

CASEWORK: Mapping[str, Said] = {
    "purpose_missing": Said(
        400,
        "没有写明调阅目的",
        "it is not said what the file is read for",
        "请在 purpose 中写明目的，见 docs/officers.md",
        "name one of the purposes of docs/officers.md in `purpose`",
    ),
    "feedback_key_wrong": Said(
        403,
        "评价或投诉凭证不对",
        "the key is not that of this case",
        "请使用决定书上 feedback 中的凭证",
        "use the key under `feedback` of the answer",
    ),
    "unknown_item": Said(
        404,
        "没有这个待办事项",
        "there is no such item",
        "待办事项见 GET /staff/v1/queue",
        "GET /staff/v1/queue lists those there are",
    ),
    "unknown_complaint": Said(
        404,
        "没有这个投诉凭证",
        "there is no case of this key",
        "请核对投诉凭证",
        "check the complaint key",
    ),
    "item_not_open": Said(
        409,
        "该事项已办结",
        "the item is closed",
        "无需再办",
        "nothing is left to do on it",
    ),
    "item_claimed": Said(
        409,
        "该事项已由他人承办",
        "somebody else has taken the item",
        "请另选一项",
        "take another one",
    ),
    "item_not_claimed": Said(
        409,
        "您没有承办该事项",
        "you have not taken the item",
        "请先承办",
        "claim it first",
    ),
    "same_officer": Said(
        409,
        "作出决定的人不得复核该决定",
        "who decided does not review",
        "请由另一名工作人员承办",
        "another officer has to take it",
    ),
    "not_heard": Said(
        409,
        "作出不利处理前应先告知并听取陈述申辩",
        "the person was not heard yet",
        "先记录告知，再记录陈述申辩或逾期未陈述",
        "record that the person was told, and then what was said, or that the day for it has passed",
    ),
    "hearing_out_of_order": Said(
        409,
        "听取意见的步骤次序不对",
        "this step of the hearing is out of order",
        "先告知，再记录陈述；逾期未陈述须在告知的期限届满之后记录",
        "first tell the person; that nothing was said can be recorded once the day that was named is over",
    ),
    "case_moved_on": Said(
        409,
        "该案已有变化",
        "the case has moved on",
        "请重新调阅后再办",
        "read the case again",
    ),
    "case_not_closed": Said(
        409,
        "该案尚未办结",
        "the case is not closed",
        "办结后再评价；补正、容缺的案件由申请人继续办理",
        "it is rated once it is closed; what waits for the applicant is not decided by an officer",
    ),
    "rated_before": Said(
        409,
        "该案已评价过",
        "the case was rated before",
        "一事一评，不能再评",
        "a case is rated once",
    ),
    "complaint_open": Said(
        409,
        "上一次投诉尚未答复",
        "an earlier complaint still waits for its reply",
        "答复见 GET /v1/decisions/{decision_id}/case",
        "the reply will be in GET /v1/decisions/{decision_id}/case",
    ),
    "not_granted": Said(
        409,
        "该案没有准予的内容",
        "nothing was granted in this case",
        "只有准予的决定可以提出疑点",
        "only a grant can be doubted",
    ),
    "wrong_kind_of_item": Said(
        409,
        "该事项不能这样办理",
        "an item of this kind is not handled so",
        "办法见 docs/officers.md",
        "docs/officers.md says how each kind is handled",
    ),
    "rules_missing": Said(
        503,
        "没有作出该决定时的规则文件",
        "the rules by which the case was decided are not here",
        "请把当时发布的规则文件放回",
        "put the rule file back as it was published then",
    ),
}
"""By the last part of their types."""
