"""The simulated account judged by boto3 and the AWS CLI: EC2, STS, IAM, faults."""

import json
import time
import urllib.error
import urllib.request

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from conftest import REGION, client_of, start_simulator, until
from shapes import watch

LISTS = {
    "describe_instances": "Reservations",
    "describe_instance_status": "InstanceStatuses",
    "describe_security_groups": "SecurityGroups",
    "describe_security_group_rules": "SecurityGroupRules",
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_volumes": "Volumes",
    "describe_snapshots": "Snapshots",
    "describe_images": "Images",
    "describe_vpcs": "Vpcs",
    "describe_subnets": "Subnets",
    "describe_route_tables": "RouteTables",
    "describe_network_acls": "NetworkAcls",
    "describe_internet_gateways": "InternetGateways",
    "describe_nat_gateways": "NatGateways",
    "describe_addresses": "Addresses",
    "describe_flow_logs": "FlowLogs",
    "describe_iam_instance_profile_associations": "IamInstanceProfileAssociations",
    "describe_regions": "Regions",
    "describe_availability_zones": "AvailabilityZones",
    "describe_instance_types": "InstanceTypes",
    "describe_tags": "Tags",
    "describe_key_pairs": "KeyPairs",
    "describe_vpc_classic_link": "Vpcs",
    "describe_vpc_classic_link_dns_support": "Vpcs",
}
PAGED = [
    "describe_instances",
    "describe_instance_status",
    "describe_security_groups",
    "describe_security_group_rules",
    "describe_network_interfaces",
    "describe_volumes",
    "describe_subnets",
    "describe_tags",
    "describe_instance_types",
    "describe_iam_instance_profile_associations",
]


def code_of(raised):
    """Code and HTTP status of a refusal."""
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    return code_of(raised)


def instances(ec2, **arguments):
    pages = ec2.get_paginator("describe_instances").paginate(**arguments)
    return [one for page in pages for group in page["Reservations"] for one in group["Instances"]]


@pytest.fixture
def ec2(simulator):
    client = client_of(simulator, "ec2")
    wrong = watch(client)
    yield client
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.fixture
def fast_ec2(fast_simulator):
    client = client_of(fast_simulator, "ec2")
    wrong = watch(client)
    yield client
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.fixture
def web(ec2):
    """A running instance with one interface."""
    running = [{"Name": "instance-state-name", "Values": ["running"]}, {"Name": "tag:Name", "Values": ["web-1*"]}]
    return instances(ec2, Filters=running)[0]


@pytest.mark.parametrize("action", LISTS)
def test_every_list_keeps_to_the_model_and_has_something(ec2, action):
    assert getattr(ec2, action)()[LISTS[action]]


@pytest.mark.parametrize("action", PAGED)
def test_paginators_find_what_one_call_finds(ec2, action):
    def items(answer):
        found = answer[LISTS[action]]
        return [one for group in found for one in group["Instances"]] if action == "describe_instances" else found

    # Less than the bucket of requests holds, whatever the list's length.
    whole = items(getattr(ec2, action)())
    size = max(5, len(whole) // 20)
    pages = list(ec2.get_paginator(action).paginate(PaginationConfig={"PageSize": size}))
    assert [one for page in pages for one in items(page)] == whole
    assert len(pages) > 1
    assert all(len(items(page)) <= size for page in pages)


def test_attributes_and_console_output_keep_to_the_model(ec2, web):
    names = [
        "instanceType", "kernel", "ramdisk", "userData", "disableApiTermination", "instanceInitiatedShutdownBehavior",
        "rootDeviceName", "blockDeviceMapping", "productCodes", "sourceDestCheck", "groupSet", "ebsOptimized",
        "sriovNetSupport", "enaSupport", "enclaveOptions", "disableApiStop",
    ]
    for name in names:
        answer = ec2.describe_instance_attribute(InstanceId=web["InstanceId"], Attribute=name)
        assert answer["InstanceId"] == web["InstanceId"]
    assert "login:" in ec2.get_console_output(InstanceId=web["InstanceId"])["Output"]
    snapshot = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]
    ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")


