"""How the functions and signs of the language are said within a sentence, in Chinese and English."""

from collections.abc import Mapping

from decision_service.language.tree import Comparison, Operator

PHRASES: Mapping[str, tuple[str, str]] = {
    "years_between": ("从{0}到{1}的周年数", "the full years from {0} to {1}"),
    "months_between": ("从{0}到{1}的足月数", "the full months from {0} to {1}"),
    "birth_date": ("{0}中的出生日期", "the date of birth in {0}"),
    "birthday": ("以{0}为出生日的第{1}个周岁生日", "birthday number {1} of someone born on {0}"),
    "days": ("{0}日", "{0} days"),
    "months": ("{0}个月", "{0} months"),
    "years": ("{0}年", "{0} years"),
    "month_after": ("{0}的次月", "the month after that of {0}"),
    "prefecture": ("{0}所在的市", "the city of {0}"),
    "province": ("{0}所在的省", "the province of {0}"),
    "min": ("{all}中的最小者", "the least of {all}"),
    "max": ("{all}中的最大者", "the greatest of {all}"),
    "earlier": ("{0}与{1}中较早的一日", "the earlier of {0} and {1}"),
    "later": ("{0}与{1}中较晚的一日", "the later of {0} and {1}"),
    "floor": ("{0}舍去小数", "{0} rounded down"),
    "ceiling": ("{0}小数进一", "{0} rounded up"),
    "count": ("{0}的个数", "the number of {0}"),
    "working_days_after": ("{0}之后的第{1}个工作日", "working day number {1} after {0}"),
    "make_credit_code": (
        "由前缀{0}、区划{1}、主体编号{2}编成的统一社会信用代码",
        "the credit code made of the prefix {0}, the division {1} and the body {2}",
    ),
    "certificate_holder": ("{0}中的持证人身份号码", "the holder's citizen ID in {0}"),
    "certificate_category": ("{0}中的残疾类别", "the category in {0}"),
    "certificate_level": ("{0}中的残疾等级", "the level in {0}"),
    "retirement_date": (
        "法定退休日（出生日为{0}，原退休年龄{1}周岁，{2}起出生的每{3}个月延迟一个月，最多延迟{4}个月）",
        "the statutory retirement date (born {0}, base age {1}, from {2} one month later per {3} months, at most {4})",
    ),
    "starts_with": ("{0}以{1}开头", "{0} begins with {1}"),
}
"""By function; `{0}` is the first argument, `{all}` all of them."""

NUMBER: Mapping[str, tuple[str, str]] = {
    "=": ("等于", "is"),
    "!=": ("不等于", "is not"),
    "<": ("小于", "is less than"),
    "<=": ("不大于", "is at most"),
    ">": ("大于", "is more than"),
    ">=": ("不小于", "is at least"),
}
DAY: Mapping[str, tuple[str, str]] = {
    **NUMBER,
    "<": ("早于", "is before"),
    "<=": ("不晚于", "is not after"),
    ">": ("晚于", "is after"),
    ">=": ("不早于", "is not before"),
}
CONTRARY: Mapping[Comparison, Comparison] = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ARITHMETIC: Mapping[Operator, tuple[str, str]] = {
    "+": ("加", "plus"),
    "-": ("减", "minus"),
    "*": ("乘以", "times"),
    "/": ("除以", "divided by"),
}
