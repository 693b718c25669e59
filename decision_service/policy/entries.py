"""Reading a mapping of a rule file key by key: what is missing, what is unknown, what has the wrong shape."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from decision_service.language.vocabulary import FOLLOWS
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from decision_service.policy.shape import Bilingual
from decision_service.policy.syntax import FULL_WIDTH_COLON
from decision_service.source import Problem, Span, nearest

YES = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def instead(word: str, options: Sequence[str]) -> tuple[str, str]:
    """The way out where `word` is none of `options`: the nearest of them, else all."""
    meant = nearest(word, options)
    if meant:
        return f"是否想写 `{meant}`？", f"did you mean `{meant}`?"
    if not options:
        return "请删去", "remove it"
    return f"可写：{'、'.join(options)}", f"one of {', '.join(options)}"


@dataclass(slots=True)
class Complaints:
    """The problems of one file, as they are found. Reading goes on after each, so that all are told at once."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, zh: str, en: str, span: Span | None, hint: tuple[str, str] = ("", "")) -> None:
        """Notes one problem."""
        self.problems.append(Problem(code, zh, en, span, *hint))

    def tell(self, problem: Problem) -> None:
        """Notes a problem of an expression, unless it only follows from one that has been told."""
        if problem.code != FOLLOWS:
            self.problems.append(problem)


