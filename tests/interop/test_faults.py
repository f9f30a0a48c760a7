"""Whatever goes wrong between stanch and AWS, a run ends done or stopped with
the state as boto3 reads it, goes on from there, and is taken back."""

import json

import pytest
from conftest import client_of
from fault_proxy import FaultProxy
from test_moto import groups_by_interface, launch

WRITES = [
    "ModifyInstanceAttribute",
    "CreateTags",
    "CreateSnapshots",
    "CreateSecurityGroup",
    "RevokeSecurityGroupEgress",
    "ModifyNetworkInterfaceAttribute",
]


# What these do leaves open whether the call arrived, and the program reads for
# half a minute before it says so: two calls of a run are enough of that.
UNCERTAIN = ["internal", "reset", "lost", "malformed"]
FEW = ["CreateTags", "ModifyNetworkInterfaceAttribute"]


@pytest.fixture
def proxy(moto):
    proxy = FaultProxy(moto)
    yield proxy
    proxy.close()


def protected(ec2, instance):
    answer = ec2.describe_instance_attribute(InstanceId=instance, Attribute="disableApiTermination")
    return answer["DisableApiTermination"]["Value"]


def told(summary, step):
    return next(one["status"] for one in summary["steps"] if one["id"] == step)


@pytest.mark.parametrize("fault", ["throttle", "deny", "internal", "reset", "lost", "malformed", "latency"])
def test_a_run_through_faults_ends_true_goes_on_and_is_taken_back(moto, proxy, stanch, fault):
    ec2 = client_of(moto, "ec2")
    [instance] = launch(ec2, interfaces=2)
    before = groups_by_interface(ec2, instance)
    groups = {group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]}
    writes = FEW if fault in UNCERTAIN else WRITES
    for action in writes:
        proxy.inject(action, fault)

    arguments = ["--confirm", instance, "--json", "--endpoint-url", proxy.url]
    done = stanch(
        "remediate", "compromised-instance", instance, "--execute", "--case", "c-1", *arguments, check=False
    )
    for _ in range(len(writes) + 2):
        summary = json.loads(done.stdout)
        assert done.returncode == (1 if summary["stopped"] else 0), done.stderr
        # What it says of what it did is what another client reads.
        if told(summary, "protect") in ("done", "pending", "failed"):
            assert protected(ec2, instance) == (told(summary, "protect") == "done"), summary
        now = groups_by_interface(ec2, instance)
        changed = sum(now[interface] != before[interface] for interface in before)
        if told(summary, "isolate") == "done":
            assert changed == len(before)
        if told(summary, "isolate") in ("pending", "failed"):
            assert changed == 0
        if not summary["stopped"]:
            break
        done = stanch("cases", "resume", "c-1", "--execute", *arguments, check=False)
    assert told(summary, "verify") == "done", summary
    assert len(proxy.hit) >= len(writes) - 1, proxy.hit

    proxy.clear()
    # The way back meets the same fault once.
    proxy.inject("ModifyNetworkInterfaceAttribute", fault)
    for _ in range(3):
        undone = stanch("undo", "c-1", *arguments, check=False)
        if undone.returncode == 0:
            break
    assert undone.returncode == 0, undone.stdout + undone.stderr
    assert groups_by_interface(ec2, instance) == before
    assert protected(ec2, instance) is False
    assert {group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]} == groups
    stanch("cases", "verify", "c-1")
