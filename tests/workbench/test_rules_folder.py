"""The rules folder is as it was, to the letter, whatever stops a proposal and wherever it does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.control.candidate import content_of
from decision_service.policy.parts import Bilingual
from decision_service.workbench.changing import releasing
from decision_service.workbench.changing.checks import candidate
from decision_service.workbench.changing.folder import Change, FolderMovedError, put_in, take_out
from decision_service.workbench.changing.impact import brought_of, population_of
from decision_service.workbench.changing.populations import MOST_BYTES
from decision_service.workbench.changing.releasing import Chosen, propose, send_back, settle
from decision_service.workbench.changing.returning import back_to
from decision_service.workbench.drafts import SCHEMA, Drafts
from decision_service.workbench.elsewhere import Elsewhere
from decision_service.workbench.jobs import Jobs
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.rooms import SCHEMAS
from decision_service.workbench.service import ServiceError
from decision_service.workbench.store import Store
from decision_service.workbench.visit import Bench
from tests.workbench.desks import in_a_loop

NAMES = ("allowance/2026-01-01.yaml", "allowance/2027-01-01.yaml", "card/2026-01-01.yaml", "new/2027-01-01.yaml")
FOLDERS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from((b"a: 1\n", b"a: 2\r\n", b"\xff")), max_size=4)


class CutError(Exception):
    """The power goes."""


def laid(folder: Path, texts: dict[str, bytes]) -> None:
    for name, content in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def found(folder: Path) -> dict[str, bytes]:
    """Every file of it, those with other names too."""
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@contextmanager
def failing(at: int, error: Exception, *, for_good: bool) -> Iterator[None]:
    """The step of that number fails: files written through, moved, or taken away; and every later one, `for_good`."""
    count = 0

    def step(real: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == at or (for_good and count > at):
                raise error
            return real(*given, **named)

        return stepped

    with (
        patch("os.fsync", step(lambda _: None)),
        patch.object(Path, "replace", step(Path.replace)),
        patch.object(Path, "unlink", step(Path.unlink)),
    ):
        yield


@settings(max_examples=15, deadline=None)
@given(FOLDERS, FOLDERS)
def test_whatever_fails_the_folder_is_as_it_was(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    changes = [Change(name, before.get(name), after.get(name)) for name in NAMES if before.get(name) != after.get(name)]
    for at in range(1, 3 * len(changes) + 1):
        for cut in (False, True):
            _stopped(before, after, changes, at, cut=cut)


def _stopped(before: dict[str, bytes], after: dict[str, bytes], changes: list[Change], at: int, *, cut: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        laid(folder, before)
        error = CutError() if cut else OSError(28, "no space")
        was_put_in = False
        with failing(at, error, for_good=cut), suppress(CutError, OSError):
            put_in(folder, changes)
            was_put_in = True
        if was_put_in:
            assert found(folder) == after
        elif not cut:
            assert found(folder) == before
        # What was begun when the power went is taken out when the workbench starts again, and can be once more.
        for _ in range(2):
            assert take_out(folder, changes) == ()
            assert found(folder) == before


def test_what_others_have_changed_is_left_alone(tmp_path: Path) -> None:
    laid(tmp_path, {NAMES[0]: b"a: 1\n"})
    changes = [Change(NAMES[0], b"a: 1\n", b"a: 2\n"), Change(NAMES[1], None, b"b: 1\n")]
    put_in(tmp_path, changes)
    laid(tmp_path, {NAMES[0]: b"theirs\n"})
    assert take_out(tmp_path, changes) == (NAMES[0],)
    assert found(tmp_path) == {NAMES[0]: b"theirs\n"}
    with pytest.raises(FolderMovedError):
        put_in(tmp_path, changes)
    assert found(tmp_path) == {NAMES[0]: b"theirs\n"}


def bench_of(folder: Path) -> Bench:
    def now() -> datetime:
        return datetime(2026, 3, 16, 9, tzinfo=ZoneInfo("Asia/Shanghai"))

    store = Store(folder / "store.sqlite3", (*SCHEMA, *SCHEMAS))
    (folder / "rules").mkdir()
    laid(folder / "rules", {NAMES[0]: b"illustrative: yes\na: 1\n", "catalogue/x.yaml": b"c: 1\n"})
    drafts = Drafts(store, folder / "rules", folder / "whole", now)
    return Bench(folder / "rules", folder, store, drafts, Jobs(1), Elsewhere(), None, now)


class Fake:
    """A service of these tests, which records what stands in the folder, or fails as it is told."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.on_record: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.is_silent = False

    async def get(self, *_: object) -> Any:
        return {"releases": self.on_record}

    async def post(self, *_: object) -> Any:
        if self.error is not None and not self.is_silent:
            raise self.error
        content = content_of(self.bench.rules)
        number = f"REL-{len(self.on_record)}"
        self.on_record.insert(0, {"release": number, "content": content, "state": "proposed", "approved_by": None})
        if self.error is not None:
            raise self.error
        return self.on_record[0]


