"""`miaopi explain`: why a case is decided as it is; with `--plan`, whom it asks, in which waves, and why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from decision_service.cli.casefile import CaseFile, case_or_exit, require_matter
from decision_service.cli.nearness import nearest_change, show_nearest, show_why_not
from decision_service.cli.output import Json, Rules, print_json, shelf_or_exit
from decision_service.cli.portraying import Language, show_text, write_graph
from decision_service.explaining import explanation
from decision_service.forms import read_form
from decision_service.nearest.hindrances import why_not as hindrances
from decision_service.offline import decide as decide_offline
from decision_service.offline import engines_of, evidence_of, offline_answer
from decision_service.outcome import APPROVALS, Outcome
from decision_service.planning import Planner
from decision_service.plantelling import Telling
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from decision_service.rehearsal import rehearse
from decision_service.sheet import fact_sheet
from verifiers.freshness import CHINA

WIDTH = 80


def explain(
    matter: Annotated[str, typer.Argument(help="事项 matter, such as elderly_allowance")],
    case: Annotated[
        Path | None, typer.Option("--case", help="案例文件 JSON or YAML file with form, facts and as_of")
    ] = None,
    graph: Annotated[
        Path | None, typer.Option("--graph", help="画成图 write the graph of facts, rules and outcomes (SVG)")
    ] = None,
    text: Annotated[
        Language | None, typer.Option("--text", help="规则全文 the whole policy as prose, zh or en")
    ] = None,
    why_not: Annotated[
        Outcome | None, typer.Option("--why-not", help="为什么不是这个结果 what stands in the way of this outcome")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="查询计划 whom it asks, in which waves, and why")] = False,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """说明理由和查询计划。 Why a case is decided as it is, or whom it asks; without --case, the matter's sample."""
    shelf = shelf_or_exit(rules, json=json)
    require_matter(shelf, matter, json=json)
    policy, found, name = _chosen(shelf, matter, case, json=json)
    if graph is not None:
        write_graph(policy, shelf.catalogue, graph, json=json)
        return
    if text is not None:
        show_text(policy, shelf.catalogue, text, json=json)
        return
    if plan:
        told = {"case": name, **_planned(policy, shelf.catalogue, found)}
        show = _show_plan
    else:
        told = {"case": name, **_explained(policy, shelf.catalogue, found, why_not)}
        show = _show_reasons
    if json:
        print_json(told)
    else:
        show(told, Console(emoji=False, highlight=False, width=WIDTH))


def _chosen(shelf: Shelf, matter: str, case: Path | None, *, json: bool) -> tuple[Policy, CaseFile, str]:
    """The policy in force on the day of the case, and the case: the file, else the first approved one of the matter."""
    if case is None:
        policy = shelf.in_force(matter, datetime.now(CHINA).date()) or shelf.versions[matter][0]
        approved = {outcome.value for outcome in APPROVALS}
        worked = next((one for one in policy.cases if one.expect.get("outcome") in approved), policy.cases[0])
        return policy, CaseFile(worked.form, worked.facts, worked.as_of), worked.name
    return *case_or_exit(shelf, matter, case, json=json), case.name


def _explained(policy: Policy, catalogue: Catalogue, found: CaseFile, why_not: Outcome | None) -> dict[str, object]:
    with engines_of(policy) as engines:
        decided = decide_offline(policy, catalogue, engines, found.form, found.facts, found.as_of)
    answer = offline_answer(decided, found.form, found.facts)
    told = explanation(decided, answer)
    if why_not is not None:
        told["why_not"] = hindrances(decided, {**told, "items": answer["items"]}, why_not)
    return {**told, "nearest": nearest_change(decided, found)}


def _planned(policy: Policy, catalogue: Catalogue, found: CaseFile) -> dict[str, object]:
    from decision_service.readings.compiled.compile import compile_policy

    planner = Planner(policy)
    reading = read_form(policy, found.form, found.as_of, catalogue.prefectures)
    answers = evidence_of(policy, found.facts, found.as_of)
    sheet = partial(fact_sheet, policy, reading, as_of=found.as_of, calendar=catalogue.calendar)
    played = rehearse(planner, reading, answers, sheet, compile_policy(policy).judge)
    return Telling(planner, catalogue, reading, played).told()


