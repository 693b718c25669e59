"""The whole policy as text that officials read from beginning to end, with the law behind it; to be printed."""

import asyncio
from typing import Final

from nicegui import ui

from decision_service.source import PolicyProblems
from decision_service.workbench.editor.picture import in_prose
from decision_service.workbench.editor.sheet import Sheet
from decision_service.workbench.parts import button, note
from decision_service.workbench.visit import address


async def show_prose(sheet: Sheet) -> None:
    """What the text says, in the reader's language; what is not saved yet is read as well."""
    visit, bench = sheet.visit, sheet.visit.bench
    with ui.element("div").classes("mp-row no-print"):
        ui.link(visit.say("回到文字", "back to the text"), address("/edit", file=sheet.name))
        button(visit.say("打印", "Print"), "print").on("click", js_handler="() => window.print()")
    folder = await asyncio.to_thread(bench.drafts.whole)
    try:
        told = await bench.elsewhere(in_prose, folder, sheet.name, sheet.text, visit.language)
    except PolicyProblems:
        note(visit.say("文字有错，先改正才能通读", "mend the problems of the text first"), "bad")
        return
    if sheet.state != "in_force":
        note(visit.say("这是草稿，尚未施行。", "This is a draft and not in force."), "warn")
    # The page has its title already: what is the text's becomes the next lower heading, and so on.
    lines = [f"#{line}" if line.startswith("#") else line for line in told.split("\n")]
    # Names and codes are full of underscores, which mean nothing here.
    ui.markdown("\n".join(lines).translate(_AS_TEXT), extras=["tables", "code-friendly"]).classes("mp-prose")


_AS_TEXT: Final = {ord(sign): f"&#{ord(sign)};" for sign in "&<[`\\"}
"""What the words of a policy may hold, and Markdown would make elements, links or pictures of."""
