"""The policies that stanch prints, put into force: they permit what the remedies and the
playbooks do, nothing beside it, and nothing less would do.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import writes
from desk import opened_desk  # noqa: F401
from remedies import TRIALS
from still_account import differences

REMEDIES = sorted({trial.remedy for trial in TRIALS})

# Other values than the account's own, and the calls on what has no such thing: some
# are of nothing, some of what has no account or no Region in its ARN, or bears no tag.
NOTHING = ("ec2:EnableEbsEncryptionByDefault", "ec2:DisableEbsEncryptionByDefault")
TAGGED = ("Instance", "Tags", "Snapshots", "CreateImage", "Standby", "Processes")
NARROWINGS = {
    "--account": ("999999999999", (*NOTHING, "ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute").__contains__),
    "--region": ("us-east-1", lambda action: action in NOTHING or action.startswith("iam:")),
    "--tag": ("Env=staging", lambda action: not any(word in action for word in TAGGED)),
}


def actions(document):
    return {action for statement in document["Statement"] for action in statement["Action"]}


@pytest.fixture(scope="module")
def account(desk):
    """An account in which everything is refused, so that it stays as it is."""
    account = desk.open()
    try:
        yield account
        assert account.settled() == account.before
    finally:
        account.close()


def test_the_calls_are_those_that_the_policies_permit(desk, account):
    called = {action for action, *_ in writes.of(account)} | {"iam:PassRole"}
    permitted = set().union(*(actions(desk.policy("--remedy", remedy)) for remedy in REMEDIES))
    reads = {action for action in permitted if action.split(":")[1].startswith(("Describe", "Get", "List"))}
    assert permitted - reads == called


def test_the_policy_of_a_remedy_permits_no_other_s_calls(desk, account):
    caller, calls, wrong = writes.Caller(account), writes.of(account), []
    for remedy in REMEDIES:
        own = desk.policy("--remedy", remedy)
        account.grant(desk.policy(), own)
        others = [call for call in calls if call[0] not in actions(own)]
        assert len(others) >= 25
        wrong += [f"{remedy}: {call[0]}" for call in others if not caller.is_denied(*call)]
    assert not wrong, wrong


@pytest.mark.parametrize("by", NARROWINGS)
def test_a_narrowed_policy_permits_nothing_of_another_account_region_or_tag(by, desk, account):
    value, exempt = NARROWINGS[by]
    caller, calls, refused, passed = writes.Caller(account), writes.of(account), set(), set()
    for remedy in REMEDIES:
        own = desk.policy("--remedy", remedy, by, value)
        account.grant(desk.policy(), own)
        for call in calls:
            if call[0] in actions(own) and not exempt(call[0]):
                (refused if caller.is_denied(*call) else passed).add(call[0])
    assert not passed
    assert len(refused) >= 13


def test_a_condition_holds_for_its_own_tags_and_groups_alone(desk, account):
    lone, volume, web = account.instance("lone")["InstanceId"], account.volume("lone"), account.group("web")
    snapshot, image, vpc = account.snapshot(), account.image(), account.instance("lone")["VpcId"]
    own, foreign = {"Key": "stanch:case", "Value": "x"}, {"Key": "Owner", "Value": "x"}
    group = {"GroupName": "x", "Description": "x", "VpcId": vpc}
    rules = account.client("ec2").describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [web]}])

    def rule(egress):
        return [one["SecurityGroupRuleId"] for one in rules["SecurityGroupRules"] if one["IsEgress"] == egress][:1]

    beyond = [
        ("tag", "create_tags", {"Resources": [lone], "Tags": [foreign]}),
        ("tag", "create_tags", {"Resources": [lone], "Tags": [own, foreign]}),
        ("tag", "create_tags", {"Resources": [volume], "Tags": [own]}),
        ("tag", "create_tags", {"Resources": [lone, web], "Tags": [own]}),
        ("tag", "delete_tags", {"Resources": [lone], "Tags": [{"Key": "Env"}]}),
        ("tag", "delete_tags", {"Resources": [lone]}),
        ("snapshot-volumes", "create_tags", {"Resources": [snapshot], "Tags": [own]}),
        ("create-image", "create_tags", {"Resources": [image], "Tags": [own]}),
        ("isolate-network", "create_tags", {"Resources": [web], "Tags": [{"Key": "stanch:quarantine", "Value": vpc}]}),
        ("isolate-network", "create_security_group", group),
        ("isolate-network", "create_security_group", group | writes.made("security-group", "Owner")),
        ("isolate-network", "delete_security_group", {"GroupId": web}),
        ("isolate-network", "revoke_security_group_egress", {"GroupId": web, "SecurityGroupRuleIds": rule(True)}),
        ("isolate-network", "revoke_security_group_ingress", {"GroupId": web, "SecurityGroupRuleIds": rule(False)}),
        ("protect-termination", "modify_instance_attribute", {"InstanceId": lone, "Groups": [web]}),
    ]
    caller = writes.Caller(account)
    for remedy, method, parameters in beyond:
        account.grant(desk.policy(), desk.policy("--remedy", remedy))
        assert caller.is_denied("ec2", method, parameters), (remedy, method, parameters)


# Each is in a policy for a case that the trial is not.
NOT_MET = {
    ("isolate-network", "ec2:RevokeSecurityGroupIngress"): "a new group has no rule inbound",
    ("revoke-rules", "ec2:RevokeSecurityGroupEgress"): "the open rules are inbound",
    ("revoke-rules", "ec2:AuthorizeSecurityGroupEgress"): "the open rules are inbound",
    ("authorize-rules", "ec2:RevokeSecurityGroupIngress"): "the chosen rule is outbound",
    ("authorize-rules", "ec2:AuthorizeSecurityGroupIngress"): "the chosen rule is outbound",
    ("standby", "autoscaling:AttachInstances"): "it is not detached",
    ("standby", "autoscaling:DetachInstances"): "it is not detached",
}


def without(document, action):
    """The document without one action."""
    kept = [one | {"Action": [name for name in one["Action"] if name != action]} for one in document["Statement"]]
    return document | {"Statement": [one for one in kept if one["Action"]]}


@pytest.mark.parametrize("trial", {one.remedy: one for one in reversed(TRIALS)}.values(), ids=str)
def test_without_one_action_a_step_or_its_undo_is_denied_and_says_what_is_true(trial, desk):
    reading, own = desk.policy(), desk.policy("--remedy", trial.remedy)
    met = [one for one in sorted(actions(own) - actions(reading)) if (trial.remedy, one) not in NOT_MET]
    assert met

    def tried(action):
        account = desk.open(trial.prepare)
        try:
            account.grant(reading, without(own, action))
            denied_somewhere(trial.case(desk, account), action)
        finally:
            account.close()

    with ThreadPoolExecutor(2) as two:
        list(two.map(tried, met))


def denied_somewhere(case, action):
    """The step is denied, or its undo is; what is said of it is what is there."""
    account = case.account
    summary = case.execute("only", check=False)
    [step] = summary["steps"]
    if summary["stopped"] is None:
        assert step["status"] == "done", step
        after = account.settled()
        code, said = case.undo()
        assert code == 1 and "denied" in said, f"{action} is needed for nothing:\n{said}"
        assert account.settled() != account.before
        return
    assert summary["stopped"]["kind"] == "denied", summary
    now = account.settled()
    changed = "\n".join(differences(account.before, now))
    assert step["status"] in ("failed", "partly"), (action, step)
    assert (step["status"] == "failed") == (changed == ""), f"{action}: {step}\n{changed}"
