"""Chinese in the index of the site's search: there are no blanks between its words, so each character is one.

A query is cut into those words of the index that it is made of, so single characters find any phrase of theirs.
"""

import json
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
APART = "\u200b"
"""A blank of no width: the search parts words at it, and nobody sees it."""


@event_priority(-100)  # after the search has written its index
def on_post_build(config: MkDocsConfig) -> None:
    """Parts the characters in the index that was written."""
    path = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    for entry in index["docs"]:
        for name in ("title", "text"):
            entry[name] = _BETWEEN.sub(APART, entry[name])
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
