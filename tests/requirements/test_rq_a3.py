"""RQ-A3: no catch-all wording in conditions, papers, help or obligations."""

from pathlib import Path

import pytest

from tests.requirements.deciding import policies, problem_codes, shelf, spoilt

LISTED = ["其他材料", "其它", "有关材料", "等材料", "必要时", "视情况", "相关证明", "as required", "other documents"]
PLACES = [
    ("en: No record of death", "zh: 没有死亡登记"),
    ("en: proof of life,", "zh: 生存证明,"),
    ("help_en: the city where the household register is", "help_zh: 选择户口所在的市"),
]


@pytest.mark.parametrize("word", LISTED)
@pytest.mark.parametrize("place", PLACES, ids=["rule", "material", "help"])
def test_each_listed_word_stops_a_file(tmp_path: Path, word: str, place: tuple[str, str]) -> None:
    text = place[0 if word.isascii() else 1]
    spoiled = f"{text[:-1]} {word}," if text.endswith(",") else f"{text} {word}"
    assert problem_codes(spoilt(tmp_path, "elderly_allowance", text, spoiled)) == {"catch_all"}


def test_no_shipped_text_has_one() -> None:
    texts = [text.zh + text.en.lower() for text in shelf().catalogue.reasons.values()]
    for policy in policies():
        texts += [rule.label.zh + rule.label.en.lower() for rule in policy.rules]
        texts += [one.label.zh + one.label.en.lower() for one in policy.materials]
    assert texts
    assert [(word, text) for text in texts for word in LISTED if word in text] == []
