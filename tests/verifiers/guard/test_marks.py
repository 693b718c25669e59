"""Marks of questions: what one platform asks is another question than the same asked by another, so that neither shares
an answer with the other, and how soon one comes tells neither that the other has asked."""

from dataclasses import replace

from tests.verifiers.guard.acting import KEPT, question
from verifiers.guard.marks import Marks


def test_the_same_question_of_another_caller_is_another() -> None:
    marks = Marks()
    one = replace(question(KEPT), caller="platform-a")
    assert marks.question(one) == marks.question(replace(one, application_id="another"))
    for other in (replace(one, caller="platform-b"), replace(one, caller="")):
        assert marks.question(other) != marks.question(one)
