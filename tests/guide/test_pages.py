"""`miaopi guide`: pages that stand alone, escape what they show, and bear the mark of an illustrative policy."""

import dataclasses
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

from decision_service.decision import MARK
from decision_service.guide import guide_of
from decision_service.guide.page import page
from decision_service.policy.shape import Bilingual
from tests import shipped

ROOT = Path(__file__).resolve().parents[2]
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """What a page links to, its text, and whether its tags are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        named = dict(attrs)
        self.links += [str(named[key]) for key in ("href", "src") if key in named]
        self.ids |= {str(named["id"])} if "id" in named else set()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def guide(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from decision_service.cli import main; main()", "guide", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_page_stands_alone_and_links_within(tmp_path: Path) -> None:
    done = guide("--html", str(tmp_path / "pages"))
    assert done.returncode == 0, done.stderr
    written = {path.name: Page(path.read_text(encoding="utf-8")) for path in (tmp_path / "pages").iterdir()}
    shelf = shipped.shelf()
    assert set(written) == {"index.html"} | {f"{matter}.html" for matter in shelf.versions}
    for name, found in written.items():
        assert found.open == [], name
        assert not found.tags & {"script", "link", "img", "iframe"}, name
        for link in found.links:
            assert link in written or link.removeprefix("#") in found.ids, (name, link)
        text = "".join(found.words)
        assert MARK.zh in text[: text.index("基本信息") if "基本信息" in text else 800], name
        assert MARK.en in text


def test_a_page_says_every_rule_field_paper_and_register() -> None:
    shelf = shipped.shelf()
    for policy in shelf.policies():
        text = "".join(Page(page(guide_of(policy, shelf.catalogue))).words)
        labels = [rule.label for rule in policy.rules] + [one.label for one in policy.fields]
        labels += [one.label for one in policy.materials] + [one.text for one in policy.basis]
        labels += [Bilingual(ask.register.zh, ask.register.en) for ask in policy.asks.values()]
        assert [label for label in labels if label.zh not in text or label.en not in text] == []


def test_what_a_file_says_is_text_and_never_markup() -> None:
    shelf = shipped.shelf()
    policy = shelf.versions["elderly_allowance"][0]
    hostile = Bilingual("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    rules = tuple(dataclasses.replace(rule, label=hostile) for rule in policy.rules)
    found = Page(page(guide_of(dataclasses.replace(policy, name=hostile, rules=rules), shelf.catalogue)))
    assert not found.tags & {"script", "img"}
    assert "<script>alert(1)</script>" in "".join(found.words)


def test_a_policy_that_is_not_illustrative_bears_no_mark() -> None:
    shelf = shipped.shelf()
    policy = dataclasses.replace(shelf.versions["elderly_allowance"][0], illustrative=False)
    made = guide_of(policy, shelf.catalogue)
    assert made["mark"] is None
    assert MARK.zh not in page(made)


def test_the_command_gives_json_and_names_what_is_wrong() -> None:
    one = guide("senior_card", "--json")
    assert one.returncode == 0
    shelf = shipped.shelf()
    expected = guide_of(shelf.versions["senior_card"][0], shelf.catalogue)
    assert json.loads(one.stdout) == json.loads(json.dumps(expected))
    wrong = guide("senior_cart")
    assert wrong.returncode == 2
    assert "senior_card" in wrong.stderr
    plain = guide("senior_card")
    assert plain.returncode == 0
    assert MARK.zh in plain.stdout
