"""Boundaries that no expression states: how old a register's answer may be, and the bounds of a field."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from decision_service.testing.boundary import Boundary
from decision_service.testing.ground import Application, Ground
from decision_service.testing.near import step
from decision_service.testing.places import Place

_HOURS = 24


def limits(ground: Ground) -> Iterator[Boundary]:
    """Each of them, on the published sample."""
    yield from _fresh(ground)
    yield from _bounds(ground)


def _fresh(ground: Ground) -> Iterator[Boundary]:
    base = ground.bases[0]
    for name, ask in ground.policy.asks.items():
        answer = base.facts[name]
        if not isinstance(answer, dict) or answer["status"] != "ok":
            continue
        days = ask.register.max_age_hours // _HOURS
        zh, en = (
            f"{ask.register.zh}的数据不早于{days}日之前",
            f"the data of {ask.register.en} are at most {days} days old",
        )
        place = Place(name, "data_as_of", ask.register.answers[next(iter(ask.register.answers))])
        inside, outside = (
            replace(place.put(base, (base.as_of - timedelta(days=old)).isoformat()), about=f"{name}：{told}")
            for old, told in ((days, f"{zh} / {en}"), (days + 1, f"过期 / stale: {en}"))
        )
        yield Boundary(name, zh, en, str(place), outside, inside, frozenset({name}))


def _bounds(ground: Ground) -> Iterator[Boundary]:
    for field in ground.policy.fields:
        if field.kind.name not in ("whole", "decimal", "money"):
            continue
        for bound, sign, zh, en in (
            (field.kind.minimum, -1, "不小于", "at least"),
            (field.kind.maximum, 1, "不大于", "at most"),
        ):
            if bound is not None:
                told = (f"“{field.label.zh}”{zh}{bound}", f"{field.label.en} is {en} {bound}")
                yield _bound(
                    ground.bases[0], Place("", field.name, field.kind), (bound, bound + sign * step(field.kind)), told
                )


def _bound(base: Application, place: Place, values: tuple[Decimal, Decimal], told: tuple[str, str]) -> Boundary:
    zh, en = told
    inside, outside = (
        replace(
            place.put(base, int(value) if place.kind.name == "whole" else format(value, "f")),
            about=f"{place}：{said} {zh} / {en}",
        )
        for value, said in zip(values, ("符合 met", "不符合 not met"), strict=True)
    )
    return Boundary(place.name, zh, en, str(place), outside, inside, frozenset({str(place)}))
