"""`python -m tests.fuzz [TARGET…] [--seconds N]`: fuzzing led by coverage (atheris, dependency group `fuzz`).

The inputs that reach new code are kept in var/fuzz/<target>/ and used again; one that breaks a parser is put into
tests/fuzz/found/<target>/ and named. Exit 1 if any was found.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Fuzzes each target in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help="names in tests/fuzz/targets.py; all if none")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:  # before anything is imported, as what is imported already is not watched
        return fuzz(asked.targets[0], asked.seconds)
    from tests.fuzz.targets import TARGETS, all_seeds

    broken = []
    for name in asked.targets or TARGETS:
        corpus = ROOT / "var" / "fuzz" / name
        corpus.mkdir(parents=True, exist_ok=True)
        for place, seed in enumerate(all_seeds(name)):
            (corpus / f"seed-{place}").write_bytes(seed)
        command = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(asked.seconds), "--one"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            broken.append(name)
    sys.stdout.write(f"broken: {', '.join(broken) or 'none'}\n")
    return bool(broken)


def fuzz(name: str, seconds: int) -> int:
    """Does not return: libFuzzer ends the process, with 0 if nothing was found."""
    import atheris

    with atheris.instrument_imports(include=["decision_service", "verifiers"]):
        from tests.fuzz.targets import TARGETS

    found = ROOT / "tests" / "fuzz" / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=8192",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    corpus = str(ROOT / "var" / "fuzz" / name)
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={found}/", corpus], TARGETS[name].run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
