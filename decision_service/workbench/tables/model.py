"""A table out as a DMN model and back, in a process beside the pages: what `miaopi table` writes and takes over."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from decision_service.editing.linting import written
from decision_service.policy.parts import Bilingual
from decision_service.source import PolicyProblems, Source
from decision_service.tabular.entry import TableEntry
from decision_service.tabular.trouble import TroubleError
from decision_service.workbench.tables.carried import MOST_TOLD, Brought, NotCarriedError, Sent, brought, troubled
from decision_service.workbench.tables.sheet import read_sheet
from decision_service.workbench.tables.understanding import Asked, Known, catalogue_of, known_table


def modelled(asked: Asked) -> Sent:
    """The model of a table, as `miaopi table export` writes it. Raises NotCarriedError."""
    from decision_service.tabular.dmnwriting import unsaid, write_model

    found = _known(asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dmn"
        try:
            write_model(path, found.entry, found.table, found.policy)
        except TroubleError as error:
            raise troubled(error) from None
        return Sent(path.read_bytes(), tuple(unsaid(found.entry, found.table)))


def remodelled(content: bytes, asked: Asked) -> Brought:
    """The table of a model, as `miaopi table import` takes it over. Raises NotCarriedError where it holds none, another
    one, or what the file can't say."""
    from decision_service.tabular.dmnreading import LEFT
    from decision_service.tabular.modeltaking import take_model

    known = _known(asked)
    before = written(Source(asked.file, asked.text), catalogue_of(asked.folder))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dmn"
        path.write_bytes(content)
        try:
            _, model = take_model(path, before, asked.table)
        except TroubleError as error:
            raise troubled(error) from None
        except PolicyProblems as found:
            raise _at_odds(found) from None
    others = list(_otherwise(known.entry, model.entry))
    if others:
        zh, en = "；".join(one.zh for one in others), "; ".join(one.en for one in others)
        raise NotCarriedError(
            Bilingual(
                f"{zh}。先在规则文件里改成一样，再导入", f"{en}. Make the rule file say the same first, then import it"
            )
        )
    left = tuple(LEFT[name] for name in model.left)
    return brought(read_sheet(asked.text, asked.table).cells, model.entry.cells, left)


def _known(asked: Asked) -> Known:
    found = known_table(asked)
    if found is None:
        raise NotCarriedError(
            Bilingual(
                "文件有问题，先改正，再导出或导入",
                "the file has problems; mend them before a table goes out or comes in",
            )
        )
    return found


def _at_odds(found: PolicyProblems) -> NotCarriedError:
    """The table is right in itself, and the rest of the file is not with it."""
    shown = found.problems[:MOST_TOLD]
    return NotCarriedError(
        Bilingual(
            "这张表读入后，文件别处就错了：" + "；".join(one.zh for one in shown),
            "with this table the rest of the file is wrong: " + "; ".join(one.en for one in shown),
        )
    )


def _otherwise(ours: TableEntry, its: TableEntry) -> Iterator[Bilingual]:
    """What of the entry, beyond its cells, the model says otherwise; the page holds nothing but cells."""
    if ours.cross != its.cross:
        zh, en = ("交叉表", "a cross table"), ("逐行的表", "a table with a row for each case")
        (its_zh, its_en), (our_zh, our_en) = (zh, en) if its.cross else (en, zh)
        yield Bilingual(f"模型是{its_zh}，文件是{our_zh}", f"the model is {its_en}, the file has {our_en}")
        return
    said = (("hit", ours.hit, its.hit), ("gives", ours.gives, its.gives),
            ("order", ", ".join(ours.order), ", ".join(its.order)))  # fmt: skip
    for key, our, its_own in said:
        if our != its_own:
            yield Bilingual(
                f"模型的 `{key}` 是 {its_own or '∅'}，文件是 {our or '∅'}",
                f"`{key}` is {its_own or '∅'} in the model, {our or '∅'} in the file",
            )