REFUSED = ServiceError(409, "rules_refused", Bilingual("有错", "wrong"), {})
SILENT = ServiceError(0, "silent", Bilingual("没有答复", "silent"), {})
CHOSEN = Chosen({NAMES[1]: 1}, [], "because", {})


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    bench = bench_of(tmp_path)
    bench.drafts.save(NAMES[1], "b: 1\n", "author", 0)
    yield Fake(bench)
    bench.store.close()


@pytest.mark.parametrize("error", [REFUSED, SILENT, asyncio.CancelledError()])
def test_a_refused_proposal_leaves_folder_and_drafts(fake: Fake, error: Exception) -> None:
    before = found(fake.bench.rules)
    fake.error = error
    with pytest.raises(type(error)):
        in_a_loop(propose(fake, CHOSEN, "author"))
    assert found(fake.bench.rules) == before
    assert list(fake.bench.drafts.standing()) == [NAMES[1]]
    assert [one.state for one in releasing.proposals_of(fake.bench).all()] == ["refused"]
    fake.error = None
    assert in_a_loop(propose(fake, CHOSEN, "author")) == "REL-0"


def test_a_service_that_falls_silent_after_it_recorded_is_believed(fake: Fake) -> None:
    fake.error, fake.is_silent = SILENT, True
    assert in_a_loop(propose(fake, CHOSEN, "author")) == "REL-0"
    assert found(fake.bench.rules)[NAMES[1]] == b"b: 1\n"
    assert not fake.bench.drafts.standing()


@pytest.mark.parametrize("was_recorded", [False, True])
def test_what_a_crash_left_half_way_is_mended(fake: Fake, was_recorded: bool) -> None:
    before = found(fake.bench.rules)
    parts = releasing.parts_of(fake.bench, [NAMES[1]], [])
    releasing.proposals_of(fake.bench).begin("author", "", parts, {})
    put_in(fake.bench.rules, [one.change for one in parts])
    if was_recorded:
        in_a_loop(fake.post("staff", ""))
    in_a_loop(settle(fake))
    (left,) = releasing.proposals_of(fake.bench).all()
    assert left.state == ("proposed" if was_recorded else "refused")
    assert (found(fake.bench.rules) == before) is not was_recorded
    assert (NAMES[1] in fake.bench.drafts.standing()) is not was_recorded


def test_sent_back_the_drafts_stand_again_and_a_second_proposal_waits(fake: Fake) -> None:
    before = found(fake.bench.rules)
    in_a_loop(propose(fake, CHOSEN, "author"))
    other = fake.bench.drafts.save("card/2027-01-01.yaml", "c: 1\n", "author", 0)
    with pytest.raises(RefusedError, match="another proposal"):
        in_a_loop(propose(fake, Chosen({other.name: other.number}, [], "", {}), "author"))
    (proposal,) = releasing.proposals_of(fake.bench).in_state("proposed")
    assert in_a_loop(send_back(fake, proposal.number, "why?", "chief")) == []
    assert found(fake.bench.rules) == before
    assert fake.bench.drafts.read(NAMES[1])[0] == "b: 1\n"
    with pytest.raises(RefusedError):
        in_a_loop(send_back(fake, proposal.number, "why?", "chief"))


