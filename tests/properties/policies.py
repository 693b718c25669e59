"""Random policies as rule files: written as text, read by the real reader against the real catalogue.

Each is small, right by every check of the reader, and uses whatever the language has: all kinds of rules, lets, tables
of every hit policy, items, notes, commitments and credit policies, over random registers.
"""

from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.policy.shape import Policy
from decision_service.source import Source, render
from tests.properties.conditions import Conditions
from tests.properties.parts import ASKED, FIELDS, HEAD, HITS, KINDS, OUTCOMES, REFUSABLE, TOLERANT, WORDS
from verifiers.kinds import Kind


class Writer(Conditions):
    """Writes one policy."""

    def text(self) -> str:
        """The whole file."""
        chosen = [name for name in FIELDS if self.random.randint(0, 9) < 6 or name in ("paper", "head_count")]
        self.fields = {"city": Kind("region"), **{name: KINDS[name] for name in chosen}}
        self.asks = self.random.sample(sorted(ASKED), self.random.randint(1, 5))
        self.credit = self.random.choice(("record_only", "record_only", "bars_commitment", "bars_matter"))
        lists = ", lists: [SERIOUS_ILLEGAL], false_commitments: yes" if self.credit != "record_only" else ""
        form = f"  city:\n    type: prefecture\n{WORDS}    example: 210100\n"
        form += "".join(f"  {name}:\n{FIELDS[name]}{WORDS}" for name in chosen)
        asks = "".join(f"  {name}: {ASKED[name]}".rstrip() + "\n" for name in self.asks)
        names = f"parameters:\n{self.parameters()}tables:\n{self.rows_table()}let:\n{self.let_lines()}"
        return (
            f"{HEAD}credit: {{policy: {self.credit}{lists}}}\nform:\n{form}ask:\n{asks}  credit:\n{names}"
            f"rules:\n{self.rules(chosen)}{self.items(chosen)}result:\n{self.results()}{self.rest()}{sample(chosen)}"
        )

    def parameters(self) -> str:
        """A number, and a table by city."""
        top = "    zh: 示例\n    en: Example\n    basis: [1]\n"
        self.tables["by_city"] = "number"
        return (
            f"  least:\n{top}    value: {self.random.randint(0, 20)}\n  by_city:\n{top}    gives: money\n    table: |\n"
            f"      city | head_count | <= {self.random.randint(0, 9)} | > {self.random.randint(5, 9)}\n"
            f"      210100 沈阳市 | | 10 | 20.50\n      not(210100) 其余 | | {self.random.randint(0, 99)} | 40\n"
        )

    def rows_table(self) -> str:
        """A row table of any hit policy; rows may overlap or leave gaps."""
        hit = self.random.choice(HITS)
        low, high = sorted(self.random.randint(0, 12) for _ in range(2))
        cells = [f"< {high}", f"[{low}..{high}]", f">= {low}", str(low), f"not({low}, {high})", "-", f"{low}, {high}"]
        money = ["-"] if "amount_asked" not in self.fields else ["-", "-", "> 100", "[10..500)", "<= 100"]
        second = "amount_asked" if len(money) > 1 else "city"
        rows = "".join(
            f"      {self.random.choice(cells)} | {self.random.choice(money)} | {self.random.choice((5, 7, 9))}\n"
            for _ in range(self.random.randint(1, 4))
        )
        order = "    order: [9, 5, 7]\n" if hit in ("priority", "output order") else ""
        self.tables["steps"] = "list" if hit in ("rule order", "output order", "collect") else "number"
        basis = "    basis: [1]\n    zh: 示例\n    en: Example\n"
        heads = "head_count"
        if second == "city":
            rows = rows.replace(" | - | ", " | ")
        else:
            heads = f"head_count | {second}"
        table = f"    table: |\n      {heads} | => steps whole\n{rows}"
        return f"  steps:\n{basis}    hit: {hit}\n{order}{table}"

    def let_lines(self) -> str:
        """An age, a table's value, and perhaps a condition of its own."""
        steps = "steps" if self.tables["steps"] == "number" else "count(steps)"
        self.lets |= {"age": Kind("whole"), "points": Kind("whole")}
        lines = f"  age: years_between(birth_date(id_no), as_of)\n  points: {steps}\n"
        if self.random.randint(0, 1):
            lines += f"  mixed: {self.condition(2, self.asks)}\n"
            self.lets["mixed"] = Kind("boolean")
        return lines

    def rules(self, chosen: list[str]) -> str:
        """A rule that reads each register, one for each confirmation, and some more."""
        lines = []
        for name in self.asks:
            path, kind = self.random.choice(sorted(self.facts([name]).items()))
            more = self.condition(self.random.randint(0, 2), self.asks)
            join = self.random.choice(("and", "or", "or", "or", ""))
            lines.append(self.atom(path, kind) + (f" {join} {more}" if join else ""))
        extra = range(self.random.choice((0, 0, 1, 2)))
        lines += [f"{self.condition(2, self.asks)} or {self.condition(1, self.asks)}" for _ in extra]
        if "promise" in chosen:
            lines.append(self.random.choice(("promise", "promise or head_count < 3")))
        if self.credit != "record_only" and self.random.randint(0, 2):
            lines.append(f"credit_clean or {self.condition(1, self.asks)}")
        if "mixed" in self.lets:
            lines.append("mixed or head_count < 20")
        text = "".join(self.rule(f"M{number}", line) for number, line in enumerate(lines))
        return text + self.refusals() + self.item_rules(chosen)

    def rule(self, name: str, must: str, item: str = "") -> str:
        """One rule, with one consequence or several."""
        told = self.random.randint(0, 2) == 0
        head = f"  {name}:\n    zh: 示例条件\n    en: An example\n    basis: [1]\n{item}    must: {must}\n"
        if self.random.randint(0, 3) == 0:
            first, last = self.random.choice(OUTCOMES), self.random.choice((*OUTCOMES, *TOLERANT))
            when = self.condition(1, self.asks)
            listed = f"      - when: {when}\n        then: {first}\n      - then: {last}\n"
            return f"{head}    else:\n{listed}{_filled(last, '        ')}"
        if self.random.randint(0, 4) == 0:
            favour = self.random.choice(TOLERANT)
            return f"{head}    else: {favour}\n{_filled(favour, '    ')}"
        tell = f"    tell:\n      stated: {self.number()}\n" if told else ""
        return f"{head}    else: {self.random.choice(OUTCOMES)}\n{tell}"

    def refusals(self) -> str:
        """Perhaps a rule that refuses, on one hard fact."""
        named = [name for name in self.asks if name in REFUSABLE]
        if not named or self.random.randint(0, 2) == 0:
            return ""
        paths = self.facts([self.random.choice(named)])
        path = self.random.choice(sorted(paths))
        must = self.atom(path, paths[path])
        return (
            f"  REFUSE:\n    zh: 示例条件\n    en: An example\n    basis: [1]\n    must: {must}\n"
            "    else: REJECTED J04_LEVEL_NOT_COVERED\n    refusal:\n"
            "      no_discretion: {zh: 无裁量, en: no discretion}\n      apply_again: {zh: 可再申请, en: apply again}\n"
        )

    def item_rules(self, chosen: list[str]) -> str:
        """Rules that settle one item each."""
        if "parts" not in chosen:
            return ""
        return "".join(
            self.rule(
                f"I{number}", self.condition(1, self.asks), f"    item: {self.random.choice(('first', 'second'))}\n"
            )
            for number in range(self.random.randint(1, 3))
        )

    def items(self, chosen: list[str]) -> str:
        """The items, where the form names some."""
        if "parts" not in chosen:
            return ""
        item = "    zh: 示例项\n    en: An item\n    amount: "
        return f"items:\n  from: parts\n  first:\n{item}by_city\n  second:\n{item}by_city + least\n"

    def results(self) -> str:
        """What is granted: amounts, days, and perhaps a fact of a register."""
        lines = [
            f"  worth: {self.number()}\n",
            "  from_day: as_of + days(points)\n",
            '  grade: if age < 60 then "A" else "B"\n',
        ]
        paths = self.facts([name for name in self.asks if name != "credit"])
        path = self.random.choice(sorted(paths))
        if paths[path].name != "list":
            lines.append(f"  noted:\n    value: {path}\n    when: {self.condition(1, self.asks)}\n")
        return "".join(self.random.sample(lines, self.random.randint(1, len(lines))))

    def rest(self) -> str:
        """Perhaps a note, a claim's absence, a commitment."""
        text = ""
        if self.random.randint(0, 1):
            text += "notes:\n  - note: I03_LATE_BUT_ACCEPTED\n    with: approvals\n"
            text += f"    when: {self.condition(1, self.asks)}\n"
        if self.random.randint(0, 3) == 0:
            both = "    zh: 示例\n    en: Example\n"
            text += f"commitment:\n  basis: [1]\n  when: {self.condition(0, [])}\n  text:\n{both}"
            text += f"  consequences:\n{both}  check_by: as_of + days(30)\n"
        return text


