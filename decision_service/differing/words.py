"""What things are called, for people."""

from collections.abc import Mapping

from decision_service.differing.changes import Weight, What
from decision_service.differing.report import Effect, Kind, Region
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual

EFFECTS: Mapping[Effect, Bilingual] = {
    "gains": Bilingual("得到批准，或批准更多", "an approval is gained, or more is approved"),
    "loses": Bilingual("失去批准，或批准更少", "an approval is lost, or less is approved"),
    "moves": Bilingual("结果改变", "another outcome"),
    "stays": Bilingual("结果不变", "the same outcome"),
}
KINDS: Mapping[Kind, Bilingual] = {
    "outcome": Bilingual("结果", "outcome"),
    "reasons": Bilingual("理由", "reasons"),
    "values": Bilingual("给出的值、说明或义务", "values, notes or obligations"),
    "advice": Bilingual("另行告知的内容", "what is told besides"),
}
WHAT: Mapping[What, Bilingual] = {
    "added": Bilingual("新增", "added"),
    "removed": Bilingual("删去", "removed"),
    "changed": Bilingual("改动", "changed"),
    "renamed": Bilingual("改名", "renamed"),
}
WEIGHTS: Mapping[Weight, Bilingual] = {
    "meaning": Bilingual("含义不同", "says something else"),
    "rewritten": Bilingual("换了写法，含义相同", "written otherwise, says the same"),
    "wording": Bilingual("只改了文字", "wording only"),
    "process": Bilingual("不属于决定", "no part of the decision"),
}
EXACT = Bilingual("恰好是这些申请", "exactly these applications")
WITHIN = Bilingual("都在以下范围之内（范围内也有不变的）", "all lie within this (where some do not change)")
UNREACHED = Bilingual(
    "只在有登记库没有可用的答复时（没有答复、出错、过期或者查无记录）",
    "only where a register gives no answer that can be used (none, a faulty or stale one, or no record)",
)
NOBODY = Bilingual("没有更简短的说法，见例子", "there is no shorter description; see the example")


def both(text: Bilingual) -> str:
    """Chinese, then English, on one line."""
    return text.zh if text.zh == text.en else f"{text.zh} · {text.en}"


def outcome(one: Outcome, catalogue: Catalogue) -> str:
    """An outcome by its code and its names."""
    return f"{one.value} {both(catalogue.outcomes[one])}"


def change_of(region: Region, catalogue: Catalogue) -> str:
    """From which outcome to which; where that stays, what it is and what changes."""
    old, new = region.outcomes[0]
    if old is not new:
        return f"{outcome(old, catalogue)} → {outcome(new, catalogue)}"
    stay = "、".join(one.value for one, _ in region.outcomes)
    return f"{both(KINDS[region.kind])}  ({stay})"
