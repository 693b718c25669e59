"""A rules folder whose every text tries to be more than text, and what it looks like in a page where it succeeded."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Dialog, Page, Request, expect

from tests.workbench.desks import Desk, copied_rules, opened

_BARE: Final = (
    """<img src=x onerror="window.ran=1">"><script>window.ran=2</script></textarea></script><svg onload=window.ran=3>"""
)
PAYLOAD: Final = (
    _BARE + """<a href="javascript:window.ran=4">x</a>[x](javascript:window.ran=5)![x](https://elsewhere.example/x)"""
    """{{constructor.constructor('window.ran=6')()}}${window.ran=7}`+(window.ran=8)+`\\'";window.ran=9;//"""
)
SEPARATED: Final = PAYLOAD + "\u2028window.ran=10\u2029window.ran=11"
"""With what ends a line of JavaScript; rule files that are in force may not have it, drafts and requests may."""

SHORT: Final = "<img src=x onerror=window.ran=1>"
"""For what may not be long: names of people and of files."""

_BLOCK: Final = re.compile(r"^(\s*(?:- )?(?:\w+_)?(?:zh|en): )([^\s\"'{|>\[].*?)(\s+#.*)?$", re.MULTILINE)
_FLOW: Final = re.compile(r"([{,] ?(?:\w+_)?(?:zh|en): )([^,{}\[\]\n#\"']+?)(?=\s*[,}])()")
_LABEL: Final = re.compile(r"([{,] ?[a-z]\w*: )([^,{}\[\]\n#\"':]+? / [^,{}\[\]\n#\"':]+?)(?=\s*[,}])()")
_CASE: Final = re.compile(r"^(  |    like: )([^\s#:{\"][^:\n]*?)(:?)$", re.MULTILINE)
_REASON: Final = re.compile(r"^(  (?:zh|en): \".*)\"$", re.MULTILINE)
_REMARK: Final = re.compile(r"^(\s*#.*)$", re.MULTILINE)


def hostile_rules(folder: Path) -> Path:
    """A copy of the shipped rules, in force as they are, with the payload behind whatever people read: names, texts of
    rules and reasons, basis, labels of fields and of their choices, names of cases, comments."""
    rules = copied_rules(folder)
    for path in sorted(rules.rglob("*.yaml")):
        text = _BLOCK.sub(_spoilt, path.read_text(encoding="utf-8"))
        text = _LABEL.sub(_spoilt, _FLOW.sub(_spoilt, text))
        if path.parent.name == "catalogue":
            # Braces of a reason are places to be filled in.
            text = _REASON.sub(lambda found: found[1] + json.dumps(_BARE)[1:-1] + '"', text)
        else:
            before, key, cases = text.partition("cases:\n")
            text = before + key + _CASE.sub(_spoilt, cases)
        path.write_text(_REMARK.sub(lambda found: found[1] + PAYLOAD, text), encoding="utf-8")
    return rules


def _spoilt(found: "re.Match[str]") -> str:
    return found[1] + json.dumps(found[2] + PAYLOAD, ensure_ascii=False) + (found[3] or "")


_FOUND: Final = """() => {
  const found = [];
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      const bad = [...one.attributes].find(({ name, value }) =>
        name.startsWith("on") || (/^(href|src|action|xlink:href)$/.test(name) && /^\\s*javascript:/i.test(value)));
      const src = one.getAttribute("src") || "";
      if (bad || src === "x" || src.includes("elsewhere")) found.push(one.outerHTML.slice(0, 300));
      if (one.shadowRoot) look(one.shadowRoot);
    }
  };
  look(document);
  if (window.ran !== undefined) found.push("ran " + window.ran);
  return found;
}"""


def broken_out(page: Page) -> list[str]:
    """What of the payload became more than text in any frame of the page: elements, links, or a script that ran."""
    return [words for frame in page.frames for words in frame.evaluate(_FOUND)]


def settled(page: Page, desk: Desk, path: str, shows: str) -> None:
    """Goes there and looks once what is shown has been worked out."""
    opened(page, desk.url + path)
    expect(page.locator("main")).to_contain_text(shows)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert broken_out(page) == [], path


@contextmanager
def watched(window: BrowserContext, desk: Desk) -> Iterator[list[str]]:
    """What the browser asked of anybody but the desk, and what it was made to say."""
    told: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((desk.url, "data:", "about:")):
            told.append(request.url)

    def said(dialog: Dialog) -> None:
        told.append(dialog.message)
        dialog.dismiss()

    window.on("request", asked)
    window.on("dialog", said)
    yield told
    window.remove_listener("request", asked)
    window.remove_listener("dialog", said)
