"""The sandbox's people from files, its numbers, and how long its registers take."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.sandbox_client import CONFIG, KEY, NOBODY, OLD, ask, everybody, http, put, wire
from verifiers.kinds import Kind
from verifiers.sandbox.config import built_in_data
from verifiers.sandbox.files import DataFileError
from verifiers.sandbox.latency import Latency
from verifiers.sandbox.loading import load_people
from verifiers.sandbox.running import running
from verifiers.signing import Message, sign


def test_the_day_is_that_of_china() -> None:
    before_midnight = datetime(2026, 3, 15, 15, 59, 59, tzinfo=UTC).timestamp()
    for clock, day in ((before_midnight, "2026-03-15"), (before_midnight + 1, "2026-03-16")):
        with running(replace(CONFIG, clock=lambda clock=clock: clock)) as base:
            question = wire("deaths", {"id_no": OLD})
            body = json.dumps(question).encode()
            message = Message(
                "request", "POST", "/v1/registers/deaths", int(clock * 1000), str(question["nonce"]), body
            )
            answer = http("POST", f"{base}/v1/registers/deaths", body, sign(KEY, message))[1]
            assert json.loads(answer)["data_as_of"] == day


PERSON = """
people:
  - id_no: 210100195001010010
    name: 新人
    records:
      population: {hukou_code: 210106}
      low_income: {status_code: dibao, since: 2025-01-01, data_as_of: 2026-03-10}
  - id_no: 210100193505208826
    name: 改名
    records:
      population: {hukou_code: 210102}
