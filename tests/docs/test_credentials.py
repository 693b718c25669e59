"""docs/credentials.md: its words of refusal, formats and bounds are those of the source."""

import re
from pathlib import Path
from typing import get_args

from verifiers.credentials.disclosures import MOST_DISCLOSURES, NEVER_HIDDEN
from verifiers.credentials.jws import LARGEST_CREDENTIAL
from verifiers.credentials.key_binding import LONGEST_SECONDS
from verifiers.credentials.refusal import RefusalWord
from verifiers.credentials.verified import CredentialFormat, Holder
from verifiers.credentials.wire import MOST_DEPTH

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "credentials.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    part = TEXT[TEXT.index(f"## {heading}") :].removeprefix("## ").split("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", part, re.MULTILINE)


def test_every_word_of_refusal_is_explained_once() -> None:
    assert sorted(rows("Words of refusal")) == sorted(get_args(RefusalWord))


def test_every_format_and_holder_class_is_told() -> None:
    assert rows("Formats") == list(get_args(CredentialFormat))
    assert set(re.findall(r"\*(bound|matched|bearer)\*:", TEXT)) == set(get_args(Holder))


def test_bounds_are_those_of_the_source() -> None:
    bounds = f"{LARGEST_CREDENTIAL // 1024} KiB with all that is sent along, {MOST_DISCLOSURES} disclosures, "
    assert bounds + f"{MOST_DEPTH} levels" in TEXT
    assert LONGEST_SECONDS == 5 * 60
    assert "last five minutes" in TEXT


def test_names_that_may_not_be_hidden_are_told() -> None:
    found = re.search(r"a hidden (.*?), since", TEXT, re.DOTALL)
    assert found
    assert set(re.findall(r"`(\w+)`", found[1])) == NEVER_HIDDEN
