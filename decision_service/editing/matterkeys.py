"""The keys in front of a rule file: what matter it is, the law, why it may be decided at once."""

from decision_service.editing.keys import (
    ANY_TEXT,
    DAY,
    LABELS,
    TWO_TEXTS,
    WHOLE,
    YES_NO,
    Key,
    Mapping,
    Named,
    Only,
    Several,
    Text,
    Words,
    key,
    milliseconds,
    number_words,
    words,
)
from decision_service.policy.parts import Bilingual

NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"

ITEM_TYPES: Words = number_words(
    _01="行政许可 / administrative licence",
    _05="行政给付 / benefit",
    _07="行政确认 / administrative confirmation",
    _10="其他行政权力 / other administrative power",
    _20="公共服务 / public service",
)
HANDLE_TYPES: Words = number_words(_1="即办件 / decided at once", _2="承诺件 / decided within a promised time")

_CREDIT = Mapping(
    (
        key(
            "policy",
            "信用怎样起作用",
            "how the credit check acts",
            words(
                record_only="只记录，不影响结果 / recorded without effect",
                bars_commitment="只关闭承诺和容缺的路 / closes the commitment route only",
                bars_matter="依法限制本事项 / bars the matter, by statute",
            ),
            needed=True,
        ),
        key(
            "lists",
            "哪些名单算数；record_only 时不写",
            "the lists that count; none with record_only",
            Several(ANY_TEXT, alone=True),
            only=Only("policy", ("bars_commitment", "bars_matter"), needed=True),
        ),
        key("false_commitments", "虚假承诺是否算数", "whether false commitments count", YES_NO),
    )
)

_BUDGET = Mapping(
    (
        key("p50", "一半的决定在此时间内作出", "half of the decisions are made within it", milliseconds(), needed=True),
        key("p95", "百分之九十五在此时间内作出", "95 in 100 are made within it", milliseconds(), needed=True),
        key("deadline", "最迟作出决定的时间", "no decision takes longer", milliseconds(), needed=True),
    )
)

_BASIS = Mapping(
    (
        *LABELS,
        key(
            "edition",
            "所依据的版本（年份）；示例政策写 illustrative",
            "the edition that was read (its year); `illustrative` for a sample",
            ANY_TEXT,
            needed=True,
        ),
    )
)

_SUITABILITY = Mapping(
    (
        key("no_discretion", "为什么没有裁量余地", "why no discretion is left", TWO_TEXTS, needed=True),
        key("no_site_check", "为什么不用现场核查", "why nothing is checked on site", TWO_TEXTS, needed=True),
        key(
            "no_third_party",
            "为什么不涉及第三人重大利益",
            "why no third party has a major interest",
            TWO_TEXTS,
            needed=True,
        ),
        key(
            "assessment",
            "个人信息保护影响评估（个保法第五十五、五十六条）",
            "the impact assessment (PIPL art. 55, 56)",
            Mapping(
                (
                    key("id", "评估编号", "its number", ANY_TEXT, needed=True),
                    key("on", "评估日期，不晚于生效日", "its day, not after `in_force`", DAY, needed=True),
                )
            ),
            needed=True,
        ),
        key(
            "reviewed_by",
            "两位审核人，不能是同一人",
            "the two reviewers, who are different people",
            Mapping(
                (
                    key("legal", "法务审核人", "the legal reviewer", ANY_TEXT, needed=True),
                    key("technical", "技术审核人", "the technical reviewer", ANY_TEXT, needed=True),
                )
            ),
            needed=True,
        ),
    )
)

MATTER_KEYS: tuple[Key, ...] = (
    key("matter", "事项代号，与文件夹同名", "the matter, as its folder is called", Text(NAME), needed=True),
    key("zh", "事项中文名称", "the matter's name in Chinese", ANY_TEXT, needed=True),
    key("en", "事项英文名称", "the matter's name in English", ANY_TEXT, needed=True),
    key("in_force", "生效日，也是文件名", "the first day, which names the file", DAY, needed=True),
    key(
        "illustrative",
        "是否示例政策；凡给人看的地方都会标明",
        "whether it is a sample policy; people are told so everywhere",
        YES_NO,
    ),
    key("item", "实施编码", "the code of the item", ANY_TEXT, needed=True),
    key("item_type", "事项类型（GB/T 39046-2020 表 A.1）", "the type of item", ITEM_TYPES, needed=True),
    key("handle_type", "办件类型", "how it is handled", HANDLE_TYPES, needed=True),
    key(
        "applicant",
        "谁可以申请",
        "who applies",
        words(
            natural_person="自然人 / a natural person",
            legal_person_or_individual_business="法人或个体工商户 / a legal person or individual business",
        ),
        needed=True,
    ),
    key(
        "office",
        "办理机关的统一社会信用代码或编号，第3至8位是区划",
        "the office; characters 3 to 8 are its division",
        ANY_TEXT,
        needed=True,
    ),
    key(
        "identity",
        "身份要求",
        "how surely the applicant must be known",
        words(
            real_name="实名 / real name",
            real_person="实人（要有一条要求实人核验的规则） / real person, with a live check",
        ),
        needed=True,
    ),
    key("weight", "负载测试中的份额", "its share of the load in load tests", WHOLE),
    key("credit", "信用政策（逢办必查）", "the credit policy", _CREDIT, needed=True),
    key("budget", "时限，如 600 ms", "the times that are promised, such as 600 ms", _BUDGET, needed=True),
    key(
        "basis",
        "法律依据，用数字编号；规则和参数引用编号",
        "the legal basis, numbered; rules and parameters cite the numbers",
        Named(_BASIS, Bilingual("依据编号", "its number"), pattern=r"^[0-9]+$"),
        needed=True,
    ),
    key(
        "suitability",
        "为什么可以秒批（RQ-F2、RQ-H3）",
        "why it may be decided at once (RQ-F2, RQ-H3)",
        _SUITABILITY,
        needed=True,
    ),
)
