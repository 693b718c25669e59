"""The cases that the demonstration submits. What is expected stays here: neither registers nor service see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class DemoCase:
    """One case: the form to submit, what must come out, and whether the registers' own people don't answer it as it
    stands, so that a scenario must play `facts` (a second case of the same person, or a register that fails)."""

    id: str
    matter: str
    form: Mapping[str, object]
    facts: Mapping[str, Mapping[str, object]]
    expect: Mapping[str, object]
    needs_scenario: bool


def read_demo_cases(folder: Path) -> tuple[DemoCase, ...]:
    """Every case of every file of a folder."""
    found: list[DemoCase] = []
    seen: set[object] = set()
    for path in sorted(folder.glob("*.json")):
        for one in orjson.loads(path.read_bytes()):
            person = one["form"].get("id_no")
            needed = person in seen or registers_fail(one["facts"])
            seen.add(person)
            found.append(DemoCase(one["id"], one["matter"], one["form"], one["facts"], one["expect"], needed))
    return tuple(found)


def registers_fail(facts: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether a register is late or faulty in the case, which is nobody's data."""
    return any(one.get("status") in ("timeout", "error") for one in facts.values())


def difference(expect: Mapping[str, object], answer: Mapping[str, object], *, results: bool) -> str:
    """Where an answer is not what is expected: outcome and reasons exactly, notes, advice and `results` at least."""
    if answer.get("outcome") != expect["outcome"]:
        return f"expected {expect['outcome']}"
    for name, exact in (("reasons", True), ("notes", False), ("advice", False)):
        wanted = expect.get(name)
        if not isinstance(wanted, list):
            continue
        told = answer[name]
        got = sorted(one["code"] for one in told) if isinstance(told, list) else []
        if (got != sorted(wanted)) if exact else not set(wanted) <= set(got):
            return f"{name}: expected {', '.join(wanted) or 'none'}"
    wanted_result, result = expect.get("result", {}) if results else {}, answer["result"]
    if isinstance(wanted_result, dict) and isinstance(result, dict):
        for key, value in wanted_result.items():
            if result.get(key) != value:
                return f"{key}: expected {value}"
    return ""
