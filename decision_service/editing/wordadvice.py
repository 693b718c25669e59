"""Advice on words: what people read must be definite, short, and there in both languages."""

import re
from collections.abc import Iterator

from decision_service.editing.advice import Advice, Found, Written, both
from decision_service.editing.comments import placed_comments
from decision_service.editing.edits import Edit
from decision_service.policy.checks import CATCH_ALL
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from decision_service.source import Span

VAGUE = (
    "有关部门",
    "相关部门",
    "其他情形",
    "其它情形",
    "等情形",
    "等情况",
    "等资料",
    "酌情",
    "原则上",
    "一般应",
    "视情",
    "有条件的",
    "and so on",
    "etc.",
    "relevant departments",
    "competent departments",
    "in principle",
    "at discretion",
    "other cases",
)
"""Wording that leaves open what is meant, beside the words that are errors."""

CHECKED = frozenset({"rules", "materials", "form", "obligations"})
"""Parts of the file whose labels are refused by `check` if they hold a word of CATCH_ALL."""

LONGEST = {"rules": (44, 120), "form": (36, 100), "parameters": (36, 100), "tables": (36, 100)}
"""How many characters a label may have, in Chinese and in English."""

_CHINESE = re.compile("[\u4e00-\u9fff]")
_TODO = re.compile(r"TODO|FIXME|待办|待定|待补|XXX", re.IGNORECASE)

_PAPERS = (
    ("身份证", "population"),
    ("户口簿", "population"),
    ("户籍证明", "population"),
    ("结婚证", "marriage"),
    ("婚姻证明", "marriage"),
    ("营业执照", "enterprises"),
    ("残疾人证", "disability"),
    ("残疾证", "disability"),
    ("低保", "low_income"),
    ("低收入证明", "low_income"),
    ("社会保障卡", "social_security_card"),
    ("银行账户", "social_security_card"),
    ("无房证明", "property"),
    ("居住证", "residence"),
    ("生存证明", "deaths"),
    ("健康证", "health_certificates"),
    ("租赁合同备案", "rental_contracts"),
    ("无犯罪", "penalties"),
)
"""Papers by a word of their name, and the register that states the same."""


def texts(written: Written) -> Iterator[tuple[str, str, TextNode]]:
    """Every text for people: the part of the file it stands in, its key (`zh`, `en`, `help_zh` …), and the text."""
    for part, node in written.node.entries:
        if part.text in ("zh", "en") and isinstance(node, TextNode):
            yield "matter", part.text, node
        elif part.text != "cases":
            yield from _texts(part.text, node)


def _texts(part: str, node: Node) -> Iterator[tuple[str, str, TextNode]]:
    match node:
        case MapNode():
            for key, value in node.entries:
                if isinstance(value, TextNode) and key.text in ("zh", "en", "help_zh", "help_en"):
                    yield part, key.text, value
                else:
                    yield from _texts(part, value)
        case ListNode():
            for item in node.items:
                yield from _texts(part, item)
        case TextNode():
            pass


def _vague(written: Written) -> Iterator[Found]:
    for part, _, text in texts(written):
        words = VAGUE if part in CHECKED else (*VAGUE, *CATCH_ALL)
        word = next((one for one in words if one in text.text.lower()), None)
        if word is not None:
            at = text.text.lower().index(word)
            yield Found(
                both(f"“{word}”没有说明究竟是什么", f"`{word}` leaves open what is meant"),
                text.place(at, len(word)),
                both("逐项写明", "name each of them"),
            )


def _untranslated(written: Written) -> Iterator[Found]:
    for _, key, text in texts(written):
        english = key in ("en", "help_en")
        if english == bool(_CHINESE.search(text.text)):
            zh, en = ("英文里有汉字", "there is Chinese in the English text")
            if not english:
                zh, en = ("中文里没有汉字", "there is no Chinese in the Chinese text")
            yield Found(both(zh, en), text.span, both("写成这一种语言", "write it in that language"))


def _long(written: Written) -> Iterator[Found]:
    for part, most in LONGEST.items():
        for _, value in written.entries(part):
            for key, limit in zip(("zh", "en"), most, strict=True):
                text = value.get(key) if isinstance(value, MapNode) else None
                if isinstance(text, TextNode) and len(text.text) > limit:
                    size = len(text.text)
                    yield Found(
                        both(f"名称有{size}字，最好不超过{limit}字", f"{size} characters; at most {limit} read well"),
                        text.span,
                        both("只写要点，其余写进说明", "keep the point, and explain elsewhere"),
                    )


def _todo(written: Written) -> Iterator[Found]:
    for at, comment in placed_comments(written.source.text, written.node):
        if found := _TODO.search(comment):
            yield _left(Span(written.source, at + found.start(), at + found.end()))
    for _, _, one in texts(written):
        if found := _TODO.search(one.text):
            yield _left(one.place(found.start(), len(found.group())))


def _left(span: Span) -> Found:
    return Found(
        both("还有没写完的地方", "something is not finished here"),
        span,
        both("写完后删去这一句", "finish it, then delete the note"),
    )


def _replaceable(written: Written) -> Iterator[Found]:
    for material in written.policy.materials:
        if material.replaced_by or material.span is None:
            continue
        known = written.catalogue.registers
        register = next((name for word, name in _PAPERS if word in material.label.zh and name in known), None)
        if register is None:
            continue
        owner = known[register]
        yield Found(
            both(f"“{material.label.zh}”可由{owner.zh}核验", f"{owner.en} states what `{material.label.en}` proves"),
            material.span,
            both(
                f"写 `replaced_by: [{register}]`，并在 ask 下列出",
                f"write `replaced_by: [{register}]`, and list it under ask",
            ),
            _replacing(material.span, register) if register in written.policy.asks else (),
        )


def _replacing(span: Span, register: str) -> tuple[Edit, ...]:
    """The key, put at the end of a material that stands in braces; one on lines of its own is for its writer."""
    if not span.text.endswith("}"):
        return ()
    return (Edit(span.end - 1, span.end - 1, f", replaced_by: [{register}]"),)


ADVICE = (
    Advice(
        "L101",
        both("含糊的说法", "vague wording"),
        both(
            "条件、材料、理由都要确定（优化营商环境条例第三十五条，RQ-A3）",
            "conditions, papers and reasons are definite (RQ-A3)",
        ),
        _vague,
    ),
    Advice(
        "L102",
        both("登记库可以代替的材料", "a paper that a register replaces"),
        both("登记库能核验的一律免交（RQ-C1）", "what a register can state is never asked for (RQ-C1)"),
        _replaceable,
        fixes=True,
    ),
    Advice(
        "L103",
        both("没有译成这种语言", "not in its language"),
        both("让企业和群众看得懂（RQ-A7）", "people understand what they are told (RQ-A7)"),
        _untranslated,
    ),
    Advice(
        "L104",
        both("名称太长", "a label that is too long"),
        both("名称印在通知和手机上，一眼要能读完", "labels stand on notices and on phones"),
        _long,
    ),
    Advice(
        "L105",
        both("没有写完", "unfinished"),
        both("留着待办的文件不能发布", "a file with open points is not for publishing"),
        _todo,
    ),
)
