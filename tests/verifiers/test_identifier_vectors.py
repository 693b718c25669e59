"""Identifiers: the published and the made-up numbers, each with what is right or wrong with it."""

from datetime import date, timedelta

import pytest

from verifiers.identifiers import (
    CitizenId,
    CreditCode,
    Defect,
    DisabilityCertificate,
    citizen_id,
    credit_code,
    disability_certificate,
    electronic_licence,
    food_filing_no,
    implementing_code,
    make_citizen_id,
    make_credit_code,
    vin,
)
from verifiers.identifiers.check_characters import mod_37_36

TODAY = date(2026, 3, 16)


def kind(read: object) -> str:
    return read.kind if isinstance(read, Defect) else "right"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11010519491231002X", "right"),
        ("440524188001010014", "right"),
        ("210100193505208826", "right"),
        ("21020019460317886X", "right"),
        ("210100200402298817", "right"),
        ("810000199408230021", "right"),
        ("210100193505208820", "check"),
        ("21010020030229881X", "form"),  # no 29 February 2003
        ("210100203001018814", "form"),  # born in the future
        ("000000199001010018", "form"),  # no such region
        ("910000199408230028", "form"),  # a permanent resident's card is no citizen ID
        ("110105491231002", "form"),
        ("", "form"),
        ("２１０１００１９３５０５２０８８２６", "form"),
        (" 210100193505208826", "form"),
        ("210100193505208826\n", "form"),
    ],
)
def test_citizen_id_vectors(text: str, expected: str) -> None:
    assert kind(citizen_id(text, TODAY)) == expected


def test_citizen_id_tells_birth_and_sex_and_capitalises_x() -> None:
    assert citizen_id("210100193505208826", TODAY) == CitizenId("210100193505208826", date(1935, 5, 20), female=True)
    assert citizen_id("11010519491231002x", TODAY) == CitizenId("11010519491231002X", date(1949, 12, 31), female=True)


def test_a_15_digit_number_is_told_its_18_characters() -> None:
    defect = citizen_id("110105491231002", TODAY)
    assert isinstance(defect, Defect)
    assert "11010519491231002X" in defect.hint_zh
    assert "11010519491231002X" in defect.hint_en
    assert kind(citizen_id("110105491331002", TODAY)) == "form"


def test_birth_on_the_day_itself_is_no_future() -> None:
    number = make_citizen_id("21010020260316001")
    assert number is not None
    assert kind(citizen_id(number, TODAY)) == "right"
    assert kind(citizen_id(number, TODAY - timedelta(days=1))) == "form"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("91350100M000100Y43", "right"),
        ("11100000000013338W", "right"),
        ("92210102DEMX1001X4", "right"),
        ("92210102DEMX20066R", "right"),
        ("92210102DEMX20066A", "check"),
        ("92210102DEMX1001X5", "check"),
        ("9221010ODEMX1001X4", "form"),
        ("92210102demx1001X4", "form"),
        ("９２２１０１０２ＤＥＭＸ１００１Ｘ４", "form"),
        ("", "form"),
    ],
)
def test_credit_code_vectors(text: str, expected: str) -> None:
    assert kind(credit_code(text)) == expected


def test_a_credit_code_is_made_from_its_parts() -> None:
    assert make_credit_code("92", "210102", "DEMX1001") == "92210102DEMX1001X4"
    assert credit_code("92210102DEMX1001X4") == CreditCode("92210102DEMX1001X4", "9", "2", "210102", "DEMX1001X")
    assert make_credit_code("92", "210102", "DEMO1001") is None
    assert make_credit_code("92", "21010", "DEMX1001") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U", "right"),
        ("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", "right"),
        ("1.2.156.3005.2.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.001.N", "right"),
        (
            "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
            "check",
        ),
        ("1.2.156.3005.2.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.002.N", "check"),
        ("1.2.156.3005.2.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.002.L", "right"),
        ("1.2.156.3005.3.11210100DEMX90021T001.11210100DEMX90021T.20260316000000000001.002.L", "form"),
        ("1.2.156.3005.2.", "form"),
        ("", "form"),
    ],
)
def test_electronic_licence_vectors(text: str, expected: str) -> None:
    assert kind(electronic_licence(text)) == expected


def test_the_sample_of_iso_7064() -> None:
    assert mod_37_36("A12425GABC1234002") == "M"


def test_implementing_code_vectors() -> None:
    read = implementing_code("11370800MB285591843370117002011")
    assert not isinstance(read, Defect)
    assert (read.body, read.level, read.province, read.type) == ("11370800MB28559184", "3", "37", "01")
    assert (read.department, read.main, read.sub) == ("17", "002", "011")
    read = implementing_code("12441500196720244T3442199806003")
    assert not isinstance(read, Defect)
    assert (read.body, read.level, read.province, read.type) == ("12441500196720244T", "3", "44", "21")
    assert (read.department, read.main, read.sub) == ("99", "806", "003")
    assert kind(implementing_code("11210100DEMX9001303210599001000")) == "right"
    assert kind(implementing_code("11210100DEMX9001313210599001000")) == "check"
    assert kind(implementing_code("11210100DEMX9001307210599001000")) == "form"  # there is no level 7
    assert kind(implementing_code("11210100DEMX9001303219999001000")) == "form"  # nor a type 99
    assert kind(implementing_code("11210100DEMX900130321059900100")) == "form"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21010019780303963541", "right"),
        ("21010019780303963581", "form"),  # category 8
        ("21010019780303963545", "form"),  # level 5
        ("21010019781303963541", "form"),  # month 13
        ("21010019780303963641", "check"),  # the holder's check character is 5
        ("21010019780303963681", "form"),  # both wrong: the form is told first
        ("210100197803039635", "form"),
        ("", "form"),
    ],
)
def test_disability_certificate_vectors(text: str, expected: str) -> None:
    assert kind(disability_certificate(text, TODAY)) == expected


def test_a_disability_certificate_has_three_parts() -> None:
    number = "21010019780303963541"
    assert disability_certificate(number, TODAY) == DisabilityCertificate(number, number[:18], 4, 1)
    lower = disability_certificate("11010519491231002x42", TODAY)
    assert lower == DisabilityCertificate("11010519491231002X42", "11010519491231002X", 4, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11111111111111111", "right"),
        ("LDEMXTST0N0000001", "right"),
        ("LDEMXTSTXN0000006", "right"),
        ("LDEMXTST1N0000001", "check"),
        ("LDEMXTST0N000000O", "form"),
        ("LDEMXTSTAN0000001", "form"),
        ("", "form"),
    ],
)
def test_vin_vectors(text: str, expected: str) -> None:
    assert kind(vin(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("YB22101020000017", "right"),
        ("YB22102020000020", "right"),
        ("YB22101020000018", "check"),
        ("YB2210102000001", "form"),
        ("JY22101020000017", "form"),
    ],
)
def test_food_filing_no_vectors(text: str, expected: str) -> None:
    assert kind(food_filing_no(text)) == expected