@pytest.mark.parametrize("text", ["b: 2\n", None])
def test_nobody_proposes_what_he_has_not_seen(fake: Fake, text: str | None) -> None:
    """Somebody else saves the draft, or puts it away, while the page is open."""
    before = found(fake.bench.rules)
    fake.bench.drafts.save(NAMES[1], text, "another", 1)
    with pytest.raises(RefusedError, match="changed since"):
        in_a_loop(propose(fake, CHOSEN, "author"))
    assert found(fake.bench.rules) == before
    assert fake.on_record == []


@pytest.mark.parametrize(("text", "is_sure", "goes"), [("illustrative: yes\na: 2\n", True, True),
                                                       ("illustrative: yes\na: 2\n", False, False),
                                                       ("a: 2\n", True, False)])  # fmt: skip
def test_what_has_begun_is_changed_no_more(fake: Fake, text: str, is_sure: bool, goes: bool) -> None:
    save = fake.bench.drafts.save(NAMES[0], text, "author", 0)
    chosen = Chosen({NAMES[0]: save.number}, [], "", {}, is_sure)
    if goes:
        assert in_a_loop(propose(fake, chosen, "author")) == "REL-0"
    else:
        with pytest.raises(RefusedError):
            in_a_loop(propose(fake, chosen, "author"))
        assert fake.on_record == []


def test_what_is_checked_is_the_folder_as_it_would_be(fake: Fake) -> None:
    """Also where others have changed cases that are no part of it: what was found of the old ones is not of these."""
    rules, parts = fake.bench.rules, releasing.parts_of(fake.bench, [NAMES[1]], [])
    first = candidate(fake.bench, parts)
    assert found(first.whole) == found(rules) | {NAMES[1]: b"b: 1\n"}
    assert candidate(fake.bench, parts) == first
    laid(rules, {"allowance/2026-01-01.cases.yaml": b"c: 1\n"})
    second = candidate(fake.bench, parts)
    assert found(second.whole) == found(rules) | {NAMES[1]: b"b: 1\n"}
    assert second.key != first.key


def test_the_way_back_is_a_new_version_or_the_letter() -> None:
    then = {"m/2026-01-01.yaml": "in_force: 2026-01-01\na: 1\n", "m/2027-01-01.yaml": "in_force: 2027-01-01\n"}
    now = {"m/2026-01-01.yaml": then["m/2026-01-01.yaml"], "m/2026-03-01.yaml": "in_force: 2026-03-01\na: 2\n",
           "m/2028-01-01.yaml": "in_force: 2028-01-01\n"}  # fmt: skip
    back = back_to(now, then, "2026-04-01", "2026-03-16")
    assert back.drafts == {
        "m/2026-04-01.yaml": "in_force: 2026-04-01\na: 1\n", "m/2027-01-01.yaml": then["m/2027-01-01.yaml"],
    }  # fmt: skip
    assert back.away == ("m/2028-01-01.yaml",)
    letter = back_to(now, then, "", "2026-03-16")
    assert letter.drafts == {"m/2027-01-01.yaml": then["m/2027-01-01.yaml"]}
    assert letter.away == ("m/2026-03-01.yaml", "m/2028-01-01.yaml")
    with pytest.raises(RefusedError):
        back_to(now, then, "2026-03-16", "2026-03-16")


def test_a_file_that_is_brought_is_bounded_and_can_be_taken_away(tmp_path: Path) -> None:
    bench = bench_of(tmp_path)
    brought = brought_of(bench)
    for name, content in (("people.exe", b""), ("people.csv", bytes(MOST_BYTES + 1))):
        with pytest.raises(RefusedError):
            brought.bring(name, content, "author")
    with patch("decision_service.workbench.changing.populations.MOST_TOGETHER", 9), pytest.raises(RefusedError):
        brought.bring("people.csv", b"form.city\n", "author")
    one = brought.bring("../people <b>.csv", b"form.city\n", "author")
    assert one.name == "people _b_.csv"
    assert brought.path(one).parent == tmp_path / "populations"
    named = population_of(bench, f"file:{one.digest}")
    assert named is not None
    brought.drop(one.digest)
    assert population_of(bench, named.word) is None
    assert not brought.path(one).exists()
    bench.store.close()
