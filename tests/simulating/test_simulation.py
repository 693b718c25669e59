"""A population counted in bulk comes to what the reference says of each row; files that cannot be used say why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.forms import read_form
from decision_service.language.tree import Literal
from decision_service.offline import decide, engines_of
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from decision_service.simulating.applications import applications
from decision_service.simulating.charts import draw
from decision_service.simulating.files import PopulationError
from decision_service.simulating.flips import write_flips
from decision_service.simulating.making import Wanted, make
from decision_service.simulating.page import page
from decision_service.simulating.population import opened
from decision_service.simulating.query import NoSuchNameError
from decision_service.simulating.report import Report, as_json, exactly, report_of
from decision_service.simulating.running import connect, simulate
from decision_service.verdict import Verdict
from tests.properties.deciding import MATTERS, RULES, policy_of, shelf
from tests.sizes import size
from verifiers.answers import read_answer
from verifiers.freshness import Moment

DAY = date(2026, 3, 16)
ROWS = size("simulated_rows", quick=300, full=200_000)
SOME = MATTERS[1 : 1 + size("simulated_matters", quick=1, full=9)]


def made(matter: str, path: Path, rows: int = ROWS, seed: int = 5) -> Path:
    make(Wanted([policy_of(matter)], shelf().catalogue, rows, seed, DAY), path)
    return path


def later(policy: Policy) -> Policy:
    """The same matter, for whoever is 78."""
    fewer = Literal(78, policy.parameters[0].value.kind)
    rules = tuple(
        replace(rule, must=replace(rule.must, right=fewer)) if rule.id == "E2" else rule
        for rule in policy.rules  # type: ignore[type-var]  # E2 is a comparison
    )
    return replace(policy, rules=rules)


def plain(value: object) -> object:
    """A cell of the file as JSON of a case."""
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list():
            return [plain(one) for one in value]
        case dict():
            return {name: plain(one) for name, one in value.items() if one is not None}  # optional parts are left out
        case _:
            return value


def by_reference(policy: Policy, row: Mapping[str, object]) -> Verdict:
    form = {one.name: plain(row.get(f"form.{one.name}")) for one in policy.fields} | {"applicant_name": "示例"}
    reading = read_form(policy, form, DAY, shelf().catalogue.prefectures)
    evidence = {}
    for name, ask in policy.asks.items():
        facts = {fact: plain(row.get(f"{name}.{fact}")) for fact in ask.register.answers}
        status = str(row[name])
        old = DAY.replace(year=2000) if status == "stale" else DAY
        answer = {"status": "ok" if status == "stale" else status, "data_as_of": old.isoformat(), **facts}
        evidence[name] = read_answer(ask.register, ask.asked_with, answer, Moment(DAY))
    if reading.stopped:
        evidence = {}
    return judge(policy, fact_sheet(policy, reading, evidence, DAY, shelf().catalogue.calendar))


def simulated(policies: tuple[Policy, ...], path: Path, by: tuple[str, ...] = ()) -> Report:
    return report_of(simulate(connect(1), policies, shelf().catalogue, path, by), policies, shelf().catalogue)


@pytest.mark.parametrize("matter", SOME)
def test_a_made_population_comes_to_what_the_reference_says(matter: str, tmp_path: Path) -> None:
    policy = policy_of(matter)
    path = made(matter, tmp_path / "p.parquet")
    report = simulated((policy,), path)
    counted = Counter(by_reference(policy, row).outcome for row in pq.read_table(path).to_pylist())
    assert report.sides[0].outcomes == {one: counted[one] for one in Outcome if counted[one]}
    assert report.left_out == 0
    assert len(counted) > 2


def test_two_versions_who_flips_and_the_money_it_moves(tmp_path: Path) -> None:
    policy = policy_of("elderly_allowance")
    pair = (policy, later(policy))
    path = made("elderly_allowance", tmp_path / "p.parquet")
    connection = connect(1)
    answer = simulate(connection, pair, shelf().catalogue, path, ["city", "band"])
    report = report_of(answer, pair, shelf().catalogue)
    rows = pq.read_table(path).to_pylist()
    verdicts = [(by_reference(pair[0], row), by_reference(pair[1], row)) for row in rows]
    flips = Counter((old.outcome, new.outcome) for old, new in verdicts)
    assert dict(report.flips) == dict(flips)
    assert report.flipped > 0
    (money,) = report.money
    for at in (0, 1):
        paid = [pair_of[at].result["monthly_amount"] for pair_of in verdicts if pair_of[at].outcome is Outcome.APPROVED]
        assert (money.people[at], money.total[at]) == (len(paid), sum(paid))  # type: ignore[arg-type]  # amounts are decimals here
    assert money.yearly == tuple(12 * total for total in money.total)
    by_city = {text.split()[0]: sum(counts[0].values()) for text, counts in report.groupings[0].values.items()}
    assert sum(by_city.values()) == len(rows)
    write_flips(connection, answer.question, tmp_path / "flips.parquet")
    written = pq.read_table(tmp_path / "flips.parquet").to_pylist()
    other = [at + 1 for at, (old, new) in enumerate(verdicts) if (old.outcome, old.result) != (new.outcome, new.result)]
    assert [row["row"] for row in written] == other
    assert as_json(report)["flipped"] == report.flipped
    html = page(report, shelf().catalogue)
    assert "谁的结果变了" in html
    assert "<script" not in html
    assert [one.name for one in draw(report, tmp_path / "charts")] == ["outcomes.png", "by-city.png", "by-band.png"]


@pytest.mark.parametrize(("matter", "paid"), [("disability_allowances", True), ("housing_fund_rent", False)])
def test_only_what_goes_on_being_paid_comes_to_something_a_year(matter: str, paid: bool, tmp_path: Path) -> None:
    """A limit a month, or what is paid once, is not multiplied; the allowances of a grant that runs are."""
    report = simulated((policy_of(matter),), made(matter, tmp_path / "p.parquet", 40))
    assert len(report.money) > 1
    assert [bool(one.yearly) for one in report.money] == [paid] * len(report.money)


def test_an_amount_is_told_with_all_its_places() -> None:
    assert [exactly(Decimal(one)) for one in ("1234.5", "1000", "0.125", "-2")] == [
        "1,234.50",
        "1,000.00",
        "0.125",
        "-2.00",
    ]
    assert exactly(Decimal("3.1"), signed=True) == "+3.10"


def test_equal_seeds_make_equal_populations(tmp_path: Path) -> None:
    one, other = (pq.read_table(made("senior_card", tmp_path / f"{at}.parquet", 50)) for at in (1, 2))
    assert one == other
    assert one != pq.read_table(made("senior_card", tmp_path / "3.parquet", 50, seed=6))


def test_a_csv_file_comes_to_the_same(tmp_path: Path) -> None:
    policy = policy_of("elderly_allowance")
    path = made("elderly_allowance", tmp_path / "p.parquet", 60)
    connection = connect(1)
    columns = [name for name in pq.read_schema(path).names if not name.startswith(("benefits.", "credit."))]
    listed = ", ".join(f'"{name}"' for name in columns)
    lists = ["benefits.active", "credit.serious_lists", "credit.false_commitments", "credit.repaired"]
    texts = ", ".join(f'to_json("{name}")::VARCHAR AS "{name}"' for name in lists)
    copied = f"COPY (SELECT {listed}, \"credit.judgment_defaulter\", {texts} FROM '{path}') TO '{tmp_path}/p.csv'"  # noqa: S608  # names of the file
    connection.execute(copied)
    ours = simulated((policy,), tmp_path / "p.csv")
    assert ours.sides == simulated((policy,), path).sides


@pytest.mark.parametrize(
    ("head", "line", "told"),
    [
        ("as_of,form.id_no,form.city,form.payto", "2026-03-16,1,2,3", "did you mean `form.pay_to`?"),
        ("as_of,form.id_no,form.city", "2026-03-16,1,2", "`form.pay_to` is missing"),
        ("as_of,form.id_no,form.city,form.pay_to", "16.3.2026,1,2,3", "column `as_of`, row 1"),
        (
            "as_of,form.id_no,form.city,form.pay_to,deaths,deaths.hit",
            "2026-03-16,1,2,3,late,true",
            "column `deaths`, row 1",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(head: str, line: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    with pytest.raises(PopulationError) as caught:
        simulated((policy_of("elderly_allowance"),), tmp_path / "p.csv")
    assert told in caught.value.en


def test_a_name_that_is_none_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(NoSuchNameError) as caught:
        simulated((policy_of("senior_card"),), made("senior_card", tmp_path / "p.parquet", 10), ("agee",))
    assert "age" in caught.value.known


def test_a_row_is_an_application_that_is_decided_alike(tmp_path: Path) -> None:
    policy, catalogue = policy_of("elderly_allowance"), shelf().catalogue
    path = made("elderly_allowance", tmp_path / "p.parquet", 60)
    connection = connect(1)
    opened(connection, path, [policy])
    found = applications(connection, [policy], catalogue, range(1, 61))
    rows = pq.read_table(path).to_pylist()
    assert found.keys() == {row["row"] for row in rows}
    with engines_of(policy) as engines:
        for row in rows:
            one = found[row["row"]]
            meant = by_reference(policy, row)
            assert decide(policy, catalogue, engines, one.form, one.facts, one.as_of).verdict == meant


def test_the_command_makes_and_simulates(tmp_path: Path) -> None:
    run = CliRunner()
    path = str(tmp_path / "p.parquet")
    side = ["simulate", "senior_card@2026-03-16", "--rules", str(RULES)]
    found = run.invoke(build(), [*side, "--make", "40", "--to", path, "--as-of", "2026-03-16", "--json"])
    assert found.exit_code == 0, found.output
    found = run.invoke(build(), [*side, "--on", path, "--by", "city"])
    assert found.exit_code == 0, found.output
    assert "行 rows 40," in found.output
    assert run.invoke(build(), side).exit_code == 2
