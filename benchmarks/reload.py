"""What a reload does to those who are being served: 500 matters loaded, one of them released anew under load.

    python benchmarks/reload.py [--matters 500] [--rounds 3] [--seconds 60] [--share 0.5]

The matters are copies of the elderly allowance. `miaopi serve` is a process, registers in a sandbox of their own; load
comes from another process at `--share` of what it can do, each time counts from when it was due. In every second
window an analyst proposes and an approver releases a new version of a matter, over the control plane, other than the
one that is asked. Windows take turns; p99 with a reload as a ratio of that without, by round, goes to
benchmarks/results/reload.json. Answers that are not the expected one (a referral as a register was late on a busy
machine, or a refusal) are counted. A reload that does not fit its window stops everything: give more seconds.
"""

import argparse
import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from endpoint import CONNECTIONS, DAY, ROOT, Row, chosen_case, load, started
from growth import COPIED, copies

from decision_service.gate import code_digest, judge_samples
from decision_service.policy.shelf import read_shelf

RESULTS = ROOT / "benchmarks" / "results" / "reload.json"
RELEASES = "/control/v1/releases"
RATES = "per_second = 10000\nat_once = 10000\nper_person_a_day = 10000\n"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who releases rules, and where: the keys of an analyst and of an approver."""

    port: int
    analyst: str
    approver: str
    matter: Path

    def release(self, number: int) -> float:
        """A new version of the matter, that counts from another day; how many seconds it took."""
        began = time.perf_counter()
        text = (self.matter / "2026-01-01.yaml").read_text(encoding="utf-8")
        day = f"2026-02-{number + 1:02}"
        new = text.replace("in_force: 2026-01-01\n", f"in_force: {day}\n", 1)
        (self.matter / f"{day}.yaml").write_text(new, encoding="utf-8")
        proposed = self._send(self.analyst, RELEASES, None, 201)
        self._send(self.approver, f"{RELEASES}/{proposed['release']}/approve", {"digests": proposed["digests"]}, 200)
        return time.perf_counter() - began

    def _send(self, key: str, path: str, body: object, wanted: int) -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        if answer.status != wanted:
            raise SystemExit(f"{path}: {answer.status} {told[:500]!r}")
        return dict(json.loads(told))


def keys(path: Path, platforms: int) -> dict[str, str]:
    """An access file with so many platforms (for each window one: they all ask about the same person, and no platform
    may more than 10,000 times a day), an analyst and an approver; their keys."""
    found, lines = {}, ""
    asking: list[tuple[str, tuple[str, ...]]] = [(f"bench{number}", ()) for number in range(platforms)]
    for name, roles in (*asking, ("author", ("analyst",)), ("chief", ("approver",))):
        options = [part for role in roles for part in ("--role", role)]
        command = [sys.executable, "-m", "decision_service", "access", "keys", "new", name, *options, "--json"]
        told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        text = told["lines"]
        lines += text if roles else text.replace("[[caller.key]]", f"{RATES}\n[[caller.key]]")
        found[name] = str(told["key"])
    path.write_text(lines, encoding="utf-8")
    return found


def certified(rules: Path, certificates: Path) -> None:
    """What the gate would give for the versions in `rules`, without a process for each of 500."""
    certificates.mkdir()
    code = code_digest()
    for policy in read_shelf(rules).policies():
        report = judge_samples(rules, policy.matter, str(policy.effective_from), 1, 1)
        if report.fault is not None:
            raise SystemExit(report.fault)
        told = {"matter": report.matter, "digest": report.digest, "cases": report.cases}
        (certificates / f"{report.digest}-{code}.json").write_text(json.dumps(told), encoding="utf-8")


def service(folder: Path, matters: int, windows: int, stack: ExitStack) -> tuple[Row, Staff, list[str]]:
    """The service as a process, its staff, and a platform's key for each window."""
    secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
    sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
    _, line = stack.enter_context(started(sandbox, secret))
    rules, own = folder / "rules", folder / "reload"
    names = copies(rules, matters)
    (rules / "catalogue" / "bundles.yaml").unlink()
    own.mkdir()
    certified(rules, folder / "gate")
    found = keys(own / "access.toml", windows)
    (own / "case.json").write_text(json.dumps({**chosen_case(), "matter": names[-1]}), encoding="utf-8")
    environment = {
        **secret, "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1], "MIAOPI_RULES": str(rules),
        "MIAOPI_ACCESS": str(own / "access.toml"), "MIAOPI_LEDGER": str(own / "l.sqlite3"),
        "MIAOPI_CERTIFICATES": str(folder / "gate"), "MIAOPI_GATE_CASES": "1", "MIAOPI_CONTROL_PORT": "0",
        "MIAOPI_SAMPLE_RATE": "0",
    }  # fmt: skip
    began = time.perf_counter()
    command = [sys.executable, "-m", "decision_service", "serve", "--port", "0", "--as-of", DAY]
    process, line = stack.enter_context(started(command, environment))
    control = process.stdout.readline() if process.stdout is not None else ""
    print(f"{matters} matters: serves after {time.perf_counter() - began:.0f} s", flush=True)
    staff = Staff(int(control.strip().rsplit(":", 1)[1]), found["author"], found["chief"], rules / f"{COPIED}_0")
    asking = [found[f"bench{number}"] for number in range(windows)]
    return Row("reload", process, int(line.rsplit(":", 1)[1])), staff, asking


def shows(folder: Path, key: str) -> None:
    """From now on the load shows this key."""
    path = folder / "reload" / "case.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "key": key}), encoding="utf-8")


def window(row: Row, folder: Path, seconds: float, rate: float, staff: Staff | None, number: int) -> dict[str, float]:
    """One window of load; with `staff`, a reload in it."""
    with ThreadPoolExecutor(1) as pool:
        releasing = None if staff is None else pool.submit(staff.release, number)
        told = load(row, folder, seconds, CONNECTIONS, rate, strict=False)
        if releasing is not None:
            if not releasing.done():
                raise SystemExit("the reload outlasted its window: give more --seconds")
            told["reload_s"] = releasing.result()
    return told


def words(told: dict[str, float]) -> str:
    """A window."""
    others = f"{told['wrong']:.0f} of {told['decisions']:.0f} late or refused"
    return f"p50 {told['p50']:.1f} p99 {told['p99']:.1f} ms, {others}"


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--share", type=float, default=0.5)
    given = parser.parse_args()
    (ROOT / "var").mkdir(exist_ok=True)
    pairs: list[tuple[dict[str, float], dict[str, float]]] = []
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        row, staff, asking = service(folder, given.matters, 1 + 2 * given.rounds, stack)
        shows(folder, asking.pop())
        load(row, folder, 2.0, CONNECTIONS, strict=False)
        told = load(row, folder, 5.0, CONNECTIONS, strict=False)
        rate = given.share * told["decisions"] / told["seconds"]
        for number in range(given.rounds):
            shows(folder, asking.pop())
            plain = window(row, folder, given.seconds, rate, None, number)
            shows(folder, asking.pop())
            pairs.append((plain, window(row, folder, given.seconds, rate, staff, number)))
            shown = "; ".join(map(words, pairs[-1]))
            print(f"none, one reloaded: {shown}; the reload took {pairs[-1][1]['reload_s']:.1f} s", flush=True)
    ratios = [reloaded["p99"] / plain["p99"] for plain, reloaded in pairs]
    print(f"p99 with a reload: {statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    result = {"machine": machine, "matters": given.matters, "rate": round(rate, 1), "ratios": ratios, "rounds": pairs}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