class Entries:
    """A mapping that is read key by key. `done()` complains of every key that nobody asked for."""

    def __init__(
        self, node: Node | None, complaints: Complaints, what: tuple[str, str], span: Span | None = None
    ) -> None:
        self.complaints = complaints
        self.what = what
        self.asked: set[str] = set()
        self.node = node
        self.span = span if span is not None or node is None else node.span
        self.shaped = node is None or isinstance(node, MapNode) or (isinstance(node, TextNode) and not node.text)
        self.nodes: dict[str, tuple[TextNode, Node]] = {}
        if isinstance(node, MapNode):
            self.nodes = {key.text: (key, value) for key, value in node.entries}
        elif node is not None and not self.shaped:
            complaints.add(
                "wrong_shape", f"{what[0]}应是若干“键: 值”", f"{what[1]} must be a mapping of keys to values", node.span
            )

    def names(self) -> tuple[str, ...]:
        """The keys, in the order of the file."""
        return tuple(self.nodes)

    def key_span(self, name: str) -> Span:
        """Where a key stands."""
        return self.nodes[name][0].span

    def get(self, name: str) -> Node | None:
        """The value of a key, None where the key is not there."""
        self.asked.add(name)
        found = self.nodes.get(name)
        return None if found is None else found[1]

    def need(self, name: str) -> Node | None:
        """The value of a key; complains where it is not there."""
        found = self.get(name)
        if found is None and self.shaped:
            self.complaints.add(
                "missing_key",
                f"{self.what[0]}缺少 `{name}`",
                f"{self.what[1]} lacks `{name}`",
                self.span,
                (f"加一行 `{name}: …`", f"add a line `{name}: …`"),
            )
        return found

    def text(self, name: str, default: str | None = None) -> str:
        """A text; complains where it is missing and there is no default, or where it is empty or no text."""
        node = self.get(name) if default is not None else self.need(name)
        if node is None:
            return default or ""
        if not isinstance(node, TextNode) or not node.text.strip():
            self.complaints.add("wrong_shape", f"`{name}` 应是文字", f"`{name}` must be a text", node.span)
            return default or ""
        return node.text

    def choice(self, name: str, options: Sequence[str], default: str | None = None) -> str:
        """A text out of a closed set; the first option where it is wrong."""
        value = self.text(name, default)
        if value in options:
            return value
        if value:
            node = self.nodes[name][1]
            self.wrong_word(value, options, node.span)
        return options[0]

    def wrong_word(self, word: str, options: Sequence[str], span: Span | None) -> None:
        """Complains of a word that is not one of `options`."""
        self.complaints.add(
            "unknown_word", f"这里不能写 `{word}`", f"`{word}` cannot stand here", span, instead(word, options)
        )

    def yes(self, name: str, *, default: bool) -> bool:
        """yes or no (是, 否, true, false)."""
        node = self.get(name)
        if node is None:
            return default
        if isinstance(node, TextNode) and node.text in YES:
            return YES[node.text]
        self.complaints.add("wrong_shape", f"`{name}` 应写 yes 或 no", f"`{name}` must be yes or no", node.span)
        return default

    def whole(self, name: str, default: int | None = None, unit: str = "") -> int:
        """A whole number, with its unit where one is called for (`600 ms`)."""
        node = self.get(name) if default is not None else self.need(name)
        if node is None:
            return default or 0
        written = node.text if isinstance(node, TextNode) else ""
        text = written.removesuffix(unit).strip()
        if text.isascii() and text.isdigit() and len(text) <= 15 and written.endswith(unit):
            return int(text)
        wanted = f"600 {unit}".strip() if unit else "80"
        self.complaints.add(
            "wrong_shape",
            f"`{name}` 应是整数，如 {wanted}",
            f"`{name}` must be a whole number such as {wanted}",
            node.span,
        )
        return default or 0

    def day(self, name: str, default: date | None = None) -> date:
        """A day, as YYYY-MM-DD."""
        node = self.get(name) if default is not None else self.need(name)
        if node is None:
            return default or date.min
        try:
            if isinstance(node, TextNode) and len(node.text) == len("2026-01-01"):
                return date.fromisoformat(node.text)
        except ValueError:
            pass
        if isinstance(node, TextNode) and _DAY.fullmatch(node.text):
            said = (f"`{name}`：没有 {node.text} 这一天", f"`{name}`: there is no day {node.text}")
        else:
            said = (f"`{name}` 应是日期，如 2026-01-01", f"`{name}` must be a day such as 2026-01-01")
        self.complaints.add("wrong_shape", *said, node.span)
        return default or date.min

    def words(self, name: str) -> tuple[TextNode, ...]:
        """A list of texts, empty where the key is not there; one text counts as a list of one."""
        return self._words(name, self.get(name))

    def _words(self, name: str, node: Node | None) -> tuple[TextNode, ...]:
        if node is None or (isinstance(node, TextNode) and not node.text):
            return ()
        if isinstance(node, TextNode):
            return (node,)
        if isinstance(node, ListNode) and all(isinstance(item, TextNode) for item in node.items):
            return tuple(item for item in node.items if isinstance(item, TextNode))
        self.complaints.add(
            "wrong_shape", f"`{name}` 应是列表，如 [甲, 乙]", f"`{name}` must be a list such as [a, b]", node.span
        )
        return ()

    def inner(self, name: str, *, needed: bool = False) -> "Entries":
        """A mapping inside this one."""
        node = self.need(name) if needed else self.get(name)
        found = Entries(node, self.complaints, (f"`{name}` ", f"`{name}`"), self._span_of(name))
        if needed and node is None:
            found.shaped = False  # that all of it is missing is told already
        return found

    def _span_of(self, name: str) -> Span | None:
        return self.key_span(name) if name in self.nodes else self.span

    def each(self, name: str) -> Iterator["Entries"]:
        """The mappings of a list."""
        node = self.get(name)
        if node is None or (isinstance(node, TextNode) and not node.text):
            return
        if not isinstance(node, ListNode):
            self.complaints.add(
                "wrong_shape",
                f"`{name}` 应是以 - 开头的列表",
                f"`{name}` must be a list of entries that begin with -",
                node.span,
            )
            return
        for item in node.items:
            yield Entries(item, self.complaints, (f"`{name}` 的一项", f"an entry of `{name}`"), item.span)

    def bilingual(self, zh: str = "zh", en: str = "en") -> Bilingual:
        """The Chinese and the English text under two keys of this mapping."""
        return Bilingual(self.text(zh), self.text(en))

    def both(self, name: str) -> Bilingual:
        """A needed key that holds nothing but a Chinese and an English text."""
        inner = self.inner(name, needed=True)
        text = inner.bilingual()
        inner.done()
        return text

    def done(self, *more: str) -> None:
        """Complains of keys that are not known here; `more` are known besides those that were asked for."""
        self.asked.update(more)
        for name, (key, value) in self.nodes.items():
            if name not in self.asked:
                self.complaints.add(
                    "unknown_key",
                    f"{self.what[0]}里不能写 `{name}`",
                    f"{self.what[1]} has no key `{name}`",
                    key.span,
                    self._way_out(key, value),
                )

    def _way_out(self, key: TextNode, value: Node) -> tuple[str, str]:
        """What to do about a key that is not known here."""
        if key.in_flow and isinstance(value, TextNode) and not value.text:
            if FULL_WIDTH_COLON in key.text:
                return "请用半角冒号加空格 `: `", "use a plain colon and a blank: `: `"
            return (
                "花括号里逗号把各项隔开：文字里有逗号的请加双引号",
                "inside {} a comma parts entries: put a text that holds one in double quotes",
            )
        lacking = [name for name in self.asked if name not in self.nodes]
        meant = nearest(key.text, lacking) or nearest(key.text, self.asked)
        listed = ", ".join(sorted(self.asked))
        if meant:
            return f"是否想写 `{meant}`？", f"did you mean `{meant}`?"
        return f"这里可写：{listed}", f"known here: {listed}"
