"""The documentation is a site: built without a warning, fetching nothing when looked at, searched in Chinese too."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.page import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Warnings are errors: a dead link, a dead anchor, a page that no list names."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_it_has_every_page(site: Path) -> None:
    names = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert names <= {path.relative_to(site) for path in site.rglob("*.html")}
    assert (site / "rules.html").exists()


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetched = re.compile(
        r"""<(?:script|img|iframe|link)\b[^>]*(?:src|href)=["']?(?:https?:)?//[^>]*>|@import|url\(["']?http"""
    )
    texts = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    found = [(path.name, fetched.findall(path.read_text(encoding="utf-8"))) for path in texts]
    assert [(name, what) for name, what in found if what] == []
    assert len(texts) > 20


def test_links_between_pages_are_links_and_others_are_words(site: Path) -> None:
    assert 'href="rules.html"' in (site / "analysts.html").read_text(encoding="utf-8")
    assert "deploy/alerts.yaml" in (site / "operations.html").read_text(encoding="utf-8")
    assert 'alerts.yaml"' not in (site / "operations.html").read_text(encoding="utf-8")


def test_braces_of_sentences_stay(site: Path) -> None:
    """Extensions of Markdown take `{…}` at the end of a cell for attributes."""
    assert "you can apply from {date}" in (site / "reference" / "catalogue.html").read_text(encoding="utf-8")


def test_chinese_is_searched_by_the_character(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    separator = re.compile(index["config"]["separator"])
    found = next(one for one in index["docs"] if one["location"].startswith("tutorial.html#1"))
    assert [word for word in separator.split(found["title"]) if word][:6] == ["1", "先", "说", "清", "政", "策"]
    assert "trimmer" not in index["config"]["pipeline"]  # it would drop every Chinese character


def test_the_site_is_written_where_git_does_not_look() -> None:
    folder = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["site_dir"]
    assert f"/{folder.split('/')[0]}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    "name", ["README.md", "rules/README.md", "deploy/README.md", "docs/index.md", "docs/tutorial.md"]
)
def test_links_lead_somewhere_in_the_repository_too(name: str) -> None:
    page = ROOT / name
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [one for one in targets if not (page.parent / one).exists()] == []
