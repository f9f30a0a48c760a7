"""Every writing call of every remedy and of its undo, as boto3 makes it, on the still account."""

from botocore.exceptions import ClientError
from conftest import client_of
from still_account import KEY, ROLES, USER

# What a permission is refused with, by service.
REFUSALS = {"ec2": ("UnauthorizedOperation", 403)}
OTHERS = ("AccessDenied", 403)

ADDRESS = {"RuleNumber": 7, "Egress": False}
DENIED = '{"Version": "2012-10-17", "Statement": []}'


def made(kind, key="stanch:case"):
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": [{"Key": key, "Value": "x"}]}]}


def of(account):
    """The calls: the IAM action, the method and its parameters."""
    lone, member = account.instance("lone"), account.instance("member-1")["InstanceId"]
    one = {"InstanceId": lone["InstanceId"]}
    some = {"InstanceIds": [lone["InstanceId"]]}
    tagged = {"Resources": [lone["InstanceId"]]}
    web = {"GroupId": account.group("web")}
    snapshot = {"SnapshotId": account.snapshot(), "Attribute": "createVolumePermission"}
    image = {"ImageId": account.image()}
    interface = {"NetworkInterfaceId": lone["NetworkInterfaces"][0]["NetworkInterfaceId"]}
    ec2 = account.client("ec2")
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [web["GroupId"]]}])
    by_way = {rule["IsEgress"]: rule["SecurityGroupRuleId"] for rule in rules["SecurityGroupRules"]}
    inward, outward = ({"SecurityGroupRuleIds": [by_way[way]]} for way in (False, True))
    block = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    new = web | {"IpPermissions": [block]}
    group = {"GroupName": "x", "Description": "x", "VpcId": lone["VpcId"]}
    acl = {"NetworkAclId": ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"], **ADDRESS}
    denial = {"Protocol": "-1", "RuleAction": "deny", "CidrBlock": "192.0.2.0/24"}
    association = ec2.describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [lone["InstanceId"]]}]
    )["IamInstanceProfileAssociations"][0]["AssociationId"]
    fleet = {"AutoScalingGroupName": "fleet"}
    members = {**fleet, "InstanceIds": [member]}
    targets = {"TargetGroupArn": account.target_group(), "Targets": [{"Id": member}]}
    user, role = {"UserName": USER, "PolicyName": "x"}, {"RoleName": ROLES[0], "PolicyName": "x"}
    everybody = {"OperationType": "remove", "GroupNames": ["all"]}
    return [
        ("ec2:ModifyInstanceAttribute", "modify_instance_attribute", one | {"DisableApiTermination": {"Value": True}}),
        ("ec2:ModifyInstanceMetadataOptions", "modify_instance_metadata_options", one | {"HttpTokens": "required"}),
        ("ec2:CreateTags", "create_tags", tagged | {"Tags": [{"Key": "stanch:case", "Value": "x"}]}),
        ("ec2:DeleteTags", "delete_tags", tagged | {"Tags": [{"Key": "stanch:case"}]}),
        ("ec2:CreateSnapshots", "create_snapshots", {"InstanceSpecification": one} | made("snapshot")),
        ("ec2:CreateImage", "create_image", one | {"Name": "copy"} | made("image")),
        ("ec2:CreateSecurityGroup", "create_security_group", group | made("security-group", "stanch:quarantine")),
        ("ec2:DeleteSecurityGroup", "delete_security_group", web),
        ("ec2:ModifyNetworkInterfaceAttribute", "modify_network_interface_attribute", interface | {"Groups": [*web.values()]}),
        ("ec2:DisassociateIamInstanceProfile", "disassociate_iam_instance_profile", {"AssociationId": association}),
        ("ec2:AssociateIamInstanceProfile", "associate_iam_instance_profile", one | {"IamInstanceProfile": {"Name": "web"}}),
        ("ec2:StopInstances", "stop_instances", some),
        ("ec2:StartInstances", "start_instances", some),
        ("ec2:RebootInstances", "reboot_instances", some),
        ("ec2:TerminateInstances", "terminate_instances", some),
        ("ec2:RevokeSecurityGroupIngress", "revoke_security_group_ingress", web | inward),
        ("ec2:RevokeSecurityGroupEgress", "revoke_security_group_egress", web | outward),
        ("ec2:AuthorizeSecurityGroupIngress", "authorize_security_group_ingress", new),
        ("ec2:AuthorizeSecurityGroupEgress", "authorize_security_group_egress", new),
        ("ec2:CreateNetworkAclEntry", "create_network_acl_entry", acl | denial),
        ("ec2:DeleteNetworkAclEntry", "delete_network_acl_entry", acl),
        ("ec2:ModifySnapshotAttribute", "modify_snapshot_attribute", snapshot | everybody),
        ("ec2:ModifyImageAttribute", "modify_image_attribute", image | {"LaunchPermission": {"Remove": [{"Group": "all"}]}}),
        ("ec2:EnableEbsEncryptionByDefault", "enable_ebs_encryption_by_default", {}),
        ("ec2:DisableEbsEncryptionByDefault", "disable_ebs_encryption_by_default", {}),
        ("autoscaling:EnterStandby", "enter_standby", members | {"ShouldDecrementDesiredCapacity": True}),
        ("autoscaling:ExitStandby", "exit_standby", members),
        ("autoscaling:DetachInstances", "detach_instances", members | {"ShouldDecrementDesiredCapacity": True}),
        ("autoscaling:AttachInstances", "attach_instances", members),
        ("autoscaling:SuspendProcesses", "suspend_processes", fleet | {"ScalingProcesses": ["Launch"]}),
        ("autoscaling:ResumeProcesses", "resume_processes", fleet | {"ScalingProcesses": ["AZRebalance"]}),
        ("elasticloadbalancing:DeregisterTargets", "deregister_targets", targets),
        ("elasticloadbalancing:RegisterTargets", "register_targets", targets),
        ("iam:UpdateAccessKey", "update_access_key", {"UserName": USER, "AccessKeyId": KEY, "Status": "Inactive"}),
        ("iam:PutUserPolicy", "put_user_policy", user | {"PolicyDocument": DENIED}),
        ("iam:DeleteUserPolicy", "delete_user_policy", user),
        ("iam:PutRolePolicy", "put_role_policy", role | {"PolicyDocument": DENIED}),
        ("iam:DeleteRolePolicy", "delete_role_policy", role),
    ]  # fmt: skip


class Caller:
    """The one that remedies run as, on the wire."""

    def __init__(self, account):
        self._endpoint, self._clients = account.endpoint, {}

    def answer(self, action, method, parameters):
        """The code and status that a call is refused with; nothing where it is not."""
        service = {"elasticloadbalancing": "elbv2"}.get(action.split(":")[0], action.split(":")[0])
        if service not in self._clients:
            self._clients[service] = client_of(self._endpoint, service, key="ASIARESPONDEREXAMPLE")
        try:
            getattr(self._clients[service], method)(**parameters)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        return None

    def is_denied(self, action, method, parameters):
        return self.answer(action, method, parameters) == REFUSALS.get(action.split(":")[0], OTHERS)
