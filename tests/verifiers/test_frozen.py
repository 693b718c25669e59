"""Quickly made classes against what the dataclass itself would make."""

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.frozen import maker, quickly_made


@dataclass(frozen=True, slots=True)
class Usual:
    one: int
    two: str = "two"
    three: Mapping[str, int] = field(default_factory=dict)
    four: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.one < 0:
            raise ValueError("less than nothing")


@quickly_made
@dataclass(frozen=True, slots=True)
class Quick:
    one: int
    two: str = "two"
    three: Mapping[str, int] = field(default_factory=dict)
    four: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.one < 0:
            raise ValueError("less than nothing")


VALUES = st.one_of(
    st.integers(-1, 2), st.text(max_size=2), st.none(), st.dictionaries(st.text(max_size=1), st.integers())
)
GIVEN = st.tuples(
    st.lists(VALUES, max_size=5), st.dictionaries(st.sampled_from(["one", "two", "three", "four", "five"]), VALUES)
)


def outcome(make: Callable[..., object], given_: tuple[list[object], dict[str, object]]) -> object:
    try:
        made = make(*given_[0], **given_[1])
    except (TypeError, ValueError) as error:
        return type(error)
    return tuple(getattr(made, name) for name in ("one", "two", "three", "four")), repr(made).partition("(")[2]


@given(GIVEN)
def test_whatever_is_given_it_comes_out_as_the_usual_way(given_: tuple[list[object], dict[str, object]]) -> None:
    assert outcome(Quick, given_) == outcome(Usual, given_) == outcome(maker(Quick), given_)
    assert outcome(maker(Usual), given_) == outcome(Usual, given_)


def test_it_is_as_frozen_as_any_other() -> None:
    made = Quick(1)
    assert type(made) is type(maker(Quick)(1)) is Quick
    assert type(maker(Usual)(1)) is Usual
    assert maker(Quick)(1) == made
    with pytest.raises(FrozenInstanceError):
        made.one = 2  # type: ignore[misc]  # that is the point
    assert Quick(1).three is not made.three
    assert (made, replace(made, one=3)) == (Quick(1), Quick(3))
    assert made != Quick(1, "other")
    assert copy.copy(made) == copy.deepcopy(made) == made
    assert inspect.signature(Quick) == inspect.signature(Usual)


def test_fields_may_have_any_name() -> None:
    @quickly_made
    @dataclass(frozen=True, slots=True)
    class Odd:
        cls: int
        kind: int
        twin: int = 3
        name: str = "n"
        MISSING: int = 5

    assert repr(Odd(1, kind=2)).endswith("Odd(cls=1, kind=2, twin=3, name='n', MISSING=5)")


def test_what_is_no_plain_frozen_dataclass_is_refused() -> None:
    @dataclass(frozen=True)
    class Open:
        one: int

    @dataclass(frozen=True, slots=True)
    class Deeper(Usual):
        five: int = 5

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        one: int

    for one in (Open, Deeper, Named):
        for make in (quickly_made, maker):
            with pytest.raises(TypeError, match="no plain dataclass"):
                make(one)


def test_a_class_made_from_it_has_its_own_way() -> None:
    @dataclass(frozen=True, slots=True)
    class Deeper(Quick):
        five: int = 5

    made = Deeper(1, five=6)
    assert (type(made), made.one, made.two, made.five) == (Deeper, 1, "two", 6)
