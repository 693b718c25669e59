"""`python -m tests.simulation SEED`: the story of one seed, told."""

import sys
from collections.abc import Iterator

from tests.simulation.world import Story, story_of


def told(story: Story) -> Iterator[str]:
    """The plan, then each application with what was asked, what came of it, and what is true."""
    plan = story.plan
    yield f"latency x {plan.latency}, calm from {plan.calm_from} s, the record fails {plan.record_fails:.0%}"
    for register, habits in sorted(plan.habits.items()):
        yield f"  {register}: " + ", ".join(f"{name} {share:.0%}" for name, share in habits.items())
    for number, answer in story.answers.items():
        applicant = story.applicants[number]
        codes = ", ".join(one["code"] for one in answer["reasons"])
        yield f"{number} {applicant.case.matter} / {applicant.case.name}: {answer['outcome']} {codes}"
        yield f"  true: {applicant.outcome}; {story.took[number]:.3f} s; decided {story.decided[number]} times"
        for one in answer["verifications"]:
            fault = story.faulty.get(one["request_id"], "")
            yield f"    {one['register']}: {one['status']} {one['origin']} {one['elapsed_ms']} ms {fault}"
        yield f"    asked: {', '.join(register for register, application in story.put if application == number)}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(told(story_of(int(sys.argv[1])))) + "\n")
