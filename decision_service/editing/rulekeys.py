"""The keys of what decides and what follows: parameters, tables, names, rules, results, cases."""

from decision_service.editing.keys import (
    ANY_TEXT,
    ANYTHING,
    CONDITION,
    DAY,
    LABELS,
    TWO_TEXTS,
    Changes,
    Either,
    Facts,
    Key,
    Listed,
    Mapping,
    Named,
    Only,
    Several,
    TableText,
    Text,
    key,
    words,
)
from decision_service.editing.matterkeys import NAME
from decision_service.policy.parts import Bilingual

_BASIS = key(
    "basis",
    "依据的编号，如 [1]",
    "numbers of the legal basis, such as [1]",
    Several(Text(r"^[0-9]+$"), alone=True),
    needed=True,
)
HITS = words(
    **{
        "unique": "恰好一行符合（不写时） / exactly one row fits (if left out)",
        "any": "几行符合时结果须相同 / rows that fit must agree",
        "first": "取第一行 / the first row that fits",
        "priority": "取 order 中最强的 / the strongest by `order`",
        "rule order": "按行的次序列出 / all, in the order of rows",
        "output order": "按 order 的次序列出 / all, in the order of `order`",
        "collect": "全部列出 / all, in no order",
        "collect sum": "求和 / their sum",
        "collect min": "最小 / the least",
        "collect max": "最大 / the greatest",
        "collect count": "个数 / how many",
    }
)
"""The hit policies, and what each does where several rows fit."""

_TABLE_ONLY = Only("table")
_ORDERED = Only("hit", ("priority", "output order"), needed=True)
_TABLE_KEYS = (
    key(
        "gives",
        "交叉表中值的类型，如 money",
        "the kind of a cross table's values, such as money",
        ANY_TEXT,
        only=_TABLE_ONLY,
    ),
    key("hit", "命中策略（DMN），不写为 unique", "the hit policy (DMN), else unique", HITS, only=_TABLE_ONLY),
    key(
        "order",
        "输出值的先后，最强的在前",
        "the output values, strongest first",
        Several(ANY_TEXT, alone=True),
        only=_ORDERED,
    ),
)
_TABLE = key("table", "表格，每格之间用 | 隔开", "the table, cells parted by |", TableText())

PARAMETER = Mapping(
    (
        *LABELS,
        _BASIS,
        key("value", "数或文字", "a number or a text", ANY_TEXT, never_with=("table",)),
        *_TABLE_KEYS,
        _TABLE,
    ),
    needs_one=("value", "table"),
)
TABLE = Mapping((*LABELS, _BASIS, *_TABLE_KEYS, Key(_TABLE.name, _TABLE.label, _TABLE.shape, needed=True)))

