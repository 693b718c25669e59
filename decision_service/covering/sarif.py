"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show at their place in the file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from decision_service.policy.parts import Bilingual
from decision_service.source import Source, Span

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Code = Literal["case_fails", "rule_without_a_case", "not_covered", "unnoticed_change"]

CODES: dict[Code, tuple[Literal["error", "warning"], Bilingual]] = {
    "case_fails": ("error", Bilingual("案例的结果与预期不符", "A case does not come out as it expects")),
    "rule_without_a_case": (
        "error",
        Bilingual("没有案例表明这条规则单独起作用", "No case shows this rule deciding alone"),
    ),
    "not_covered": ("warning", Bilingual("没有案例到达这里", "No case reaches this")),
    "unnoticed_change": ("warning", Bilingual("这里改了也没有案例会发现", "A change here would be noticed by no case")),
}
"""What is found, how grave it is, and what it is called."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding at its place. `subject` names it among others at that place, and stays as lines move."""

    code: Code
    span: Span
    subject: str
    text: Bilingual


def whole_file(name: str) -> Span:
    """The place of a finding that has no better one: a file, by its name under the rules folder."""
    return Span(Source(name, ""), 0, 0)


def sarif(found: Sequence[Found], folder: Path) -> dict[str, object]:
    """The log of one run. Places are relative to the working folder where the rules lie in it."""
    codes = list(CODES)
    rules = [
        {
            "id": code,
            "shortDescription": {"text": f"{text.zh} {text.en}"},
            "defaultConfiguration": {"level": level},
        }
        for code, (level, text) in CODES.items()
    ]
    driver = {"name": "miaopi", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code), folder) for one in found],
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _result(one: Found, index: int, folder: Path) -> dict[str, object]:
    name = f"{one.code}\n{one.span.source.name}\n{one.subject}"
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": CODES[one.code][0],
        "message": {"text": f"{one.text.zh}\n{one.text.en}"},
        "locations": [{"physicalLocation": _place(one.span, folder)}],
        "partialFingerprints": {"miaopi/v1": hashlib.sha256(name.encode()).hexdigest()},
    }


def _place(span: Span, folder: Path) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(folder / span.source.name)}}
    if span.source.text:
        end = Span(span.source, span.end, span.end)
        place["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": end.line,
            "endColumn": end.column,
        }
    return place


def _uri(path: Path) -> str:
    resolved, here = path.resolve(), Path.cwd().resolve()
    return quote(resolved.relative_to(here).as_posix()) if resolved.is_relative_to(here) else resolved.as_uri()
