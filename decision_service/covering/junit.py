"""Trials as JUnit XML, the shape that build servers read: a suite a version, a test a case."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from decision_service.covering.trying import Tried
from decision_service.source import Span, shown
from decision_service.trials import Trial


def junit(tried: Sequence[Tried], folder: Path) -> bytes:
    """The document; `folder` is the rules folder. A case that fails is a failure of its test; so is a rule that no case
    shows to decide alone."""
    root = Element("testsuites", name="miaopi test")
    counts = [_suite(root, one, folder) for one in tried]
    root.set("tests", str(sum(tests for tests, _ in counts)))
    root.set("failures", str(sum(failures for _, failures in counts)))
    root.set("errors", "0")
    indent(root)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(root: Element, tried: Tried, folder: Path) -> tuple[int, int]:
    tests, failures = len(tried.trials) + len(tried.bare), len(tried.failed) + len(tried.bare)
    name = f"{tried.policy.matter} {tried.policy.effective_from}"
    suite = SubElement(root, "testsuite", name=name, tests=str(tests), failures=str(failures), errors="0", skipped="0")
    for trial in tried.trials:
        _case(suite, tried.policy.matter, trial, folder)
    for rule in tried.bare:
        said = f"没有案例表明规则 {rule.id} 单独起作用 no case shows rule {rule.id} deciding alone"
        test = _test(suite, tried.policy.matter, f"alone: {rule.id}", rule.span, folder)
        SubElement(test, "failure", message=said, type="rule_without_a_case").text = said
    return tests, failures


def _case(suite: Element, matter: str, trial: Trial, folder: Path) -> None:
    test = _test(suite, matter, trial.case.name, trial.case.span, folder)
    if trial.differences:
        what = ", ".join(one.what for one in trial.differences)
        lines = [f"{one.what}: 预期 expected {one.expected}, 实得 came {one.came}" for one in trial.differences]
        failure = SubElement(test, "failure", message=shown(f"与预期不符 not as expected: {what}"), type="difference")
        failure.text = "\n".join(shown(line) for line in lines)


def _test(suite: Element, matter: str, name: str, span: Span | None, folder: Path) -> Element:
    place = {} if span is None else {"file": (folder / span.source.name).as_posix(), "line": str(span.line)}
    return SubElement(suite, "testcase", classname=matter, name=shown(name), attrib=place)
