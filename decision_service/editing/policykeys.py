"""Every key of a rule file, and of a file of cases beside it: found by path, or in order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from decision_service.editing.formkeys import FORM_KEYS
from decision_service.editing.keys import (
    DAY,
    Anything,
    Changes,
    Condition,
    Either,
    Facts,
    Key,
    Listed,
    Mapping,
    Named,
    Several,
    Shape,
    TableText,
    Text,
    Words,
    key,
)
from decision_service.editing.matterkeys import MATTER_KEYS
from decision_service.editing.rulekeys import RULE_KEYS

POLICY = Mapping((*MATTER_KEYS, *FORM_KEYS, *RULE_KEYS))
"""A rule file."""

CASE_FILE = Mapping(
    (
        key(
            "version",
            "所试的版本（生效日）；不写则按每个案例的日期",
            "the version (its first day) that is tried; else the one in force on each case's day",
            DAY,
        ),
        next(replace(one, needed=True) for one in RULE_KEYS if one.name == "cases"),
    )
)
"""A file of cases beside the versions of a matter."""

ORDER = {one.name: place for place, one in enumerate(POLICY.keys)}
"""The order in which the parts of a rule file stand."""

ITEM = "-"
"""In a path: an entry of a list."""


def shapes_at(path: Sequence[str], shape: Shape = POLICY) -> Iterator[Shape]:
    """What may stand at `path`: keys, names and `-`, from the top of the file."""
    if not path:
        yield from _options(shape)
        return
    for option in _options(shape):
        for inner in _inside(option, path[0]):
            yield from shapes_at(path[1:], inner)


def key_at(path: Sequence[str]) -> Key | None:
    """The description of the key at `path`; None where the writer chose the name, or no such key is known."""
    for shape in shapes_at(path[:-1]) if path else ():
        match shape:
            case Mapping() if found := shape.key(path[-1]):
                return found
            case Named():
                for one in shape.also:
                    if one.name == path[-1]:
                        return one
            case _:
                pass
    return None


def _options(shape: Shape) -> Iterator[Shape]:
    if isinstance(shape, Either):
        for option in shape.options:
            yield from _options(option)
    else:
        yield shape


def _inside(shape: Shape, step: str) -> Iterator[Shape]:
    match shape:
        case Mapping() if (found := shape.key(step)) is not None:
            yield found.shape
        case Named():
            known = next((one for one in shape.also if one.name == step), None)
            yield shape.of if known is None else known.shape
        case Several() if step == ITEM:
            yield shape.of
        case Mapping() | Several() | Text() | Words() | Listed() | Condition() | TableText() | Anything():
            pass
        case Facts() | Changes() | Either():
            pass
