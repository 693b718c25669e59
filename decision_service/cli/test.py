"""`miaopi test`: every worked case and every shared case, decided by both engines and the reference."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from decision_service.cli.check import must_be_there, rules_around
from decision_service.cli.mutation import mutation_json, scored, show_scores
from decision_service.cli.output import FINDINGS, Json, console, misuse, print_json, progress, show_problems
from decision_service.covering.suite import Suites, read_suites
from decision_service.covering.trying import Tried, failures, try_suites
from decision_service.mutating.killing import Score, unnoticed
from decision_service.offline import engines_of
from decision_service.source import PolicyProblems, place
from decision_service.trials import CaseFileError

CASES = Path("fixtures/cases")

RulesPath = Annotated[
    Path, typer.Argument(help="规则文件夹或文件 rules folder, a matter's folder, or one file of rules or cases")
]
Cases = Annotated[
    Path | None,
    typer.Option(
        "--cases",
        help="案例文件夹 folder of shared case files (*.json); default fixtures/cases with a whole rules folder",
    ),
]
Junit = Annotated[Path | None, typer.Option("--junit", help="写成 JUnit write JUnit XML", metavar="FILE")]
Sarif = Annotated[Path | None, typer.Option("--sarif", help="写成 SARIF write SARIF 2.1.0", metavar="FILE")]
Watch = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="文件一改就重跑，Ctrl-C 结束；加 --json 则每次一行 JSON "
        "run again what changes, until Ctrl-C; with --json one line of JSON for each run",
    ),
]


Mutate = Annotated[
    bool, typer.Option("--mutate", help="变异测试 also change the rules and see which changes no case notices")
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for besides the trials."""

    cases: Path | None
    junit: Path | None
    sarif: Path | None
    mutate: bool
    json: bool


def test(
    path: RulesPath = Path("rules"),  # noqa: PT028 - a command of that name, no test of pytest
    cases: Cases = None,  # noqa: PT028 - a command of that name, no test of pytest
    junit: Junit = None,  # noqa: PT028 - a command of that name, no test of pytest
    sarif: Sarif = None,  # noqa: PT028 - a command of that name, no test of pytest
    mutate: Mutate = False,  # noqa: PT028 - a command of that name, no test of pytest
    watch: Watch = False,  # noqa: PT028 - a command of that name, no test of pytest
    json: Json = False,  # noqa: PT028 - a command of that name, no test of pytest
) -> None:
    """运行全部案例，与预期逐项比对。 Decide every worked case and compare with what it expects."""
    must_be_there(path, json=json)
    wanted = Wanted(cases, junit, sarif, mutate, json)
    if watch:
        from decision_service.cli.watching import watching

        watching(path, lambda part: _tested(part, wanted), json=json)
    elif not _tested(path, wanted):
        raise typer.Exit(FINDINGS)


def suites_of(path: Path, cases: Path | None, *, json: bool) -> Suites | None:
    """The suites that a command is about; None where the files have problems, which are shown."""
    folder, only = rules_around(path)
    if cases is None and only is None and CASES.is_dir():
        cases = CASES
    if cases is not None and not cases.is_dir():
        misuse(f"there is no folder {cases}", f"没有案例文件夹 {cases}", json=json)
    if cases is not None and next(cases.glob("*.json"), None) is None:
        misuse(f"there are no cases (*.json) in {cases}", f"{cases} 里没有案例文件（*.json）", json=json)
    try:
        return read_suites(folder, only, cases)
    except PolicyProblems as problems:
        show_problems(problems, json=json)
        return None
    except CaseFileError as error:
        misuse(error.en, error.zh, json=json)


def write_file(path: Path, content: bytes, *, json: bool) -> None:
    """Writes what a command was asked to write; where it can't, that is misuse."""
    try:
        path.write_bytes(content)
    except OSError as error:
        misuse(f"{path}: cannot be written ({error.strerror})", f"{path}：写不了（{error.strerror}）", json=json)