"""


def test_a_folder_of_ones_own_adds_people_and_replaces_them(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(PERSON)
    with running(replace(CONFIG, data=tmp_path)) as base:
        assert ask(base, "population", id_no=NOBODY, name="新人").facts["hukou_code"] == "210106"
        low = put(base, wire("low_income", {"id_no": NOBODY}))[1]
        assert (low["data_as_of"], low["data"]["since"]) == ("2026-03-10", "2025-01-01")
        assert ask(base, "deaths", id_no=NOBODY).facts["hit"] is False
        assert ask(base, "population", id_no=OLD, name="改名").facts["hukou_code"] == "210102"
        assert ask(base, "deaths", id_no="210100193408028903").facts["hit"] is True


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (("hukou_code: 210106", "hukou_code: 21"), ["mine.yaml:6: people[0].records.population.hukou_code: "]),
        (("since: 2025-01-01", "sins: 2025-01-01"), ["mine.yaml:7: people[0].records.low_income.sins: "]),
        (("dibao", "[dibao]"), ["mine.yaml:7: people[0].records.low_income.status_code: "]),
        (
            ("population: {hukou_code: 210106}", "deaths: no_record"),
            ["people[0].records: population.hukou_code is missing"],
        ),
        (("low_income:", "lowincome:"), ["people[0].records.lowincome: no such register"]),
        (("name: 新人", "nom: 新人"), ["mine.yaml:4: people[0].nom: not known here"]),
        (("name: 新人\n", "\n"), ["people[0]: `id_no` and `name` are needed"]),
        (("210100193505208826", "210100195001010010"), ["people[1]: its id_no stands twice"]),
        (("people:", "persons:"), ["persons: not known here; these are: people"]),
        (("  - id_no: 210100195001010010", "  - id_no: {"), ["not YAML"]),
        (("people:", "registers: {deaths: {found_by: [plate]}}\npeople:"), ["deaths is asked with none of these"]),
        (("hukou_code: 2", "hukou_code: x"), ["mine.yaml:6: ", "mine.yaml:11: "]),
    ],
)
def test_a_faulty_file_is_refused_with_every_place_and_no_value(
    tmp_path: Path, change: tuple[str, str], problems: list[str]
) -> None:
    assert change[0] in PERSON
    (tmp_path / "mine.yaml").write_text(PERSON.replace(*change))
    with pytest.raises(DataFileError) as caught:
        load_people(REGISTERS, built_in_data(), tmp_path)
    told = caught.value.problems
    assert len(told) == len(problems)
    for one, expected in zip(told, problems, strict=True):
        assert expected in one
        assert NOBODY not in one
        assert "新人" not in one


def test_an_empty_folder_and_an_undescribed_register_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"no \.yaml file in this folder"):
        load_people(REGISTERS, built_in_data(), tmp_path)
    vehicles = replace(REGISTERS["deaths"], name="vehicles")
    with pytest.raises(DataFileError, match="register vehicles: no data file has it"):
        load_people({"vehicles": vehicles}, built_in_data(), None)


def test_what_the_catalogue_does_not_name_is_not_told() -> None:
    unit = Kind("record", fields=(("unit_no", Kind("text")),))
    narrow = replace(REGISTERS["property"], answers={"properties": Kind("list", item=unit)})
    with running(replace(CONFIG, registers={"property": narrow})) as base:
        told = put(base, wire("property", {"persons": ["210700198001159122"], "region": "210702"}))[1]
        assert told["data"] == {"properties": [{"unit_no": "U-004"}]}


def test_some_registers_can_be_played_alone() -> None:
    with running(replace(CONFIG, registers={"deaths": REGISTERS["deaths"]})) as base:
        assert ask(base, "deaths", id_no=OLD).status == "ok"
        assert put(base, wire("photo", {"id_no": OLD}))[0] == 404


def test_a_number_is_handed_out_once_and_the_same_application_gets_it_again() -> None:
    kept_for = "210100199004049078"
    with running(CONFIG) as base:

        def body(application_id: str, subject: str = OLD) -> str:
            question = wire("number_pool", {"region": "210102"}, application_id=application_id, subject=subject)
            return put(base, question)[1]["data"]["body"]

        applications = [f"N{n}" for n in range(60)] * 3
        with ThreadPoolExecutor(8) as pool:
            bodies = list(pool.map(body, applications))
        given_to = dict(zip(applications, bodies, strict=True))
        assert bodies == [given_to[one] for one in applications]
        assert len(set(given_to.values())) == 60
        assert all(len(one) == 8 and one.startswith("DEMX") and not set(one[4:]) & set("IOSVZ") for one in bodies)
        issued = {entry["uscc"][8:16] for section, _, entry in everybody() if section == "organisations"}
        assert not issued & set(bodies)
        assert "DEMX1001" not in bodies

        assert body("mine", kept_for) == "DEMX1001"
        assert body("mine", kept_for) == "DEMX1001"
        assert body("mine again", kept_for) not in {"DEMX1001", *bodies}


def drawn(seed: int, order: list[str], scale: float = 1.0) -> dict[str, list[float]]:
    latency = Latency(REGISTERS, seed, scale)
    times: dict[str, list[float]] = {}
    for register in order:
        times.setdefault(register, []).append(latency.seconds(register))
    return times


@settings(max_examples=25, deadline=None)
@given(st.integers(), st.lists(st.sampled_from(["deaths", "credit", "property"]), max_size=40), st.randoms())
def test_latency_repeats_with_the_seed_however_questions_interleave(seed: int, order: list[str], dice) -> None:
    shuffled = list(order)
    dice.shuffle(shuffled)
    assert drawn(seed, order) == drawn(seed, shuffled)
    same_curve = drawn(seed, ["driving_licences", "rental_contracts"])
    assert same_curve["driving_licences"] != same_curve["rental_contracts"]
    assert not order or drawn(seed, order) != drawn(seed + 1, order)
    assert drawn(seed, order, 0.0) == {name: [0.0] * order.count(name) for name in set(order)}


@pytest.mark.parametrize("register", ["population", "property"])
def test_latency_has_the_median_and_the_tail_of_the_catalogue(register: str) -> None:
    p50, p99 = REGISTERS[register].latency_ms
    times = sorted(drawn(7, [register] * 20_000, 0.5)[register])
    assert times[10_000] == pytest.approx(p50 / 2000, rel=0.05)
    assert times[19_800] == pytest.approx(p99 / 2000, rel=0.12)
