"""Files of populations and of flips: what is wrong is told without values, nothing is skipped, nothing half written."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.shapes import Number
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating import charts, flips, running
from decision_service.simulating.files import PopulationError, whole
from decision_service.simulating.making import Wanted, make
from decision_service.simulating.population import Population, opened
from decision_service.simulating.report import Grouping, report_of
from decision_service.simulating.running import Answer, connect, simulate
from tests.properties.deciding import RULES, policy_of, shelf
from tests.simulating.test_simulation import DAY

HEAD = "as_of,form.id_no,form.city,form.pay_to"
LINE = "2026-03-16,1,2,3"


def open_file(path: Path) -> Population:
    return opened(connect(1), path, [policy_of("elderly_allowance")])


def written(folder: Path, *lines: str, encoding: str = "utf-8", name: str = "p.csv") -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", encoding=encoding)
    return folder / name


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((HEAD, f"#{LINE},x", LINE, LINE), "line 2 cannot be read"),
        ((HEAD, LINE, "1,2"), "line 3 cannot be read"),
        ((HEAD, LINE, f'"{LINE}'), "cannot be read: it has more or fewer"),
        (("",), "is empty"),
        ((f"{HEAD},form.city", f"{LINE},2"), "`form.city` stands there twice"),
        ((f"row,{HEAD}", f"1,{LINE}", f"secret,{LINE}"), "column `row`, row 2 is wrong"),
    ],
)
def test_no_row_is_skipped_and_no_value_told(lines: tuple[str, ...], told: str, tmp_path: Path) -> None:
    with pytest.raises(PopulationError) as caught:
        open_file(written(tmp_path, *lines))
    assert told in caught.value.en
    assert "secret" not in caught.value.en + caught.value.zh


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PopulationError, match=r"line 3 .*CSV UTF-8"):
        open_file(written(tmp_path, HEAD, LINE, LINE.replace("3", "沈阳"), encoding="gbk"))


@pytest.mark.parametrize("name", ["a[1]*?.csv", "it's; DROP TABLE x.csv", '"q".csv'])
def test_a_name_is_nothing_but_a_name_and_a_mark_of_excel_no_column(name: str, tmp_path: Path) -> None:
    assert open_file(written(tmp_path, HEAD, LINE, LINE, encoding="utf-8-sig", name=name)).rows == 2


def test_a_row_without_its_day_is_not_given_that_of_the_others(tmp_path: Path) -> None:
    policies = [policy_of("elderly_allowance")]
    path = written(tmp_path, HEAD, LINE, LINE[LINE.index(",") :], LINE)
    with pytest.raises(PopulationError) as caught:
        simulate(connect(1), policies, shelf().catalogue, path)
    assert "column `as_of`, row 2" in caught.value.en


def population(path: Path, rows: int = 30, changed: Mapping[str, pa.Array] | None = None) -> Path:
    make(Wanted([policy_of("elderly_allowance")], shelf().catalogue, rows, 3, DAY), path)
    table = pq.read_table(path)
    for name, column in (changed or {}).items():
        table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, path)
    return path


@pytest.mark.parametrize("item", [{"other": {"deep": 1}}, "secret"])
def test_lists_of_something_else_are_told_of(item: object, tmp_path: Path) -> None:
    path = population(tmp_path / "p.parquet", changed={"benefits.active": pa.array([[item]] * 30)})
    with pytest.raises(PopulationError) as caught:
        simulate(connect(1), [policy_of("elderly_allowance")], shelf().catalogue, path)
    assert "secret" not in caught.value.en + caught.value.zh


def test_what_is_written_replaces_no_population_and_a_failure_leaves_nothing(tmp_path: Path) -> None:
    path, run = population(tmp_path / "p.parquet"), CliRunner()
    before = path.read_bytes()
    pair = ["simulate", "elderly_allowance@2026-03-16", "elderly_allowance@2026-03-16", "--rules", str(RULES)]
    for option in ("--flips", "--html"):
        found = run.invoke(build(), [*pair, "--on", str(path), option, str(path)])
        assert (found.exit_code, path.read_bytes()) == (2, before)
    found = run.invoke(build(), [*pair, "--on", str(path), "--flips", str(tmp_path / "none" / "f.csv")])
    assert found.exit_code == 2
    assert "cannot be written" in found.output
    with pytest.raises(ZeroDivisionError), whole(path) as draft:
        draft.write_text(str(1 // 0))
    assert run.invoke(build(), [*pair, "--on", str(path), "--json"]).exit_code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["p.parquet"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("units", "number", "wanted"),
    [
        ([9_007_199_254_740_993, -1, 100, None], {"scale": 2}, ["90071992547409.93", "-0.01", "1.00", None]),
        ([100, -200, 300], {"divisor": 3}, ["33.33333333333333333333333333", "-66.66666666666666666666666667", "100"]),
        ([1, None], {"scale": 2, "divisor": 7}, ["0.001428571428571428571428571429", None]),
        ([10**27 + 1, -(10**20)], {"scale": 2}, ["10000000000000000000000000.01", "-1000000000000000000.00"]),
    ],
)
def test_what_is_granted_is_written_to_the_last_place(
    units: list[int | None], number: Mapping[str, int], wanted: list[str | None]
) -> None:
    connection = connect(1)
    kind, most = (pa.decimal128(38, 0), 10**27) if abs(units[0] or 0) > 2**63 else (pa.int64(), 10**16)
    connection.register("given", pa.table({"units": pa.array(units, kind)}))
    table = ibis.table(ibis.schema({"units": "int64" if kind == pa.int64() else "decimal(38, 0)"}), name="given")
    asked = table.select(exact=flips._exactly(Number(table["units"], most, **number)))
    with flips.dividing(connection):
        found = [one for (one,) in connection.execute(sql_of(asked, "duckdb")).fetchall()]
    assert found == wanted


def test_an_interrupted_query_ends() -> None:
    connection = connect(1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    try:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            running._watched(connection, "SELECT count(*) FROM range(1000000) a, range(1000000) b", lambda _: None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_temporary_files_are_the_owners_and_go_with_the_connection() -> None:
    connection = connect(1, "64MiB")
    (folder,) = connection.execute("SELECT current_setting('temp_directory')").fetchone() or ("",)
    assert Path(folder).stat().st_mode & 0o077 == 0
    connection.close()
    del connection
    assert not Path(folder).exists()


def test_charts_are_all_there_or_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of(*_answer(tmp_path))
    (folder := tmp_path / "charts").mkdir()
    (folder / "outcomes.png").write_bytes(b"before")

    def fail(_: object, __: object, rows: Sequence[object]) -> None:
        if len(rows) > 1:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(charts, "_bars", fail)
        with pytest.raises(OSError, match="No space"):
            charts.draw(report, folder)
    assert [(one.name, one.read_bytes()) for one in folder.iterdir()] == [("outcomes.png", b"before")]
    assert sorted(charts.draw(report, folder)) == sorted(folder.iterdir())
    assert all(one.read_bytes().startswith(b"\x89PNG") for one in folder.iterdir())


def test_a_chart_of_thousands_says_that_it_shows_the_largest(tmp_path: Path) -> None:
    report = report_of(*_answer(tmp_path))
    counts = {str(at): ({Outcome.APPROVED: at, Outcome.REFERRED: 1},) for at in range(3_000)}
    report = replace(report, groupings=(Grouping("age", counts),))
    for chinese in (True, False):
        _, (title, labels, rows) = charts._charts(report, chinese=chinese)
        assert f"the {charts.MOST_BARS} largest of 3,000" in title
        assert len(labels) == len(rows) == charts.MOST_BARS + 1
        assert labels[0] == "2960"
        assert "others (2,960)" in labels[-1]
        assert sum(sum(one.values()) for one in rows) == sum(range(3_000)) + 3_000


def _answer(folder: Path) -> tuple[Answer, tuple[Policy, ...], Catalogue]:
    policies = (policy_of("elderly_allowance"),)
    return (
        simulate(connect(1), policies, shelf().catalogue, population(folder / "p.parquet")),
        policies,
        shelf().catalogue,
    )


def test_too_many_groups_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_GROUPS", 5)
    with pytest.raises(PopulationError, match="too many groups"):
        simulate(connect(1), [policy_of("elderly_allowance")], shelf().catalogue, population(tmp_path / "p.parquet"))
