"""The regions of docs/reference/catalogue.md: outcomes, reasons, registers and names of results."""

from collections.abc import Mapping

from decision_service.outcome import Outcome
from tests.docs.page import table
from tests.docs.sample import ground
from verifiers.kinds import Kind, Value
from verifiers.registers import Register

Called = Mapping[str, tuple[str, str]]
"""What people call the facts of a register, as `Register.called`."""


def outcomes(_: str) -> str:
    """The outcomes, strongest first."""
    catalogue = ground()[1]
    rows = (
        (
            str(place),
            f"`{one.value}`",
            catalogue.outcomes[one].zh,
            catalogue.outcomes[one].en,
            catalogue.notices[one].zh,
        )
        for place, one in enumerate(Outcome, 1)
    )
    return table("先后 order | 结果 outcome | 中文 | English | 文书 notice", rows)


def reasons(_: str) -> str:
    """Every reason code with its sentence."""
    rows = ((f"`{code}`", text.zh, text.en) for code, text in ground()[1].reasons.items())
    return table("代码 code | 中文 | English", rows)


def results(_: str) -> str:
    """What granted and told values are called."""
    rows = ((f"`{name}`", text.zh, text.en) for name, text in ground()[1].results.items())
    return table("名称 name | 中文 | English", rows)


def registers(_: str) -> str:
    """Every register: what it is asked, how fresh it must be, and what it answers."""
    return "\n\n".join(_register(one) for one in ground()[1].registers.values())


def _register(one: Register) -> str:
    asked = " 或 or ".join("＋".join(f"`{name}`" for name in names) for names in (one.asked_with, *one.alternatives))
    about = [
        f"{one.zh} · {one.en}（{one.owner_zh} {one.owner_en}）。",
        f"查询用 asked with：{asked}。",
        f"数据最多 {one.max_age_hours} 小时旧 at most {one.max_age_hours} hours old。",
    ]
    if one.no_record is not None:
        about.append("没有记录本身就是答案 “no record” is itself an answer：" + _stated(one.no_record) + "。")
    kinds = one.facts_when_asked_with(one.asked_with)
    rows = (
        (f"`{one.name}.{name}`", *one.called.get(name, ("", "")), kind_text(kind, name, one.called))
        for name, kind in kinds.items()
    )
    facts = table("字段 field | 中文 | English | 种类和取值 kind and values", rows)
    return f"### {one.name}\n\n{''.join(about)}\n\n{facts}"


def _stated(values: Mapping[str, Value]) -> str:
    words = {True: "true", False: "false", None: "null", (): "[]"}
    return "，".join(f"`{name}` = `{words.get(value, value)}`" for name, value in values.items())  # type: ignore[call-overload]  # values here are plain


def kind_text(kind: Kind, name: str, called: Called) -> str:
    """A kind as an analyst uses it: its name, or its values with what they are called."""
    text = f"`{kind.name}`"
    if kind.values:
        text = "，".join(_value(name, value, called) for value in kind.values)
    elif kind.item is not None and kind.item.fields:
        parts = (_entry(f"{name}[].{part}", part, one, called) for part, one in kind.item.fields)
        text = "列表，每项 list of：" + "；".join(parts)
    elif kind.item is not None:
        text = f"列表 list of {kind_text(kind.item, name, called)}"
    return text + (" 或空 or `null`" if kind.nullable else "") + ("（可缺 optional）" if kind.optional else "")


def _value(name: str, value: str, called: Called) -> str:
    zh, en = called.get(f"{name}={value}", ("", ""))
    return f'`"{value}"` {zh} {en}'.rstrip()


def _entry(path: str, part: str, kind: Kind, called: Called) -> str:
    zh, en = called.get(path, ("", ""))
    return f"`{part}` {zh} {en} ".rstrip() + f" {kind_text(kind, path, called)}"
