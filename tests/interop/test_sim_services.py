"""The simulated account judged by boto3 and the AWS CLI: Auto Scaling, load balancing, IAM, images."""

import json
import time
import urllib.request

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from conftest import REGION, client_of, until
from shapes import watch

SERVICES = ["autoscaling", "elbv2", "iam", "ec2"]


@pytest.fixture
def clients(fast_simulator):
    """A client of each service on one account, their answers held against botocore's models."""
    made = {service: client_of(fast_simulator, service) for service in SERVICES}
    wrong = [watch(client) for client in made.values()]
    yield made
    found = [line for lines in wrong for line in lines]
    assert not found, "\n".join(sorted(set(found)))


def code_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    return raised.value.response["Error"]["Code"]


def web_7(clients):
    found = clients["ec2"].describe_instances(Filters=[{"Name": "tag:Name", "Values": ["web-7"]}])
    return found["Reservations"][0]["Instances"][0]["InstanceId"]


def test_groups_and_activities_are_paged_and_found(clients):
    scaling = clients["autoscaling"]
    pages = scaling.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 1})
    groups = [group for page in pages for group in page["AutoScalingGroups"]]
    assert [group["AutoScalingGroupName"] for group in groups] == ["web", "api", "workers"]
    assert all(len(group["Instances"]) >= group["MinSize"] for group in groups)
    members = [one["InstanceId"] for group in groups for one in group["Instances"]]
    pages = scaling.get_paginator("describe_auto_scaling_instances").paginate(PaginationConfig={"PageSize": 7})
    found = {one["InstanceId"] for page in pages for one in page["AutoScalingInstances"]}
    assert len(set(members) - found) <= 1, "all but one that may have been scaled in meanwhile"
    activities = scaling.get_paginator("describe_scaling_activities").paginate(AutoScalingGroupName="workers")
    done = [one for page in activities for one in page["Activities"]]
    assert done and done == sorted(done, key=lambda one: one["StartTime"], reverse=True)
    processes = scaling.describe_scaling_process_types()["Processes"]
    assert {"Launch", "Terminate", "ReplaceUnhealthy"} <= {one["ProcessName"] for one in processes}


def test_standby_takes_an_instance_off_its_target_group_and_back(clients):
    scaling, balancing, web = clients["autoscaling"], clients["elbv2"], web_7(clients)
    arn = balancing.describe_target_groups(Names=["web"])["TargetGroups"][0]["TargetGroupArn"]
    target = {"TargetGroupArn": arn, "Targets": [{"Id": web}]}
    scaling.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["AlarmNotification"])

    def state():
        return scaling.describe_auto_scaling_instances(InstanceIds=[web])["AutoScalingInstances"][0]["LifecycleState"]

    answer = scaling.enter_standby(AutoScalingGroupName="web", InstanceIds=[web], ShouldDecrementDesiredCapacity=True)
    assert answer["Activities"][0]["Description"] == f"Moving EC2 instance to Standby: {web}"
    balancing.get_waiter("target_deregistered").wait(**target, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    until(lambda: state() == "Standby")
    scaling.exit_standby(AutoScalingGroupName="web", InstanceIds=[web])
    until(lambda: state() == "InService")
    balancing.get_waiter("target_in_service").wait(**target, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    assert code_of(scaling.exit_standby, AutoScalingGroupName="web", InstanceIds=[web]) == "ValidationError"


def test_load_balancers_listeners_and_target_groups_keep_to_the_model(clients):
    balancing = clients["elbv2"]
    pages = balancing.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 1})
    balancers = [one for page in pages for one in page["LoadBalancers"]]
    assert [one["LoadBalancerName"] for one in balancers] == ["prod-web", "prod-api"]
    for one in balancers:
        listeners = balancing.describe_listeners(LoadBalancerArn=one["LoadBalancerArn"])["Listeners"]
        groups = balancing.describe_target_groups(LoadBalancerArn=one["LoadBalancerArn"])["TargetGroups"]
        used = {action["TargetGroupArn"] for listener in listeners for action in listener["DefaultActions"]}
        assert used == {group["TargetGroupArn"] for group in groups}
        for group in groups:
            assert balancing.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
            assert balancing.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
            tags = balancing.describe_tags(ResourceArns=[group["TargetGroupArn"]])["TagDescriptions"][0]["Tags"]
            assert {"Key": "Env", "Value": "prod"} in tags
    nowhere = balancers[0]["LoadBalancerArn"].replace("prod-web", "nowhere")
    assert code_of(balancing.describe_load_balancers, LoadBalancerArns=[nowhere]) == "LoadBalancerNotFound"
    gone = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/gone/0123456789abcdef"
    with pytest.raises(balancing.exceptions.TargetGroupNotFoundException):
        balancing.describe_target_health(TargetGroupArn=gone)


