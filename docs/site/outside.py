"""Pages of the repository that lie outside docs/ as pages of the site, and every link between the two.

mkdocs calls `on_files` and `on_page_markdown`. A link to a file that is no page of the site keeps its words only.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

OUTSIDE = {
    "rules/README.md": "rules.md",
    "deploy/README.md": "deploy.md",
    "benchmarks/README.md": "benchmarks.md",
    "tests/requirements/README.md": "requirements.md",
    "CHANGELOG.md": "changelog.md",
}
"""Path in the repository -> page of the site."""

HOME = {"README.md": "index.md"}
"""What the site has a page of its own for."""

_LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(([^)\s:]*?)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of docs/, and those outside."""
    root = Path(config.docs_dir).parent
    for path, name in OUTSIDE.items():
        files.append(File.generated(config, name, content=(root / path).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The text of a page with its links put right for the site."""
    root = Path(config.docs_dir).parent
    here = {name: path for path, name in OUTSIDE.items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def replaced(found: re.Match[str]) -> str:
        words, target, anchor = found[1], found[2], found[3] or ""
        if not target:
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        name = OUTSIDE.get(path) or HOME.get(path) or path.removeprefix("docs/")
        if files.get_file_from_path(name) is None:
            return words if (root / path).exists() else found[0]  # what is nowhere is told by mkdocs
        return f"[{words}]({posixpath.relpath(name, posixpath.dirname(page.file.src_uri) or '.')}{anchor})"

    return _LINK.sub(replaced, markdown)
