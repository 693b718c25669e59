"""Random policies and random changes of them: whatever the reference tells otherwise lies in a region that is reported,
and nothing that it tells alike lies in one that is said exactly."""

import re
from collections.abc import Callable
from random import Random

import pytest

from decision_service.differing.comparing import NoClaimError
from tests.differing.changing import check_against, compared
from tests.properties.applications import Maker
from tests.properties.constants import constants_of
from tests.properties.parts import OUTCOMES
from tests.properties.policies import WronglyWrittenError, read_text, written
from tests.readings.sheets import shelf
from tests.sizes import size

Edit = Callable[[str, Random], str]


def one(pattern: str, into: Callable[[str, Random], str]) -> Edit:
    """Changes one place of the rules, the names and what is granted that fits the pattern, if there is any."""

    def edit(text: str, random: Random) -> str:
        start, end = text.index("parameters:"), text.index("cases:")
        places = list(re.finditer(pattern, text[start:end]))
        if not places:
            return text
        place = random.choice(places)
        return text[: start + place.start()] + into(place[0], random) + text[start + place.end() :]

    return edit


def any_of(*words: str) -> Callable[[str, Random], str]:
    return lambda _, random: random.choice(words)


def moved(found: str, random: Random) -> str:
    return str(int(found) + random.choice((-1, 1, 3)))


EDITS: tuple[Edit, ...] = (
    one(r"(?<=[<>=] )\d+", moved),
    one(r" (<=|>=|<|>) ", any_of(" <= ", " >= ", " < ", " > ")),
    one(r" (and|or) ", any_of(" and ", " or ")),
    one(r"(?<=else: )[A-Z_]+ [A-Z]\d\d_[A-Z_]+(?=\n(?!    (tell|fill|refusal)))", any_of(*OUTCOMES)),
    one(r"(?<=\| )\d+(\.\d+)?(?=( \||\n))", any_of("0", "7", "12.50", "99")),
    one(r"(?<=must: )(?=\S)", any_of("not ")),
    one(r"(?<=  value: )\d+", moved),
)


@pytest.mark.parametrize("seed", range(120, 120 + size("diff_policies", quick=7, full=400)))
def test_what_changes_lies_in_a_region_and_what_is_exact_changes(seed: int) -> None:
    random = Random(seed)
    text, old = written(lambda: shelf().catalogue, random)
    changed = text
    for _ in range(random.choice((1, 1, 2))):
        changed = random.choice(EDITS)(changed, random)
    try:
        new = read_text(changed, shelf().catalogue)
        report = compared(text, changed)
    except (WronglyWrittenError, NoClaimError):
        return
    for policy in (old, new):
        constants = constants_of(policy)
        for _ in range(size("diff_applications", quick=150, full=1500)):
            unknown = random.choice((0.0, 0.0, 0.3))
            check_against(report, Maker(random, policy, constants, unknown=unknown).application())
