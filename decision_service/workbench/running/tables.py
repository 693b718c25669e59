"""The tables of the page: each row one matter, register or thing that is owed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from nicegui import ui

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.parts import Bilingual
from decision_service.workbench.figures import QUANTILES, Figures, paces
from decision_service.workbench.parts import heading, mark, named, panel, text
from decision_service.workbench.visit import Visit

Cell = str | int | Bilingual

COURSES: Final = {
    "instant": Bilingual("即时办结", "at once"),
    "referred": Bilingual("转人工", "to officers"),
    "corrected": Bilingual("退回补正", "sent back"),
    "redecided": Bilingual("补答后重办", "decided again"),
}

BREAKERS: Final = {
    0: Bilingual("正常", "closed"), 1: Bilingual("试探", "half open"), 2: Bilingual("断开", "open: not asked"),
}  # fmt: skip


def show_outcomes(visit: Visit, figures: Figures, names: Mapping[str, str]) -> None:
    """Decisions by matter, and how each went."""
    rows: list[Sequence[Cell]] = []
    for matter in figures.by("matter", "miaopi_budget_seconds"):
        shares = figures.by("course", "miaopi_share", matter=matter)
        cells = [_percent(shares.get(course)) for course in COURSES]
        rows.append((names.get(matter, matter), int(figures.total("miaopi_decisions_total", matter=matter)), *cells))
    titles = (Bilingual("事项", "matter"), Bilingual("决定", "decisions"), *COURSES.values())
    table(visit, Bilingual("办理结果", "Outcomes"), titles, rows)


def show_paces(visit: Visit, figures: Figures, names: Mapping[str, str]) -> None:
    """Times against budgets."""
    with panel():
        heading(visit.say("时限", "Times against budgets"))
        seen = [Bilingual(f"实际 p{one * 100:.0f}", f"seen p{one * 100:.0f}") for one in QUANTILES]
        limits = [Bilingual(f"时限 {one}", f"budget {one}") for one in ("p50", "p95")]
        titles = (
            Bilingual("事项", "matter"), Bilingual("即时决定", "at once"), *seen, *limits,
            Bilingual("最迟", "deadline"), Bilingual("超过p95时限的", "over the p95"),
        )  # fmt: skip
        with _table(visit, Bilingual("时限", "times against budgets"), titles):
            for one in paces(figures):
                with ui.element("tr"):
                    text(names.get(one.matter, one.matter), "th").props('scope="row"')
                    for cell in (str(one.decided), *(_ms(value) for value in one.seen), *map(_ms, one.budget)):
                        text(cell, "td", "number")
                    with ui.element("td").classes("number"):
                        mark(_percent(one.slow), "" if one.slow is None else "good" if one.is_kept else "bad")


def show_registers(visit: Visit, figures: Figures, catalogue: Catalogue) -> None:
    """Registers: how they answer, and whether they are asked at present."""
    statuses = sorted(figures.by("status", "miaopi_register_calls_total"))
    rows: list[Sequence[Cell]] = []
    for register in figures.by("register", "miaopi_register_calls_total"):
        counts = figures.by("status", "miaopi_register_calls_total", register=register)
        waits = [figures.quantile(one, "miaopi_register_seconds", register=register) for one in QUANTILES]
        known = catalogue.registers.get(register)
        state = int(figures.total("miaopi_breaker_state", register=register))
        rows.append((
            register if known is None else visit.say(known.zh, known.en),
            *(int(counts.get(status, 0)) for status in statuses),
            *(_ms(None if wait is None else wait * 1000) for wait in waits),
            visit.tell(BREAKERS[state]),
        ))  # fmt: skip
    titles = (
        Bilingual("数据源", "register"), *(STATUSES.get(one, Bilingual(one, one)) for one in statuses),
        *(Bilingual(f"等候 p{one * 100:.0f}", f"wait p{one * 100:.0f}") for one in QUANTILES),
        Bilingual("断路器", "breaker"),
    )  # fmt: skip
    table(visit, Bilingual("数据源", "Registers"), titles, rows)


STATUSES: Final = {
    "ok": Bilingual("有答复", "answered"),
    "no_record": Bilingual("无记录", "no record"),
    "stale": Bilingual("数据过旧", "too old"),
    "timeout": Bilingual("超时", "late"),
    "error": Bilingual("故障", "faulty"),
}

OWED: Final[tuple[tuple[str, Bilingual], ...]] = (
    ("miaopi_credit_checks_owed", Bilingual("待补查信用", "credit checks owed")),
    ("miaopi_cases_waiting", Bilingual("等候数据源的办件", "cases that wait for registers")),
    ("miaopi_grant_checks_due", Bilingual("到期复核", "grants due to be checked again")),
    ("miaopi_data_tickets_open", Bilingual("未答复的数据质量工单", "data tickets without an answer")),
    ("miaopi_queue_length", Bilingual("等候人工的办件", "items that wait for officers")),
)


def show_owed(visit: Visit, figures: Figures) -> None:
    """What is still to be done after decisions, and how far events are."""
    rows: list[Sequence[Cell]] = [(visit.tell(what), int(figures.total(name))) for name, what in OWED]
    for subscriber, lag in figures.by("subscriber", "miaopi_outbox_lag").items():
        failed = figures.total("miaopi_outbox_failures_total", subscriber=subscriber)
        rows.append((visit.say(f"待外送：{subscriber}", f"events to send: {subscriber}"), int(lag)))
        rows.append((visit.say(f"外送失败：{subscriber}", f"deliveries failed: {subscriber}"), int(failed)))
    table(
        visit, Bilingual("待办", "Still to be done"), (Bilingual("什么", "what"), Bilingual("数量", "how many")), rows
    )


def table(visit: Visit, title: Bilingual, titles: Iterable[Bilingual], rows: Iterable[Sequence[Cell]]) -> None:
    """A table under its title; the first cell of a row names it, numbers stand right."""
    with panel():
        heading(visit.tell(title))
        with _table(visit, title, titles):
            for first, *others in rows:
                with ui.element("tr"):
                    text(_said(visit, first), "th").props('scope="row"')
                    for cell in others:
                        text(_said(visit, cell), "td", "number")


def _table(visit: Visit, title: Bilingual, titles: Iterable[Bilingual]) -> ui.element:
    """The table with its head; its rows are made within it."""
    wide = named(ui.element("div"), visit.tell(title)).classes("mp-wide").props('tabindex="0" role="region"')
    with wide, ui.element("table").classes("mp-table"):
        with ui.element("thead"), ui.element("tr"):
            for one in titles:
                text(visit.tell(one), "th").props('scope="col"')
        return ui.element("tbody")


def _said(visit: Visit, cell: Cell) -> str:
    return visit.tell(cell) if isinstance(cell, Bilingual) else str(cell)


def _percent(share: float | None) -> str:
    return "—" if share is None or math.isnan(share) else f"{share * 100:.1f} %"


def _ms(value: float | None) -> str:
    return "—" if value is None else "∞" if math.isinf(value) else f"{value:.0f} ms"
