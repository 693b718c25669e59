"""What no keyboard writes and no rules folder should hold: no page breaks by it, nothing of it is lost in silence."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from decision_service.workbench.drafts import SCHEMA, Drafts
from decision_service.workbench.store import Store
from decision_service.workbench.visit import address
from tests.workbench.desks import Desk, alone, opened, page_of
from tests.workbench.hostile import SHORT, broken_out, settled, watched

CARD = "senior_card/2026-01-01.yaml"
ILLEGIBLE = "birth_registration/2026-01-01.yaml"
MARKUP = SHORT + "'\""
ODD = """() => "\\u202e right to left \\u0000 nothing 👩‍👩‍👧 \\ud83d half " + "长".repeat(10_000) + " "
  + "x".repeat(100_000) + " the end" """


def odd_folder(folder: Path, shipped: Path) -> Path:
    """Rules among which somebody put files as other programs write and call them."""
    rules = Path(shutil.copytree(shipped, folder / "rules"))
    (rules / MARKUP).mkdir()
    for name in ("2026-01-01.yaml", f"{MARKUP}.yaml"):
        shutil.copy(rules / CARD, rules / MARKUP / name)
    shutil.copy(rules / CARD, rules / "senior_card" / f"{MARKUP}.yaml")
    text = (rules / ILLEGIBLE).read_text(encoding="utf-8")
    (rules / ILLEGIBLE).write_bytes(text.encode("gb18030"))
    other = os.fsdecode("副本".encode("gb18030"))
    for place in ("hygiene_permit", other):
        (rules / place).mkdir(exist_ok=True)
        (rules / place / f"{other}.yaml").write_text(text, encoding="utf-8")
    return rules


def test_files_that_no_rule_file_is_called_or_written_like_break_no_page(
    lone_desk: Desk, tmp_path: Path, window: BrowserContext
) -> None:
    with alone(odd_folder(tmp_path, lone_desk.rules), tmp_path) as desk, watched(window, desk) as told:
        page = page_of(desk, window, "/")
        settled(page, desk, "/", "个问题")
        settled(page, desk, "/edit", "请改名")
        expect(page.locator(".mp-file", has_text="onerror").first.get_by_role("link")).to_have_count(0)
        settled(page, desk, address("/edit", file=f"{MARKUP}/2026-01-01.yaml"), "没有这个文件")
        settled(page, desk, address("/edit", file=ILLEGIBLE), "不是 UTF-8")
        settled(page, desk, "/table", "allowance")
        for file in (ILLEGIBLE, f"{MARKUP}/2026-01-01.yaml"):
            settled(page, desk, address("/table", file=file), "决策表")
            settled(page, desk, address("/try", file=file), "试一试")
        for matter in (ILLEGIBLE.partition("/")[0], MARKUP, "senior_card", "hygiene_permit", "����"):
            settled(page, desk, address("/trust", matter=matter), "案例与证明")
            settled(page, desk, address("/change", matter=matter), "改动与比较")
            expect(page.locator(".mp-main")).not_to_contain_text("出错了")
        page.close()
        assert told == []


def pasted_odd(page: Page) -> str:
    """Pastes it where one is; the letters that went in."""
    went_in: str = page.evaluate(
        f"""() => {{
            const words = ({ODD})();
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", words);
            const options = {{ clipboardData, bubbles: true, cancelable: true }};
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
            return words.toWellFormed();
        }}"""
    )
    return went_in


def test_odd_and_long_words_are_kept_whole(rules: Path, tmp_path: Path, window: BrowserContext) -> None:
    with alone(rules, tmp_path) as desk:
        page = page_of(desk, window, f"/edit?file={CARD}")
        page.locator(".cm-content").click()
        page.keyboard.press("Control+Home")
        page.keyboard.type("# ")
        words = pasted_odd(page)
        page.keyboard.press("Control+s")
        state = page.locator("main .mp-bar .mp-mark")
        expect(state).to_have_text("草稿，已保存")
        store = Store(desk.data / "workbench.sqlite3", SCHEMA)
        drafts = Drafts(store, desk.rules, desk.data / "whole", lambda: datetime(2026, 3, 16, tzinfo=UTC))
        assert drafts.read(CARD)[0] == f"# {words}" + (rules / CARD).read_text(encoding="utf-8")
        store.close()
        page.keyboard.type("更")
        expect(state).to_have_text("未保存")
        opened(page, f"{desk.url}/edit?file={CARD}")
        expect(page.locator(".cm-line").first).to_contain_text("right to left")
        assert broken_out(page) == []

        opened(page, f"{desk.url}/change?matter=senior_card&line=3")
        box = page.get_by_label("意见", exact=True)
        box.evaluate(
            """box => { box.value = "half \\ud83d and " + "长".repeat(1_900) + " the end";
                       box.dispatchEvent(new Event("input", { bubbles: true })); }"""
        )
        page.get_by_role("button", name="提意见", exact=True).click()
        expect(page.locator(".ch-remark .ch-text")).to_have_text("half � and " + "长" * 1_900 + " the end")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.close()
