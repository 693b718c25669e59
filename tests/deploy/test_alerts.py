"""Every alert asks for metrics and labels that there are, and says what to do in both languages."""

import re
import shutil
import subprocess

import pytest
import yaml

from tests.docs.test_operations import rows
from tests.http.staging import ROOT

FILE = ROOT / "deploy" / "alerts.yaml"
RULES = [rule for group in yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
PROMTOOL = shutil.which("promtool")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
SERIES = {
    name.strip("`") + suffix: set(labels.split(", ")) - {""}
    for name, kind, labels, _ in rows("Metrics")
    for suffix in SUFFIXES[kind]
}
"""What Prometheus stores, as the page of operators has it (which tests hold to what is served), with its labels."""

WATCHED = {
    "miaopi_engines_differ_total", "miaopi_faults_total", "miaopi_credit_checks_overdue", "miaopi_clock_trusted",
    "miaopi_disk_low", "miaopi_writer_stalled_seconds", "miaopi_witness_rounds_total", "miaopi_queue_overdue",
    "miaopi_rule_packs_without_approval", "miaopi_slow_decisions_total",
}  # fmt: skip
"""What must not go wrong unseen."""


def named(rule: dict) -> set[str]:
    return set(re.findall(r"\b(?:miaopi|process)_\w+", rule["expr"]))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_measured(rule: dict) -> None:
    assert named(rule) <= set(SERIES)
    assert named(rule) or rule["expr"].startswith("up{")
    for series, matchers in re.findall(r"\b(miaopi_\w+)\{([^}]*)\}", rule["expr"]):
        assert set(re.findall(r"(\w+)\s*[=!]", matchers)) <= SERIES[series]
    for label in re.findall(r"\$labels\.(\w+)", str(rule["annotations"])):
        assert all(label in SERIES[series] for series in named(rule))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_what_it_means(rule: dict) -> None:
    assert re.fullmatch(r"Miaopi[A-Z]\w+", rule["alert"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert len(rule["annotations"]["en"]) > 20
    assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["zh"])
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}


def test_names_are_unique_and_nothing_that_matters_is_left_out() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert set.union(*map(named, RULES)) >= WATCHED


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here: apt-get install prometheus")
def test_prometheus_itself_takes_the_file() -> None:
    done = subprocess.run([PROMTOOL or "", "check", "rules", FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