def test_filters_choose_by_tag_network_and_state(ec2, web):
    def found(name, *values):
        return {one["InstanceId"] for one in instances(ec2, Filters=[{"Name": name, "Values": list(values)}])}

    interface = web["NetworkInterfaces"][0]
    for name, value in {
        "instance-id": web["InstanceId"],
        "vpc-id": web["VpcId"],
        "subnet-id": web["SubnetId"],
        "image-id": web["ImageId"],
        "instance-type": web["InstanceType"],
        "availability-zone": web["Placement"]["AvailabilityZone"],
        "private-ip-address": web["PrivateIpAddress"],
        "group-id": web["SecurityGroups"][0]["GroupId"],
        "iam-instance-profile.arn": web["IamInstanceProfile"]["Arn"],
        "network-interface.network-interface-id": interface["NetworkInterfaceId"],
        "network-interface.group-id": interface["Groups"][0]["GroupId"],
        "tag-key": "Name",
        "tag:Name": "web-?*",
    }.items():
        assert web["InstanceId"] in found(name, value), name
    assert not found("vpc-id", "vpc-0123456789abcdef0")
    assert refused(ec2.describe_instances, Filters=[{"Name": "colour", "Values": ["red"]}]) == ("InvalidParameterValue", 400)


def test_a_dry_run_is_told_as_an_error_and_stops_nothing(ec2, web):
    one = {"InstanceIds": [web["InstanceId"]]}
    for call in (ec2.stop_instances, ec2.terminate_instances, ec2.reboot_instances):
        assert refused(call, DryRun=True, **one) == ("DryRunOperation", 412)
    assert instances(ec2, **one)[0]["State"]["Name"] == "running"


def test_errors_are_those_of_aws(ec2, web):
    nothing = "0123456789abcdef0"
    assert refused(ec2.stop_instances, InstanceIds=[f"i-{nothing}"]) == ("InvalidInstanceID.NotFound", 400)
    assert refused(ec2.stop_instances, InstanceIds=["web"]) == ("InvalidInstanceID.Malformed", 400)
    assert refused(ec2.describe_volumes, VolumeIds=[f"vol-{nothing}"]) == ("InvalidVolume.NotFound", 400)
    assert refused(ec2.describe_security_groups, GroupIds=[f"sg-{nothing}"]) == ("InvalidGroup.NotFound", 400)
    assert refused(ec2.describe_instances, MaxResults=5, InstanceIds=[web["InstanceId"]]) == (
        "InvalidParameterCombination",
        400,
    )
    assert refused(ec2.modify_instance_attribute, InstanceId=web["InstanceId"], InstanceType={"Value": "m5.large"}) == (
        "IncorrectInstanceState",
        400,
    )
    assert refused(ec2.disassociate_iam_instance_profile, AssociationId=f"iip-assoc-{nothing}") == (
        "InvalidAssociationID.NotFound",
        400,
    )


def test_an_instance_stops_starts_and_waiters_see_it(fast_ec2):
    web = instances(fast_ec2, Filters=[{"Name": "tag:Name", "Values": ["web-1*"]}])[0]["InstanceId"]
    changed = fast_ec2.stop_instances(InstanceIds=[web])["StoppingInstances"][0]
    assert (changed["PreviousState"]["Name"], changed["CurrentState"]["Name"]) == ("running", "stopping")
    quickly = {"Delay": 1, "MaxAttempts": 30}
    fast_ec2.get_waiter("instance_stopped").wait(InstanceIds=[web], WaiterConfig=quickly)
    stopped = instances(fast_ec2, InstanceIds=[web])[0]
    assert stopped["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    fast_ec2.modify_instance_attribute(InstanceId=web, InstanceType={"Value": "m5.xlarge"})
    fast_ec2.start_instances(InstanceIds=[web])
    fast_ec2.get_waiter("instance_running").wait(InstanceIds=[web], WaiterConfig=quickly)
    assert instances(fast_ec2, InstanceIds=[web])[0]["InstanceType"] == "m5.xlarge"


def test_an_instance_is_launched_protected_and_terminated(fast_ec2):
    web = instances(fast_ec2, Filters=[{"Name": "tag:Name", "Values": ["web-1*"]}])[0]
    made = fast_ec2.run_instances(
        ImageId=web["ImageId"],
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
        SubnetId=web["SubnetId"],
        SecurityGroupIds=[web["SecurityGroups"][0]["GroupId"]],
        IamInstanceProfile={"Arn": web["IamInstanceProfile"]["Arn"]},
        MetadataOptions={"HttpTokens": "required"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "clean"}]}],
        DisableApiTermination=True,
    )["Instances"][0]["InstanceId"]
    quickly = {"Delay": 1, "MaxAttempts": 30}
    fast_ec2.get_waiter("instance_running").wait(InstanceIds=[made], WaiterConfig=quickly)
    shown = instances(fast_ec2, InstanceIds=[made])[0]
    assert shown["IamInstanceProfile"]["Arn"] == web["IamInstanceProfile"]["Arn"]
    assert shown["MetadataOptions"]["HttpTokens"] == "required"
    assert refused(fast_ec2.terminate_instances, InstanceIds=[made]) == ("OperationNotPermitted", 400)
    fast_ec2.modify_instance_attribute(InstanceId=made, DisableApiTermination={"Value": False})
    fast_ec2.terminate_instances(InstanceIds=[made])
    fast_ec2.get_waiter("instance_terminated").wait(InstanceIds=[made], WaiterConfig=quickly)


