"""`miaopi diff` as a person calls it: two files or versions, exit codes, text, JSON, and a page that stands alone."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from decision_service.cli.app import build
from tests.cli.running import RULES, told_of
from tests.differing.changing import changed, text_of, written

ELDERLY = text_of("elderly_allowance")
AGE = (("    value: 80", "    value: 79"), ("age | [80..90)", "age | [79..90)"))


def diff(*words: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(build(), ["diff", *map(str, words)], env=env)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What the command says as JSON, and the page, for a lower age and a hostile label."""
    folder = tmp_path_factory.mktemp("diff")
    new = changed(ELDERLY, *AGE, ("zh: 没有死亡登记", "zh: 没有死亡登记<script>alert(1)</script>"))
    html = folder / "page.html"
    done = diff(
        "elderly_allowance@2026-05-01", written(folder, "draft.yaml", new), "--rules", RULES, "--html", html, "--json",
        env={"MIAOPI_PROGRESS": "lines"},
    )  # fmt: skip
    assert done.exit_code == 1, done.output
    far = told_of(done)
    assert len(far) > 1, "it takes seconds"
    assert far == sorted(far)
    assert far[-1] == 100
    return json.loads(done.stdout), html.read_text(encoding="utf-8")


def test_the_same_file_is_proved_to_change_nothing() -> None:
    folder = RULES / "elderly_allowance"
    done = diff(folder, folder / "2026-01-01.yaml")
    assert done.exit_code == 0, done.output
    assert "已证明：没有任何决定改变 proved: no decision changes" in done.stdout
    assert "22/22" in done.stdout


def test_json_holds_regions_examples_and_cases(page: tuple[dict[str, Any], str]) -> None:
    told, _ = page
    assert told["same"] is False
    assert told["new"]["named"].endswith("draft.yaml")
    first = told["regions"][0]
    assert first["effect"] == "gains"
    assert first["outcomes"] == [{"old": "REJECTED", "new": "APPROVED"}]
    assert {"least": "79", "most": "79"} in [one.get("bounds") for one in first["who"]]
    example = first["example"]
    assert example["old"]["answer"]["outcome"] == "REJECTED"
    assert example["new"]["explanation"]["outcome"] == "APPROVED"
    assert all(rule["zh"] and rule["en"] for rule in example["new"]["explanation"]["rules"])
    assert any(one["weight"] == "wording" for one in told["changes"])


def test_an_example_can_be_kept_as_a_case_and_is_decided_as_it_expects(
    page: tuple[dict[str, Any], str], tmp_path: Path
) -> None:
    told, _ = page
    shutil.copytree(RULES / "catalogue", tmp_path / "catalogue")
    (tmp_path / "elderly_allowance").mkdir()
    text = changed(ELDERLY, *AGE) + "".join(region["example"]["case"] for region in told["regions"])
    written(tmp_path / "elderly_allowance", "2026-01-01.yaml", text)
    done = CliRunner().invoke(build(), ["test", str(tmp_path / "elderly_allowance"), "--json"])
    failed = json.loads(done.stdout).get("failed")
    assert failed is not None, done.output
    assert not [one for one in failed if one["case"].startswith("差异")], failed


class _Page(HTMLParser):
    """What a page refers to, and how deep its elements are left open."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        found = dict(attrs)
        self.ids |= {str(found["id"])} if "id" in found else set()
        if str(found.get("href", "")).startswith("#"):
            self.links.add(str(found["href"])[1:])
        self.outside += [
            str(found[name]) for name in ("src", "href") if name in found and not str(found[name]).startswith("#")
        ]
        if tag not in ("meta", "br", "line", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "rect"):
            assert self.open.pop() == tag


def test_the_page_stands_alone_escapes_and_draws(page: tuple[dict[str, Any], str]) -> None:
    told, html = page
    read = _Page()
    read.feed(html)
    assert not read.open
    assert not read.outside
    assert "script" not in read.names
    assert "&lt;script&gt;" in html
    assert read.links == {f"region-{one['number']}" for one in told["regions"]} <= read.ids
    assert {"svg", "rect", "mark", "details"} <= read.names
    assert '<mark class="old">80</mark>' in html
    assert '<mark class="new">79</mark>' in html


def test_misuse_is_said_in_both_languages(tmp_path: Path) -> None:
    other, empty = RULES / "senior_card" / "2026-01-01.yaml", tmp_path / "empty"
    empty.mkdir()
    for words, said in (
        (("elderly_alowance@2026-01-01", other, "--rules", RULES), "did you mean elderly_allowance"),
        (("elderly_allowance@2020-01-01", other, "--rules", RULES), "没有生效"),
        (("elderly_allowance@2026-02-30", other, "--rules", RULES), "没有 2026-02-30 这一天"),
        (("nothing.yaml", other), "没有规则文件"),
        ((RULES / "elderly_allowance", other), "两个事项"),
        ((empty, other), "没有规则文件"),
        ((other, other, "--rules", empty), "--rules"),
        ((written(tmp_path, "wrong.yaml", "matter: [\n"), other, "--rules", RULES), "wrong.yaml:"),
    ):  # fmt: skip
        done = diff(*words)
        assert done.exit_code == 2, (words, done.output)
        assert said in " ".join(done.output.split()), done.output
        assert done.output.isascii() is False
