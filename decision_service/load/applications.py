"""Applications to send, made from the rule files: right ones, ones beside each boundary, and ones filled in badly."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import orjson

from decision_service.demo.cases import registers_fail
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.testing.edges import seeker_of
from decision_service.testing.ground import Application, Ground

Sort = Literal["valid", "near", "defective"]
"""valid: as a worked case of the rule file or a shared case. near: on one side of a boundary of the policy, as close as
values go. defective: its form has a defect, and so must be sent back for correction."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application that may be sent. `facts` by register are what it was made with: what registers must hold of its
    people for it to be what `about` says; None where that is whatever they hold."""

    policy: Policy
    sort: Sort
    form: Mapping[str, object] = field(repr=False)
    facts: Mapping[str, object] | None = field(repr=False)
    about: str = ""


def from_rules(policy: Policy, catalogue: Catalogue, day: date) -> Iterator[Candidate]:
    """The worked cases of a version with their forms free of defects, both sides of each of its boundaries, and the
    first worked case with a defect in its form. Only those of that day: on another one
    they would be other applications."""
    ground = Ground(policy, catalogue)
    bases = [one for one in ground.bases if one.as_of == day]
    for one in bases:
        yield Candidate(policy, "valid", one.form, one.facts, one.about)
    for boundary in seeker_of(ground).edges.found:
        for one in (boundary.outside, boundary.inside):
            if one.as_of == day:
                yield Candidate(policy, "near", one.form, one.facts, str(boundary))
    for one in bases[:1]:
        yield from _defective(ground, one)


def _defective(ground: Ground, base: Application) -> Iterator[Candidate]:
    """The application with a defect in its form: an unknown field, an object where a value belongs, one left out."""
    ways = [(f"{name}: {{}}", {**base.form, name: {}}) for name in base.form]
    ways += [(f"{left}: -", {name: base.form[name] for name in base.form if name != left}) for left in base.form]
    ways.append(("no_such_field", {**base.form, "no_such_field": "x"}))
    for about, form in ways:
        spoilt = replace(base, form=form)
        if ground.reading(spoilt).defects:
            yield Candidate(ground.policy, "defective", form, base.facts, about)


def from_cases(folder: Path, policies: Mapping[str, Policy]) -> Iterator[Candidate]:
    """The shared cases of a folder whose people the registers' own data hold: the first of each person. Later cases of
    the same person vary the answers of registers, which a load run does not do."""
    seen: set[object] = set()
    for path in sorted(folder.glob("*.json")):
        for case in orjson.loads(path.read_bytes()):
            person = case["form"].get("id_no")
            if person in seen or registers_fail(case["facts"]) or case["matter"] not in policies:
                continue
            seen.add(person)
            yield Candidate(policies[case["matter"]], "valid", case["form"], None, str(case["id"]))


def renamed(one: Candidate, names: Mapping[str, str]) -> Candidate:
    """The application with identifiers replaced wherever they stand, also within longer ones."""
    facts = one.facts
    return replace(
        one,
        form={key: _put(value, names) for key, value in one.form.items()},
        facts=None if facts is None else {key: _put(value, names) for key, value in facts.items()},
    )


def _put(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, list):
        return [_put(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _put(one, names) for key, one in value.items()}
    return copy.copy(value)
