"""Every remedy on an account of its own, run with exactly the policy that stanch prints
for it, and judged by boto3: its step does what the AWS CLI does with the lines of the
plan, and its undo gives everything back.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest
from conftest import shell, until
from desk import Case, opened_desk  # noqa: F401
from remedies import TRIALS, Trial
from still_account import StillAccount, differences


@dataclass
class Played:
    """A remedy that the step ran on one account and the CLI on its twin."""

    trial: Trial
    case: Case
    lines: StillAccount
    script: str
    summary: dict
    copied: CompletedProcess
    after: dict


@pytest.fixture(scope="module", params=TRIALS, ids=str)
def played(request, desk):
    trial = request.param
    with ExitStack() as accounts, ThreadPoolExecutor(2) as both:

        def open_one(_):
            account = desk.open(trial.prepare)
            accounts.callback(account.close)
            return account

        step, lines = both.map(open_one, range(2))
        assert step.before == lines.before, "\n".join(differences(step.before, lines.before))
        for account in (step, lines):
            account.grant(desk.policy(), desk.policy("--remedy", trial.remedy))
        case = trial.case(desk, step)
        [planned] = case.plan()["steps"]
        assert not planned["not_applicable"] and not planned["refused"], planned
        script = "\n".join(planned["cli"])
        copied = both.submit(shell, script, desk.environment, lines.endpoint, desk.folder / "cli")
        summary = case.execute("only")
        yield Played(trial, case, lines, script, summary, copied.result(), step.settled())


def test_the_trials_are_of_the_whole_set(desk):
    refused = desk.run("policy", "--remedy", "none-such", check=False).stderr
    known = re.search(r"there are ([a-z0-9, -]+)", refused)[1].split(", ")
    assert {trial.remedy for trial in TRIALS} == set(known)


def test_the_step_passes_with_its_policy_and_the_lines_of_the_plan_do_the_same(played):
    [step] = played.summary["steps"]
    assert step["status"] == "done", step
    assert {one["status"] for one in step["objects"]} <= {"done", "already"}, step
    assert played.copied.returncode == 0, f"{played.script}\n{played.copied.stderr}"
    theirs = played.lines.settled()
    assert played.after == theirs, f"{played.script}\n" + "\n".join(differences(played.after, theirs))
    if event := played.trial.event:
        for account in (played.case.account, played.lines):
            until(lambda: account.written() == {event: 1})
    else:
        assert played.after != played.case.account.before, "nothing has changed"


def test_undo_gives_everything_back_with_the_same_policy(played):
    code, said = played.case.undo()
    assert code == 0, said
    before = played.after if played.trial.stays else played.case.account.before
    now = played.case.account.settled()
    assert now == before, "\n".join(differences(now, before))
