"""Whole copies of the rules: whole whoever else makes one, and there for whoever is at work on one."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.workbench.copies import MOST, kept_copy


def test_two_who_want_the_same_copy_at_once_both_have_it_whole(tmp_path: Path) -> None:
    both = threading.Barrier(2)

    def fill(making: Path) -> None:
        (making / "a").write_text("1")
        both.wait(60)
        (making / "b").write_text("2")

    target = tmp_path / "copies" / "x"
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(kept_copy, target, fill) for _ in range(2)]
        assert [one.result() for one in made] == [target, target]
    assert sorted(one.name for one in target.iterdir()) == ["a", "b"]
    assert list(target.parent.iterdir()) == [target]


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fill(making: Path) -> None:
        (making / "a").write_text("1")
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        kept_copy(tmp_path / "x", fill)
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_use_outlives_what_is_not(tmp_path: Path) -> None:
    def fill(making: Path) -> None:
        (making / "a").write_text("1")

    names = [f"{number:03}" for number in range(MOST + 5)]
    for hours, name in enumerate(names):
        used = kept_copy(tmp_path / "used", fill)
        for one in tmp_path.iterdir():  # an hour passes
            at = one.stat().st_mtime - 3600
            os.utime(one, (at, at))
        assert (kept_copy(tmp_path / name, fill) / "a").is_file(), hours
        assert (used / "a").is_file()
    assert {one.name for one in tmp_path.iterdir()} == {"used", *names[-MOST + 1 :]}
