"""A comparison as lines of text for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from decision_service.differing.changes import Change
from decision_service.differing.excerpts import Excerpt, Piece
from decision_service.differing.report import Example, Region, Report, Side
from decision_service.differing.words import (
    EFFECTS,
    EXACT,
    NOBODY,
    UNREACHED,
    WEIGHTS,
    WHAT,
    WITHIN,
    both,
    change_of,
)
from decision_service.source import columns

Lines = Iterator[tuple[int, str]]
"""How deep a line stands, in blanks, and what it says."""


def lines(report: Report) -> Lines:
    """All of it: the verdict, every region, and what is written otherwise."""
    sides = report.sides
    yield 0, f"{sides.new.matter}  {both(sides.new.name)}"
    yield 0, f"旧 old: {sides.names[0]} ({sides.old.effective_from})"
    yield 0, f"新 new: {sides.names[1]} ({sides.new.effective_from})"
    yield 0, f"同一申请、同一天，自{sides.since}起 the same application on the same day, from {sides.since}"
    yield 0, ""
    yield from _verdict(report)
    for region in report.regions:
        yield 0, ""
        yield from _region(region, report)
    for weight in ("meaning", "rewritten", "wording", "process"):
        found = [one for one in report.changes if one.weight == weight]
        if found:
            yield 0, ""
            yield 0, f"{both(WEIGHTS[weight])}:"
            for change in found:
                yield from _change(change, full=weight == "meaning")


def _verdict(report: Report) -> Lines:
    if report.same:
        yield 0, "已证明：没有任何决定改变 proved: no decision changes"
    else:
        yield 0, f"{len(report.regions)}处差异 {len(report.regions)} region(s) of difference"
    for change in report.form:
        yield 2, f"表单不同 the form differs: {change.name} {both(WHAT[change.what])}"
    told = ", ".join(f"{one.what} {one.encoded}/{one.of}" for one in report.counts)
    yield 2, f"已编码 encoded: {told}"
    for bound in report.bounds:
        yield 2, both(bound)


def _region(region: Region, report: Report) -> Lines:
    yield 0, f"差异{region.number} difference {region.number}: {both(EFFECTS[region.effect])}"
    yield 2, change_of(region, report.sides.catalogue)
    if not region.complete:
        yield 2, both(UNREACHED)
    yield 2, f"谁 who: {both(EXACT if region.exact else WITHIN)}"
    for clause in region.clauses:
        yield 4, clause.text.zh
        yield 4, clause.text.en
    if not region.clauses:
        yield 4, both(NOBODY)
    for moved in region.moved:
        yield 2, f"规则 rule {moved.rule}: {both(moved.label)}"
        yield 4, f"旧 old: {both(moved.old)}"
        yield 4, f"新 new: {both(moved.new)}"
    for amount in region.amounts:
        reach = f": {amount.least} … {amount.most}" if amount.least and amount.most else ""
        yield 2, f"值 value {amount.name}  {both(amount.label)}{reach}"
    yield from _example(region.example)


def _example(example: Example) -> Lines:
    near = f"，近于案例“{example.like}” near the case of that name" if example.like else ""
    yield 2, f"例 example ({example.as_of}){near}"
    for given in example.given:
        if given.unlike:
            yield 4, f"{given.name} {both(given.label)}: {given.value}"
    for name, side in (("旧 old", example.old), ("新 new", example.new)):
        yield from _side(name, side)
    for told in example.told:
        yield 4, f"{both(told.what)}: {told.old} → {told.new}"
    yield 2, "可以留作案例 to keep as a case:"
    for line in example.case.splitlines():
        yield 2, line


def _side(name: str, side: Side) -> Lines:
    answer: Any = side.answer
    yield 4, f"{name}: {answer['outcome']}  {answer['outcome_text']['zh']} · {answer['outcome_text']['en']}"
    for reason in answer["reasons"]:
        yield 6, f"{reason['code']} [{reason['rule']}] {reason['zh']}"
        yield 6, reason["en"]


def _change(change: Change, *, full: bool) -> Lines:
    places = " → ".join(one.place for one in (change.before, change.after) if one is not None)
    through = f"  (因 through {', '.join(change.through)})" if change.through else ""
    name = f"{change.section} {change.name}".strip()
    yield 2, f"{name}: {both(WHAT[change.what])}{through}  {places}"
    if full:
        yield from _excerpt("-", change.before)
        yield from _excerpt("+", change.after)


def _excerpt(sign: str, excerpt: Excerpt | None) -> Lines:
    """The lines that differ, with carets under what differs."""
    for line in excerpt.lines if excerpt is not None else ():
        if any(piece.mark == "changed" for piece in line.pieces):
            text = "".join(piece.text for piece in line.pieces)
            head = f"{sign} {line.number:>4} | "
            yield 4, f"{head}{text}"
            yield 4, " " * len(head) + _carets(line.pieces)


def _carets(pieces: Sequence[Piece]) -> str:
    return "".join(("^" if piece.mark == "changed" else " ") * columns(piece.text) for piece in pieces).rstrip()
