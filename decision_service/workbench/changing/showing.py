"""What a change comes to, as charts with a table beside each."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from nicegui import ui

from decision_service.outcome import PRECEDENCE
from decision_service.workbench.changing.figures import told
from decision_service.workbench.parts import heading, mark, named, note, text
from decision_service.workbench.saying import counted
from decision_service.workbench.visit import DARK_COOKIE, Visit

COLOURS: Final = {
    "NOT_ACCEPTED": "#8d6e63", "CORRECTION_REQUIRED": "#f0a202", "REFERRED": "#5b8ff9", "REJECTED": "#c0392b",
    "PARTIALLY_APPROVED": "#7cb342", "ACCEPTED_TOLERANT": "#26a69a", "APPROVED_ON_COMMITMENT": "#558b2f",
    "APPROVED": "#2e7d32",
}  # fmt: skip
"""As the charts of `miaopi simulate` have them."""

Rows = Sequence[Sequence[str]]


def show(visit: Visit, said: Mapping[str, Any], names: Mapping[str, str], who: Callable[[], None]) -> None:
    """The whole report. `names`: what outcomes are called, by their codes. `who` shows each who changes, where that may
    be told."""
    _outline(visit, said)
    _flips(visit, said, names)
    if said.get("ledger") is None and (said["flips"] or said["changed"]):
        who()
    _outcomes(visit, said, names)
    _money(visit, said)
    for name, groups in said["by"].items():
        _group(visit, name, groups, said["money_by"].get(name, {}))


def _outline(visit: Visit, said: Mapping[str, Any]) -> None:
    say = visit.say
    with ui.element("div").classes("mp-row"):
        mark(say(f"共{said['rows']:,}件", counted(said["rows"], "application")))
        flipped, changed = told(said["flipped"], say), told(said["changed"], say)
        mark(say(f"结果改变 {flipped}", f"another outcome: {flipped}"), "warn" if said["flipped"] != 0 else "good")
        mark(
            say(f"准予内容改变 {changed}", f"something else granted: {changed}"),
            "warn" if said["changed"] != 0 else "good",
        )
    ledger = said.get("ledger")
    if ledger is not None and "differences" in ledger:
        differing = told(ledger["differences"], say)
        checked = told(ledger["checked"], say)
        zh = f"与账本比对 {checked} 件，不同 {differing} 件。不足5件的、能由别的数推出它的、只差几件的，都不显示。"
        en = (
            f"{checked} compared with the record, {differing} differ. Counts under 5 are not told, nor one from which "
            "they could be worked out, nor both sides of one that moves by fewer than 5."
        )
        text(say(zh, en), "p", "mp-faint")
    if said["left_out"]:
        zh = f"{said['left_out']:,}件含有成批计算不判断的内容，没有计入。"
        note(say(zh, f"{said['left_out']:,} left out: they hold what is not judged in bulk."))
    if said["not_asked"]:
        names = visit.joined(said["not_asked"])
        note(say(f"文件没有这些登记库，按未查询计：{names}", f"registers without columns, taken as not asked: {names}"))


def _flips(visit: Visit, said: Mapping[str, Any], names: Mapping[str, str]) -> None:
    say = visit.say
    heading(say("谁的结果变了", "Whose outcome changes"), 3)
    if not said["flips"]:
        text(say("没有人的结果改变。", "Nobody's outcome changes."))
        return
    pairs = [(f"{names[one['old']]} → {names[one['new']]}", one["count"]) for one in said["flips"]]
    with ui.element("div").classes("mp-columns"):
        drawn = {say("人数", "people"): ([count for _, count in pairs], _shade(visit, "#0b5cad", "#7ab7f5"))}
        _bars(visit, say("结果改变的人数", "people whose outcome changes"), [one for one, _ in pairs], drawn)
        _table((say("从哪种结果到哪种结果", "from which outcome to which"), say("人数", "people")),
               [(one, told(count, say)) for one, count in pairs])  # fmt: skip
    reasons = said["flipped_reasons"]
    codes = list(dict.fromkeys((*reasons["old"], *reasons["new"])))
    if codes:
        rows = [
            (f"{names.get(code, '')} {code}", *(told(reasons[side].get(code, 0), say) for side in ("old", "new")))
            for code in codes
        ]
        _table(
            (say("结果改变的人的理由", "reasons of those whose outcome changes"), say("旧", "old"), say("新", "new")),
            rows,
        )


def _outcomes(visit: Visit, said: Mapping[str, Any], names: Mapping[str, str]) -> None:
    say = visit.say
    heading(say("全部结果", "All outcomes"), 3)
    old, new = (one["outcomes"] for one in said["versions"])
    codes = [one.value for one in PRECEDENCE if one.value in old or one.value in new]
    with ui.element("div").classes("mp-columns"):
        _bars(visit, say("各结果的人数", "people by outcome"), [names[code] for code in codes], {
            say("旧", "old"): ([old.get(code, 0) for code in codes], "#8a94a0"),
            say("新", "new"): ([new.get(code, 0) for code in codes], _shade(visit, "#0b5cad", "#7ab7f5")),
        })  # fmt: skip
        rows = [(names[code], told(old.get(code, 0), say), told(new.get(code, 0), say)) for code in codes]
        _table((say("结果", "outcome"), say("旧", "old"), say("新", "new")), rows)


def _money(visit: Visit, said: Mapping[str, Any]) -> None:
    if not said["money"]:
        return
    say = visit.say
    heading(say("花多少钱", "What it costs"), 3)
    rows: list[tuple[str, ...]] = []
    for name, one in said["money"].items():
        label = one["monthly_by_label"]
        called = name if label is None else say(label["zh"], label["en"])
        rows.append((called, *_three(one["total"])))
        if one["yearly"]:
            rows.append((say(f"{called} × 12（一年）", f"{called} × 12 (a year)"), *_three(one["yearly"])))
        people = one["people"]
        rows.append(
            (
                say(f"{called}：人数", f"{called}: people"),
                f"{people[0]:,}",
                f"{people[1]:,}",
                f"{people[1] - people[0]:+,}" if people[1] != people[0] else "0",
            )
        )
    _table((say("名称", "what"), say("旧", "old"), say("新", "new"), say("差", "difference")), rows)


def _three(pair: Sequence[str]) -> tuple[str, str, str]:
    old, new = (Decimal(one) for one in pair)
    return f"{old:,.2f}", f"{new:,.2f}", f"{new - old:+,.2f}" if new != old else "0"


def _group(visit: Visit, name: str, groups: Mapping[str, Any], money: Mapping[str, Any]) -> None:
    say = visit.say
    title = {"city": say("按城市", "By city"), "age": say("按年龄段", "By age band")}.get(
        name, say(f"按 {name}", f"By {name}")
    )
    heading(title, 3)
    if not groups:
        text(say("各组人数太少，不显示。", "All groups are too small to be told."))
        return
    labels = [_short(visit, one) for one in groups]
    approved = [[_approved(pair[at]) for pair in groups.values()] for at in (0, 1)]
    paid = next((one for found in money.values() for one, figures in found.items() if figures["yearly"]), None)
    heads = [title, say("批准：旧", "approved: old"), say("新", "new")]
    rows: list[list[str]] = [
        [label, told(old, say), told(new, say)] for label, old, new in zip(labels, *approved, strict=True)
    ]
    if paid is not None:
        heads += [say("每月增减（元）", "a month, more or less"), say("每年增减（元）", "a year")]
        for row, text_of in zip(rows, groups, strict=True):
            figures = money[text_of][paid]
            row += [_three(figures["total"])[2], _three(figures["yearly"])[2]]
    with ui.element("div").classes("mp-columns"):
        _bars(visit, say("批准的人数", "people approved"), labels, {
            say("旧", "old"): (approved[0], "#8a94a0"),
            say("新", "new"): (approved[1], _shade(visit, "#2e7d32", "#7fd396")),
        })  # fmt: skip
        _table(heads, rows)


def _short(visit: Visit, label: str) -> str:
    """`210100 沈阳市 Shenyang` without its code, in the reader's language."""
    if label == "?":
        return visit.say("（不详）", "(not known)")
    code, _, rest = label.partition(" ")
    zh, _, en = rest.partition(" ")
    return visit.say(zh, en or zh) if rest and code.isdigit() else label


