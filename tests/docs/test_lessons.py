"""The pages that analysts follow are followed: every file is written, every command run, every answer compared."""

from pathlib import Path

import pytest

from tests.docs.session import WrongPageError, fits, followed
from tests.docs.writers import lessons


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_the_page_can_be_followed(path: Path, tmp_path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert followed(page, tmp_path) == page


def test_a_page_whose_answer_is_another_is_seen(tmp_path: Path) -> None:
    page = "```console\n$ miaopi check rules/elderly_allowance\nnothing\n```\n"
    assert "1 rule file(s) checked" in followed(page, tmp_path)


def test_a_change_that_does_not_fit_is_seen(tmp_path: Path) -> None:
    page = '```diff title="rules/elderly_allowance/2026-01-01.yaml"\n-no such line\n+another\n```\n'
    with pytest.raises(WrongPageError, match="do not stand once"):
        followed(page, tmp_path)


@pytest.mark.parametrize(("expected", "told"), [("a\n[…]\nd", "a\nb\nc\nd"), ("[…]\nd", "d"), ("a\n[…]", "a\nb")])
def test_what_is_left_out_may_be_anything(expected: str, told: str) -> None:
    assert fits(expected, told)
    assert not fits(expected, told.replace("a", "x").replace("d", "x"))
