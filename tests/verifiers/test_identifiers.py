"""Identifiers: totality, numbers as made, and what each standard's check character catches, against other workings."""

from collections.abc import Callable
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from verifiers.identifiers import (
    CitizenId,
    CreditCode,
    Defect,
    citizen_id,
    credit_code,
    disability_certificate,
    electronic_licence,
    food_filing_no,
    implementing_code,
    make_citizen_id,
    make_credit_code,
    make_electronic_licence,
    make_food_filing_no,
    vin,
)
from verifiers.identifiers.citizen_id import PROVINCES

TODAY = date(2026, 3, 16)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

READERS: list[Callable[[str], object]] = [
    lambda text: citizen_id(text, TODAY),
    credit_code,
    lambda text: disability_certificate(text, TODAY),
    electronic_licence,
    food_filing_no,
    implementing_code,
    vin,
]


def kind(read: object) -> str:
    return read.kind if isinstance(read, Defect) else "right"


# --- independent oracles: the weights and value tables as the standards print them ---


def oracle_citizen(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def oracle_credit(front: str) -> str:
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    values = {character: value for value, character in enumerate(CREDIT_ALPHABET)}
    total = sum(values[character] * weight for character, weight in zip(front, weights, strict=True))
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def oracle_organisation(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = 11 - sum(int(character, 36) * weight for character, weight in zip(body, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def oracle_hybrid(text: str, size: int) -> str:
    """ISO 7064 hybrid systems by trying every character: the right one brings the sum to 1."""
    for candidate in ALPHANUMERIC[:size]:
        carried = size
        for character in text:
            total = (carried + int(character, 36)) % size
            carried = (total or size) * 2 % (size + 1)
        if (carried + int(candidate, 36)) % size == 1:
            return candidate
    raise AssertionError("no check character fits")


def oracle_vin(text: str) -> str:
    values = {str(digit): digit for digit in range(10)}
    for letters, first in (("ABCDEFGH", 1), ("JKLMN", 1), ("P", 7), ("R", 9), ("STUVWXYZ", 2)):
        values |= {letter: first + place for place, letter in enumerate(letters)}
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    rest = sum(values[character] * weight for character, weight in zip(text, weights, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


near_misses = st.text(alphabet="0123456789Xx.ABCIOS０９Ⅷ²\n ", max_size=40)


@given(st.one_of(st.text(), near_misses, st.text(max_size=17).map(lambda tail: "1.2.156.3005.2." + tail)))
def test_any_text_gives_a_value_or_a_defect_with_both_hints(text: str) -> None:
    for read in READERS:
        result = read(text)
        if isinstance(result, Defect):
            assert result.hint_zh
            assert result.hint_en


born = st.dates(date(1850, 1, 1), TODAY)
citizen_bodies = st.builds(
    lambda province, rest, birth, sequence: f"{province}{rest:04}{birth:%Y%m%d}{sequence:03}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
    born,
    st.integers(0, 999),
)


@given(citizen_bodies)
def test_a_made_citizen_id_is_right_and_fits_the_printed_weights(body: str) -> None:
    number = make_citizen_id(body)
    assert number == body + oracle_citizen(body)
    read = citizen_id(number, TODAY)
    assert isinstance(read, CitizenId)
    assert f"{read.birth:%Y%m%d}" == body[6:14]
    assert read.female is (body[16] in "02468")


@given(citizen_bodies, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_one_changed_character_of_a_citizen_id_is_caught(body: str, place: int, other: str) -> None:
    number = body + oracle_citizen(body)
    assume(number[place] != other)
    changed = number[:place] + other + number[place + 1 :]
    assert isinstance(citizen_id(changed, TODAY), Defect)


@given(citizen_bodies, st.integers(0, 16))
def test_any_two_neighbours_of_a_citizen_id_exchanged_are_caught(body: str, place: int) -> None:
    number = body + oracle_citizen(body)
    assume(number[place] != number[place + 1])
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert isinstance(citizen_id(changed, TODAY), Defect)


@given(citizen_bodies, st.sampled_from("0123456789X"))
def test_only_a_wrong_check_character_is_a_check_defect(body: str, other: str) -> None:
    expected = "right" if other == oracle_citizen(body) else "check"
    assert kind(citizen_id(body + other, TODAY)) == expected


credit_parts = st.tuples(
    st.text(CREDIT_ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(CREDIT_ALPHABET, min_size=8, max_size=8),
)


@given(credit_parts)
def test_a_made_credit_code_is_right_and_fits_both_printed_tables(parts: tuple[str, str, str]) -> None:
    code = make_credit_code(*parts)
    front = "".join(parts) + oracle_organisation(parts[2])
    assert code == front + oracle_credit(front)
    assert isinstance(credit_code(code), CreditCode)


@given(credit_parts, st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_any_one_changed_character_of_a_credit_code_is_caught(
    parts: tuple[str, str, str], place: int, other: str
) -> None:
    code = make_credit_code(*parts)
    assert code is not None
    assume(code[place] != other)
    assert isinstance(credit_code(code[:place] + other + code[place + 1 :]), Defect)


def test_an_inner_check_that_does_not_fit_is_caught_although_the_outer_one_does() -> None:
    front = "92210102DEMX1001" + "5"  # the organisation's check is X
    assert kind(credit_code(front + oracle_credit(front))) == "check"


licence_parts = st.tuples(
    st.from_regex(r"\A[0-9A-Z]{18}[0-9]{3}\Z"),
    st.text(ALPHANUMERIC, min_size=1, max_size=18),
    st.text(ALPHANUMERIC, min_size=1, max_size=32),
    st.text("0123456789", min_size=3, max_size=3),
)


@given(licence_parts, st.sampled_from(ALPHANUMERIC))
def test_a_licence_identifier_is_right_with_the_one_character_that_fits(
    parts: tuple[str, str, str, str], other: str
) -> None:
    check = oracle_hybrid("".join(parts), 36)
    identifier = make_electronic_licence(*parts)
    assert identifier == "1.2.156.3005.2." + ".".join(parts) + "." + check
    assert kind(electronic_licence(identifier)) == "right"
    assert kind(electronic_licence(identifier[:-1] + other)) == ("right" if other == check else "check")


digits = st.text("0123456789", min_size=13, max_size=13)


@given(digits, st.integers(2, 15), st.sampled_from("0123456789"))
def test_a_filing_number_is_right_as_made_and_any_one_changed_digit_is_caught(
    body: str, place: int, other: str
) -> None:
    number = make_food_filing_no(body[0], body[1:7], body[7:])
    assert number == "YB" + body + oracle_hybrid(body, 10)
    assert kind(food_filing_no(number)) == "right"
    assume(number[place] != other)
    assert kind(food_filing_no(number[:place] + other + number[place + 1 :])) == "check"


@given(st.from_regex(r"\A[0-9A-HJ-NPR-Z]{17}\Z"), st.integers(0, 16), st.sampled_from("0123456789"))
def test_a_vin_is_right_with_its_check_and_a_changed_digit_is_caught(text: str, place: int, other: str) -> None:
    number = text[:8] + oracle_vin(text) + text[9:]
    assert kind(vin(number)) == "right"
    assume(number[place] in "0123456789X" and number[place] != other and (place == 8 or number[place] != "X"))
    assert kind(vin(number[:place] + other + number[place + 1 :])) == "check"
