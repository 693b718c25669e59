"""The regions of docs/capacity.md: what was measured, what is assumed, and what follows for places of each size."""

import json
from typing import Any

from tests.docs.page import ROOT, table

SHEET = ROOT / "benchmarks" / "results" / "capacity.json"

ASSUMED = {
    "applications_a_head_a_year": ("每人每年申请 applications a head and year", "{:g}"),
    "working_days": ("工作日 working days a year", "{}"),
    "day_share": ("集中办理时段所占份额 share of a day's applications that come in its busy hours", "{:.0%}"),
    "day_hours": ("集中办理时段（小时） busy hours of a day", "{:g}"),
    "morning": ("早高峰 the morning, times as much", "{:g}"),
    "benefit_day": ("发放日：最大事项 a benefit day: the heaviest matter, times as much", "{:g}"),
    "heaviest_matter": ("最大事项所占份额 share of the heaviest matter (`weight`)", "{:.0%}"),
    "use": ("核的计划使用率 share of a core that is planned with", "{:.0%}"),
    "record_share": ("一本账计划用到写入上限的 share of what one writer can record", "{:.0%}"),
    "kilobytes_a_record": ("每条记录 kilobytes a record", "{:g}"),
}


def capacity(words: str) -> str:
    """One region: `measured`, `assumed` or `places`."""
    sheet = json.loads(SHEET.read_text(encoding="utf-8"))
    return {"measured": _measured, "assumed": _assumed, "places": _places}[words](sheet)


def _measured(sheet: dict[str, Any]) -> str:
    seen = sheet["measured"]
    rows = (
        ("每件 CPU CPU of a decision", f"{seen['cpu_us'] / 1000:.2f} ms"),
        ("一个核 one core", f"{sheet['decisions_a_core']:.0f} 件/秒 decisions/s"),
        ("一本账能记 one ledger records", f"{seen['records_a_second']:,} 件/秒 a second"),
        ("测于 measured on", f"{seen['machine']}, {seen['at'][:10]}, {seen['commit']}"),
    )
    return table("测得 measured | ", iter(rows))


def _assumed(sheet: dict[str, Any]) -> str:
    rows = ((words, form.format(sheet["assumed"][name])) for name, (words, form) in ASSUMED.items())
    return table("假设 assumed | 值 value", rows)


def _places(sheet: dict[str, Any]) -> str:
    heads = (
        "地方 place | 人口 people | 平时/秒 usual, a second | 早高峰/秒 morning | "
        "发放日早高峰/秒 morning of a benefit day | 核 cores | 账本 ledgers | 每年 GB a year"
    )
    rows = (
        (
            f"{one['zh']} {one['en']}", f"{one['people']:,}", f"{one['usual']:,.1f}", f"{one['morning']:,.0f}",
            f"{one['most']:,.0f}", f"{one['cores']}", f"{one['ledgers']}", f"{one['gigabytes_a_year']:,.0f}",
        )
        for one in sheet["places"]
    )  # fmt: skip
    return table(heads, rows)
