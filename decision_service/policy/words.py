"""What facts of registers and their values are called: `catalogue/words.yaml`. It decides nothing."""

from collections.abc import Mapping

from decision_service.policy.entries import Entries
from verifiers.kinds import Kind
from verifiers.registers import Register


def read_words(entries: Entries, registers: Mapping[str, Register]) -> dict[str, dict[str, tuple[str, str]]]:
    """The words by register, as `Register.called` has them; complains of registers, facts and values that there are
    not, and of two facts of one register that are called alike."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name in entries.names():
        if name not in registers:
            entries.wrong_word(name, list(registers), entries.key_span(name))
            continue
        found[name] = {}
        _named(entries.inner(name), registers[name].answers, "", found[name])
    return found


def _named(entries: Entries, kinds: Mapping[str, Kind], front: str, found: dict[str, tuple[str, str]]) -> None:
    taken: set[tuple[str, str]] = set()
    for name in entries.names():
        inner = entries.inner(name)
        if name not in kinds:
            entries.wrong_word(name, list(kinds), entries.key_span(name))
            continue
        text = inner.bilingual()
        if (text.zh, text.en) in taken:
            message = (f"“{text.zh}”已是另一项的名称", f"another fact is called `{text.en}` already")
            inner.complaints.add("duplicate_name", *message, inner.span)
        taken.add((text.zh, text.en))
        found[f"{front}{name}"] = (text.zh, text.en)
        _values(inner, kinds[name], f"{front}{name}=", found)
        item = kinds[name].item
        if item is not None:
            _named(inner.inner("each"), dict(item.fields), f"{front}{name}[].", found)
        inner.done()


def _values(entries: Entries, kind: Kind, front: str, found: dict[str, tuple[str, str]]) -> None:
    values = entries.inner("values")
    for name in values.names():
        text = values.text(name)
        zh, slash, en = text.partition(" / ")
        if name not in kind.values:
            values.wrong_word(name, kind.values, values.key_span(name))
        elif not slash or not zh.strip() or not en.strip():
            message = (f"`{name}` 的名称应写成“中文 / English”", f"the label of `{name}` must read `中文 / English`")
            values.complaints.add("wrong_shape", *message, values.key_span(name))
        found[f"{front}{name}"] = (zh.strip(), en.strip())
