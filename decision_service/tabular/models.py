"""The decision table in a DMN file, as far as its elements go: bounded, no entities, any version since 1.1."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from decision_service.tabular.trouble import Trouble, TroubleError

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_DEPTH: Final = 40
MOST_ELEMENTS: Final = 400_000

_NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/20\d{6}/(MODEL/|dmn\.xsd)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision with its table, and the names under which a rule file may know it."""

    names: tuple[str, ...]
    label: str
    description: str
    table: Element


def wrong(code: str, zh: str, en: str, place: str = "") -> TroubleError:
    """One trouble, alone."""
    return TroubleError([Trouble(code, zh, en, place)])


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def inside(element: Element, tag: str) -> list[Element]:
    """The children of that name."""
    return [child for child in element if local(child) == tag]


def text_of(element: Element | None) -> str:
    """The text of an element's `text`, without blanks around it."""
    found = [] if element is None else inside(element, "text")
    return "".join(found[0].itertext()).strip() if found else ""


def decisions_in(path: Path) -> list[Decision]:
    """Every decision of the file that is a table. Raises TroubleError."""
    root = _read(path)
    if local(root) != "definitions" or not _NAMESPACE.match(str(root.tag).strip("{")):
        raise wrong("wrong_model", "不是 DMN 模型", "this is no DMN model")
    found = [
        Decision(
            _names(one),
            one.get("name", ""),
            "".join(inside(one, "description")[0].itertext()).strip() if inside(one, "description") else "",
            table,
        )
        for one in root.iter()
        if local(one) == "decision"
        for table in inside(one, "decisionTable")
    ]
    if not found:
        raise wrong("wrong_model", "模型里没有决策表", "the model holds no decision table")
    return found


def _names(decision: Element) -> tuple[str, ...]:
    variables = [one.get("name", "") for one in inside(decision, "variable")]
    candidates = (decision.get("id", ""), *variables, decision.get("name", ""))
    return tuple(dict.fromkeys(name for name in candidates if _NAME.fullmatch(name)))


def _read(path: Path) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        raise wrong("wrong_model", "文件读不出", "the file cannot be read") from None
    if len(data) > MOST_BYTES:
        raise wrong("wrong_model", "文件超过8 MB", "the file is larger than 8 MB")
    try:
        return _bounded(iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True))
    except DefusedXmlException:
        raise wrong("wrong_model", "不允许 DTD 和实体", "a DTD or entities are not allowed") from None
    except ParseError as error:
        raise wrong("wrong_model", f"XML 写法有误：{error}", f"this is not XML: {error}") from None
    except (ValueError, LookupError):
        raise wrong("wrong_model", "XML 的编码不认识", "the encoding of the XML is not known") from None


def _bounded(events: Iterator[tuple[str, Element]]) -> Element:
    depth = count = 0
    root: Element | None = None
    for event, element in events:
        root = element if root is None else root
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise wrong("wrong_model", "模型太大或者套得太深", "the model is too large, or nested too deeply")
    if root is None:
        raise wrong("wrong_model", "文件里没有内容", "there is nothing in the file")
    return root
