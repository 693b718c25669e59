"""Pieces that pages are put together from. Text given to them is shown as text, never as HTML."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from decision_service.pages.frame import templates

Mood = Literal["", "good", "bad", "warn"]

WHOLE: Final = """(event) => {
  const page = event.target.contentDocument;
  if (page) event.target.style.setProperty('--tall', `${page.documentElement.scrollHeight + 4}px`);
}"""
"""For the loading of a frame in which no script runs: it is as tall as its page, of which paper would show no more."""

STATIC: Final = Path(__file__).with_name("static")


def text(words: str, tag: str = "div", classes: str = "") -> TextElement:
    """Words in an HTML element."""
    return TextElement(tag=tag, text=words).classes(classes)


def heading(words: str, level: int = 2) -> TextElement:
    """A heading; the page's title is the only one of level 1."""
    return text(words, f"h{level}", f"mp-h{level}")


def mark(words: str, mood: Mood = "") -> TextElement:
    """A word or two that stand out: a state, a number."""
    return text(words, "span", f"mp-mark {mood}".strip())


def note(words: str, mood: Mood = "warn") -> TextElement:
    """A sentence that must not be overlooked."""
    return text(words, "div", f"mp-note {mood}".strip()).props(f'role="{"alert" if mood == "bad" else "note"}"')


def panel(classes: str = "") -> ui.element:
    """A box around what belongs together."""
    return ui.element("section").classes(f"mp-panel {classes}".strip())


def button(words: str, icon: str = "", *, strong: bool = False) -> ui.button:
    """A button with words on it."""
    made = ui.button(words, icon=icon or None).props("no-caps dense unelevated" if strong else "no-caps dense outline")
    return made.classes("mp-button")


def named(element: ui.element, words: str) -> ui.element:
    """`element` under a name that a screen reader says."""
    element.props["aria-label"] = words
    return element


@contextmanager
def dialog(title: str) -> Iterator[ui.dialog]:
    """A dialog under its title, to be opened; what is made within the block is in it."""
    made = ui.dialog()
    named(made, title)
    with made, ui.card().classes("mp-dialog"):
        text(title, "h2", "mp-h2")
        yield made


def rendered(package: str, name: str, values: Mapping[str, object]) -> ui.html:
    """A template of `package` (its folder `templates`), every value in it escaped, as part of the page."""
    # Not sanitised once more in the browser: Jinja has escaped each value, and drawings (SVG) keep their links.
    return ui.html(templates(package).get_template(name).render(values), sanitize=False)
