"""Coverage as one page: figures of every version, and under them its file with what is shown and what is missing."""

from collections.abc import Sequence

from decision_service.covering.goals import NAMES, Measure
from decision_service.covering.measured import Coverage
from decision_service.covering.overlay import folded, lines
from decision_service.pages.frame import templates


def page(found: Sequence[Coverage]) -> str:
    """The page, standalone HTML."""
    versions = [
        {
            "id": f"{one.policy.matter}-{one.policy.effective_from}",
            "name": one.policy.name,
            "matter": one.policy.matter,
            "version": str(one.policy.effective_from),
            "cases": len(one.suite.cases),
            "all": one.tally(),
            "tallies": [one.tally(measure) for measure in Measure],
            "missing": len(one.missing),
            "lines": list(folded(lines(one))),
        }
        for one in found
    ]
    template = templates("decision_service.covering").get_template("coverage.html")
    return template.render(versions=versions, names=NAMES)