def _approved(counts: Mapping[str, int | None]) -> int | None:
    found = [count for code, count in counts.items() if code.startswith(("APPROVED", "PARTIALLY", "ACCEPTED"))]
    return None if None in found else sum(one or 0 for one in found)


def _shade(visit: Visit, light: str, dark: str) -> str:
    """A colour that is seen on the ground of the page; a chart is drawn, and takes none from the style sheet."""
    return dark if visit.request.cookies.get(DARK_COOKIE) == "dark" else light


def _bars(
    visit: Visit, title: str, labels: Sequence[str], series: Mapping[str, tuple[Sequence[int | None], str]]
) -> None:
    """A bar chart; the same figures stand in the table beside it. What is hidden has no bar; where that is all, there
    is no chart."""
    if not any(figure for data, _ in series.values() for figure in data):
        return
    faint = _shade(visit, "#59636e", "#a0a9b4")
    made = ui.echart({
        "animation": False,
        "textStyle": {"color": faint},
        "grid": {"left": 8, "right": 24, "top": 34, "bottom": 8, "containLabel": True},
        "legend": {"show": len(series) > 1, "top": 0, "textStyle": {"color": faint}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "minInterval": 1, "axisLabel": {"color": faint, "hideOverlap": True}},
        "yAxis": {"type": "category", "inverse": True, "data": list(labels),
                  "axisLabel": {"color": faint, "width": 190, "overflow": "truncate"}},
        "series": [{"type": "bar", "name": name, "data": list(data), "itemStyle": {"color": colour}, "barMaxWidth": 16}
                   for name, (data, colour) in series.items()],
    })  # fmt: skip
    made.classes("ch-chart").style(f"height: {70 + 34 * max(2, len(labels))}px").props('role="img"')
    named(made, title)


def _table(heads: Sequence[str], rows: Rows) -> None:
    with ui.element("div").classes("mp-wide").props('tabindex="0"'), text("", "table", "mp-table"):
        with text("", "thead"), text("", "tr"):
            for one in heads:
                text(one, "th").props('scope="col"')
        with text("", "tbody"):
            for row in rows:
                with text("", "tr"):
                    text(row[0], "th").props('scope="row"')
                    for one in row[1:]:
                        text(one, "td", "number")