def _tested(path: Path, wanted: Wanted) -> bool:
    """Tries, shows and writes; whether all is good."""
    suites = suites_of(path, wanted.cases, json=wanted.json)
    if suites is None:
        return False
    tried = _tried(suites)
    good = all(one.good for one in tried)
    # A change is noticed by a case that fails, so that those of a suite must pass to begin with.
    scores = scored(suites, json=wanted.json) if wanted.mutate and not any(one.failed for one in tried) else ()
    _write(tried, scores, suites.folder, wanted)
    if wanted.json:
        print_json(_as_json(tried) | ({"mutation": mutation_json(scores, suites.catalogue)} if scores else {}))
    else:
        _show(tried)
        if wanted.mutate:
            show_scores(scores, suites.catalogue)
    return good and not any(one.survivors for one in scores)


def _tried(suites: Suites) -> list[Tried]:
    with progress() as bar:
        task = bar.add_task("案例 cases", total=sum(len(one.cases) for one in suites.suites))
        return list(try_suites(suites, engines_of, lambda: bar.advance(task)))


def _write(tried: Sequence[Tried], scores: Sequence[Score], folder: Path, wanted: Wanted) -> None:
    if wanted.junit is not None:
        from decision_service.covering.junit import junit

        write_file(wanted.junit, junit(tried, folder), json=wanted.json)
    if wanted.sarif is not None:
        import orjson

        from decision_service.covering.sarif import sarif

        found = [one for suite in tried for one in failures(suite)]
        found += [one for score in scores for one in unnoticed(score)]
        write_file(wanted.sarif, orjson.dumps(sarif(found, folder), option=orjson.OPT_INDENT_2), json=wanted.json)


def _as_json(tried: Sequence[Tried]) -> dict[str, object]:
    return {
        "cases": sum(len(one.trials) for one in tried),
        "failed": [
            {
                "matter": trial.case.matter,
                "case": trial.case.name,
                "place": place(trial.case.span),
                "differences": [
                    {"what": one.what, "expected": one.expected, "came": one.came} for one in trial.differences
                ],
            }
            for suite in tried
            for trial in suite.failed
        ],
        "rules_without_a_case": [
            {
                "matter": one.policy.matter,
                "version": str(one.policy.effective_from),
                "rule": rule.id,
                "place": place(rule.span),
            }
            for one in tried
            for rule in one.bare
        ],
    }


def _show(tried: Sequence[Tried]) -> None:
    out = console()
    for one in tried:
        _show_failures(one)
    done = Counter({one.policy.matter: 0 for one in tried})
    failed = Counter(done)
    for one in tried:
        done[one.policy.matter] += len(one.trials)
        failed[one.policy.matter] += len(one.failed)
    table = Table("事项 matter", "案例 cases", "不符 failed")
    for matter in sorted(done):
        table.add_row(matter, str(done[matter]), str(failed[matter]))
    out.print(table)
    out.print(f"共{done.total()}例，{failed.total()}例不符 {done.total()} cases, {failed.total()} failed", markup=False)


def _show_failures(tried: Tried) -> None:
    out = console()
    for trial in tried.failed:
        span = trial.case.span
        place = "" if span is None else f"  {span.source.name}:{span.line}:{span.column}"
        out.print(f"✗ {trial.case.matter}  {trial.case.name}{place}", markup=False)
        for one in trial.differences:
            out.print(f"    {one.what}", markup=False)
            out.print(f"      - 预期 expected  {one.expected}", markup=False)
            out.print(f"      + 实得 came      {one.came}", markup=False)
    for rule in tried.bare:
        version = f"{tried.policy.matter} {tried.policy.effective_from}"
        out.print(f"? {version}: 没有案例表明规则 {rule.id} 单独起作用；加一个案例并写 alone: {rule.id}", markup=False)
        out.print(f"    no case shows rule {rule.id} deciding alone; add one with alone: {rule.id}", markup=False)