def test_groups_and_rules_are_made_told_and_revoked(ec2, web):
    group = ec2.create_security_group(GroupName="quarantine", Description="closed", VpcId=web["VpcId"])["GroupId"]
    until(lambda: ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroups"])
    made = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "office"}],
            "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
            "UserIdGroupPairs": [{"GroupId": group}],
        }],
    )["SecurityGroupRules"]
    assert [rule["IsEgress"] for rule in made] == [False] * 3
    again = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "198.51.100.0/24"}
    assert refused(ec2.authorize_security_group_ingress, GroupId=group, **again) == ("InvalidPermission.Duplicate", 400)
    mine = [{"Name": "group-id", "Values": [group]}]
    until(lambda: len(ec2.describe_security_group_rules(Filters=mine)["SecurityGroupRules"]) == 4)
    rules = ec2.describe_security_group_rules(Filters=mine)["SecurityGroupRules"]
    out = [rule["SecurityGroupRuleId"] for rule in rules if rule["IsEgress"]]
    ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=out)
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"] for rule in made])
    until(lambda: not ec2.describe_security_group_rules(Filters=mine)["SecurityGroupRules"])
    interface = web["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[group])
    assert refused(ec2.delete_security_group, GroupId=group) == ("DependencyViolation", 400)
    before = [one["GroupId"] for one in web["SecurityGroups"]]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=before)
    assert ec2.delete_security_group(GroupId=group)["Return"] is True


def test_a_profile_and_snapshots_and_tags_and_metadata_keep_to_the_model(ec2, web):
    one = web["InstanceId"]
    on = [{"Name": "instance-id", "Values": [one]}]
    association = ec2.describe_iam_instance_profile_associations(Filters=on)["IamInstanceProfileAssociations"][0]
    off = ec2.disassociate_iam_instance_profile(AssociationId=association["AssociationId"])
    assert off["IamInstanceProfileAssociation"]["State"] == "disassociating"
    profile = {"Arn": association["IamInstanceProfile"]["Arn"]}
    ec2.associate_iam_instance_profile(InstanceId=one, IamInstanceProfile=profile)
    snapshots = ec2.create_snapshots(InstanceSpecification={"InstanceId": one}, CopyTagsFromSource="volume")["Snapshots"]
    assert {shot["VolumeId"] for shot in snapshots} == {m["Ebs"]["VolumeId"] for m in web["BlockDeviceMappings"]}
    single = ec2.create_snapshot(VolumeId=snapshots[0]["VolumeId"], Description="again")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=single, Attribute="createVolumePermission", OperationType="add", UserIds=["999988887777"]
    )
    ec2.create_tags(Resources=[one, single], Tags=[{"Key": "case", "Value": "7"}])
    until(lambda: len(ec2.describe_tags(Filters=[{"Name": "key", "Values": ["case"]}])["Tags"]) == 2)
    ec2.delete_tags(Resources=[one, single], Tags=[{"Key": "case"}])
    options = ec2.modify_instance_metadata_options(InstanceId=one, HttpTokens="required")["InstanceMetadataOptions"]
    assert (options["HttpTokens"], options["State"]) == ("required", "pending")
    ec2.modify_instance_attribute(InstanceId=one, InstanceInitiatedShutdownBehavior={"Value": "terminate"})
    device = web["BlockDeviceMappings"][0]["DeviceName"]
    keep = [{"DeviceName": device, "Ebs": {"DeleteOnTermination": False}}]
    ec2.modify_instance_attribute(InstanceId=one, BlockDeviceMappings=keep)
    assert ec2.create_key_pair(KeyName="mine")["KeyMaterial"]
    assert refused(ec2.detach_classic_link_vpc, InstanceId=one, VpcId=web["VpcId"]) == ("InvalidInstanceID.NotLinkable", 400)


