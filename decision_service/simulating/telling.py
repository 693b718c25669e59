"""The report for a terminal: a few lines and tables."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.markup import escape
from rich.table import Table

from decision_service.outcome import PRECEDENCE
from decision_service.simulating.recorded import NOT_ROWS, FromLedger
from decision_service.simulating.report import Report, exactly


def tables(report: Report) -> Iterator[str | Table]:
    """Lines and tables from top to bottom."""
    pace = report.rows / report.seconds if report.seconds else 0
    about = f"行 rows {report.rows:,}, {report.seconds:.1f} s, 行/秒 rows/s {pace:,.0f}"
    yield f"{report.name[0]} {report.name[1]}: {about}"
    if report.left_out:
        yield f"未计入 left out, not judged in bulk: {report.left_out:,}"
    if report.assumed:
        yield f"无此列，按填写正确计 no such columns, taken as filled in rightly: {', '.join(report.assumed)}"
    if report.not_asked:
        yield f"无此登记库，按未查询计 no such registers, taken as not asked: {', '.join(report.not_asked)}"
    if report.ledger is not None:
        yield from _ledger(report.ledger)
    yield _outcomes(report)
    yield _reasons(report)
    if len(report.sides) > 1:
        yield from _flips(report)
    if report.money:
        yield _money(report)
    for grouping in report.groupings:
        table = Table(title=f"按 {grouping.name} by {grouping.name}")
        shown = [
            one for one in PRECEDENCE if any(count.get(one) for counts in grouping.values.values() for count in counts)
        ]
        for name in (grouping.name, *(one.value for one in shown)):
            table.add_column(name, overflow="fold")
        for text, counts in grouping.values.items():
            cells = [" → ".join(f"{count.get(one, 0):,}" for count in counts) for one in shown]
            table.add_row(escape(text), *cells)
        yield table


def _ledger(found: FromLedger) -> Iterator[str]:
    yield f"账本中的决定 decisions on record {len(found.decided):,}, 办件 of applications {found.applications:,}"
    for why, count in found.left.items():
        zh, en = NOT_ROWS.get(why, (why, why))
        yield f"  未重演 not replayed {count:,}: {zh} {en}"
    for register, count in found.not_asked.items():
        yield f"  当时未查询 not asked then {register}: {count:,}"
    if found.other_matters:
        yield f"  其他事项的决定 decisions on other matters: {found.other_matters:,}"
    for kind, count in found.other_kinds.items():
        yield f"  其他记录 other records {kind}: {count:,}"
    differing = len(found.differences)
    yield f"与账本比对 compared with the record {found.checked:,}, 不同 differing {differing:,}"
    for one in found.differences:
        was = f"原为 was {one.recorded.value}, 现为 comes out as {one.now.value}"
        yield f"  record {one.record} ({one.decision_id}): {was}"


def _outcomes(report: Report) -> Table:
    table = Table(title="结果 outcomes")
    table.add_column("结果 outcome", overflow="fold")
    for one in report.sides:
        table.add_column(one.version, overflow="fold")
        table.add_column("%", overflow="fold")
    for outcome in PRECEDENCE:
        if not any(one.outcomes.get(outcome) for one in report.sides):
            continue
        cells = []
        for one in report.sides:
            count = one.outcomes.get(outcome, 0)
            cells += [f"{count:,}", f"{100 * count / max(1, sum(one.outcomes.values())):.2f}"]
        table.add_row(outcome.value, *cells)
    return table


def _reasons(report: Report) -> Table:
    table = Table(title="理由 reasons")
    for name in ("理由 reason", *(one.version for one in report.sides)):
        table.add_column(name, overflow="fold")
    for code in dict.fromkeys(code for one in report.sides for code in one.reasons):
        table.add_row(code, *(f"{one.reasons.get(code, 0):,}" for one in report.sides))
    return table


def _flips(report: Report) -> Iterator[str | Table]:
    yield f"结果不同 another outcome: {report.flipped:,}; 准予内容不同 something else granted: {report.changed:,}"
    table = Table(title="谁的结果变了 who flips")
    for name in ("旧 old", "新 new", "行 rows"):
        table.add_column(name, overflow="fold")
    for (old, new), count in sorted(report.flips.items(), key=lambda one: -one[1]):
        if old is not new:
            table.add_row(old.value, new.value, f"{count:,}")
    yield table


def _money(report: Report) -> Table:
    table = Table(title="准予合计 granted, summed")
    for name in ("名称 name", *(f"{one.version} (人 people)" for one in report.sides)):
        table.add_column(name, overflow="fold")
    if len(report.sides) > 1:
        table.add_column("差 difference", overflow="fold")
    for one in report.money:
        cells = [f"{exactly(total)} ({people:,})" for total, people in zip(one.total, one.people, strict=True)]
        table.add_row(one.name if one.monthly is None else f"{one.name} 每月 a month", *cells, *_difference(one.total))
        if one.yearly:
            table.add_row(
                f"{one.name} ×12 一年 a year", *(exactly(total) for total in one.yearly), *_difference(one.yearly)
            )
    return table


def _difference(total: Sequence[Decimal]) -> list[str]:
    return [exactly(total[1] - total[0], signed=True)] if len(total) > 1 else []
