"""Runs every test file at the sizes that are promised (MIAOPI_PROVE=1), one after the other; can be stopped any time.

A file that passed is not run again as long as nothing in the tree changes; what each one took and counted is kept in
var/prove/ and summed up in benchmarks/prove-it.json. Ends with 1 if any file fails.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
SUMMARY = ROOT / "benchmarks" / "prove-it.json"
PATIENCE = "14400"
"""Seconds that one test may take before it counts as hung."""

Record: TypeAlias = dict[str, object]


def git(*arguments: str) -> str:
    """What git says, stripped."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def state_of_the_tree() -> str:
    """A digest over every file that git knows or would know, but for the summary itself."""
    digest = hashlib.sha256()
    for name in sorted(git("ls-files", "-co", "--exclude-standard", "-z").split("\0")):
        path = ROOT / name
        if path != SUMMARY and path.is_file():
            digest.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def prove(file: Path, stamps: Path) -> Record:
    """Runs one test file unless it has passed before; the record of its last run."""
    name = str(file.relative_to(ROOT))
    stamp = stamps / f"{name.replace('/', '__')}.json"
    if stamp.exists():
        print(f"done before: {name}", flush=True)
        return dict(json.loads(stamp.read_text()))
    print(f"proving:     {name}", flush=True)
    report = stamps / "report.xml"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--timeout", PATIENCE, f"--junitxml={report}", name]
    code = subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "MIAOPI_PROVE": "1"}).returncode
    record: Record = {"file": name, "passed": code == 0, "seconds": round(time.monotonic() - began, 1)}
    if report.exists():
        suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - our own report
        record |= (
            {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
            if suite is not None
            else {}
        )
    if code == 0:
        stamp.write_text(json.dumps(record))
    return record


def main() -> int:
    """Proves every file; 0 if all passed."""
    state = state_of_the_tree()
    stamps = ROOT / "var" / "prove" / state
    stamps.mkdir(parents=True, exist_ok=True)
    records: list[Record] = []
    spark = ROOT / "tests" / "spark"  # these need Java: MIAOPI_PROVE=1 make test-spark
    files = sorted(one for one in (ROOT / "tests").rglob("test_*.py") if spark not in one.parents)
    for file in files:
        records.append(prove(file, stamps))
        summary = {
            "commit": git("rev-parse", "HEAD"),
            "tree": state,
            "machine": {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()},
            "files_left": len(files) - len(records),
            "passed": all(record["passed"] for record in records),
            "files": records,
        }
        SUMMARY.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    failed = [str(record["file"]) for record in records if not record["passed"]]
    print(
        f"{len(records) - len(failed)} of {len(records)} files proved"
        + "".join(f"\n  failed: {name}" for name in failed)
    )
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
