"""How the records of a case move its items: the one meaning of the queue. The lists of officers are what this function
gives, kept in a file; what may be done to a case is read from its records by the same function.

INVARIANT: folding the log again gives the same items (tests/casework/test_projection.py).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from decision_service.casework.items import Item, ItemKind, Items
from decision_service.casework.opening import Ground, opened_by
from decision_service.casework.records import Kind, said
from decision_service.casework.tasks import TaskType
from decision_service.ledger.entry import Recorded

REPLIED = frozenset({TaskType.BAD_RATING, TaskType.COMPLAINT})
"""Tasks that are not about the decision itself: an outcome does not end them, an answer does."""

FOUND = {
    (True, True): "approval_confirmed",
    (True, False): "approval_not_confirmed",
    (False, True): "other_confirmed",
    (False, False): "other_not_confirmed",
}
"""How a blind sample ends: whether the machine had approved, and whether the officer found the same."""


def after(items: Items, recorded: Recorded, ground: Ground) -> Items:
    """The items of a case once `recorded` is on record of it. Raises ErasedError where the record can't be read."""
    moved = dict(items)
    for opened in opened_by(recorded, ground):
        moved.setdefault(opened.item_id, opened)
    entry = recorded.entry
    match entry.kind:
        case Kind.CASE_CLAIM:
            _move(moved, said(recorded)["item_id"], lambda item: _claimed(item, entry.caller))
        case Kind.CASE_RELEASE:
            _move(moved, said(recorded)["item_id"], lambda item: replace(item, claimed_by=""))
        case Kind.OFFICER_OUTCOME:
            for item in items.values():
                if _is_settled(item):
                    moved[item.item_id] = _closed(item, recorded, "officer_outcome")
        case Kind.TASK_ANSWER | Kind.COMPLAINT_REPLY:
            _move(moved, said(recorded)["item_id"], lambda item: _closed(item, recorded, "answered"))
        case Kind.BLIND_FINDING:
            found = said(recorded)
            word = FOUND[found["approved"], found["agrees"]]
            _move(moved, found["item_id"], lambda item: _closed(item, recorded, word))
        case Kind.OVERDUE_ALARM:
            _move(moved, said(recorded)["item_id"], lambda item: replace(item, is_alarmed=True))
        case _:
            pass
    return moved


def replaced(items: Items, by: Recorded) -> Items:
    """The items of a case whose decision was made again, as `by`, when a register answered late: what was left to an
    officer for that reason is left to nobody any more, unless the new decision leaves it again."""
    return {
        name: _closed(item, by, "decided_again") if item.kind is ItemKind.REFERRAL and item.is_open else item
        for name, item in items.items()
    }


def folded(records: Iterable[Recorded], ground: Ground) -> Items:
    """The items of a case after all its `records`. Raises ErasedError."""
    items: Items = {}
    for recorded in records:
        items = after(items, recorded, ground)
    return items


def _claimed(item: Item, by: str) -> Item:
    return replace(item, claimed_by=by, claims=item.claims + 1)


def _is_settled(item: Item) -> bool:
    return item.is_open and item.kind is not ItemKind.BLIND_SAMPLE and item.task_type not in REPLIED


def _closed(item: Item, recorded: Recorded, word: str) -> Item:
    return replace(item, claimed_by="", closed_at=recorded.entry.at, closed_as=word)


def _move(items: dict[str, Item], name: str, change: Callable[[Item], Item]) -> None:
    item = items.get(name)
    if item is not None and item.is_open:
        items[name] = change(item)
