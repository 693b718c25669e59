"""A whole policy as prose: every part of it is there, and every number; facts go by the names that people use."""

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from decision_service.cli.app import build
from decision_service.guide.prose import policy_text
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.readings.prose import Lang
from decision_service.readings.samples import constants
from decision_service.source import PolicyProblems
from tests.shipped import shelf

RULES = Path(__file__).resolve().parents[2] / "rules"


@cache
def text_of(matter: str, lang: Lang) -> str:
    return policy_text(shelf().versions[matter][0], shelf().catalogue, lang)


LANGS: tuple[Lang, ...] = ("zh", "en")
EACH = pytest.mark.parametrize("policy", tuple(shelf().policies()), ids=lambda one: one.matter)


def parts(policy: Policy) -> Iterator[tuple[str, str]]:
    """What must be told, in Chinese and English."""
    labels = [policy.name, *(one.text for one in policy.basis), *(rule.label for rule in policy.rules)]
    labels += [one.label for one in (*policy.parameters, *policy.items, *policy.claims, *policy.materials)]
    labels += [one.label for one in policy.fields] + [one.text for one in policy.obligations]
    labels += [table.label for table in policy.tables.values() if table.label is not None]
    for rule in policy.rules:
        labels += [] if rule.refusal is None else [rule.refusal.no_discretion, rule.refusal.apply_again]
    labels += [] if policy.commitment is None else [policy.commitment.text, policy.commitment.consequences]
    yield from ((one.zh, one.en) for one in labels)
    names = [*(rule.id for rule in policy.rules), *(note.code for note in policy.notes)]
    names += [let.name for let in policy.lets] + [one.code for rule in policy.rules for one in rule.alternatives]
    yield from ((name, name) for name in names)
    known = shelf().catalogue.results
    for result in policy.results:
        label = known.get(result.name)
        yield (result.name, result.name) if label is None else (label.zh, label.en)
    for ask in policy.asks.values():
        yield ask.register.zh, ask.register.en


@EACH
@pytest.mark.parametrize("lang", LANGS)
def test_every_part_of_the_policy_is_told(policy: Policy, lang: Lang) -> None:
    text = text_of(policy.matter, lang)
    for both in parts(policy):
        assert both[LANGS.index(lang)] in text, both
    assert not re.search(r"\bNone\b|\{[a-z]\w*\}", text)


@EACH
@pytest.mark.parametrize("lang", LANGS)
def test_every_number_is_told_and_every_row_of_every_table(policy: Policy, lang: Lang) -> None:
    text = text_of(policy.matter, lang)
    numbers = {one for one in constants(policy) if isinstance(one, int | Decimal) and not isinstance(one, bool)}
    told = set(re.findall(r"[0-9]+(?:\.[0-9]+)?", text))
    assert {format(Decimal(one), "f") for one in numbers} - told == set()
    for table in policy.tables.values():
        columns = 2 if table.cross and len(table.inputs) == 2 else None
        lines = len({repr(row.tests[0]) for row in table.rows}) if columns else len(table.rows)
        label = table.name if table.label is None else (table.label.zh if lang == "zh" else table.label.en)
        after = text[text.index(f"**{label}**") :].split("\n\n")[1].splitlines()
        assert len(after) == lines + 2


@EACH
def test_each_language_is_whole_by_itself(policy: Policy) -> None:
    """The sentences of our own are in one language; what a file says may hold codes."""
    english = re.sub(r"“[^”]*”", "", text_of(policy.matter, "en"))
    assert not re.search(r"[\u4e00-\u9fff]", english)


@EACH
def test_no_fact_goes_by_a_bare_name_in_chinese(policy: Policy) -> None:
    """Facts of registers have Chinese names; of values, those that a register counts out."""
    text = text_of(policy.matter, "zh")
    for ask in policy.asks.values():
        for name, kind in ask.register.answers.items():
            assert name in ask.register.called
            assert f"{ask.register.zh}的 {name}" not in text
            assert len({ask.register.called[f"{name}={value}"] for value in kind.values if not value.isupper()}) == len(
                [value for value in kind.values if not value.isupper()]
            )


def test_the_command_gives_text_or_json() -> None:
    arguments = ["explain", "senior_card", "--text", "zh", "--rules", str(RULES)]
    done = CliRunner().invoke(build(), arguments)
    assert done.exit_code == 0
    assert done.stdout == text_of("senior_card", "zh")
    told = json.loads(CliRunner().invoke(build(), [*arguments, "--json"]).stdout)
    assert told == {"matter": "senior_card", "version": "2026-01-01", "language": "zh", "text": done.stdout}
    assert CliRunner().invoke(build(), [*arguments[:3], "fr", *arguments[4:]]).exit_code == 2


@pytest.mark.parametrize(
    ("text", "other", "code"),
    [
        ("number_pool:", "number_pools:", "unknown_word"),
        ("  hukou_code:", "  hukou:", "unknown_word"),
        ("cancelled: 已注销 / cancelled, moved", "canceled: 已注销 / cancelled, moved", "unknown_word"),
        ("moved: 已迁出 / moved away", "moved: 已迁出", "wrong_shape"),
        ("zh: 姓名与号码相符, en: name and number agree", "zh: 姓名与号码相符", "missing_key"),
        ("{zh: 核验通过, en: the check was passed}", "{zh: 核验级别, en: level of the check}", "duplicate_name"),
        ("      benefit: {zh: 补贴", "      benefits: {zh: 补贴", "unknown_word"),
    ],
)
def test_what_is_wrong_with_the_words_is_told_with_its_place(tmp_path: Path, text: str, other: str, code: str) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    path = rules / "catalogue" / "words.yaml"
    content = path.read_text(encoding="utf-8")
    assert text in content
    path.write_text(content.replace(text, other, 1), encoding="utf-8")
    with pytest.raises(PolicyProblems) as found:
        read_shelf(rules)
    (problem,) = found.value.problems
    assert problem.code == code
    assert problem.span is not None
    assert problem.span.line > 3


def test_without_the_words_facts_go_by_their_own_names(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / "senior_card", rules / "senior_card")
    (rules / "catalogue" / "words.yaml").unlink()
    bare = read_shelf(rules)
    policy = bare.versions["senior_card"][0]
    assert policy.digest == shelf().versions["senior_card"][0].digest, "they are no part of a version"
    assert "人口库的 match为是" in policy_text(policy, bare.catalogue, "zh")
