"""What `miaopi test --mutate` does and shows: rules changed on purpose, and which changes nobody would notice."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from rich.console import Console
from rich.table import Table

from decision_service.cli.output import console, progress
from decision_service.cli.workshop import needed
from decision_service.covering.suite import Suites
from decision_service.mutating.killing import Score, Survivor, said, score
from decision_service.mutating.mutant import NAMES
from decision_service.mutating.mutants import mutants
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.parts import Bilingual
from decision_service.source import Problem, place, render


def scored(suites: Suites, *, json: bool) -> tuple[Score, ...]:
    """The score of every suite, with a progress bar. What is left is settled by Z3."""
    needed("z3", json=json)
    from decision_service.mutating.telling_apart import settled

    scores = []
    with progress() as bar:
        for suite in suites.suites:
            task = bar.add_task(f"{suite.policy.matter} 变异", total=None)
            found = mutants(suite.policy, suites.catalogue)
            bar.update(task, total=len(found))
            first = score(suite, suites.catalogue, found, partial(bar.advance, task))
            bar.update(task, completed=0, total=len(first.survivors), description=f"{suite.policy.matter} 等价")
            scores.append(settled(first, suite, suites.catalogue, done=partial(bar.advance, task)))
            bar.remove_task(task)
    return tuple(scores)


def mutation_json(scores: Sequence[Score], catalogue: Catalogue) -> list[dict[str, object]]:
    """Scores and survivors as plain data."""
    return [
        {
            "matter": one.policy.matter,
            "version": str(one.policy.effective_from),
            "mutants": one.counted,
            "killed": one.killed,
            "equal": len(one.equal),
            "untold": len(one.untold),
            "percent": round(one.percent, 2),
            "survivors": [_survivor(survivor, catalogue) for survivor in one.survivors],
        }
        for one in scores
    ]


def _survivor(one: Survivor, catalogue: Catalogue) -> dict[str, object]:
    told = one.mutant.telling
    return {
        "slip": one.mutant.slip.value,
        "place": place(told.span),
        "old": told.old,
        "new": told.new,
        "comes_out_otherwise": one.seen_by,
        "noticed_by": None if one.noticed_by is None else noticing(one, catalogue),
    }


def noticing(one: Survivor, catalogue: Catalogue) -> str:
    """A case that would notice the change, as a file of cases writes it."""
    if one.noticed_by is None:
        return ""
    from decision_service.covering.casefiles import written

    told = one.mutant.telling
    name = f"{told.old} 不是 {told.new or '可以不写的'}".replace('"', "")[:LONGEST]
    return written(replace(one.noticed_by.case, name=name), one.noticed_by.like, catalogue)


LONGEST = 60
"""Characters of the name that such a case is given."""


def show_scores(scores: Sequence[Score], catalogue: Catalogue) -> None:
    """Survivors at their places, and a table of scores; that there are none is said too."""
    out = console()
    if not scores:
        out.print("案例有不符的，先改好再做变异测试 mend the cases that fail first; no rule was changed", markup=False)
        return
    for one in scores:
        for survivor in one.survivors:
            _show(out, survivor, catalogue)
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("事项\nmatter", no_wrap=True)
    heads = (
        ("改动", "changes"), ("发现", "noticed"), ("没人发现", "unnoticed"), ("等价", "equal"), ("只差措辞", "wording"),
        ("得分", "score"),
    )  # fmt: skip
    for zh, en in heads:
        table.add_column(f"{zh}\n{en}", justify="right", no_wrap=True)
    for one in scores:
        counts = (one.counted, one.killed, len(one.survivors), len(one.equal), len(one.untold))
        table.add_row(one.policy.matter, *map(str, counts), f"{one.percent:.1f} %")
    out.print(table)
    killed, counted = sum(one.killed for one in scores), sum(one.counted for one in scores)
    out.print(f"共{counted}处改动，{killed}处会被案例发现 {killed} of {counted} changes would be noticed", markup=False)


def _show(out: Console, survivor: Survivor, catalogue: Catalogue) -> None:
    """A survivor as a problem is shown: the place, the line with a caret, and the change."""
    name = NAMES[survivor.mutant.slip]
    text = said(survivor)
    change = Bilingual(f"{name.zh}：{text.zh}", f"{name.en}: {text.en}")
    out.print(render(Problem("unnoticed_change", change.zh, change.en, survivor.mutant.span)), markup=False)
    if survivor.noticed_by is not None:
        out.print("  这个案例会发现，请先核对预期 this case would notice it; confirm what it expects:", markup=False)
        out.print(noticing(survivor, catalogue).rstrip(), markup=False)
    out.print()