_TELL = key(
    "tell",
    "一并告知的值",
    "values that are told as well",
    Named(CONDITION, Bilingual("所告知值的名称", "the name of what is told")),
)
_FILL = key(
    "fill",
    "填理由句子里的花括号",
    "what the braces of the reason's sentence are filled with",
    Named(Either((ANY_TEXT, TWO_TEXTS)), Bilingual("花括号里的名称", "the name in braces")),
)
_ALTERNATIVE = Mapping(
    (
        key("when", "什么情形；最后一项不写", "in which situation; the last entry has none", CONDITION),
        key("then", "结果和理由代码", "outcome and reason code", Listed("consequences"), needed=True),
        _TELL,
        _FILL,
    )
)
RULE = Mapping(
    (
        *LABELS,
        _BASIS,
        key("item", "只决定哪一分项", "the only item that it settles", ANY_TEXT),
        key("must", "必须成立的条件", "what has to hold", CONDITION, needed=True),
        key(
            "else",
            "不成立时的结果和理由代码，或者分情形的列表",
            "outcome and reason code where it does not hold, or a list by situation",
            Either((Listed("consequences"), Several(_ALTERNATIVE))),
            needed=True,
        ),
        _TELL,
        _FILL,
        key(
            "refusal",
            "由系统拒绝的两项理由",
            "the two statements that a refusal by a machine needs",
            Mapping(
                (
                    key("no_discretion", "为什么没有裁量余地", "why no discretion is left", TWO_TEXTS, needed=True),
                    key("apply_again", "何时可以再申请", "how to apply again", TWO_TEXTS, needed=True),
                )
            ),
            only=Only("else", starts="REJECTED", needed=True),
        ),
    )
)
_ITEM = Mapping((*LABELS, key("amount", "这一项的数额", "what the item is worth", CONDITION, needed=True)))
_WITH = key(
    "with", "哪些结果时适用", "the outcomes that it goes with", Several(Listed("outcomes"), alone=True), needed=True
)
_NOTE = Mapping(
    (
        key("note", "说明代码", "an information code", Listed("information"), needed=True),
        key("when", "什么情形", "in which situation", CONDITION, needed=True),
        key("with", "任何结果，还是只随批准", "with any outcome, or approvals only",
            words(any="任何结果 / any outcome", approvals="只随批准 / approvals only")),
        _FILL,
    )
)  # fmt: skip
_OBLIGATION = Mapping(
    (
        key("code", "义务代码", "the code of the duty", ANY_TEXT, needed=True),
        _WITH,
        *LABELS,
        key("due", "期限取自 result 中的哪个值", "the value of `result` that is the day it is due", ANY_TEXT),
        key("when", "什么情形", "in which situation", CONDITION),
    )
)
_CLAIM = Mapping(
    (
        *LABELS,
        key("never", "绝不能出现的结果", "outcomes that must never come", Several(Listed("outcomes"), alone=True)),
        key("when", "什么情形", "in which situation", CONDITION),
        key("nondecreasing", "不会变小的结果值", "the result that never falls", ANY_TEXT, never_with=("never",)),
        key(
            "in",
            "随哪个名称变大",
            "the name of `let` that it grows with",
            ANY_TEXT,
            only=Only("nondecreasing", needed=True),
        ),
        key(
            "unchanged_by",
            "改变它，决定不变",
            "what may change without changing the decision",
            words(credit="信用 / the credit record", city="城市 / the city"),
            never_with=("never", "nondecreasing"),
        ),
    ),
    needs_one=("never", "nondecreasing", "unchanged_by"),
)
_COMMITMENT = Mapping(
    (
        _BASIS,
        key("when", "什么情形适用", "when it applies", CONDITION, needed=True),
        key("check_by", "事后核查的期限", "the day by which it is checked", CONDITION, needed=True),
        key("text", "承诺书", "the text that is signed", TWO_TEXTS, needed=True),
        key("consequences", "不实承诺的后果", "what follows from a false commitment", TWO_TEXTS, needed=True),
    )
)
_EXPECT = Named(
    ANYTHING,
    Bilingual("result、tell 中的值", "a value of `result` or `tell`"),
    also=(
        key("outcome", "结果", "the outcome", Listed("outcomes"), needed=True),
        key("reasons", "全部理由代码", "all reason codes", Several(ANY_TEXT)),
        key("notes", "应有的说明代码", "information codes that must be there", Several(ANY_TEXT)),
        key("advice", "应有的建议代码", "advice that must be there", Several(ANY_TEXT)),
    ),
)
CASE = Mapping(
    (
        key("like", "沿用哪个案例", "the case that it takes over", ANY_TEXT),
        key("alone", "只由哪条规则决定", "the only rule that decides it", ANY_TEXT),
        key("as_of", "申请之日，不写为 2026-03-16", "the day of the application, else 2026-03-16", DAY),
        key("form", "填写的表单", "the form as filled in", Named(ANYTHING, Bilingual("字段名", "a field"))),
        key(
            "facts",
            "登记库的答复",
            "what registers answer",
            Named(Facts(), Bilingual("登记库", "a register"), "registers"),
        ),
        key("but", "与所沿用案例的不同", "what differs from the case taken over", Changes()),
        key("expect", "预期的决定", "the decision that is expected", _EXPECT, needed=True),
    )
)


_EXPRESSION_OR_WHEN = Either(
    (
        CONDITION,
        Mapping(
            (
                key("value", "值", "the value", CONDITION, needed=True),
                key("when", "什么情形才给出", "when it is given", CONDITION),
            )
        ),
    )
)

RULE_KEYS: tuple[Key, ...] = (
    key("parameters", "因市、因年而异的数和表（RQ-A1）", "what differs by city or year (RQ-A1)",
              Named(PARAMETER, Bilingual("参数名", "a parameter's name"), pattern=NAME)),
    key("tables", "全省统一的表", "tables that are the same everywhere",
              Named(TABLE, Bilingual("表名", "a table's name"), pattern=NAME)),
    key("let", "给算式起名字，后面可以用前面的", "names for expressions; later ones may use earlier ones",
              Named(CONDITION, Bilingual("名称", "a name"), pattern=NAME)),
    key("rules", "规则：必须成立的条件，和不成立时的结果", "the rules: what must hold, and what follows if it does not",
        Named(RULE, Bilingual("规则编号", "a rule's number")), needed=True),
    key("items", "各自决定的分项", "parts that are granted each by itself",
              Named(_ITEM, Bilingual("分项名", "an item's name"),
                    also=(key("from", "写明所申请分项的字段", "the field that names the items applied for", ANY_TEXT,
                              needed=True),))),
    key("commitment", "告知承诺的方式", "the commitment route", _COMMITMENT),
    key("result", "批准时给出的值", "what an approval gives",
              Named(_EXPRESSION_OR_WHEN, Bilingual("值的名称", "the value's name"))),
    key("notes", "说明", "information that is told", Several(_NOTE)),
    key("obligations", "申请人的义务", "what the applicant owes afterwards", Several(_OBLIGATION)),
    key("always", "对任何申请都必须为真的话", "what must be true of every application", Several(_CLAIM)),
    key("cases", "案例；每条规则至少有一个只由它决定的", "worked cases; each rule has one that it alone decides",
              Named(CASE, Bilingual("案例名", "the case's name"))),
)  # fmt: skip