def test_the_caller_and_the_alias_are_told(simulator):
    sts, iam = client_of(simulator, "sts"), client_of(simulator, "iam", region="us-east-1")
    wrong = [watch(sts), watch(iam)]
    who = sts.get_caller_identity()
    assert who["Arn"].startswith(f"arn:aws:sts::{who['Account']}:assumed-role/OnCall/")
    assert len(iam.list_account_aliases()["AccountAliases"]) == 1
    role = f"arn:aws:iam::{who['Account']}:role/OnCall"
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["ec2:StopInstances"])
    assert answer["EvaluationResults"][0]["EvalDecision"] == "allowed"
    assert wrong == [[], []]


def test_a_restricted_key_is_denied(simulator):
    session = {"aws_access_key_id": "ASIAREADONLYEXAMPLE7", "aws_secret_access_key": "any", "region_name": REGION}
    ec2 = boto3.client("ec2", endpoint_url=simulator, config=Config(retries={"total_max_attempts": 1}), **session)
    one = instances(ec2)[0]["InstanceId"]
    assert refused(ec2.stop_instances, InstanceIds=[one]) == ("UnauthorizedOperation", 403)
    assert refused(ec2.stop_instances, InstanceIds=[one], DryRun=True) == ("UnauthorizedOperation", 403)


def set_faults(endpoint, faults):
    body = json.dumps(faults).encode()
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_stanch/faults", body, method="POST"), timeout=60).read()


def test_faults_reach_a_foreign_client(simulator):
    ec2, sts = client_of(simulator, "ec2"), client_of(simulator, "sts")
    trail = client_of(simulator, "cloudtrail")
    set_faults(simulator, [{"service": "ec2", "action": "Describe*", "effect": "throttle"}])
    assert refused(ec2.describe_vpcs) == ("RequestLimitExceeded", 503)
    set_faults(simulator, [{"effect": "expire"}])
    assert refused(ec2.describe_vpcs) == ("RequestExpired", 400)
    assert refused(sts.get_caller_identity) == ("ExpiredToken", 403)
    assert refused(trail.describe_trails) == ("ExpiredTokenException", 400)
    set_faults(simulator, [{"effect": "drop"}])
    with pytest.raises(botocore.exceptions.HTTPClientError):
        ec2.describe_vpcs()
    set_faults(simulator, [{"effect": "malformed"}])
    with pytest.raises((botocore.parsers.ResponseParserError, botocore.exceptions.ClientError)):
        ec2.describe_vpcs()
    set_faults(simulator, [{"effect": "latency", "milliseconds": 300}])
    began = time.monotonic()
    ec2.describe_vpcs()
    assert time.monotonic() - began >= 0.3
    set_faults(simulator, [])
    assert ec2.describe_vpcs()["Vpcs"]
    with pytest.raises(urllib.error.HTTPError):
        set_faults(simulator, [{"effect": "explode"}])


def test_the_cli_reads_and_is_told_of_a_dry_run(simulator, aws):
    listed = json.loads(aws("ec2", "describe-instances", "--page-size", "9", endpoint=simulator).stdout)
    one = listed["Reservations"][0]["Instances"][0]["InstanceId"]
    dry = aws("ec2", "stop-instances", "--dry-run", "--instance-ids", one, endpoint=simulator, check=False)
    assert dry.returncode != 0
    assert "(DryRunOperation)" in dry.stderr
    text = aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text", endpoint=simulator).stdout
    assert ":assumed-role/OnCall/" in text


def test_the_simulator_listens_to_this_machine_alone_unless_forced(stanch):
    done = stanch("sim", "--listen", "0.0.0.0:0", check=False, timeout=30)
    assert done.returncode != 0
    assert "127.0.0.1" in done.stderr


def test_a_seed_makes_the_same_account_twice(program, environment):
    def ids():
        process, endpoint = start_simulator(program, environment)
        try:
            return [one["InstanceId"] for one in instances(client_of(endpoint, "ec2", region="us-east-1"))]
        finally:
            process.terminate()
            process.wait(10)

    assert ids() == ids()
