"""The publish gate: before a version decides, a child process runs both engines and the reference over thousands of
generated cases, within a time limit. A crash or a hang of the C engine happens there and not in the service.

`python -m decision_service.gate RULES MATTER DAY COUNT SEED` is that child; it prints one line of JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from decision_service.policy.shape import Policy

CASES = 2000
SECONDS = 120
NICENESS = 5
"""Of the child: whoever is being served comes first."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate found of one version: how many cases agreed, and what stopped it, if anything."""

    matter: str
    digest: str
    cases: int
    fault: str | None


class GateError(Exception):
    """A version may not be published."""

    def __init__(self, reports: Iterable[GateReport]) -> None:
        self.reports = tuple(reports)
        super().__init__("; ".join(f"{one.matter} (sha256:{one.digest[:12]}): {one.fault}" for one in self.reports))


def pass_gate(
    rules: Path,
    policies: Iterable[Policy],
    certificates: Path,
    progress: Callable[[GateReport], None] = lambda _: None,
    cases: int = CASES,
    workers: int = 2,
) -> tuple[GateReport, ...]:
    """Runs the gate for every version without a certificate in `certificates` (a folder of the operator's).

    Raises GateError if any version does not pass; those that do get their certificate first.
    """
    certificates.mkdir(parents=True, exist_ok=True)
    code = code_digest()

    def passed(policy: Policy) -> GateReport:
        report = _one(rules, policy, certificates / f"{policy.digest}-{code}.json", cases)
        progress(report)
        return report

    with ThreadPoolExecutor(workers) as pool:
        reports = tuple(pool.map(passed, policies))
    stopped = [one for one in reports if one.fault is not None]
    if stopped:
        raise GateError(stopped)
    return reports


def _one(rules: Path, policy: Policy, certificate: Path, cases: int) -> GateReport:
    if certificate.exists() and json.loads(certificate.read_text())["cases"] >= cases:
        return GateReport(policy.matter, policy.digest, cases, None)
    report = _run_child(rules, policy, cases)
    if report.fault is None:
        text = json.dumps({"matter": policy.matter, "digest": policy.digest, "cases": report.cases})
        draft = certificate.with_suffix(f".{os.getpid()}")
        draft.write_text(text)
        draft.replace(certificate)  # another service may be reading the folder, and never sees half of one
    return report


def code_digest() -> str:
    """Names the code that passed: a certificate given by other engines does not count."""
    import hashlib

    folder = Path(__file__).parent
    found = hashlib.sha256()
    for path in sorted([*folder.glob("readings/**/*.py"), *folder.glob("language/*"), *folder.glob("*.py")]):
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _run_child(rules: Path, policy: Policy, cases: int) -> GateReport:
    arguments = [str(rules), policy.matter, str(policy.effective_from), str(cases), "1"]
    command = [sys.executable, "-m", "decision_service.gate", *arguments]
    try:
        # The command is this interpreter and our own module.
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - see above
    except subprocess.TimeoutExpired:
        return GateReport(policy.matter, policy.digest, 0, f"the engines did not end within {SECONDS} s")
    if done.returncode < 0:
        return GateReport(policy.matter, policy.digest, 0, f"the engines crashed (signal {-done.returncode})")
    try:
        report = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return GateReport(policy.matter, policy.digest, 0, f"the engines failed: {' '.join(last)}")
    if report["digest"] != policy.digest:
        return GateReport(policy.matter, policy.digest, 0, "the rule file changed meanwhile")
    return GateReport(policy.matter, policy.digest, report["cases"], report["fault"])


def judge_samples(rules: Path, matter: str, day: str, cases: int, seed: int) -> GateReport:
    """The child's work: the three readings over generated sheets; the first difference, if any, by rule ids only."""
    from decision_service.policy.shelf import read_shelf
    from decision_service.readings.compiled.compile import compile_policy
    from decision_service.readings.reference import judge
    from decision_service.readings.rete.engine import ReteEngine
    from decision_service.readings.samples import sample_sheets

    shelf = read_shelf(rules, only=(rules / matter).resolve())
    policy = next(one for one in shelf.versions[matter] if str(one.effective_from) == day)
    first, second = compile_policy(policy).judge, ReteEngine(policy)
    agreed = 0
    try:
        for sheet in islice(sample_sheets(policy, shelf.catalogue.calendar, seed), cases):
            wanted, one, other = judge(policy, sheet), first(sheet), second.judge(sheet)
            if not (wanted == one == other):
                outcomes = f"reference {wanted.outcome}, generated {one.outcome}, network {other.outcome}"
                fault = f"case {agreed} of seed {seed}: {outcomes}"
                return GateReport(matter, policy.digest, agreed, fault)
            agreed += 1
    finally:
        second.close()
    return GateReport(matter, policy.digest, agreed, None)


if __name__ == "__main__":
    os.nice(NICENESS)
    found = judge_samples(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    sys.stdout.write(
        json.dumps({"matter": found.matter, "digest": found.digest, "cases": found.cases, "fault": found.fault}) + "\n"
    )
