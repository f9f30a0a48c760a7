"""Every command that a plan shows, judged by the AWS CLI itself: its parser and the
service's model take each, and run against the simulated account they contain an
instance and give it back."""

import datetime
import json
import time

import pytest

from conftest import REGION, client_of, shell

PLAYBOOKS = ["compromised-instance", "rogue-instances", "legacy-classiclink"]


def two_interfaces(ec2):
    """An instance of the simulated account with two interfaces and a profile."""
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                if len(instance["NetworkInterfaces"]) == 2 and "IamInstanceProfile" in instance:
                    return instance["InstanceId"]
    pytest.fail("the scenario has no such instance")


def groups_of(ec2, instance):
    answer = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    return {one["NetworkInterfaceId"]: sorted(g["GroupId"] for g in one["Groups"]) for one in answer["NetworkInterfaces"]}


def plan_of(stanch, playbook, target, endpoint):
    done = stanch("remediate", playbook, target, "--plan", "--json", "--endpoint-url", endpoint, "--region", REGION)
    return json.loads(done.stdout)


def test_the_sessions_of_a_key_end_at_the_moment_when_the_line_runs(stanch, simulator, environment, parser, tmp_path):
    common = ["--plan", "--json", "--endpoint-url", simulator, "--region", REGION]
    role = client_of(simulator, "sts").get_caller_identity()["Account"]
    role = f"arn:aws:iam::{role}:role/ReadOnly"
    plan = json.loads(stanch("remediate", "leaked-key", "ASIAIOSFODNN7EXAMPLE", "--focus", role, *common).stdout)
    steps = {step["id"]: step for step in plan["steps"]}
    assert "cannot be turned off" in steps["deactivate"]["not_applicable"]
    [line] = steps["revoke"]["cli"]
    assert parser.wrong([line]) == {}
    earliest = int(time.time())
    done = shell(line, environment, simulator, tmp_path / "real")
    assert done.returncode == 0, done.stderr
    iam = client_of(simulator, "iam")
    policy = iam.get_role_policy(RoleName="ReadOnly", PolicyName="AWSRevokeOlderSessions")["PolicyDocument"]
    moment = policy["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
    written = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
    assert earliest <= written <= time.time(), moment


def commands(plan):
    return [line for step in plan["steps"] if not step["not_applicable"] for line in step["cli"]]


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_cli_takes_every_command_for_an_instance(playbook, stanch, simulator, parser):
    ec2 = client_of(simulator, "ec2")
    plan = plan_of(stanch, playbook, two_interfaces(ec2), simulator)
    lines = commands(plan)
    assert lines
    script = "QUARANTINE_SG=sg-0123456789abcdef0\n"
    assert parser.wrong(script + line for line in lines) == {}


def test_the_cli_takes_every_command_for_other_targets(stanch, simulator, parser):
    ec2 = client_of(simulator, "ec2")
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    snapshot = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]
    for playbook, target in [
        ("open-security-groups", group),
        ("public-snapshot", snapshot),
        ("leaked-key", "AKIAIOSFODNN7EXAMPLE"),
    ]:
        lines = commands(plan_of(stanch, playbook, target, simulator))
        assert lines and parser.wrong(lines) == {}, playbook


def test_the_commands_of_a_containment_do_what_the_steps_do(stanch, simulator, environment, tmp_path):
    ec2 = client_of(simulator, "ec2")
    target = two_interfaces(ec2)
    plan = plan_of(stanch, "compromised-instance", target, simulator)
    steps = [step for step in plan["steps"] if step["remedy"] and not step["beyond"] and not step["not_applicable"]]
    script = "\n".join(line for step in steps for line in step["cli"])
    done = shell(script, environment, simulator, tmp_path / "real")
    assert done.returncode == 0, done.stderr
    # Reads lag behind writes, as EC2's do.
    deadline = time.monotonic() + 20
    while len(held := {group for groups in groups_of(ec2, target).values() for group in groups}) > 1:
        assert time.monotonic() < deadline, held
        time.sleep(0.5)
    (quarantine,) = held
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [quarantine]}])
    assert rules["SecurityGroupRules"] == []
    attribute = ec2.describe_instance_attribute(InstanceId=target, Attribute="disableApiTermination")
    assert attribute["DisableApiTermination"]["Value"] is True
    filters = [{"Name": "instance-id", "Values": [target]}]
    while left := ec2.describe_iam_instance_profile_associations(Filters=filters)["IamInstanceProfileAssociations"]:
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def test_stanch_contains_and_gives_back_on_the_simulated_account(stanch, simulator):
    ec2 = client_of(simulator, "ec2")
    target = two_interfaces(ec2)
    before = groups_of(ec2, target)
    common = ["--endpoint-url", simulator, "--region", REGION]
    done = stanch(
        "remediate", "compromised-instance", target, "--execute", "--confirm", target, "--json", "--write", *common, timeout=300
    )
    run = json.loads(done.stdout)
    assert all(step["note"] for step in run["steps"] if step["status"] in ("not-applicable", "undecided"))
    stands = {step["id"]: step["status"] for step in run["steps"]}
    assert stands.pop("deny") == "undecided", "which address is to be denied is for somebody to say"
    assert set(stands.values()) <= {"done", "already", "by-hand", "pending", "not-applicable"}
    assert stands["isolate"] == "done"
    assert len({group for groups in groups_of(ec2, target).values() for group in groups}) == 1
    stanch("undo", run["case"], "--confirm", target, "--write", *common, timeout=300)
    assert groups_of(ec2, target) == before
