"""The control plane: the application that staff use, on a listener of its own (docs/access.md).

To add routes for staff: write an APIRouter with a prefix below `/control/v1` or `/staff/v1`, give each route
`documents.document(…, action=Action.…)` (its door; a new action is a row of access/actions.py), and name the router in
STAFF, its request models too. `state.principal_of(request)` then tells which person it is.
"""

from fastapi import FastAPI

from decision_service.access.actions import Action
from decision_service.http import erasures, releases, staff_cases, staff_decisions, staff_queue, suspensions, whoami
from decision_service.http.app import Content, assembled
from decision_service.http.casework_wire import MODELS
from decision_service.http.state import State
from decision_service.http.wire import ApprovalIn, ErasureIn, SuspensionIn

STAFF = Content(
    "秒批 Miaopi: staff",
    "For analysts, approvers, auditors, operators and officers. 供工作人员使用。",
    (
        whoami.router,
        suspensions.router,
        releases.router,
        erasures.router,
        staff_queue.router,
        staff_cases.router,
        staff_decisions.router,
    ),
    (SuspensionIn, ApprovalIn, ErasureIn, *MODELS),
    described_to=Action.READ_CONTROL,
)


def create_control_app(state: State) -> FastAPI:
    """The staff's application over `state`."""
    return assembled(STAFF, state)