def _show_plan(told: Mapping[str, Any], out: Console) -> None:
    """The plan for people."""
    _line(out, 0, f"{told['matter']}  {told['name']['zh']}  {told['name']['en']}  ({told['as_of']})")
    _line(out, 0, f"案例 case: {told['case']}")
    budget = told["budget"]
    _line(
        out,
        0,
        f"时限 budget: p50 {budget['p50_ms']} ms, p95 {budget['p95_ms']} ms, deadline {budget['deadline_ms']} ms",
    )
    for wave in told["waves"]:
        expected = wave["expected"]
        took = f"  p50 {expected['p50_ms']} ms, p95 {expected['p95_ms']} ms" if expected else ""
        out.print()
        _line(out, 0, f"第{wave['wave']}批 wave {wave['wave']}{took}")
        if wave["known"]:
            known = ", ".join(f"{one['register']} {one['status']}" for one in wave["known"])
            _line(out, 2, f"已知 known: {known}")
        for one in wave["ask"]:
            _register(out, "问 ask", one, f" ({one['personal_fields']})")
            for use in one["rules"]:
                _line(out, 6, f"{use['rule']}  {use['zh']} · {use['en']}")
        for one in wave["hold_back"]:
            _register(out, "缓 hold back", one)
    if told["not_asked"]:
        out.print()
        _line(out, 0, "不问 not asked")
        for one in told["not_asked"]:
            _register(out, "－", one)
    _show_totals(told, out)


def _show_totals(told: Mapping[str, Any], out: Console) -> None:
    cost, everything, expected = told["cost"], told["cost_of_all"], told["expected"]
    outcome = told["outcome"]
    out.print()
    _line(out, 0, f"结果 outcome: {outcome['code']}  {outcome['zh']} · {outcome['en']}")
    _line(
        out,
        0,
        f"共问{cost['calls']}库、个人信息{cost['personal_fields']}项（全问：{everything['calls']}库、"
        f"{everything['personal_fields']}项）",
    )
    _line(
        out,
        0,
        f"{cost['calls']} calls for {cost['personal_fields']} facts about the person "
        f"(all at once: {everything['calls']} for {everything['personal_fields']})",
    )
    _line(out, 0, f"预计 expected: p50 {expected['p50_ms']} ms, p95 {expected['p95_ms']} ms")
    _mark(told, out)


def _register(out: Console, title: str, one: Mapping[str, Any], after: str = "") -> None:
    _line(out, 2, f"{title}: {one['zh']} {one['register']}{after}")
    _both(out, 6, [one["why"]])


def _show_reasons(told: Mapping[str, Any], out: Console) -> None:
    """The explanation for people: the outcome, then every rule with how it stands, its law, and its sources."""
    text = told["outcome_text"]
    _line(out, 0, f"{told['outcome']}  {text['zh']} · {text['en']}  ({told['matter']}, {told['as_of']})")
    _line(out, 0, f"案例 case: {told['case']}")
    for title, name in (("理由 reason", "reasons"), ("另告 advice", "advice"), ("说明 note", "notes")):
        for reason in told[name]:
            _line(out, 2, f"{title}: {reason['code']} [{reason['rule']}]")
            _both(out, 6, [reason])
    for rule in told["rules"]:
        state = rule["state_text"]
        out.print()
        _line(out, 0, f"{rule['rule']}  {state['zh']} · {state['en']}")
        _both(out, 4, [rule])
        for basis in rule["basis"]:
            _line(out, 4, f"依据 basis: {basis}")
        for source in rule["sources"]:
            day = f", {source['data_as_of']}" if source["data_as_of"] else ""
            _line(out, 4, f"来源 source: {source['zh']} {source['register']} ({source['status']}{day})")
    if "why_not" in told:
        show_why_not(told["why_not"], out)
    show_nearest(told["nearest"], out)
    _mark(told, out)


def _mark(told: Mapping[str, Any], out: Console) -> None:
    if told.get("mark"):
        out.print()
        _both(out, 0, [told["mark"]])


def _both(out: Console, indent: int, texts: Iterable[Mapping[str, Any]] | Sequence[Mapping[str, Any]]) -> None:
    for text in texts:
        _line(out, indent, str(text["zh"]))
        _line(out, indent, str(text["en"]))


def _line(out: Console, indent: int, text: str) -> None:
    out.print(Padding(Text(text), (0, 0, 0, indent), expand=False))
