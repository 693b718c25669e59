"""Values as a notice prints them: in words of both languages, with nothing in them that could deceive the eye."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from decision_service.notice.words import LONG_TERM, NOT_GIVEN
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy

MOST: Final = 200
"""Characters of one value: a form may hold anything."""

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH: Final = re.compile(r"\d{4}-\d{2}", re.ASCII)
_CITY: Final = re.compile(r"\d{6}", re.ASCII)


def plain(value: object) -> str:
    """What the applicant wrote, shortened, with a mark for each character that can't be seen or turns the line."""
    text = "".join(one if one.isprintable() else "�" for one in str(value)[: MOST + 1])
    return text if len(text) <= MOST else f"{text[:MOST]}…"


def given(value: object) -> Bilingual:
    """A text of the form; whatever is no text was not given."""
    if not isinstance(value, str) or not value.strip():
        return NOT_GIVEN
    return Bilingual(plain(value), plain(value))


def masked(value: object) -> Bilingual:
    """A number of which the beginning and the end are shown: who it is for knows it, who finds the paper does not."""
    if not isinstance(value, str) or not value.strip():
        return NOT_GIVEN
    text = plain(value)
    shown = 4 if len(text) >= 15 else 1
    told = text[:shown] + "*" * max(4, len(text) - 2 * shown) + text[-shown:]
    return Bilingual(told, told)


def day(text: str) -> Bilingual:
    """A day in words, from the beginning of an instant or day of ISO 8601."""
    found = date.fromisoformat(text[:10])
    return Bilingual(f"{found.year}年{found.month}月{found.day}日", found.isoformat())


def printed(name: str, value: object, policy: Policy, catalogue: Catalogue) -> Bilingual:
    """A value of `result`."""
    if isinstance(value, list):
        parts = [printed(name, one, policy, catalogue) for one in value]
        return Bilingual("、".join(one.zh for one in parts), ", ".join(one.en for one in parts))
    if isinstance(value, Mapping):
        pairs = [(_named(key, policy), printed(key, one, policy, catalogue)) for key, one in value.items()]
        zh, en = (
            "；".join(f"{key.zh} {one.zh}" for key, one in pairs),
            "; ".join(f"{key.en} {one.en}" for key, one in pairs),
        )
        return Bilingual(zh, en)
    text = plain(value)
    if _DAY.fullmatch(text):
        return day(text)
    if _MONTH.fullmatch(text):
        return Bilingual(f"{text[:4]}年{int(text[5:])}月", text)
    if _CITY.fullmatch(text) and text in catalogue.prefectures:
        return catalogue.prefectures[text]
    return LONG_TERM if text == LONG_TERM.zh else _named(text, policy)


def _named(text: str, policy: Policy) -> Bilingual:
    """The label of an item or a form field of that name, else the text itself."""
    labels = {one.name: one.label for one in policy.fields} | {one.name: one.label for one in policy.items}
    return labels.get(text, Bilingual(text, text))
