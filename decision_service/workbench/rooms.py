"""The rooms of the workbench, each a package of its own: their pages in the order of the menu, and what each keeps."""

from typing import Final

from decision_service.workbench.changing.keeping import SCHEMA as KEPT
from decision_service.workbench.changing.page import CHANGE
from decision_service.workbench.changing.populations import SCHEMA as POPULATIONS
from decision_service.workbench.changing.proposals import SCHEMA as PROPOSALS
from decision_service.workbench.changing.releases import RELEASES
from decision_service.workbench.changing.remarks import SCHEMA as REMARKS
from decision_service.workbench.editor.kept import SCHEMA as UNSAVED
from decision_service.workbench.editor.page import EDITOR
from decision_service.workbench.following.queue import QUEUE
from decision_service.workbench.following.search import SEARCH
from decision_service.workbench.following.story import STORY
from decision_service.workbench.matters.glances import SCHEMA as GLANCES
from decision_service.workbench.matters.page import MATTERS
from decision_service.workbench.pages import Page
from decision_service.workbench.results import SCHEMA as RESULTS
from decision_service.workbench.running.page import RUN
from decision_service.workbench.tables.page import TABLES
from decision_service.workbench.trusting.page import TRUST
from decision_service.workbench.trying.page import TRY

PAGES: Final[tuple[Page, ...]] = (MATTERS, EDITOR, TABLES, TRY, TRUST, CHANGE, RELEASES, QUEUE, RUN, SEARCH, STORY)

SCHEMAS: Final[tuple[str, ...]] = (*KEPT, *POPULATIONS, *PROPOSALS, *REMARKS, *UNSAVED, *GLANCES, *RESULTS)
"""Statements that make the tables of rooms in the workbench's store."""
