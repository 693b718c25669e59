"""`miaopi decide`: one decision, offline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from decision_service.cli.casefile import CaseFile, case_or_exit, require_matter
from decision_service.cli.output import Json, Rules, print_json, shelf_or_exit
from decision_service.offline import decide as decide_offline
from decision_service.offline import engines_of, offline_answer


def decide(
    matter: Annotated[str, typer.Argument(help="事项 matter, such as elderly_allowance")],
    case: Annotated[Path, typer.Option("--case", help="案例文件 JSON or YAML file with form, facts and as_of")],
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """用文件中的表单和事实作一次决定。 Decide one application from a file, with both engines."""
    shelf = shelf_or_exit(rules, json=json)
    require_matter(shelf, matter, json=json)
    policy, found = case_or_exit(shelf, matter, case, json=json)
    with engines_of(policy) as engines:
        decided = decide_offline(policy, shelf.catalogue, engines, found.form, found.facts, found.as_of)
    answer = offline_answer(decided, found.form, found.facts)
    if json:
        print_json(answer)
    else:
        _show(answer, found)


def _show(answer: Mapping[str, Any], found: CaseFile) -> None:
    """The decision as a person reads it."""
    out = Console(emoji=False, highlight=False, soft_wrap=True)
    text = answer["outcome_text"]
    lines = [f"{answer['outcome']}  {text['zh']} · {text['en']}  ({answer['matter']}, {found.as_of})"]
    for title, name in (("reason", "reasons"), ("advice", "advice"), ("note", "notes")):
        for reason in answer[name]:
            lines.append(f"  {title}: {reason['code']} [{reason['rule']}]")
            lines += [f"      {line}" for line in (reason["zh"], reason["en"], *reason["basis"])]
    if answer["result"]:
        lines.append("  result: " + ", ".join(f"{name}={value}" for name, value in answer["result"].items()))
    step = answer["next_step"]
    if step:
        lines.append(f"  next: {step['zh']} {step['en']}")
    if answer.get("mark"):
        lines.append(f"  ※ {answer['mark']['zh']} {answer['mark']['en']}")
    out.print("\n".join(lines), markup=False)
