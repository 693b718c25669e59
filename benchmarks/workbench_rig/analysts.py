"""Analysts at work, in a process of its own: `python analysts.py URL COUNT KEY`.

Each signs in with the key and, in a window of Chromium of his own, opens a rule file, types in it, tries a case, opens
a table and a comparison, over and over. Prints READY once all have signed in; ends with its standard input, and then
prints how many steps were made. Browsers are on other machines in life, so they give way here.
"""

import asyncio
import os
import sys

from playwright.async_api import Browser, Error, Page, async_playwright

FILE = "elderly_allowance/2026-01-01.yaml"
PATHS = (f"/edit?file={FILE}&line=40", f"/try?file={FILE}", f"/table?file={FILE}&table=allowance", "/", "/change")


async def came_in(browser: Browser, url: str, key: str) -> Page:
    """The window of somebody who has signed in."""
    context = await browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(120_000)
    page = await context.new_page()
    await page.goto(f"{url}/sign-in")
    await page.fill("#key", key)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("main h1")
    return page


async def at_work(page: Page, url: str) -> int:
    """One analyst, until cancelled; how many steps he made."""
    steps = 0
    try:
        while True:
            await step(page, url + PATHS[steps % len(PATHS)])
            steps += 1
    except (asyncio.CancelledError, Error):
        return steps


async def step(page: Page, address: str) -> None:
    """Opens a page and works on it for some seconds, as somebody does who reads."""
    await page.goto(address)
    await page.wait_for_selector("main h1")
    if "/edit" in address:
        await page.locator(".cm-content").first.click()
        for letter in "# 试一试 a note":
            await page.keyboard.type(letter)
            await asyncio.sleep(0.2)
    await asyncio.sleep(2)


async def main(url: str, count: int, key: str) -> None:
    """Sends `count` analysts to work until the input ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        pages = [await came_in(browser, url, key) for _ in range(count)]
        people = [asyncio.create_task(at_work(page, url)) for page in pages]
        print("READY", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for one in people:
            one.cancel()
        print(sum(await asyncio.gather(*people)), flush=True)
        await browser.close()


if __name__ == "__main__":
    os.nice(19)
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
