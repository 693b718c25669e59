"""What is asked of decision tables: no gap, no unwanted overlap, no row that never counts."""

from collections.abc import Iterator

from decision_service.language.meaning import same
from decision_service.language.tree import Literal
from decision_service.policy.shape import Bilingual, Policy, Table
from decision_service.proving.boxes import stronger
from decision_service.proving.conditions import All, Condition, Fits, Known, No, Some, both
from decision_service.proving.questions import Question, Settled, question
from decision_service.proving.structure import reached
from decision_service.source import Problem

NEEDS_A_ROW = frozenset({"unique", "any", "first", "priority", "collect sum", "collect min", "collect max"})
"""Hit policies after which no row at all is Unknown (Why.TABLE)."""


def about_tables(policy: Policy) -> Iterator[Question | Settled]:
    """The questions about every table of a policy."""
    for table in policy.tables.values():
        used = reached(policy, table.name)
        yield _idle(table, used=used != Some(()))
        if used == Some(()):
            continue
        if table.hit in NEEDS_A_ROW:
            yield _gap(table, used)
        if table.hit in ("unique", "any") and len(table.rows) > 1:
            yield _overlap(table, used)
        for row in range(len(table.rows)):
            yield _row(table, row, used)


def _idle(table: Table, *, used: bool) -> Settled:
    wrong = (f"表 `{table.name}` 没有规则、也没有结果用到", f"no rule and no result reads the table `{table.name}`")
    way_out = ("删去这张表，或者在规则、结果里用它", "remove the table, or use it in a rule or a result")
    return Settled(
        f"table_idle:{table.name}",
        "tables",
        used,
        Bilingual(f"表 {table.name} 用得上", f"the table {table.name} is used"),
        Problem("table_idle", *wrong, table.span, *way_out),
    )


def _gap(table: Table, used: Condition) -> Question:
    none = No(Some(tuple(Fits(table.name, row) for row in range(len(table.rows)))))
    return question(
        ("table_gap", table.name),
        "tables",
        "never",
        both(Known(), none, used),
        (
            Bilingual(f"表 {table.name} 没有缺漏", f"the table {table.name} has a row for everybody"),
            Bilingual(
                f"表 `{table.name}` 缺一行：有申请人哪一行都不适用",
                f"the table `{table.name}` has a gap: no row fits an applicant",
            ),
            Bilingual("加上缺的一行，或者改某一行的范围", "add the missing row, or widen one"),
        ),
        table.span,
    )


def _overlap(table: Table, used: Condition) -> Question:
    return question(
        ("table_overlap", table.name),
        "tables",
        "never",
        both(Known(), Some(tuple(overlaps(table))), used),
        (
            Bilingual(f"表 {table.name} 没有两行相争", f"no two rows of the table {table.name} are at odds"),
            Bilingual(f"表 `{table.name}` 有两行同时适用", f"two rows of the table `{table.name}` fit at once"),
            Bilingual(
                "改其中一行的范围；有意如此的，用 `hit: first` 写明先后",
                "narrow one of them; where it is meant, `hit: first` says which counts",
            ),
        ),
        table.span,
    )


def overlaps(table: Table, pairs: Iterator[tuple[int, int]] | None = None) -> Iterator[Condition]:
    """For each pair of rows, of all or of those given: both fit, and that is not wanted."""
    size = len(table.rows)
    for first, second in pairs or ((one, two) for two in range(size) for one in range(two)):
        if table.hit == "unique" or not _alike(table, first, second):
            yield All((Fits(table.name, first), Fits(table.name, second)))


def _alike(table: Table, first: int, second: int) -> bool:
    outputs = zip(table.rows[first].outputs, table.rows[second].outputs, strict=True)
    return all(
        isinstance(one, Literal) and isinstance(two, Literal) and same(one.value, two.value) for one, two in outputs
    )


def counts(table: Table, row: int) -> Condition:
    """The row fits, and none that counts before it does."""
    before = tuple(Fits(table.name, one) for one in stronger(table, row))
    fits = Fits(table.name, row)
    return All((fits, No(Some(before)))) if before else fits


def _row(table: Table, row: int, used: Condition) -> Question:
    number = row + 1
    return question(
        ("row_dead", f"{table.name}:{number}"),
        "tables",
        "exist",
        both(Known(), counts(table, row), used),
        (
            Bilingual(f"表 {table.name} 第{number}行用得上", f"row {number} of the table {table.name} can count"),
            Bilingual(
                f"表 `{table.name}` 的这一行（第{number}行）永远用不上",
                f"this row of the table `{table.name}` (number {number}) never counts",
            ),
            Bilingual(
                "没有申请人会落到这一行，或者轮不到它：改条件、改次序，或者删去",
                "nobody comes to it, or another row counts before it: change its tests or its place, or remove it",
            ),
        ),
        table.rows[row].span,
    )
