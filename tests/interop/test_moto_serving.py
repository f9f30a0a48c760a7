"""stanch on an instance that serves, in an Auto Scaling group and two target groups of
moto, a simulation of AWS that others wrote, with boto3 as judge.

moto goes all the way, at once: nothing drains and no instance passes through a state, so
waiting is judged on the simulated account.
"""

import json

import pytest
from conftest import REGION, client_of

GROUP = "fleet"


class Fleet:
    """Two instances that serve at 8080 for their group, and one of them at 9090 by hand."""

    def __init__(self, endpoint):
        self.ec2 = client_of(endpoint, "ec2")
        self.scaling = client_of(endpoint, "autoscaling")
        self.balancing = client_of(endpoint, "elbv2")
        subnet = self.ec2.describe_subnets()["Subnets"][0]
        image = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        self.ec2.create_launch_template(
            LaunchTemplateName=GROUP, LaunchTemplateData={"ImageId": image, "InstanceType": "m5.large"}
        )
        self.targets = {
            port: self.balancing.create_target_group(
                Name=f"at-{port}", Protocol="HTTP", Port=8080, VpcId=subnet["VpcId"]
            )["TargetGroups"][0]["TargetGroupArn"]
            for port in (8080, 9090)
        }
        self.scaling.create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            LaunchTemplate={"LaunchTemplateName": GROUP},
            MinSize=1,
            MaxSize=4,
            DesiredCapacity=2,
            VPCZoneIdentifier=subnet["SubnetId"],
            TargetGroupARNs=[self.targets[8080]],
        )
        self.scaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["AZRebalance"])
        self.patient = sorted(self.members())[0]
        self.balancing.register_targets(
            TargetGroupArn=self.targets[9090], Targets=[{"Id": self.patient, "Port": 9090}]
        )

    def group(self):
        return self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]

    def members(self):
        return {one["InstanceId"]: one["LifecycleState"] for one in self.group()["Instances"]}

    def suspended(self):
        return {one["ProcessName"] for one in self.group()["SuspendedProcesses"]}

    def served(self, port):
        """Who gets traffic of a target group, and at which port."""
        health = self.balancing.describe_target_health(TargetGroupArn=self.targets[port])
        return {one["Target"]["Id"]: one["Target"]["Port"] for one in health["TargetHealthDescriptions"]}

    def state(self):
        interfaces = self.ec2.describe_network_interfaces(
            Filters=[{"Name": "attachment.instance-id", "Values": [self.patient]}]
        )
        return {
            "capacity": self.group()["DesiredCapacity"],
            "members": self.members(),
            "suspended": self.suspended(),
            "served": {port: self.served(port) for port in self.targets},
            "groups": [sorted(group["GroupId"] for group in one["Groups"]) for one in interfaces["NetworkInterfaces"]],
            "every group": {one["GroupId"] for one in self.ec2.describe_security_groups()["SecurityGroups"]},
            "protected": self.ec2.describe_instance_attribute(
                InstanceId=self.patient, Attribute="disableApiTermination"
            )["DisableApiTermination"]["Value"],
            "tags": self.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [self.patient]}])["Tags"],
        }


@pytest.fixture
def fleet(moto):
    fleet = Fleet(moto)
    assert fleet.served(8080).keys() == fleet.members().keys() and len(fleet.members()) == 2
    assert fleet.served(9090) == {fleet.patient: 9090}
    return fleet


def is_contained(fleet):
    assert fleet.members()[fleet.patient] == "Standby"
    assert fleet.group()["DesiredCapacity"] == 1
    assert fleet.patient not in fleet.served(8080) and not fleet.served(9090)
    assert fleet.state()["protected"] is True


def stands_by(fleet):
    assert fleet.members()[fleet.patient] == "Standby" and fleet.group()["DesiredCapacity"] == 1


def is_detached(fleet):
    assert fleet.patient not in fleet.members() and fleet.group()["DesiredCapacity"] == 1


def is_suspended(fleet):
    assert fleet.suspended() == {"AZRebalance", "AddToLoadBalancer", "ReplaceUnhealthy", "Terminate"}


def serves_nobody(fleet):
    assert fleet.patient not in fleet.served(8080) and not fleet.served(9090)
    assert len(fleet.served(8080)) == 1, "the other goes on"


@pytest.mark.parametrize(
    ("steps", "is_so"),
    [
        ([], is_contained),
        (["standby"], stands_by),
        (["detach"], is_detached),
        (["processes"], is_suspended),
        (["deregister"], serves_nobody),
    ],
    ids=["containment", "standby", "detach", "processes", "deregister"],
)
def test_an_instance_that_serves_is_taken_out_of_service_and_put_back(fleet, moto, stanch, steps, is_so):
    before = fleet.state()
    run = executed(stanch, moto, fleet, steps)
    assert {step["status"] for step in run["steps"] if step["id"] in steps} <= {"done"}
    is_so(fleet)
    undone(stanch, moto, fleet, run)
    assert fleet.state() == before
    stanch("cases", "verify", run["case"])


def test_a_group_that_launched_another_meanwhile_has_one_more_afterwards(fleet, moto, stanch):
    before = fleet.state()
    run = executed(stanch, moto, fleet, ["standby-replace"])
    members = fleet.members()
    assert members.pop(fleet.patient) == "Standby"
    assert list(members.values()) == ["InService"] * 2 and fleet.group()["DesiredCapacity"] == 2
    undone(stanch, moto, fleet, run)
    after = fleet.state()
    assert after["capacity"] == 3 and after["members"] == members | {fleet.patient: "InService"}
    assert fleet.served(8080).keys() >= before["members"].keys()
    assert after["served"][9090] == before["served"][9090]


def executed(stanch, moto, fleet, steps):
    named = ["--steps", ",".join(steps)] if steps else []
    arguments = ["--execute", "--json", "--confirm", fleet.patient, "--endpoint-url", moto, "--region", REGION]
    return json.loads(stanch("remediate", "compromised-instance", fleet.patient, *arguments, *named).stdout)


def undone(stanch, moto, fleet, run):
    stanch("undo", run["case"], "--confirm", fleet.patient, "--endpoint-url", moto, "--region", REGION)
