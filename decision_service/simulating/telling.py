"""The report for a terminal: a few lines and tables."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.markup import escape
from rich.table import Table

from decision_service.outcome import PRECEDENCE
from decision_service.simulating.recorded import NOT_ROWS, FromLedger
from decision_service.simulating.report import Report


def tables(report: Report) -> Iterator[str | Table]:
    """Lines and tables from top to bottom."""
    pace = report.rows / report.seconds if report.seconds else 0
    about = f"{report.rows:,} rows 行, {report.seconds:.1f} s, {pace:,.0f} rows/s 行/秒"
    yield f"{report.name[0]} {report.name[1]}: {about}"
    if report.left_out:
        yield f"left out, not judged in bulk 未计入: {report.left_out:,}"
    if report.assumed:
        yield f"no such columns, taken as filled in rightly 无此列，按填写正确计: {', '.join(report.assumed)}"
    if report.not_asked:
        yield f"no such registers, taken as not asked 无此登记库，按未查询计: {', '.join(report.not_asked)}"
    if report.ledger is not None:
        yield from _ledger(report.ledger)
    yield _outcomes(report)
    yield _reasons(report)
    if len(report.sides) > 1:
        yield from _flips(report)
    if report.money:
        yield _money(report)
    for grouping in report.groupings:
        table = Table(title=f"by {grouping.name} 按 {grouping.name}")
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
    yield f"decisions on record {len(found.decided):,}, of applications {found.applications:,} 账本中的决定与办件"
    for why, count in found.left.items():
        zh, en = NOT_ROWS.get(why, (why, why))
        yield f"  not replayed 未重演 {count:,}: {en} {zh}"
    for register, count in found.not_asked.items():
        yield f"  not asked then 当时未查询 {register}: {count:,}"
    if found.other_matters:
        yield f"  decisions on other matters 其他事项的决定: {found.other_matters:,}"
    for kind, count in found.other_kinds.items():
        yield f"  other records 其他记录 {kind}: {count:,}"
    differing = len(found.differences)
    yield f"compared with the record 与账本比对 {found.checked:,}, differing 不同 {differing:,}"
    for one in found.differences:
        was = f"was 原为 {one.recorded.value}, comes out as 现为 {one.now.value}"
        yield f"  record {one.record} ({one.decision_id}): {was}"


def _outcomes(report: Report) -> Table:
    table = Table(title="outcomes 结果")
    table.add_column("outcome 结果", overflow="fold")
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
    table = Table(title="reasons 理由")
    for name in ("reason 理由", *(one.version for one in report.sides)):
        table.add_column(name, overflow="fold")
    for code in dict.fromkeys(code for one in report.sides for code in one.reasons):
        table.add_row(code, *(f"{one.reasons.get(code, 0):,}" for one in report.sides))
    return table


def _flips(report: Report) -> Iterator[str | Table]:
    yield f"another outcome 结果不同: {report.flipped:,}; something else granted 准予内容不同: {report.changed:,}"
    table = Table(title="who flips 谁的结果变了")
    for name in ("old 旧", "new 新", "rows 行"):
        table.add_column(name, overflow="fold")
    for (old, new), count in sorted(report.flips.items(), key=lambda one: -one[1]):
        if old is not new:
            table.add_row(old.value, new.value, f"{count:,}")
    yield table


def _money(report: Report) -> Table:
    table = Table(title="granted, summed 准予合计")
    for name in ("name 名称", *(f"{one.version} (people 人)" for one in report.sides)):
        table.add_column(name, overflow="fold")
    if len(report.sides) > 1:
        table.add_column("difference 差", overflow="fold")
    for one in report.money:
        cells = [f"{total:,.2f} ({people:,})" for total, people in zip(one.total, one.people, strict=True)]
        table.add_row(one.name if one.monthly is None else f"{one.name} 每月 a month", *cells, *_difference(one.total))
        if one.yearly:
            table.add_row(
                f"{one.name} ×12 一年 a year", *(f"{total:,.2f}" for total in one.yearly), *_difference(one.yearly)
            )
    return table


def _difference(total: Sequence[Decimal]) -> list[str]:
    return [f"{total[1] - total[0]:+,.2f}"] if len(total) > 1 else []
