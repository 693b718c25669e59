"""What each function of the language means on encoded values that are known and not null."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import z3

from decision_service.readings.smt import days, numbers, products
from decision_service.readings.smt.days import Day
from decision_service.readings.smt.formulas import Formula, conj, neg
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.patterns import Matches, Starts
from decision_service.readings.smt.shapes import MONTHS
from decision_service.readings.smt.symbols import digit_of, holder_of, region_number
from decision_service.readings.smt.texts import Texts
from decision_service.readings.smt.values import Content, Length, Several, Term, Text, Truth, UnencodableError, count
from decision_service.readings.smt.workdays import WorkingDays

CREDIT_PARTS = ("[0-9A-HJ-NP-RTUWXY]{2}", "[0-9]{6}", "[0-9A-HJ-NP-RTUWXY]{8}")
"""What a credit code is put together from: prefix, division, body."""


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions over the texts and the working days of one world."""

    texts: Texts
    working_days: WorkingDays

    def call(self, function: str, arguments: list[Content]) -> Term:
        """What the function comes to. Raises UnencodableError for one that has no encoding for such arguments."""
        if function == "working_days_after":
            return self.working_days.after(_day(arguments[0]), _number(arguments[1]))
        if function == "make_credit_code":
            return self._credit_code([_text(one) for one in arguments])
        if function == "starts_with":
            return self._starts(_text(arguments[0]), _text(arguments[1]))
        if function == "birth_date":
            return Term(self.texts.birth(_text(arguments[0]).number))
        self.texts.months |= function == "month_after"
        plain = _PLAIN.get(function)
        if plain is None:
            raise UnencodableError(f"the function {function}")
        return Term(plain(arguments))

    def _starts(self, text: Text, beginning: Text) -> Term:
        known = self.texts.named_by(beginning.number)
        if known is None or text.made is not None:
            raise UnencodableError("starts_with of a beginning that is no constant, or of a text put together")
        number = text.number if text.certificate is None else text.certificate[0]
        return Term(Truth(self.texts.shaped(Starts(known), number)))

    def _credit_code(self, parts: list[Text]) -> Term:
        """Null where a part is ill-formed. Of the code itself no more is known."""
        shaped: list[Formula] = [
            self.texts.shaped(Matches(pattern), part.number) for pattern, part in zip(CREDIT_PARTS, parts, strict=True)
        ]
        sorts = [z3.IntSort()] * 4
        code = z3.Function("make_credit_code", *sorts)(*(part.number.term for part in parts))
        numbered = (parts[0].number, parts[1].number, parts[2].number)
        return Term(Text(Number(code), made=numbered), neg(conj(*shaped)))


def _day(content: Content) -> Day:
    if isinstance(content, Day):
        return content
    raise UnencodableError("a day that is none")


def _number(content: Content) -> Number:
    if isinstance(content, Number):
        return content
    raise UnencodableError("a number that is none")


def _text(content: Content) -> Text:
    if isinstance(content, Text):
        return content
    raise UnencodableError("a text that is none")


def _several(content: Content) -> Several:
    if isinstance(content, Several):
        return content
    raise UnencodableError("a list that is none")


def _months(content: Content) -> Number:
    """The months since the year 0 of a text that is a month."""
    return numbers.minus(_text(content).number, constant(MONTHS))


def _month_after(content: Content) -> Text:
    index = numbers.plus(days.month_index(_day(content)), constant(1))
    last = constant(date.max.year * 12 + 11)
    return Text(numbers.plus(numbers.least([index, last]), constant(MONTHS)))


def _region(text: Text) -> tuple[Number, Number]:
    if text.region is not None:
        return text.region[0], text.region[1]
    return numbers.floor_div(text.number, 10000), numbers.remainder(numbers.floor_div(text.number, 100), 100)


def _prefecture(content: Content) -> Text:
    province, city = _region(_text(content))
    parts = (province, city, constant(0))
    return Text(region_number(*parts), region=parts)


def _province(content: Content) -> Text:
    parts = (_region(_text(content))[0], constant(0), constant(0))
    return Text(region_number(*parts), region=parts)


def _earlier(first: Content, second: Content) -> Day:
    one, other = _day(first), _day(second)
    return days.either_day(days.before(other, one), other, one)


def _later(first: Content, second: Content) -> Day:
    one, other = _day(first), _day(second)
    return days.either_day(days.before(one, other), other, one)


def _retirement(arguments: list[Content]) -> Day:
    birth, base = _day(arguments[0]), _number(arguments[1])
    step, most = _number(arguments[3]), _number(arguments[4])
    since = numbers.minus(days.month_index(birth), _months(arguments[2]))
    begun = products.split_over(step, lambda value: numbers.floor_div(since, max(int(value), 1)))
    if begun is None:
        raise UnencodableError("retirement_date with a step that is no constant of a table")
    counted = numbers.least([most, numbers.plus(begun, constant(1))])
    delay = numbers.pick(numbers.less(since, constant(0)), constant(0), counted)
    return days.months_on(birth, numbers.plus(numbers.scaled(base, 12), delay))


def _years(number: Number) -> Number:
    return numbers.scaled(number, 12)


_ZERO = constant(0)
_PLAIN: Mapping[str, Callable[[list[Content]], Content]] = {
    "years_between": lambda parts: days.years_between(_day(parts[0]), _day(parts[1])),
    "months_between": lambda parts: days.months_between(_day(parts[0]), _day(parts[1])),
    "birthday": lambda parts: days.months_on(_day(parts[0]), _years(_number(parts[1]))),
    "days": lambda parts: Length(_ZERO, _number(parts[0])),
    "months": lambda parts: Length(_number(parts[0]), _ZERO),
    "years": lambda parts: Length(_years(_number(parts[0])), _ZERO),
    "month_after": lambda parts: _month_after(parts[0]),
    "prefecture": lambda parts: _prefecture(parts[0]),
    "province": lambda parts: _province(parts[0]),
    "min": lambda parts: numbers.least([_number(one) for one in parts]),
    "max": lambda parts: numbers.greatest([_number(one) for one in parts]),
    "earlier": lambda parts: _earlier(parts[0], parts[1]),
    "later": lambda parts: _later(parts[0], parts[1]),
    "floor": lambda parts: numbers.rounded_down(_number(parts[0])),
    "ceiling": lambda parts: numbers.rounded_up(_number(parts[0])),
    "count": lambda parts: count(_several(parts[0])),
    "certificate_holder": lambda parts: Text(holder_of(_text(parts[0]))),
    "certificate_category": lambda parts: digit_of(_text(parts[0]), 1),
    "certificate_level": lambda parts: digit_of(_text(parts[0]), 2),
    "retirement_date": _retirement,
}
"""Those that take nothing but their arguments. Birth dates and texts' beginnings need the texts of the world."""


def moved(start: Day, length: Length, sign: int) -> Day:
    """`start` plus (`sign` 1) or minus (-1) a period: months first, then days."""
    months, more = (length.months, length.days) if sign > 0 else (
        numbers.negative(length.months), numbers.negative(length.days))  # fmt: skip
    shifted = start if months.constant == 0 else days.months_on(start, months)
    return shifted if more.constant == 0 else days.days_on(shifted, more)
