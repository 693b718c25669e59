"""A comparison as plain data for JSON."""

from typing import Any

from decision_service.differing.cells import Grid
from decision_service.differing.changes import Change
from decision_service.differing.drawing import WIDTH, Drawn, drawn
from decision_service.differing.excerpts import Excerpt
from decision_service.differing.report import Example, Region, Report
from decision_service.policy.shape import Bilingual, Policy


def as_json(report: Report) -> dict[str, Any]:
    """The whole report. `same` is true where it is proved that no decision changes."""
    sides = report.sides
    return {
        "matter": sides.new.matter,
        "old": _version(sides.names[0], sides.old),
        "new": _version(sides.names[1], sides.new),
        "compared_from": str(sides.since),
        "same": report.same,
        "encoded": {one.what: {"encoded": one.encoded, "of": one.of} for one in report.counts},
        "bounds": [_text(one) for one in report.bounds],
        "regions": [_region(one) for one in report.regions],
        "changes": [_change(one) for one in report.changes],
        "tables": [_grid(one) for one in report.grids],
        "lines": [_line(one) for one in drawn(report)],
        "seconds": round(report.seconds, 3),
    }


def _version(name: str, policy: Policy) -> dict[str, str]:
    return {"named": name, "version": str(policy.effective_from), "digest": f"sha256:{policy.digest}"}


def _text(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _region(region: Region) -> dict[str, Any]:
    return {
        "number": region.number,
        "kind": region.kind,
        "effect": region.effect,
        "outcomes": [{"old": old.value, "new": new.value} for old, new in region.outcomes],
        "every_register_answers": region.complete,
        "exact": region.exact,
        "who": [
            {
                **_text(one.text),
                **({"bounds": dict(zip(("least", "most"), one.bounds, strict=True))} if one.bounds else {}),
            }
            for one in region.clauses
        ],
        "rules": [
            {"rule": one.rule, **_text(one.label), "old": _text(one.old), "new": _text(one.new)} for one in region.moved
        ],
        "values": [
            {"name": one.name, **_text(one.label), "least": one.least, "most": one.most} for one in region.amounts
        ],
        "example": _example(region.example),
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "as_of": example.as_of,
        "form": dict(example.form),
        "facts": dict(example.facts),
        "old": {"answer": dict(example.old.answer), "explanation": dict(example.old.explanation)},
        "new": {"answer": dict(example.new.answer), "explanation": dict(example.new.explanation)},
        "differs": [
            {
                "what": _text(one.what),
                "old": str(one.old),
                "new": str(one.new),
                "old_text": _text(one.old.text),
                "new_text": _text(one.new.text),
            }
            for one in example.told
        ],
        "like": example.like,
        "case": example.case,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "section": change.section,
        "name": change.name,
        "what": change.what,
        "weight": change.weight,
        "through": list(change.through),
        "before": _excerpt(change.before),
        "after": _excerpt(change.after),
    }


def _excerpt(excerpt: Excerpt | None) -> dict[str, Any] | None:
    if excerpt is None:
        return None
    return {
        "place": excerpt.place,
        "lines": [
            {
                "number": line.number,
                "text": "".join(piece.text for piece in line.pieces),
                "changed": any(piece.mark == "changed" for piece in line.pieces),
            }
            for line in excerpt.lines
        ],
    }


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "table": grid.name,
        "zh": grid.zh,
        "en": grid.en,
        "cells": [
            {"row": list(down), "column": across, "old": cell.old, "new": cell.new}
            for down, row in zip(grid.down, grid.cells, strict=True)
            for across, cell in zip(grid.across, row, strict=True)
            if cell is not None and cell.changed
        ],
    }


def _line(line: Drawn) -> dict[str, Any]:
    """A number line with its places in pixels, of a picture that is `width` by `height`."""
    return {
        **_text(line.subject),
        "width": WIDTH,
        "height": line.height,
        "ticks": [{"x": one.x, "label": one.label, "sides": one.sides} for one in line.ticks],
        "bands": [
            {
                "region": one.number,
                "effect": one.effect,
                "x": one.x,
                "y": one.y,
                "width": one.width,
                "open_low": one.open_low,
                "open_high": one.open_high,
            }
            for one in line.bands
        ],
    }
