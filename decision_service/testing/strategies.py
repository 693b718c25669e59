"""Hypothesis strategies for the applications of any matter: valid ones, ones near each boundary, impossible ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from decision_service.testing.boundary import Boundary
from decision_service.testing.edges import seeker_of
from decision_service.testing.folder import folder
from decision_service.testing.ground import Application, Ground, ground_of
from decision_service.testing.places import Place
from decision_service.testing.spoiling import Impossible
from decision_service.testing.values import Applications, value_at

_MOST_CHANGES = 8
_YEARS_AHEAD = 4


def applications(matter: str, *, rules: str | Path | None = None, day: date | None = None) -> Applications:
    """Valid applications: a form without defects, every register answering that day. They begin as worked cases and
    shrink to one of them with as few values changed as it takes. `rules` is the folder of rule files (where left out:
    what pytest was given, else `rules`), `day` chooses the version in force then (today). Raises NoRulesError."""
    return _valid(_ground(matter, rules, day))


def near_boundaries(matter: str, *, rules: str | Path | None = None, day: date | None = None) -> Applications:
    """Applications that lie on either side of each condition of the policy, as close as values go; `about` names the
    condition. Where it does not matter for the condition, they vary. Parameters and errors as `applications`."""
    ground = _ground(matter, rules, day)
    return _near(ground, seeker_of(ground).edges.found)


def impossible(matter: str, *, rules: str | Path | None = None, day: date | None = None) -> Applications:
    """Applications that must never be granted: a form with a defect, an answer that a rule needs and that is late,
    faulty, too old or contradictory, a condition of the rule file broken, or what the file itself says is never
    granted; `about` names what. Parameters and errors as `applications`."""
    ground = _ground(matter, rules, day)
    return Impossible(seeker_of(ground), _valid(ground)).strategy()


def boundaries(matter: str, *, rules: str | Path | None = None, day: date | None = None) -> tuple[Boundary, ...]:
    """Every boundary of the policy with an application on either side, for `pytest.mark.parametrize`. Parameters and
    errors as `applications`."""
    return seeker_of(_ground(matter, rules, day)).edges.found


def _ground(matter: str, rules: str | Path | None, day: date | None) -> Ground:
    return ground_of(matter, folder() if rules is None else rules, day)


@st.composite
def _valid(draw: st.DrawFn, ground: Ground) -> Application:
    seeker = seeker_of(ground)
    one = draw(st.sampled_from(ground.bases))
    first = max(ground.policy.effective_from, one.as_of)
    days = st.dates(ground.policy.effective_from, first.replace(day=1) + timedelta(days=366 * _YEARS_AHEAD))
    one = replace(one, as_of=draw(st.one_of(st.just(one.as_of), days)))
    for place in draw(st.lists(st.sampled_from(seeker.changeable), max_size=_MOST_CHANGES, unique_by=str)):
        if place.there(one):
            one = place.put(one, draw(value_at(seeker.near, place, one)))
    return _mended(draw, ground, one)


def _mended(draw: st.DrawFn, ground: Ground, one: Application) -> Application:
    """The application with answers of that day, and its form put right where the changes have left a defect."""
    seeker = seeker_of(ground)
    by_name = {place.name: place for place in seeker.places if not place.register and not place.part}
    for _ in ground.policy.fields:
        for defect in ground.reading(one).defects:
            place = by_name[defect.field]
            filled = replace(place, kind=replace(place.kind, nullable=False))
            one = place.put(one, draw(value_at(seeker.near, filled, one)))
    mended = ground.mended(one)
    return ground.bases[0] if mended is None else mended


@st.composite
def _near(draw: st.DrawFn, ground: Ground, found: Sequence[Boundary]) -> Application:
    seeker = seeker_of(ground)
    number = draw(st.integers(0, 2 * len(found) - 1))
    boundary, inside = found[number // 2], number % 2 == 0
    one = boundary.inside if inside else boundary.outside
    others = [place for place in seeker.changeable if not boundary.reads & _names(place)]
    for place in draw(st.lists(st.sampled_from(others), max_size=3, unique_by=str)) if others else ():
        if place.there(one):
            changed = place.put(one, draw(value_at(seeker.near, place, one)))
            if len(ground.reading(changed).defects) <= len(ground.reading(one).defects):
                one = changed
    return one


def _names(place: Place) -> frozenset[str]:
    """What a place is a part of."""
    return frozenset({str(place.whole), place.register or str(place.whole)})
