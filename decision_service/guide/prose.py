"""A policy as prose that an official can read from beginning to end, in Chinese or in English: who, on which law, under
which conditions and what follows where one is not met, the tables, what is granted, what is owed. Markdown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from decision_service.guide.page import crossed
from decision_service.guide.published import guide_of
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.prose import Lang, say

_PLACEHOLDER = re.compile(r"\{\w+\}")
_NUMERALS = ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def policy_text(policy: Policy, catalogue: Catalogue, lang: Lang) -> str:
    """The whole policy in one language."""
    writer = _Writer(policy, catalogue, lang)
    return "\n".join(writer.lines()).rstrip() + "\n"


class _Writer:
    def __init__(self, policy: Policy, catalogue: Catalogue, lang: Lang) -> None:
        self.policy = policy
        self.catalogue = catalogue
        self.lang = lang
        self.guide: Mapping[str, Any] = guide_of(policy, catalogue)
        self.sections = 0

    def lines(self) -> Iterator[str]:
        """Line by line."""
        guide = self.guide
        yield f"# {guide['name'][self.lang]}"
        yield ""
        version = guide["policy"]["in_force_from"]
        yield self._both(f"自{version}起施行。", f"In force from {version}. ") + self._said(guide["item_type"])
        if guide["mark"]:
            yield f"※ {self._said(guide['mark'])}"
        yield from self._who()
        yield from self._law()
        yield from self._conditions()
        yield from self._names()
        yield from self._tables()
        yield from self._granted()
        yield from self._afterwards()
        yield from self._registers()

    def _both(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def _said(self, text: Mapping[str, Any]) -> str:
        return str(text[self.lang])

    def _section(self, zh: str, en: str) -> Iterator[str]:
        self.sections += 1
        yield ""
        yield self._both(f"## {_NUMERALS[self.sections]}、{zh}", f"## {self.sections}. {en}")
        yield ""

    def _who(self) -> Iterator[str]:
        yield from self._section("谁可以申请，怎样申请", "Who may apply, and how")
        guide = self.guide
        for name in ("applicant", "identity", "credit", "time_limit"):
            yield f"- {self._said(guide[name])}"
        yield ""
        yield self._both("表单：", "The form:")
        yield ""
        for field in guide["fields"]:
            values = self._both("、", ", ").join(self._said(label) for label in field["values"].values())
            choice = self._bracketed(values)
            listed = choice if values and field["type"]["name"] != "prefecture" else ""
            label, required = self._said(field["label"]), self._said(field["required"])
            yield f"- {label}{self._bracketed(required)}{self._colon}{self._said(field['type'])}{listed}"
        if guide["materials"]:
            yield ""
            yield self._both("材料：", "Papers:")
            yield ""
        for paper in guide["materials"]:
            yield f"- {self._said(paper['name'])}{self._colon}{self._said(paper['when'])}"

    def _bracketed(self, text: str) -> str:
        return self._both(f"（{text}）", f" ({text})")

    @property
    def _colon(self) -> str:
        return self._both("：", ": ")

    def _law(self) -> Iterator[str]:
        yield from self._section("依据", "Legal basis")
        for law in self.guide["basis"]:
            yield f"{law['number']}. {self._said(law)} ({law['edition']})"

    def _conditions(self) -> Iterator[str]:
        yield from self._section("条件", "Conditions")
        yield self._both(
            "下列各条都须符合；不符合的，照该条所列处理，全部一次告知。",
            "Each of these has to be met; where one is not, what it lists follows, and all is told at once.",
        )
        for rule in self.guide["rules"]:
            yield ""
            yield f"**{rule['id']}　{self._said(rule)}**"
            yield ""
            yield f"- {self._both('条件', 'condition')}{self._colon}{self._said(rule['exactly'])}"
            yield from (self._otherwise(one) for one in rule["otherwise"])
            if rule["item"]:
                item = next(one for one in self.policy.items if one.name == rule["item"])
                label = self._both(item.label.zh, item.label.en)
                yield f"- {self._both('只涉及', 'concerns only')}{self._colon}{label}"
            if rule["refusal"]:
                why = f"{self._said(rule['refusal']['no_discretion'])}；{self._said(rule['refusal']['apply_again'])}"
                yield f"- {self._both('可由系统拒绝，因为', 'a machine may refuse, since')}{self._colon}{why}"
            yield f"- {self._both('依据', 'basis')}{self._colon}{self._basis(rule['id'])}"

    def _basis(self, rule_id: str) -> str:
        rule = next(one for one in self.policy.rules if one.id == rule_id)
        if rule.standing:
            text = self.catalogue.standing_basis
            return self._both(text.zh, text.en)
        return self._cited(rule.basis)

    def _cited(self, numbers: Sequence[int]) -> str:
        """The laws of these numbers."""
        found = [self._both(one.text.zh, one.text.en) for one in self.policy.basis if one.number in numbers]
        return self._both("；", "; ").join(found)

    def _otherwise(self, one: Mapping[str, Any]) -> str:
        told = "".join(
            f"{self._both('；', '; ')}{self._output(name)}{self._colon}{self._said(value)}"
            for name, value in one["told"].items()
        )
        when = f"{self._said(one['when'])}{self._both('的，', ': ')}" if one["when"] else ""
        follows = f"{self._said(one['outcome_text'])} ({one['code']}){self._colon}{self._said(one['reason'])}"
        return f"- {self._both('不符合的', 'if not')}{self._colon}{when}{follows}{told}"

    def _names(self) -> Iterator[str]:
        if self.guide["definitions"]:
            yield from self._section("上面用到的名称", "Names used above")
        for one in self.guide["definitions"]:
            name = self._both(f"「{one['name']}」", f"[{one['name']}]")
            yield f"- {name}{self._colon}{self._said(one)}"
        if self.guide["parameters"]:
            yield from self._section("标准", "Parameters")
        for one in self.guide["parameters"]:
            basis = self._cited(next(two.basis for two in self.policy.parameters if two.name == one["name"]))
            yield f"- {self._said(one['label'])}{self._colon}{self._said(one['value'])}{self._bracketed(basis)}"

    def _tables(self) -> Iterator[str]:
        if self.guide["tables"]:
            yield from self._section("表", "Tables")
        for number, table in enumerate(self.guide["tables"]):
            yield from ("",) if number else ()
            yield f"**{self._said(table['label'])}**"
            yield ""
            yield from self._table(table)
            basis = self._cited(self.policy.tables[table["name"]].basis)
            if basis:
                yield ""
                yield f"{self._both('依据', 'basis')}{self._colon}{basis}"

    def _table(self, table: Mapping[str, Any]) -> Iterator[str]:
        inputs = [self._said(one) for one in table["inputs"]]
        rows = table["rows"][self.lang]
        if table["cross"]:
            heads, body = crossed(rows)
            rows = [[first, *cells] for first, cells in body]
            names = [f"{inputs[0]} ＼ {inputs[1]}", *heads]
        else:
            names = [*inputs, *(self._output(name) for name in table["outputs"])]
        yield _row(names)
        yield _row(["---"] * len(names))
        yield from (_row(cells) for cells in rows)

    def _output(self, name: str) -> str:
        known = self.catalogue.results.get(name)
        table = self.policy.tables.get(name)
        text = known if table is None or table.label is None else table.label
        return name if text is None else self._both(text.zh, text.en)

    def _granted(self) -> Iterator[str]:
        yield from self._section("批准的内容", "What is granted")
        for item in self.guide["items"]:
            yield f"- {self._said(item['label'])}{self._colon}{self._said(item['amount'])}"
        for one in self.guide["results"]:
            label = self.catalogue.results.get(one["name"])
            name = one["name"] if label is None else self._both(label.zh, label.en)
            when = f"{self._both('，如果', ', if ')}{self._said(one['when'])}" if one["when"] else ""
            yield f"- {name}{self._colon}{self._said(one['value'])}{when}"
        commitment = self.guide["commitment"]
        if commitment:
            yield f"- {self._both('告知承诺', 'commitment')}{self._colon}{self._said(commitment['text'])}"
            untrue = self._both("承诺不实的", "if it is untrue")
            yield f"- {untrue}{self._colon}{self._said(commitment['consequences'])}"
            for value in commitment["checked_by"].values():
                yield f"- {self._both('核查期限', 'checked by')}{self._colon}{self._said(value)}"

    def _afterwards(self) -> Iterator[str]:
        if self.guide["obligations"]:
            yield from self._section("义务", "Obligations")
        for one in self.guide["obligations"]:
            granted = {outcome.value: text for outcome, text in self.catalogue.outcomes.items()}
            names = [self._both(granted[code].zh, granted[code].en) for code in one["with"]]
            outcomes = self._both("、", ", ").join(names)
            when = f"{self._both('，如果', ', if ')}{self._said(one['when'])}" if one["when"] else ""
            yield f"- {self._said(one)}{self._bracketed(outcomes + when)}"
        if self.policy.notes:
            yield from self._section("一并告知", "Told besides")
        for note in self.policy.notes:
            reason = self.catalogue.reasons[note.code]
            text = _PLACEHOLDER.sub("……", self._both(reason.zh, reason.en))
            when = say(note.when, self.policy, self.lang)
            yield f"- {note.code}{self._colon}{text}{self._bracketed(self._both('如果', 'if ') + when)}"
        if self.policy.claims:
            yield from self._section("对任何申请都成立", "True of every application")
        for claim in self.policy.claims:
            yield f"- {self._both(claim.label.zh, claim.label.en)}"

    def _registers(self) -> Iterator[str]:
        yield from self._section("核验什么", "What is asked of registers")
        for one in self.guide["registers"]:
            old = one["at_most_hours_old"]
            fresh = self._both(f"（数据不早于{old}小时前）", f" (data at most {old} hours old)")
            yield f"- {self._said(one['label'])}{fresh}{self._colon}{self._said(one['purpose'])}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '／') for cell in cells)} |"
