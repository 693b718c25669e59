"""What goes out to another tool and what comes back from it: what that would change, what is left behind, and why it
can't be."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from decision_service.policy.parts import Bilingual
from decision_service.tabular.entry import TableEntry
from decision_service.tabular.trouble import TroubleError
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.tables.sheet import Cells
from decision_service.workbench.tables.understanding import Asked, Known, known_table

MOST_TOLD: Final = 10
"""Of what is wrong with a file that came back."""


class NotCarriedError(RefusedError):
    """The table can't go out, or what came back is no such table."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file for another tool, and what of the table it can't carry."""

    content: bytes
    left: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be otherwise: a row by its number in the table as it is (of a new row, of the one that it
    comes after), and the cells then and now; None where there is no such row."""

    row: int
    was: Cells | None
    now: Cells | None


@dataclass(frozen=True, slots=True)
class Brought:
    """The cells of a table that came back, the head first; what that would change; and what of the file is left
    behind."""

    cells: tuple[Cells, ...]
    changes: tuple[Change, ...]
    left: tuple[Bilingual, ...] = ()


def known(asked: Asked) -> Known:
    """The table as its file means it. Raises NotCarriedError where the file has problems."""
    found = known_table(asked)
    if found is None:
        raise NotCarriedError(
            Bilingual(
                "文件有问题，先改正，再导出或导入",
                "the file has problems; mend them before a table goes out or comes in",
            )
        )
    return found


def brought(before: Sequence[Cells], after: tuple[Cells, ...], left: tuple[Bilingual, ...] = ()) -> Brought:
    """What the cells would change in the table as it is."""
    return Brought(after, tuple(changes(before, after)), left)


def changes(before: Sequence[Cells], after: Sequence[Cells]) -> Iterator[Change]:
    """What would change, in the order of the table; the head is row 0."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, one, one_end, two, two_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(one_end - one, two_end - two)
        for at in range(pairs):
            yield Change(one + at, before[one + at], after[two + at])
        for at in range(one + pairs, one_end):
            yield Change(at, before[at], None)
        for at in range(two + pairs, two_end):
            yield Change(one_end - 1, None, after[at])


def same_but_for_cells(ours: TableEntry, its: TableEntry) -> None:
    """The page changes nothing but cells: raises NotCarriedError where the other tool says anything else otherwise."""
    others = list(_others(ours, its))
    if others:
        zh, en = "；".join(one.zh for one in others), "; ".join(one.en for one in others)
        raise NotCarriedError(
            Bilingual(
                f"{zh}。先在规则文件里改成一样，再导入", f"{en}. Make the rule file say the same first, then import it"
            )
        )


def _others(ours: TableEntry, its: TableEntry) -> Iterator[Bilingual]:
    if ours.cross != its.cross:
        zh, en = ("交叉表", "a cross table"), ("逐行的表", "a table with a row for each case")
        (its_zh, its_en), (our_zh, our_en) = (zh, en) if its.cross else (en, zh)
        yield Bilingual(f"导入的是{its_zh}，文件里是{our_zh}", f"what comes in is {its_en}, the file has {our_en}")
        return
    said = (("hit", ours.hit, its.hit), ("gives", ours.gives, its.gives),
            ("order", ", ".join(ours.order), ", ".join(its.order)))  # fmt: skip
    for key, our, its_own in said:
        if our != its_own:
            yield Bilingual(
                f"导入的 `{key}` 是 {its_own or '∅'}，文件里是 {our or '∅'}",
                f"`{key}` comes in as {its_own or '∅'}, the file has {our or '∅'}",
            )


def troubled(error: TroubleError) -> NotCarriedError:
    """What is wrong with a file, by its own places."""
    shown = error.troubles[:MOST_TOLD]
    zh = [f"{one.place} {one.zh}{f'（{one.hint_zh}）' if one.hint_zh else ''}".strip() for one in shown]
    en = [f"{one.place} {one.en}{f' ({one.hint_en})' if one.hint_en else ''}".strip() for one in shown]
    more = len(error.troubles) - len(shown)
    if more:
        zh, en = [*zh, f"还有{more}处"], [*en, f"and {more} more"]
    return NotCarriedError(Bilingual("；".join(zh), "; ".join(en)))