def _filled(consequence: str, indent: str) -> str:
    if "T01" in consequence:
        told = f"{indent}tell:\n{indent}  due_on: working_days_after(as_of, least)\n"
        return f"{told}{indent}fill: {{material: paper}}\n"
    return f"{indent}tell:\n{indent}  post_check_by: as_of + days(30)\n" if "I04" in consequence else ""


def sample(chosen: list[str]) -> str:
    """The case that every file must have; what it expects is not looked at here."""
    examples = {name: FIELDS[name].split("example: ")[1].strip() for name in chosen}
    form = "".join(f"      {name}: {value}\n" for name, value in examples.items())
    who = "      applicant_name: 赵示甲一\n      id_no: 210100193505208826\n      city: 210100\n"
    return f"cases:\n  样例:\n    as_of: 2026-03-16\n    form:\n{who}{form}    expect: {{outcome: APPROVED}}\n"


class WronglyWrittenError(AssertionError):
    """The reader refused a policy that was meant to be right; `codes` say why."""

    def __init__(self, text: str, codes: set[str]) -> None:
        super().__init__(text)
        self.codes = codes


def read_text(text: str, catalogue: Catalogue) -> Policy:
    """The policy of a rule file's text. Raises WronglyWrittenError with every problem and the text."""
    complaints = Complaints()
    node, problems = read_nodes(Source("made_up/2026-01-01.yaml", text))
    complaints.problems += problems
    policy = read_policy(node, catalogue, complaints, "made_up/2026-01-01.yaml") if isinstance(node, MapNode) else None
    if policy is None or complaints.problems:
        told = "\n".join(render(one, "en") for one in complaints.problems)
        raise WronglyWrittenError(f"{told}\n{text}", {one.code for one in complaints.problems})
    return policy


def written(catalogue: Callable[[], Catalogue], random: Random) -> tuple[str, Policy]:
    """A random rule file and the policy in it. A test for null where null is ruled out already is written anew."""
    for _ in range(20):
        text = Writer(random, catalogue()).text()
        try:
            return text, read_text(text, catalogue())
        except WronglyWrittenError as error:
            if "never_null" not in error.codes or error.codes - {"never_null", "unknown_name"}:
                raise
    raise AssertionError("no file without a needless test for null was written")


def policies(catalogue: Callable[[], Catalogue]) -> st.SearchStrategy[tuple[str, Policy]]:
    """Random policies, each with the text that it was read from."""
    return st.randoms(use_true_random=False).map(lambda random: written(catalogue, random))
