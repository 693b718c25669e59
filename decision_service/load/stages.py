"""The stages of a load run: how much comes of what, which register fails meanwhile, and which lines must be met."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, cast

from decision_service.policy.parts import Bilingual
from decision_service.policy.shape import Policy

Traffic = Literal["mix", "duplicates", "bad"]
"""mix: each application once, few of them broken. duplicates: each one many times with its key. bad: mostly broken."""

Fault = Literal["", "down", "slow"]

CREDIT = "credit"

BROKEN_SHARE: Mapping[Traffic, float] = {"mix": 0.02, "duplicates": 0.0, "bad": 0.8}
"""Which share of the requests is none that could be decided on."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `times` the base rate come altogether, and of `matter`, where one is named, `matter_times` its share
    of that. `register` is `fault` for as long as it lasts. `seconds` None: as long as the run says.

    The lines: `goodput` is the least share of right decisions without an officer, among those that the rules decide so
    while every register answers as the stage has it; `shed` the greatest share that may be turned away as too much.
    """

    name: str
    title: Bilingual
    times: float = 1.0
    seconds: float | None = None
    matter: str = ""
    matter_times: float = 1.0
    traffic: Traffic = "mix"
    fault: Fault = ""
    register: str = ""
    goodput: float = 0.75
    shed: float = 0.0

    def rates(self, base: float, weights: Mapping[str, int]) -> dict[str, float]:
        """Applications a second of each matter: by weight."""
        whole = sum(weights.values())
        found = {matter: base * self.times * weight / whole for matter, weight in weights.items()}
        if self.matter in found:
            found[self.matter] *= self.matter_times
        return found


class StagesError(ValueError):
    """Stages that can't be played; says which word of the file or option is wrong, and what there is."""


_WORDS: Mapping[str, tuple[str, str]] = {
    "steady": ("平稳", "steady"),
    "peak": ("早高峰四倍", "morning peak, 4 times"),
    "spike": ("发放日一个事项二十倍", "benefit day, one matter 20 times"),
    "down": ("一个数据源中断", "one register down"),
    "slow": ("一个数据源变慢", "one register slow"),
    "credit": ("信用中心中断", "credit centre down"),
    "duplicates": ("重复提交", "duplicate storm"),
    "bad": ("错误输入", "bad-input storm"),
}


def built_in(policies: Sequence[Policy]) -> tuple[Stage, ...]:
    """The eight stages. The matter of the benefit day is the heaviest one; the register that fails is the one that most
    applications may need, save those that every matter asks: so it is seen that the others are not touched."""
    busiest = max(policies, key=lambda one: (one.weight, one.matter)).matter
    register = _register(policies)
    changes: Mapping[str, dict[str, object]] = {
        "steady": {},
        "peak": {"times": 4.0},
        "spike": {"matter": busiest, "matter_times": 20.0, "shed": 0.1, "goodput": 0.6},
        "down": {"fault": "down", "register": register},
        "slow": {"fault": "slow", "register": register},
        "credit": {"fault": "down", "register": CREDIT},
        "duplicates": {"traffic": "duplicates"},
        "bad": {"traffic": "bad"},
    }
    return tuple(
        replace(Stage(name, Bilingual(*_WORDS[name])), **changes[name])  # type: ignore[arg-type]  # names of its fields
        for name in _WORDS
    )


def _register(policies: Sequence[Policy]) -> str:
    """The register that the greatest weight of matters lists, of those that not all of them list, else of all."""
    shares: dict[str, int] = {}
    everywhere = set.intersection(*(set(one.asks) for one in policies))
    for policy in policies:
        for name, ask in policy.asks.items():
            if name != CREDIT and not ask.register.allocator:
                shares[name] = shares.get(name, 0) + policy.weight
    some = {name: share for name, share in shares.items() if name not in everywhere} or shares
    return max(some, key=lambda name: (some[name], name)) if some else ""


def chosen(names: str, known: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages of a comma-separated list, all of them for the empty one. Raises StagesError."""
    if not names.strip():
        return tuple(known)
    by_name = {one.name: one for one in known}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in by_name:
            raise StagesError(f"no stage {name}; these are: {', '.join(by_name)}")
    return tuple(by_name[name] for name in wanted)


def read_stages(path: Path, policies: Sequence[Policy]) -> tuple[Stage, ...]:
    """The stages of a TOML file, `[[stage]]` each, with the words of Stage; one that has the name of a built-in stage
    begins as that. Raises StagesError, OSError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StagesError(f"{path.name}: {error}") from None
    listed = raw.get("stage")
    if not isinstance(listed, list) or not listed or raw.keys() != {"stage"}:
        raise StagesError(f"{path.name}: a list of [[stage]] is expected, and nothing else")
    known = {one.name: one for one in built_in(policies)}
    found = tuple(_stage(f"{path.name}: stage {at + 1}", one, known, policies) for at, one in enumerate(listed))
    if len({one.name for one in found}) < len(found):
        raise StagesError(f"{path.name}: two stages have the same name")
    return found


_KINDS = {"name": str, "matter": str, "traffic": str, "fault": str, "register": str}


def _stage(place: str, raw: object, known: Mapping[str, Stage], policies: Sequence[Policy]) -> Stage:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str) or not raw["name"]:
        raise StagesError(f"{place}: `name` is missing")
    words = {one.name for one in fields(Stage)} - {"title"}
    given: dict[str, object] = {}
    for name, value in raw.items():
        if name not in words:
            raise StagesError(f"{place}: `{name}` is not known here; these are: {', '.join(sorted(words))}")
        wanted = _KINDS.get(name, float)
        number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if not (number if wanted is float else isinstance(value, str)):
            raise StagesError(f"{place}: `{name}` must be {'a number from 0 on' if wanted is float else 'text'}")
        given[name] = float(cast("float", value)) if wanted is float else value
    name = str(given["name"])
    stage = replace(known.get(name, Stage(name, Bilingual(name, name))), **given)  # type: ignore[arg-type]  # see above
    _check(place, stage, policies)
    return stage


def _check(place: str, stage: Stage, policies: Sequence[Policy]) -> None:
    registers = sorted({name for one in policies for name in one.asks})
    told: list[tuple[str, str, Sequence[str]]] = [
        ("matter", stage.matter, ["", *(one.matter for one in policies)]),
        ("traffic", stage.traffic, list(BROKEN_SHARE)),
        ("fault", stage.fault, ["", "down", "slow"]),
        ("register", stage.register, registers if stage.fault else [""]),
    ]
    for name, value, those in told:
        if value not in those:
            raise StagesError(f"{place}: `{name}` must be one of {', '.join(one or '(empty)' for one in those)}")
    if stage.seconds == 0 or not stage.times or stage.goodput > 1 or stage.shed > 1:
        raise StagesError(f"{place}: `seconds` and `times` must be over 0, `goodput` and `shed` shares from 0 to 1")
