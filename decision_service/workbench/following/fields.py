"""Fields of the forms of this room."""

from collections.abc import Mapping
from datetime import date

from nicegui import ui


def choice(label: str, options: Mapping[str, str], chosen: str | None) -> ui.select:
    """One of `options`, or none of them."""
    made = ui.select(dict(options), label=label, value=chosen if chosen in options else None, clearable=True)
    return made.props("outlined dense").classes("fo-field")


def is_day(written: str) -> bool:
    """Whether that is a day as services read it (2026-03-16)."""
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False
