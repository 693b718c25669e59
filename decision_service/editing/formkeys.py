"""The keys of what is asked of people and of registers: the form, the papers, the registers."""

from decision_service.editing.keys import (
    ANY_TEXT,
    ANYTHING,
    CONDITION,
    LABELS,
    NUMBER,
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
    words,
)
from decision_service.editing.matterkeys import NAME
from decision_service.policy.parts import Bilingual

ELEMENT_TYPES: Words = words(
    text="文字 / text",
    prefecture="14个市之一 / one of the cities",
    division="县区 / a district",
    whole="整数 / a whole number",
    decimal="小数 / a decimal number",
    money="金额 / an amount",
    date="日期 / a day",
    boolean="是否 / yes or no",
    confirmation="必须勾选的确认 / a box that a rule demands",
    upload="上传，只由规则要求 / a paper, asked for by a rule only",
    choice="选一项 / one of several",
)
TYPES = Words(
    (
        *ELEMENT_TYPES.words,
        ("citizen_id", Bilingual("公民身份号码", "a citizen ID")),
        ("credit_code", Bilingual("统一社会信用代码", "a unified social credit code")),
        ("disability_certificate", Bilingual("残疾人证号", "the number of a disability certificate")),
        ("choices", Bilingual("选多项", "several of several")),
        ("records", Bilingual("若干组", "a list of entries")),
    )
)
_NUMBERS = ("whole", "decimal", "money")


def _type(types: Words) -> Key:
    return key("type", "字段类型", "what kind of field it is", types, needed=True)


def _by_type(choices: tuple[str, ...]) -> tuple[Key, ...]:
    """The keys that belong to some types only."""
    return (
        key(
            "one_of",
            "可选的值，每行写“值: 中文 / English”",
            "the values, each as `value: 中文 / English`",
            Named(Text(r"^.*\S / \S"), Bilingual("可选的值", "a value")),
            only=Only("type", choices, needed=True),
        ),
        key(
            "at_most",
            "最多几个字，不写为200",
            "how many characters at most, else 200",
            WHOLE,
            only=Only("type", ("text", "upload")),
        ),
        key(
            "pattern",
            "整个文字要符合的正则表达式",
            "what the whole text must match",
            ANY_TEXT,
            only=Only("type", ("text",)),
        ),
        key("from", "最小值", "the least value", NUMBER, only=Only("type", _NUMBERS)),
        key("to", "最大值", "the greatest value", NUMBER, only=Only("type", _NUMBERS)),
    )


_ELEMENT = Mapping(
    (
        _type(ELEMENT_TYPES),
        *_by_type(("choice",)),
        key("zh", "名称", "its label", ANY_TEXT),
        key("en", "英文名称", "its label in English", ANY_TEXT),
        key("help_zh", "填写说明", "how it is filled in", ANY_TEXT),
        key("help_en", "英文填写说明", "how it is filled in, in English", ANY_TEXT),
    )
)

FIELD = Mapping(
    (
        _type(TYPES),
        *_by_type(("choice", "choices")),
        key(
            "each",
            "每组的字段",
            "the fields of each entry",
            Named(_ELEMENT, Bilingual("字段名", "a field of the entry")),
            only=Only("type", ("records",), needed=True),
        ),
        key(
            "required",
            "是否必填；可以是只用表单字段的条件，不写为必填",
            "whether it must be filled in: yes (if left out), no, or a condition over the form",
            CONDITION,
        ),
        *LABELS,
        key("help_zh", "填写说明", "how it is filled in, in Chinese", ANY_TEXT, needed=True),
        key("help_en", "英文填写说明", "how it is filled in, in English", ANY_TEXT, needed=True),
        key("example", "样例", "an example", ANYTHING, needed=True),
        key("default", "没有填时的值", "the value where nothing was filled in", ANYTHING),
        key(
            "prefill",
            "提示给申请人的值，取自只用姓名和号码就能查的登记库",
            "what is suggested, from registers asked with name and number alone",
            CONDITION,
        ),
    )
)

_MATERIAL = Mapping(
    (
        *LABELS,
        key(
            "replaced_by",
            "哪些登记库或字段代替了它；也可写 form、commitment、licences",
            "the registers or fields that replace it; also form, commitment, licences",
            Several(ANY_TEXT, alone=True),
        ),
        key(
            "minor",
            "是否次要材料；只有次要材料可以后补",
            "whether it is a minor material; only such a one may follow later",
            YES_NO,
        ),
        key(
            "may_follow_in",
            "可以在几个工作日内补交，如 10 working days",
            "within how many working days it may follow",
            Text(r"^[0-9]{1,15} *working days$"),
            only=Only("minor", ("yes", "true", "是")),
        ),
        key(
            "fallback",
            "登记库没有记录时上传到哪个字段",
            "the upload that stands in where a register has none",
            ANY_TEXT,
        ),
        key("upload", "上传到哪个字段", "the upload field that takes it", ANY_TEXT),
    )
)

_ASK = Mapping(
    (
        key(
            "with",
            "用表单的哪些字段去查",
            "the fields of the form that it is asked with",
            Named(Several(ANY_TEXT, alone=True), Bilingual("查询参数", "a parameter of the question")),
        ),
        key("fallback", "登记库没有记录时上传到哪个字段", "the upload that stands in where it has no record", ANY_TEXT),
    ),
    empty=True,
)

FORM_KEYS: tuple[Key, ...] = (
    key(
        "form",
        "表单字段；姓名、证件、告知、要求人工五个共有字段不必写",
        "the fields of the form; name, document, notice and wish for an officer are there already",
        Named(FIELD, Bilingual("字段名", "a field's name"), pattern=NAME),
        needed=True,
    ),
    key(
        "materials",
        "材料和代替它的登记库；登记库能核验的一律免交",
        "papers, and what replaces each; what a register can state is never asked for",
        Several(_MATERIAL),
    ),
    key(
        "ask",
        "可以查的登记库；credit 必写，没有规则需要的不能写",
        "the registers that may be asked; credit always, none that no rule needs",
        Named(_ASK, Bilingual("登记库", "a register"), source="registers", needed=("credit",)),
        needed=True,
    ),
)
