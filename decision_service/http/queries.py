"""What lists of staff are asked for in their addresses."""

from typing import Final

from starlette.requests import Request

from decision_service.http.casework_documents import MOST_LISTED
from decision_service.http.problems import Fault, ProblemError

USUAL_LIMIT: Final = 50


def limit_of(request: Request) -> int:
    """How many are to be listed. Raises ProblemError."""
    text = request.query_params.get("limit", str(USUAL_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_LISTED):
        raise ProblemError("envelope", (Fault("/limit", "not_allowed"),))
    return int(text)
