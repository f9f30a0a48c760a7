//! Security groups and their rules.

use super::super::World;
use super::{interfaces, new_group};

#[tokio::test]
async fn groups_of_several_interfaces_are_set_one_by_one() {
    let world = World::open();
    let all = world
        .ec2("DescribeNetworkInterfaces", &[("Filter.1.Name", "attachment.device-index"), ("Filter.1.Value.1", "1")])
        .await;
    let instance = all.one("instanceId").to_owned();
    let vpc = all.one("vpcId").to_owned();
    let params = [("GroupName", "quarantine"), ("GroupDescription", "closed"), ("VpcId", &vpc)];
    let group = world.ec2("CreateSecurityGroup", &params).await.one("groupId").to_owned();
    let at_once = world.ec2("ModifyInstanceAttribute", &[("InstanceId", &instance), ("GroupId.1", &group)]).await;
    assert_eq!(at_once.refused(), (400, "InvalidInstanceID"));
    for interface in interfaces(&world, &instance).await {
        let params = [("NetworkInterfaceId", interface.as_str()), ("SecurityGroupId.1", group.as_str())];
        assert_eq!(world.ec2("ModifyNetworkInterfaceAttribute", &params).await.status, 200);
    }
    let found = world
        .ec2("DescribeInstances", &[("Filter.1.Name", "network-interface.group-id"), ("Filter.1.Value.1", &group)])
        .await;
    assert_eq!(found.all("instanceId"), [instance.as_str()]);
    let used = world.ec2("DeleteSecurityGroup", &[("GroupId", &group)]).await;
    assert_eq!(used.refused(), (400, "DependencyViolation"));
}

#[tokio::test]
async fn a_new_group_lets_everything_out_until_that_rule_is_revoked() {
    let world = World::open();
    let group = new_group(&world).await;
    let rules = [("Filter.1.Name", "group-id"), ("Filter.1.Value.1", group.as_str())];
    let shown = world.ec2("DescribeSecurityGroupRules", &rules).await;
    assert_eq!((shown.all("isEgress"), shown.one("cidrIpv4")), (vec!["true"], "0.0.0.0/0"));
    let rule = shown.one("securityGroupRuleId");
    let revoke = [("GroupId", group.as_str()), ("SecurityGroupRuleId.1", rule)];
    let revoked = world.ec2("RevokeSecurityGroupEgress", &revoke).await;
    assert_eq!(revoked.one("revokedSecurityGroupRuleSet").matches("<item>").count(), 1);
    assert!(world.ec2("DescribeSecurityGroupRules", &rules).await.all("securityGroupRuleId").is_empty());
    let again = world.ec2("RevokeSecurityGroupEgress", &revoke).await;
    assert_eq!(again.refused(), (400, "InvalidSecurityGroupRuleId.NotFound"));
    assert_eq!(world.ec2("DeleteSecurityGroup", &[("GroupId", &group)]).await.status, 200);
}

#[tokio::test]
async fn rules_are_made_once_and_told_with_their_ids() {
    let world = World::open();
    let group = new_group(&world).await;
    let params = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "10.1.2.3/8"),
        ("IpPermissions.1.IpRanges.1.Description", "inside"),
        ("IpPermissions.1.Ipv6Ranges.1.CidrIpv6", "::/0"),
        ("IpPermissions.1.Groups.1.GroupId", group.as_str()),
    ];
    let made = world.ec2("AuthorizeSecurityGroupIngress", &params).await;
    assert_eq!(made.all("securityGroupRuleId").len(), 3, "{}", made.body);
    assert_eq!(made.one("cidrIpv4"), "10.0.0.0/8", "the range is brought to its own form");
    let again = world.ec2("AuthorizeSecurityGroupIngress", &params).await;
    assert_eq!(again.refused(), (400, "InvalidPermission.Duplicate"));
    let shown = world.ec2("DescribeSecurityGroups", &[("GroupId.1", &group)]).await;
    assert!(shown.one("ipPermissions").contains("<description>inside</description>"));
    let wrong = [params[0], params[1], params[2], params[3], ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/99")];
    assert_eq!(world.ec2("AuthorizeSecurityGroupIngress", &wrong).await.refused(), (400, "InvalidParameterValue"));
    assert_eq!(world.ec2("RevokeSecurityGroupIngress", &params).await.status, 200);
    assert_eq!(world.ec2("RevokeSecurityGroupIngress", &params).await.refused(), (400, "InvalidPermission.NotFound"));
}
