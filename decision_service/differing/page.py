"""A comparison as a page that stands alone: no script, nothing from elsewhere."""

from collections.abc import Mapping
from typing import Any

from decision_service.decision import MARK
from decision_service.differing import words
from decision_service.differing.drawing import WIDTH, drawn
from decision_service.differing.report import Effect, Example, Report, Side
from decision_service.outcome import Outcome
from decision_service.pages.frame import templates

_TONES: Mapping[Effect, str] = {"gains": "good", "loses": "bad", "moves": "warn", "stays": ""}


def page(report: Report) -> str:
    """The whole page as HTML."""
    catalogue = report.sides.catalogue
    return templates("decision_service.differing").get_template("diff.html").render(
        report=report,
        sides=report.sides,
        matrix=_matrix(report),
        lines=drawn(report),
        line_width=WIDTH,
        tones=_TONES,
        words=words,
        change_of={region.number: words.change_of(region, catalogue) for region in report.regions},
        outcomes=catalogue.outcomes,
        illustrative=MARK,
        weights={weight: [one for one in report.changes if one.weight == weight] for weight in words.WEIGHTS},
        rules={region.number: _rules(region.example) for region in report.regions},
    )  # fmt: skip


def _matrix(report: Report) -> dict[str, Any]:
    """From which outcome to which: rows and columns in the order of the outcomes, and the regions of each pair."""
    cells: dict[tuple[Outcome, Outcome], list[Any]] = {}
    for region in report.regions:
        for pair in region.outcomes:
            cells.setdefault(pair, []).append(region)
    rows = [one for one in Outcome if any(old is one for old, _ in cells)]
    columns = [one for one in Outcome if any(new is one for _, new in cells)]
    return {"rows": rows, "columns": columns, "cells": cells}


def _rules(example: Example) -> list[dict[str, Any]]:
    """Every rule of the example's two explanations side by side; `differs` where it stands otherwise."""
    old, new = (_stands(side) for side in (example.old, example.new))
    found = []
    for name in {**old, **new}:
        states = [side[name]["state_text"] if name in side else None for side in (old, new)]
        found.append(
            {"rule": name, "label": new.get(name, old.get(name)), "states": states, "differs": states[0] != states[1]}
        )
    return found


def _stands(side: Side) -> dict[str, Any]:
    rules: Any = side.explanation["rules"]
    return {one["rule"]: one for one in rules}
