"""What can be wrong with a rule file as YAML, said plainly in both languages."""

import re
from dataclasses import dataclass

import yaml

from decision_service.source import Problem, Source, Span


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem that still lacks its place."""

    code: str
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""

    def at(self, span: Span | None) -> Problem:
        """The problem at this place."""
        return Problem(self.code, self.zh, self.en, span, self.hint_zh, self.hint_en)


UNREADABLE = Complaint("unreadable_file", "文件无法读取", "the file cannot be read")
NOT_UTF8 = Complaint(
    "not_utf8", "文件不是 UTF-8 编码", "the file is not in UTF-8", "请另存为 UTF-8", "save it as UTF-8"
)
TOO_LARGE = Complaint("file_too_large", "文件超过 512 KiB", "the file is larger than 512 KiB")
EMPTY = Complaint("empty_file", "文件里没有内容", "there is nothing in the file")
TOO_DEEP = Complaint("too_deep", "嵌套超过 24 层", "nested deeper than 24 levels")
TOO_MANY = Complaint("too_many_nodes", "文件超过 20,000 个节点", "the file has more than 20,000 nodes")
TOO_MANY_PROBLEMS = Complaint("too_many_problems", "问题太多，读到这里为止", "too many problems: reading stopped here")
DIRECTIVE = Complaint("directive", "不允许 `%` 指令", "directives (`%`) are not allowed", "请删去", "delete it")
SECOND_DOCUMENT = Complaint(
    "second_document",
    "一个文件只能有一份文档",
    "a file holds one document only",
    "请拆成两个文件",
    "split the file in two",
)
ALIAS = Complaint(
    "alias",
    "不允许别名 `*`",
    "aliases (`*`) are not allowed",
    "请写出内容，或加引号",
    "write it out, or put the text in quotes",
)
ANCHOR = Complaint(
    "anchor",
    "不允许锚点 `&`",
    "anchors (`&`) are not allowed",
    "请删去，或加引号",
    "delete it, or put the text in quotes",
)
TAG = Complaint(
    "tag", "不允许标签 `!`", "tags (`!`) are not allowed", "请删去，或加引号", "delete it, or put the text in quotes"
)
MERGE_KEY = Complaint(
    "merge_key", "不允许合并键 `<<`", "merge keys (`<<`) are not allowed", "请写出内容", "write it out"
)
KEY_NOT_TEXT = Complaint(
    "key_not_text",
    "键必须是一行之内的文字",
    "a key must be text on a single line",
    "请写成 `键: 值`",
    "write `key: value`",
)
TAB = Complaint("tab", "不允许制表符", "tabs are not allowed", "请用空格", "use spaces")
BYTE_ORDER_MARK = Complaint(
    "byte_order_mark", "不允许字节序标记（BOM）", "byte order marks are not allowed",
    "请另存为不带 BOM 的 UTF-8", "save the file as UTF-8 without a byte order mark",
)  # fmt: skip
CARRIAGE_RETURN = Complaint(
    "carriage_return", "不允许单独的回车符", "a carriage return alone is not allowed",
    "请以换行符结束一行", "end lines with a line feed",
)  # fmt: skip


def unseen(char: str) -> Complaint:
    """The complaint about a character that cannot be seen on a page."""
    known = {"\t": TAB, "\ufeff": BYTE_ORDER_MARK, "\r": CARRIAGE_RETURN}.get(char)
    if known:
        return known
    name = f"U+{ord(char):04X}"
    return Complaint(
        "invisible_character",
        f"不允许控制字符或不可见字符 {name}",
        f"control and invisible characters are not allowed: {name}",
        "请删去",
        "delete it",
    )


def duplicate(key: str, line: int) -> Complaint:
    """The complaint about a key that is written twice in one mapping, first on `line`."""
    return Complaint(
        "duplicate_key",
        f"键 `{key}` 重复",
        f"the key `{key}` is written twice",
        f"第一次在第 {line} 行",
        f"the first is on line {line}",
    )


QUOTES_ZH, QUOTES_EN = (
    "请把文字放进引号，或放进 `|` 文本块",
    "put the text in quotes, or in a block that begins with `|`",
)

NEEDED_ZH, NEEDED_EN = (
    "文字里有逗号、括号或冒号的放进双引号",
    "put a text that holds commas, brackets or colons in double quotes",
)

SENTENCES: tuple[tuple[str, str, str, str, str], ...] = (
    ("mapping values are not allowed", "这里不能有冒号", "a colon is not allowed here",
     "一行只能有一个 `键: 值`；请检查缩进；文字里有冒号和空格时请加引号",
     "one `key: value` a line; check the indentation; put text that holds a colon and a space in quotes"),
    ("block sequence entries are not allowed", "这里不能开始列表", "a list cannot begin here",
     "请把 `- ` 写在下一行", "put the `- ` on a line of its own"),
    ("could not find expected ':'", "这一行缺少冒号", "this line lacks a colon",
     "请写成 `键: 值`", "write `key: value`"),
    ("cannot start any token", "文字不能以这个字符开头", "text cannot begin with this character", QUOTES_ZH, QUOTES_EN),
    ("did not find expected '-' indicator", "列表在这里中断", "the list is broken off here",
     "请检查缩进，列表的每一项以 `- ` 开头", "check the indentation; each item of a list begins with `- `"),
    ("did not find expected key", "这里应为下一个键", "the next key is expected here",
     "请检查缩进和引号", "check the indentation and the quotes"),
    ("did not find expected ',' or ']'", "方括号里缺少逗号或 `]`", "a comma or `]` is missing in a list",
     f"补上逗号或 `]`，检查引号成对；{NEEDED_ZH}", f"add the comma or `]`, close every quote; {NEEDED_EN}"),
    ("did not find expected ',' or '}'", "花括号里缺少逗号或 `}`", "a comma or `}` is missing in a mapping",
     f"补上逗号或 `}}`，检查引号成对；{NEEDED_ZH}", f"add the comma or `}}`, close every quote; {NEEDED_EN}"),
    ("did not find expected comment or line break", "`|` 和 `>` 之后文字要另起一行",
     "after `|` or `>` the text begins on the next line",
     "以 `>` 开头的表达式请加引号或放进 `|` 文本块",
     "put an expression that begins with `>` in quotes or in a `|` block"),
    ("did not find expected node content", "这里缺少值", "a value is missing here", QUOTES_ZH, QUOTES_EN),
    ("unknown escape character", "双引号里不认识的 `\\` 转义", "an unknown escape (`\\`) in double quotes",
     "请用单引号，或写成 `\\\\`", "use single quotes, or write `\\\\`"),
    ("invalid Unicode character", "不是有效的字符编码", "this is not a valid character code", "", ""),
    ("incompatible YAML document", DIRECTIVE.zh, DIRECTIVE.en, DIRECTIVE.hint_zh, DIRECTIVE.hint_en),
    ("undefined tag handle", TAG.zh, TAG.en, TAG.hint_zh, TAG.hint_en),
    ("unexpected document indicator", "引号没有闭合", "the quote is not closed", "请补上引号", "close the quote"),
)  # fmt: skip

CONTEXTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("while scanning a quoted scalar", "引号没有闭合", "the quote is not closed", "请补上引号", "close the quote"),
    ("while scanning a directive", DIRECTIVE.zh, DIRECTIVE.en, DIRECTIVE.hint_zh, DIRECTIVE.hint_en),
    ("while scanning an anchor", "锚点写法有误", "this is no anchor", ANCHOR.hint_zh, ANCHOR.hint_en),
    ("while scanning an alias", "别名写法有误", "this is no alias", ALIAS.hint_zh, ALIAS.hint_en),
    ("tag", TAG.zh, TAG.en, TAG.hint_zh, TAG.hint_en),
)  # fmt: skip

OPENERS = frozenset({"while scanning a quoted scalar", "while scanning a simple key"})
"""Where libyaml notices the fault far behind the place that people look for: the opening quote, the lone word."""


FULL_WIDTH_COLON = "："

_WRONG_COLON = re.compile(r"\s*[^\s#:：'\"\[{|]+(?P<wide>：)|\s*[A-Za-z_][\w.]*(?P<tight>:)[^\s:]")
"""A line that would be `key: value`, but for its colon."""


def _colon(source: Source, said: str, index: int) -> Problem | None:
    """The problem of a line (around `index`, or the one before it, which then runs on) that would be `key: value` if
    its colon were a plain one with a blank after it."""
    if "could not find expected ':'" not in said and "mapping values are not allowed" not in said:
        return None
    start = source.text.rfind("\n", 0, index) + 1
    before = source.text.rfind("\n", 0, max(0, start - 1)) + 1
    found = _WRONG_COLON.match(source.text, start)
    if "mapping values are not allowed" in said:
        found = _WRONG_COLON.match(source.text, before, start) if before < start else None
    if found is None:
        return None
    if found["tight"]:
        span = Span(source, found.start("tight"), found.end("tight"))
        return Problem(
            "yaml",
            "冒号后面缺少空格",
            "a blank is missing after the colon",
            span,
            "请写成 `键: 值`",
            "write `key: value`",
        )
    at = found.start("wide")
    return Problem(
        "yaml",
        "键后面的冒号是全角的",
        "the colon after the key is a full-width one",
        Span(source, at, at + 1),
        "请用半角冒号加空格 `: `",
        "use a plain colon and a blank: `: `",
    )


def _open_quote(source: Source, said: str, at: int) -> Problem | None:
    """The problem of a quote that was not closed on its line, where the next quote in the file closed it (just before
    `at`) and what follows makes no sense."""
    if "did not find expected" not in said or not source.text[:at].rstrip(" ").endswith('"'):
        return None
    end = source.text.rfind("\n", 0, at) + 1
    while end > 0:
        start = source.text.rfind("\n", 0, end - 1) + 1
        line = source.text[start:end]
        if line.count('"') % 2:
            quote = start + line.rindex('"')
            return Problem(
                "yaml",
                "引号没有闭合",
                "the quote is not closed",
                Span(source, quote, quote + 1),
                "请补上引号",
                "close the quote",
            )
        end = start
    return None


def _unclosed(context: str, opener: yaml.Mark, mark: yaml.Mark) -> bool:
    """Whether a bracket was opened on an earlier line: then that is the line to look at."""
    return context.startswith("while parsing a flow") and opener.line < mark.line


def _columns_above(text: str, at: int) -> list[str]:
    """Where the keys around the line at `at` begin, from the outermost, counted from 1."""
    columns: list[int] = []
    for line in reversed(text[: text.rfind("\n", 0, at) + 1].splitlines()):
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and line[indent] != "#" and (not columns or indent + 1 < columns[-1]):
            columns.append(indent + 1)
    return [str(column) for column in reversed(columns)]


def explain(source: Source, error: yaml.YAMLError) -> Problem:
    """The parser's complaint in a plain sentence, with its place."""
    context, said = str(getattr(error, "context", "") or ""), str(getattr(error, "problem", "") or "")
    mark = getattr(error, "problem_mark", None)
    opener = getattr(error, "context_mark", None)
    size = len(source.text)
    if opener is not None and (
        mark is None or mark.index >= size or context in OPENERS or _unclosed(context, opener, mark)
    ):
        mark = opener
    at = min(mark.index, size) if mark is not None else 0
    known = None if mark is None else _colon(source, said, at) or _open_quote(source, said, at)
    if known is not None:
        return known
    span = Span(source, at, min(at + 1, size))
    rows = [row for row in SENTENCES if row[0] in said] or [row for row in CONTEXTS if row[0] in context]
    zh, en, hint_zh, hint_en = rows[0][1:] if rows else (f"YAML 写法有误：{said}", f"this is not YAML: {said}", "", "")
    if mark is not None and said == "did not find expected key" and "block mapping" in context:
        above, here = _columns_above(source.text, at), mark.column + 1
        hint_zh += f"：上面各层的键从第 {'、'.join(above)} 列开始，这里是第 {here} 列"
        hint_en += f": keys above begin in columns {', '.join(above)}, this is column {here}"
    return Problem("yaml", zh, en, span, hint_zh, hint_en)
