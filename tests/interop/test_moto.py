"""stanch against moto, a simulation of AWS that others wrote, with boto3 as judge."""

import json

import pytest

from conftest import REGION, client_of


@pytest.fixture
def ec2(moto):
    return client_of(moto, "ec2")


def launch(ec2, interfaces=1, count=1, **more):
    """Instances in the default VPC, each with so many interfaces, with groups of their own."""
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = [
        ec2.create_security_group(GroupName=f"app-{number}", Description="app", VpcId=subnet["VpcId"])["GroupId"]
        for number in range(interfaces + 1)
    ]
    ids = []
    for _ in range(count):
        instance = ec2.run_instances(
            ImageId=image,
            InstanceType="m5.large",
            MinCount=1,
            MaxCount=1,
            # moto keeps groups that are given to the instance on its interface for ever.
            NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet["SubnetId"], "Groups": groups[:2]}],
            **more,
        )["Instances"][0]
        ids.append(instance["InstanceId"])
        for number in range(1, interfaces):
            interface = ec2.create_network_interface(SubnetId=subnet["SubnetId"], Groups=[groups[number + 1]])
            ec2.attach_network_interface(
                NetworkInterfaceId=interface["NetworkInterface"]["NetworkInterfaceId"],
                InstanceId=instance["InstanceId"],
                DeviceIndex=number,
            )
    return ids


def groups_by_interface(ec2, instance):
    answer = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    return {
        interface["NetworkInterfaceId"]: sorted(group["GroupId"] for group in interface["Groups"])
        for interface in answer["NetworkInterfaces"]
    }


def all_instances(ec2):
    return {
        instance["InstanceId"]: instance
        for page in ec2.get_paginator("describe_instances").paginate()
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    }


def test_instances_are_those_that_boto3_lists(ec2, moto, jsonl):
    launch(ec2, count=12)
    theirs = all_instances(ec2)
    ours = {one["id"]: one for one in jsonl("instances", "--jsonl", "--endpoint-url", moto)}
    assert ours.keys() == theirs.keys()
    for id, one in ours.items():
        instance = theirs[id]
        assert one["state"] == instance["State"]["Name"]
        assert one["type"] == instance["InstanceType"]
        assert one["region"] == REGION
        assert one["az"] == instance["Placement"]["AvailabilityZone"]
        assert one["vpc"] == instance["VpcId"]
        assert one["subnet"] == instance["SubnetId"]
        assert one["private_ip"] == instance["PrivateIpAddress"]
        assert (one["public_ip"] or None) == instance.get("PublicIpAddress")
        assert one["image"] == instance["ImageId"]
        assert sorted(one["security_groups"]) == sorted(
            group["GroupId"] for group in instance["NetworkInterfaces"][0]["Groups"]
        )
        assert sorted(one["volumes"]) == sorted(
            mapping["Ebs"]["VolumeId"] for mapping in instance["BlockDeviceMappings"]
        )


def test_an_instance_with_two_interfaces_is_contained_and_given_back(ec2, moto, stanch):
    [instance] = launch(ec2, interfaces=2)
    before = groups_by_interface(ec2, instance)
    assert len(before) == 2

    done = stanch(
        "remediate", "compromised-instance", instance,
        "--execute", "--confirm", instance, "--json", "--endpoint-url", moto,
    )  # fmt: skip
    run = json.loads(done.stdout)
    contained = groups_by_interface(ec2, instance)
    assert contained.keys() == before.keys()
    quarantine = {group for groups in contained.values() for group in groups}
    assert len(quarantine) == 1, contained
    [group] = ec2.describe_security_groups(GroupIds=list(quarantine))["SecurityGroups"]
    assert group["IpPermissions"] == []
    assert group["IpPermissionsEgress"] == []
    protected = ec2.describe_instance_attribute(InstanceId=instance, Attribute="disableApiTermination")
    assert protected["DisableApiTermination"]["Value"] is True
    assert all_instances(ec2)[instance]["State"]["Name"] == "running", "containment stops nothing"
    volumes = {mapping["Ebs"]["VolumeId"] for mapping in all_instances(ec2)[instance]["BlockDeviceMappings"]}
    snapshots = {snapshot["VolumeId"] for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    assert volumes <= snapshots

    stanch("undo", run["case"], "--confirm", instance, "--endpoint-url", moto)
    assert groups_by_interface(ec2, instance) == before
    protected = ec2.describe_instance_attribute(InstanceId=instance, Attribute="disableApiTermination")
    assert protected["DisableApiTermination"]["Value"] is False
    stanch("cases", "verify", run["case"])


def test_the_network_is_not_said_to_be_cut_while_an_interface_came_after_the_plan(ec2, moto, stanch):
    [instance] = launch(ec2)
    common = ["--execute", "--confirm", instance, "--json", "--endpoint-url", moto]
    run = json.loads(stanch("remediate", "compromised-instance", instance, "--steps", "tag", *common).stdout)
    subnet = all_instances(ec2)[instance]["SubnetId"]
    new = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=new, InstanceId=instance, DeviceIndex=1)
    before = groups_by_interface(ec2, instance)
    resumed = ["cases", "resume", run["case"], "--steps", "protect,isolate,verify"]
    done = stanch(*resumed, *common, check=False, timeout=300)
    assert done.returncode == 1, done.stderr
    assert f"{new} is new on {instance}" in done.stderr and "make a new plan" in done.stderr
    assert groups_by_interface(ec2, instance) == before
    stanch("remediate", "compromised-instance", instance, "--steps", "isolate", *common)
    groups = groups_by_interface(ec2, instance)
    assert groups.keys() == before.keys()
    assert len({group for held in groups.values() for group in held}) == 1, groups


def test_nothing_is_written_without_the_typed_confirmation(ec2, moto, stanch):
    [instance] = launch(ec2)
    before = groups_by_interface(ec2, instance)
    snapshots = len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])
    for arguments in (
        ["--execute"],
        ["--execute", "--confirm", "i-00000000000000000"],
        ["--plan"],
    ):
        done = stanch(
            "remediate", "compromised-instance", instance, *arguments, "--endpoint-url", moto, check=False
        )
        assert done.returncode == (0 if arguments == ["--plan"] else 2), done.stderr
        assert groups_by_interface(ec2, instance) == before
    assert len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]) == snapshots


def test_an_error_page_on_lookup_is_a_fault_and_nothing_else_breaks(ec2, moto, stanch, jsonl):
    launch(ec2)
    done = stanch("events", "--jsonl", "--endpoint-url", moto, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "LookupEvents" in done.stderr
    assert "<html" not in done.stderr.lower()
    assert "panicked" not in done.stderr
    assert len(jsonl("instances", "--jsonl", "--endpoint-url", moto)) == 1


def test_the_commands_of_a_plan_are_the_aws_cli_s(ec2, moto, stanch, parser):
    [instance] = launch(ec2, interfaces=2)
    plan = json.loads(
        stanch("remediate", "compromised-instance", instance, "--plan", "--json", "--endpoint-url", moto).stdout
    )
    lines = [line for step in plan["steps"] for line in step["cli"]]
    assert len(lines) > 3
    # Together: a later line may use a variable that an earlier one sets.
    calls, wrong = parser.read("\n".join(lines))
    assert wrong == "" and len(calls) >= len(lines)
