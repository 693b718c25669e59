"""How the keys of a rule file are described: once, for the editor's schema, for hovers and completion, for layout.

A description says what a key is and what may stand under it. What a matter may choose from (registers, reason codes,
cities) is in the catalogue and named here by its source alone.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from decision_service.policy.parts import Bilingual

Source: TypeAlias = Literal["registers", "information", "outcomes", "consequences"]
"""A list of the catalogue."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text, number or date; `pattern` is what it must match, as a regular expression of JSON Schema."""

    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """One of these words, each with what it means; `free`: any other text may stand as well."""

    words: tuple[tuple[str, Bilingual], ...]
    free: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One word out of a list of the catalogue."""

    source: Source


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression, in or out of block text."""


@dataclass(frozen=True, slots=True)
class TableText:
    """A decision table in block text."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value: what an example or a fact may be depends on its kind."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one register answers in a case: `late`, `faulty`, `no record`, `not asked`, or its facts."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from another case: fields, registers, and facts as `register.fact`."""


@dataclass(frozen=True, slots=True)
class Several:
    """A list, which may be empty. `alone`: one text may stand for a list of one."""

    of: "Shape"
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping, perhaps empty, whose keys are names that the writer chooses, or that a `source` lists. `needed` are
    names that must be there, `also` keys with a meaning of their own."""

    of: "Shape"
    name: Bilingual
    source: Source | None = None
    pattern: str = ""
    needed: tuple[str, ...] = ()
    also: tuple["Key", ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping with these keys and no others; `empty`: there may be nothing at all; one of `needs_one` is there."""

    keys: tuple["Key", ...]
    empty: bool = False
    needs_one: tuple[str, ...] = ()

    def key(self, name: str) -> "Key | None":
        """The key of that name."""
        return next((key for key in self.keys if key.name == name), None)


@dataclass(frozen=True, slots=True)
class Either:
    """Any of several shapes."""

    options: tuple["Shape", ...]


Shape: TypeAlias = (
    Text | Words | Listed | Condition | TableText | Anything | Facts | Changes | Several | Named | Mapping | Either
)


@dataclass(frozen=True, slots=True)
class Only:
    """A key may stand only where another one is there, and has one of `words`, or begins with `starts`, where these are
    given; `needed`: there it must stand."""

    key: str
    words: tuple[str, ...] = ()
    needed: bool = False
    starts: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it is called, what it is, what stands under it, and when it must or may be there."""

    name: str
    label: Bilingual
    shape: Shape
    needed: bool = False
    only: Only | None = None
    never_with: tuple[str, ...] = ()


def key(
    name: str,
    zh: str,
    en: str,
    shape: Shape,
    *,
    needed: bool = False,
    only: Only | None = None,
    never_with: tuple[str, ...] = (),
) -> Key:
    """A key, in one line."""
    return Key(name, Bilingual(zh, en), shape, needed, only, never_with)


def words(**meanings: str) -> Words:
    """Words with what they mean, written `中文 / English`."""
    return Words(tuple(_word(name, text) for name, text in meanings.items()))


def _word(name: str, text: str) -> tuple[str, Bilingual]:
    zh, _, en = text.partition(" / ")
    return name, Bilingual(zh, en)


def number_words(**meanings: str) -> Words:
    """As `words`, for numbers: `_05` stands for `05`."""
    return Words(tuple(_word(name.removeprefix("_"), text) for name, text in meanings.items()), free=True)


ANY_TEXT = Text()
DAY = Text(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
WHOLE = Text(r"^[0-9]{1,15}$")
NUMBER = Text(r"^-?[0-9]+(\.[0-9]+)?$")
YES_NO = words(yes="是 / yes", no="否 / no", true="是 / yes", false="否 / no", 是="是 / yes", 否="否 / no")
CONDITION = Condition()
ANYTHING = Anything()
TWO_TEXTS = Mapping(
    (
        key("zh", "中文", "the Chinese text", ANY_TEXT, needed=True),
        key("en", "英文", "the English text", ANY_TEXT, needed=True),
    )
)
LABELS = TWO_TEXTS.keys


def milliseconds() -> Text:
    """A time such as `600 ms`."""
    return Text(r"^[0-9]{1,15} *ms$")
