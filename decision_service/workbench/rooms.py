"""The rooms of the workbench, each a package of its own: their pages in the order of the menu, and what each keeps."""

from typing import Final

from decision_service.workbench.matters.page import MATTERS
from decision_service.workbench.pages import Page
from decision_service.workbench.running.page import RUN

PAGES: Final[tuple[Page, ...]] = (MATTERS, RUN)

SCHEMAS: Final[tuple[str, ...]] = ()
"""Statements that make the tables of rooms in the workbench's store."""
