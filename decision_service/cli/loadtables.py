"""What a load run showed, as tables for people."""

from rich.console import Console
from rich.table import Table

from decision_service.load.report import Line, Met, StageLoad
from decision_service.load.run import Result

_MARKS: dict[Met, str] = {"met": "✓", "missed": "✗", "unclear": "?"}


def show(result: Result) -> None:
    """Print the run: stage by stage its matters and lines, then what is about the whole."""
    out = Console(emoji=False, highlight=False, width=max(132, Console().width))
    for one in result.stages:
        _show_stage(out, one)
    for stage in result.not_possible:
        en = f"{stage.name}: not possible here, nobody can make the registers of a service elsewhere fail"
        out.print(f"– {stage.title.zh}：对外部服务不能进行，未计入\n  {en}", markup=False)
    for name in result.unsettled:
        out.print(
            f"? {name}：前一故障未恢复 began while the register that had failed was still left alone", markup=False
        )
    for line in result.lines:
        out.print(_line(line), markup=False)
    for text in notes(result):
        out.print(text, markup=False)
    passed = "全部达标 passed" if result.passed else "未达标 NOT PASSED"
    out.print(f"{passed}: {len(result.samples)} 个请求 requests", markup=False)


def notes(result: Result) -> list[str]:
    """What else is to be known of a run."""
    many, senders, lag = len(result.plan.pool.applications), result.plan.senders, f"{result.lag_p99:.1f} ms (p99)"
    found = [
        f"申请 applications {many}, 规则文件的边界 beside boundaries of the rule files {result.boundaries}",
        f"发生器 generator: {senders} 个进程 process(es), 自身延迟 late itself by {lag}",
        "* 因数据源超时，结果仍符合规则 a register did not answer in time, and the answer is what it must be then",
    ]
    if result.books is None:
        found.append("账本不在此处，请在服务端对账 the ledger is not at hand: run `miaopi reconcile` beside it")
    if not result.receipts.trusted:
        found.append("回执未用可信公钥核验 receipts were checked against the key that they carry; give --public-key")
    if any(line.met == "unclear" for one in result.stages for line in one.lines):
        found.append("? 发生器过慢 not met, but the tool itself was late by as much: fewer requests, or more --senders")
    if result.orders.is_own:
        found.append("※ 示例政策与虚构人物。 Illustrative policies, fictitious people.")
    return found


def _line(line: Line) -> str:
    return f"{_MARKS[line.met]} {line.zh} {line.en}: {line.told}"


def _show_stage(out: Console, one: StageLoad) -> None:
    stage = one.stage
    heads = (
        "事项 matter",
        "sent",
        "right",
        "late*",
        "doubt",
        "wrong",
        "failed",
        "p50 ms",
        "p95",
        "p99",
        "时限 budget",
        "",
    )
    table = Table(*heads, title=f"{stage.name} {stage.title.zh} {stage.title.en}", title_justify="left")
    for row in one.matters:
        counts = [row.counts.get(name, 0) for name in ("right", "late", "doubted", "wrong", "failed")]
        times = [f"{value:.0f}" for value in (row.p50, row.p95, row.p99)]
        only = " (deadline)" if row.deadline_only else ""
        said = "; ".join(row.missed) or ("样本不足 over within chance" if row.nominally_over else "达标 in budget")
        budget = "/".join(map(str, row.budget)) + only
        table.add_row(row.matter, str(row.requests), *map(str, counts), *times, budget, said)
    out.print(table)
    turned = ", ".join(f"{name} {count}" for name, count in one.problems.items())
    failing = f"; {stage.register} is {stage.fault}" if stage.fault else ""
    figures = f"秒批量 {one.goodput:.1f}/s decided right without an officer; sent within {one.lag_p99:.1f} ms (p99)"
    out.print(f"  {figures}{failing}{'; ' + turned if turned else ''}", markup=False)
    for line in one.lines:
        out.print(f"  {_line(line)}", markup=False)
