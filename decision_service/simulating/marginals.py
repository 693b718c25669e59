"""What made-up populations are drawn from: the shares in `marginals.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

Marginals = Mapping[str, Any]


@cache
def marginals() -> Marginals:
    """The file's content. Keys of `values` are form fields or `register.fact`."""
    text = (files("decision_service.simulating") / "marginals.yaml").read_text(encoding="utf-8")
    return cast("Marginals", yaml.safe_load(text))


def ages_of(matter: str) -> tuple[int, int]:
    """The youngest and the oldest who apply for a matter."""
    applicants = marginals()["applicants"]
    low, high = applicants.get(matter, applicants["anyone_else"])
    return low, high
