"""Places in a rule file, what is wrong there, and how both are shown to people."""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh", "both"]

REACH = 60
"""How many columns of a long line are shown before the place and after its start."""

LONGEST_WORD = 80
"""Words longer than this get no "did you mean": the search would cost more than it helps."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text that people wrote. `name` is the path as they know it; lines end with a line feed."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a source: the characters from offset `start` up to, not including, offset `end`.

    Raises ValueError if the offsets lie outside the text or are in the wrong order.
    """

    source: Source
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end <= len(self.source.text):
            raise ValueError(f"no such place in {self.source.name}: {self.start} to {self.end}")

    @property
    def line(self) -> int:
        """The line where it starts, counted from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The column where it starts, in characters from 1."""
        return self.start - self.source.text.rfind("\n", 0, self.start)

    @property
    def text(self) -> str:
        """What is written there."""
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file: a code for programs, a sentence in each language, the place, and what to do."""

    code: str
    zh: str
    en: str
    span: Span | None
    hint_zh: str = ""
    hint_en: str = ""


class PolicyProblems(Exception):  # noqa: N818 - it is a list of what is wrong, and is read as one
    """A policy cannot be used. `problems` are sorted by file and place; those without a place come first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_order))
        super().__init__("\n".join(render(problem, "en") for problem in self.problems))

    def __reduce__(self) -> tuple[type["PolicyProblems"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def _order(problem: Problem) -> tuple[str, int, int, str]:
    span = problem.span
    return ("", -1, -1, problem.code) if span is None else (span.source.name, span.start, span.end, problem.code)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the writer most likely meant, or None if none is near."""
    known = sorted(set(candidates))
    if not word or len(word) > LONGEST_WORD:
        return None
    same = [name for name in known if name.casefold() == word.casefold() or name.endswith(f".{word}")]
    if len(same) == 1:
        return same[0]
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.6)), None)


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: wide characters two (UAX #11), combining marks none."""
    return len(text) if text.isascii() else sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def shown(text: str) -> str:
    """`text` with everything that a terminal would act upon, or not show at all, written as an escape."""
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return char
    return ascii(char)[1:-1]


def render(problem: Problem, lang: Language = "both") -> str:
    """The problem with its place, the line it is about and carets under the place; no newline at the end."""
    sentences = {"en": [problem.en], "zh": [problem.zh], "both": [problem.zh, problem.en]}[lang]
    hints = {"en": [problem.hint_en], "zh": [problem.hint_zh], "both": [problem.hint_zh, problem.hint_en]}[lang]
    span = problem.span
    where = f"{shown(span.source.name)}:{span.line}:{span.column}: " if span else ""
    lines = [f"{where}{problem.code}: {shown(sentences[0])}"]
    lines += [f"  {shown(sentence)}" for sentence in sentences[1:]]
    if span:
        lines += _picture(span)
    lines += [f"  = {shown(hint)}" for hint in hints if hint]
    return "\n".join(lines)


def _picture(span: Span) -> list[str]:
    """The line where the span starts, cut around it if it is long, and carets under what of the span is on it."""
    text = span.source.text
    line_start = text.rfind("\n", 0, span.start) + 1
    found = text.find("\n", span.start)
    line_end = len(text) if found < 0 else found
    first = max(line_start, span.start - REACH)
    last = min(line_end, span.start + REACH)
    before, marked = shown(text[first : span.start]), shown(text[span.start : min(span.end, last)])
    after = shown(text[span.start : last])
    left, right = "..." if first > line_start else "", "..." if last < line_end else ""
    carets = " " * columns(left + before) + "^" * max(1, columns(marked))
    return [f"  | {left}{before}{after}{right}".rstrip(), f"  | {carets}"]


def as_json(problem: Problem) -> dict[str, object]:
    """The problem as plain data for JSON; `place` is null if there is none, lines and columns count from 1."""
    return {
        "code": problem.code,
        "message": {"zh": problem.zh, "en": problem.en},
        "hint": {"zh": problem.hint_zh, "en": problem.hint_en},
        "place": place(problem.span),
    }


def place(span: Span | None) -> dict[str, object] | None:
    """A place as plain data for JSON, the same in every report: where it starts, and where the character after it is;
    null where there is none."""
    if span is None:
        return None
    end = Span(span.source, span.end, span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end.line,
        "end_column": end.column,
    }