def test_keys_and_policies_are_what_botocore_expects(clients, fast_simulator):
    iam = clients["iam"]
    thief = boto3.client(
        "ec2",
        endpoint_url=fast_simulator,
        region_name=REGION,
        aws_access_key_id="AKIACIDEPLOYEXAMPLE7",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )
    assert thief.describe_regions()["Regions"]
    key = iam.list_access_keys(UserName="ci-deploy")["AccessKeyMetadata"][0]
    assert key["Status"] == "Active"
    iam.update_access_key(UserName="ci-deploy", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code_of(thief.describe_regions) == "AuthFailure"
    iam.update_access_key(UserName="ci-deploy", AccessKeyId=key["AccessKeyId"], Status="Active")
    assert iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]["ServiceName"]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    name = {"UserName": "ci-deploy", "PolicyName": "deny"}
    iam.put_user_policy(**name, PolicyDocument=json.dumps(deny))
    assert iam.get_user_policy(**name)["PolicyDocument"] == deny
    assert code_of(thief.describe_regions) == "UnauthorizedOperation"
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn="arn:aws:iam::111122223333:user/ci/ci-deploy",
        ActionNames=["ec2:StopInstances", "ec2:StartInstances", "s3:ListAllMyBuckets"],
        PaginationConfig={"PageSize": 1},
    )
    decisions = [one["EvalDecision"] for page in pages for one in page["EvaluationResults"]]
    assert decisions == ["explicitDeny"] * 3
    iam.delete_user_policy(**name)
    assert thief.describe_regions()["Regions"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user_policy(**name)
    profile = iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]
    assert profile["Roles"][0]["RoleName"] == "web-instance"
    role = {"RoleName": "ReadOnly", "PolicyName": "AWSRevokeOlderSessions"}
    iam.put_role_policy(**role, PolicyDocument=json.dumps(deny))
    assert "AWSRevokeOlderSessions" in iam.list_role_policies(RoleName="ReadOnly")["PolicyNames"]
    iam.delete_role_policy(**role)


def test_an_image_becomes_available_to_the_waiter(clients):
    ec2, web = clients["ec2"], web_7(clients)
    image = ec2.create_image(InstanceId=web, Name="evidence", NoReboot=True)["ImageId"]
    named = [{"Name": "name", "Values": ["evidence"]}]
    [made] = until(lambda: ec2.describe_images(Filters=named)["Images"])
    assert made["ImageId"] == image and made["State"] in ("pending", "available")
    ec2.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": "444455556666"}, {"Group": "all"}]})
    attribute = {"ImageId": image, "Attribute": "launchPermission"}
    shared = [{"UserId": "444455556666"}, {"Group": "all"}]
    until(lambda: ec2.describe_image_attribute(**attribute)["LaunchPermissions"] == shared)
    ec2.reset_image_attribute(**attribute)
    until(lambda: ec2.describe_image_attribute(**attribute)["LaunchPermissions"] == [])
    ec2.deregister_image(ImageId=image)
    until(lambda: not ec2.describe_images(Filters=named)["Images"])
    offered = ec2.get_paginator("describe_instance_type_offerings").paginate(PaginationConfig={"PageSize": 50})
    assert "t3.large" in {one["InstanceType"] for page in offered for one in page["InstanceTypeOfferings"]}
    assert ec2.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    until(lambda: ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"])
    assert ec2.disable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    acl = ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]
    place = {"NetworkAclId": acl, "RuleNumber": 1, "Egress": True}
    ec2.create_network_acl_entry(**place, Protocol="-1", RuleAction="deny", CidrBlock="203.0.113.7/32")
    ec2.delete_network_acl_entry(**place)


