"""Small made-up policies whose every application can be tried: three fields, two registers, a table, rules, claims."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from random import Random

from tests.properties.parts import HEAD, WORDS

BOTH = "    zh: 示例\n    en: Example\n"
OUTCOMES = (
    "NOT_ACCEPTED N02_NOT_NEEDED", "CORRECTION_REQUIRED C07_ACCOUNT_INACTIVE", "REFERRED R08_NEEDS_JUDGEMENT",
    "REFERRED R12_LEGAL_RESTRAINT", "CORRECTION_REQUIRED C10_TRAINING_DUE",
)  # fmt: skip
REFUSAL = (
    "    else: REJECTED J04_LEVEL_NOT_COVERED\n    refusal:\n"
    "      no_discretion: {zh: 无裁量, en: no discretion}\n      apply_again: {zh: 可再申请, en: apply again}\n"
)
FORM_ATOMS = (
    "flag", "not flag", 'route = "road"', 'route != "air"', "level >= 2", "level < 1", "level = 3", "level in [1..2]",
)  # fmt: skip
FACT_ATOMS = (
    "not deaths.hit", "deaths.hit", 'low_income.status_code = "dibao"', 'low_income.status_code in ("none", "tekun")',
)  # fmt: skip
CELLS = {
    "level": ("-", "0", "< 2", ">= 2", "[1..2]", "3", "not(1)", "0, 3"),
    "route": ("-", '"road"', '"rail", "air"', 'not("air")', '"air"'),
}
HITS = ("unique", "unique", "any", "first", "priority", "collect sum")

FORM = f"""form:
  flag:
    type: boolean
{WORDS}    example: yes
  route:
    type: choice
    one_of: {{road: 公路 / road, rail: 铁路 / rail, air: 航空 / air}}
{WORDS}    example: road
  level:
    type: whole
    from: 0
    to: 3
{WORDS}    example: 1
"""
CASES = """cases:
  样例:
    as_of: 2026-03-16
    form: {applicant_name: 赵示甲一, id_no: 210100193505208826, flag: yes, route: road, level: 1}
    expect: {outcome: APPROVED}
"""


def condition(random: Random, atoms: tuple[str, ...]) -> str:
    parts = random.sample(atoms, random.randint(1, 2))
    return f" {random.choice(('and', 'or'))} ".join(parts)


def policy_text(random: Random) -> str:
    """A rule file."""
    hit = random.choice(HITS)
    rows = "".join(
        f"      {random.choice(CELLS['level'])} | {random.choice(CELLS['route'])} | {random.randint(1, 3)}\n"
        for _ in range(random.randint(1, 4))
    )
    order = "    order: [2, 1, 3]\n" if hit == "priority" else ""
    table = f"tables:\n  steps:\n{BOTH}    basis: [1]\n    hit: {hit}\n{order}    table: |\n"
    rules = "".join(_rule(random, number) for number in range(random.randint(1, 3)))
    read = "steps >= 1" if random.randint(0, 2) == 0 else 'low_income.status_code != "tekun" or not deaths.hit'
    last = f"  M9:\n{BOTH}    basis: [1]\n    must: {read}\n    else: REFERRED R08_NEEDS_JUDGEMENT\n"
    asks = "ask:\n  deaths:\n  low_income:\n  credit:\n"
    both = 'low_income.status_code != "tekun" or not deaths.hit'
    needed = f"  M8:\n{BOTH}    basis: [1]\n    must: {both}\n    else: REFERRED R11_PROPOSED_REFUSAL\n"
    outcome = random.choice(("APPROVED", "NOT_ACCEPTED", "REFERRED", "REJECTED"))
    claim = (
        f"always:\n  - zh: 示例\n    en: Example\n    never: [{outcome}]\n    when: {condition(random, FORM_ATOMS)}\n"
    )
    grows = "  - zh: 不减少\n    en: never falls\n    nondecreasing: worth\n    in: height\n"
    return (
        f"{HEAD}credit: {{policy: record_only}}\n{FORM}{asks}{table}      level | route | => steps whole\n{rows}"
        f"let:\n  height: level\nrules:\n{rules}{needed}{last}result:\n  worth: steps\n{claim}{grows}{CASES}"
    )


def _rule(random: Random, number: int) -> str:
    head = f"  M{number}:\n{BOTH}    basis: [1]\n    must: "
    if random.randint(0, 3) == 0:
        return f"{head}{condition(random, FORM_ATOMS)}\n{REFUSAL}"
    atoms = FORM_ATOMS + FACT_ATOMS
    if random.randint(0, 3) == 0:
        first, last = random.choice(OUTCOMES), random.choice(OUTCOMES)
        when = condition(random, FORM_ATOMS)
        listed = f"      - when: {when}\n        then: {first}\n      - then: {last}\n"
        return f"{head}{condition(random, atoms)}\n    else:\n{listed}"
    return f"{head}{condition(random, atoms)}\n    else: {random.choice(OUTCOMES)}\n"


Application = tuple[date, Mapping[str, object], Mapping[str, object]]


def applications(*, all_known: bool) -> Iterator[Application]:
    """Every application that such a policy could be given, but for names, numbers and days, which it does not read."""
    who = {"applicant_name": "赵示甲一", "id_no": "210100193505208826"}
    day = "2026-03-16"
    deaths: list[Mapping[str, object] | None] = [
        {"status": "ok", "data_as_of": day, "hit": hit, "date": None, "source": None} for hit in (True, False)
    ]
    incomes: list[Mapping[str, object] | None] = [
        {"status": "ok", "data_as_of": day, "status_code": code, "since": None}
        for code in ("dibao", "dibao_margin", "tekun", "none")
    ]
    if not all_known:
        deaths += [{"status": "timeout"}, None]
        incomes += [{"status": "timeout"}, None]
    credit = {
        "status": "ok", "data_as_of": day, "judgment_defaulter": False, "serious_lists": [], "false_commitments": [],
        "repaired": [],
    }  # fmt: skip
    common = list(product(("111", "414"), (True, False), (False, True))) if all_known else [("111", True, False)]
    for (document, read, officer), flag, route, level in product(
        common, (True, False), ("road", "rail", "air"), range(4)
    ):
        form = {**who, "id_type": document, "notice_read": read, "human_review": officer}
        form |= {"flag": flag, "route": route, "level": level}
        for death, income in product(deaths, incomes):
            facts = {"deaths": death, "low_income": income, "credit": credit}
            yield date(2026, 3, 16), form, {name: answer for name, answer in facts.items() if answer is not None}
