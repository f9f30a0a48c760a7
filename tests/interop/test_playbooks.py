"""Every playbook that comes with the program, all of its steps, with exactly the policies
for reading and for it; and back again. The commands that the journal keeps are then the
calls that CloudTrail has seen, no more and no less.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Callable

import pytest
from conftest import until
from desk import opened_desk  # noqa: F401
from remedies import LONE, MEMBER, shared
from still_account import ACCOUNT, KEY, ROLES, USER, StillAccount, differences

# Evidence stays, and what was an instance's that is terminated does not come back.
EVIDENCE = ["snapshots", "shared snapshots", "images", "shared images"]
ENDED = ["instances", "attributes", "profiles", "interfaces", "addresses", "volumes"]


@dataclass(frozen=True)
class Script:
    playbook: str
    target: Callable[[StillAccount], str]
    # What the steps leave to choose, and what they cannot know.
    more: tuple[str, ...] = ()
    prepare: Callable[[StillAccount], None] | None = None
    # Left out: the instance would be gone, or not stand by as is verified later.
    but: tuple[str, ...] = ()

    def __str__(self):
        return "-but-".join([self.playbook, *self.but])


ATTACKER = ("--set", "deny.address=203.0.113.7")
OWNER = ("--focus", f"arn:aws:iam::{ACCOUNT}:user/ci/{USER},arn:aws:iam::{ACCOUNT}:role/{ROLES[0]}")
NARROWER = ("--set", "rule=in tcp 443 10.0.0.0/8")
SCRIPTS = [
    Script("compromised-instance", MEMBER, ATTACKER, but=("terminate", "detach")),
    Script("compromised-instance", LONE, ATTACKER),
    Script("rogue-instances", LONE, but=("terminate",)),
    Script("leaked-key", lambda account: KEY, OWNER),
    Script("legacy-classiclink", LONE),
    Script("open-security-groups", lambda account: account.group("web"), (*ATTACKER, *NARROWER)),
    Script("public-snapshot", StillAccount.snapshot),
    Script("public-snapshot", StillAccount.image, prepare=shared),
]


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_playbook_passes_and_is_taken_back_with_its_policy(script, desk, parser):
    account = desk.open(script.prepare)
    try:
        account.grant(desk.policy(), desk.policy(script.playbook))
        case = desk.case(script.playbook, script.target(account), account, *script.more)
        steps = case.plan()["steps"]
        assert not [step["refused"] for step in steps if step["refused"]]
        fit = [step["id"] for step in steps if not step["not_applicable"] and step["id"] not in script.but]
        # What comes after the check unsays it: that is run by itself, as a user would.
        last = max((fit.index(step["id"]) for step in steps if step["kind"] == "check"), default=len(fit) - 1)
        beyond = {step["id"] for step in steps if step["beyond"]} & set(fit[last + 1 :])
        ran = passed(case, fit[: last + 1]) + (passed(case, beyond) if beyond else [])
        assert {step["id"] for step in ran} >= {step["id"] for step in steps if step["remedy"]} & set(fit)
        assert script.playbook == "legacy-classiclink" or account.settled() != account.before
        code, said = case.undo()
        assert code == 0, said
        now = account.settled()
        for kept in EVIDENCE + ENDED * ("terminate" in beyond):
            now[kept] = account.before[kept]
        assert now == account.before, "\n".join(differences(now, account.before))
        calls = [call for command in case.commands() for call in parser.read(command)[0]]
        kept = Counter(name for _, name, _ in calls if not name.startswith("Describe"))
        until(lambda: account.written() == kept)
    finally:
        account.close()


def passed(case, names):
    """Runs these steps, and finds each done with all that it had to read."""
    summary = case.execute(*names, check=False)
    assert summary["stopped"] is None, summary["stopped"]
    ran = [step for step in summary["steps"] if step["id"] in names]
    for step in ran:
        assert step["status"] in ("done", "already", "by-hand") and step["missed"] == [], step
    assert len(ran) == len(names)
    return ran


def test_the_playbooks_are_all_of_them(desk):
    known = {line.split()[0] for line in desk.run("playbooks").stdout.splitlines() if not line.startswith(" ")}
    assert {script.playbook for script in SCRIPTS} == {name for name in known if not name.startswith("only-")}
