"""Cases written into files of cases and rule files, everything around them left as it is."""

from collections.abc import Mapping, Sequence
from typing import Final

from decision_service.editing.edits import applied, instead, without
from decision_service.policy.casetext import case_text, expect_text
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.nodes import MapNode, Node, read_nodes
from decision_service.policy.shape import Bilingual, WorkedCase
from decision_service.source import Source, render


class NotWritableError(ValueError):
    """The file can't take it; `told` says why."""

    def __init__(self, told: Bilingual) -> None:
        super().__init__(told.en)
        self.told = told


_NO_BLOCK: Final = Bilingual(
    "文件的 cases 不是逐行写的，请在编辑器里添加",
    "the file's `cases` are not written line by line; add it in the editor",
)
_NOT_THERE: Final = Bilingual("文件里没有这个案例了", "the file has no such case any more")


def with_case(source: Source, case: WorkedCase, catalogue: Catalogue, like: WorkedCase | None) -> str:
    """The text with `case` as the last of its cases. Raises NotWritableError."""
    lines = case_text(case, catalogue, like)
    if not source.text.strip():
        return f"cases:\n{lines}"
    cases = _root(source).get("cases")
    if cases is None:
        return f"{source.text.rstrip(chr(10))}\n\ncases:\n{lines}"
    if not isinstance(cases, MapNode) or not cases.entries or source.text[cases.span.start] == "{":
        raise NotWritableError(_NO_BLOCK)
    end = source.text.find("\n", _end(cases))
    end = len(source.text) if end < 0 else end
    return f"{source.text[:end]}\n{lines.rstrip(chr(10))}{source.text[end:] or chr(10)}"


def with_expectation(source: Source, name: str, expect: Mapping[str, object], told: Sequence[str] | None) -> str:
    """The text with another expectation of the case `name`. `told`: the rules that are told now, where that is not what
    it says under `alone`, which then names the one of them, or goes. Raises NotWritableError."""
    cases = _root(source).get("cases")
    case = cases.get(name) if isinstance(cases, MapNode) else None
    entries = {key.text: (key, value) for key, value in case.entries} if isinstance(case, MapNode) else {}
    if "expect" not in entries:
        raise NotWritableError(_NOT_THERE)
    edits = [instead(entries["expect"][1].span, expect_text(expect))]
    if told is not None and "alone" in entries:
        key, value = entries["alone"]
        edits.append(instead(value.span, told[0]) if len(told) == 1 else without(key, value))
    return applied(source, edits)


def _root(source: Source) -> MapNode:
    node, problems = read_nodes(source)
    if problems or not isinstance(node, MapNode):
        zh, en = (render(problems[0], "zh"), render(problems[0], "en")) if problems else ("文件读不出", "can't be read")
        raise NotWritableError(Bilingual(zh, en))
    return node


def _end(node: Node) -> int:
    """Where the last of what a node holds ends."""
    if isinstance(node, MapNode) and node.entries and node.span.source.text[node.span.start] != "{":
        return max(_end(node.entries[-1][1]), node.entries[-1][0].span.end)
    return node.span.end