def test_what_was_written_becomes_events(clients, fast_simulator):
    web = web_7(clients)
    clients["autoscaling"].suspend_processes(AutoScalingGroupName="api", ScalingProcesses=["Launch"])
    arn = clients["elbv2"].describe_target_groups(Names=["web"])["TargetGroups"][0]["TargetGroupArn"]
    clients["elbv2"].deregister_targets(TargetGroupArn=arn, Targets=[{"Id": web}])
    trail = client_of(fast_simulator, "cloudtrail")

    def record(name, of):
        time.sleep(0.05)
        found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])
        records = [json.loads(event["CloudTrailEvent"]) for event in found["Events"]]
        return next((one for one in records if of in one["userIdentity"].get("arn", "")), None)

    suspended = until(lambda: record("SuspendProcesses", "OnCall"))
    assert suspended["eventSource"] == "autoscaling.amazonaws.com"
    assert suspended["requestParameters"] == {"autoScalingGroupName": "api", "scalingProcesses": ["Launch"]}
    taken = until(lambda: record("DeregisterTargets", "OnCall"))
    assert taken["eventSource"] == "elasticloadbalancing.amazonaws.com"
    assert taken["requestParameters"] == {"targetGroupArn": arn, "targets": [{"id": web}]}


def test_a_principal_is_given_exactly_a_policy(clients, fast_simulator):
    allow = {"Statement": [{"Effect": "Allow", "Action": "autoscaling:DescribeAutoScalingGroups", "Resource": "*"}]}
    body = json.dumps({"ReadOnly": allow}).encode()
    request = urllib.request.Request(f"{fast_simulator}/_stanch/policies", data=body, method="POST")
    assert urllib.request.urlopen(request, timeout=60).status == 200
    made = {
        service: boto3.client(
            service,
            endpoint_url=fast_simulator,
            region_name=REGION,
            aws_access_key_id="ASIAREADONLYEXAMPLE7",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )
        for service in ["autoscaling", "elbv2"]
    }
    assert made["autoscaling"].describe_auto_scaling_groups()["AutoScalingGroups"]
    assert code_of(made["autoscaling"].describe_scaling_activities) == "AccessDenied"
    assert code_of(made["elbv2"].describe_target_groups) == "AccessDenied"


def test_the_cli_drives_the_new_services(aws, simulator):
    groups = json.loads(aws("autoscaling", "describe-auto-scaling-groups", endpoint=simulator).stdout)
    names = [group["AutoScalingGroupName"] for group in groups["AutoScalingGroups"]]
    assert names == ["web", "api", "workers"]
    member = groups["AutoScalingGroups"][1]["Instances"][0]["InstanceId"]
    moved = aws(
        *("autoscaling", "enter-standby", "--auto-scaling-group-name", "api", "--instance-ids", member),
        "--should-decrement-desired-capacity",
        endpoint=simulator,
    )
    assert json.loads(moved.stdout)["Activities"][0]["StatusCode"] == "InProgress"
    found = aws("elbv2", "describe-target-groups", "--names", "api", endpoint=simulator)
    arn = json.loads(found.stdout)["TargetGroups"][0]["TargetGroupArn"]
    health = aws("elbv2", "describe-target-health", "--target-group-arn", arn, endpoint=simulator)
    states = {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in json.loads(health.stdout)["TargetHealthDescriptions"]}
    assert states[member] == "draining"
    put = json.dumps({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
    name = ("--user-name", "ci-deploy", "--policy-name", "deny")
    aws("iam", "put-user-policy", *name, "--policy-document", put, endpoint=simulator)
    got = json.loads(aws("iam", "get-user-policy", *name, endpoint=simulator).stdout)
    assert got["PolicyDocument"] == json.loads(put)
    refused = aws("autoscaling", "set-desired-capacity", "--auto-scaling-group-name", "x", "--desired-capacity", "1", endpoint=simulator, check=False)
    assert "(ValidationError)" in refused.stderr and "AutoScalingGroup name not found" in refused.stderr
